// The common part of restart, stop and start: names of processes, a wait, and a line for each name
// that says how it went.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ctl/patience.h"
#include "ctl/verbs/verb.h"

namespace muster {

class TouchVerb : public Verb {
 public:
  enum class Names { optional, required };
  using MakeRequest = RequestBody (*)(std::vector<std::string> names, std::optional<uint32_t> wait);

  // `doing` as in "Restarting web processes... done".
  TouchVerb(std::string_view doing, Names needed, MakeRequest make_request)
      : doing_(doing), needed_(needed), make_request_(make_request) {}

  void add_options(Options& options) override;
  Outcome<int> run(Session& session) override;

 private:
  std::string_view doing_;
  Names needed_;
  MakeRequest make_request_;
  std::vector<std::string> names_;
  Patience patience_;
};

}  // namespace muster
