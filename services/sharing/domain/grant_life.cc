// SPDX-License-Identifier: Apache-2.0
// How a grant goes on and ends: terms, renewal, the consumer's end, the end of the period.
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxReason = 1000;

// OWN_REQUEST for who asked for the renewal and went over to the provider since.
absl::Status NotAsker(const Grant::Fields& grant, const Actor& actor) {
  if (!actor.ActsAs(grant.asked_by)) return absl::OkStatus();
  return OwnRequest(grant.name, grant.asked_by, "who asked for the renewal");
}

// FAILED_PRECONDITION unless the resource still shares every item of the grant.
absl::Status CheckStillShared(const Grant::Fields& grant, const Resource& resource,
                              const StatuteText& text) {
  const bool negotiates =
      text.profile->not_shared_request == statute::NotSharedRequest::kNegotiate;
  for (const std::string& id : grant.items) {
    const Item* item = resource.item(id);
    if (item != nullptr && (negotiates || item->share_class != ShareClass::kNotShared)) continue;
    const std::string rule = text.Cite(text.profile->articles.classes);
    return Error(Reason::kNotShared, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(grant.name, " is not renewed: item ", id, " is not shared by ",
                              resource.name, " revision ", resource.revision,
                              " any more; it is requested anew (", rule, ")"))
        .With("grant", grant.name)
        .With("item", id)
        .With("rule", rule);
  }
  return absl::OkStatus();
}

}  // namespace

bool Grant::Live() const {
  return fields_.state == State::kPendingTerms || fields_.state == State::kActive ||
         fields_.state == State::kSuspended;
}

Grant Grant::Over(State state, std::string reason) const {
  Fields next = fields_;
  next.state = state;
  next.ended_reason = std::move(reason);
  next.asked_end.reset();
  next.asked_reason.clear();
  next.asked_by.clear();
  return Grant(std::move(next));
}

absl::StatusOr<Grant> Grant::AcceptTerms(const Actor& actor, const Parties& parties) const {
  SHAREWAY_RETURN_IF_ERROR(Admitted("AcceptTerms", actor, parties));
  Fields next = fields_;
  next.state = State::kActive;
  next.terms.clear();
  return Grant(std::move(next));
}

absl::StatusOr<Grant> Grant::AskRenewal(const Actor& actor, const Parties& parties,
                                        absl::CivilDay end, absl::string_view reason,
                                        absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admitted("AskRenewal", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, profile()));
  std::vector<FieldViolation> out;
  const absl::CivilDay today = statute::LawDay(now);
  const absl::CivilDay last(today.year() + kMaxYears, today.month(), today.day());
  if (statute::EndOfDay(end) <= fields_.end_time || end > last) {
    out.push_back({"end_date",
                   absl::StrCat(absl::FormatCivilTime(end), " is not after the present last day ",
                                absl::FormatCivilTime(statute::LawDay(
                                    fields_.end_time - absl::Nanoseconds(1))),
                                " and up to ", absl::FormatCivilTime(last))});
  }
  CheckText(reason, 1, kMaxReason, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  Fields next = fields_;
  next.asked_end = end;
  next.asked_reason = std::string(reason);
  next.asked_by = actor.name;
  return Grant(std::move(next));
}

absl::StatusOr<Grant> Grant::Renew(const Actor& actor, const Parties& parties, absl::CivilDay end,
                                   const Resource& resource, const StatuteText& text,
                                   absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Admitted("RenewGrant", actor, parties));
  if (!fields_.asked_end) return WrongState(fields_.name, "not asked to be renewed", "AskRenewal");
  SHAREWAY_RETURN_IF_ERROR(NotAsker(fields_, actor));
  if (now >= fields_.end_time) {
    return Error(Reason::kDeadlinePassed, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(fields_.name, " ended at ",
                              absl::FormatTime(fields_.end_time, absl::UTCTimeZone()),
                              "; it is requested anew (R25 20)"))
        .With("grant", fields_.name);
  }
  if (end != *fields_.asked_end) {
    return Error::Field("end_date", absl::StrCat(absl::FormatCivilTime(end),
                                                 " is not the day that was asked for, ",
                                                 absl::FormatCivilTime(*fields_.asked_end)));
  }
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  SHAREWAY_RETURN_IF_ERROR(CheckStillShared(fields_, resource, text));
  Fields next = fields_;
  next.end_time = statute::EndOfDay(end);
  next.asked_end.reset();
  next.asked_reason.clear();
  next.asked_by.clear();
  return Grant(std::move(next));
}

absl::StatusOr<Grant> Grant::DeclineRenewal(const Actor& actor, const Parties& parties,
                                            absl::string_view reason) const {
  SHAREWAY_RETURN_IF_ERROR(Admitted("DeclineRenewal", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, profile()));
  if (!fields_.asked_end) return WrongState(fields_.name, "not asked to be renewed", "AskRenewal");
  SHAREWAY_RETURN_IF_ERROR(NotAsker(fields_, actor));
  std::vector<FieldViolation> out;
  CheckText(reason, 1, kMaxReason, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  Fields next = fields_;
  next.asked_end.reset();
  next.asked_reason.clear();
  next.asked_by.clear();
  return Grant(std::move(next));
}

absl::StatusOr<Grant> Grant::End(const Actor& actor, const Parties& parties, EndGround ground,
                                 absl::string_view reason) const {
  SHAREWAY_RETURN_IF_ERROR(Admitted("EndGrant", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, profile()));
  std::vector<FieldViolation> out;
  if (ground == EndGround::kUnspecified) {
    out.push_back({"ground", "is unspecified, want ACHIEVED, IMPOSSIBLE or NO_LONGER_NEEDED "
                             "(R25 27(1))"});
  }
  CheckText(reason, 1, kMaxReason, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  return Over(State::kEnded, absl::StrCat(GroundName(ground), ": ", reason));
}

std::optional<Grant> Grant::Expire(absl::Time now) const {
  if (!Live() || now < fields_.end_time) return std::nullopt;
  return Over(State::kExpired,
              absl::StrCat("EXPIRED: until ", absl::FormatCivilTime(statute::LawDay(
                                                  fields_.end_time - absl::Nanoseconds(1)))));
}

Grant Grant::WithDisposal(State state) const {
  Fields next = fields_;
  next.state = state;
  return Grant(std::move(next));
}

}  // namespace shareway::sharing
