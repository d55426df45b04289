// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/watchers.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "tools/bench_exchange/check.h"
#include "tools/bench_exchange/node_crowd.h"

namespace shareway::bench {
namespace {

namespace sh = sharing::v1;
using testing::Cluster;

// When each grant was seen revoked, by all watchers together.
class Sightings {
 public:
  void Ready() {
    absl::MutexLock lock(&mutex_);
    ++ready_;
  }
  void AwaitReady(int watchers) {
    const auto all = [&] { return ready_ >= watchers; };
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(&all), absl::Minutes(1))) {
      CheckStep(absl::DeadlineExceededError(absl::StrCat(ready_, " of ", watchers)), "watchers");
    }
  }
  void Saw(const std::string& grant) {
    const absl::Time now = absl::Now();
    absl::MutexLock lock(&mutex_);
    times_[grant].push_back(now);
  }
  std::vector<absl::Time> Await(const std::string& grant, int watchers) {
    absl::MutexLock lock(&mutex_);
    std::vector<absl::Time>& times = times_[grant];
    const auto all = [&] { return times.size() >= static_cast<size_t>(watchers); };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&all), absl::Seconds(20))) {
      CheckStep(absl::DeadlineExceededError(absl::StrCat(times.size(), " of ", watchers)),
                "watchers of a revocation");
    }
    return times;
  }

 private:
  absl::Mutex mutex_;
  int ready_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::vector<absl::Time>> times_ ABSL_GUARDED_BY(mutex_);
};

// One node's stream of grants, read by a thread of its own.
class Watcher {
 public:
  Watcher(const rpc::Channel::Options& options, Sightings* sightings) {
    auto opened = rpc::Channel::Open(options);
    CheckStep(opened.status(), "watcher");
    channel_ = *opened;
    rpc::CallOptions call;
    call.timeout = absl::Minutes(10);
    stream_ = channel_->RawServerStream(testing::GrantMethod("WatchGrants"), "", call);
    thread_ = std::thread([this, sightings] { Read(sightings); });
  }
  ~Watcher() {
    stopping_ = true;
    stream_->Cancel();
    thread_.join();
  }

 private:
  void Read(Sightings* sightings) {
    for (;;) {
      const auto bytes = stream_->Read();
      if (stopping_) return;
      CheckStep(bytes.status(), "watch");
      sh::GrantChange change;
      if (!*bytes || !change.ParseFromString(**bytes)) return;
      if (change.has_snapshot_end()) sightings->Ready();
      if (change.has_grant() && change.grant().state() == sh::Grant::REVOKED) {
        sightings->Saw(change.grant().name());
      }
    }
  }

  std::shared_ptr<rpc::Channel> channel_;
  std::unique_ptr<rpc::RawReadStream> stream_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

// Asks under the grant until it is refused as revoked; when the last answer came. Between the
// two nodes' hearing of it there are other refusals.
absl::Time LastDelivery(Cluster* cluster, const exchange::v1::QueryRequest& query) {
  absl::Time last = absl::InfinitePast();
  for (const absl::Time end = absl::Now() + absl::Seconds(20); absl::Now() < end;) {
    const absl::Status status = testing::Query(*cluster, testing::kTax, query).status();
    if (testing::ReasonOf(status) == Reason::kGrantRevoked) return last;
    if (status.ok()) last = absl::Now();
  }
  CheckStep(absl::DeadlineExceededError(query.grant()), "a revoked grant is still honoured");
  return last;
}

}  // namespace

Revocations Revoke(NodePair* pair, int watchers, int revocations) {
  Cluster& cluster = pair->cluster();
  const std::string dir = cluster.dir() / "watchers";
  std::filesystem::create_directories(dir);
  AdmitNodes(&cluster, dir, watchers, "sharing");
  Sightings sightings;
  std::vector<std::unique_ptr<Watcher>> all;
  for (int i = 0; i < watchers; ++i) {
    rpc::Channel::Options options;
    options.address = cluster.Address("sharing");
    options.tls = crypto::TlsFiles::In(absl::StrCat(dir, "/", NodeLabel(i)));
    options.tls.ca = cluster.identity(kConsumerNode).tls.ca;
    options.peer_uri = "shareway://test/service/sharing";
    all.push_back(std::make_unique<Watcher>(options, &sightings));
  }
  sightings.AwaitReady(watchers);

  Revocations measured;
  for (int i = 0; i < revocations; ++i) {
    const std::string grant = pair->NewGrant();
    const auto query = testing::QueryBy(grant, "code", "990100000000");
    CheckStep(testing::QueryWhenKnown(cluster, testing::kTax, query).status(), "a new grant");
    absl::Time last;
    cluster.Channel("statistics-sharing-head", "sharing");  // made before there are two threads
    std::thread asking([&] { last = LastDelivery(&cluster, query); });
    absl::SleepFor(absl::Milliseconds(20));  // some answers
    sh::RevokeGrantRequest revoke;
    revoke.set_name(grant);
    revoke.set_ground(sh::BASIS_CHANGED);
    revoke.set_document("《演示市税务征管办法》2026年修订，删去第三条");
    const absl::Time begin = absl::Now();
    const auto revoked = cluster.Act<sh::RevokeGrantResponse>(
        "statistics-sharing-head", "sharing", testing::GrantMethod("RevokeGrant"), revoke);
    const absl::Time end = absl::Now();
    CheckStep(revoked.status(), "revoke");
    for (const absl::Time time : sightings.Await(grant, watchers)) {
      measured.seen.push_back(absl::ToDoubleMilliseconds(time - begin));
    }
    asking.join();
    measured.acknowledged.push_back(absl::ToDoubleMilliseconds(end - begin));
    measured.last_delivery.push_back(
        std::max(0.0, absl::ToDoubleMilliseconds(last - begin)));
  }
  return measured;
}

}  // namespace shareway::bench
