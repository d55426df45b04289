// SPDX-License-Identifier: Apache-2.0
// Delegations: a head or a reviewer lends his post to a colleague.
#include "services/sharing/domain/delegation.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/statute/calendar.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

absl::Status Invalid(const Delegation& delegation, absl::string_view why) {
  return Error(Reason::kDelegationInvalid, absl::StatusCode::kFailedPrecondition, why)
      .With("post", PostName(delegation.post))
      .With("delegate", delegation.delegate);
}

bool HoldsPost(const Actor& actor, Delegation::Post post) {
  return post == Delegation::Post::kHead ? actor.head : actor.reviewer;
}

absl::Status CheckAsked(const Delegation& asked, absl::CivilDay today) {
  std::vector<FieldViolation> out;
  if (asked.post == Delegation::Post::kUnspecified) {
    out.push_back({"delegation.post", "is not set, want HEAD or REVIEWER"});
  }
  CheckText(asked.reason, 1, 500, "delegation.reason", &out);
  if (asked.start < today) {
    out.push_back({"delegation.start_date",
                   absl::StrCat(absl::FormatCivilTime(asked.start), " is over; today is ",
                                absl::FormatCivilTime(today))});
  }
  if (asked.end < asked.start || asked.end - asked.start >= kMaxDelegationDays) {
    out.push_back({"delegation.end_date",
                   absl::StrCat(absl::FormatCivilTime(asked.end), " is not 0 to ",
                                kMaxDelegationDays - 1, " days after ",
                                absl::FormatCivilTime(asked.start))});
  }
  return Error::Fields(out);
}

}  // namespace

absl::string_view PostName(Delegation::Post post) {
  switch (post) {
    case Delegation::Post::kUnspecified: break;
    case Delegation::Post::kHead: return "HEAD";
    case Delegation::Post::kReviewer: return "REVIEWER";
  }
  return "POST_UNSPECIFIED";
}

Delegation::State Delegation::At(absl::Time now) const {
  const absl::CivilDay today = statute::LawDay(now);
  if (end_time || today > end) return State::kOver;
  return today < start ? State::kComing : State::kHolds;
}

bool Visible(const Delegation& delegation, const Actor& actor, const Parties&) {
  return actor.agency == delegation.consumer;
}

absl::StatusOr<Delegation> GiveDelegation(Delegation asked, const Actor& actor,
                                          const std::optional<Actor>& colleague, std::string name,
                                          std::string profile, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(CheckAsked(asked, statute::LawDay(now)));
  const bool lent = asked.post == Delegation::Post::kHead ? !actor.head_for.empty()
                                                          : !actor.reviewer_for.empty();
  if (!HoldsPost(actor, asked.post) || lent) {
    return Invalid(asked, absl::StrCat(actor.name, " does not hold the post ",
                                       PostName(asked.post), " himself: only who does lends it"));
  }
  if (asked.delegate == actor.name) return Invalid(asked, "nobody lends his post to himself");
  if (!colleague || colleague->agency != actor.agency) {
    return Invalid(asked, absl::StrCat(asked.delegate, " is no person of ", actor.agency,
                                       " who stands"));
  }
  if (HoldsPost(*colleague, asked.post)) {
    return Invalid(asked, absl::StrCat(asked.delegate, " holds the post ", PostName(asked.post),
                                       " himself"));
  }
  asked.name = std::move(name);
  asked.consumer = actor.agency;
  asked.provider.clear();
  asked.giver = actor.name;
  asked.profile = std::move(profile);
  asked.create_time = now;
  asked.end_time.reset();
  asked.ended_by.clear();
  return asked;
}

absl::StatusOr<Delegation> EndDelegation(const Delegation& delegation, const Actor& actor,
                                         absl::Time now) {
  const bool head = actor.head && actor.head_for.empty();
  if (actor.name != delegation.giver && actor.name != delegation.delegate && !head) {
    return WrongPerson(delegation.name, "who gave it, who has it, or a head of the agency");
  }
  if (delegation.At(now) == Delegation::State::kOver) {
    return Invalid(delegation, absl::StrCat(delegation.name, " is over already"));
  }
  Delegation next = delegation;
  next.end_time = now;
  next.ended_by = actor.name;
  return next;
}

Actor InPost(const Actor& actor, const Delegation& delegation, absl::Time now) {
  if (delegation.delegate != actor.name || delegation.consumer != actor.agency ||
      delegation.At(now) != Delegation::State::kHolds || HoldsPost(actor, delegation.post)) {
    return actor;
  }
  Actor next = actor;
  if (delegation.post == Delegation::Post::kHead) {
    next.head = true;
    next.head_for = delegation.giver;
  } else {
    next.reviewer = true;
    next.reviewer_for = delegation.giver;
  }
  return next;
}

Request InNameOf(Request after, const Actor& actor) {
  Request::Fields fields = after.fields();
  if (fields.steps.empty() || fields.steps.back().actor != actor.name) return after;
  const std::string& action = fields.steps.back().action;
  const auto one_of = [&](std::initializer_list<absl::string_view> actions) {
    return std::find(actions.begin(), actions.end(), action) != actions.end();
  };
  std::string person;
  if (one_of({"SignOffRequest", "SignOffDecision"})) {
    person = actor.head_for;
  } else if (one_of({"DecideRequest", "ConfirmDecision", "AskSupplement", "ReportProvisioned"})) {
    person = actor.reviewer_for;
  } else if (action == "AskExtension" && !(actor.reviewer && actor.reviewer_for.empty())) {
    person = actor.reviewer ? actor.reviewer_for : actor.head_for;
  }
  if (person.empty()) return after;
  std::string& note = fields.steps.back().note;
  note = absl::StrCat("for ", person, note.empty() ? "" : ": ", note);
  return Request::Restore(std::move(fields));
}

}  // namespace shareway::sharing
