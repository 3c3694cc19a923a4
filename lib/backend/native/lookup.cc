// Field vectors of a batch: looked up, or summed where their rows have been multiplied by the next layer already.
//
// `positions` names a table row for every batch row and field, [batch × fields], fields running fastest.
#include <algorithm>

#include "kernel.h"
#include "loops.h"
#include "threads.h"

namespace pf {

namespace {

constexpr int64_t AHEAD = 16;     // rows: those of later turns are fetched from memory while one is copied
constexpr int64_t COLUMNS = 256;  // of one piece of work: this part of all table rows stays in a core's cache

/** Sixteen numbers that the compiler keeps in as few registers as the processor allows. */
typedef float Vector __attribute__((vector_size(64), aligned(4), may_alias));

Vector& vectorAt(float* place) { return *reinterpret_cast<Vector*>(place); }
const Vector& vectorAt(const float* place) { return *reinterpret_cast<const Vector*>(place); }

/** to = start + the sum of `count` rows, a block of all of them at a time, so that the sum stays in registers. */
PF_FAST void sumRows(const float* const* rows, int count, const float* PF_ALONE start, float* PF_ALONE to, int64_t n) {
  int64_t from = 0;
  for (; from + 64 <= n; from += 64) {
    Vector a = vectorAt(start + from), b = vectorAt(start + from + 16);
    Vector c = vectorAt(start + from + 32), d = vectorAt(start + from + 48);
    for (int row = 0; row < count; row++) {
      const float* part = rows[row] + from;
      a += vectorAt(part), b += vectorAt(part + 16), c += vectorAt(part + 32), d += vectorAt(part + 48);
    }
    vectorAt(to + from) = a, vectorAt(to + from + 16) = b, vectorAt(to + from + 32) = c, vectorAt(to + from + 48) = d;
  }
  for (; from < n; from++) {
    float sum = start[from];
    for (int row = 0; row < count; row++) sum += rows[row][from];
    to[from] = sum;
  }
}

int64_t columnPieces(int64_t units) { return (units + COLUMNS - 1) / COLUMNS; }

constexpr const char* OUTSIDE = "a position is outside the table";

/** Which fields take part, and where the rows of each begin: every field has table rows of its own. */
struct Fields {
  const int32_t *positions, *starts, *chosen;
  int64_t all, count, rows;
  Fields(Call& call, int first, int64_t batch) {
    const TF_Tensor* places = call.input(first);
    positions = integersOf(places);
    all = batch == 0 ? 0 : elements(places) / batch;
    const TF_Tensor* bounds = call.input(first + 1);
    starts = integersOf(bounds);
    rows = starts[elements(bounds) - 1];
    const TF_Tensor* numbers = call.input(first + 2);
    chosen = integersOf(numbers);
    count = elements(numbers);
  }
  int64_t row(int64_t b, int64_t i) const { return positions[b * all + chosen[i]]; }
  bool inside(int64_t batch) const {
    bool good = true;
    for (int64_t b = 0; b < batch; b++)
      for (int64_t i = 0; i < count; i++) good &= row(b, i) >= starts[chosen[i]] && row(b, i) < starts[chosen[i] + 1];
    return good;
  }
};

/** rows [rows, width], positions, starts, chosen, dense [batch, any] → the chosen rows of each batch row, then dense.
 */
class Lookup {
 public:
  explicit Lookup(Attributes&) {}
  void run(Call& call) {
    const TF_Tensor* table = call.input(0);
    const float* rows = floatsOf(table);
    const TF_Tensor* numbers = call.input(4);
    const float* dense = floatsOf(numbers);
    const int64_t width = length(table, 1), batch = length(numbers, 0), extra = length(numbers, 1);
    const Fields fields(call, 1, batch);
    if (!call.require(fields.rows <= length(table, 0) && fields.inside(batch), OUTSIDE)) return;
    const int64_t all = fields.count * width + extra;
    float* y = call.output(0, {batch, all});
    everyRow(batch, [&](int64_t b) {
      float* to = y + b * all;
      for (int64_t i = 0; i < fields.count; i++, to += width) std::copy_n(rows + fields.row(b, i) * width, width, to);
      std::copy_n(dense + b * extra, extra, to);
    });
  }
};

/** dy, positions, starts, chosen, dense (for its shape) → gradients of rows (0 where not chosen) and dense. */
class LookupGradient {
 public:
  explicit LookupGradient(Attributes& attributes) : width_(attributes.integer("width")) {}
  void run(Call& call) {
    const float* dy = call.floats(0);
    const TF_Tensor* numbers = call.input(4);
    const int64_t batch = length(numbers, 0), extra = length(numbers, 1);
    const Fields fields(call, 1, batch);
    const int64_t all = fields.count * width_ + extra;
    float* dRows = call.output(0, {fields.rows, width_});
    float* dDense = call.output(1, {batch, extra});
    if (fields.count < fields.all) std::fill_n(dRows, fields.rows * width_, 0.0f);
    parallel(fields.count + 1, [&](int64_t i) {
      if (i == fields.count) {
        for (int64_t b = 0; b < batch; b++) std::copy_n(dy + b * all + i * width_, extra, dDense + b * extra);
        return;
      }
      const int64_t field = fields.chosen[i];
      std::fill(dRows + fields.starts[field] * width_, dRows + fields.starts[field + 1] * width_, 0.0f);
      for (int64_t b = 0; b < batch; b++) add(dRows + fields.row(b, i) * width_, dy + b * all + i * width_, width_);
    });
  }

 private:
  int64_t width_;
};

/** products [rows of a field, units] of each chosen field, positions, starts, chosen, start [batch, units] → start +
 * sums. */
class FieldSum {
 public:
  explicit FieldSum(Attributes& attributes) : count_(static_cast<int>(attributes.integer("N"))) {}
  void run(Call& call) {
    const TF_Tensor* given = call.input(count_ + 3);
    const float* start = floatsOf(given);
    const int64_t batch = length(given, 0), units = length(given, 1);
    const Fields fields(call, count_, batch);
    if (!call.require(fields.count == count_ && fields.inside(batch), OUTSIDE)) return;
    std::vector<const float*> products;
    for (int i = 0; i < count_; i++) products.push_back(call.floats(i) - fields.starts[fields.chosen[i]] * units);
    float* y = call.output(0, {batch, units});
    parallel(columnPieces(units), [&](int64_t piece) {
      const int64_t from = piece * COLUMNS, count = std::min(COLUMNS, units - from);
      std::vector<const float*> rows(count_);
      for (int64_t b = 0; b < batch; b++) {
        for (int i = 0; i < count_; i++) rows[i] = products[i] + fields.row(b, i) * units + from;
        sumRows(rows.data(), count_, start + b * units + from, y + b * units + from, count);
      }
    });
  }

 private:
  int count_;
};

/** dy [batch, units], positions, starts, chosen → gradients of the products. */
class FieldSumGradient {
 public:
  explicit FieldSumGradient(Attributes& attributes) : count_(static_cast<int>(attributes.integer("N"))) {}
  void run(Call& call) {
    const TF_Tensor* gradient = call.input(0);
    const float* dy = floatsOf(gradient);
    const int64_t batch = length(gradient, 0), units = length(gradient, 1);
    const Fields fields(call, 1, batch);
    if (!call.require(fields.count == count_ && fields.inside(batch), OUTSIDE)) return;
    std::vector<float*> products;
    for (int i = 0; i < count_; i++) {
      const int64_t first = fields.starts[fields.chosen[i]], end = fields.starts[fields.chosen[i] + 1];
      products.push_back(call.output(i, {end - first, units}) - first * units);
    }
    parallel(columnPieces(units), [&](int64_t piece) {
      const int64_t from = piece * COLUMNS, count = std::min(COLUMNS, units - from);
      for (int i = 0; i < count_; i++)
        for (int64_t row = fields.starts[fields.chosen[i]]; row < fields.starts[fields.chosen[i] + 1]; row++)
          std::fill_n(products[i] + row * units + from, count, 0.0f);
      for (int64_t b = 0; b < batch; b++)
        for (int i = 0; i < count_; i++)
          add(products[i] + fields.row(b, i) * units + from, dy + b * units + from, count);
    });
  }

 private:
  int count_;
};

/** table [rows, width], rows [any] → those rows. */
class GatherRows {
 public:
  explicit GatherRows(Attributes&) {}
  void run(Call& call) {
    const TF_Tensor* table = call.input(0);
    const float* values = floatsOf(table);
    const TF_Tensor* wanted = call.input(1);
    const int32_t* rows = integersOf(wanted);
    const int64_t width = length(table, 1), count = elements(wanted), all = length(table, 0);
    for (int64_t i = 0; i < count; i++)
      if (!call.require(rows[i] >= 0 && rows[i] < all, OUTSIDE)) return;
    float* y = call.output(0, {count, width});
    everyPiece(count, [&](int64_t, int64_t from, int64_t some) {
      for (int64_t i = from; i < from + some; i++) {
        __builtin_prefetch(values + rows[std::min(i + AHEAD, from + some - 1)] * width);
        std::copy_n(values + rows[i] * width, width, y + i * width);
      }
    });
  }
};

[[maybe_unused]] const bool defined =
    define<GatherRows>("PfGatherRows", {"table: float", "rows: int32"}, {"y: float"}, {}) &&
    define<Lookup>("PfLookup", {"rows: float", "positions: int32", "starts: int32", "chosen: int32", "dense: float"},
                   {"y: float"}, {}) &&
    define<LookupGradient>("PfLookupGradient",
                           {"dy: float", "positions: int32", "starts: int32", "chosen: int32", "dense: float"},
                           {"drows: float", "ddense: float"}, {"width: int"}) &&
    define<FieldSum>("PfFieldSum",
                     {"products: N * float", "positions: int32", "starts: int32", "chosen: int32", "start: float"},
                     {"y: float"}, {"N: int >= 1"}) &&
    define<FieldSumGradient>("PfFieldSumGradient", {"dy: float", "positions: int32", "starts: int32", "chosen: int32"},
                             {"dproducts: N * float"}, {"N: int >= 1"});

}  // namespace

}  // namespace pf
