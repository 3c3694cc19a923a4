// Runs loops on as many threads as libtensorflow's own operations use.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>

namespace pf {

/** Threads that take part in `parallel`: TF_NUM_INTRAOP_THREADS, or the processors that this process may use. */
int threads();

/**
 * Calls `work(i)` for i = 0 … count − 1, each once, and returns when all are done.
 *
 * Which thread does what is left open, so a result must not depend on it: sums are made per i and combined in order.
 */
void parallel(int64_t count, const std::function<void(int64_t)>& work);

/** Rows of one piece of work: a fixed number, so that sums over pieces do not depend on the number of threads. */
constexpr int64_t ROWS = 64;

inline int64_t pieces(int64_t rows) { return (rows + ROWS - 1) / ROWS; }

/** Calls `work(piece, first row, rows)` for all pieces of `count` rows, side by side. */
template <class Work>
void everyPiece(int64_t count, const Work& work) {
  parallel(pieces(count), [&](int64_t piece) { work(piece, piece * ROWS, std::min(ROWS, count - piece * ROWS)); });
}

/** Calls `work(row)` for all rows, pieces of them side by side. */
template <class Work>
void everyRow(int64_t count, const Work& work) {
  everyPiece(count, [&](int64_t, int64_t first, int64_t rows) {
    for (int64_t row = first; row < first + rows; row++) work(row);
  });
}

}  // namespace pf
