// System calls with EINTR repeated and errors worded; no decisions.
#include "router/journal/posix_storage.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>

#include "base/trusted_path.h"

namespace muster::journal {
namespace {

template <class Call>
auto uninterrupted(Call call) {
  decltype(call()) result;
  do result = call();
  while (result < 0 && errno == EINTR);
  return result;
}

class PosixFile : public StorageFile {
 public:
  explicit PosixFile(UniqueFd fd) : fd_(std::move(fd)) {}

  Result<uint64_t> size() override {
    struct stat st {};
    if (::fstat(fd_.get(), &st) < 0) return fail_errno(errno, "stat");
    return st.st_nlink == 0 ? 0 : uint64_t(st.st_size);
  }

  uint64_t identity() override {
    struct stat st {};
    return ::fstat(fd_.get(), &st) < 0 ? 0 : uint64_t(st.st_ino);
  }

  Result<size_t> read(char* into, size_t bytes, uint64_t offset) override {
    size_t done = 0;
    while (done < bytes) {
      ssize_t n = uninterrupted(
          [&] { return ::pread(fd_.get(), into + done, bytes - done, off_t(offset + done)); });
      if (n < 0) return fail_errno(errno, "read");
      if (n == 0) break;
      done += size_t(n);
    }
    return done;
  }

  Result<size_t> write(std::string_view bytes, uint64_t offset) override {
    ssize_t n = uninterrupted(
        [&] { return ::pwrite(fd_.get(), bytes.data(), bytes.size(), off_t(offset)); });
    if (n < 0) return fail_errno(errno, "write");
    if (n == 0) return fail("write: nothing was written");
    return size_t(n);
  }

  Result<> truncate(uint64_t size) override {
    if (uninterrupted([&] { return ::ftruncate(fd_.get(), off_t(size)); }) < 0)
      return fail_errno(errno, "truncate");
    return {};
  }

  Result<> sync() override {
    if (uninterrupted([&] { return ::fdatasync(fd_.get()); }) < 0)
      return fail_errno(errno, "fdatasync");
    return {};
  }

 private:
  UniqueFd fd_;
};

}  // namespace

Result<std::vector<std::string>> PosixStorage::list() {
  std::vector<std::string> names;
  DIR* directory = nullptr;
  do directory = ::opendir(directory_.c_str());
  while (!directory && errno == EINTR);
  if (!directory && errno == ENOENT) return names;
  if (!directory) return fail_errno(errno, "cannot list {}", directory_);
  while (dirent* entry = ::readdir(directory)) names.emplace_back(entry->d_name);
  ::closedir(directory);
  return names;
}

Result<std::unique_ptr<StorageFile>> PosixStorage::open(const std::string& name, Mode mode) {
  int flags = mode == Mode::read    ? O_RDONLY
              : mode == Mode::write ? O_RDWR
                                    : O_RDWR | O_CREAT | O_TRUNC;
  std::string path = path_of(name);
  if (mode == Mode::create) ::mkdir(directory_.c_str(), 0700);  // open() reports what matters
  auto fd = open_regular(path, flags);
  if (fd && !*fd) fd = fail_errno(ENOENT, "open {}", path);
  if (!fd) return tl::unexpected(fd.error());
  return std::make_unique<PosixFile>(std::move(*fd));
}

Result<> PosixStorage::remove(const std::string& name) {
  if (::unlink(path_of(name).c_str()) < 0 && errno != ENOENT)
    return fail_errno(errno, "remove {}", path_of(name));
  return {};
}

Result<> PosixStorage::rename(const std::string& from, const std::string& to) {
  if (::rename(path_of(from).c_str(), path_of(to).c_str()) < 0)
    return fail_errno(errno, "rename {} to {}", path_of(from), to);
  return {};
}

Result<std::unique_ptr<StorageFile>> PosixStorage::open_directory() {
  UniqueFd fd(uninterrupted(
      [&] { return ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!fd) return fail_errno(errno, "open {}", directory_);
  return std::make_unique<PosixFile>(std::move(fd));
}

bool PosixStorage::leads_to(const std::string& name, StorageFile& file) {
  struct stat st {};
  return ::lstat(path_of(name).c_str(), &st) == 0 && uint64_t(st.st_ino) == file.identity();
}

BootId read_boot_id() {
  BootId id{};
  std::FILE* file = std::fopen("/proc/sys/kernel/random/boot_id", "re");
  if (!file) return id;
  for (size_t i = 0; i < id.size(); i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) std::fgetc(file);  // a dash
    unsigned byte = 0;
    if (std::fscanf(file, "%2x", &byte) != 1) break;
    id[i] = uint8_t(byte);
  }
  std::fclose(file);
  return id;
}

}  // namespace muster::journal
