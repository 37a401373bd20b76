// The file of the server's own key, for the program that shows it to clients. Keeps: the secret
// that is in force when it is opened is the one that is used, and another one is told by
// is_replaced().
#pragma once

#include <string>

#include "base/own_file.h"
#include "proto/server_key.h"

namespace muster {

class ServerKeyFile {
 public:
  static Result<ServerKeyFile> open(const std::string& path, WallTime now);

  const std::string& secret() const { return secret_; }
  // Looks at the file again if it is another one by now. A file that cannot be read replaces
  // nothing.
  bool is_replaced(WallTime now);

 private:
  explicit ServerKeyFile(std::string path) : path_(std::move(path)) {}

  std::string path_, secret_;
  FileState seen_{};
  ServerKey key_;
};

}  // namespace muster
