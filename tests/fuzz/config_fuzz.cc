// Whatever stands in a Procfile or a .env file: it is understood or complained about.
#include <string_view>

#include "daemon/config/env_file.h"
#include "daemon/config/procfile.h"

using namespace muster;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)parse_procfile(text, "Procfile");
  (void)parse_env_file(text, ".env");
  return 0;
}
