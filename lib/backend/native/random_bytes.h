// The bytes that TensorFlow's StatelessRandomUniformFullInt draws for a seed, in any order (Philox, Salmon et al.
// 2011).
#pragma once

#include <cstdint>

namespace pf {

/** A seeded, endless sequence of bytes. */
struct RandomBytes {
  uint32_t key[2];
  uint32_t high[2];  // upper half of the counter; the lower one numbers the blocks of 16 bytes

  explicit RandomBytes(const int32_t seed[2]);
  /** The bytes `from … from + count − 1`. */
  void read(int64_t from, int64_t count, uint8_t* bytes) const;
};

}  // namespace pf
