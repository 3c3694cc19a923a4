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

PF_FAST void addMoments(const float* PF_ALONE x, const float* PF_ALONE origin, float* PF_ALONE sum,
                        float* PF_ALONE squares, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const float d = x[i] - origin[i];
    sum[i] += d;
    squares[i] += d * d;
  }
}

PF_FAST void normRelu(const float* PF_ALONE x, const float* PF_ALONE mean, const float* PF_ALONE slope,
                      const float* PF_ALONE shift, float* PF_ALONE y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const float value = (x[i] - mean[i]) * slope[i] + shift[i];
    y[i] = value > 0 ? value : 0;
  }
}

PF_FAST void drop(float* PF_ALONE y, const uint8_t* PF_ALONE bytes, int threshold, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const float value = y[i];
    y[i] = bytes[i] >= threshold ? value : 0;
  }
}

PF_FAST void addGradientSums(const float* PF_ALONE dy, const float* PF_ALONE y, const float* PF_ALONE x,
                             const float* PF_ALONE mean, const float* PF_ALONE inverse, float* PF_ALONE shift,
                             float* PF_ALONE scale, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const float given = dy[i];  // read in any case, for the vector unit
    const float through = y[i] > 0 ? given : 0;
    shift[i] += through;
    scale[i] += through * ((x[i] - mean[i]) * inverse[i]);
  }
}

PF_FAST void inputGradient(const float* PF_ALONE dy, const float* PF_ALONE y, const float* PF_ALONE x,
                           const float* PF_ALONE mean, const float* PF_ALONE slope, const float* PF_ALONE curve,
                           const float* PF_ALONE offset, float* PF_ALONE dx, int64_t n) {
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
  Sums(int64_t batch, int64_t width) : pieces((batch + ROWS - 1) / ROWS), width_(width), parts_(pieces * 2 * width) {}
  const int64_t pieces;
  float* first(int64_t piece) { return &parts_[piece * 2 * width_]; }
  float* second(int64_t piece) { return first(piece) + width_; }
  /** The first sums of all units, then the second ones. */
  std::vector<double> totals() const {
    std::vector<double> sums(2 * width_);
    for (int64_t piece = 0; piece < pieces; piece++) addTo(sums.data(), &parts_[piece * 2 * width_], 2 * width_);
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
    const float* x = static_cast<const float*>(TF_TensorData(input));
    const TF_Tensor* scales = call.input(1);
    const float* scale = static_cast<const float*>(TF_TensorData(scales));
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
    parallel(sums.pieces, [&](int64_t piece) {
      for (int64_t g = 0; g < groups; g++)
        forRows(piece, batch, [&](int64_t b) {
          const int64_t u = g * units;
          addMoments(x + from.at(b, g), &origin[u], sums.first(piece) + u, sums.second(piece) + u, units);
        });
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
    const int64_t rowsADraw = std::clamp<int64_t>(4096 / width, 1, ROWS);
    parallel(sums.pieces, [&](int64_t piece) {
      std::vector<uint8_t> bytes;
      forRows(piece, batch, [&](int64_t b) {
        // Bytes are drawn for several narrow rows at once: a draw has a least size.
        const int64_t place = (b - piece * ROWS) % rowsADraw;
        if (threshold_ > 0 && place == 0) {
          bytes.resize(std::min(rowsADraw, batch - b) * width);
          random.read(b * width, static_cast<int64_t>(bytes.size()), bytes.data());
        }
        for (int64_t g = 0; g < groups; g++) {
          const int64_t u = g * units;
          float* row = y + to.at(b, g);
          normRelu(x + from.at(b, g), mean + u, &slope[u], &level[u], row, units);
          if (threshold_ > 0) drop(row, &bytes[place * width + u], threshold_, units);
        }
      });
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
    const float* x = static_cast<const float*>(TF_TensorData(input));
    const TF_Tensor* scales = call.input(3);
    const float* scale = static_cast<const float*>(TF_TensorData(scales));
    const float* mean = call.floats(4);
    const float* inverse = call.floats(5);
    const Shape shape(input, groups_, elements(scales));
    const int64_t batch = shape.batch, groups = shape.groups, units = shape.units, width = shape.width;
    const Layout from(from_, batch, groups, units), to(to_, batch, groups, units);
    float* dx = outputLike(call, 0, shape, from_);
    float* dScale = call.outputLike(1, scales);
    float* dShift = call.outputLike(2, scales);

    Sums sums(batch, width);
    parallel(sums.pieces, [&](int64_t piece) {
      for (int64_t g = 0; g < groups; g++)
        forRows(piece, batch, [&](int64_t b) {
          const int64_t u = g * units, at = to.at(b, g);
          addGradientSums(dy + at, y + at, x + from.at(b, g), mean + u, inverse + u, sums.first(piece) + u,
                          sums.second(piece) + u, units);
        });
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
    parallel(sums.pieces, [&](int64_t piece) {
      for (int64_t g = 0; g < groups; g++)
        forRows(piece, batch, [&](int64_t b) {
          const int64_t u = g * units, at = to.at(b, g), place = from.at(b, g);
          inputGradient(dy + at, y + at, x + place, mean + u, &slope[u], &curve[u], &offset[u], dx + place, units);
        });
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
    const float* x = static_cast<const float*>(TF_TensorData(input));
    const TF_Tensor* means = call.input(1);
    const float* mean = static_cast<const float*>(TF_TensorData(means));
    const float* slope = call.floats(2);
    const float* shift = call.floats(3);
    const Shape shape(input, groups_, elements(means));
    const int64_t batch = shape.batch, groups = shape.groups, units = shape.units;
    const Layout from(from_, batch, groups, units), to(to_, batch, groups, units);
    float* y = outputLike(call, 0, shape, to_);
    everyRow(batch, [&](int64_t b) {
      for (int64_t g = 0; g < groups; g++) {
        const int64_t u = g * units;
        normRelu(x + from.at(b, g), mean + u, slope + u, shift + u, y + to.at(b, g), units);
      }
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
