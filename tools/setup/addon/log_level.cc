// Makes TF_CPP_MIN_LOG_LEVEL count: libtensorflow leaves that to its Python front end, which is not loaded here.
// Part of the addon, so it runs when libtensorflow has been loaded.
#include <unistd.h>

#include <cstdlib>

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"
#include "quiet.h"

namespace {

[[maybe_unused]] const bool applied = [] {
  if (pf_standard_error >= 0) {
    dup2(pf_standard_error, STDERR_FILENO);
    close(pf_standard_error);
    pf_standard_error = -1;
  }
  if (const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL")) {
    absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(std::atoi(level)));
  }
  return true;
}();

}  // namespace
