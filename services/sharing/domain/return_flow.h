// SPDX-License-Identifier: Apache-2.0
// 回流: higher levels give lower ones the records of their own division back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/statute/clock.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// What a provider declared of one resource (R25 24). Never changed.
struct ReturnFlow {
  static constexpr char kCollection[] = "return-flows";
  std::string name = {};      // return-flows/{f}
  std::string consumer = {};  // always empty
  std::string provider = {};
  std::string profile = {};  // profile@version
  std::string resource = {};
  std::string division_item = {};  // holds the division code of a record
  std::string signer = {};         // people/{p}, the provider's head
  absl::Time create_time = {};
};

// A lower level's request for the records of its division. A value.
struct ReturnRequest {
  static constexpr char kCollection[] = "return-requests";
  enum class State { kUnspecified = 0, kRequested, kActivated };
  // REQUESTED, ACTIVATED.
  static absl::string_view StateName(State state);

  std::string name = {};  // return-requests/{q}
  std::string consumer = {};
  std::string provider = {};
  std::string profile = {};  // profile@version
  std::string flow = {};     // return-flows/{f}
  std::string resource = {};
  std::string division = {};  // digits with which the codes of all divisions inside begin
  std::vector<Purpose> purposes = {};
  State state = State::kUnspecified;
  std::string grant = {};                    // once ACTIVATED
  std::optional<statute::Clock> clock = {};  // SUPPLY, where the text gives one
  // Those that a dispute's outcome SUPPLY put it in the place of, stopped, oldest first.
  std::vector<statute::Clock> earlier = {};
  std::string dispute = {};                  // disputes/{d} that did so last
  std::string asker = {};                    // people/{p}, the consumer's head
  absl::Time create_time = {};
};

// Which methods change a request, in which state, by whom.
const StateTable& ReturnRequestTable();

// By the provider's head, of a resource that is the actor's own; that is the caller's to see.
// FAILED_PRECONDITION, TEXT_FORBIDS, under a text without return flow, STATE_FORBIDS unless the
// resource is PUBLISHED; INVALID_ARGUMENT unless the item is one of it and shared at all.
absl::StatusOr<ReturnFlow> DeclareReturnFlow(const Actor& actor, const Resource& resource,
                                             absl::string_view item, const StatuteText& text,
                                             std::string name, absl::Time now);

// By the head of an agency of a lower level than the provider's: `division` is its own, which an
// empty one stands for, or lies inside it. FAILED_PRECONDITION, DIVISION_FOREIGN, otherwise.
// INVALID_ARGUMENT for a code that is none, or purposes that are none or named twice. The supply
// clock starts, as for an approved request (R25 22), since the text leaves the provider no decision.
absl::StatusOr<ReturnRequest> RequestReturnFlow(const Actor& actor, const Parties& parties,
                                                const ReturnFlow& flow, absl::string_view division,
                                                std::vector<Purpose> purposes,
                                                const StatuteText& text, std::string name,
                                                absl::Time now);

// By the provider's head; `grant` is the name of the grant. FAILED_PRECONDITION unless the resource is
// PUBLISHED and still shares the division item. There is nothing to state: the scope is the law's.
absl::StatusOr<ReturnRequest> ActivateReturnFlow(const ReturnRequest& request, const Actor& actor,
                                                 const Parties& parties, const ReturnFlow& flow,
                                                 const Resource& resource, std::string grant,
                                                 absl::Time now);

// By the outcome SUPPLY of `dispute` (R25 28): the provider owes the records from `now` on, under a
// new clock where the text gives one. Nothing once it is ACTIVATED.
absl::StatusOr<std::optional<ReturnRequest>> OweAnew(const ReturnRequest& before,
                                                     absl::string_view dispute,
                                                     const StatuteText& text, absl::Time now);

}  // namespace shareway::sharing
