// TF_CPP_MIN_LOG_LEVEL=1 and above means "no notes", but libtensorflow writes one about the processor while it is being
// loaded, before anybody can set its level. This library is loaded just before it and holds the stream back until
// log_level.cc, which is loaded after it, gives it back. Errors of a failed load come from Node and are not affected.
#include "quiet.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

extern "C" {
__attribute__((visibility("default"))) int pf_standard_error = -1;
}

namespace {

[[maybe_unused]] const bool held = [] {
  const char* level = std::getenv("TF_CPP_MIN_LOG_LEVEL");
  if (level == nullptr || std::atoi(level) < 1) return false;
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere < 0) return false;
  pf_standard_error = dup(STDERR_FILENO);
  if (pf_standard_error >= 0) dup2(nowhere, STDERR_FILENO);
  close(nowhere);
  return true;
}();

}  // namespace
