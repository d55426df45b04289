// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/decisions.h"

#include <time.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/kv/rocks_store.h"
#include "tools/bench_exchange/check.h"

namespace shareway::bench {
namespace {

using exchange::Grant;
using exchange::Method;

constexpr char kConsumer[] = "agencies/11330100MB1L1234AA";
constexpr char kProvider[] = "agencies/11330100MB1L1234BB";
constexpr int kTimed = 500'000;
constexpr absl::Duration kLength = absl::Seconds(1);
constexpr size_t kRecordBytes = 600;  // a grant's message

// Numbers below `limit`, in no order that a cache could guess.
class Shuffle {
 public:
  explicit Shuffle(size_t limit) : limit_(limit) {}
  size_t Next() {
    at_ = at_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<size_t>(at_ >> 33) % limit_;
  }

 private:
  const size_t limit_;
  uint64_t at_ = 1;
};

// Of this thread: other work on the machine does not count.
absl::Duration CpuTime() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return absl::DurationFromTimespec(time);
}

// Calls a second of CPU of `call`, which must be true for each random number.
template <typename Call>
double Rate(size_t limit, Call call) {
  Shuffle shuffle(limit);
  uint64_t count = 0, good = 0;
  const absl::Duration begin = CpuTime();
  absl::Duration took;
  do {
    for (int i = 0; i < 10'000; ++i, ++count) good += call(shuffle.Next());
    took = CpuTime() - begin;
  } while (took < kLength);
  if (good != count) CheckStep(absl::PermissionDeniedError("not permitted"), "decisions");
  return static_cast<double>(count) / absl::ToDoubleSeconds(took);
}

// Nanoseconds of each of many calls, ascending.
template <typename Call>
std::vector<int64_t> Times(size_t limit, Call call) {
  Shuffle shuffle(limit);
  std::vector<int64_t> nanos(kTimed);
  bool good = true;
  for (int64_t& took : nanos) {
    const size_t number = shuffle.Next();
    const int64_t begin = absl::GetCurrentTimeNanos();
    good &= call(number);
    took = absl::GetCurrentTimeNanos() - begin;
  }
  if (!good) CheckStep(absl::PermissionDeniedError("not permitted"), "decisions");
  std::sort(nanos.begin(), nanos.end());
  return nanos;
}

}  // namespace

Decisions::Decisions(int grants)
    : wanted_{.consumer = kConsumer,
              .method = Method::kQuery,
              .purpose = 1,
              .items = {"code", "name", "phone"},
              .where = {{{"code", filter::Op::kEquals, "330106199001011234"}}}} {
  std::vector<Grant> all;
  for (int i = 0; i < grants; ++i) {
    names_.push_back(absl::StrCat("grants/g", i));
    all.push_back({.name = names_.back(),
                   .consumer = kConsumer,
                   .provider = kProvider,
                   .resource = "resources/r1",
                   .items = {"code", "name", "level", "address", "phone", "status"},
                   .rows = {{{"code", filter::Op::kPrefix, "3301"}}},
                   .purposes = {1, 2},
                   .methods = {Method::kQuery, Method::kVerify},
                   .end_time = absl::InfiniteFuture(),
                   .state = Grant::State::kActive});
  }
  table_.Replace(std::move(all), {1, 1});
}

bool Decisions::Decide(size_t grant) const {
  return exchange::Decide(*table_.Find(names_[grant]), wanted_, now_).ok();
}

double Decisions::PerSecond() const {
  return Rate(names_.size(), [this](size_t i) { return Decide(i); });
}

absl::Duration Decisions::Percentile99() const {
  const auto nothing = Times(names_.size(), [](size_t) { return true; });
  const auto decision = Times(names_.size(), [this](size_t i) { return Decide(i); });
  return absl::Nanoseconds(decision[kTimed / 100 * 99] - nothing[kTimed / 2]);
}

double Decisions::CachedReadsPerSecond(const std::string& dir) const {
  const auto open = [&] {
    auto store = kv::OpenRocks(dir, {.cache_bytes = 512 << 20});
    CheckStep(store.status(), "store");
    return *std::move(store);
  };
  std::unique_ptr<kv::Store> store = open();
  kv::Batch batch;
  for (size_t i = 0; i < names_.size(); ++i) {
    batch.Put(names_[i], std::string(kRecordBytes, 'g'));
    if (i % 1000 != 999 && i + 1 != names_.size()) continue;
    CheckStep(store->Commit(std::exchange(batch, kv::Batch())).status(), "fill");
  }
  // Opened again, it has everything in files: what is read comes out of the block cache.
  store.reset();
  store = open();
  for (const std::string& name : names_) CheckStep(store->Get(name).status(), "read");
  return Rate(names_.size(), [&](size_t i) { return store->Get(names_[i]).ok(); });
}

}  // namespace shareway::bench
