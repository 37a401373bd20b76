// See in_force.h. The file is a line of text, then one or two records: length and xxHash of the
// payload, 4 and 8 bytes as the machine has them, and the payload, a map by field name.
#include "daemon/edge/store/in_force.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/trusted_path.h"
#include "base/whole_file.h"
#include "base/write_all.h"
#include "daemon/edge/store/describe_kept.h"

namespace muster {
namespace wire {

template <class Fields, Is<InForce> M>
void describe(Fields& fields, M& in_force) {
  fields.must("number", in_force.number);
  fields.must("run", in_force.run);
  fields.must("app", in_force.app);
  fields.must("directory", in_force.directory);
  fields.must("base_port", in_force.base_port);
  fields.must("release", in_force.release);
  fields.must("model", in_force.model);
}

}  // namespace wire

namespace {

constexpr std::string_view in_force_magic = "muster in-force 1\n";
constexpr size_t record_head = sizeof(uint32_t) + sizeof(uint64_t);
// Two models, each of a Procfile, a muster.toml and some files of variables, none of which may have
// more than limits::config_file, and of a release.
constexpr off_t most_in_force_bytes = 64 << 20;

std::string record_of(const InForce& in_force) {
  std::vector<char> payload;
  encode(in_force, payload);
  const auto length = static_cast<uint32_t>(payload.size());
  const uint64_t checksum = XXH3_64bits(payload.data(), payload.size());
  std::string record(record_head, '\0');
  std::memcpy(record.data(), &length, sizeof length);
  std::memcpy(record.data() + sizeof length, &checksum, sizeof checksum);
  return record.append(payload.begin(), payload.end());
}

// It is nothing where the record is not whole.
std::optional<InForce> take_record(std::string_view& bytes) {
  uint32_t length = 0;
  uint64_t checksum = 0;
  if (bytes.size() < record_head) return {};
  std::memcpy(&length, bytes.data(), sizeof length);
  std::memcpy(&checksum, bytes.data() + sizeof length, sizeof checksum);
  if (bytes.size() - record_head < length) return {};
  const std::string_view payload = bytes.substr(record_head, length);
  if (XXH3_64bits(payload.data(), payload.size()) != checksum) return {};
  bytes.remove_prefix(record_head + length);
  auto in_force = decode_in_force(payload);
  if (!in_force) return {};
  return std::move(*in_force);
}

Result<UniqueFd> in_memory(std::string_view bytes) {
  UniqueFd file(memfd_create("muster-in-force", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return fail_errno(errno, "memfd_create");
  if (Result<> written = write_all(file.get(), bytes); !written)
    return tl::unexpected(written.error());
  fcntl(file.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  return file;
}

// A number alone is given to another file when it has gone.
std::pair<uint64_t, int64_t> file_state_of(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return {};
  return {status.st_ino, status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

Result<> put_in_place(const std::string& path, std::string_view bytes) {
  if (auto way = make_way(path); !way) return way;
  const std::string next = path + ".next";
  const auto file = open_regular(next, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return tl::unexpected(file.error());
  if (Result<> written = write_all(file->get(), bytes); !written) return written;
  if (rename(next.c_str(), path.c_str()) != 0) return fail_errno(errno, "rename");
  return {};
}

}  // namespace

void encode(const InForce& in_force, std::vector<char>& out) {
  wire::Appender appender{out};
  wire::Packer packer(appender);
  wire::write_fields(packer, in_force);
}

Result<InForce> decode_in_force(std::string_view bytes) {
  constexpr size_t most_elements = SIZE_MAX;  // as large as we wrote it
  // The map, the model, its types, a type, its settings, a check, its readiness; and room.
  constexpr size_t nesting = 16;
  try {
    msgpack::zone zone;
    const msgpack::object map = wire::unpack_map(bytes, most_elements, zone, nesting);
    InForce in_force;
    wire::FieldReader reader{map};
    describe(reader, in_force);
    return in_force;
  } catch (const std::exception& problem) {
    return fail("{}", problem.what());
  }
}

std::vector<InForce> InForceFile::read(const UniqueFd& file) {
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
  if (status.st_size > most_in_force_bytes) return {};
  std::string text(static_cast<size_t>(status.st_size), '\0');
  const ssize_t n = pread(file.get(), text.data(), text.size(), 0);
  std::string_view rest(text.data(), n > 0 ? static_cast<size_t>(n) : 0);
  if (!rest.starts_with(in_force_magic)) return {};
  rest.remove_prefix(in_force_magic.size());
  std::vector<InForce> whole;
  while (auto in_force = take_record(rest)) whole.push_back(std::move(*in_force));
  return whole;
}

std::vector<InForce> InForceFile::read(const std::string& path) {
  return read(UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)));
}

InForceFile::InForceFile(std::string path, std::function<void(int)> deposit, const InForce* last)
    : path_(std::move(path)), deposit_(std::move(deposit)) {
  if (last) settled_ = newest_ = record_of(*last);
}

Result<> InForceFile::keep(const InForce& next) {
  newest_ = record_of(next);
  std::string bytes(in_force_magic);
  bytes += settled_;
  if (newest_ != settled_) bytes += newest_;
  Result<UniqueFd> memory = in_memory(bytes);
  if (memory) {
    memory_ = std::move(*memory);
    deposit_again();
  }
  bytes_ = std::move(bytes);
  if (Result<> written = put_in_place(path_, bytes_); !written)
    return within(written.error(), "{}", path_);
  as_left_ = file_state_of(path_);
  if (!memory) return tl::unexpected(memory.error());
  return {};
}

bool InForceFile::look() {
  if (bytes_.empty() || file_state_of(path_) == as_left_) return false;
  if (!put_in_place(path_, bytes_)) return false;
  as_left_ = file_state_of(path_);
  return true;
}

void InForceFile::deposit_again() {
  if (memory_) deposit_(memory_.get());
}

void InForceFile::end() { unlink(path_.c_str()); }

}  // namespace muster
