// Runs loops on as many threads as libtensorflow's own operations use.
#pragma once

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

}  // namespace pf
