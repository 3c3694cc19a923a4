// A part of low rank, one per task and expert, added to what a layer gives:
// y[group, row] = base[group, row] + left[group, row] · right[group].
//
// Groups are tasks × experts. `base` may be common to the tasks. What the first layer gives is [batch, groups × units],
// what the others give [groups, batch, units]; the result is always the second.
#include <algorithm>
#include <vector>

#include "kernel.h"
#include "loops.h"
#include "threads.h"

namespace pf {

namespace {

/** Factors that one loop takes together. */
constexpr int64_t TOGETHER = 4;

// The loops below go over `rows` rows of `n` units; after each row, a pointer goes on by the step named after it.

/** y = base + up to four numbers of `left` times as many rows of `right`. */
PF_FAST void addProducts(int64_t rows, int64_t n, const float* base, int64_t baseStep, const float* PF_ALONE left,
                         int64_t leftStep, const float* PF_ALONE right, int64_t count, float* y, int64_t yStep) {
  const float *r0 = right, *r1 = right + std::min<int64_t>(1, count - 1) * n,
              *r2 = right + std::min<int64_t>(2, count - 1) * n, *r3 = right + (count - 1) * n;
  for (; rows > 0; rows--, base += baseStep, left += leftStep, y += yStep) {
    const float a = left[0], b = count > 1 ? left[1] : 0, c = count > 2 ? left[2] : 0, d = count > 3 ? left[3] : 0;
#pragma omp simd
    for (int64_t i = 0; i < n; i++) y[i] = base[i] + a * r0[i] + b * r1[i] + c * r2[i] + d * r3[i];
  }
}

/** dLeft = dy · right, dRight += left · dy, for up to four factors. */
PF_FAST void productGradients(int64_t rows, int64_t n, const float* PF_ALONE dy, int64_t dyStep,
                              const float* PF_ALONE left, float* PF_ALONE dLeft, int64_t leftStep,
                              const float* PF_ALONE right, float* PF_ALONE dRight, int64_t count) {
  for (; rows > 0; rows--, dy += dyStep, left += leftStep, dLeft += leftStep)
    for (int64_t r = 0; r < count; r++) {
      const float by = left[r];
      const float* of = right + r * n;
      float* to = dRight + r * n;
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t i = 0; i < n; i++) {
        sum += dy[i] * of[i];
        to[i] += by * dy[i];
      }
      dLeft[r] = sum;
    }
}

/** Gradient of a base: what its groups' gradients sum up to. */
PF_FAST void collect(int64_t rows, int64_t n, const float* PF_ALONE dy, int64_t dyStep, float* PF_ALONE dBase,
                     int64_t baseStep, bool more) {
  for (; rows > 0; rows--, dy += dyStep, dBase += baseStep)
    for (int64_t i = 0; i < n; i++) dBase[i] = dy[i] + (more ? dBase[i] : 0);
}

struct Shape {
  int64_t batch, groups, own, rank, units;
  bool grouped;
  Shape(const TF_Tensor* left, const TF_Tensor* right, int64_t own, bool grouped)
      : batch(elements(left) / (length(right, 0) * length(right, 1))),
        groups(length(right, 0)),
        own(own),
        rank(length(right, 1)),
        units(length(right, 2)),
        grouped(grouped) {}
  int64_t base(int64_t b, int64_t g) const { return place(b, g % own, own, units); }
  int64_t left(int64_t b, int64_t g) const { return place(b, g, groups, rank); }
  int64_t result(int64_t b, int64_t g) const { return (g * batch + b) * units; }
  int64_t baseStep() const { return grouped ? units : own * units; }
  int64_t leftStep() const { return grouped ? rank : groups * rank; }

 private:
  int64_t place(int64_t b, int64_t g, int64_t count, int64_t width) const {
    return (grouped ? g * batch + b : b * count + g) * width;
  }
};

/** base, left, right [groups, rank, units] → y [groups, batch, units]. */
class AddLowRank {
 public:
  explicit AddLowRank(Attributes& attributes) : own_(attributes.integer("own")), grouped_(attributes.flag("grouped")) {}
  void run(Call& call) {
    const float* base = call.floats(0);
    const TF_Tensor* lefts = call.input(1);
    const float* left = floatsOf(lefts);
    const TF_Tensor* rights = call.input(2);
    const float* right = floatsOf(rights);
    const Shape shape(lefts, rights, own_, grouped_);
    const int64_t rank = shape.rank, units = shape.units;
    float* y = call.output(0, {shape.groups, shape.batch, units});
    everyPiece(shape.batch, [&](int64_t, int64_t b, int64_t rows) {
      for (int64_t g = 0; g < shape.groups; g++) {
        float* to = y + shape.result(b, g);
        for (int64_t r = 0; r < rank; r += TOGETHER)
          addProducts(rows, units, r == 0 ? base + shape.base(b, g) : to, r == 0 ? shape.baseStep() : units,
                      left + shape.left(b, g) + r, shape.leftStep(), right + (g * rank + r) * units,
                      std::min(TOGETHER, rank - r), to, units);
      }
    });
  }

 private:
  int64_t own_;
  bool grouped_;
};

/** dy, left, right → gradients of base, left and right. */
class AddLowRankGradient {
 public:
  explicit AddLowRankGradient(Attributes& attributes)
      : own_(attributes.integer("own")), grouped_(attributes.flag("grouped")) {}
  void run(Call& call) {
    const float* dy = call.floats(0);
    const TF_Tensor* lefts = call.input(1);
    const float* left = floatsOf(lefts);
    const TF_Tensor* rights = call.input(2);
    const float* right = floatsOf(rights);
    const Shape shape(lefts, rights, own_, grouped_);
    const int64_t batch = shape.batch, groups = shape.groups, rank = shape.rank, units = shape.units;
    float* dBase = grouped_ ? call.output(0, {own_, batch, units}) : call.output(0, {batch, own_ * units});
    float* dLeft = grouped_ ? call.output(1, {groups, batch, rank}) : call.output(1, {batch, groups * rank});
    float* dRight = call.output(2, {groups, rank, units});
    const int64_t size = groups * rank * units;
    std::vector<float> parts(pieces(batch) * size);
    everyPiece(batch, [&](int64_t piece, int64_t b, int64_t rows) {
      for (int64_t g = 0; g < groups; g++) {
        const float* from = dy + shape.result(b, g);
        const int64_t at = shape.left(b, g), of = g * rank * units;
        collect(rows, units, from, units, dBase + shape.base(b, g), shape.baseStep(), g >= own_);
        productGradients(rows, units, from, units, left + at, dLeft + at, shape.leftStep(), right + of,
                         &parts[piece * size + of], rank);
      }
    });
    std::fill_n(dRight, size, 0.0f);
    for (size_t at = 0; at < parts.size(); at += size) add(dRight, &parts[at], size);
  }

 private:
  int64_t own_;
  bool grouped_;
};

[[maybe_unused]] const bool defined =
    define<AddLowRank>("PfAddLowRank", {"base: float", "left: float", "right: float"}, {"y: float"},
                       {"own: int", "grouped: bool"}) &&
    define<AddLowRankGradient>("PfAddLowRankGradient", {"dy: float", "left: float", "right: float"},
                               {"dbase: float", "dleft: float", "dright: float"}, {"own: int", "grouped: bool"});

}  // namespace

}  // namespace pf
