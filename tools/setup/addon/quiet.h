// The standard error stream as it was before libtensorflow was loaded; -1 while it is in its place.
#pragma once

extern "C" int pf_standard_error;
