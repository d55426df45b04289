// SPDX-License-Identifier: Apache-2.0
// Record first, effect second; and what the log says of retention.
#include "services/audit/controls.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "services/audit/store/control_record.h"

namespace shareway::audit {
namespace {

// Of the act's digest: enough that no second act has it, short enough to be typed.
constexpr size_t kNameBytes = 20;

std::string NameOf(const evidence::SignedAct& act) {
  return absl::StrCat("controls/", ToHex(crypto::Sha256(act.act()).view().substr(0, kNameBytes)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Controls>> Controls::Open(Parts parts, AskedRetention asked) {
  SHAREWAY_RETURN_IF_ERROR(asked.OrForEver().Check());
  std::unique_ptr<Controls> controls(new Controls(std::move(parts), asked));
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Retention> said, controls->Read());
  // A log that has begun without a word on it keeps all for ever.
  const absl::Status agrees = asked.CheckAgrees(said.value_or(Retention()));
  if (agrees.ok()) return controls;
  if (said) return agrees;
  SHAREWAY_ASSIGN_OR_RETURN(const bool fresh, controls->IsNew());
  if (!fresh) return agrees;
  return controls;
}

Controls::Controls(Parts parts, AskedRetention asked)
    : parts_(std::move(parts)), asked_(asked) {}

absl::StatusOr<std::optional<Retention>> Controls::Read() const {
  return ReadRetention(*parts_.reader, *parts_.audit->state(), parts_.own->producer());
}

absl::StatusOr<bool> Controls::IsNew() const {
  SHAREWAY_ASSIGN_OR_RETURN(
      const OwnEntries::Page page,
      parts_.own_entries->Read(0, parts_.audit->state()->size(), /*max_bytes=*/1));
  return page.entries.empty();
}

absl::Status Controls::RecordFirst() {
  absl::MutexLock lock(&retention_mutex_);
  in_force_.reset();
  // After an error only the next append reads again what became durable.
  SHAREWAY_RETURN_IF_ERROR(parts_.audit->AppendAndWait({}).status());
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Retention> said, Read());
  const absl::Status agrees = asked_.CheckAgrees(said.value_or(Retention()));
  if (agrees.ok()) return agrees;
  if (!said) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool fresh, IsNew());
    if (fresh) return parts_.own->Append(FirstRetentionRecord(asked_.OrForEver())).status();
  }
  // The log was rebuilt since the flags were compared with it.
  log::Error("retention-flag-overruled", {{"status", agrees}});
  return absl::OkStatus();
}

absl::StatusOr<Proposal> Controls::Propose(Controller by, const evidence::SignedAct& act,
                                           Control control) {
  SHAREWAY_RETURN_IF_ERROR(control.Check());
  if (control.stop() && !parts_.stop) {
    return Error(Reason::kNotSupported, absl::StatusCode::kFailedPrecondition,
                 "nothing can stop this process but its operator");
  }
  Signed proposed{.proposal = {.name = NameOf(act),
                               .by = std::move(by),
                               .control = std::move(control),
                               .time = parts_.audit->clock().Now()},
                  .act = act};
  const Proposal proposal = proposed.proposal;
  // None is confirmed between the look at the log and the proposal's place among those that wait.
  absl::MutexLock one(&confirming_);
  SHAREWAY_ASSIGN_OR_RETURN(const bool done, WasDone(proposal.name));
  if (done) {
    return Error(Reason::kActReplayed, absl::StatusCode::kAborted,
                 absl::StrCat("this signed act was used before, for ", proposal.name,
                              "; sign a new one"));
  }
  log::Warn("control-proposed", {{"control", proposal.name},
                                 {"person", proposal.by.person},
                                 {"stop", proposal.control.stop()}});
  absl::MutexLock lock(&waiting_mutex_);
  waiting_[proposal.by.person] = std::move(proposed);
  return proposal;
}

absl::StatusOr<Proposal> Controls::Confirm(absl::string_view name,
                                           const std::optional<Retention>& retention,
                                           const Controller& second,
                                           const evidence::SignedAct& act) {
  absl::MutexLock confirming(&confirming_);
  std::optional<Signed> first;
  {
    absl::MutexLock lock(&waiting_mutex_);
    for (const auto& [person, proposed] : waiting_) {
      if (proposed.proposal.name == name) first = proposed;
    }
  }
  if (!first) return Error::NotVisible(name);
  Proposal& proposal = first->proposal;
  proposal.by.roles = parts_.roles_today ? parts_.roles_today(proposal.by.person, first->act)
                                         : std::vector<Administrator>();
  SHAREWAY_RETURN_IF_ERROR(proposal.CheckSecond(second, parts_.audit->clock().Now()));
  SHAREWAY_RETURN_IF_ERROR(proposal.CheckSame(retention));
  SHAREWAY_RETURN_IF_ERROR(Record(*first, second, act));
  {
    absl::MutexLock lock(&waiting_mutex_);
    const auto kept = waiting_.find(proposal.by.person);
    // The person may have proposed something else meanwhile.
    if (kept != waiting_.end() && kept->second.proposal.name == name) waiting_.erase(kept);
  }
  log::Warn("log-controlled", {{"control", proposal.name},
                               {"first", proposal.by.person},
                               {"second", second.person},
                               {"stop", proposal.control.stop()}});
  if (proposal.control.stop()) parts_.stop();
  return proposal;
}

absl::Status Controls::Record(const Signed& first, const Controller& second,
                              const evidence::SignedAct& act) {
  // Held meanwhile: nobody begins to delete by what the log is about to overrule. After an error
  // the log is asked again: the record may be there all the same.
  absl::MutexLock lock(&retention_mutex_);
  in_force_.reset();
  SHAREWAY_RETURN_IF_ERROR(
      parts_.own->Append(ControlRecord(first.proposal, first.act, second.person, act)).status());
  if (first.proposal.control.retention) in_force_ = first.proposal.control.retention;
  return absl::OkStatus();
}

absl::StatusOr<bool> Controls::WasDone(absl::string_view name) const {
  // After an error only the next append reads again what became durable.
  SHAREWAY_RETURN_IF_ERROR(parts_.audit->AppendAndWait({}).status());
  // An act is taken for minutes after it was signed (rpc::kActWindow).
  return audit::WasDone(*parts_.reader, *parts_.audit->state(), parts_.own->producer(), name,
                        parts_.audit->clock().Now() - kProposalLasts);
}

std::vector<Proposal> Controls::Waiting() const {
  const absl::Time now = parts_.audit->clock().Now();
  std::map<std::string, Proposal> by_name;
  absl::MutexLock lock(&waiting_mutex_);
  for (const auto& [person, proposed] : waiting_) {
    if (proposed.proposal.LastsAt(now)) by_name[proposed.proposal.name] = proposed.proposal;
  }
  std::vector<Proposal> waiting;
  for (auto& [name, proposal] : by_name) waiting.push_back(std::move(proposal));
  return waiting;
}

absl::StatusOr<Retention> Controls::InForce() {
  absl::MutexLock lock(&retention_mutex_);
  if (in_force_) return *in_force_;
  SHAREWAY_RETURN_IF_ERROR(parts_.audit->AppendAndWait({}).status());
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Retention> said, Read());
  const Retention retention = said.value_or(Retention());
  SHAREWAY_RETURN_IF_ERROR(retention.Check());
  in_force_ = retention;
  return retention;
}

}  // namespace shareway::audit
