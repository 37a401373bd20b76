// See ledger_format.h. First a line of text,
// "muster ledger VERSION MACHINE TOKEN[:SECRET] FIRST-START[ CGROUP] #CHECKSUM\n", then records: a
// prefix as the machine has it in memory, and a note. Up to version 4 the line had no checksum, and
// a record had the length and the checksum of its note alone.
#include "daemon/edge/store/ledger_format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>

#include "daemon/edge/store/note_codec.h"

namespace muster {
namespace {

constexpr std::string_view magic = "muster ledger ";
constexpr uint32_t last_plain_version = 4;
constexpr size_t checksum_digits = 16;

enum class Kind : uint32_t { step = 1, mark = 2, asking = 3 };

struct Prefix {
  uint32_t length = 0;  // of the note
  Kind kind = Kind::step;
  uint64_t number = 0;
  journal::Mark mark;
  uint64_t checksum = 0;  // of what is before it, and the note
};
static_assert(sizeof(Prefix) == 64);

struct PlainPrefix {
  uint32_t length = 0;
  uint64_t checksum = 0;
};
constexpr size_t plain_prefix = sizeof(uint32_t) + sizeof(uint64_t);

uint64_t checksum_of(const Prefix& prefix, std::string_view note) {
  return XXH3_64bits_withSeed(note.data(), note.size(),
                              XXH3_64bits(&prefix, offsetof(Prefix, checksum)));
}

std::string checksum_text(std::string_view line) {
  return fmt::format("{:016x}", XXH3_64bits(line.data(), line.size()));
}

// The next word up to `end`, which is taken away with it.
std::string_view take_word(std::string_view& text, char end) {
  const size_t at = text.find(end);
  if (at == std::string_view::npos) return std::exchange(text, {});
  const std::string_view word = text.substr(0, at);
  text.remove_prefix(at + 1);
  return word;
}

template <class T>
T number_of(std::string_view digits) {
  T number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// It is nothing where the record is not whole.
std::optional<Prefix> take_record(std::string_view& bytes, std::optional<Note>& note,
                                  std::map<LaunchId, Asking>& asking) {
  Prefix prefix;
  if (bytes.size() < sizeof prefix) return {};
  std::memcpy(&prefix, bytes.data(), sizeof prefix);
  if (bytes.size() - sizeof prefix < prefix.length) return {};
  const std::string_view payload = bytes.substr(sizeof prefix, prefix.length);
  if (prefix.checksum != checksum_of(prefix, payload)) return {};
  note.reset();
  if (prefix.kind == Kind::step) {
    auto decoded = decode_note(payload);
    if (!decoded) return {};
    note = std::move(*decoded);
  } else if (prefix.kind == Kind::asking) {
    auto decoded = decode_asking(payload);
    if (!decoded) return {};
    asking[decoded->first] = std::move(decoded->second);
    if (asking[decoded->first].signal == 0) asking.erase(decoded->first);
  }
  bytes.remove_prefix(sizeof prefix + prefix.length);
  return prefix;
}

std::optional<Note> take_plain_note(std::string_view& bytes) {
  if (bytes.size() < plain_prefix) return {};
  PlainPrefix prefix;
  std::memcpy(&prefix.length, bytes.data(), sizeof prefix.length);
  std::memcpy(&prefix.checksum, bytes.data() + sizeof prefix.length, sizeof prefix.checksum);
  if (bytes.size() - plain_prefix < prefix.length) return {};
  const std::string_view payload = bytes.substr(plain_prefix, prefix.length);
  if (XXH3_64bits(payload.data(), payload.size()) != prefix.checksum) return {};
  auto note = decode_note(payload);
  if (!note) return {};
  bytes.remove_prefix(plain_prefix + prefix.length);
  return std::move(*note);
}

void take_steps(std::string_view& rest, LedgerText& text) {
  const auto add = [&](Note note) {
    text.memory.add(std::move(note));
    text.begun = true;
  };
  if (text.version <= last_plain_version) {
    while (auto note = take_plain_note(rest)) {
      add(std::move(*note));
      text.number++;
    }
    return;
  }
  std::optional<Note> note;
  for (std::string_view before = rest; auto prefix = take_record(rest, note, text.asking);
       before = rest) {
    const bool follows = prefix->number == text.number + (prefix->kind == Kind::step ? 1 : 0);
    if (text.begun && !follows) {
      rest = before;  // a part of another ledger
      return;
    }
    text.number = prefix->number;
    text.journal = prefix->mark;
    if (note) add(std::move(*note));
  }
}

// `write` appends what belongs to it.
template <class Write>
void append(std::vector<char>& out, Prefix prefix, Write write) {
  const size_t start = out.size();
  out.resize(start + sizeof prefix);
  write();
  prefix.length = static_cast<uint32_t>(out.size() - start - sizeof prefix);
  prefix.checksum = checksum_of(prefix, {out.data() + start + sizeof prefix, prefix.length});
  std::memcpy(out.data() + start, &prefix, sizeof prefix);
}

}  // namespace

bool is_newer_ledger(std::string_view bytes) {
  if (!bytes.starts_with(magic)) return false;
  bytes.remove_prefix(magic.size());
  return number_of<uint32_t>(take_word(bytes, ' ')) > ledger_version;
}

Result<LedgerText> decode_ledger(std::string_view bytes) {
  const size_t size = bytes.size();
  if (size == 0) return fail("it is empty");
  if (!bytes.starts_with(magic)) return fail("it is not a ledger");
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return fail("its head is cut off");
  std::string_view line = bytes.substr(0, end);
  bytes.remove_prefix(end + 1);
  LedgerText text;
  std::string_view words = line.substr(magic.size());
  text.version = number_of<uint32_t>(take_word(words, ' '));
  if (text.version == 0) return fail("it is not a ledger");
  if (text.version > ledger_version)
    return fail("it was written by a newer muster (version {}, this one reads {}); use that one",
                text.version, ledger_version);
  if (text.version > last_plain_version) {
    const size_t mark = line.rfind(" #");
    if (mark == std::string_view::npos || line.size() - mark - 2 != checksum_digits ||
        line.substr(mark + 2) != checksum_text(line.substr(0, mark)))
      return fail("its head is damaged");
    words.remove_suffix(line.size() - mark);
  }
  text.machine = take_word(words, ' ');
  std::string_view secret = take_word(words, ' ');
  text.run.token = take_word(secret, ':');
  text.run.secret = secret;
  text.run.first_start = number_of<uint64_t>(take_word(words, ' '));
  text.run.cgroup = words;
  take_steps(bytes, text);
  if (!bytes.empty())
    text.damage = fmt::format("{} of its {} bytes are cut off or damaged", bytes.size(), size);
  return text;
}

std::string ledger_head(const std::string& machine, const Run& run) {
  const std::string line = fmt::format("{}{} {} {}{}{} {}{}{}", magic, ledger_version, machine,
                                       run.token, run.secret.empty() ? "" : ":", run.secret,
                                       run.first_start, run.cgroup.empty() ? "" : " ", run.cgroup);
  return fmt::format("{} #{}\n", line, checksum_text(line));
}

void append_step(std::vector<char>& out, uint64_t number, const journal::Mark& mark,
                 const Note& note) {
  append(out, {0, Kind::step, number, mark, 0}, [&] { encode(note, out); });
}

void append_mark(std::vector<char>& out, uint64_t number, const journal::Mark& mark) {
  append(out, {0, Kind::mark, number, mark, 0}, [] {});
}

void append_asking(std::vector<char>& out, uint64_t number, const journal::Mark& mark,
                   LaunchId launch, const Asking& asking) {
  const std::string bytes = encode_asking(launch, asking);
  append(out, {0, Kind::asking, number, mark, 0},
         [&] { out.insert(out.end(), bytes.begin(), bytes.end()); });
}

}  // namespace muster
