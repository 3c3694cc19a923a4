// Server side: what a common direction gives every client, expert by expert, in one pass over all clients' tensors.
#include <algorithm>
#include <vector>

#include "kernel.h"
#include "loops.h"
#include "threads.h"

namespace pf {

namespace {

constexpr int64_t ELEMENTS = 1 << 10;  // of one piece of work: the direction stays near the processor

PF_FAST void offer(const float* PF_ALONE direction, const float* PF_ALONE move, const float* PF_ALONE base, float less,
                   float rate, float* PF_ALONE offered, float* PF_ALONE next, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    const float taken = direction[i] - less * move[i];
    offered[i] = taken;
    next[i] = base[i] + rate * taken;
  }
}

/**
 * moves, bases (tensors of N clients, seen as [any, experts, inner]), shares, less and rates [N, experts] →
 * offers Σ_j share_j · move_j − less_i · move_i, and bases + rate_i · offer_i.
 */
class Offers {
 public:
  explicit Offers(Attributes& attributes)
      : count_(static_cast<int>(attributes.integer("N"))), inner_(attributes.integer("inner")) {}
  void run(Call& call) {
    const TF_Tensor* first = call.input(0);
    std::vector<const float*> moves, bases;
    std::vector<float*> offers, next;
    for (int i = 0; i < count_; i++) {
      moves.push_back(call.floats(i));
      bases.push_back(call.floats(count_ + i));
      offers.push_back(call.outputLike(i, first));
      next.push_back(call.outputLike(count_ + i, first));
    }
    const TF_Tensor* table = call.input(2 * count_);
    const float* shares = floatsOf(table);
    const float* less = call.floats(2 * count_ + 1);
    const float* rates = call.floats(2 * count_ + 2);
    const int64_t experts = length(table, 1), segments = elements(first) / inner_;
    const int64_t cuts = (inner_ + ELEMENTS - 1) / ELEMENTS;
    parallel(segments * cuts, [&](int64_t piece) {
      const int64_t segment = piece / cuts, start = piece % cuts * ELEMENTS, expert = segment % experts;
      const int64_t at = segment * inner_ + start, size = std::min(ELEMENTS, inner_ - start);
      float direction[ELEMENTS] = {};
      for (int i = 0; i < count_; i++) addScaled(direction, moves[i] + at, shares[i * experts + expert], size);
      for (int i = 0; i < count_; i++)
        offer(direction, moves[i] + at, bases[i] + at, less[i * experts + expert], rates[i * experts + expert],
              offers[i] + at, next[i] + at, size);
    });
  }

 private:
  int count_;
  int64_t inner_;
};

[[maybe_unused]] const bool defined =
    define<Offers>("PfOffers", {"moves: N * float", "bases: N * float", "shares: float", "less: float", "rates: float"},
                   {"offers: N * float", "next: N * float"}, {"N: int >= 1", "inner: int"});

}  // namespace

}  // namespace pf
