// SPDX-License-Identifier: Apache-2.0
// What moves the terms of a sharing request: a supplement, an extension, and the supply.
#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using statute::ClockKind;

constexpr size_t kMaxItems = 50;
constexpr int kMaxSubject = 100;
constexpr int kMaxMissing = 500;
constexpr int kMaxAnswer = 2000;
constexpr int kMaxReason = 1000;
constexpr int kMaxDocument = 200;
constexpr int kMaxNote = 500;

absl::Status CheckOne(const Request& request, absl::string_view text, int min, int max,
                      absl::string_view field) {
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{std::string(field), text}}, request.fields().profile));
  std::vector<FieldViolation> out;
  CheckText(text, min, max, field, &out);
  return Error::Fields(out);
}

absl::Status DeadlinePassed(const Request& request, absl::string_view what, absl::CivilDay due,
                            const std::string& rule) {
  const std::string day = absl::FormatCivilTime(due);
  return Error(Reason::kDeadlinePassed, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(request.fields().name, ": ", what, " until ", day, " (", rule, ")"))
      .With("name", request.fields().name)
      .With("due_date", day)
      .With("rule", rule);
}

absl::Status TextForbids(const Request& request, absl::string_view what, const StatuteText& text) {
  return Error(Reason::kTextForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(request.fields().name, ": ", text.profile->cited(), " knows no ", what))
      .With("name", request.fields().name)
      .With("rule", text.profile->cited());
}

// Of a list or its answers, before anything quotes them.
absl::Status RefuseSecretItems(const std::vector<SupplementItem>& items,
                               const std::string& profile) {
  std::vector<std::pair<std::string, absl::string_view>> texts;
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string at = absl::StrCat("items[", i, "].");
    texts.emplace_back(at + "subject", items[i].subject);
    texts.emplace_back(at + "missing", items[i].missing);
    texts.emplace_back(at + "answer", items[i].answer);
  }
  return RefuseSecrets(texts, profile);
}

absl::Status CheckList(const std::vector<SupplementItem>& items) {
  std::vector<FieldViolation> out;
  if (items.empty() || items.size() > kMaxItems) {
    out.push_back({"items", absl::StrCat("has ", items.size(), " items, want 1 to ", kMaxItems)});
  }
  std::map<std::string, int> seen;
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string at = absl::StrCat("items[", i, "]");
    CheckText(items[i].subject, 1, kMaxSubject, at + ".subject", &out);
    CheckText(items[i].missing, 1, kMaxMissing, at + ".missing", &out);
    if (!items[i].answer.empty()) out.push_back({at + ".answer", "is the consumer's to give"});
    if (++seen[items[i].subject] > 1) {
      out.push_back(
          {at + ".subject", absl::StrCat(codes::Quote(items[i].subject), " is named twice")});
    }
  }
  return Error::Fields(out);
}

// Puts each answer to its item; every item has one then.
absl::Status PutAnswers(const std::vector<SupplementItem>& answers,
                        std::vector<SupplementItem>* items) {
  std::vector<FieldViolation> out;
  std::map<std::string, SupplementItem*> open;
  for (SupplementItem& item : *items) open[item.subject] = &item;
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::string at = absl::StrCat("items[", i, "]");
    CheckText(answers[i].answer, 1, kMaxAnswer, at + ".answer", &out);
    const auto found = open.find(answers[i].subject);
    if (found == open.end()) {
      out.push_back({at + ".subject", absl::StrCat(codes::Quote(answers[i].subject),
                                                   " was not asked for, or is named twice")});
      continue;
    }
    found->second->answer = answers[i].answer;
    open.erase(found);
  }
  for (const auto& [subject, item] : open) {
    out.push_back({"items", absl::StrCat(codes::Quote(subject), " is not answered")});
  }
  return Error::Fields(out);
}

}  // namespace

absl::StatusOr<Request> Request::AskSupplement(const Actor& actor, const Parties& parties,
                                               std::vector<SupplementItem> items,
                                               const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("AskSupplement", actor, parties));
  const statute::Profile& profile = *text.profile;
  const std::string rule = text.Cite(profile.articles.supplement);
  if (profile.supplement_ask_days == 0) return TextForbids(*this, "supplement", text);
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Clock ask,
                            statute::StartClock(profile, *text.calendars, ClockKind::kSupplementAsk,
                                                fields_.clock->trigger));
  if (now >= statute::DueInstant(ask)) {
    return DeadlinePassed(*this, "a supplement could be asked for", ask.due.day, rule);
  }
  if (Overdue(now)) {
    return DeadlinePassed(*this, "the reply was due", fields_.clock->due.day, rule);
  }
  SHAREWAY_RETURN_IF_ERROR(RefuseSecretItems(items, fields_.profile));
  SHAREWAY_RETURN_IF_ERROR(CheckList(items));
  Request next = Next(State::kNeedsSupplement, "AskSupplement", actor.name,
                      absl::StrCat(items.size(), " missing"), fields_.article, now);
  next.fields_.reviewer = actor.name;
  SHAREWAY_ASSIGN_OR_RETURN(statute::Clock clock, statute::StartClock(profile, *text.calendars,
                                                                      ClockKind::kSupplement, now));
  next.fields_.supplement = Supplement{
      .items = std::move(items), .ask_time = now, .asker = actor.name, .clock = std::move(clock)};
  if (profile.supplement_pauses_reply) {
    SHAREWAY_ASSIGN_OR_RETURN(next.fields_.clock,
                              statute::PauseClock(*fields_.clock, now, "supplement"));
  }
  return next;
}

absl::StatusOr<Request> Request::AnswerSupplement(const Actor& actor, const Parties& parties,
                                                  const std::vector<SupplementItem>& answers,
                                                  const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("SupplementRequest", actor, parties));
  const statute::Clock& due = fields_.supplement->clock;
  if (now >= statute::DueInstant(due)) {
    return DeadlinePassed(*this, "the supplement was due", due.due.day,
                          text.Cite(text.profile->articles.supplement));
  }
  Request next = Next(State::kInReview, "SupplementRequest", actor.name, "", fields_.article, now);
  Supplement& supplement = *next.fields_.supplement;
  SHAREWAY_RETURN_IF_ERROR(RefuseSecretItems(answers, fields_.profile));
  SHAREWAY_RETURN_IF_ERROR(PutAnswers(answers, &supplement.items));
  supplement.answer_time = now;
  supplement.answerer = actor.name;
  SHAREWAY_ASSIGN_OR_RETURN(supplement.clock, statute::StopClock(due, now));
  if (!fields_.clock->pauses.empty() && !fields_.clock->pauses.back().to) {
    SHAREWAY_ASSIGN_OR_RETURN(next.fields_.clock,
                              statute::ResumeClock(*fields_.clock, *text.calendars, now));
  }
  return next;
}

absl::StatusOr<std::optional<Request>> Request::Lapse(const StatuteText& text,
                                                      absl::Time now) const {
  if (fields_.state != State::kNeedsSupplement ||
      now < statute::DueInstant(fields_.supplement->clock)) {
    return std::nullopt;
  }
  const std::string rule = text.Cite(text.profile->articles.supplement);
  SHAREWAY_ASSIGN_OR_RETURN(
      Request next, Next(State::kDraft, "lapse", rule,
                         absl::StrCat("no supplement until ",
                                      absl::FormatCivilTime(fields_.supplement->clock.due.day)),
                         text.profile->articles.supplement, now)
                        .DraftAgain(now));
  return std::optional<Request>(std::move(next));
}

absl::StatusOr<Request> Request::AskExtension(const Actor& actor, const Parties& parties, int days,
                                              absl::string_view reason, const StatuteText& text,
                                              absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("AskExtension", actor, parties));
  const std::string& article = text.profile->articles.reply_extension;
  if (article.empty()) return TextForbids(*this, "extension of the reply", text);
  const int max = fields_.clock->max_extension_days;
  if (max == 0) {
    return absl::Status(Error(Reason::kExtensionNotAllowed, absl::StatusCode::kFailedPrecondition,
                              absl::StrCat(fields_.name, ": the reply to a request for ",
                                           ShareClassName(fields_.share_class),
                                           " data is not extended (", text.Cite(article), ")"))
                            .With("name", fields_.name)
                            .With("rule", text.Cite(article)));
  }
  if (Overdue(now)) {
    return DeadlinePassed(*this, "an extension could be asked for", fields_.clock->due.day,
                          text.Cite(article));
  }
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, fields_.profile));
  std::vector<FieldViolation> out;
  if (days < 1 || days > max) {
    out.push_back(
        {"days", absl::StrCat(days, " is not 1 to ", max, " (", text.Cite(article), ")")});
  }
  CheckText(reason, 1, kMaxReason, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  Request next = Next(State::kInReview, "AskExtension", actor.name,
                      absl::StrCat(days, " working days: ", reason), fields_.article, now);
  next.fields_.extension = ReplyExtension{.state = ReplyExtension::State::kAsked,
                                          .days = days,
                                          .reason = std::string(reason),
                                          .ask_time = now,
                                          .asker = actor.name};
  return next;
}

absl::StatusOr<Request> Request::ConsentExtension(const Actor& actor, const Parties& parties,
                                                  absl::string_view document,
                                                  const StatuteText& text, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("ConsentExtension", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckOne(*this, document, 1, kMaxDocument, "document"));
  Request next = Next(State::kInReview, "ConsentExtension", actor.name, std::string(document),
                      fields_.article, now);
  ReplyExtension& extension = *next.fields_.extension;
  extension.state = ReplyExtension::State::kConsented;
  extension.answer = std::string(document);
  extension.answer_time = now;
  extension.officer = actor.name;
  SHAREWAY_ASSIGN_OR_RETURN(next.fields_.clock,
                            statute::ExtendClock(*fields_.clock, *text.calendars,
                                                 {.days = extension.days,
                                                  .document = extension.answer,
                                                  .asked = extension.ask_time,
                                                  .consented = now}));
  return next;
}

absl::StatusOr<Request> Request::RefuseExtension(const Actor& actor, const Parties& parties,
                                                 absl::string_view reason, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("RefuseExtension", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckOne(*this, reason, 1, kMaxReason, "reason"));
  Request next = Next(State::kInReview, "RefuseExtension", actor.name, std::string(reason),
                      fields_.article, now);
  ReplyExtension& extension = *next.fields_.extension;
  extension.state = ReplyExtension::State::kRefused;
  extension.answer = std::string(reason);
  extension.answer_time = now;
  extension.officer = actor.name;
  return next;
}

absl::StatusOr<Request> Request::AwaitSupply(const StatuteText& text, absl::Time now) const {
  Request next = *this;
  // What is passed on by the consumer is not supplied again.
  if (fields_.change.kind == ScopeChange::Kind::kThirdParty) return next;
  next.fields_.supply = Supply{.state = Supply::State::kAwaited};
  if (!statute::TermOf(*text.profile, ClockKind::kSupply)) return next;
  SHAREWAY_ASSIGN_OR_RETURN(
      next.fields_.supply.clock,
      statute::StartClock(*text.profile, *text.calendars, ClockKind::kSupply, now));
  return next;
}

absl::StatusOr<Request> Request::ReportSupply(const Actor& actor, const Parties& parties,
                                              absl::string_view note, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("ReportProvisioned", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckOne(*this, note, 0, kMaxNote, "note"));
  SHAREWAY_ASSIGN_OR_RETURN(Request next, Next(State::kApproved, "ReportProvisioned", actor.name,
                                               std::string(note), fields_.article, now)
                                              .StopClocks(now));
  next.fields_.supply.state = Supply::State::kReported;
  next.fields_.supply.report_time = now;
  next.fields_.supply.dispute_reason.clear();
  return next;
}

absl::StatusOr<Request> Request::ConfirmSupply(const Actor& actor, const Parties& parties,
                                               absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("ConfirmProvisioned", actor, parties));
  SHAREWAY_ASSIGN_OR_RETURN(Request next, Next(State::kApproved, "ConfirmProvisioned", actor.name,
                                               "", fields_.article, now)
                                              .StopClocks(now));
  next.fields_.supply.state = Supply::State::kConfirmed;
  next.fields_.supply.confirm_time = now;
  return next;
}

bool Request::SupplyOpen() const {
  return fields_.supply.state != Supply::State::kUnspecified &&
         fields_.supply.state != Supply::State::kConfirmed;
}

absl::StatusOr<std::optional<Request>> Request::ConfirmByExchange(const Receipt& receipt,
                                                                  const StatuteText& text,
                                                                  absl::Time now) const {
  if (!SupplyOpen() || fields_.supply.state == Supply::State::kDisputed) return std::nullopt;
  for (const Step& step : fields_.steps) {
    const bool contested = step.action == "DisputeProvisioned" || step.action == "AwaitSupply";
    if (contested && receipt.time <= step.time) return std::nullopt;
  }
  Request next = Next(State::kApproved, "ReportFirstExchange",
                      text.Cite(text.profile->articles.supply),
                      absl::StrCat("exchange ", receipt.exchange, ", attempt ", receipt.attempt),
                      fields_.article, now);
  Supply& supply = next.fields_.supply;
  supply.state = Supply::State::kConfirmed;
  supply.exchange = receipt.exchange;
  supply.confirm_time = std::min(receipt.time, now);
  if (!supply.clock) return std::optional<Request>(std::move(next));
  // The node's clock may be a little behind.
  supply.confirm_time = std::max(*supply.confirm_time, supply.clock->trigger);
  if (!supply.clock->stop) {
    SHAREWAY_ASSIGN_OR_RETURN(supply.clock,
                              statute::StopClock(*supply.clock, *supply.confirm_time));
  }
  return std::optional<Request>(std::move(next));
}

absl::StatusOr<Request> Request::DisputeSupply(const Actor& actor, const Parties& parties,
                                               absl::string_view reason, const StatuteText& text,
                                               absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(May("DisputeProvisioned", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckOne(*this, reason, 1, kMaxReason, "reason"));
  Request next = Next(State::kApproved, "DisputeProvisioned", actor.name, std::string(reason),
                      fields_.article, now);
  Supply& supply = next.fields_.supply;
  supply.state = Supply::State::kDisputed;
  supply.dispute_reason = std::string(reason);
  if (!supply.clock) return next;
  next.fields_.earlier.push_back(*supply.clock);
  // The calendars may have changed while it stood.
  supply.clock->stop.reset();
  SHAREWAY_ASSIGN_OR_RETURN(supply.clock,
                            statute::RecomputeClock(*supply.clock, *text.calendars, now));
  return next;
}

}  // namespace shareway::sharing
