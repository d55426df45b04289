// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_audit/bench_log.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "libs/evidence/record.h"
#include "libs/kv/rocks_store.h"
#include "services/audit/audit.h"
#include "services/audit/store/fsck.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::bench {
namespace {

using testing::Cluster;
namespace au = audit::v1;

constexpr char kOrigin[] = "test.example/audit";  // the cluster's
constexpr uint64_t kFillBatch = 1024;
constexpr int kFillOutstanding = 16;

std::string Method(const char* name) {
  return absl::StrCat("/shareway.audit.v1.AuditService/", name);
}

Cluster::Options TwoNodes() {
  Cluster::Options options;
  options.nodes = {testing::kStatistics, testing::kTax};
  return options;
}

std::vector<audit::EntryPtr> Entries(const RecordMold& mold, uint64_t first, uint64_t count,
                                     uint32_t life) {
  std::vector<audit::EntryPtr> entries;
  entries.reserve(count);
  evidence::v1::SealedRecord sealed;
  for (uint64_t n = first; n < first + count; ++n) {
    if (!sealed.ParseFromString(mold.Sealed(n, life))) std::abort();
    absl::StatusOr<audit::Entry> entry = audit::OpenEntry(sealed);
    Check(entry.status(), "open entry");
    entries.push_back(std::make_shared<const audit::Entry>(*std::move(entry)));
  }
  return entries;
}

}  // namespace

void Check(const absl::Status& status, const char* step) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench_audit: %s: %s\n", step, status.ToString().c_str());
  std::exit(1);
}

BenchLog::BenchLog()
    : cluster_(TwoNodes()),
      provider_("test", cluster_.Agency(testing::kTax), cluster_.Agency(testing::kStatistics),
                /*received=*/false, /*slim=*/false),
      consumer_("test", cluster_.Agency(testing::kTax), cluster_.Agency(testing::kStatistics),
                /*received=*/true, /*slim=*/false),
      slim_("test", cluster_.Agency(testing::kTax), cluster_.Agency(testing::kStatistics),
            /*received=*/false, /*slim=*/true) {
  // Channels are made here: the cluster's map of them is not for several threads.
  for (const char* as : {"statistics-node", "tax-node", "auditor"}) cluster_.Channel(as, "audit");
}

rpc::Channel* BenchLog::ChannelOf(bool received) {
  return cluster_.Channel(received ? "tax-node" : "statistics-node", "audit").get();
}

uint64_t BenchLog::size(bool signed_only) {
  au::GetCheckpointRequest request;
  request.set_signed_only(signed_only);
  auto checkpoint =
      cluster_.Call<au::Checkpoint>("auditor", "audit", Method("GetCheckpoint"), request);
  Check(checkpoint.status(), "checkpoint");
  return checkpoint->size();
}

void BenchLog::FillTo(uint64_t entries) {
  uint64_t have = size();
  if (have >= entries) return;
  cluster_.Stop("audit");
  const absl::Time start = absl::Now();
  {
    absl::StatusOr<std::unique_ptr<kv::Store>> store =
        kv::OpenRocks(cluster_.StoreOf("audit"), {.for_log = true});
    Check(store.status(), "open store");
    absl::StatusOr<crypto::PrivateKey> key =
        crypto::PrivateKey::FromFile(cluster_.identity("audit").dir + "/log.key");
    Check(key.status(), "log key");
    metrics::Registry metrics;
    audit::Audit::Options options;
    options.metrics = &metrics;
    options.settle = absl::Seconds(5);
    absl::StatusOr<std::unique_ptr<audit::Audit>> log =
        audit::Audit::Open(store->get(), {*key, kOrigin}, options);
    Check(log.status(), "open log");
    have = (*log)->state()->size();
    const uint64_t missing = entries > have ? entries - have : 0;
    ++life_;
    absl::Mutex mutex;
    int outstanding = 0;
    for (uint64_t n = 0; n < missing; n += kFillBatch) {
      std::vector<audit::EntryPtr> some =
          Entries(slim_, n, std::min(kFillBatch, missing - n), life_);
      const auto room = [&] { return outstanding < kFillOutstanding; };
      mutex.LockWhen(absl::Condition(&room));
      ++outstanding;
      mutex.Unlock();
      (*log)->Append(std::move(some), [&](const auto& indices) {
        Check(indices.status(), "fill");
        absl::MutexLock lock(&mutex);
        --outstanding;
      });
    }
    const auto idle = [&] { return outstanding == 0; };
    mutex.LockWhen(absl::Condition(&idle));
    mutex.Unlock();
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  std::printf("filled to %llu entries in process: %.0f s, %.0f entries/s\n",
              static_cast<unsigned long long>(entries), seconds,
              static_cast<double>(entries - have) / seconds);
  std::fflush(stdout);
  cluster_.Start("audit");
  cluster_.AwaitReady("audit", absl::Minutes(2));
}

Run BenchLog::Load(int batch, int outstanding, absl::Duration length,
                   const std::function<void(Sent)>& acknowledged) {
  rpc::Channel* const channels[] = {ChannelOf(false), ChannelOf(true)};
  rpc::CallOptions options;
  options.timeout = absl::Seconds(30);
  return RunLoad(
      [&](std::function<void(absl::Status)> done) {
        // Both halves of the same exchanges, one after the other.
        const uint64_t n = next_++;
        const bool received = n % 2 == 1;
        const uint64_t first = n / 2 * static_cast<uint64_t>(batch);
        const absl::Time start = absl::Now();
        channels[received]->RawUnaryAsync(
            Method("Append"), AppendRequestOf(received ? consumer_ : provider_, first, batch, 0),
            options, [&, start, done = std::move(done)](absl::StatusOr<std::string> bytes) {
              if (!bytes.ok()) return done(bytes.status());
              au::AppendResponse response;
              if (!response.ParseFromString(*bytes) || response.indices_size() != batch) {
                return done(absl::DataLossError("an append without its indices"));
              }
              if (acknowledged) acknowledged({response.indices(0), start});
              done(absl::OkStatus());
            });
      },
      outstanding, absl::Seconds(1), length, {cluster_.pid("audit")});
}

Run BenchLog::Append(int batch, int outstanding, absl::Duration length) {
  return Load(batch, outstanding, length, nullptr);
}

Run BenchLog::AppendWatched(int outstanding, absl::Duration length,
                            std::vector<double>* seen_millis, std::vector<double>* made_millis) {
  struct Seen {
    uint64_t size = 0;
    absl::Time when = {}, made = {};
  };
  std::vector<Seen> seen;
  std::atomic<bool> stop = false;
  auto auditor = cluster_.Channel("auditor", "audit");
  std::thread watcher([&] {
    au::GetCheckpointRequest request;
    request.set_signed_only(true);
    while (!stop) {
      auto checkpoint = auditor->Unary<au::Checkpoint>(Method("GetCheckpoint"), request);
      if (checkpoint.ok() && (seen.empty() || checkpoint->size() > seen.back().size)) {
        seen.push_back(
            {checkpoint->size(), absl::Now(), evidence::FromTimestamp(checkpoint->time())});
      }
      absl::SleepFor(absl::Milliseconds(2));
    }
  });
  absl::Mutex mutex;
  std::vector<Sent> sent;
  const Run run = Load(1, outstanding, length, [&](Sent one) {
    absl::MutexLock lock(&mutex);
    sent.push_back(one);
  });
  absl::SleepFor(absl::Milliseconds(500));  // for the checkpoint over the last ones
  stop = true;
  watcher.join();
  for (const Sent& one : sent) {
    const auto covers =
        std::upper_bound(seen.begin(), seen.end(), one.index,
                         [](uint64_t index, const Seen& s) { return index < s.size; });
    if (covers == seen.end()) {
      const uint64_t last = seen.empty() ? 0 : seen.back().size;
      Check(absl::NotFoundError(absl::StrCat("no checkpoint covers entry ", one.index,
                                             "; the last one seen has ", last, ", the log ",
                                             size(/*signed_only=*/true))),
            "append");
    }
    seen_millis->push_back(absl::ToDoubleMilliseconds(covers->when - one.start));
    made_millis->push_back(absl::ToDoubleMilliseconds(covers->made - one.start));
  }
  return run;
}

double BenchLog::AppendUntilFound(int batch, int outstanding, absl::Duration length) {
  std::atomic<uint64_t> entries = 0;
  const absl::Time start = absl::Now();
  const Run run =
      Load(batch, outstanding, length, [&](Sent) { entries += static_cast<uint64_t>(batch); });
  if (run.errors > 0) Check(run.first_error, "append");
  au::SearchEntriesRequest search;
  const uint64_t last = ((next_ - 1) / 2 + 1) * static_cast<uint64_t>(batch) - 1;
  search.set_exchange(absl::StrCat("x", absl::Dec(last, absl::kZeroPad12)));
  for (;;) {
    auto page = cluster_.Call<au::SearchEntriesResponse>("auditor", "audit",
                                                         Method("SearchEntries"), search);
    Check(page.status(), "search");
    if (page->entries_size() > 0) break;
    if (absl::Now() - start > absl::Minutes(5)) Check(absl::NotFoundError("last entry"), "search");
  }
  return static_cast<double>(entries) / absl::ToDoubleSeconds(absl::Now() - start);
}

Run BenchLog::Prove(int outstanding, absl::Duration length) {
  const uint64_t entries = size(/*signed_only=*/false);
  rpc::Channel* const channel = ChannelOf(false);
  std::atomic<uint64_t> next = 0;
  return RunLoad(
      [&](std::function<void(absl::Status)> done) {
        au::GetInclusionProofRequest request;
        request.set_index((next++ * 0x9e3779b97f4a7c15u) % entries);
        request.set_size(entries);
        channel->RawUnaryAsync(Method("GetInclusionProof"), request.SerializeAsString(), {},
                               [&, done = std::move(done)](absl::StatusOr<std::string> bytes) {
                                 if (!bytes.ok()) return done(bytes.status());
                                 au::InclusionProof proof;
                                 if (!proof.ParseFromString(*bytes) || proof.path().empty()) {
                                   return done(absl::DataLossError("no path"));
                                 }
                                 proof_bytes_ = bytes->size();
                                 done(absl::OkStatus());
                               });
      },
      outstanding, absl::Seconds(1), length, {cluster_.pid("audit")});
}

double BenchLog::StartSeconds(bool after_kill) {
  if (after_kill) {
    cluster_.Kill("audit");
  } else {
    cluster_.Stop("audit");
  }
  const absl::Time start = absl::Now();
  cluster_.Start("audit");
  cluster_.AwaitReady("audit", absl::Minutes(2));
  return absl::ToDoubleSeconds(absl::Now() - start);
}

double BenchLog::FsckPerSecond() {
  cluster_.Stop("audit");
  double rate = 0;
  {
    absl::StatusOr<std::unique_ptr<kv::Store>> store =
        kv::OpenRocksReadOnly(cluster_.StoreOf("audit"));
    Check(store.status(), "open store");
    const absl::Time start = absl::Now();
    const absl::StatusOr<audit::FsckReport> report = audit::CheckLog(**store);
    Check(report.status(), "fsck");
    rate = static_cast<double>(report->size) / absl::ToDoubleSeconds(absl::Now() - start);
  }
  cluster_.Start("audit");
  cluster_.AwaitReady("audit", absl::Minutes(2));
  return rate;
}

}  // namespace shareway::bench
