// SPDX-License-Identifier: Apache-2.0
// Grants over data that their provider received itself.
#include "services/sharing/grants/passing_on.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/log/log.h"
#include "services/sharing/domain/passing_on.h"
#include "services/sharing/grants/grants.h"
#include "services/sharing/supervision/findings.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kAtOnce = 100;

// The grants that received items name, as they are now.
class Sources {
 public:
  static absl::StatusOr<Sources> Of(const Desk& desk, const std::vector<ReceivedItem>& items) {
    Sources sources;
    for (const ReceivedItem& item : items) {
      if (sources.grants_.count(item.source) > 0) continue;
      absl::StatusOr<Stored<Grant>> grant = absl::NotFoundError(item.source);
      if (HasForm("grants/{g}", item.source)) grant = desk.store().LoadGrant(item.source);
      if (!grant.ok() && !absl::IsNotFound(grant.status())) return grant.status();
      sources.grants_.emplace(item.source, grant.ok() ? std::optional(*std::move(grant))
                                                      : std::nullopt);
    }
    return sources;
  }

  // Null if there is none.
  const Grant* Find(const std::string& name) const {
    const auto found = grants_.find(name);
    return found == grants_.end() || !found->second ? nullptr : &found->second->value;
  }

  absl::Status Check(const Handing& handing, const Resource& resource, const StatuteText& text,
                     absl::Time now) const {
    for (const ReceivedItem& item : handing.items) {
      SHAREWAY_RETURN_IF_ERROR(
          CheckHanding(item, resource, Find(item.source), handing.receiver, text, now));
    }
    return absl::OkStatus();
  }

  void ExpectIn(Change* change) const {
    for (const auto& [name, grant] : grants_) {
      if (grant) change->rests_on_grants.push_back({name, grant->version});
    }
  }

  // Differs once any of them has changed.
  std::string Stamp() const {
    std::string stamp;
    for (const auto& [name, grant] : grants_) {
      absl::StrAppend(&stamp, " ", name, "@", grant ? grant->version : 0);
    }
    return stamp;
  }

 private:
  std::map<std::string, std::optional<Stored<Grant>>> grants_;
};

absl::Status Ask(const Desk& desk, const Resource& resource, const Handing& handing,
                 const StatuteText& text, absl::Time now, Change* change) {
  if (handing.items.empty()) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Sources sources, Sources::Of(desk, handing.items));
  SHAREWAY_RETURN_IF_ERROR(sources.Check(handing, resource, text, now));
  if (change != nullptr) sources.ExpectIn(change);
  return absl::OkStatus();
}

// An ACTIVE grant and why it may not go on.
struct Unsourced {
  Stored<Grant> grant;
  absl::Status why;
};

absl::Status SuspendAll(const Desk& desk, const std::vector<Unsourced>& all,
                        const StatuteText& text, absl::Time now) {
  Change change{.result = all.front().grant.value.fields().resource};
  for (const Unsourced& one : all) {
    const std::map<std::string, std::string> said = DetailsOf(one.why)->metadata;
    Grant after = one.grant.value.SuspendUnsourced(said.at("item"), said.at("grant"));
    const Grant::Fields& f = after.fields();
    change.events.push_back(GrantEvent(desk, RecordKind::GRANT_SUSPENDED, {}, after,
                                       desk.PartiesOf(f.consumer, f.provider)));
    change.events.back().set_rule(text.Cite(text.profile->articles.use_limits));
    change.grants.push_back({std::move(after), one.grant.version});
  }
  return desk.store().Commit(change, now).status();
}

// Suspends what may not go on of the resource's grants; how many.
absl::StatusOr<int> SuspendUnsourced(const Desk& desk, const Resource& resource,
                                     const Sources& sources) {
  const absl::Time now = desk.Now();
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text,
                            desk.TextOf(desk.PartiesOf("", resource.provider).provider));
  const auto why = [&](const Grant& grant) {
    return sources.Check(HandingOf(grant, resource), resource, text, now);
  };
  const auto want = [&](const Grant& grant) {
    return grant.fields().state == Grant::State::kActive && !why(grant).ok();
  };
  int suspended = 0;
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(const Page<Grant> page, desk.store().ListGrants(
                                                          {resource.name}, cursor, kAtOnce, want));
    cursor = page.next;
    std::vector<Unsourced> all;
    for (const Stored<Grant>& grant : page.values) all.push_back({grant, why(grant.value)});
    if (all.empty()) continue;
    SHAREWAY_RETURN_IF_ERROR(SuspendAll(desk, all, text, now));
    suspended += static_cast<int>(all.size());
  } while (!cursor.empty());
  return suspended;
}

absl::StatusOr<int> LookAt(const Desk& desk, const ReceivedRow& row) {
  const absl::StatusOr<Stored<Resource>> resource = desk.store().LoadResource(row.resource);
  if (absl::IsNotFound(resource.status())) {
    SHAREWAY_RETURN_IF_ERROR(desk.store().PutReceivedSeen(row.resource, std::nullopt));
    return 0;
  }
  SHAREWAY_RETURN_IF_ERROR(resource.status());
  SHAREWAY_ASSIGN_OR_RETURN(const Sources sources,
                            Sources::Of(desk, ReceivedOf(resource->value)));
  std::string seen = absl::StrCat(resource->version, sources.Stamp());
  if (seen == row.seen) return 0;
  SHAREWAY_ASSIGN_OR_RETURN(const int suspended,
                            SuspendUnsourced(desk, resource->value, sources));
  SHAREWAY_RETURN_IF_ERROR(desk.store().PutReceivedSeen(row.resource, std::move(seen)));
  return suspended;
}

}  // namespace

absl::Status AskSources(const Desk& desk, const Resource& resource, const Grant& given,
                        const StatuteText& text, absl::Time now, Change* change) {
  return Ask(desk, resource, HandingOf(given, resource), text, now, change);
}

absl::Status AskSources(const Desk& desk, const Resource& resource, const Request& decided,
                        const StatuteText& text, absl::Time now, Change* change) {
  return Ask(desk, resource, HandingOf(decided, resource), text, now, change);
}

absl::Status TellForeignSources(const Desk& desk, const Resource& resource) {
  const std::vector<ReceivedItem> received = ReceivedOf(resource);
  if (received.empty() || resource.state != Resource::State::kPublished) return absl::OkStatus();
  const absl::StatusOr<Stored<Resource>> known = desk.store().LoadResource(resource.name);
  if (known.ok() && known->value.revision == resource.revision) return absl::OkStatus();
  const absl::Time now = desk.Now();
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text,
                            desk.TextOf(desk.PartiesOf("", resource.provider).provider));
  const Detector* detector = DetectorOf(Watch::kPassedOn, TextOfProfile(text.profile->id));
  if (detector == nullptr) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Sources sources, Sources::Of(desk, received));
  for (const ReceivedItem& item : received) {
    if (CheckSource(item, resource, sources.Find(item.source), text, now).ok()) continue;
    const Sighting sighting{
        .detector = detector,
        .agency = resource.provider,
        .profile = text.profile->cited(),
        .subject = resource.name,
        .summary = "目录中据共享授权取得的数据项，所列授权不是该部门对该数据项有效的授权",
        .proof = {.object = resource.name,
                  .time = now,
                  .note = absl::StrCat("第 ", resource.revision, " 版，数据项 ", item.item, "，",
                                       item.source)},
        .key = absl::StrCat("finding/passed-on|", resource.name, "|", resource.revision, "|",
                            item.source)};
    SHAREWAY_RETURN_IF_ERROR(OpenByRule(desk, sighting).status());
  }
  return absl::OkStatus();
}

absl::StatusOr<int> UnsourcedDue(const Desk& desk) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<ReceivedRow> rows, desk.store().ReceivedRows());
  int suspended = 0;
  for (const ReceivedRow& row : rows) {
    const absl::StatusOr<int> some = LookAt(desk, row);
    if (!some.ok()) {
      log::Warn("sources-not-asked", {{"resource", row.resource}, {"status", some.status()}});
      continue;
    }
    suspended += *some;
  }
  return suspended;
}

}  // namespace shareway::sharing
