// Rows of a graph's nodes: weighted sums over their neighbours, and gradients of rows that were looked up.
#include <algorithm>

#include "kernel.h"
#include "loops.h"
#include "threads.h"

namespace pf {

namespace {

constexpr int64_t AHEAD = 8;     // neighbours: their rows are fetched from memory while one is added
constexpr int64_t COLUMNS = 16;  // of one piece of a scattered gradient: a line of memory belongs to one thread

typedef float Vector __attribute__((vector_size(64), aligned(4), may_alias));

Vector& vectorAt(float* place) { return *reinterpret_cast<Vector*>(place); }
const Vector& vectorAt(const float* place) { return *reinterpret_cast<const Vector*>(place); }

/** to = Σ scale[n] · x[n] over `count` nodes n, 64 columns at a time, so that the sum stays in registers. */
PF_FAST void sumNeighbours(const float* PF_ALONE x, const int32_t* PF_ALONE nodes, int64_t count,
                           const float* PF_ALONE scale, float* PF_ALONE to, int64_t width) {
  int64_t from = 0;
  for (; from + 64 <= width; from += 64) {
    Vector a = {}, b = {}, c = {}, d = {};
    for (int64_t i = 0; i < count; i++) {
      const float* next = x + nodes[std::min(i + AHEAD, count - 1)] * width + from;
      for (int64_t line = 0; line < 64; line += 16) __builtin_prefetch(next + line);
      const float* part = x + nodes[i] * width + from;
      const float by = scale[nodes[i]];
      a += by * vectorAt(part), b += by * vectorAt(part + 16);
      c += by * vectorAt(part + 32), d += by * vectorAt(part + 48);
    }
    vectorAt(to + from) = a, vectorAt(to + from + 16) = b, vectorAt(to + from + 32) = c, vectorAt(to + from + 48) = d;
  }
  for (; from + 16 <= width; from += 16) {
    Vector a = {};
    for (int64_t i = 0; i < count; i++) a += scale[nodes[i]] * vectorAt(x + nodes[i] * width + from);
    vectorAt(to + from) = a;
  }
  if (from == width) return;
  std::fill(to + from, to + width, 0.0f);
  for (int64_t i = 0; i < count; i++)
    for (int64_t k = from; k < width; k++) to[k] += scale[nodes[i]] * x[nodes[i] * width + k];
}

/** to = by · (start + own · to) */
PF_FAST void finish(float* PF_ALONE to, const float* PF_ALONE start, float own, float by, int64_t width) {
  for (int64_t k = 0; k < width; k++) to[k] = by * (start[k] + own * to[k]);
}

PF_FAST void scaleRow(float* PF_ALONE to, float by, int64_t width) {
  for (int64_t k = 0; k < width; k++) to[k] *= by;
}

/**
 * x [nodes, width], starts [nodes + 1], neighbours [links], scale [nodes], start [nodes, width] →
 * by · (start + scale · Σ of the neighbours' scale · x); without start, as if it were 0.
 */
class Propagate {
 public:
  explicit Propagate(Attributes& attributes) : by_(attributes.real("by")), starts_(attributes.flag("add_start")) {}
  void run(Call& call) {
    const TF_Tensor* table = call.input(0);
    const float* x = floatsOf(table);
    const int64_t nodes = length(table, 0), width = length(table, 1);
    const TF_Tensor* bounds = call.input(1);
    const int32_t* starts = integersOf(bounds);
    const TF_Tensor* links = call.input(2);
    const int32_t* neighbours = integersOf(links);
    const TF_Tensor* scales = call.input(3);
    const float* scale = floatsOf(scales);
    const TF_Tensor* given = call.input(4);
    const float* start = floatsOf(given);
    const bool fits = elements(bounds) == nodes + 1 && elements(scales) == nodes && starts[nodes] == elements(links) &&
                      (!starts_ || elements(given) == nodes * width);
    if (!call.require(fits, "the graph has another number of nodes than the table")) return;
    float* y = call.output(0, {nodes, width});
    everyRow(nodes, [&](int64_t node) {
      float* to = y + node * width;
      sumNeighbours(x, neighbours + starts[node], starts[node + 1] - starts[node], scale, to, width);
      if (starts_) finish(to, start + node * width, scale[node], by_, width);
      else scaleRow(to, scale[node] * by_, width);
    });
  }

 private:
  float by_;
  bool starts_;
};

/** dy [any, width], rows [any] → [count, width], where row r is the sum of the rows of dy that were looked up at r. */
class ScatterRows {
 public:
  explicit ScatterRows(Attributes& attributes) : count_(attributes.integer("count")) {}
  void run(Call& call) {
    const TF_Tensor* gradient = call.input(0);
    const float* dy = floatsOf(gradient);
    const int64_t width = length(gradient, 1);
    const TF_Tensor* places = call.input(1);
    const int32_t* rows = integersOf(places);
    const int64_t some = elements(places);
    for (int64_t i = 0; i < some; i++)
      if (!call.require(rows[i] >= 0 && rows[i] < count_, "a row is outside the table")) return;
    float* y = call.output(0, {count_, width});
    everyPiece(count_, [&](int64_t, int64_t first, int64_t all) { std::fill_n(y + first * width, all * width, 0.0f); });
    // By columns, so that no two threads add to one number and the order of a sum is always the same.
    parallel((width + COLUMNS - 1) / COLUMNS, [&](int64_t piece) {
      const int64_t from = piece * COLUMNS, columns = std::min(COLUMNS, width - from);
      for (int64_t i = 0; i < some; i++) {
        __builtin_prefetch(y + rows[std::min(i + AHEAD, some - 1)] * width + from, 1);
        add(y + rows[i] * width + from, dy + i * width + from, columns);
      }
    });
  }

 private:
  int64_t count_;
};

[[maybe_unused]] const bool defined =
    define<Propagate>("PfPropagate",
                      {"x: float", "starts: int32", "neighbours: int32", "scale: float", "start: float"}, {"y: float"},
                      {"by: float", "add_start: bool"}) &&
    define<ScatterRows>("PfScatterRows", {"dy: float", "rows: int32"}, {"y: float"}, {"count: int"});

}  // namespace

}  // namespace pf
