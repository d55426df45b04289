// SPDX-License-Identifier: Apache-2.0
// The writes of corrections and recalls.
#include "services/sharing/grants/corrections.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr size_t kMaxRecipients = 200;  // of one report
constexpr size_t kMaxGrantees = 500;
constexpr int kPage = 256;

constexpr std::string statute::Articles::*kArticle = &statute::Articles::correction;

}  // namespace

absl::StatusOr<bool> Corrections::HadGrant(absl::string_view agency,
                                           absl::string_view resource) const {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Page<Grant> grants,
      desk_->store().ListGrants({std::string(agency)}, "", 1, [&](const Grant& grant) {
        return grant.fields().consumer == agency && grant.fields().resource == resource;
      }));
  return !grants.values.empty();
}

absl::Status Corrections::CheckNotOpen(const Correction& asked) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string open,
                            desk_->store().HolderOf(SubjectKey(asked)));
  if (open.empty()) return absl::OkStatus();
  return Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
               absl::StrCat(open, " of ", asked.consumer, " asks the same and is open"))
      .With("name", open);
}

absl::StatusOr<Stored<Correction>> Corrections::Open(const Errand& errand,
                                                     absl::string_view resource,
                                                     const CorrectionAsked& asked,
                                                     bool validate_only) const {
  const auto make = [&](absl::Time now, Change* change) -> absl::StatusOr<Correction> {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Resource> known, desk_->LoadResource(resource));
    SHAREWAY_ASSIGN_OR_RETURN(const bool had_grant, HadGrant(errand.actor.agency, resource));
    const Parties parties = desk_->PartiesOf(errand.actor.agency, known.value.provider);
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(parties.provider));
    SHAREWAY_ASSIGN_OR_RETURN(
        Correction opened, OpenCorrection(Desk::NewName("corrections"), errand.actor, asked,
                                          known.value, had_grant, text, now));
    SHAREWAY_RETURN_IF_ERROR(CheckNotOpen(opened));
    if (!asked.proposed_value.empty()) {
      change->cases.push_back(ProposalRow(opened, {.value = asked.proposed_value}, 0));
    }
    return opened;
  };
  if (validate_only) {
    Change dropped;
    SHAREWAY_ASSIGN_OR_RETURN(Correction opened, make(desk_->Now(), &dropped));
    return Stored<Correction>{std::move(opened), 0};
  }
  return cases_.Create(errand, RecordKind::CORRECTION_OPENED, make);
}

absl::StatusOr<Stored<Correction>> Corrections::Write(const Errand& errand, absl::string_view name,
                                                      absl::string_view etag,
                                                      evidence::RecordKind kind,
                                                      Cases<Correction>::Step step) const {
  const auto advance = [&](const CaseView<Correction>& view,
                           Change* change) -> absl::StatusOr<Correction> {
    SHAREWAY_ASSIGN_OR_RETURN(Correction after, step(view, change));
    if (!after.ends) return after;
    const auto proposal = desk_->store().LoadCase<Proposal>(ProposalName(after.name));
    if (absl::IsNotFound(proposal.status())) return after;
    SHAREWAY_RETURN_IF_ERROR(proposal.status());
    change->cases.push_back(ProposalRow(after, {}, proposal->version));
    return after;
  };
  return cases_.Write(errand, kind, kArticle, name, etag, advance);
}

absl::StatusOr<Stored<Correction>> Corrections::Acknowledge(const Errand& errand,
                                                            absl::string_view name,
                                                            absl::string_view etag) const {
  return Write(errand, name, etag, RecordKind::CORRECTION_CHANGED,
               [&](const CaseView<Correction>& view, Change*) {
                 return sharing::Acknowledge(view.value, errand.actor, view.parties);
               });
}

absl::StatusOr<Stored<Correction>> Corrections::Resolve(const Errand& errand,
                                                        absl::string_view name,
                                                        absl::string_view etag,
                                                        const CorrectionAnswer& answer) const {
  const Parties source = desk_->PartiesOf(answer.source, "");
  return Write(errand, name, etag, RecordKind::CORRECTION_CHANGED,
               [&](const CaseView<Correction>& view, Change*) {
                 return sharing::Resolve(view.value, errand.actor, view.parties, answer,
                                         source.consumer.active, view.now);
               });
}

absl::StatusOr<Stored<Correction>> Corrections::Reject(const Errand& errand,
                                                       absl::string_view name,
                                                       absl::string_view etag,
                                                       absl::string_view reason) const {
  return Write(errand, name, etag, RecordKind::CORRECTION_CHANGED,
               [&](const CaseView<Correction>& view, Change*) {
                 return sharing::Reject(view.value, errand.actor, view.parties, reason, view.now);
               });
}

absl::StatusOr<Stored<Correction>> Corrections::Withdraw(const Errand& errand,
                                                         absl::string_view name,
                                                         absl::string_view etag) const {
  return Write(errand, name, etag, RecordKind::CORRECTION_CHANGED,
               [&](const CaseView<Correction>& view, Change*) {
                 return sharing::Withdraw(view.value, errand.actor, view.parties, view.now);
               });
}

absl::StatusOr<std::vector<RecallRecipient>> Corrections::Grantees(
    const Correction& correction) const {
  std::vector<RecallRecipient> grantees;
  std::set<std::string> known;
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(
        const Page<Grant> page,
        desk_->store().ListGrants({correction.resource}, cursor, kPage,
                                  [](const Grant&) { return true; }));
    for (const Stored<Grant>& grant : page.values) {
      const std::string& consumer = grant.value.fields().consumer;
      if (consumer == correction.provider || !known.insert(consumer).second) continue;
      grantees.push_back({consumer, Recall::Basis::kGranted, {}});
      if (grantees.size() == kMaxGrantees) return grantees;
    }
    cursor = page.next;
  } while (!cursor.empty());
  return grantees;
}

absl::Status Corrections::AddRecalls(const Correction& correction,
                                     const std::vector<RecallRecipient>& recipients,
                                     absl::string_view node, absl::Time now,
                                     Change* change) const {
  std::set<absl::string_view> added;
  for (const RecallRecipient& recipient : recipients) {
    if (!added.insert(recipient.consumer).second) continue;
    SHAREWAY_ASSIGN_OR_RETURN(
        const std::string told,
        desk_->store().HolderOf(ToldKey(correction.name, recipient.consumer)));
    if (!told.empty()) continue;
    const Parties parties = desk_->PartiesOf(recipient.consumer, correction.provider);
    const Recall recall =
        Tell(Desk::NewName("recalls"), correction, recipient, parties.consumer, now);
    evidence::AuditRecord event = desk_->Event(RecordKind::RECALL_CHANGED, {}, parties,
                                               recall.name);
    event.set_resource(recall.resource);
    event.set_rule(recall.profile);
    if (!node.empty()) event.add_nodes(std::string(node));
    change->events.push_back(std::move(event));
    change->cases.push_back(RowOf(recall, 0));
  }
  return absl::OkStatus();
}

absl::StatusOr<Stored<Correction>> Corrections::BeginRecall(const Errand& errand,
                                                            absl::string_view name,
                                                            absl::string_view etag,
                                                            absl::string_view reason,
                                                            bool all_grantees) const {
  return Write(errand, name, etag, RecordKind::RECALL_CHANGED,
               [&](const CaseView<Correction>& view,
                   Change* change) -> absl::StatusOr<Correction> {
                 SHAREWAY_ASSIGN_OR_RETURN(Correction after,
                                           sharing::BeginRecall(view.value, errand.actor,
                                                                view.parties, reason, view.now));
                 if (!all_grantees) return after;
                 SHAREWAY_ASSIGN_OR_RETURN(const std::vector<RecallRecipient> grantees,
                                           Grantees(after));
                 SHAREWAY_RETURN_IF_ERROR(AddRecalls(after, grantees, "", view.now, change));
                 return after;
               });
}

absl::StatusOr<Stored<Recall>> Corrections::ConfirmRecall(const Errand& errand,
                                                          absl::string_view name,
                                                          absl::string_view etag,
                                                          Recall::State outcome,
                                                          absl::string_view note) const {
  const auto confirm = [&](const CaseView<Recall>& view, Change*) {
    return Confirm(view.value, errand.actor, view.parties, outcome, note, view.now);
  };
  return recalls_.Write(errand, RecordKind::RECALL_CHANGED, kArticle, name, etag, confirm);
}

absl::StatusOr<Stored<Correction>> Corrections::OfNode(absl::string_view node,
                                                       absl::string_view name) const {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("corrections", name));
  absl::StatusOr<Stored<Correction>> stored = desk_->store().LoadCase<Correction>(name);
  if (absl::IsNotFound(stored.status())) return Error::NotVisible(name);
  if (stored.ok() && !serves_(node, stored->value.provider)) return Error::NotVisible(name);
  return stored;
}

absl::Status Corrections::Place(absl::string_view node, absl::string_view name,
                                absl::string_view record) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Correction> before, OfNode(node, name));
  SHAREWAY_ASSIGN_OR_RETURN(const Correction named, Named(before.value, record));
  if (named.record == before.value.record) return absl::OkStatus();
  return cases_
      .WriteByRule(RecordKind::CORRECTION_CHANGED, kArticle, before,
                   [&](const CaseView<Correction>&, Change*) {
                     return absl::StatusOr<Correction>(named);
                   })
      .status();
}

absl::Status Corrections::Report(absl::string_view node, absl::string_view name, uint32_t round,
                                 const std::vector<RecallRecipient>& recipients,
                                 bool complete) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Correction> before, OfNode(node, name));
  if (recipients.size() > kMaxRecipients) {
    return Error::Field("recipients", absl::StrCat("has ", recipients.size(), ", want at most ",
                                                   kMaxRecipients));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckRecipients(recipients, before.value.provider));
  const std::vector<std::string>& reported = before.value.reported_nodes;
  const bool known = std::find(reported.begin(), reported.end(), node) != reported.end();
  if (round == 0 || round != before.value.recall_round || known) return absl::OkStatus();
  return cases_
      .WriteByRule(RecordKind::RECALL_CHANGED, kArticle, before,
                   [&](const CaseView<Correction>& view,
                       Change* change) -> absl::StatusOr<Correction> {
                     Correction after = view.value;
                     if (complete) after.reported_nodes.emplace_back(node);
                     SHAREWAY_RETURN_IF_ERROR(
                         AddRecalls(after, recipients, node, view.now, change));
                     return after;
                   })
      .status();
}

absl::StatusOr<std::string> Corrections::ProposedValue(const Actor& actor,
                                                       const Correction& correction) const {
  if (actor.agency != correction.consumer && actor.agency != correction.provider) return "";
  const auto proposal = desk_->store().LoadCase<Proposal>(ProposalName(correction.name));
  if (absl::IsNotFound(proposal.status())) return "";
  SHAREWAY_RETURN_IF_ERROR(proposal.status());
  return proposal->value.value;
}

absl::StatusOr<Corrections::Count> Corrections::CountRecalls(const Correction& correction) const {
  Count count;
  if (!correction.recall_time) return count;
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(
        const Page<Recall> page,
        desk_->store().ListCases<Recall>({correction.name}, cursor, kPage,
                                         [](const Recall&) { return true; }));
    for (const Stored<Recall>& recall : page.values) {
      ++count.told;
      if (recall.value.confirm_time) ++count.confirmed;
    }
    cursor = page.next;
  } while (!cursor.empty());
  return count;
}

absl::StatusOr<bool> RecomputeCorrection(const Desk& desk, absl::string_view name) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Correction> before,
                            desk.store().LoadCase<Correction>(name));
  if (!before.value.clock) return false;
  SHAREWAY_ASSIGN_OR_RETURN(
      const statute::Clock clock,
      statute::RecomputeClock(*before.value.clock, desk.calendars(), desk.Now()));
  const statute::DueDate& due = before.value.clock->due;
  if (clock.due.day == due.day && clock.due.provisional == due.provisional) return false;
  SHAREWAY_RETURN_IF_ERROR(
      Cases<Correction>(&desk)
          .WriteByRule(RecordKind::CLOCK_RECOMPUTED, kArticle, before,
                       [&](const CaseView<Correction>& view, Change*) {
                         Correction after = view.value;
                         after.clock = clock;
                         return absl::StatusOr<Correction>(std::move(after));
                       })
          .status());
  return true;
}

}  // namespace shareway::sharing
