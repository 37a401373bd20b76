// See fit.h. There is one overload for each kind of reply that may grow with the app or with what a
// client has sent; all others are small by what they hold.
#include "proto/fit.h"

#include <fmt/format.h>

#include "proto/limits.h"

namespace muster {
namespace {

// The longest end of a cut text: "… 18446744073709 MB more".
constexpr size_t end_room = 32;

std::string amount(size_t bytes) {
  constexpr size_t kilo = 1000, mega = 1000 * kilo;
  if (bytes >= mega) return fmt::format("{} MB", bytes / mega);
  if (bytes >= kilo) return fmt::format("{} kB", bytes / kilo);
  return fmt::format("{} bytes", bytes);
}

void shorten(std::string& text, size_t most) {
  if (text.size() > most) text = cut(std::move(text), most);
}

void shorten(std::vector<std::string>& sentences) {
  const size_t all = sentences.size();
  if (all > limits::reply_sentences) {
    sentences.resize(limits::reply_sentences - 1);
    sentences.push_back(fmt::format("and {} more", all - sentences.size()));
  }
  for (auto& sentence : sentences) shorten(sentence, limits::reply_text);
}

struct Fitter {
  ReplyBody& body;

  template <class Small>
  void operator()(Small&) {}
  void operator()(RefusedReply& reply) { shorten(reply.message, limits::reply_text); }
  void operator()(PsReply& reply) {
    for (auto& row : reply.processes) {
      shorten(row.command, limits::row_text);
      if (row.note) shorten(*row.note, limits::row_text);
    }
    for (auto& row : reply.types) shorten(row.command, limits::row_text);
  }
  void operator()(StatusReply& reply) { shorten(reply.alarms); }
  void operator()(ReloadReply& reply) { shorten(reply.changes); }
  void operator()(ReleasesReply& reply) {
    for (auto& row : reply.releases) {
      shorten(row.change, limits::reply_text);
      shorten(row.failure, limits::reply_text);
      shorten(row.by, limits::by);
    }
  }
  // They cannot be left out without misleading the reader.
  void operator()(ConfigReply& reply) {
    if (const size_t count = reply.vars.size(); count > limits::control_elements)
      body = RefusedReply{Refusal::no, fmt::format("{} config vars are more than a reply may have; "
                                                   "unset some of them",
                                                   count)};
  }
};

}  // namespace

std::string cut(std::string text, size_t most) {
  if (text.size() <= most) return text;
  const auto goes_on = [&](size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
  };
  size_t kept = most - end_room;
  for (size_t back = 0; back < 3 && goes_on(kept); ++back) --kept;
  const size_t missing = text.size() - kept;
  text.resize(kept);
  return text + "… " + amount(missing) + " more";
}

void fit(EventRecord& event) {
  shorten(event.text, limits::event_text);
  if (event.by) shorten(*event.by, limits::by);
  if (event.command) shorten(*event.command, limits::event_text);
}

void fit(Reply& reply) { std::visit(Fitter{reply.body}, reply.body); }

}  // namespace muster
