// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "libs/rpc/watch.h"

// Keys:
//   dir/o/{kind}/{name} -> DirectoryChange with that object
//   dir/revision        -> Revision applied

namespace shareway::rpc {
namespace {

using catalog::v1::DirectoryChange;
using evidence::v1::Revision;

constexpr char kObjects[] = "dir/o/";
constexpr char kRevision[] = "dir/revision";

std::string KeyOf(const DirectoryChange& change) {
  auto key = [&](absl::string_view name) {
    return absl::StrCat(kObjects, change.change_case(), "/", name);
  };
  switch (change.change_case()) {
    case DirectoryChange::kAuthority: return key(change.authority().name());
    case DirectoryChange::kAgency: return key(change.agency().name());
    case DirectoryChange::kSystem: return key(change.system().name());
    case DirectoryChange::kNode: return key(change.node().name());
    case DirectoryChange::kPerson: return key(change.person().name());
    case DirectoryChange::kKey: return key(change.key().name());
    case DirectoryChange::kMandate: return key(change.mandate().name());
    default: return "";
  }
}

}  // namespace

struct DirectoryFeed::State {
  kv::Store* store;
  DirectoryHolder* holder;
  std::unique_ptr<Feed> feed;

  // While a snapshot comes: what will replace everything. Feed thread only.
  bool staging = false;
  Directory staged;
  kv::Batch staged_batch;

  // What an earlier process kept.
  absl::StatusOr<Revision> Load() {
    Revision revision;
    if (store == nullptr) return revision;
    absl::StatusOr<kv::Entry> kept = store->Get(kRevision);
    if (absl::IsNotFound(kept.status())) return revision;
    SHAREWAY_RETURN_IF_ERROR(kept.status());
    Directory directory;
    bool readable = revision.ParseFromString(kept->value);
    SHAREWAY_RETURN_IF_ERROR(store->Scan(
        kObjects, PrefixEnd(kObjects), [&](absl::string_view, absl::string_view value, uint64_t) {
          DirectoryChange change;
          readable = readable && change.ParseFromArray(value.data(), static_cast<int>(value.size()));
          directory.Apply(change);
          return readable;
        }));
    if (!readable) return absl::DataLossError("the stored directory cannot be read");
    DirectoryChange mark;
    *mark.mutable_revision() = revision;
    directory.Apply(mark);
    holder->Set(std::make_shared<const Directory>(std::move(directory)));
    return revision;
  }

  absl::StatusOr<Revision> Apply(absl::string_view bytes) {
    DirectoryChange change;
    if (!change.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return absl::DataLossError("a change of the directory does not parse");
    }
    if (change.snapshot_begin()) {
      staging = true;
      staged = Directory();
      staged_batch = kv::Batch();
      if (store != nullptr) staged_batch.DeleteRange(kObjects, PrefixEnd(kObjects));
      return holder->Get()->revision();
    }
    const std::string key = KeyOf(change);
    if (staging) {
      staged.Apply(change);
      if (!key.empty()) staged_batch.Put(key, change.SerializeAsString());
      if (!change.snapshot_end()) return holder->Get()->revision();
      staging = false;
      SHAREWAY_RETURN_IF_ERROR(CheckForward(holder->Get()->revision(), change.revision(), true));
      SHAREWAY_RETURN_IF_ERROR(Keep(std::exchange(staged_batch, {}), change.revision()));
      holder->Set(std::make_shared<const Directory>(std::exchange(staged, {})));
      return change.revision();
    }
    SHAREWAY_RETURN_IF_ERROR(CheckForward(holder->Get()->revision(), change.revision(), false));
    kv::Batch batch;
    if (!key.empty()) batch.Put(key, change.SerializeAsString());
    SHAREWAY_RETURN_IF_ERROR(Keep(std::move(batch), change.revision()));
    Directory next = *holder->Get();
    next.Apply(change);
    holder->Set(std::make_shared<const Directory>(std::move(next)));
    return change.revision();
  }

  // Durable before it is used: a restart never knows less than was acted on.
  absl::Status Keep(kv::Batch batch, const Revision& revision) {
    if (store == nullptr) return absl::OkStatus();
    batch.Put(kRevision, revision.SerializeAsString());
    return store->Commit(std::move(batch)).status();
  }
};

DirectoryFeed::DirectoryFeed(std::shared_ptr<Channel> catalog, kv::Store* store,
                             DirectoryHolder* holder, const Clock* clock)
    : state_(std::make_unique<State>()) {
  state_->store = store;
  state_->holder = holder;
  Feed::Options options;
  options.watch_path = "/shareway.catalog.v1.DirectoryService/WatchDirectory";
  options.lease_path = "/shareway.catalog.v1.DirectoryService/RenewLease";
  options.clock = clock;
  absl::StatusOr<Revision> kept = state_->Load();
  if (kept.ok()) {
    options.from = *kept;
  } else {
    log::Error("stored-directory-unreadable", {{"status", kept.status()}});  // a snapshot mends it
  }
  options.opened = [s = state_.get()] { s->staging = false; };
  options.apply = [s = state_.get()](absl::string_view bytes) { return s->Apply(bytes); };
  state_->feed = std::make_unique<Feed>(std::move(catalog), std::move(options));
}

DirectoryFeed::~DirectoryFeed() = default;
const Lease& DirectoryFeed::lease() const { return state_->feed->lease(); }
bool DirectoryFeed::caught_up() const { return state_->feed->caught_up(); }

}  // namespace shareway::rpc
