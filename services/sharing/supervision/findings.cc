// SPDX-License-Identifier: Apache-2.0
// The writes of findings and circulars: load, decide, store.
#include "services/sharing/supervision/findings.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/codes/quote.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/store/service_codec.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kMaxSuperiors = 8;

// Who judges `agency`: its own authority; of the authority `of`, its superior. Nobody judges what
// his own agency answers for.
Authority CompetentFor(const Desk& desk, const Agency& agency, const Authority* of) {
  const auto above = [&](const Authority& authority) {
    return desk.AuthorityNamed(authority.superior).value_or(Authority{});
  };
  Authority judge = of != nullptr ? above(*of) : agency.authority;
  for (int i = 0; i < kMaxSuperiors && !judge.name.empty() && judge.agency == agency.name; ++i) {
    judge = above(judge);
  }
  return judge.agency == agency.name ? Authority{} : judge;
}

// Says whom a finding is about, and who judges it.
void Seat(const Desk& desk, const Agency& agency, const Authority* of, Finding* finding) {
  const Authority judge = CompetentFor(desk, agency, of);
  finding->about = of != nullptr ? of->name : agency.name;
  finding->provider = agency.name;
  finding->competent = judge.name;
  finding->competent_agency = judge.agency;
}

struct Sides {
  std::string consumer;
  std::string provider;
};

absl::StatusOr<Sides> SidesOf(const Desk& desk, const Actor& actor, absl::string_view subject) {
  if (HasForm("requests/{r}", subject)) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> request, desk.store().LoadRequest(subject));
    const Request::Fields& f = request.value.fields();
    // A draft is the consumer's own.
    if (!request.value.VisibleTo(actor, desk.PartiesOf(f.consumer, f.provider))) {
      return Error::NotVisible(subject);
    }
    return Sides{f.consumer, f.provider};
  }
  if (HasForm("grants/{g}", subject)) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> grant, desk.store().LoadGrant(subject));
    return Sides{grant.value.fields().consumer, grant.value.fields().provider};
  }
  if (HasForm("disputes/{d}", subject)) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Dispute> dispute, desk.store().LoadDispute(subject));
    return Sides{dispute.value.fields().consumer, dispute.value.fields().provider};
  }
  return Error::Field("subject", absl::StrCat(codes::Quote(subject),
                                              " is no name of a request, grant or dispute"));
}

// The actor is a party of the subject, and `about` one of its sides or of its authorities.
absl::Status CheckSubject(const Desk& desk, const Actor& actor, absl::string_view subject,
                          absl::string_view about) {
  const absl::StatusOr<Sides> sides = SidesOf(desk, actor, subject);
  if (absl::IsNotFound(sides.status())) return Error::NotVisible(subject);
  SHAREWAY_RETURN_IF_ERROR(sides.status());
  const Parties parties = desk.PartiesOf(sides->consumer, sides->provider);
  if (!parties.Knows(actor)) return Error::NotVisible(subject);
  for (const Agency* side : {&parties.consumer, &parties.provider}) {
    if (side->name == about || side->authority.name == about) return absl::OkStatus();
  }
  return Error::Field("about", absl::StrCat(about, " has no part in ", subject));
}

}  // namespace

absl::StatusOr<Authority> AuthorityOf(const Desk& desk, const Actor& actor) {
  const Agency agency = desk.PartiesOf(actor.agency, "").consumer;
  if (actor.officer && !agency.authority.name.empty() && agency.authority.agency == agency.name) {
    return agency.authority;
  }
  return WrongPerson(actor.agency, "an officer of a sharing authority");
}

absl::StatusOr<Finding> FindingOf(const Desk& desk, const Sighting& sighting, absl::Time now) {
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk.TextCited(sighting.profile));
  Finding finding{.name = Desk::NewName(Finding::kCollection),
                  .profile = text.profile->cited(),
                  .create_time = now,
                  .origin = Finding::Origin::kAutomatic,
                  .state = sighting.state,
                  .detector = std::string(sighting.detector->id),
                  .article = text.Cite(sighting.detector->article),
                  .subject = sighting.subject,
                  .summary = sighting.summary,
                  .evidence = {sighting.proof},
                  .due = sighting.due,
                  .clock = sighting.clock,
                  .key = sighting.key,
                  .state_time = now};
  finding.evidence.insert(finding.evidence.end(), sighting.proofs.begin(), sighting.proofs.end());
  const Agency agency = desk.PartiesOf("", sighting.agency).provider;
  const bool of_authority = sighting.detector->liable == Liable::kAuthority &&
                            agency.authority.agency == agency.name &&
                            !agency.authority.name.empty();
  Seat(desk, agency, of_authority ? &agency.authority : nullptr, &finding);
  return finding;
}

absl::StatusOr<bool> OpenByRule(const Desk& desk, const Sighting& sighting) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string known, desk.store().HolderOf(sighting.key));
  if (!known.empty()) return false;
  const Cases<Finding> findings(&desk);
  const absl::Status opened =
      findings
          .Create(Errand{}, RecordKind::FINDING_CHANGED,
                  [&](absl::Time now, Change*) { return FindingOf(desk, sighting, now); })
          .status();
  if (absl::IsAborted(opened)) return false;
  SHAREWAY_RETURN_IF_ERROR(opened);
  return true;
}

absl::Status AddByRule(const Desk& desk, const Sighting& sighting, absl::Time now,
                       Change* change) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string known, desk.store().HolderOf(sighting.key));
  if (!known.empty()) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Finding finding, FindingOf(desk, sighting, now));
  evidence::AuditRecord event = desk.Event(RecordKind::FINDING_CHANGED, Errand{},
                                           desk.PartiesOf("", finding.provider), finding.name);
  event.set_rule(finding.article);
  change->events.push_back(std::move(event));
  change->cases.push_back(RowOf(finding, 0));
  return absl::OkStatus();
}

std::optional<Sighting> RefusalSighting(const Request& request, absl::Time now) {
  const Request::Fields& f = request.fields();
  const bool refused = f.state == Request::State::kRefused && f.decision;
  if (!refused || !f.decision->WithoutGround()) return std::nullopt;
  const absl::string_view text = TextOfProfile(f.profile);
  return Sighting{.detector = DetectorOf(Watch::kRefusalWithoutGround, text),
                  .agency = f.provider,
                  .profile = f.profile,
                  .subject = f.name,
                  .summary = "拒绝共享的答复未指明已发布的共享条件，也未指明法律依据",
                  .proof = {.object = f.name, .time = now, .note = "拒绝理由未列明条件或者依据"},
                  .key = absl::StrCat("finding/refusal|", f.name)};
}

absl::StatusOr<std::optional<Sighting>> WithdrawalSighting(const Desk& desk,
                                                           const Resource& resource,
                                                           absl::Time now) {
  if (resource.state != Resource::State::kWithdrawn) return std::nullopt;
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text,
                            desk.TextOf(desk.PartiesOf("", resource.provider).provider));
  const Detector* detector = DetectorOf(Watch::kEndedUnfiled, TextOfProfile(text.profile->id));
  if (detector == nullptr) return std::nullopt;
  const auto ends = [&](const ServiceChange& change) {
    return change.resource == resource.name && change.kind == ServiceChange::Kind::kEnd &&
           (change.state == ServiceChange::State::kFiled ||
            change.state == ServiceChange::State::kInEffect);
  };
  SHAREWAY_ASSIGN_OR_RETURN(
      const Page<ServiceChange> filed,
      desk.store().ListCases<ServiceChange>({resource.provider}, "", 1, ends));
  if (!filed.values.empty()) return std::nullopt;
  return Sighting{
      .detector = detector,
      .agency = resource.provider,
      .profile = text.profile->cited(),
      .subject = resource.name,
      .summary = "资源已撤销发布，仍有有效的共享授权，没有已备案的终止服务",
      .proof = {.object = resource.name,
                .time = now,
                .note = absl::StrCat("第 ", resource.revision, " 版已撤销")},
      .key = absl::StrCat("finding/withdrawal|", resource.name, "|", resource.revision)};
}

namespace {

std::string StaleKey(const Resource& resource) {
  return absl::StrCat("finding/stale|", resource.name, "|",
                      absl::ToUnixNanos(resource.fresh_time));
}

absl::Status OpenStale(const Desk& desk, const Resource& resource) {
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text,
                            desk.TextOf(desk.PartiesOf("", resource.provider).provider));
  const absl::string_view name = TextOfProfile(text.profile->id);
  const Detector* detector = DetectorOf(Watch::kStaleData, name);
  if (detector == nullptr) return absl::OkStatus();
  const absl::string_view duty = name == "M16" ? "M16 第十三条" : "R25 第十八条";
  return OpenByRule(
             desk,
             {.detector = detector,
              .agency = resource.provider,
              .profile = text.profile->cited(),
              .subject = resource.name,
              .summary = absl::StrCat("数据超过更新周期未更新（", duty, "），已提醒 ",
                                      resource.stale_reminders, " 次"),
              .proof = {.object = resource.name,
                        .time = desk.Now(),
                        .note = absl::StrCat("最近一次更新 ", absl::FormatCivilTime(statute::LawDay(
                                                                 resource.fresh_time)))},
              .key = StaleKey(resource)})
      .status();
}

// Somebody who rules on the finding at this moment does not see the refresh: it is too late for it.
absl::Status AddRefresh(const Desk& desk, const Resource& before, const Resource& resource) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string name, desk.store().HolderOf(StaleKey(before)));
  if (name.empty()) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Finding> finding, desk.store().LoadCase<Finding>(name));
  const Finding::Proof proof = {
      .object = resource.name, .time = resource.fresh_time, .note = "数据已更新"};
  const std::vector<Finding::Proof>& known = finding.value.evidence;
  if (!finding.value.open() || std::find(known.begin(), known.end(), proof) != known.end()) {
    return absl::OkStatus();
  }
  const absl::Status added =
      Cases<Finding>(&desk)
          .WriteByRule(RecordKind::FINDING_CHANGED, &statute::Articles::supervision, finding,
                       [&](const CaseView<Finding>& c, Change*) -> absl::StatusOr<Finding> {
                         return Made(c.value, proof);
                       })
          .status();
  return absl::IsAborted(added) ? absl::OkStatus() : added;
}

}  // namespace

absl::Status WatchStaleness(const Desk& desk, const Resource* before, const Resource& resource) {
  const bool was = before != nullptr && before->stale_reminders >= kStaleReminders;
  const bool is = resource.stale_reminders >= kStaleReminders;
  // What was stale while it was suspended was nobody's fault: it is one once it is resumed. The key
  // keeps it single where it was found before the suspension.
  const bool found = was && before->state == Resource::State::kPublished &&
                     before->fresh_time == resource.fresh_time;
  if (was && !is && resource.fresh_time > before->fresh_time) {
    return AddRefresh(desk, *before, resource);
  }
  if (found || !is || resource.state != Resource::State::kPublished) return absl::OkStatus();
  return OpenStale(desk, resource);
}

absl::StatusOr<Finding> Findings::Reported(const Actor& actor, const Finding& reported,
                                           absl::Time now) const {
  if (!actor.head && !actor.officer) {
    return WrongPerson(reported.about, "the head of an agency or an officer of an authority");
  }
  const Detector* detector = FindDetector(reported.detector);
  if (detector == nullptr) {
    return Error::Field("detector", absl::StrCat(codes::Quote(reported.detector),
                                                 " is no detector; see ListDetectors"));
  }
  Finding finding = reported;
  const std::optional<Authority> authority = desk_->AuthorityNamed(reported.about);
  const Agency agency =
      desk_->PartiesOf("", authority ? authority->agency : reported.about).provider;
  if (!agency.active) {
    return Error::Field("about", absl::StrCat(codes::Quote(reported.about),
                                              " is no agency or authority that stands"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(agency));
  const bool fits = (detector->liable == Liable::kAuthority) == authority.has_value() &&
                    detector->text == TextOfProfile(text.profile->id);
  if (!fits) {
    return Error::Field("detector", absl::StrCat(detector->id, " is about a ",
                                                 LiableName(detector->liable), " under ",
                                                 detector->text, ", not about ", reported.about));
  }
  finding.profile = text.profile->cited();
  SHAREWAY_RETURN_IF_ERROR(CheckReport(finding));
  if (!reported.subject.empty()) {
    SHAREWAY_RETURN_IF_ERROR(CheckSubject(*desk_, actor, reported.subject, reported.about));
  }
  finding.name = Desk::NewName(Finding::kCollection);
  finding.consumer = actor.agency;
  finding.article = text.Cite(detector->article);
  finding.create_time = finding.state_time = now;
  finding.origin = Finding::Origin::kReported;
  finding.state = Finding::State::kSuspected;
  finding.opened_by = actor.name;
  Seat(*desk_, agency, authority ? &*authority : nullptr, &finding);
  return finding;
}

absl::StatusOr<Stored<Finding>> Findings::Open(const Errand& errand, const Finding& reported,
                                               bool validate_only) const {
  if (validate_only) {
    SHAREWAY_ASSIGN_OR_RETURN(Finding finding, Reported(errand.actor, reported, desk_->Now()));
    return Stored<Finding>{std::move(finding), 0};
  }
  return findings_.Create(
      errand, RecordKind::FINDING_CHANGED,
      [&](absl::Time now, Change*) { return Reported(errand.actor, reported, now); });
}

absl::StatusOr<Stored<Finding>> Findings::Justify(
    const Errand& errand, absl::string_view name, absl::string_view etag, absl::string_view reason,
    const std::vector<Finding::Proof>& evidence) const {
  return findings_.Write(errand, RecordKind::FINDING_CHANGED, &statute::Articles::supervision,
                         name, etag, [&](const CaseView<Finding>& c, Change*) {
                           return sharing::Justify(c.value, errand.actor, reason, evidence, c.now);
                         });
}

absl::StatusOr<Stored<Finding>> Findings::Confirm(const Errand& errand, absl::string_view name,
                                                  absl::string_view etag,
                                                  absl::string_view reasons) const {
  return findings_.Write(errand, RecordKind::FINDING_CHANGED, &statute::Articles::supervision,
                         name, etag, [&](const CaseView<Finding>& c, Change*) {
                           return sharing::Confirm(c.value, errand.actor, reasons, c.now);
                         });
}

absl::StatusOr<Stored<Finding>> Findings::Dismiss(const Errand& errand, absl::string_view name,
                                                  absl::string_view etag,
                                                  absl::string_view reasons) const {
  return findings_.Write(errand, RecordKind::FINDING_CHANGED, &statute::Articles::supervision,
                         name, etag, [&](const CaseView<Finding>& c, Change*) {
                           return sharing::Dismiss(c.value, errand.actor, reasons, c.now);
                         });
}

absl::StatusOr<Page<Finding>> Findings::List(const Actor& actor, absl::string_view cursor,
                                             int limit,
                                             absl::FunctionRef<bool(const Finding&)> want) const {
  return findings_.List(actor, desk_->OwnersFor(actor), cursor, limit, want);
}

absl::StatusOr<Stored<Circular>> Findings::Publish(const Errand& errand, Circular asked) const {
  const auto make = [&](absl::Time now, Change* change) -> absl::StatusOr<Circular> {
    SHAREWAY_ASSIGN_OR_RETURN(const Authority authority, AuthorityOf(*desk_, errand.actor));
    const Agency agency = desk_->PartiesOf("", authority.agency).provider;
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(agency));
    Circular circular = asked;
    circular.name = Desk::NewName(Circular::kCollection);
    circular.provider = agency.name;
    circular.profile = text.profile->cited();
    circular.create_time = now;
    circular.authority = authority.name;
    SHAREWAY_RETURN_IF_ERROR(Check(circular));
    for (const std::string& name : asked.findings) {
      SHAREWAY_ASSIGN_OR_RETURN(const Stored<Finding> finding, Get(errand.actor, name));
      SHAREWAY_ASSIGN_OR_RETURN(circular, Name(circular, finding.value));
      change->rests_on_cases.push_back({name, finding.version});
    }
    return circular;
  };
  return circulars_.Create(errand, RecordKind::CIRCULAR_PUBLISHED, make);
}

absl::StatusOr<Page<Circular>> Findings::ListCirculars(const Actor& actor,
                                                       absl::string_view cursor,
                                                       int limit) const {
  return circulars_.List(actor, desk_->OwnersFor(actor), cursor, limit,
                         [](const Circular&) { return true; });
}

}  // namespace shareway::sharing
