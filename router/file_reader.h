// Reads the journal of a daemon on this machine from its files, for programs beside the daemon. The
// daemon does nothing for such a reader but to say how far it has published, so any number of them
// costs it no reading, no copying and no encoding.
#pragma once

#include <optional>

#include "proto/endpoints.h"
#include "proto/journal_reader.h"
#include "router/follow.h"

namespace muster {

class FileReader : public JournalReader {
 public:
  FileReader(Follow::Open open, const ReplayRequest& request, const std::string& journal,
             uint64_t published);

  // News that come while there is more to read are read after it: the first of them is where that
  // reading begins, the last one how far it goes.
  void go_on(const RecordNumbers& news, uint64_t published) override;
  bool has_more() const override { return !told_live_ || follow_.has_more(); }
  Result<ReplayRecordsReply> read() override;
  void rest() override { follow_.rest(); }

 private:
  void take_news();

  Follow follow_;
  bool told_live_ = false;
  struct News {
    RecordNumbers first;
    uint64_t published;
  };
  std::optional<News> news_;  // not being read yet
};

// Empty if the journal cannot be read from here: it is on another machine, or another user's.
OpenJournal journal_files(const Endpoints& endpoints);

}  // namespace muster
