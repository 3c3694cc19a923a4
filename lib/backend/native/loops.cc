#include "loops.h"

#include "kernel.h"

namespace pf {

PF_FAST void add(float* PF_ALONE sum, const float* PF_ALONE x, int64_t n) {
  for (int64_t i = 0; i < n; i++) sum[i] += x[i];
}

PF_FAST void addScaled(float* PF_ALONE sum, const float* PF_ALONE x, float by, int64_t n) {
  for (int64_t i = 0; i < n; i++) sum[i] += by * x[i];
}

PF_FAST float dot(const float* PF_ALONE a, const float* PF_ALONE b, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

}  // namespace pf
