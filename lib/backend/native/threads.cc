#include "threads.h"

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace pf {

namespace {

/** One loop at a time: kernels are called one after another. */
class Pool {
 public:
  explicit Pool(int helpers) {
    // Never joined: they sleep until the process ends.
    for (int i = 0; i < helpers; i++) std::thread([this] { serve(); }).detach();
    helpers_ = helpers;
  }

  void run(int64_t count, const std::function<void(int64_t)>& work) {
    std::lock_guard<std::mutex> one(loop_);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = &work;
      count_ = count;
      next_.store(0);
      busy_ = helpers_;
      round_++;
    }
    wake_.notify_all();
    share();
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }

 private:
  void share() {
    for (int64_t i = next_.fetch_add(1); i < count_; i = next_.fetch_add(1)) (*work_)(i);
  }

  void serve() {
    for (uint64_t seen = 0;;) {
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return round_ != seen; });
        seen = round_;
      }
      share();
      std::lock_guard<std::mutex> lock(mutex_);
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::mutex loop_, mutex_;
  std::condition_variable wake_, done_;
  const std::function<void(int64_t)>* work_ = nullptr;
  int64_t count_ = 0;
  std::atomic<int64_t> next_{0};
  uint64_t round_ = 0;
  int busy_ = 0, helpers_ = 0;
};

}  // namespace

int threads() {
  static const int count = [] {
    const char* asked = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int given = asked ? std::atoi(asked) : 0;
    const int found = given > 0 ? given : static_cast<int>(std::thread::hardware_concurrency());
    return found > 0 ? found : 1;
  }();
  return count;
}

void parallel(int64_t count, const std::function<void(int64_t)>& work) {
  if (count <= 1 || threads() == 1) {
    for (int64_t i = 0; i < count; i++) work(i);
    return;
  }
  static Pool* pool = new Pool(threads() - 1);
  pool->run(count, work);
}

}  // namespace pf
