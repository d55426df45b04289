// SPDX-License-Identifier: Apache-2.0
// 变更、终止提供: a provider consults its consumers and files before it changes or ends a service.
#include "services/sharing/domain/service_change.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using State = ServiceChange::State;
using Answer = ServiceChange::Answer;

constexpr int kMaxReason = 2000;
constexpr int kMaxComment = 200;
constexpr int kMaxReceipt = 100;
constexpr int kMaxDaysAhead = 731;

constexpr int kConsulting = static_cast<int>(State::kConsulting);
constexpr int kFiled = static_cast<int>(State::kFiled);
constexpr int kInEffect = static_cast<int>(State::kInEffect);
constexpr int kWithdrawn = static_cast<int>(State::kWithdrawn);

absl::string_view NameOf(int state) { return ServiceChange::StateName(static_cast<State>(state)); }

absl::Status Admitted(const ServiceChange& change, absl::string_view method, const Actor& actor,
                      const Parties& parties) {
  return Admit(ServiceChangeTable(), method, change.name, static_cast<int>(change.state), actor,
               parties);
}

absl::Status StopConsultation(absl::Time now, ServiceChange* change) {
  if (!change->clock || change->clock->stop) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(change->clock, statute::StopClock(*change->clock, now));
  return absl::OkStatus();
}

bool Objected(const Answer& answer) { return answer.time && !answer.agrees; }

}  // namespace

absl::string_view ServiceChange::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kConsulting: return "CONSULTING";
    case State::kFiled: return "FILED";
    case State::kInEffect: return "IN_EFFECT";
    case State::kWithdrawn: return "CHANGE_WITHDRAWN";
  }
  return "STATE_UNSPECIFIED";
}

absl::string_view ServiceChange::KindName(Kind kind) {
  switch (kind) {
    case Kind::kUnspecified: break;
    case Kind::kChange: return "CHANGE";
    case Kind::kEnd: return "END";
  }
  return "KIND_UNSPECIFIED";
}

const StateTable& ServiceChangeTable() {
  static const auto* const table = new StateTable{
      .object = "service change",
      .name = NameOf,
      .states = {kConsulting, kFiled, kInEffect, kWithdrawn},
      .transitions = {
          {.method = "AnswerServiceChange",
           .from = {kConsulting},
           .to = {kConsulting},
           .who = {{Side::kConsumer, Post::kHead}},
           .by = "the head of a consumer that is consulted (R25 27(3))"},
          {.method = "FileServiceChange",
           .from = {kConsulting},
           .to = {kFiled},
           .who = {{Side::kProvider, Post::kHead}},
           .by = "the head of the provider's sharing body (R25 27(3))"},
          {.method = "WithdrawServiceChange",
           .from = {kConsulting, kFiled},
           .to = {kWithdrawn},
           .who = {{Side::kProvider, Post::kHead}},
           .by = "the head of the provider's sharing body (R25 27(3))"},
          {.method = "its day comes",
           .from = {kFiled},
           .to = {kInEffect},
           .who = {},
           .by = "rule: the first day of effect (R25 27(3))"},
      }};
  return *table;
}

const Answer* ServiceChange::AnswerOf(absl::string_view asked) const {
  for (const Answer& answer : answers) {
    if (answer.consumer == asked) return &answer;
  }
  return nullptr;
}

bool ServiceChange::Ends(absl::Time now) const {
  return kind == Kind::kEnd && (state == State::kFiled || state == State::kInEffect) &&
         now >= statute::StartOfDay(effect);
}

absl::StatusOr<ServiceChange> ProposeServiceChange(ServiceChange facts, const Resource& resource,
                                                   const std::vector<std::string>& consumers,
                                                   const StatuteText& text, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", facts.reason}}, text.profile->cited()));
  ServiceChange next = std::move(facts);
  next.provider = resource.provider;
  next.resource = resource.name;
  next.profile = text.profile->cited();
  next.state = State::kConsulting;
  next.create_time = now;
  absl::CivilDay before = statute::LawDay(now);
  for (const std::string& consumer : consumers) next.answers.push_back({.consumer = consumer});
  if (!consumers.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(next.clock,
                              statute::StartClock(*text.profile, *text.calendars,
                                                  statute::ClockKind::kConsultation, now));
    before = next.clock->due.day;
  }
  std::vector<FieldViolation> out;
  if (next.kind == ServiceChange::Kind::kUnspecified) {
    out.push_back({"kind", "is unspecified, want CHANGE or END"});
  }
  CheckText(next.reason, 1, kMaxReason, "reason", &out);
  if (next.effect <= before || next.effect > statute::LawDay(now) + kMaxDaysAhead) {
    out.push_back({"effect_date",
                   absl::StrCat(absl::FormatCivilTime(next.effect), " is not after ",
                                absl::FormatCivilTime(before),
                                ", the last day of the consultation (R25 27(3)), and within ",
                                kMaxDaysAhead, " days")});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  return next;
}

absl::StatusOr<ServiceChange> AnswerServiceChange(const ServiceChange& change, const Actor& actor,
                                                  const Parties& parties, bool agrees,
                                                  absl::string_view comment, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admitted(change, "AnswerServiceChange", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"comment", comment}}, change.profile));
  std::vector<FieldViolation> out;
  CheckText(comment, agrees ? 0 : 1, kMaxComment, "comment", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  ServiceChange next = change;
  bool missing = false;
  for (Answer& answer : next.answers) {
    if (answer.consumer == actor.agency) {
      answer.agrees = agrees;
      answer.comment = std::string(comment);
      answer.person = actor.name;
      answer.time = now;
    }
    missing = missing || !answer.time;
  }
  if (!missing) SHAREWAY_RETURN_IF_ERROR(StopConsultation(now, &next));
  return next;
}

absl::StatusOr<ServiceChange> FileServiceChange(const ServiceChange& change, const Actor& actor,
                                                const Parties& parties, absl::string_view receipt,
                                                absl::string_view reply, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admitted(change, "FileServiceChange", actor, parties));
  const auto silent = std::count_if(change.answers.begin(), change.answers.end(),
                                    [](const Answer& answer) { return !answer.time; });
  if (silent > 0 && now < statute::DueInstant(*change.clock)) {
    return Error(Reason::kConsultationOpen, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(change.name, ": ", silent, " of ", change.answers.size(),
                              " consumers have not answered and can until ",
                              absl::FormatCivilTime(change.clock->due.day), " (R25 27(3))"))
        .With("service_change", change.name)
        .With("missing", absl::StrCat(silent))
        .With("due", absl::FormatCivilTime(change.clock->due.day));
  }
  if (now >= statute::StartOfDay(change.effect)) {
    return Error(Reason::kDeadlinePassed, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(change.name, " was to take effect on ",
                              absl::FormatCivilTime(change.effect),
                              " and is not filed afterwards; it is proposed anew (R25 27(3))"))
        .With("service_change", change.name)
        .With("effect_date", absl::FormatCivilTime(change.effect));
  }
  SHAREWAY_RETURN_IF_ERROR(
      RefuseSecrets({{"receipt_number", receipt}, {"reply", reply}}, change.profile));
  std::vector<FieldViolation> out;
  CheckText(receipt, 1, kMaxReceipt, "receipt_number", &out);
  const bool objected = std::any_of(change.answers.begin(), change.answers.end(), Objected);
  CheckText(reply, objected ? 1 : 0, kMaxReason, "reply", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  ServiceChange next = change;
  next.state = State::kFiled;
  next.receipt = std::string(receipt);
  next.reply = std::string(reply);
  SHAREWAY_RETURN_IF_ERROR(StopConsultation(now, &next));
  return next;
}

absl::StatusOr<ServiceChange> WithdrawServiceChange(const ServiceChange& change,
                                                    const Actor& actor, const Parties& parties,
                                                    absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admitted(change, "WithdrawServiceChange", actor, parties));
  ServiceChange next = change;
  next.state = State::kWithdrawn;
  SHAREWAY_RETURN_IF_ERROR(StopConsultation(now, &next));
  return next;
}

std::optional<ServiceChange> TakeEffect(const ServiceChange& change, absl::Time now) {
  if (change.state != State::kFiled || now < statute::StartOfDay(change.effect)) {
    return std::nullopt;
  }
  ServiceChange next = change;
  next.state = State::kInEffect;
  return next;
}

}  // namespace shareway::sharing
