// SPDX-License-Identifier: Apache-2.0
// What people and nodes read in the year: each read succeeds, leaves no trace, and answers what the
// events come to.
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/sharing/grants/disposals.h"
#include "services/sharing/grants/notices.h"
#include "services/sharing/grants/return_flows.h"
#include "services/sharing/grants/service_changes.h"
#include "services/sharing/grants/uses.h"
#include "services/sharing/requests/inbox.h"
#include "services/sharing/store/correction_codec.h"
#include "services/sharing/supervision/findings.h"
#include "services/sharing/supervision/reports.h"
#include "tests/year/fold.h"
#include "tests/year/kind.h"

namespace shareway::sharing {
namespace {

constexpr int kPage = 100;

const YearObject* Any(YearWorld& w, absl::string_view collection) {
  return w.fold->Some(w, collection, [](const YearObject&) { return true; });
}

// Reads an object of two sides as somebody of one of them, and as a stranger, who must not see it.
template <typename Get>
YearCall OfTwoSides(YearWorld& w, absl::string_view collection, Get get) {
  const YearObject* object = Any(w, collection);
  if (object == nullptr) return std::nullopt;
  const YearFacts& facts = object->facts;
  const std::string& side = w.Chance(50) ? facts.consumer : facts.provider;
  const absl::Status seen = get(w.Someone(side, Post::kReviewer), object->name).status();
  const std::string& other = w.Any(w.providers);
  if (!seen.ok() || other == facts.consumer || other == facts.provider) return seen;
  const absl::Status strange = get(w.Someone(other, Post::kReviewer), object->name).status();
  if (absl::IsPermissionDenied(strange)) return seen;
  return absl::InternalError(absl::StrCat(object->name, " to ", other, ": ", strange.ToString()));
}

// Lists to the last page as somebody of an agency: exactly what the events say that it is a side of.
template <typename List>
YearCall AsFolded(YearWorld& w, absl::string_view collection, List list) {
  const Actor& actor = w.Someone(w.Any(w.providers), Post::kReviewer);
  std::set<std::string> listed, folded;
  std::string cursor;
  do {
    const auto page = list(actor, cursor);
    if (!page.ok()) return page.status();
    for (const auto& stored : page->values) listed.insert(stored.value.name);
    cursor = page->next;
  } while (!cursor.empty());
  for (const std::string& name : w.fold->Of(collection)) {
    const YearFacts& facts = w.fold->Find(name)->facts;
    if (facts.consumer == actor.agency || facts.provider == actor.agency) folded.insert(name);
  }
  if (listed == folded) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(actor.agency, " lists ", listed.size(), " of its ",
                                          folded.size(), " ", collection));
}

YearCall ReadGrant(YearWorld& w) {
  return OfTwoSides(w, "grants", [&](const Actor& actor, const std::string& name) {
    return w.grants.Get(actor, name);
  });
}

YearCall ReadRequest(YearWorld& w) {
  const YearObject* request = Any(w, "requests");
  if (request == nullptr) return std::nullopt;
  const Actor& applicant = w.Someone(request->facts.consumer, Post::kApplicant);
  return Called(w.sharing.Get(applicant, request->name));
}

YearCall ReadDisposal(YearWorld& w) {
  const Disposals disposals(&w.desk);
  return OfTwoSides(w, Disposal::kCollection, [&](const Actor& actor, const std::string& name) {
    return disposals.cases().Get(actor, name);
  });
}

YearCall ReadNotice(YearWorld& w) {
  const Notices notices(&w.desk);
  return OfTwoSides(w, Notice::kCollection, [&](const Actor& actor, const std::string& name) {
    return notices.cases().Get(actor, name);
  });
}

YearCall ReadServiceChange(YearWorld& w) {
  const YearObject* change = Any(w, ServiceChange::kCollection);
  if (change == nullptr) return std::nullopt;
  const Actor& head = w.Someone(change->facts.provider, Post::kHead);
  return Called(ServiceChanges(&w.desk).cases().Get(head, change->name));
}

YearCall ReadPack(YearWorld& w) {
  const YearObject* dispute = Any(w, "disputes");
  if (dispute == nullptr) return std::nullopt;
  const absl::StatusOr<DisputePack> pack =
      w.disputes.Pack(w.Someone(dispute->facts.consumer, Post::kApplicant), dispute->name);
  if (!pack.ok()) return pack.status();
  for (const DisputePack::Object& packed : pack->objects) {
    const YearObject* folded = w.fold->Find(packed.name);
    if (folded != nullptr && folded->bytes != packed.record) {
      return absl::InternalError(absl::StrCat(packed.name, " is packed as it never was"));
    }
  }
  return absl::OkStatus();
}

YearCall ListDisposals(YearWorld& w) {
  const Disposals disposals(&w.desk);
  return AsFolded(w, Disposal::kCollection, [&](const Actor& actor, const std::string& cursor) {
    return disposals.cases().List(actor, w.desk.OwnersFor(actor), cursor, kPage,
                                  [](const Disposal&) { return true; });
  });
}

YearCall ListNotices(YearWorld& w) {
  return AsFolded(w, Notice::kCollection, [&](const Actor& actor, const std::string& cursor) {
    return w.store.ListNotices(w.desk.OwnersFor(actor), cursor, kPage,
                               [](const Notice&) { return true; });
  });
}

YearCall ListReturnRequests(YearWorld& w) {
  const ReturnFlows flows(&w.desk);
  return AsFolded(w, ReturnRequest::kCollection,
                  [&](const Actor& actor, const std::string& cursor) {
                    return flows.requests().List(actor, w.desk.OwnersFor(actor), cursor, kPage,
                                                 [](const ReturnRequest&) { return true; });
                  });
}

YearCall ListReturnFlows(YearWorld& w) {
  const Actor& head = w.Someone(Post::kHead);
  return Called(ReturnFlows(&w.desk).flows().List(head, {w.Any(w.providers)}, "", kPage,
                                                  [](const ReturnFlow&) { return true; }));
}

YearCall ListServiceChanges(YearWorld& w) {
  const Actor& head = w.Someone(Post::kHead);
  return Called(ServiceChanges(&w.desk).cases().List(head, w.desk.OwnersFor(head), "", kPage,
                                                     [](const ServiceChange&) { return true; }));
}

YearCall ListUses(YearWorld& w) {
  const Actor& applicant = w.Someone(Post::kApplicant);
  const absl::StatusOr<Page<UseRecord>> page =
      Uses(&w.desk).ListUses(applicant, "", "", kPage);
  if (!page.ok()) return page.status();
  for (const Stored<UseRecord>& use : page->values) {
    if (use.value.consumer == applicant.agency) continue;
    return absl::InternalError(absl::StrCat(use.value.name, " to ", applicant.agency));
  }
  return absl::OkStatus();
}

YearCall ListInspections(YearWorld& w) {
  return Called(Uses(&w.desk).ListInspections(w.Someone(Post::kReviewer), "", "", kPage));
}

YearCall ListFindings(YearWorld& w) {
  return Called(Findings(&w.desk).List(w.Someone(Post::kOfficer), "", kPage,
                                       [](const Finding&) { return true; }));
}

YearCall ListDetectors(YearWorld&) {
  for (const Detector& detector : Detectors()) {
    if (FindDetector(detector.id) != &detector) {
      return absl::InternalError(std::string(detector.id));
    }
  }
  return absl::OkStatus();
}

YearCall ListClocks(YearWorld& w) {
  const Actor& officer = w.Someone(Post::kOfficer);
  return Called(w.store.ListClocks(
      w.desk.OwnersFor(officer), "", kPage,
      [](const ClockRow&, const Request*, const Dispute*) { return true; }));
}

// What a view has is as many as it counts.
YearCall ReadInbox(YearWorld& w) {
  const Inbox inbox(&w.desk);
  const Actor& reviewer = w.Someone(Post::kReviewer);
  const absl::StatusOr<Inbox::Summary> summary = inbox.Summarize(reviewer);
  if (!summary.ok()) return summary.status();
  int mine = 0;
  std::string cursor;
  do {
    const absl::StatusOr<Page<Request>> page =
        inbox.List(reviewer, Inbox::View::kMine, cursor, kPage,
                   [](const Request&) { return true; });
    if (!page.ok()) return page.status();
    mine += static_cast<int>(page->values.size());
    cursor = page->next;
  } while (!cursor.empty());
  if (summary->mine.more || summary->mine.requests == mine) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(reviewer.name, " has ", mine, " to do, counted as ",
                                          summary->mine.requests));
}

YearCall ComputeDue(YearWorld& w) {
  return Called(statute::Due(w.desk.calendars(), "cn", w.today(), 1 + w.Pick(40)));
}

YearCall ReadScorecard(YearWorld& w) {
  const Reports reports(&w.desk, [](absl::string_view agency) { return std::string(agency); });
  const Actor& head = w.Someone(Post::kHead);
  return Called(reports.Card(head, head.agency, {w.today() - 90, w.today()}));
}

YearCall MakeReport(YearWorld& w) {
  const Reports reports(&w.desk, [](absl::string_view agency) { return std::string(agency); });
  const absl::CivilMonth month = absl::CivilMonth(w.today()) - 1;
  return Called(reports.Make(w.Someone(Post::kOfficer), ReportKind::kMonthlyRanking,
                             static_cast<int>(month.year()), month.month()));
}

// What a node that follows the log comes to is what the store has.
YearCall FollowCorrections(YearWorld& w) {
  const absl::StatusOr<uint64_t> tail = w.store.LogTail(kCorrectionLog);
  if (!tail.ok()) return tail.status();
  std::map<std::string, std::string> last;
  absl::Status broken;
  const absl::Status read =
      w.store.ReadLog(kCorrectionLog, *tail, [&](uint64_t, absl::string_view bytes) {
        Correction correction;
        broken = Decode(bytes, &correction);
        last[correction.name] = std::string(bytes);
        return broken.ok();
      });
  if (!read.ok() || !broken.ok()) return read.ok() ? broken : read;
  for (const auto& [name, bytes] : last) {
    const YearObject* folded = w.fold->Find(name);
    if (folded == nullptr || folded->bytes != bytes) {
      return absl::InternalError(absl::StrCat(name, " is not what its log says"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::vector<YearOpening> YearReads() {
  std::vector<YearOpening> reads = {
      {"GetRequest", 0.1, ReadRequest},
      {"GetGrant", 0.1, ReadGrant},
      {"GetDisposal", 0.1, ReadDisposal},
      {"GetNotice", 0.1, ReadNotice},
      {"GetServiceChange", 0.1, ReadServiceChange},
      {"ExportDisputePack", 0.1, ReadPack},
      {"ListDisposals", 0.05, ListDisposals},
      {"ListNotices", 0.05, ListNotices},
      {"ListReturnRequests", 0.05, ListReturnRequests},
      {"ListReturnFlows", 0.05, ListReturnFlows},
      {"ListServiceChanges", 0.05, ListServiceChanges},
      {"ListUses", 0.05, ListUses},
      {"ListInspections", 0.05, ListInspections},
      {"ListFindings", 0.05, ListFindings},
      {"ListDetectors", 0.05, ListDetectors},
      {"ListClocks", 0.05, ListClocks},
      {"GetInbox", 0.1, ReadInbox},
      {"ComputeDue", 0.1, ComputeDue},
      {"GetScorecard", 0.05, ReadScorecard},
      {"GenerateReport", 0.05, MakeReport},
      {"WatchCorrections", 0.05, FollowCorrections}};
  for (YearOpening& read : reads) read.reads = true;
  return reads;
}

}  // namespace shareway::sharing
