// A part of low rank, one per task and expert, added to what a layer gives:
// y[group, row] = base[group, row] + left[group, row] · right[group].
//
// Groups are tasks × experts. `base` may be common to the tasks. What the first layer gives is [batch, groups × units],
// what the others give [groups, batch, units]; the result is always the second.
#include <algorithm>

#include "kernel.h"
#include "loops.h"
#include "threads.h"

namespace pf {

namespace {

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
    const float* left = static_cast<const float*>(TF_TensorData(lefts));
    const TF_Tensor* rights = call.input(2);
    const float* right = static_cast<const float*>(TF_TensorData(rights));
    const Shape shape(lefts, rights, own_, grouped_);
    const int64_t rank = shape.rank, units = shape.units;
    float* y = call.output(0, {shape.groups, shape.batch, units});
    everyRow(shape.batch, [&](int64_t b) {
      for (int64_t g = 0; g < shape.groups; g++) {
        float* to = y + shape.result(b, g);
        std::copy_n(base + shape.base(b, g), units, to);
        const float* by = left + shape.left(b, g);
        for (int64_t r = 0; r < rank; r++) addScaled(to, right + (g * rank + r) * units, by[r], units);
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
    const float* left = static_cast<const float*>(TF_TensorData(lefts));
    const TF_Tensor* rights = call.input(2);
    const float* right = static_cast<const float*>(TF_TensorData(rights));
    const Shape shape(lefts, rights, own_, grouped_);
    const int64_t batch = shape.batch, groups = shape.groups, rank = shape.rank, units = shape.units;
    float* dBase = grouped_ ? call.output(0, {own_, batch, units}) : call.output(0, {batch, own_ * units});
    float* dLeft = grouped_ ? call.output(1, {groups, batch, rank}) : call.output(1, {batch, groups * rank});
    float* dRight = call.output(2, {groups, rank, units});
    everyRow(batch, [&](int64_t b) {
      for (int64_t g = 0; g < groups; g++) {
        const float* from = dy + shape.result(b, g);
        float* to = dBase + shape.base(b, g);
        if (g < own_)
          std::copy_n(from, units, to);
        else
          add(to, from, units);
        for (int64_t r = 0; r < rank; r++)
          dLeft[shape.left(b, g) + r] = dot(from, right + (g * rank + r) * units, units);
      }
    });
    parallel(groups, [&](int64_t g) {
      std::fill_n(dRight + g * rank * units, rank * units, 0.0f);
      for (int64_t b = 0; b < batch; b++)
        for (int64_t r = 0; r < rank; r++)
          addScaled(dRight + (g * rank + r) * units, dy + shape.result(b, g), left[shape.left(b, g) + r], units);
    });
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
