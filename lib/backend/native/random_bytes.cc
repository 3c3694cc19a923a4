#include "random_bytes.h"

#include <algorithm>
#include <cstring>

#include "kernel.h"

namespace pf {

namespace {

constexpr int64_t BLOCK = 16;  // bytes of one counter
constexpr int LANES = 16;      // counters at once, for the vector unit

/** Ten rounds for the counters `first … first + LANES − 1`; result[word][lane]. */
PF_FAST void philox(const RandomBytes& from, uint64_t first, uint32_t result[4][LANES]) {
  uint32_t a[LANES], b[LANES], c[LANES], d[LANES];
  for (int i = 0; i < LANES; i++) {
    a[i] = static_cast<uint32_t>(first + i);
    b[i] = static_cast<uint32_t>((first + i) >> 32);
    c[i] = from.high[0];
    d[i] = from.high[1];
  }
  uint32_t key0 = from.key[0], key1 = from.key[1];
  for (int round = 0; round < 10; round++) {
    for (int i = 0; i < LANES; i++) {
      const uint64_t left = uint64_t{0xD2511F53} * a[i];
      const uint64_t right = uint64_t{0xCD9E8D57} * c[i];
      a[i] = static_cast<uint32_t>(right >> 32) ^ b[i] ^ key0;
      b[i] = static_cast<uint32_t>(right);
      c[i] = static_cast<uint32_t>(left >> 32) ^ d[i] ^ key1;
      d[i] = static_cast<uint32_t>(left);
    }
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  std::memcpy(result[0], a, sizeof a);
  std::memcpy(result[1], b, sizeof b);
  std::memcpy(result[2], c, sizeof c);
  std::memcpy(result[3], d, sizeof d);
}

}  // namespace

RandomBytes::RandomBytes(const int32_t seed[2]) : key{0x3ec8f720, 0x02461e29} {
  // TensorFlow mixes a seed like this, so that all its bits count alike.
  const auto first = static_cast<uint64_t>(static_cast<int64_t>(seed[0]));
  const auto second = static_cast<uint64_t>(static_cast<int64_t>(seed[1]));
  high[0] = static_cast<uint32_t>(second);
  high[1] = static_cast<uint32_t>(second >> 32);
  uint32_t mixed[4][LANES];
  philox(*this, first, mixed);
  key[0] = mixed[0][0];
  key[1] = mixed[1][0];
  high[0] = mixed[2][0];
  high[1] = mixed[3][0];
}

void RandomBytes::read(int64_t from, int64_t count, uint8_t* bytes) const {
  while (count > 0) {
    const int64_t block = from / BLOCK;
    uint32_t words[4][LANES];
    philox(*this, static_cast<uint64_t>(block), words);
    uint32_t inOrder[LANES][4];
    for (int lane = 0; lane < LANES; lane++)
      for (int word = 0; word < 4; word++) inOrder[lane][word] = words[word][lane];
    const int64_t skipped = from - block * BLOCK;
    const int64_t taken = std::min(count, BLOCK * LANES - skipped);
    std::memcpy(bytes, reinterpret_cast<const uint8_t*>(inOrder) + skipped, static_cast<size_t>(taken));
    bytes += taken;
    from += taken;
    count -= taken;
  }
}

}  // namespace pf
