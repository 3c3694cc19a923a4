// The places of the highest numbers of every row.
#include <algorithm>
#include <limits>

#include "kernel.h"
#include "threads.h"

namespace pf {

namespace {

constexpr int64_t BLOCK = 64;  // numbers that are looked at together: hardly any block has one of the highest

PF_FAST bool anyAbove(const float* PF_ALONE x, float least, int64_t n) {
  int32_t above = 0;
  for (int64_t i = 0; i < n; i++) above |= x[i] > least;
  return above != 0;
}

/** The highest numbers so far, highest first; of equal ones the earlier first. */
struct Best {
  std::vector<float> values;
  int32_t* places;
  int64_t count;
  float least() const { return values[count - 1]; }
  void take(float value, int32_t at) {
    int64_t place = count - 1;
    for (; place > 0 && value > values[place - 1]; place--) {
      values[place] = values[place - 1];
      places[place] = places[place - 1];
    }
    values[place] = value;
    places[place] = at;
  }
};

void scan(const float* scores, int64_t from, int64_t to, Best& best) {
  for (int64_t start = from; start < to; start += BLOCK) {
    const int64_t some = std::min(BLOCK, to - start);
    if (!anyAbove(scores + start, best.least(), some)) continue;
    for (int64_t i = start; i < start + some; i++)
      if (scores[i] > best.least()) best.take(scores[i], static_cast<int32_t>(i));
  }
}

/** scores [rows, any], starts [rows + 1], left out (places by row, ascending) → places [rows, count], −1 behind the last. */
class TopPlaces {
 public:
  explicit TopPlaces(Attributes& attributes) : count_(attributes.integer("count")) {}
  void run(Call& call) {
    const TF_Tensor* table = call.input(0);
    const float* scores = floatsOf(table);
    const int64_t rows = length(table, 0), width = length(table, 1);
    const TF_Tensor* bounds = call.input(1);
    const int32_t* starts = integersOf(bounds);
    const TF_Tensor* list = call.input(2);
    const int32_t* left = integersOf(list);
    const bool fits = elements(bounds) == rows + 1 && starts[rows] <= elements(list);
    if (!call.require(fits, "the places that are left out are those of another number of rows")) return;
    int32_t* places = call.integerOutput(0, {rows, count_});
    parallel(rows, [&](int64_t row) {
      Best best{std::vector<float>(count_, -std::numeric_limits<float>::infinity()), places + row * count_, count_};
      std::fill_n(best.places, count_, -1);
      int64_t from = 0;
      for (int64_t k = starts[row]; k < starts[row + 1]; k++) {
        scan(scores + row * width, from, std::min<int64_t>(left[k], width), best);
        from = left[k] + 1;
      }
      scan(scores + row * width, from, width, best);
    });
  }

 private:
  int64_t count_;
};

[[maybe_unused]] const bool defined = define<TopPlaces>(
    "PfTopPlaces", {"scores: float", "starts: int32", "left_out: int32"}, {"places: int32"}, {"count: int"});

}  // namespace

}  // namespace pf
