// A Procfile, a .env file or muster.toml of any bytes is understood or complained about.
#include <string_view>

#include "daemon/config/env_file.h"
#include "daemon/config/procfile.h"
#include "daemon/config/settings_file.h"

using namespace muster;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_procfile(text, "Procfile");
  (void)parse_env_file(text, ".env");
  AppModel model{{{"web", "serve"}}, {}};
  (void)take_settings(text, "muster.toml", model);
  return 0;
}
