// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/update_clock.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/domain/secrecy.h"

namespace shareway::catalog {
namespace {

using State = UpdateClock::State;
using Step = UpdateClock::Step;

constexpr absl::Duration kDay = absl::Hours(24);

absl::Status SecretRefused(absl::string_view field) {
  return Error(Reason::kSecretRefused, absl::StatusCode::kInvalidArgument,
               absl::StrCat(field,
                            " is marked as a state or work secret; such content is refused and not "
                            "kept (R25 第三条)"))
      .With("field", field)
      .With("article", "R25 第三条");
}

absl::Status CheckText(absl::string_view field, absl::string_view text, int max) {
  if (IsMarkedSecret(text)) return SecretRefused(field);
  Faults faults;
  faults.Text(field, text, 1, max);
  return Error::Fields(faults.Take());
}

}  // namespace

absl::string_view StateName(State state) {
  switch (state) {
    case State::kRunning:
      return "RUNNING";
    case State::kExtensionAsked:
      return "EXTENSION_ASKED";
    case State::kMet:
      return "MET";
    case State::kUnchanged:
      return "UNCHANGED";
    case State::kDropped:
      return "DROPPED";
    default:
      return "STATE_UNSPECIFIED";
  }
}

absl::Status CheckDutyChange(const DutyChange& change, absl::Time now) {
  if (IsMarkedSecret(change.subject)) return SecretRefused("change.subject");
  if (IsMarkedSecret(change.document)) return SecretRefused("change.document");
  Faults faults("change.");
  faults.Text("subject", change.subject, 1, 500);
  faults.Text("document", change.document, 1, 200);
  if (change.effect_time < now - 3 * 366 * kDay || change.effect_time > now + 366 * kDay) {
    faults.Add("effect_time", "is not within three years ago and one year ahead");
  }
  const auto names = [&faults](const char* field, const char* form,
                               const std::vector<std::string>& list, size_t min, size_t max) {
    if (list.size() < min || list.size() > max) {
      faults.Add(field, absl::StrCat("has ", list.size(), " names, want ", min, " to ", max));
      return;
    }
    std::set<std::string> seen;
    for (size_t i = 0; i < list.size(); ++i) {
      const std::string at = absl::StrCat(field, "[", i, "]");
      faults.Add(at, ParseName(form, list[i]).status());
      if (!seen.insert(list[i]).second) faults.Add(at, absl::StrCat(list[i], " is there twice"));
    }
  };
  names("agencies", "agencies/{a}", change.agencies, 1, kMaxDutyAgencies);
  names("resources", "resources/{r}", change.resources, 0, kMaxDutyClocks);
  return Error::Fields(faults.Take());
}

bool UpdateClock::Allows(Kind kind, State state, Step step) {
  const bool open = state == State::kRunning || state == State::kExtensionAsked;
  switch (step) {
    case Step::kAsk:
      return kind == Kind::kUpdate && state == State::kRunning;
    case Step::kConsent:
    case Step::kRefuse:
      return kind == Kind::kUpdate && state == State::kExtensionAsked;
    case Step::kComplete:
      return kind == Kind::kUpdate && open;
    case Step::kMeet:
    case Step::kDrop:
      return open;
  }
  return false;
}

absl::Status UpdateClock::Check(Step step, absl::string_view verb) const {
  if (Allows(fields_.kind, fields_.state, step)) return absl::OkStatus();
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(fields_.name, " is ", StateName(fields_.state),
                            fields_.kind == Kind::kPublication ? " and the authority's" : "",
                            ", and cannot be ", verb))
      .With("name", fields_.name)
      .With("state", StateName(fields_.state));
}

absl::StatusOr<UpdateClock> UpdateClock::AskExtension(const Actor& actor, int days,
                                                      absl::string_view reason,
                                                      absl::Time now) const {
  if (!actor.own_agency) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(Check(Step::kAsk, "extended"));
  SHAREWAY_RETURN_IF_ERROR(CheckText("reason", reason, 1000));
  const int most = fields_.clock.max_extension_days;
  const auto refuse = [this](Reason why, absl::string_view text) -> absl::Status {
    return Error(why, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(fields_.name, " ", text, " (", fields_.article, ", ",
                              fields_.clock.profile, "@", fields_.clock.profile_version, ")"))
        .With("name", fields_.name)
        .With("article", fields_.article);
  };
  if (most == 0) return refuse(Reason::kTextForbids, "cannot be extended under its legal text");
  if (fields_.extension) {
    return refuse(Reason::kExtensionNotAllowed, "had its extension asked already, once is admitted");
  }
  if (now >= statute::DueInstant(fields_.clock)) {
    return refuse(Reason::kDeadlinePassed,
                  absl::StrCat("ran out on ", absl::FormatCivilTime(fields_.clock.due.day)));
  }
  if (days < 1 || days > most) {
    return Error::Field("days", absl::StrCat("is ", days, ", want 1 to ", most, " working days (",
                                             fields_.article, ")"));
  }
  UpdateClock next = *this;
  next.fields_.state = State::kExtensionAsked;
  next.fields_.extension = Extension{.days = days,
                                     .reason = std::string(reason),
                                     .asked_by = actor.name,
                                     .ask_time = now};
  return next;
}

absl::StatusOr<UpdateClock> UpdateClock::ConsentExtension(
    const Actor& actor, absl::string_view document, absl::Time now,
    const statute::CalendarSet& calendars) const {
  if (!actor.in_charge) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(Check(Step::kConsent, "extended; nothing is asked"));
  SHAREWAY_RETURN_IF_ERROR(CheckText("document", document, 200));
  UpdateClock next = *this;
  Extension& extension = *next.fields_.extension;
  // A law that takes effect later leaves its clock without a day used: asking then counts from there.
  const absl::Time asked = std::max(extension.ask_time, fields_.clock.trigger);
  SHAREWAY_ASSIGN_OR_RETURN(next.fields_.clock,
                            statute::ExtendClock(fields_.clock, calendars,
                                                 {.days = extension.days,
                                                  .document = std::string(document),
                                                  .asked = asked,
                                                  .consented = std::max(now, asked)}));
  extension.consented = true;
  extension.decision = std::string(document);
  extension.decided_by = actor.name;
  extension.decide_time = now;
  next.fields_.state = State::kRunning;
  return next;
}

absl::StatusOr<UpdateClock> UpdateClock::RefuseExtension(const Actor& actor,
                                                         absl::string_view reason,
                                                         absl::Time now) const {
  if (!actor.in_charge) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(Check(Step::kRefuse, "refused an extension; nothing is asked"));
  SHAREWAY_RETURN_IF_ERROR(CheckText("reason", reason, 1000));
  UpdateClock next = *this;
  Extension& extension = *next.fields_.extension;
  extension.refused = true;
  extension.decision = std::string(reason);
  extension.decided_by = actor.name;
  extension.decide_time = now;
  next.fields_.state = State::kRunning;
  return next;
}

absl::StatusOr<UpdateClock> UpdateClock::End(State state, absl::string_view who,
                                             absl::Time now) const {
  UpdateClock next = *this;
  // It can end before the change takes effect, and not before an extension that was counted from there.
  absl::Time at = std::max(now, fields_.clock.trigger);
  if (fields_.clock.extension) at = std::max(at, fields_.clock.extension->consented);
  SHAREWAY_ASSIGN_OR_RETURN(next.fields_.clock, statute::StopClock(fields_.clock, at));
  next.fields_.state = state;
  next.fields_.ended_by = std::string(who);
  return next;
}

absl::StatusOr<UpdateClock> UpdateClock::Complete(const Actor& actor, absl::string_view statement,
                                                  absl::Time now) const {
  if (!actor.own_agency) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(Check(Step::kComplete, "completed"));
  SHAREWAY_RETURN_IF_ERROR(CheckText("statement", statement, 1000));
  SHAREWAY_ASSIGN_OR_RETURN(UpdateClock next, End(State::kUnchanged, actor.name, now));
  next.fields_.statement = std::string(statement);
  return next;
}

absl::StatusOr<UpdateClock> UpdateClock::Meet(absl::string_view who, uint32_t revision,
                                              absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Check(Step::kMeet, "met"));
  SHAREWAY_ASSIGN_OR_RETURN(UpdateClock next, End(State::kMet, who, now));
  next.fields_.revision = revision;
  return next;
}

absl::StatusOr<UpdateClock> UpdateClock::Drop(absl::string_view who, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(Check(Step::kDrop, "dropped"));
  return End(State::kDropped, who, now);
}

bool UpdateClock::Overdue(absl::Time now) const {
  return fields_.clock.stop.value_or(now) >= statute::DueInstant(fields_.clock);
}

}  // namespace shareway::catalog
