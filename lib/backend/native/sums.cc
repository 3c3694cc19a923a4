// Server side: weighted sums of clients' tensors and inner products per expert, without a copy of any of them.
#include <algorithm>
#include <vector>

#include "kernel.h"
#include "loops.h"
#include "threads.h"

namespace pf {

namespace {

constexpr int64_t ELEMENTS = 1 << 12;  // of one piece of work: a sum stays near the processor while it is made

/** N tensors of one size, weights [N] → the weighted sum. */
class WeightedSum {
 public:
  explicit WeightedSum(Attributes& attributes) : count_(static_cast<int>(attributes.integer("N"))) {}
  void run(Call& call) {
    const TF_Tensor* first = call.input(0);
    std::vector<const float*> tensors;
    for (int i = 0; i < count_; i++) tensors.push_back(call.floats(i));
    const float* weights = call.floats(count_);
    float* sum = call.outputLike(0, first);
    const int64_t size = elements(first);
    parallel((size + ELEMENTS - 1) / ELEMENTS, [&](int64_t piece) {
      const int64_t from = piece * ELEMENTS, some = std::min(ELEMENTS, size - from);
      std::fill_n(sum + from, some, 0.0f);
      for (int i = 0; i < count_; i++) addScaled(sum + from, tensors[i] + from, weights[i], some);
    });
  }

 private:
  int count_;
};

/** x, y, seen as [any, experts, inner] → Σ x · y per expert. */
class InnerProducts {
 public:
  explicit InnerProducts(Attributes& attributes)
      : experts_(attributes.integer("experts")), inner_(attributes.integer("inner")) {}
  void run(Call& call) {
    const TF_Tensor* first = call.input(0);
    const float* x = floatsOf(first);
    const float* y = call.floats(1);
    float* products = call.output(0, {experts_});
    const int64_t segments = elements(first) / inner_, cuts = (inner_ + ELEMENTS - 1) / ELEMENTS;
    // In double precision from piece to piece: there are thousands of them.
    std::vector<double> parts(segments * cuts);
    parallel(segments * cuts, [&](int64_t piece) {
      const int64_t start = piece % cuts * ELEMENTS, at = piece / cuts * inner_ + start;
      parts[piece] = dot(x + at, y + at, std::min(ELEMENTS, inner_ - start));
    });
    std::vector<double> sums(experts_);
    for (int64_t piece = 0; piece < segments * cuts; piece++) sums[piece / cuts % experts_] += parts[piece];
    std::copy(sums.begin(), sums.end(), products);
  }

 private:
  int64_t experts_, inner_;
};

[[maybe_unused]] const bool defined =
    define<WeightedSum>("PfWeightedSum", {"tensors: N * float", "weights: float"}, {"sum: float"}, {"N: int >= 1"}) &&
    define<InnerProducts>("PfInnerProducts", {"x: float", "y: float"}, {"products: float"},
                          {"experts: int", "inner: int"});

}  // namespace

}  // namespace pf
