// SPDX-License-Identifier: Apache-2.0
// Keeps catalogue entries, their published revisions and the change log.
//
// Keys ({r} is the resource code with '/' replaced by '-'):
//   resource/{r}             -> ResourceRecord; its version is the etag
//   provider/{a}/{r}         -> empty; the entries of agency {a}
//   revision/{r}/{n}         -> PublishedRecord of revision n (4 bytes big-endian) as published
//   catalog/{r}              -> PublishedRecord now, with its freshness, which is no part of a revision
//   history/{r}/{n}          -> ResourceRevision: who made revision n, when, and its states since
//   fresh/o/{r}              -> Freshness: the last refresh and reminder
//   fresh/d/{due}/{r}        -> empty; seconds since 1970 in 12 digits, of each entry that is due
//   notice/p/…               -> the notice of each publication (publications.h)
// Log "catalog": a CatalogChange an entry, without revision.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/domain/resource.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/change_log.h"
#include "services/catalog/store/commit.h"
#include "services/catalog/store/foreign_store.h"

namespace shareway::catalog {

// An entry travels whole inside an audit record, which has at most 64 KiB.
inline constexpr size_t kMaxEntryBytes = 52 << 10;

// What a change of an entry brings along into its commit.
struct Along {
  std::string reason = {};                    // why its state is changed
  std::vector<v1::Narrowing> narrowings = {};  // of the revision that is published
  kv::Batch batch = {};                       // of other objects; their records are the event's last
};

// Thread-safe.
class ResourceStore {
 public:
  // The first two must outlive it. Entries of other installations are found if these show them.
  static absl::StatusOr<ResourceStore> Open(kv::Store* kv, const outbox::Outbox* outbox,
                                            OriginDomains shown = {});

  // An entry, and what it was when it was read.
  struct Loaded {
    Resource resource;
    uint64_t version = 0;                          // 0: not stored yet
    store::ResourceRecord record = {};             // as stored
    store::PublishedRecord published_record = {};  // as stored; empty if nothing is published
    uint64_t published_version = 0;                // 0: nothing is published
  };
  // NOT_FOUND if there is no such entry; DATA_LOSS if it cannot be read.
  absl::StatusOr<Loaded> Load(absl::string_view name) const;
  // A published revision as it was published. NOT_FOUND, DATA_LOSS.
  absl::StatusOr<Resource::Published> LoadRevision(absl::string_view name, uint32_t revision) const;
  // Entries after `name` in byte order, up to `limit`, of `provider` (agencies/{a}) if it is not
  // empty. Entries of other installations (origins/{domain}/resources/{r}) come first, with
  // nothing but what is published.
  absl::StatusOr<std::vector<Loaded>> List(absl::string_view provider, absl::string_view name,
                                           size_t limit) const;

  // The agency that the code of a name is kept for (code_store.h); empty: nobody.
  absl::StatusOr<std::string> KeeperOf(absl::string_view name) const;

  // Lets a commit fail with ABORTED if the entry is no longer as `loaded`, freshness left aside.
  static void ExpectUnchanged(const Loaded& loaded, kv::Batch* batch);
  // INVALID_ARGUMENT if the entry is longer than kMaxEntryBytes.
  static absl::Status CheckSize(const Entry& entry);

  // Stores `after` with the first record of `event`, whose kind says which act is
  // kept, and returns it as stored. Without working copy and publication `after` is deleted.
  // ABORTED if the entry is no longer as `before`, or its freshness is not, or its code came to be
  // kept for another agency; other errors as Commit.
  absl::StatusOr<Loaded> Save(const Loaded& before, const Resource& after, Event event,
                              Along along = {});

  // Revisions below `revision`, newest first, up to `limit`; 0: from the newest on. What was
  // published before histories were kept says what its publication says. DATA_LOSS.
  absl::StatusOr<std::vector<v1::ResourceRevision>> ListRevisions(absl::string_view name,
                                                                  uint32_t revision,
                                                                  size_t limit) const;
  // A published revision in its API form. NOT_FOUND, DATA_LOSS.
  absl::StatusOr<v1::Resource> RevisionMessage(absl::string_view name, uint32_t revision) const;

  // The last refresh and reminder, with what is published of due time and reminders. NOT_FOUND if
  // nothing is published; DATA_LOSS.
  absl::StatusOr<v1::Freshness> LoadFreshness(const Loaded& loaded) const;
  // Stores `after`, which differs from `before` in its freshness alone, and tells watchers. The one
  // record of `event` gets `freshness` as its state. ABORTED as Save.
  absl::Status SaveFreshness(const Loaded& before, const Resource& after,
                             const v1::Freshness& freshness, Event event);
  // Keys after `cursor` of entries that were due before `now`, the longest overdue first.
  struct Due {
    std::string cursor = {};
    std::string name = {};
  };
  absl::StatusOr<std::vector<Due>> ListDue(absl::string_view cursor, absl::Time now,
                                           size_t limit) const;

  // What is published now, suspended or withdrawn, after `name` in byte order, up to `limit`:
  // the last change of each, as it stands in the log.
  absl::StatusOr<std::vector<v1::CatalogChange>> ListPublished(absl::string_view name,
                                                               size_t limit) const;

  // The result of this request id, if it was taken.
  absl::StatusOr<std::optional<std::string>> Find(const outbox::Once& once, absl::Time now) const {
    return once.Find(*kv_, now);
  }
  const ChangeLog& log() const { return log_; }

 private:
  ResourceStore(kv::Store* kv, const outbox::Outbox* outbox, OriginDomains shown, ChangeLog log)
      : kv_(kv), outbox_(outbox), shown_(std::move(shown)), log_(std::move(log)) {}
  // Of another installation: see foreign_store.h.
  absl::StatusOr<Loaded> LoadForeign(absl::string_view name) const;
  absl::StatusOr<std::vector<Loaded>> ListForeign(absl::string_view provider,
                                                  absl::string_view name, size_t limit) const;
  absl::StatusOr<v1::ResourceRevision> ReadHistory(absl::string_view id,
                                                   const store::PublishedRecord& published) const;
  // The history of the revision that is published after a change.
  absl::StatusOr<v1::ResourceRevision> HistoryAfter(const Loaded& before,
                                                    const store::PublishedRecord& published,
                                                    const Event& event, const Along& along) const;
  absl::StatusOr<Loaded> Decode(absl::string_view name, absl::string_view value,
                                uint64_t version) const;

  kv::Store* kv_;
  const outbox::Outbox* outbox_;
  OriginDomains shown_;
  ChangeLog log_;
};

}  // namespace shareway::catalog
