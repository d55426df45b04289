// SPDX-License-Identifier: Apache-2.0
// 变更、终止提供: a provider consults its consumers and files before it changes or ends a service.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// A change of service (R25 27(3)). A value: the functions below answer a new one.
struct ServiceChange {
  static constexpr char kCollection[] = "service-changes";
  enum class State { kUnspecified = 0, kConsulting, kFiled, kInEffect, kWithdrawn };
  enum class Kind { kUnspecified = 0, kChange, kEnd };
  // CONSULTING and so on; CHANGE, END.
  static absl::string_view StateName(State state);
  static absl::string_view KindName(Kind kind);

  // One consumer's answer.
  struct Answer {
    std::string consumer = {};
    bool agrees = false;
    std::string comment = {};
    std::string person = {};                 // people/{p}, the head
    std::optional<absl::Time> time = {};     // none: it has not answered
  };

  std::string name = {};      // service-changes/{c}
  std::string consumer = {};  // always empty: there are many
  std::string provider = {};
  std::string profile = {};  // profile@version
  std::string resource = {};
  Kind kind = Kind::kUnspecified;
  std::string reason = {};
  absl::CivilDay effect = {};  // first day
  State state = State::kUnspecified;
  std::vector<Answer> answers = {};              // one for each consumer consulted, by name
  std::optional<statute::Clock> clock = {};      // CONSULTATION; none if nobody is consulted
  std::string receipt = {};                      // of the filing
  std::string reply = {};                        // to those who objected
  absl::Time create_time = {};

  // Null if that consumer was not consulted.
  const Answer* AnswerOf(absl::string_view consumer) const;
  // True if it is a filed END whose day has come.
  bool Ends(absl::Time now) const;
};

// Which methods change it, in which state, by whom.
const StateTable& ServiceChangeTable();

// What a provider's head proposes: `facts` has name, resource, kind, reason and effect; `consumers`
// have live grants of the resource. Permission is the caller's: the resource is the actor's own.
// INVALID_ARGUMENT for a kind, reason (1 to 2000 characters) or day: after the last day of the
// consultation, at most two years ahead.
absl::StatusOr<ServiceChange> ProposeServiceChange(ServiceChange facts, const Resource& resource,
                                                   const std::vector<std::string>& consumers,
                                                   const StatuteText& text, absl::Time now);

// `parties` has the actor's agency as consumer if it was consulted.

// By the head of a consumer that was consulted, while CONSULTING. A comment of up to 200 characters,
// which an objection needs. The clock stops with the last answer.
absl::StatusOr<ServiceChange> AnswerServiceChange(const ServiceChange& change, const Actor& actor,
                                                  const Parties& parties, bool agrees,
                                                  absl::string_view comment, absl::Time now);
// By the provider's head. CONSULTATION_OPEN while an answer is missing and the clock runs;
// DEADLINE_PASSED if the day of effect has come; INVALID_ARGUMENT without a receipt, or without a
// reply where a consumer objected.
absl::StatusOr<ServiceChange> FileServiceChange(const ServiceChange& change, const Actor& actor,
                                                const Parties& parties, absl::string_view receipt,
                                                absl::string_view reply, absl::Time now);
// By the provider's head, before it is in effect.
absl::StatusOr<ServiceChange> WithdrawServiceChange(const ServiceChange& change,
                                                    const Actor& actor, const Parties& parties,
                                                    absl::Time now);
// By rule, on its day; nothing unless it is FILED and that is so.
std::optional<ServiceChange> TakeEffect(const ServiceChange& change, absl::Time now);

}  // namespace shareway::sharing
