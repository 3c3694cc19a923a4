// Updates in place: Adam on many tensors in one call, Adam on some rows of a table, running statistics.
//
// TensorFlow's kernels do not write to their inputs. These do: they are given the memory of variables that nobody else
// reads (lib/backend/variable.ts sees to that), so that no update passes through a second copy.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernel.h"
#include "threads.h"

namespace pf {

namespace {

constexpr int64_t ELEMENTS = 1 << 15;  // of one piece of work
constexpr int64_t AHEAD = 8;           // rows

struct Constants {
  float beta1, beta2, decay, pull, rate, epsilon;
};

/** `received` may be `value` itself: every turn of the loop reads and writes its own place only. */
PF_FAST void adam(float* value, float* PF_ALONE first, float* PF_ALONE second, const float* PF_ALONE gradient,
                  const float* received, const Constants& of, int64_t n) {
  const float beta1 = of.beta1, beta2 = of.beta2, rate = of.rate, epsilon = of.epsilon;
  const float decay = of.decay, pull = of.pull;
#pragma omp simd
  for (int64_t i = 0; i < n; i++) {
    const float g = gradient[i] + decay * value[i] + pull * (value[i] - received[i]);
    const float m = beta1 * first[i] + (1 - beta1) * g;
    const float v = beta2 * second[i] + (1 - beta2) * g * g;
    first[i] = m;
    second[i] = v;
    value[i] -= rate * m / (std::sqrt(v) + epsilon);
  }
}

/**
 * values, first and second moments, gradients, received values (the value itself where nothing pulls), and a row
 * of constants for each tensor.
 */
class Adam {
 public:
  explicit Adam(Attributes& attributes) : count_(attributes.integer("N")) {}
  void run(Call& call) {
    struct Piece {
      int64_t tensor, from, size;
    };
    std::vector<float*> data;
    for (int64_t i = 0; i < 5 * count_; i++) data.push_back(call.floats(static_cast<int>(i)));
    const auto* constants = reinterpret_cast<const Constants*>(call.floats(static_cast<int>(5 * count_)));
    std::vector<Piece> pieces;
    for (int64_t i = 0; i < count_; i++) {
      const int64_t size = elements(call.input(static_cast<int>(i)));
      for (int64_t from = 0; from < size; from += ELEMENTS)
        pieces.push_back({i, from, std::min(ELEMENTS, size - from)});
    }
    parallel(static_cast<int64_t>(pieces.size()), [&](int64_t p) {
      const auto [i, from, size] = pieces[p];
      adam(data[i] + from, data[count_ + i] + from, data[2 * count_ + i] + from, data[3 * count_ + i] + from,
           data[4 * count_ + i] + from, constants[i], size);
    });
  }

 private:
  int64_t count_;
};

/** value, first and second moment [rows, width], touched rows (each once), their gradient, constants. */
class AdamRows {
 public:
  explicit AdamRows(Attributes&) {}
  void run(Call& call) {
    const TF_Tensor* table = call.input(0);
    float* value = floatsOf(table);
    float* first = call.floats(1);
    float* second = call.floats(2);
    const TF_Tensor* touched = call.input(3);
    const int32_t* rows = integersOf(touched);
    const float* gradient = call.floats(4);
    const auto& constants = *reinterpret_cast<const Constants*>(call.floats(5));
    const int64_t width = length(table, 1), count = elements(touched), all = length(table, 0);
    for (int64_t i = 0; i < count; i++)
      if (!call.require(rows[i] >= 0 && rows[i] < all, "PfAdamRows: a row is outside the table")) return;
    everyPiece(count, [&](int64_t, int64_t from, int64_t some) {
      for (int64_t i = from; i < from + some; i++) {
        // Rows stand anywhere in memory: those of later turns are fetched while this one is computed.
        const int64_t later = rows[std::min(i + AHEAD, from + some - 1)] * width;
        for (const float* part : {value, first, second}) __builtin_prefetch(part + later);
        const int64_t at = rows[i] * width;
        adam(value + at, first + at, second + at, gradient + i * width, value + at, constants, width);
      }
    });
  }
};

PF_FAST void moveTowards(float* PF_ALONE value, const float* PF_ALONE aim, float share, int64_t n) {
  for (int64_t i = 0; i < n; i++) value[i] += share * (aim[i] - value[i]);
}

/** values, aims, a share: every value goes that share of the way to its aim (running statistics). */
class MoveTowards {
 public:
  explicit MoveTowards(Attributes& attributes) : count_(attributes.integer("N")) {}
  void run(Call& call) {
    const float share = *call.floats(static_cast<int>(2 * count_));
    for (int64_t i = 0; i < count_; i++) {
      const TF_Tensor* value = call.input(static_cast<int>(i));
      moveTowards(floatsOf(value), call.floats(static_cast<int>(count_ + i)), share, elements(value));
    }
  }

 private:
  int64_t count_;
};

[[maybe_unused]] const bool defined =
    define<Adam>("PfAdam",
                 {"values: N * float", "first: N * float", "second: N * float", "gradients: N * float",
                  "received: N * float", "constants: float"},
                 {}, {"N: int >= 1"}) &&
    define<AdamRows>(
        "PfAdamRows",
        {"value: float", "first: float", "second: float", "rows: int32", "gradient: float", "constants: float"}, {},
        {}) &&
    define<MoveTowards>("PfMoveTowards", {"values: N * float", "aims: N * float", "share: float"}, {}, {"N: int >= 1"});

}  // namespace

}  // namespace pf
