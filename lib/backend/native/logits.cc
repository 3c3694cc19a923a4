// The end of a model: one logit per task, and the cross-entropy of logits.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernel.h"
#include "loops.h"
#include "threads.h"

namespace pf {

namespace {

/** hidden [tasks, batch, units], weight [tasks, units], bias [tasks] → logits [batch, tasks]. */
class TaskLogits {
 public:
  explicit TaskLogits(Attributes&) {}
  void run(Call& call) {
    const TF_Tensor* given = call.input(0);
    const float* hidden = floatsOf(given);
    const float* weight = call.floats(1);
    const float* bias = call.floats(2);
    const int64_t tasks = length(given, 0), batch = length(given, 1), units = length(given, 2);
    float* logits = call.output(0, {batch, tasks});
    everyRow(batch, [&](int64_t b) {
      for (int64_t t = 0; t < tasks; t++)
        logits[b * tasks + t] = dot(hidden + (t * batch + b) * units, weight + t * units, units) + bias[t];
    });
  }
};

/** dy [batch, tasks], hidden, weight → gradients of hidden, weight and bias. */
class TaskLogitsGradient {
 public:
  explicit TaskLogitsGradient(Attributes&) {}
  void run(Call& call) {
    const float* dy = call.floats(0);
    const TF_Tensor* given = call.input(1);
    const float* hidden = floatsOf(given);
    const TF_Tensor* weights = call.input(2);
    const float* weight = floatsOf(weights);
    const int64_t tasks = length(given, 0), batch = length(given, 1), units = length(given, 2);
    float* dHidden = call.outputLike(0, given);
    float* dWeight = call.outputLike(1, weights);
    float* dBias = call.output(2, {tasks});
    const int64_t size = tasks * (units + 1);  // of each task the weight, then the bias
    std::vector<float> parts(pieces(batch) * size);
    everyPiece(batch, [&](int64_t piece, int64_t first, int64_t rows) {
      for (int64_t t = 0; t < tasks; t++) {
        float* part = &parts[piece * size + t * (units + 1)];
        for (int64_t b = first; b < first + rows; b++) {
          const float by = dy[b * tasks + t];
          float* to = dHidden + (t * batch + b) * units;
          std::fill_n(to, units, 0.0f);
          addScaled(to, weight + t * units, by, units);
          addScaled(part, hidden + (t * batch + b) * units, by, units);
          part[units] += by;
        }
      }
    });
    std::vector<float> sums(size);
    for (size_t at = 0; at < parts.size(); at += size) add(sums.data(), &parts[at], size);
    for (int64_t t = 0; t < tasks; t++) {
      std::copy_n(&sums[t * (units + 1)], units, dWeight + t * units);
      dBias[t] = sums[t * (units + 1) + units];
    }
  }
};

/** logits and labels of one size, weights of that size or one for all → Σ weight · cross-entropy, and its gradient. */
class LogisticLoss {
 public:
  explicit LogisticLoss(Attributes&) {}
  void run(Call& call) {
    const TF_Tensor* given = call.input(0);
    const float* logits = floatsOf(given);
    const float* labels = call.floats(1);
    const TF_Tensor* counts = call.input(2);
    const float* weights = floatsOf(counts);
    const int64_t size = elements(given), step = elements(counts) == 1 ? 0 : 1;
    float* gradient = call.outputLike(1, given);
    double sum = 0;
    for (int64_t i = 0; i < size; i++) {
      const float z = logits[i], weight = weights[i * step];
      // Powers of numbers below 0 only: a confident wrong answer stays finite.
      const float power = std::exp(-std::abs(z));
      const float probability = (z > 0 ? 1 : power) / (1 + power);
      sum += weight * (std::max(z, 0.0f) + std::log1p(power) - z * labels[i]);
      gradient[i] = weight * (probability - labels[i]);
    }
    *call.output(0, {}) = static_cast<float>(sum);
  }
};

[[maybe_unused]] const bool defined =
    define<TaskLogits>("PfTaskLogits", {"hidden: float", "weight: float", "bias: float"}, {"logits: float"}, {}) &&
    define<TaskLogitsGradient>("PfTaskLogitsGradient", {"dy: float", "hidden: float", "weight: float"},
                               {"dhidden: float", "dweight: float", "dbias: float"}, {}) &&
    define<LogisticLoss>("PfLogisticLoss", {"logits: float", "labels: float", "weights: float"},
                         {"loss: float", "dlogits: float"}, {});

}  // namespace

}  // namespace pf
