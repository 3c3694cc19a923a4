// Loops over rows of numbers that several kernels need.
#pragma once

#include <cstdint>

namespace pf {

/** sum += x */
void add(float* sum, const float* x, int64_t n);
/** sum += by · x */
void addScaled(float* sum, const float* x, float by, int64_t n);
/** a · b */
float dot(const float* a, const float* b, int64_t n);

}  // namespace pf
