// SPDX-License-Identifier: Apache-2.0
// Keeps the sources that are designated for items.
//
// Keys ({i} is the item concept of sources/{i}, {r} of resources/{r}):
//   source/o/{i}           -> Source in force, without etag; its version is the etag
//   source/h/{i}/{n}       -> Source of designation n (4 bytes big-endian)
//   source/p/{r}/{item id} -> {i}: the place is that source
//   source/t/{title}       -> {i}: the folded title is that source's
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/domain/source.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/commit.h"

namespace shareway::catalog {

// Thread-safe.
class SourceStore {
 public:
  // Both must outlive it.
  SourceStore(kv::Store* kv, const outbox::Outbox* outbox) : kv_(kv), outbox_(outbox) {}

  // A source as it was read.
  struct Loaded {
    Source source;
    uint64_t version = 0;
  };
  // Nothing if there is none. DATA_LOSS if it cannot be read.
  absl::StatusOr<std::optional<Loaded>> Load(absl::string_view name) const;
  // A designation, past or in force. NOT_FOUND, DATA_LOSS.
  absl::StatusOr<Source> LoadDesignation(absl::string_view name, uint32_t designation) const;
  // Sources after `name` in byte order, up to `limit`. DATA_LOSS.
  absl::StatusOr<std::vector<Loaded>> List(absl::string_view name, size_t limit) const;
  // The source that the place is, or that has the folded title: sources/{i}; empty if none.
  absl::StatusOr<std::string> AtPlace(absl::string_view resource, absl::string_view item) const;
  absl::StatusOr<std::string> OfTitle(absl::string_view folded) const;

  // Stores `after` in the place of `before`, with the one record of `event`. ABORTED if the source,
  // or whose the place or the title is, changed meanwhile; other errors as Commit.
  absl::StatusOr<Loaded> Save(const std::optional<Loaded>& before, const Source& after,
                              Event event);
  // Keeps an event that changes nothing but the log.
  absl::Status Keep(Event event);

  // The result of this request id, if it was taken.
  absl::StatusOr<std::optional<std::string>> Find(const outbox::Once& once, absl::Time now) const {
    return once.Find(*kv_, now);
  }

 private:
  absl::StatusOr<std::string> Read(const std::string& key) const;

  kv::Store* const kv_;
  const outbox::Outbox* const outbox_;
};

// Everything but the etag, and back.
v1::Source ToMessage(const Source& source);
Source FromMessage(const v1::Source& message);

}  // namespace shareway::catalog
