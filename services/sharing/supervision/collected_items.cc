// SPDX-License-Identifier: Apache-2.0
// Findings over items that several agencies collect: no source is designated, or one collects
// again.
#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "libs/base/error.h"
#include "libs/codes/fold.h"
#include "libs/statute/clock.h"
#include "services/sharing/supervision/catalogue_findings.h"
#include "services/sharing/supervision/findings.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kMaxSuperiors = 8;
constexpr size_t kMaxShown = 10;  // collectors that the evidence names
constexpr size_t kNameShown = 100;
constexpr int kBatch = 500;
constexpr char kUndesignated[] = "finding/source|";

// The agency's authority and those above it, the nearest first.
std::vector<Authority> ChainOf(const Desk& desk, absl::string_view agency) {
  std::vector<Authority> chain;
  Authority next = desk.PartiesOf("", agency).provider.authority;
  for (int i = 0; i < kMaxSuperiors && !next.name.empty(); ++i) {
    chain.push_back(next);
    next = desk.AuthorityNamed(next.superior).value_or(Authority{});
  }
  return chain;
}

bool Has(const std::vector<Authority>& chain, absl::string_view name) {
  return std::any_of(chain.begin(), chain.end(),
                     [&](const Authority& authority) { return authority.name == name; });
}

// The nearest authority over all collectors that the directory has, two or more; else none.
Authority OverAll(const Desk& desk, const CollectedItem& item) {
  std::vector<std::vector<Authority>> chains;
  for (const CollectedItem::Collector& collector : item.collectors) {
    std::vector<Authority> chain = ChainOf(desk, collector.agency);
    if (!chain.empty()) chains.push_back(std::move(chain));
  }
  if (chains.size() < 2) return {};
  for (const Authority& authority : chains.front()) {
    const bool over = std::all_of(chains.begin(), chains.end(), [&](const auto& chain) {
      return Has(chain, authority.name);
    });
    if (over) return authority;
  }
  return {};
}

std::string Shown(const std::string& name) {
  const std::vector<absl::string_view> characters = codes::Characters(name);
  return absl::StrJoin(absl::MakeConstSpan(characters).first(std::min(characters.size(),
                                                                      kNameShown)),
                       "");
}

std::string KeyOf(const Authority& authority, const CollectedItem& item) {
  if (authority.agency.empty()) return "";
  return absl::StrCat(kUndesignated, authority.name, "|", codes::FoldName(item.name));
}

// What a text says about it, and which; no detector: nothing.
struct Judged {
  const Detector* detector = nullptr;
  std::string profile = {};
};

absl::StatusOr<Judged> JudgedBy(const Desk& desk, Watch watch, absl::string_view agency) {
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text,
                            desk.TextOf(desk.PartiesOf("", agency).provider));
  return Judged{DetectorOf(watch, TextOfProfile(text.profile->id)), text.profile->cited()};
}

// Somebody who rules at this moment was quicker, which is no failure.
template <typename Make>
absl::StatusOr<bool> Write(const Desk& desk, const Stored<Finding>& before, Make make) {
  const absl::Status written =
      Cases<Finding>(&desk)
          .WriteByRule(RecordKind::FINDING_CHANGED, &statute::Articles::supervision, before,
                       [&](const CaseView<Finding>& c, Change*) -> absl::StatusOr<Finding> {
                         return make(c.value, c.now);
                       })
          .status();
  if (absl::IsAborted(written)) return false;
  SHAREWAY_RETURN_IF_ERROR(written);
  return true;
}

// One piece for each collector, each with its first entry.
void AddCollectors(const CollectedItem& item, Sighting* sighting) {
  for (size_t i = 0; i < item.collectors.size() && i < kMaxShown; ++i) {
    const CollectedItem::Collector& collector = item.collectors[i];
    if (collector.resources.empty()) continue;
    sighting->proofs.push_back({.object = collector.resources.front(),
                                .note = absl::StrCat("由 ", collector.agency, " 采集")});
  }
}

absl::StatusOr<bool> Warn(const Desk& desk, const CollectedItem& item, const Authority& authority,
                          std::string key) {
  SHAREWAY_ASSIGN_OR_RETURN(const Judged judged,
                            JudgedBy(desk, Watch::kUndesignated, authority.agency));
  if (judged.detector == nullptr) return false;
  const absl::CivilDay due = statute::LawDay(desk.Now()) + kDesignationDays;
  Sighting sighting{.detector = judged.detector,
                    .agency = authority.agency,
                    .profile = judged.profile,
                    .state = Finding::State::kPrewarning,
                    .subject = "",
                    .summary = absl::StrCat("一项数据由 ", item.collectors.size(),
                                            " 个部门采集，尚未明确数源部门（R25 第十九条），请在 ",
                                            absl::FormatCivilTime(due), " 前明确"),
                    .proof = {.object = authority.name,
                              .time = desk.Now(),
                              .note = absl::StrCat("数据项：", Shown(item.name))},
                    .due = due,
                    .key = std::move(key)};
  AddCollectors(item, &sighting);
  return OpenByRule(desk, sighting);
}

}  // namespace

std::string UndesignatedKey(const Desk& desk, const CollectedItem& item) {
  return KeyOf(OverAll(desk, item), item);
}

absl::StatusOr<bool> FindUndesignated(const Desk& desk, const CollectedItem& item) {
  if (codes::FoldName(item.name).empty()) {
    return Error::Field("name", "is empty: the item that several agencies collect has none");
  }
  const Authority authority = OverAll(desk, item);
  std::string key = KeyOf(authority, item);
  if (key.empty()) return false;
  SHAREWAY_ASSIGN_OR_RETURN(const std::string known, desk.store().HolderOf(key));
  if (known.empty()) {
    if (item.source) return false;
    return Warn(desk, item, authority, std::move(key));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Finding> finding, desk.store().LoadCase<Finding>(known));
  if (finding.value.state != Finding::State::kPrewarning) return false;
  if (item.source) {
    const Finding::Proof proof = {.object = item.source->name,
                                  .time = item.source->designated,
                                  .note = "已明确数源部门"};
    return Write(desk, finding, [&](const Finding& before, absl::Time now) {
      return Settle(before, proof, now);
    });
  }
  if (!finding.value.due || statute::LawDay(desk.Now()) <= *finding.value.due) return false;
  const std::string summary =
      absl::StrCat("一项数据由 ", item.collectors.size(),
                   " 个部门采集，至 ", absl::FormatCivilTime(*finding.value.due),
                   " 仍未明确数源部门（R25 第十九条）");
  return Write(desk, finding, [&](const Finding& before, absl::Time now) {
    return Breach(before, summary,
                  {.object = authority.name, .time = now, .note = "未明确数源部门"}, now);
  });
}

absl::StatusOr<int> SettleUndesignated(const Desk& desk, const std::set<std::string>& live) {
  std::vector<Stored<Finding>> over;
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(
        const Page<Finding> page,
        desk.store().ListCases<Finding>({kPrewarnings}, cursor, kBatch, [&](const Finding& f) {
          return absl::StartsWith(f.key, kUndesignated) && live.count(f.key) == 0;
        }));
    over.insert(over.end(), page.values.begin(), page.values.end());
    cursor = page.next;
  } while (!cursor.empty());
  int settled = 0;
  for (const Stored<Finding>& finding : over) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const bool written, Write(desk, finding, [](const Finding& before, absl::Time now) {
          return Settle(before,
                        {.object = before.about, .time = now, .note = "不再由多个部门采集"},
                        now);
        }));
    if (written) ++settled;
  }
  return settled;
}

absl::StatusOr<int> FindCollectedAgain(const Desk& desk, const CollectedItem& item) {
  if (!item.source) return 0;
  const CollectedItem::Source& source = *item.source;
  if (desk.Now() < source.designated + absl::Hours(24 * kDesignationDays)) return 0;
  const absl::StatusOr<Stored<Resource>> resource = desk.store().LoadResource(source.resource);
  if (absl::IsNotFound(resource.status())) return 0;
  SHAREWAY_RETURN_IF_ERROR(resource.status());
  const Item* shared = resource->value.item(source.item);
  if (resource->value.state != Resource::State::kPublished || shared == nullptr ||
      shared->share_class == ShareClass::kNotShared) {
    return 0;
  }
  int opened = 0;
  for (const CollectedItem::Collector& collector : item.collectors) {
    if (collector.agency == source.provider || collector.resources.empty()) continue;
    if (!Has(ChainOf(desk, collector.agency), source.authority)) continue;
    SHAREWAY_ASSIGN_OR_RETURN(const Judged judged,
                              JudgedBy(desk, Watch::kCollectedAgain, collector.agency));
    if (judged.detector == nullptr) continue;
    Sighting sighting{
        .detector = judged.detector,
        .agency = collector.agency,
        .profile = judged.profile,
        .subject = collector.resources.front(),
        .summary = "采集的一项数据已明确数源部门并可以共享（R25 第十九条），仍作为自行采集的数据发布",
        .proof = {.object = source.name,
                  .time = source.designated,
                  .note = absl::StrCat("数据项：", Shown(item.name), "，数源部门 ",
                                       source.provider)},
        .key = absl::StrCat("finding/collected|", source.name, "|", collector.agency)};
    sighting.proofs.push_back({.object = source.resource, .note = "可以共享的资源"});
    for (size_t i = 0; i < collector.resources.size() && i < kMaxShown; ++i) {
      sighting.proofs.push_back({.object = collector.resources[i], .note = "自行采集的资源"});
    }
    SHAREWAY_ASSIGN_OR_RETURN(const bool found, OpenByRule(desk, sighting));
    if (found) ++opened;
  }
  return opened;
}

}  // namespace shareway::sharing
