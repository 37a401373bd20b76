// See load.h.
#include "daemon/config/load.h"

#include <charconv>
#include <filesystem>

#include "base/digest.h"
#include "daemon/config/conflict_marks.h"
#include "daemon/config/env_file.h"
#include "daemon/config/given_pipe.h"
#include "daemon/config/procfile.h"
#include "daemon/config/settings_file.h"
#include "daemon/config/text_file.h"
#include "proto/limits.h"

namespace muster {
namespace {

constexpr const char* procfile_name = "Procfile";
constexpr const char* env_file_name = ".env";
constexpr uint32_t default_port = 5000;

// A file in the directory that would be the Procfile if its name were written right.
std::optional<std::string> miscased_procfile(const std::string& directory) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::string name = entry->path().filename();
    if (name != procfile_name && strcasecmp(name.c_str(), procfile_name) == 0) return name;
  }
  return std::nullopt;
}

// Where a link leads that leads to nothing.
std::optional<std::string> missing_target(const std::string& path) {
  std::error_code error;
  const auto target = std::filesystem::read_symlink(path, error);
  return error ? std::nullopt : std::optional(target.string());
}

// Reads files one after the other, and remembers which, and what was in them.
struct FileReader {
  std::vector<FileTaken> taken = {};
  std::vector<Complaint> complaints = {};
  bool has_unread_pipe = false;

  Result<std::optional<NamedText>> read_if_there(const std::string& path, std::string name) {
    return keep(path, std::move(name), read_text_file(path));
  }
  // A file beside the others of the app; one that was pushed is not to lead elsewhere.
  Result<std::optional<NamedText>> read_own(const ModelFiles& files, const std::string& name) {
    const std::string path = files.directory + '/' + name;
    return keep(path, name,
                files.confined ? read_text_beneath(files.directory, name) : read_text_file(path));
  }
  // A commit has no pipes.
  Result<std::optional<NamedText>> read_own_variables(const ModelFiles& files) {
    if (files.confined) return read_own(files, env_file_name);
    return read_variables_if_there(files.directory + '/' + env_file_name, env_file_name,
                                   files.pipe_patience);
  }
  Result<std::optional<NamedText>> keep(const std::string& path, std::string name,
                                        Result<std::optional<std::string>> text) {
    if (!text) return within(text.error(), "{}", path);
    return take(path, std::move(name), std::move(*text));
  }
  // The text of a pipe cannot be asked for again just to see whether it is the same.
  Result<std::optional<NamedText>> read_variables_if_there(const std::string& path,
                                                           std::string name, Nanos patience) {
    if (auto given = given_text(path)) return NamedText{std::move(name), std::move(*given)};
    auto read = read_text_or_pipe(path, patience);
    if (!read) return within(read.error(), "{}", path);
    if (!read->is_pipe) return take(path, std::move(name), std::move(read->text));
    has_unread_pipe |= !read->text;
    return NamedText{std::move(name), std::move(read->text).value_or("")};
  }
  std::optional<NamedText> take(const std::string& path, std::string name,
                                std::optional<std::string> text) {
    taken.push_back({name, path, text ? digest_of(*text) : 0});
    if (text) return NamedText{std::move(name), std::move(*text)};
    if (const auto target = missing_target(path))
      complaints.push_back({name, 0,
                            fmt::format("it is a link to '{}', which is not there: it is taken as "
                                        "if there were no such file",
                                        *target)});
    return std::nullopt;
  }
  Result<NamedText> read(const std::string& path) {
    auto text = read_if_there(path, path);
    if (!text) return tl::unexpected(text.error());
    if (!*text) return fail("{}: there is no such file", path);
    return std::move(**text);
  }
};

Result<NamedText> read_procfile(const ModelFiles& files, FileReader& reader) {
  if (files.procfile) return reader.read(*files.procfile);
  auto text = reader.read_own(files, procfile_name);
  if (!text) return tl::unexpected(text.error());
  if (*text) return std::move(**text);
  if (auto name = miscased_procfile(files.directory))
    return fail("there is no Procfile in {}, but a mis-cased '{}': rename it to Procfile",
                files.directory, *name);
  if (const auto target = missing_target(files.directory + "/" + procfile_name))
    return fail("there is no Procfile in {}: it is a link to '{}', which is not there",
                files.directory, *target);
  if (access((files.directory + "/Procfile.dev").c_str(), F_OK) == 0)
    return fail(
        "there is no Procfile in {}, but a Procfile.dev, which is chosen by: -f Procfile.dev",
        files.directory);
  return fail("there is no Procfile in {}", files.directory);
}

Result<std::vector<NamedText>> read_env_files(const ModelFiles& files, FileReader& reader) {
  std::vector<NamedText> texts;
  if (files.env_files.empty()) {
    auto text = reader.read_own_variables(files);
    if (!text) return tl::unexpected(text.error());
    if (*text) texts.push_back(std::move(**text));
  }
  for (auto& path : files.env_files) {
    auto text = reader.read_variables_if_there(path, path, files.pipe_patience);
    if (!text) return tl::unexpected(text.error());
    if (!*text) return fail("{}: there is no such file", path);
    texts.push_back(std::move(**text));
  }
  return texts;
}

// Beside the Procfile, wherever that is.
Result<std::optional<NamedText>> read_settings_file(const ModelFiles& files, FileReader& reader) {
  std::string path = files.directory + "/" + settings_file_name, name = settings_file_name;
  if (files.procfile)
    path = name =
        std::filesystem::path(*files.procfile).replace_filename(settings_file_name).string();
  return files.procfile ? reader.read_if_there(path, std::move(name))
                        : reader.read_own(files, settings_file_name);
}

Result<> refuse_conflict(const NamedText& file, LoneEquals lone) {
  const auto mark = conflict_mark(file.text, lone);
  if (!mark) return {};
  return fail("{}:{}: a merge conflict is not resolved ('{}'): keep the lines that are meant",
              file.name, mark->line, mark->text);
}

Result<> refuse_conflicts(const NamedText& procfile, const std::vector<NamedText>& env_files,
                          const std::optional<NamedText>& settings) {
  if (auto clean = refuse_conflict(procfile, LoneEquals::is_mark); !clean) return clean;
  for (auto& file : env_files)
    if (auto clean = refuse_conflict(file, LoneEquals::is_mark); !clean) return clean;
  return settings ? refuse_conflict(*settings, LoneEquals::is_text) : Result<>();
}

}  // namespace

Result<LoadedModel> assemble_model(const NamedText& procfile,
                                   const std::vector<NamedText>& env_files,
                                   const std::optional<NamedText>& settings) {
  LoadedModel loaded;
  if (auto clean = refuse_conflicts(procfile, env_files, settings); !clean)
    return tl::unexpected(clean.error());
  auto [types, complaints, errors] = parse_procfile(procfile.text, procfile.name);
  if (types.empty()) {
    const auto& causes = errors.empty() ? complaints : errors;
    std::string why = causes.empty() ? "" : " (" + causes.front().text() + ")";
    return fail("{}: no process types are defined{}", procfile.name, why);
  }
  if (types.size() > limits::processes)
    return fail("{}: {} process types are too many: an app can have {}", procfile.name,
                types.size(), limits::processes);
  loaded.model.types = std::move(types);
  loaded.complaints = std::move(complaints);
  for (auto& file : env_files) {
    auto parsed = parse_env_file(file.text, file.name);
    for (auto& [name, value] : parsed.env) set_variable(loaded.model.env, name, value);
    if (const auto line = parsed.lines.find("PORT"); line != parsed.lines.end())
      loaded.port_place = fmt::format("{}:{}", file.name, line->second);
    for (auto& complaint : parsed.complaints) loaded.complaints.push_back(std::move(complaint));
  }
  if (settings) {
    auto found = take_settings(settings->text, settings->name, loaded.model);
    loaded.errors = std::move(found.errors);
    for (auto& warning : found.warnings) loaded.complaints.push_back(std::move(warning));
  }
  loaded.errors.insert(loaded.errors.begin(), errors.begin(), errors.end());
  return loaded;
}

Result<LoadedModel> load_model(const ModelFiles& files) {
  FileReader reader;
  auto procfile = read_procfile(files, reader);
  if (!procfile) return tl::unexpected(procfile.error());
  auto env_files = read_env_files(files, reader);
  if (!env_files) return tl::unexpected(env_files.error());
  auto settings = read_settings_file(files, reader);
  if (!settings) return tl::unexpected(settings.error());
  auto loaded = assemble_model(*procfile, *env_files, *settings);
  if (loaded) loaded->model.root = resolved_directory(files.directory);
  if (loaded) loaded->model.files = std::move(reader.taken);
  if (loaded) loaded->has_unread_pipe = reader.has_unread_pipe;
  if (loaded)
    for (auto& complaint : reader.complaints) loaded->complaints.push_back(std::move(complaint));
  if (!loaded || files.procfile) return loaded;
  if (auto name = miscased_procfile(files.directory))
    loaded->complaints.push_back({*name, 0, "mis-cased and therefore ignored beside the Procfile"});
  return loaded;
}

std::string resolved_directory(const std::string& directory) {
  std::error_code error;
  const auto path = std::filesystem::canonical(directory, error);
  return error ? std::string() : path.string();
}

Result<LoadedModel> load_flawless_model(const ModelFiles& files) {
  auto loaded = load_model(files);
  if (!loaded || loaded->errors.empty()) return loaded;
  const std::string first = loaded->errors.front().text();
  const size_t others = loaded->errors.size() - 1;
  if (others == 0) return fail("{}", first);
  return fail("{} (and {} more error{}; ctl check names all)", first, others,
              others == 1 ? "" : "s");
}

std::optional<std::string> directory_with_procfile(const std::string& directory) {
  std::error_code error;
  for (std::filesystem::path place = std::filesystem::absolute(directory, error);;
       place = place.parent_path()) {
    if (std::filesystem::exists(place / procfile_name, error)) return place.string();
    if (place == place.parent_path()) return std::nullopt;
  }
}

Result<uint32_t> base_port(std::optional<uint32_t> option, const Environment& env,
                           const GetEnv& environment) {
  std::string place = "-p", text = option ? std::to_string(*option) : "";
  if (!option) {
    place = "PORT in .env";
    for (auto& [name, value] : env)
      if (name == "PORT") text = value;
  }
  if (text.empty()) {
    place = "PORT in the environment";
    text = environment("PORT").value_or("");
  }
  if (text.empty()) return default_port;
  uint32_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65535)
    return fail("{}: '{}' is not a port (1 to 65535)", place, text);
  return port;
}

}  // namespace muster
