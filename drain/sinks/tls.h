// TLS over a connected socket that does not block. Knows no loop: each call says what is awaited.
#pragma once

#include <openssl/ssl.h>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::drain {

struct TlsOptions {
  std::string host;  // which the certificate must name
  bool verify = true;
  std::string ca = {};  // a file of certificates; empty: the system's
};

class Tls {
 public:
  enum class Step : uint8_t { done, wants_read, wants_write, end };

  static Result<std::unique_ptr<Tls>> open(int fd, const TlsOptions& options);

  Result<Step> shake_hands();
  // Takes what it has sent from `bytes`.
  Result<Step> write(std::string_view& bytes);
  // Says that nothing more comes from here.
  Result<Step> finish();
  // Reads and throws away; `end` when the other side has ended.
  Result<Step> read();

 private:
  struct End {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  Result<Step> step_after(int result, const char* doing);

  std::unique_ptr<SSL_CTX, End> context_;
  std::unique_ptr<SSL, End> ssl_;
};

}  // namespace muster::drain
