// ctl import: the file of another supervisor to a Procfile, an .env and a muster.toml, with a
// report of what could not be carried over. Needs no daemon, and overwrites nothing unasked.
#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>
#include <unistd.h>
#include <filesystem>

#include "base/write_all.h"
#include "ctl/deploy/program.h"
#include "ctl/import/converters.h"
#include "ctl/printers/text.h"
#include "ctl/verbs/verbs.h"
#include "daemon/config/text_file.h"

namespace muster {
namespace {

struct FileToWrite {
  std::string name, text;
  mode_t mode;
};

// A half of it never stands under the name.
Result<> put_in_place(const std::string& path, const FileToWrite& file, bool replaces) {
  const std::string next = fmt::format("{}.import-{}", path, ::getpid());
  const int fd = ::open(next.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file.mode);
  if (fd < 0) return fail_errno(errno, "{}", next);
  Result<> written = write_all(fd, file.text);
  if (::close(fd) != 0 && written) written = fail_errno(errno, "close");
  if (written) {
    const int done =
        replaces ? ::rename(next.c_str(), path.c_str()) : ::link(next.c_str(), path.c_str());
    if (done != 0) written = fail_errno(errno, "it cannot be put in its place");
  }
  if (!written || !replaces) ::unlink(next.c_str());
  return written ? written : within(written.error(), "{}", path);
}

std::vector<ImportSource::Found> files_that_match(const std::string& directory,
                                                  const std::string& pattern) {
  constexpr size_t most = 200;
  std::vector<ImportSource::Found> found;
  ::glob_t matches{};
  const std::string whole = pattern.starts_with('/') ? pattern : directory + '/' + pattern;
  if (::glob(whole.c_str(), 0, nullptr, &matches) == 0)
    for (size_t i = 0; i < matches.gl_pathc && found.size() < most; i++) {
      const std::string path = matches.gl_pathv[i];
      auto text = read_text_file(path);
      if (text && *text)
        found.push_back({pattern.starts_with('/') ? path : path.substr(directory.size() + 1),
                         std::move(**text)});
    }
  ::globfree(&matches);
  return found;
}

// A program of theirs makes the object: it runs with all that this user may do.
Result<std::string> json_made_by_node(const std::string& path) {
  constexpr std::string_view mark = "\x1e";
  const std::string script =
      "const made = require(require('path').resolve(process.argv[1]));"
      "process.stdout.write('\\x1e' + JSON.stringify(made.default ?? made) + '\\x1e')";
  auto printed = output_of({{"node", "-e", script, path}, {}});
  if (!printed) return tl::unexpected(printed.error());
  const size_t begin = printed->find(mark), end = printed->rfind(mark);
  if (begin == end) return fail("node made no object of it");
  return printed->substr(begin + 1, end - begin - 1);
}

class Import : public Verb {
 public:
  void add_options(Options& options) override {
    std::string names, shown;
    std::vector<std::string> known;
    for (auto& format : import_formats()) {
      known.emplace_back(format.name);
      shown += (shown.empty() ? "" : "|") + std::string(format.name);
      names += fmt::format("\n  {:<17}{}", format.name, format.what);
    }
    options.footer("\nThe formats:" + names +
                   "\n\nA Procfile, an .env and a muster.toml are made of it, and each line that "
                   "could not be\ncarried over is told, with its reason.");
    options.text("FILE", file_, "The file of the other supervisor").required();
    options.text("--from", from_, "Its format, where that cannot be seen")
        .one_of(known)
        .shown_as(shown);
    options.text("--into", into_, "Where the files are written").shown_as("DIR [.]");
    options.flag("--trust", trust_, "Let node run a .js, which may do all that you may");
    options.flag("-n,--dry-run", dry_run_, "Show them, and write nothing");
    options.flag("--force", force_, "Write over files that are there");
  }

  Outcome<int> run(Session& session) override {
    auto imported = read();
    if (!imported) return failure(ExitCode::no, imported.message());
    std::error_code error;
    const bool has_env = !force_ && std::filesystem::exists(into_ + "/.env", error);
    auto app = written(*imported, has_env);
    if (!app) return failure(ExitCode::no, app.message());
    Output report(STDERR_FILENO);
    for (auto& note : imported->notes) report.write(terminal_safe(note.text()) + '\n');
    report.flush();
    std::vector<FileToWrite> files;
    if (!app->env.empty()) files.push_back({".env", app->env, 0600});
    if (!app->settings.empty())
      files.push_back(
          {"muster.toml", app->settings, mode_t(app->settings_are_secret ? 0600 : 0644)});
    files.push_back({"Procfile", app->procfile, 0644});
    if (dry_run_)
      for (auto& file : files) session.out.write(fmt::format("==> {}\n{}\n", file.name, file.text));
    else if (auto done = write(session, files); !done)
      return tl::unexpected(done.error());
    if (!app->formation.empty())
      session.out.write(fmt::format("{}, start it (musterd -d), then: {}\n",
                                    dry_run_ ? "Once they are written" : "Look at them",
                                    app->formation));
    return status_done;
  }

 private:
  Result<Imported> read() const {
    auto text = read_text_file(file_);
    if (!text) return fail("{}: {}", file_, text.message());
    if (!*text) return fail("{}: there is no such file", file_);
    const bool is_program = file_.ends_with("js");
    if (is_program) {
      if (!trust_)
        return fail("{}: it is a program, which is run only with --trust; read it first", file_);
      auto json = json_made_by_node(file_);
      if (!json) return within(json.error(), "{}", file_);
      *text = std::move(*json);
    }
    const auto* format =
        from_.empty() ? guess_import_format(file_, **text) : find_import_format(from_);
    if (!format) return fail("{}: its format cannot be seen; say it by --from FORMAT", file_);
    std::error_code error;
    const auto path = std::filesystem::absolute(file_, error);
    const std::string directory = path.parent_path().string();
    return format->convert(
        {file_, **text, directory, environment_variable,
         [directory](const std::string& pattern) { return files_that_match(directory, pattern); }});
  }

  Outcome<> write(const Session& session, const std::vector<FileToWrite>& files) const {
    std::error_code error;
    std::filesystem::create_directories(into_, error);
    const auto path_of = [this](const FileToWrite& file) {
      return into_ == "." ? file.name : into_ + '/' + file.name;
    };
    for (auto& file : files)
      if (!force_ && std::filesystem::exists(path_of(file), error))
        return failure(ExitCode::no,
                       fmt::format("{} is there already, and nothing was written. --into another "
                                   "directory, --dry-run to look, or --force to write over it",
                                   path_of(file)));
    for (auto& file : files) {
      if (Result<> done = put_in_place(path_of(file), file, force_); !done)
        return failure(ExitCode::no, done.message());
      session.out.write(fmt::format("Wrote {}\n", path_of(file)));
    }
    return {};
  }

  std::string file_, from_, into_ = ".";
  bool dry_run_ = false, force_ = false, trust_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_import() { return std::make_unique<Import>(); }

}  // namespace muster
