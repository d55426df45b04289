// SPDX-License-Identifier: Apache-2.0
// The writes of inquiries, complaints and ratings: load, decide, store.
#include "services/sharing/supervision/feedback.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/codes/quote.h"

namespace shareway::sharing {

using evidence::RecordKind;

absl::StatusOr<Stored<Inquiry>> Feedback::OpenInquiry(const Errand& errand,
                                                      absl::string_view resource,
                                                      const std::string& question) const {
  const auto make = [&](absl::Time now, Change* change) -> absl::StatusOr<Inquiry> {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Resource> published, desk_->LoadResource(resource));
    const Parties parties =
        desk_->PartiesOf(errand.actor.agency, published.value.provider);
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(parties.provider));
    change->rests_on.push_back(published);
    return sharing::OpenInquiry(errand.actor, published.value, question, text,
                                Desk::NewName(Inquiry::kCollection), now);
  };
  return inquiries_.Create(errand, RecordKind::INQUIRY_CHANGED, make);
}

absl::StatusOr<Stored<Inquiry>> Feedback::ExtendInquiry(const Errand& errand,
                                                        absl::string_view name,
                                                        absl::string_view etag,
                                                        absl::string_view reason) const {
  return inquiries_.Write(errand, RecordKind::INQUIRY_CHANGED, &statute::Articles::complaint, name,
                          etag, [&](const CaseView<Inquiry>& c, Change*) {
                            return Extend(c.value, errand.actor, c.parties, reason, c.text, c.now);
                          });
}

absl::StatusOr<Stored<Inquiry>> Feedback::AnswerInquiry(const Errand& errand,
                                                        absl::string_view name,
                                                        absl::string_view etag,
                                                        absl::string_view answer) const {
  return inquiries_.Write(errand, RecordKind::INQUIRY_CHANGED, &statute::Articles::complaint, name,
                          etag, [&](const CaseView<Inquiry>& c, Change*) {
                            return Answer(c.value, errand.actor, c.parties, answer, c.now);
                          });
}

absl::StatusOr<Stored<Inquiry>> Feedback::CloseInquiry(const Errand& errand,
                                                       absl::string_view name,
                                                       absl::string_view etag) const {
  return inquiries_.Write(errand, RecordKind::INQUIRY_CHANGED, &statute::Articles::complaint, name,
                          etag, [&](const CaseView<Inquiry>& c, Change*) {
                            return Close(c.value, errand.actor, c.parties, c.now);
                          });
}

absl::StatusOr<Page<Inquiry>> Feedback::ListInquiries(
    const Actor& actor, absl::string_view cursor, int limit,
    absl::FunctionRef<bool(const Inquiry&)> want) const {
  return inquiries_.List(actor, desk_->OwnersFor(actor), cursor, limit, want);
}

absl::StatusOr<Stored<Complaint>> Feedback::OpenComplaint(const Errand& errand,
                                                          const Complaint& entered) const {
  const auto make = [&](absl::Time now, Change* change) -> absl::StatusOr<Complaint> {
    const Agency about = desk_->PartiesOf("", entered.about).provider;
    if (!about.active) {
      return Error::Field("about",
                          absl::StrCat(codes::Quote(entered.about), " is no agency that stands"));
    }
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(about));
    // Whom it is about has it in no list before it deals with it.
    change->owners = Desk::Owners(desk_->PartiesOf(errand.actor.agency, ""));
    const std::string& in_charge = about.authority.name;
    if (!in_charge.empty() && std::find(change->owners.begin(), change->owners.end(),
                                        in_charge) == change->owners.end()) {
      change->owners.push_back(in_charge);
    }
    Complaint facts = entered;
    facts.profile = text.profile->cited();
    return Enter(std::move(facts), errand.actor, Desk::NewName(Complaint::kCollection), now);
  };
  return complaints_.Create(errand, RecordKind::COMPLAINT_CHANGED, make);
}

absl::StatusOr<Stored<Complaint>> Feedback::AssignComplaint(const Errand& errand,
                                                            absl::string_view name,
                                                            absl::string_view etag,
                                                            absl::string_view agency) const {
  const Agency to = desk_->PartiesOf("", agency).provider;
  return complaints_.Write(errand, RecordKind::COMPLAINT_CHANGED, &statute::Articles::complaint,
                           name, etag, [&](const CaseView<Complaint>& c, Change*) {
                             return Assign(c.value, errand.actor, c.parties, to);
                           });
}

absl::StatusOr<Stored<Complaint>> Feedback::CloseComplaint(const Errand& errand,
                                                           absl::string_view name,
                                                           absl::string_view etag,
                                                           Complaint::Outcome outcome,
                                                           absl::string_view answer) const {
  return complaints_.Write(errand, RecordKind::COMPLAINT_CHANGED, &statute::Articles::complaint,
                           name, etag, [&](const CaseView<Complaint>& c, Change*) {
                             return Close(c.value, errand.actor, c.parties, outcome, answer,
                                          c.now);
                           });
}

absl::StatusOr<Page<Complaint>> Feedback::ListComplaints(
    const Actor& actor, absl::string_view cursor, int limit,
    absl::FunctionRef<bool(const Complaint&)> want) const {
  return complaints_.List(actor, desk_->OwnersFor(actor), cursor, limit, want);
}

absl::StatusOr<Stored<Rating>> Feedback::RateGrant(const Errand& errand, absl::string_view grant,
                                                   int stars, const std::string& text) const {
  const auto make = [&](absl::Time now, Change*) -> absl::StatusOr<Rating> {
    SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("grants", grant));
    absl::StatusOr<Stored<Grant>> known = desk_->store().LoadGrant(grant);
    if (absl::IsNotFound(known.status())) return Error::NotVisible(grant);
    SHAREWAY_RETURN_IF_ERROR(known.status());
    const Grant::Fields& f = known->value.fields();
    if (f.consumer != errand.actor.agency) return Error::NotVisible(grant);
    const Rating rating{.name = Desk::NewName(Rating::kCollection),
                        .consumer = f.consumer,
                        .provider = f.provider,
                        .profile = f.rule.substr(0, f.rule.find(' ')),
                        .create_time = now,
                        .grant = f.name,
                        .stars = stars,
                        .text = text};
    SHAREWAY_RETURN_IF_ERROR(Check(rating));
    SHAREWAY_ASSIGN_OR_RETURN(const std::string rated,
                              desk_->store().HolderOf(absl::StrCat("rating/", grant)));
    if (rated.empty()) return rating;
    return absl::Status(Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
                              absl::StrCat(grant, " was rated by ", rated))
                            .With("rating", rated));
  };
  return ratings_.Create(errand, RecordKind::GRANT_RATED, make);
}

absl::StatusOr<Page<Rating>> Feedback::ListRatings(const Actor& actor, absl::string_view grant,
                                                   absl::string_view cursor, int limit) const {
  std::vector<std::string> owners = desk_->OwnersFor(actor);
  if (!grant.empty()) owners = {std::string(grant)};
  return ratings_.List(actor, owners, cursor, limit, [](const Rating&) { return true; });
}

}  // namespace shareway::sharing
