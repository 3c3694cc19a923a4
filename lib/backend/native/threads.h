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

/** Calls `work(row)` for the rows of a piece. */
template <class Work>
void forRows(int64_t piece, int64_t count, const Work& work) {
  for (int64_t row = piece * ROWS; row < std::min(count, (piece + 1) * ROWS); row++) work(row);
}

/** Calls `work(row)` for all rows, pieces of them side by side. */
template <class Work>
void everyRow(int64_t count, const Work& work) {
  parallel((count + ROWS - 1) / ROWS, [&](int64_t piece) { forRows(piece, count, work); });
}

}  // namespace pf
