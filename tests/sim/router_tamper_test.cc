// The router's simulation must be able to fail: each kind of violation, planted behind the router's
// back, is found.
#include <catch2/catch.hpp>

#include "proto/codec.h"
#include "router/journal/format.h"
#include "router_simulation.h"

namespace muster::sim {
namespace {

// The first complaint, within a few seeds; nothing if it is never noticed.
std::string found(const RouterTamper& tamper) {
  for (uint64_t seed = 1; seed <= 30; seed++)
    if (auto wrong = simulate_router(seed, tamper)) return *wrong;
  return "nothing";
}

void says(const std::string& what, std::string_view words) {
  INFO(what);
  CHECK(what.find(words) != std::string::npos);
}

bool is_record(const std::string& bytes) {
  auto header = journal::parse_record_header(bytes, {});
  return header && header->type == journal::RecordType::record;
}

// Rewrites an event in the journal, so that nothing but its numbers tells.
void renumber(std::string& bytes, const std::function<void(RecordNumbers&)>& change) {
  auto view = journal::parse_record(bytes, {});
  auto decoded = view ? decode_record(view->payload) : fail("not whole");
  if (!decoded || !std::holds_alternative<EventRecord>(*decoded)) return;
  auto event = std::get<EventRecord>(*decoded);
  change(event.numbers);
  std::vector<char> out;
  journal::begin_record(out, view->topic);
  encode(event, out);
  journal::finish_record(out, 0, view->header);
  if (out.size() == bytes.size()) bytes.assign(out.begin(), out.end());
}

TEST_CASE("nothing is found in the router where nothing was planted") {
  CHECK(found({}) == "nothing");
}

TEST_CASE("a record that the disk acknowledged and did not keep is found") {
  RouterTamper tamper;
  tamper.write = [n = 0](std::string& bytes) mutable {
    if (is_record(bytes) && ++n == 20) bytes.clear();
  };
  says(found(tamper), "not in the journal");
}

TEST_CASE("a bit that flips on the way to the disk is found") {
  RouterTamper tamper;
  tamper.write = [n = 0](std::string& bytes) mutable {
    if (is_record(bytes) && ++n == 20) bytes.back() = char(bytes.back() ^ 1);
  };
  says(found(tamper), "not in the journal");
}

TEST_CASE("a prev that is not the last of its topic is found") {
  RouterTamper tamper;
  tamper.write = [](std::string& bytes) {
    renumber(bytes, [](RecordNumbers& numbers) { numbers.prev ^= 1; });
  };
  says(found(tamper), "prev");
}

TEST_CASE("lines that are numbered with a gap are found") {
  RouterTamper tamper;
  tamper.write = [](std::string& bytes) {
    renumber(bytes, [](RecordNumbers& numbers) { numbers.line ^= 1; });
  };
  says(found(tamper), "line");
}

TEST_CASE("bytes that a kill loses are found") {
  RouterTamper tamper;
  tamper.window = [](WindowControl& control) {
    if (control.end % 4096 > 5) control.end -= 5;
  };
  CHECK(found(tamper) != "nothing");
}

TEST_CASE("bytes that a kill doubles are found") {
  RouterTamper tamper;
  tamper.window = [](WindowControl& control) {
    if (control.base > 5) control.base = control.move_base = control.base - 5;
  };
  CHECK(found(tamper) != "nothing");
}

TEST_CASE("bytes that a kill makes up are found") {
  RouterTamper tamper;
  tamper.window = [](WindowControl& control) { control.end += 3; };
  CHECK(found(tamper) != "nothing");
}

TEST_CASE("a byte that is torn on its way out of the pipe is found") {
  RouterTamper tamper;
  tamper.pipe = [n = 0](std::string& bytes) mutable {
    if (++n % 10 == 0 && !bytes.empty()) bytes.front() = '!';
  };
  says(found(tamper), "prints something else");
}

TEST_CASE("bytes that never came out of the pipe are found") {
  RouterTamper tamper;
  tamper.pipe = [n = 0](std::string& bytes) mutable {
    if (++n % 10 == 0 && bytes.size() > 1) bytes.erase(0, 1);
  };
  CHECK(found(tamper) != "nothing");
}

TEST_CASE("a record on the bus that is not in the journal is found") {
  RouterTamper tamper;
  tamper.bus = [n = 0](std::string& payload) mutable {
    if (++n == 20) payload.back() = char(payload.back() ^ 1);
  };
  says(found(tamper), "not in the journal");
}

TEST_CASE("a subscriber that lacks a record is found") {
  RouterTamper tamper;
  tamper.delivery = [](uint64_t seq) { return seq != 20; };
  says(found(tamper), "a subscriber lacks 20");
}

TEST_CASE("a loss that is told and did not happen is found") {
  RouterTamper tamper;
  tamper.gone = {1, 3};
  says(found(tamper), "are gone, which they are not");
}

}  // namespace
}  // namespace muster::sim
