// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_catalog/fanout.h"

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/scenario/story.h"
#include "tools/bench_exchange/check.h"
#include "tools/bench_exchange/node_crowd.h"

namespace shareway::bench {
namespace {

// When each entry was seen published, by all watchers together.
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
  void Saw(const std::string& name) {
    const absl::Time now = absl::Now();
    absl::MutexLock lock(&mutex_);
    times_[name].push_back(now);
  }
  std::vector<absl::Time> Await(const std::string& name, int watchers) {
    absl::MutexLock lock(&mutex_);
    std::vector<absl::Time>& times = times_[name];
    const auto all = [&] { return times.size() >= static_cast<size_t>(watchers); };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&all), absl::Seconds(20))) {
      CheckStep(absl::DeadlineExceededError(absl::StrCat(times.size(), " of ", watchers)),
                "watchers of a publication");
    }
    return times;
  }

 private:
  absl::Mutex mutex_;
  int ready_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::vector<absl::Time>> times_ ABSL_GUARDED_BY(mutex_);
};

// One node's stream of the catalogue, read by a thread of its own.
class Watcher {
 public:
  Watcher(const rpc::Channel::Options& options, Sightings* sightings) {
    auto opened = rpc::Channel::Open(options);
    CheckStep(opened.status(), "watcher");
    channel_ = *opened;
    rpc::CallOptions call;
    call.timeout = absl::Minutes(10);
    stream_ = channel_->RawServerStream(testing::CatalogMethod("WatchCatalog"), "", call);
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
      catalog::v1::CatalogChange change;
      if (!*bytes || !change.ParseFromString(**bytes)) return;
      if (change.has_snapshot_end()) sightings->Ready();
      if (change.has_resource()) sightings->Saw(change.resource().name());
    }
  }

  std::shared_ptr<rpc::Channel> channel_;
  std::unique_ptr<rpc::RawReadStream> stream_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace

Fanout PublishTo(int watchers, int publications) {
  testing::Cluster::Options options;
  options.nodes = {testing::kTax};
  testing::Cluster cluster(options);
  const std::string dir = cluster.dir() / "watchers";
  std::filesystem::create_directories(dir);
  AdmitNodes(&cluster, dir, watchers, "catalog");
  Sightings sightings;
  std::vector<std::unique_ptr<Watcher>> all;
  for (int i = 0; i < watchers; ++i) {
    rpc::Channel::Options channel;
    channel.address = cluster.Address("catalog");
    channel.tls = crypto::TlsFiles::In(absl::StrCat(dir, "/", NodeLabel(i)));
    channel.tls.ca = cluster.identity("tax-node").tls.ca;
    channel.peer_uri = "shareway://test/service/catalog";
    all.push_back(std::make_unique<Watcher>(channel, &sightings));
  }
  sightings.AwaitReady(watchers);

  Fanout measured;
  for (int i = 0; i < publications; ++i) {
    catalog::v1::Resource draft = testing::Divisions(cluster);
    draft.set_code(absl::StrFormat("306001/%06d", 500 + i));
    catalog::v1::CreateResourceRequest create;
    *create.mutable_resource() = draft;
    auto at = cluster.Call<catalog::v1::Resource>("statistics-editor", "catalog",
                                                  testing::CatalogMethod("CreateResource"), create);
    CheckStep(at.status(), "create");
    catalog::v1::SubmitResourceRequest submit;
    submit.set_name(at->name());
    at = cluster.Call<catalog::v1::Resource>("statistics-editor", "catalog",
                                             testing::CatalogMethod("SubmitResource"), submit);
    CheckStep(at.status(), "submit");
    catalog::v1::ApproveResourceRequest approve;
    approve.set_name(at->name());
    approve.set_etag(at->etag());
    at = cluster.Act<catalog::v1::Resource>("statistics-head", "catalog",
                                            testing::CatalogMethod("ApproveResource"), approve);
    CheckStep(at.status(), "approve");
    catalog::v1::PublishResourceRequest publish;
    publish.set_name(at->name());
    publish.set_etag(at->etag());
    const absl::Time begin = absl::Now();
    at = cluster.Act<catalog::v1::Resource>("bureau-officer", "catalog",
                                            testing::CatalogMethod("PublishResource"), publish);
    const absl::Time end = absl::Now();
    CheckStep(at.status(), "publish");
    for (const absl::Time time : sightings.Await(at->name(), watchers)) {
      measured.seen.push_back(absl::ToDoubleMilliseconds(time - begin));
    }
    measured.acknowledged.push_back(absl::ToDoubleMilliseconds(end - begin));
  }
  return measured;
}

}  // namespace shareway::bench
