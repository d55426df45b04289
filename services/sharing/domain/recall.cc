// SPDX-License-Identifier: Apache-2.0
// A recall: told, then confirmed.
#include "services/sharing/domain/recall.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using State = Recall::State;

constexpr int kMaxNote = 1000;

absl::string_view NameOfState(int state) { return RecallStateName(static_cast<State>(state)); }

}  // namespace

absl::string_view RecallStateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kTold: return "TOLD";
    case State::kDisposed: return "DISPOSED";
    case State::kReplaced: return "REPLACED";
    case State::kNotHeld: return "NOT_HELD";
  }
  return "STATE_UNSPECIFIED";
}

const StateTable& RecallTable() {
  constexpr int kTold = static_cast<int>(State::kTold);
  constexpr int kDisposed = static_cast<int>(State::kDisposed);
  constexpr int kReplaced = static_cast<int>(State::kReplaced);
  constexpr int kNotHeld = static_cast<int>(State::kNotHeld);
  static const auto* const table = new StateTable{
      .object = "recall",
      .name = NameOfState,
      .states = {kTold, kDisposed, kReplaced, kNotHeld},
      .transitions = {{"ConfirmRecall",
                       {kTold},
                       {kDisposed, kReplaced, kNotHeld},
                       {{Side::kConsumer, Post::kApplicant},
                        {Side::kConsumer, Post::kClerk},
                        {Side::kConsumer, Post::kSteward}},
                       "an applicant, clerk or data steward of the consumer that was told"}}};
  return *table;
}

absl::Status CheckRecipients(const std::vector<RecallRecipient>& recipients,
                             absl::string_view provider) {
  std::vector<FieldViolation> faults;
  for (size_t i = 0; i < recipients.size(); ++i) {
    const std::string at = absl::StrCat("recipients[", i, "].");
    const RecallRecipient& r = recipients[i];
    if (!HasForm("agencies/{a}", r.consumer) || r.consumer == provider) {
      faults.push_back({absl::StrCat(at, "consumer"), "want agencies/{a}, not the provider"});
    }
    if (r.exchanges.size() > kMaxRecallExchanges) {
      faults.push_back({absl::StrCat(at, "exchanges"),
                        absl::StrCat("has ", r.exchanges.size(), ", want at most ",
                                     kMaxRecallExchanges)});
    }
    for (const std::string& exchange : r.exchanges) {
      if (HasForm("exchanges/{e}", absl::StrCat("exchanges/", exchange))) continue;
      faults.push_back({absl::StrCat(at, "exchanges"), "want 1 to 63 of A-Z a-z 0-9 and '-' each"});
      break;
    }
  }
  return Error::Fields(faults);
}

Recall Tell(std::string name, const Correction& correction, const RecallRecipient& recipient,
            const Agency& consumer, absl::Time now) {
  return Recall{.name = std::move(name),
                .correction = correction.name,
                .resource = correction.resource,
                .item = correction.item,
                .consumer = recipient.consumer,
                .provider = correction.provider,
                .profile = correction.profile,
                .authority = consumer.authority.name,
                .basis = recipient.basis,
                .exchanges = recipient.exchanges,
                .reason = correction.recall_reason,
                .state = State::kTold,
                .create_time = now};
}

absl::StatusOr<Recall> Confirm(const Recall& before, const Actor& actor, const Parties& parties,
                               State outcome, absl::string_view note, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admit(RecallTable(), "ConfirmRecall", before.name,
                                 static_cast<int>(before.state), actor, parties));
  std::vector<FieldViolation> faults;
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"note", note}}, before.profile));
  CheckText(note, 0, kMaxNote, "note", &faults);
  if (outcome != State::kDisposed && outcome != State::kReplaced && outcome != State::kNotHeld) {
    faults.push_back({"outcome", "want DISPOSED, REPLACED or NOT_HELD"});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Recall after = before;
  after.state = outcome;
  after.confirm_time = now;
  after.person = actor.name;
  after.note = std::string(note);
  return after;
}

bool Visible(const Recall&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

std::string ToldKey(absl::string_view correction, absl::string_view consumer) {
  return absl::StrCat("told/", correction, "|", consumer);
}

}  // namespace shareway::sharing
