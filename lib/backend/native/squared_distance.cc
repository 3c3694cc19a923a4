// Sum of squared differences over two lists of tensors.
#include <algorithm>
#include <vector>

#include "kernel.h"
#include "threads.h"

namespace pf {

namespace {

constexpr int64_t ELEMENTS = 1 << 14;  // of one piece of work: its sum is exact enough in single precision

PF_FAST float squares(const float* PF_ALONE a, const float* PF_ALONE b, int64_t n) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

PF_FAST void differences(const float* PF_ALONE a, const float* PF_ALONE b, float times, float* PF_ALONE d, int64_t n) {
  for (int64_t i = 0; i < n; i++) d[i] = times * (a[i] - b[i]);
}

/** first tensors, second tensors → the sum over all their elements. */
class SquaredDistance {
 public:
  explicit SquaredDistance(Attributes& attributes) : count_(static_cast<int>(attributes.integer("N"))) {}
  void run(Call& call) {
    struct Piece {
      const float *a, *b;
      int64_t size;
    };
    std::vector<Piece> pieces;
    for (int i = 0; i < count_; i++) {
      const TF_Tensor* first = call.input(i);
      const TF_Tensor* second = call.input(count_ + i);
      if (!call.require(elements(first) == elements(second), "PfSquaredDistance: two tensors differ in size")) return;
      const float* a = floatsOf(first);
      const float* b = floatsOf(second);
      for (int64_t from = 0; from < elements(first); from += ELEMENTS)
        pieces.push_back({a + from, b + from, std::min(ELEMENTS, elements(first) - from)});
    }
    std::vector<float> sums(pieces.size());
    parallel(static_cast<int64_t>(pieces.size()),
             [&](int64_t i) { sums[i] = squares(pieces[i].a, pieces[i].b, pieces[i].size); });
    double sum = 0;
    for (const float part : sums) sum += part;
    *call.output(0, {}) = static_cast<float>(sum);
  }

 private:
  int count_;
};

/** first tensors, second tensors, dy → gradients of the first ones. */
class SquaredDistanceGradient {
 public:
  explicit SquaredDistanceGradient(Attributes& attributes) : count_(static_cast<int>(attributes.integer("N"))) {}
  void run(Call& call) {
    const float times = 2 * *call.floats(2 * count_);
    for (int i = 0; i < count_; i++) {
      const TF_Tensor* first = call.input(i);
      differences(floatsOf(first), call.floats(count_ + i), times, call.outputLike(i, first), elements(first));
    }
  }

 private:
  int count_;
};

[[maybe_unused]] const bool defined =
    define<SquaredDistance>("PfSquaredDistance", {"first: N * float", "second: N * float"}, {"sum: float"},
                            {"N: int >= 1"}) &&
    define<SquaredDistanceGradient>("PfSquaredDistanceGradient", {"first: N * float", "second: N * float", "dy: float"},
                                    {"dfirst: N * float"}, {"N: int >= 1"});

}  // namespace

}  // namespace pf
