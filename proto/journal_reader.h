// The journal of a daemon on this machine, read from its files by the program that wants the
// records instead of by the daemon, which only says how far it has published. An interface, since
// proto/ knows no files: router/file_reader.h implements it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "proto/record.h"
#include "proto/replay_message.h"

namespace muster {

class JournalReader {
 public:
  virtual ~JournalReader() = default;

  // The daemon has published up to `published`, and `news` is the first new record that is wanted.
  virtual void go_on(const RecordNumbers& news, uint64_t published) = 0;
  // There is something to read() up to where the daemon has published.
  virtual bool has_more() const = 0;
  // The next portion, as the daemon would have sent it.
  virtual Result<ReplayRecordsReply> read() = 0;
  // No file stays open until the next read().
  virtual void rest() = 0;
};

// Opens the journal of that name at the place which the request asks for, to be read up to
// `published`.
using OpenJournal = std::function<std::unique_ptr<JournalReader>(
    const ReplayRequest& request, const std::string& journal, uint64_t published)>;

}  // namespace muster
