// SPDX-License-Identifier: Apache-2.0
// The writes of sharing requests that move their terms: check, supplement, extension, supply.
#include "absl/strings/match.h"
#include "services/sharing/sharing.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kClocksAtOnce = 256;
constexpr size_t kLapsesAtOnce = 256;

}  // namespace

absl::StatusOr<Stored<Request>> Sharing::Forward(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag) {
  return Write(errand, name, etag, [&](const Case& c, Change* change) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource,
                              desk_->LoadResource(c.request.fields().resource));
    SHAREWAY_ASSIGN_OR_RETURN(
        Request after,
        c.request.Forward(errand.actor, c.parties, resource.value, c.text, c.now));
    change->rests_on.push_back(std::move(resource));
    return Step{std::move(after), RecordKind::REQUEST_FORWARDED};
  });
}

absl::StatusOr<Stored<Request>> Sharing::Return(const Errand& errand, absl::string_view name,
                                                absl::string_view etag,
                                                absl::string_view reason) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Request after,
                              c.request.Return(errand.actor, c.parties, reason, c.now));
    return Step{std::move(after), RecordKind::REQUEST_RETURNED};
  });
}

absl::StatusOr<Stored<Request>> Sharing::AskSupplement(const Errand& errand,
                                                       absl::string_view name,
                                                       absl::string_view etag,
                                                       const std::vector<SupplementItem>& items) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(
        Request after, c.request.AskSupplement(errand.actor, c.parties, items, c.text, c.now));
    return Step{std::move(after), RecordKind::SUPPLEMENT_ASKED,
                c.text.profile->articles.supplement, "SUPPLEMENT"};
  });
}

absl::StatusOr<Stored<Request>> Sharing::AnswerSupplement(
    const Errand& errand, absl::string_view name, absl::string_view etag,
    const std::vector<SupplementItem>& answers) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(
        Request after, c.request.AnswerSupplement(errand.actor, c.parties, answers, c.text, c.now));
    return Step{std::move(after), RecordKind::REQUEST_SUPPLEMENTED,
                c.text.profile->articles.supplement, "SUPPLEMENTED"};
  });
}

absl::StatusOr<Stored<Request>> Sharing::AskExtension(const Errand& errand, absl::string_view name,
                                                      absl::string_view etag, int days,
                                                      absl::string_view reason) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Request after, c.request.AskExtension(errand.actor, c.parties, days,
                                                                    reason, c.text, c.now));
    return Step{std::move(after), RecordKind::EXTENSION_CHANGED,
                c.text.profile->articles.reply_extension, "ASKED"};
  });
}

absl::StatusOr<Stored<Request>> Sharing::ConsentExtension(const Errand& errand,
                                                          absl::string_view name,
                                                          absl::string_view etag,
                                                          absl::string_view document) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(
        Request after,
        c.request.ConsentExtension(errand.actor, c.parties, document, c.text, c.now));
    return Step{std::move(after), RecordKind::EXTENSION_CHANGED,
                c.text.profile->articles.reply_extension, "CONSENTED"};
  });
}

absl::StatusOr<Stored<Request>> Sharing::RefuseExtension(const Errand& errand,
                                                         absl::string_view name,
                                                         absl::string_view etag,
                                                         absl::string_view reason) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Request after,
                              c.request.RefuseExtension(errand.actor, c.parties, reason, c.now));
    return Step{std::move(after), RecordKind::EXTENSION_CHANGED,
                c.text.profile->articles.reply_extension, "REFUSED"};
  });
}

absl::StatusOr<Stored<Request>> Sharing::ReportSupply(const Errand& errand, absl::string_view name,
                                                      absl::string_view etag,
                                                      absl::string_view note) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Request after,
                              c.request.ReportSupply(errand.actor, c.parties, note, c.now));
    return Step{std::move(after), RecordKind::PROVISIONING_CHANGED,
                c.text.profile->articles.supply, "REPORTED"};
  });
}

absl::StatusOr<Stored<Request>> Sharing::ConfirmSupply(const Errand& errand,
                                                       absl::string_view name,
                                                       absl::string_view etag) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(Request after,
                              c.request.ConfirmSupply(errand.actor, c.parties, c.now));
    return Step{std::move(after), RecordKind::PROVISIONING_CHANGED,
                c.text.profile->articles.supply, "CONFIRMED"};
  });
}

absl::StatusOr<Stored<Request>> Sharing::DisputeSupply(const Errand& errand,
                                                       absl::string_view name,
                                                       absl::string_view etag,
                                                       absl::string_view reason) {
  return Write(errand, name, etag, [&](const Case& c, Change*) -> absl::StatusOr<Step> {
    SHAREWAY_ASSIGN_OR_RETURN(
        Request after, c.request.DisputeSupply(errand.actor, c.parties, reason, c.text, c.now));
    return Step{std::move(after), RecordKind::PROVISIONING_CHANGED,
                c.text.profile->articles.supply, "DISPUTED"};
  });
}

absl::StatusOr<bool> Sharing::ConfirmByExchange(absl::string_view name, const Receipt& receipt,
                                                absl::string_view node,
                                                absl::string_view traceparent) {
  const absl::Time now = desk_->Now();
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> before, desk_->store().LoadRequest(name));
  if (!before.value.SupplyOpen()) return true;
  const Request::Fields& f = before.value.fields();
  SHAREWAY_ASSIGN_OR_RETURN(const std::string open, desk_->store().OpenDispute(name, f.consumer));
  if (!open.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Dispute> dispute, desk_->store().LoadDispute(open));
    if (dispute.value.fields().matter == Matter::kLateSupply) return false;
  }
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextCited(f.profile));
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<Request> after,
                            before.value.ConfirmByExchange(receipt, text, now));
  if (!after) return false;
  // The request names the exchange. The event does not: under that id audit has its two halves.
  Step step{*std::move(after),
            RecordKind::PROVISIONING_CHANGED,
            text.profile->articles.supply,
            "CONFIRMED_BY_EXCHANGE",
            std::string(node)};
  Errand errand;
  errand.traceparent = std::string(traceparent);
  SHAREWAY_RETURN_IF_ERROR(Commit(errand, std::move(step), before.version,
                                  desk_->PartiesOf(f.consumer, f.provider), Change{}, now)
                               .status());
  return true;
}

absl::StatusOr<int> Sharing::Lapse() {
  const absl::Time now = desk_->Now();
  const absl::CivilDay today = statute::LawDay(now);
  std::vector<std::string> due;
  std::string cursor;
  bool more = true;
  while (more) {
    SHAREWAY_ASSIGN_OR_RETURN(Page<ClockRow> page,
                              desk_->store().RunningClocks(cursor, kClocksAtOnce));
    for (const Stored<ClockRow>& row : page.values) {
      more = row.value.clock.due.day <= today && due.size() < kLapsesAtOnce;
      if (!more) break;
      if (row.value.clock.kind == statute::ClockKind::kSupplement) due.push_back(row.value.subject);
    }
    cursor = page.next;
    more = more && !cursor.empty();
  }
  int lapsed = 0;
  for (const std::string& name : due) {
    if (!absl::StartsWith(name, "requests/")) continue;
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> before, desk_->store().LoadRequest(name));
    const Request::Fields& f = before.value.fields();
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextCited(f.profile));
    SHAREWAY_ASSIGN_OR_RETURN(std::optional<Request> after, before.value.Lapse(text, now));
    if (!after) continue;
    const absl::Status committed =
        Commit(Errand{}, Step{*std::move(after), RecordKind::REQUEST_LAPSED, "", "LAPSED"},
               before.version, desk_->PartiesOf(f.consumer, f.provider), Change{}, now)
            .status();
    // The consumer, or another start of the service, was first: the next call sees what it is.
    if (absl::IsAborted(committed)) continue;
    SHAREWAY_RETURN_IF_ERROR(committed);
    ++lapsed;
  }
  return lapsed;
}

absl::StatusOr<int> RequestsDue(const Desk& desk) { return Sharing(&desk).Lapse(); }

}  // namespace shareway::sharing
