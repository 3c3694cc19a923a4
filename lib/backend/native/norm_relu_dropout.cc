// Batch normalisation, ReLU and dropout in two passes over the data, and their gradient in two.
//
// Values are [batch, groups × units] or, one group after another, [groups, batch, units]. Linear layers of many experts
// want the second, a linear layer that all experts share gives the first: the passes read the one and write the other.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernel.h"
#include "random_bytes.h"
#include "threads.h"

namespace pf {

namespace {

constexpr float EPSILON = 1e-5f;

/** Where a row of a group begins. */
struct Layout {
  int64_t row, group;
  Layout(bool grouped, int64_t batch, int64_t groups, int64_t units)
      : row(grouped ? units : groups * units), group(grouped ? batch * units : units) {}
  int64_t at(int64_t b, int64_t g) const { return b * row + g * group; }
};

// The loops below go over `rows` rows of `n` units; after each row, a pointer goes on by the step that is named after
// it.

PF_FAST void addMoments(int64_t rows, int64_t n, const float* PF_ALONE x, int64_t xStep, const float* PF_ALONE origin,
                        float* PF_ALONE sum, float* PF_ALONE squares) {
  for (; rows > 0; rows--, x += xStep)
    for (int64_t i = 0; i < n; i++) {
      const float d = x[i] - origin[i];
      sum[i] += d;
      squares[i] += d * d;
    }
}

PF_FAST void normRelu(int64_t rows, int64_t n, const float* PF_ALONE x, int64_t xStep, const float* PF_ALONE mean,
                      const float* PF_ALONE slope, const float* PF_ALONE shift, float* PF_ALONE y, int64_t yStep) {
  for (; rows > 0; rows--, x += xStep, y += yStep)
    for (int64_t i = 0; i < n; i++) {
      const float value = (x[i] - mean[i]) * slope[i] + shift[i];
      y[i] = value > 0 ? value : 0;
    }
}

/** A unit is kept where its byte is not below the threshold. */
PF_FAST void drop(int64_t rows, int64_t n, const uint8_t* PF_ALONE bytes, int64_t bytesStep, int threshold,
                  float* PF_ALONE y, int64_t yStep) {
  for (; rows > 0; rows--, bytes += bytesStep, y += yStep)
    for (int64_t i = 0; i < n; i++) {
      const float value = y[i];
      y[i] = bytes[i] >= threshold ? value : 0;
    }
}

PF_FAST void addGradientSums(int64_t rows, int64_t n, const float* PF_ALONE dy, const float* PF_ALONE y, int64_t yStep,
                             const float* PF_ALONE x, int64_t xStep, const float* PF_ALONE mean,
                             const float* PF_ALONE inverse, float* PF_ALONE shift, float* PF_ALONE scale) {
  for (; rows > 0; rows--, dy += yStep, y += yStep, x += xStep)
    for (int64_t i = 0; i < n; i++) {
      const float given = dy[i];  // read in any case, for the vector unit
      const float through = y[i] > 0 ? given : 0;
      shift[i] += through;
      scale[i] += through * ((x[i] - mean[i]) * inverse[i]);
    }
}

PF_FAST void inputGradient(int64_t rows, int64_t n, const float* PF_ALONE dy, const float* PF_ALONE y, int64_t yStep,
                           const float* PF_ALONE x, float* PF_ALONE dx, int64_t xStep, const float* PF_ALONE mean,
                           const float* PF_ALONE slope, const float* PF_ALONE curve, const float* PF_ALONE offset) {
  for (; rows > 0; rows--, dy += yStep, y += yStep, x += xStep, dx += xStep)
    for (int64_t i = 0; i < n; i++) {
      const float given = dy[i];  // read in any case, for the vector unit
      const float through = y[i] > 0 ? given : 0;
      dx[i] = through * slope[i] + (x[i] - mean[i]) * curve[i] + offset[i];
    }
}

PF_FAST void addTo(double* PF_ALONE sum, const float* PF_ALONE part, int64_t n) {
  for (int64_t i = 0; i < n; i++) sum[i] += part[i];
}

/** Two sums per unit over pieces of rows, made side by side and combined in order. */
class Sums {
 public:
  Sums(int64_t batch, int64_t width) : width_(width), parts_(pieces(batch) * 2 * width) {}
  float* first(int64_t piece) { return &parts_[piece * 2 * width_]; }
  float* second(int64_t piece) { return first(piece) + width_; }
  /** The first sums of all units, then the second ones. */
  std::vector<double> totals() const {
    std::vector<double> sums(2 * width_);
    for (size_t at = 0; at < parts_.size(); at += 2 * width_) addTo(sums.data(), &parts_[at], 2 * width_);
    return sums;
  }

 private:
  int64_t width_;
  std::vector<float> parts_;
};

struct Shape {
  int64_t batch, groups, units, width;
  Shape(const TF_Tensor* x, int64_t groups, int64_t width)
      : batch(width == 0 ? 0 : elements(x) / width), groups(groups), units(width / groups), width(width) {}
};

float* outputLike(Call& call, int index, const Shape& shape, bool grouped) {
  if (grouped) return call.output(index, {shape.groups, shape.batch, shape.units});
  return call.output(index, {shape.batch, shape.width});
}

/** x, scale, shift, seed → y, mean, variance (Bessel), 1 / standard deviation. */
class NormReluDropout {
 public:
  explicit NormReluDropout(Attributes& attributes)
      : groups_(attributes.integer("groups")),
        threshold_(static_cast<int>(attributes.integer("threshold"))),
        from_(attributes.flag("grouped_input")),
        to_(attributes.flag("grouped_output")) {}

  void run(Call& call) {
    const TF_Tensor* input = call.input(0);
    const float* x = floatsOf(input);
    const TF_Tensor* scales = call.input(1);
    const float* scale = floatsOf(scales);
    const float* shift = call.floats(2);
    const int32_t* seed = call.integers(3);
    const Shape shape(input, groups_, elements(scales));
    const int64_t batch = shape.batch, groups = shape.groups, units = shape.units, width = shape.width;
    if (!call.require(batch > 0, "PfNormReluDropout: a batch without rows")) return;
    const Layout from(from_, batch, groups, units), to(to_, batch, groups, units);
    float* y = outputLike(call, 0, shape, to_);
    float* mean = call.output(1, {width});
    float* variance = call.output(2, {width});
    float* inverse = call.output(3, {width});

    // Distances from the first row: squares of the values themselves would lose the variance of a large mean.
    std::vector<float> origin(width), slope(width), level(width);
    for (int64_t g = 0; g < groups; g++) std::copy_n(x + from.at(0, g), units, &origin[g * units]);
    Sums sums(batch, width);
    everyPiece(batch, [&](int64_t piece, int64_t b, int64_t rows) {
      for (int64_t g = 0, u = 0; g < groups; g++, u += units)
        addMoments(rows, units, x + from.at(b, g), from.row, &origin[u], sums.first(piece) + u, sums.second(piece) + u);
    });
    const float gain = 256.0f / static_cast<float>(256 - threshold_);
    const std::vector<double> totals = sums.totals();
    for (int64_t i = 0; i < width; i++) {
      const double away = totals[i] / batch;
      const double spread = std::max(0.0, totals[width + i] / batch - away * away);
      mean[i] = static_cast<float>(origin[i] + away);
      variance[i] = static_cast<float>(spread * batch / std::max<int64_t>(1, batch - 1));
      inverse[i] = static_cast<float>(1 / std::sqrt(spread + EPSILON));
      slope[i] = gain * scale[i] * inverse[i];
      level[i] = gain * shift[i];
    }

    const RandomBytes random(seed);
    everyPiece(batch, [&](int64_t, int64_t first, int64_t rows) {
      // A draw has a least size and should stay near the processor: several rows at once, but not too many.
      const int64_t most = std::clamp<int64_t>(16384 / width, 1, rows);
      std::vector<uint8_t> bytes(threshold_ > 0 ? most * width : 0);
      for (int64_t b = first; b < first + rows; b += most) {
        const int64_t some = std::min(most, first + rows - b);
        if (threshold_ > 0) random.read(b * width, some * width, bytes.data());
        for (int64_t g = 0, u = 0; g < groups; g++, u += units) {
          float* kept = y + to.at(b, g);
          normRelu(some, units, x + from.at(b, g), from.row, mean + u, &slope[u], &level[u], kept, to.row);
          if (threshold_ > 0) drop(some, units, &bytes[u], width, threshold_, kept, to.row);
        }
      }
    });
  }

 private:
  int64_t groups_;
  int threshold_;
  bool from_, to_;
};

/** dy, y, x, scale, mean, 1 / standard deviation → gradients of x, scale, shift. */
class NormReluDropoutGradient {
 public:
  explicit NormReluDropoutGradient(Attributes& attributes)
      : groups_(attributes.integer("groups")),
        gain_(256.0f / static_cast<float>(256 - attributes.integer("threshold"))),
        from_(attributes.flag("grouped_input")),
        to_(attributes.flag("grouped_output")) {}

  void run(Call& call) {
    const float* dy = call.floats(0);
    const float* y = call.floats(1);
    const TF_Tensor* input = call.input(2);
    const float* x = floatsOf(input);
    const TF_Tensor* scales = call.input(3);
    const float* scale = floatsOf(scales);
    const float* mean = call.floats(4);
    const float* inverse = call.floats(5);
    const Shape shape(input, groups_, elements(scales));
    const int64_t batch = shape.batch, groups = shape.groups, units = shape.units, width = shape.width;
    const Layout from(from_, batch, groups, units), to(to_, batch, groups, units);
    float* dx = outputLike(call, 0, shape, from_);
    float* dScale = call.outputLike(1, scales);
    float* dShift = call.outputLike(2, scales);

    Sums sums(batch, width);
    everyPiece(batch, [&](int64_t piece, int64_t b, int64_t rows) {
      for (int64_t g = 0, u = 0; g < groups; g++, u += units) {
        const int64_t at = to.at(b, g);
        addGradientSums(rows, units, dy + at, y + at, to.row, x + from.at(b, g), from.row, mean + u, inverse + u,
                        sums.first(piece) + u, sums.second(piece) + u);
      }
    });
    // dx = slope · (through − mean(through) − normed · mean(through · normed))
    const std::vector<double> totals = sums.totals();
    std::vector<float> slope(width), curve(width), offset(width);
    for (int64_t i = 0; i < width; i++) {
      const double shifted = totals[i], scaled = totals[width + i];
      dShift[i] = static_cast<float>(gain_ * shifted);
      dScale[i] = static_cast<float>(gain_ * scaled);
      slope[i] = gain_ * scale[i] * inverse[i];
      curve[i] = static_cast<float>(-slope[i] * scaled / batch * inverse[i]);
      offset[i] = static_cast<float>(-slope[i] * shifted / batch);
    }
    everyPiece(batch, [&](int64_t, int64_t b, int64_t rows) {
      for (int64_t g = 0, u = 0; g < groups; g++, u += units) {
        const int64_t at = to.at(b, g), place = from.at(b, g);
        inputGradient(rows, units, dy + at, y + at, to.row, x + place, dx + place, from.row, mean + u, &slope[u],
                      &curve[u], &offset[u]);
      }
    });
  }

 private:
  int64_t groups_;
  float gain_;
  bool from_, to_;
};

/** x, mean, slope, shift → max(0, (x − mean) · slope + shift): the layer when predicting. */
class NormRelu {
 public:
  explicit NormRelu(Attributes& attributes)
      : groups_(attributes.integer("groups")),
        from_(attributes.flag("grouped_input")),
        to_(attributes.flag("grouped_output")) {}

  void run(Call& call) {
    const TF_Tensor* input = call.input(0);
    const float* x = floatsOf(input);
    const TF_Tensor* means = call.input(1);
    const float* mean = floatsOf(means);
    const float* slope = call.floats(2);
    const float* shift = call.floats(3);
    const Shape shape(input, groups_, elements(means));
    const int64_t batch = shape.batch, groups = shape.groups, units = shape.units;
    const Layout from(from_, batch, groups, units), to(to_, batch, groups, units);
    float* y = outputLike(call, 0, shape, to_);
    everyPiece(batch, [&](int64_t, int64_t b, int64_t rows) {
      for (int64_t g = 0, u = 0; g < groups; g++, u += units)
        normRelu(rows, units, x + from.at(b, g), from.row, mean + u, slope + u, shift + u, y + to.at(b, g), to.row);
    });
  }

 private:
  int64_t groups_;
  bool from_, to_;
};

[[maybe_unused]] const bool defined =
    define<NormReluDropout>("PfNormReluDropout", {"x: float", "scale: float", "shift: float", "seed: int32"},
                            {"y: float", "mean: float", "variance: float", "inverse: float"},
                            {"groups: int", "threshold: int", "grouped_input: bool", "grouped_output: bool"}) &&
    define<NormReluDropoutGradient>(
        "PfNormReluDropoutGradient",
        {"dy: float", "y: float", "x: float", "scale: float", "mean: float", "inverse: float"},
        {"dx: float", "dscale: float", "dshift: float"},
        {"groups: int", "threshold: int", "grouped_input: bool", "grouped_output: bool"}) &&
    define<NormRelu>("PfNormRelu", {"x: float", "mean: float", "slope: float", "shift: float"}, {"y: float"},
                     {"groups: int", "grouped_input: bool", "grouped_output: bool"});

}  // namespace

}  // namespace pf
