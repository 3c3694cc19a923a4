// Expert outputs mixed per task by softmax gates.
//
// Expert outputs are [own × experts, batch, units], own being the tasks, or 1 where all tasks mix the same experts.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernel.h"
#include "loops.h"
#include "threads.h"

namespace pf {

namespace {

void softmax(const float* logits, float* gates, int64_t n) {
  const float top = *std::max_element(logits, logits + n);
  float sum = 0;
  for (int64_t i = 0; i < n; i++) sum += gates[i] = std::exp(logits[i] - top);
  for (int64_t i = 0; i < n; i++) gates[i] /= sum;
}

struct Shape {
  int64_t batch, tasks, experts, units;
  bool own;
  Shape(const TF_Tensor* gates, const TF_Tensor* hidden)
      : batch(length(gates, 0)),
        tasks(length(gates, 1)),
        experts(length(gates, 2)),
        units(length(hidden, 2)),
        own(length(hidden, 0) != experts) {}
  int64_t hidden(int64_t b, int64_t task, int64_t expert) const {
    return (((own ? task * experts : 0) + expert) * batch + b) * units;
  }
  int64_t mixed(int64_t b, int64_t task) const { return (task * batch + b) * units; }
};

/** gate logits [batch, tasks, experts], experts → mixtures [tasks, batch, units], gates. */
class Mixture {
 public:
  explicit Mixture(Attributes&) {}
  void run(Call& call) {
    const TF_Tensor* given = call.input(0);
    const float* logits = floatsOf(given);
    const TF_Tensor* outputs = call.input(1);
    const float* hidden = floatsOf(outputs);
    const Shape shape(given, outputs);
    const int64_t tasks = shape.tasks, experts = shape.experts, units = shape.units;
    if (!call.require(length(outputs, 0) == (shape.own ? tasks * experts : experts),
                      "PfMixture: the experts are neither common nor one set a task"))
      return;
    float* y = call.output(0, {tasks, shape.batch, units});
    float* gates = call.output(1, {shape.batch, tasks, experts});
    everyRow(shape.batch, [&](int64_t b) {
      for (int64_t t = 0; t < tasks; t++) {
        const int64_t at = (b * tasks + t) * experts;
        softmax(logits + at, gates + at, experts);
        float* to = y + shape.mixed(b, t);
        std::fill_n(to, units, 0.0f);
        for (int64_t e = 0; e < experts; e++) addScaled(to, hidden + shape.hidden(b, t, e), gates[at + e], units);
      }
    });
  }
};

/** dy [tasks, batch, units], gates, experts → gradients of gate logits and experts. */
class MixtureGradient {
 public:
  explicit MixtureGradient(Attributes&) {}
  void run(Call& call) {
    const float* dy = call.floats(0);
    const TF_Tensor* weights = call.input(1);
    const float* gates = floatsOf(weights);
    const TF_Tensor* outputs = call.input(2);
    const float* hidden = floatsOf(outputs);
    const Shape shape(weights, outputs);
    const int64_t tasks = shape.tasks, experts = shape.experts, units = shape.units;
    float* dLogits = call.output(0, {shape.batch, tasks, experts});
    float* dHidden = call.output(1, {length(outputs, 0), shape.batch, units});
    everyRow(shape.batch, [&](int64_t b) {
      std::vector<float> dGates(experts);
      for (int64_t t = 0; t < tasks; t++) {
        const int64_t at = (b * tasks + t) * experts;
        const float* from = dy + shape.mixed(b, t);
        float mean = 0;
        for (int64_t e = 0; e < experts; e++) {
          const int64_t place = shape.hidden(b, t, e);
          dGates[e] = dot(from, hidden + place, units);
          mean += gates[at + e] * dGates[e];
          if (shape.own || t == 0) std::fill_n(dHidden + place, units, 0.0f);
          addScaled(dHidden + place, from, gates[at + e], units);
        }
        for (int64_t e = 0; e < experts; e++) dLogits[at + e] = gates[at + e] * (dGates[e] - mean);
      }
    });
  }
};

[[maybe_unused]] const bool defined =
    define<Mixture>("PfMixture", {"logits: float", "experts: float"}, {"y: float", "gates: float"}, {}) &&
    define<MixtureGradient>("PfMixtureGradient", {"dy: float", "gates: float", "experts: float"},
                            {"dlogits: float", "dexperts: float"}, {});

}  // namespace

}  // namespace pf
