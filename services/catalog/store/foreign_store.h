// SPDX-License-Identifier: Apache-2.0
// Keeps what other installations publish, apart from our own and never changed here.
//
// Keys:
//   foreign/o/{domain}/{prefix} -> ForeignBundle: the bundle of this division prefix taken last
//   foreign/d/{domain}/{name}   -> DirectoryChange with the origin's object
//   foreign/e/{domain}/{r}      -> PublishedRecord without approval; names as ForeignName gives
//   foreign/k/{b}               -> when the file bundles/{b} was kept, Unix microseconds, and its
//                                  length, 8 bytes big-endian each
//   foreign/u/{b}/{n}           -> its bytes, in parts
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/commit.h"

namespace shareway::catalog {

// The domains whose entries are shown: those whose bundles are taken now. What lies here of others
// stays, and comes back with their bundles' key.
using OriginDomains = std::set<std::string, std::less<>>;

// origins/{domain}/{name}: what `name` of another installation is called here.
std::string ForeignName(absl::string_view domain, absl::string_view name);
// True for what ForeignName gives.
bool IsForeign(absl::string_view name);
// The key of the entry origins/{domain}/resources/{r}; empty for other names.
std::string ForeignEntryKey(absl::string_view name);
// The name of the entry under a key of foreign/e/, and whose entry it is.
std::string ForeignNameOfKey(absl::string_view key);
absl::string_view OriginOfKey(absl::string_view key);
inline constexpr char kForeignEntries[] = "foreign/e/";

// How long a file that was uploaded is kept, and how many are at most.
inline constexpr absl::Duration kKeptFor = absl::Hours(24);
inline constexpr size_t kMaxKept = 4;

// True if both are the same revision in all but its standing (state) and whose it is.
bool SameContent(const v1::Resource& a, const v1::Resource& b);

// Thread-safe.
class ForeignStore {
 public:
  // The first two must outlive it.
  ForeignStore(kv::Store* kv, const outbox::Outbox* outbox, OriginDomains shown = {})
      : kv_(kv), outbox_(outbox), shown_(std::move(shown)) {}

  // A bundle that was taken.
  struct Taken {
    store::ForeignBundle bundle = {};
    uint64_t version = 0;
  };
  // By division prefix. DATA_LOSS if one cannot be read.
  absl::StatusOr<std::vector<Taken>> TakenFrom(absl::string_view domain) const;
  // The origin's entry resources/{r}; nothing if there is none. DATA_LOSS.
  absl::StatusOr<std::optional<store::PublishedRecord>> Find(absl::string_view domain,
                                                             absl::string_view resource) const;
  // True if we have published an entry of this name of our own, withdrawn ones among them.
  absl::StatusOr<bool> Own(absl::string_view resource) const;

  // What is stored by Take.
  struct Delivery {
    v1::BundleManifest manifest = {};
    std::string envelope = {};
    const std::vector<v1::DirectoryChange>* objects = nullptr;
    const std::vector<v1::BundleEntry>* entries = nullptr;
    uint64_t version = 0;  // of the Taken with this prefix; 0: none
    std::string kept = {};  // bundles/{b} that need not be kept any longer; empty: none
  };
  // All of it with the event, or nothing. ABORTED, CHANGED_MEANWHILE, if the bundle taken last is
  // another, or one of the codes was taken here meanwhile; other errors as Commit.
  absl::Status Take(const Delivery& delivery, Event event);

  // Keeps a file as `name`, bundles/{b}, for kKeptFor. What is older goes, and the oldest beyond
  // kMaxKept. Not for several threads at once.
  absl::Status Keep(absl::string_view name, absl::string_view bytes, absl::Time now);
  // The file; nothing if there is none or its time is over. DATA_LOSS if a part is missing.
  absl::StatusOr<std::optional<std::string>> Kept(absl::string_view name, absl::Time now) const;
  // As Once::Find.
  absl::StatusOr<std::optional<std::string>> FindDone(const outbox::Once& once,
                                                      absl::Time now) const {
    return once.Find(*kv_, now);
  }

  // Entries that are shown after `name` in byte order, up to `limit`, under the names that they
  // have here; empty for the first. DATA_LOSS.
  absl::StatusOr<std::vector<v1::Resource>> List(absl::string_view name, size_t limit) const;
  // Every object of those that are shown, under the name that it has here. DATA_LOSS.
  absl::Status VisitObjects(absl::FunctionRef<void(const v1::DirectoryChange&)> object) const;
  // Which bundles were taken last of those that are shown: another text after each that is taken
  // and whenever others are shown, over restarts and restored copies, too. Empty: none. DATA_LOSS.
  absl::StatusOr<std::string> State() const;

 private:
  kv::Store* kv_;
  const outbox::Outbox* outbox_;
  OriginDomains shown_;
};

}  // namespace shareway::catalog
