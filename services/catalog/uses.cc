// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/uses.h"

#include <algorithm>

#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/log/log.h"

namespace shareway::catalog {
namespace {

constexpr size_t kChunk = 200;  // entries read at once

// True if `a` stands before `b`.
bool Before(const Uses::Used& a, const Uses::Used& b) {
  return a.consumers != b.consumers ? a.consumers > b.consumers : a.name < b.name;
}

}  // namespace

Uses::~Uses() {
  stopped_.Notify();
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<Uses::Ranking> Uses::Most(absl::string_view provider,
                                         const std::optional<Used>& after, size_t limit) const {
  if (!parts_.use) {
    return absl::Status(Error(Reason::kNotSupported, absl::StatusCode::kFailedPrecondition,
                              "this catalogue knows no sharing (--sharing), which counts uses"));
  }
  absl::ReaderMutexLock lock(&mutex_);
  if (!counted_) return absl::UnavailableError("uses are being counted; ask again in a minute");
  Ranking ranking = {.counted = *counted_};
  auto it = entries_.begin();
  if (after) {
    it = std::upper_bound(
        entries_.begin(), entries_.end(), *after,
        [](const Used& value, const Row& entry) { return Before(value, entry.used); });
  }
  for (; it != entries_.end() && ranking.entries.size() < limit; ++it) {
    if (provider.empty() || it->provider == provider) ranking.entries.push_back(it->used);
  }
  return ranking;
}

absl::Status Uses::Round() {
  const absl::Time began = parts_.clock->Now();
  std::vector<Row> entries;
  for (std::string last;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<ResourceStore::Loaded> chunk,
                              parts_.resources->List("", last, kChunk));
    if (chunk.empty()) break;
    for (const ResourceStore::Loaded& loaded : chunk) {
      const Resource::Fields& fields = loaded.resource.fields();
      last = fields.name;
      if (!fields.published || fields.published->state != Resource::State::kPublished) continue;
      if (stopped_.HasBeenNotified()) return absl::CancelledError("the service ends");
      SHAREWAY_ASSIGN_OR_RETURN(const ResourceUse use, parts_.use(fields.name, ""));
      if (use.consumer_count <= 0) continue;
      entries.push_back({.used = {.name = fields.name, .consumers = use.consumer_count},
                         .provider = fields.provider});
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const Row& a, const Row& b) { return Before(a.used, b.used); });
  absl::MutexLock lock(&mutex_);
  counted_ = began;
  entries_ = std::move(entries);
  return absl::OkStatus();
}

void Uses::Start() {
  if (!parts_.use) return;
  thread_ = std::thread([this] {
    for (absl::Duration rest = absl::ZeroDuration();
         !stopped_.WaitForNotificationWithTimeout(rest);) {
      const absl::Status counted = Round();
      if (!counted.ok()) log::Warn("uses-not-counted", {{"status", counted}});
      rest = counted.ok() ? kRound : kRetry;
    }
  });
}

}  // namespace shareway::catalog
