// SPDX-License-Identifier: Apache-2.0
// Verifying reports, placing heads in the tree, deciding.
#include "services/audit/start_gate.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "libs/merkle/proof.h"

namespace shareway::audit {
namespace {

absl::Status Forked(absl::StatusCode code, absl::string_view why) {
  return Error(Reason::kLogForked, code, why);
}

absl::Status NotAWitness(absl::string_view node) {
  return Error(Reason::kNotAWitness, absl::StatusCode::kPermissionDenied,
               absl::StrCat(node, " is no witness of this log, or its signature is by another key"))
      .With("node", node);
}

std::string HeadText(const Reported& head) {
  return absl::StrCat("the head ", HeadId(head.root), " of ", head.size, " entries with root ",
                      ToHex(head.root.view()));
}

}  // namespace

StartGate::StartGate(const Audit* audit, const LogReader* reader, std::vector<WitnessSet> sets,
                     SetsNow sets_now, Options options)
    : audit_(audit),
      reader_(reader),
      sets_now_(std::move(sets_now)),
      rebuild_(options.rebuild),
      behind_(options.metrics->AddGauge(
          "shareway_audit_behind_witnesses",
          "Entries of the largest head that a witness reported and the log lacks.")),
      forked_(options.metrics->AddGauge(
          "shareway_audit_forked", "1 once a signed head was seen that does not fit the log.")),
      rule_(StartRule(std::move(sets)).SettingAside(std::move(options.set_aside))) {
  absl::MutexLock lock(&mutex_);
  log::Info("witnesses-awaited", {{"sets", rule_.sets().size()}});
}

void StartGate::Expect(const WitnessSet& listed) {
  absl::MutexLock lock(&mutex_);
  if (state_ == State::kServing || rule_.listed() == listed) return;
  rule_ = rule_.Listing(listed);
  log::Info("witnesses-listed", {{"witnesses", listed.size()}, {"reports", rule_.awaited()}});
  Decide();
}

absl::Status StartGate::Check() const {
  absl::MutexLock lock(&mutex_);
  return Checked();
}

absl::Status StartGate::Checked() const {
  const absl::StatusCode code = absl::StatusCode::kUnavailable;
  switch (state_) {
    case State::kServing:
      return absl::OkStatus();
    case State::kForked:
      return Forked(code, why_);
    case State::kAwaiting:
      if (!rule_.listed()) {
        return Error(Reason::kWitnessesAwaited, code,
                     "the log has started and waits for the catalogue service's directory");
      }
      return Error(Reason::kWitnessesAwaited, code,
                   absl::StrCat("the log has started and waits for ", rule_.awaited(),
                                " more reports of its witnesses"))
          .With("awaited", absl::StrCat(rule_.awaited()));
    case State::kBehind:
    case State::kRebuilding:
      break;
  }
  const auto [node, head] = *rule_.largest();
  Error error(Reason::kWitnessesAwaited, code,
              state_ == State::kBehind
                  ? absl::StrCat("the log lacks ", missing_, " entries of ", HeadText(head),
                                 ", which ", node, " cosigned: it is an old copy")
                  : absl::StrCat("the log is being rebuilt up to ", head.size, " entries: ",
                                 missing_, " are missing, the first has index ", first_missing_));
  return error.With("missing", absl::StrCat(missing_))
      .With("first_missing", absl::StrCat(first_missing_));
}

absl::Status StartGate::CheckRebuilding() const {
  if (state() == State::kRebuilding) return absl::OkStatus();
  return Error(Reason::kNotRebuilding, absl::StatusCode::kFailedPrecondition,
               "the log is not being rebuilt");
}

StartGate::State StartGate::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

bool StartGate::WaitServing(absl::Duration timeout) const {
  const auto serves = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return state_ == State::kServing;
  };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&serves), timeout);
}

absl::StatusOr<Reported> StartGate::Place(const evidence::TreeHead& head) const {
  Reported reported{.size = head.size, .root = head.root};
  if (head.size == 0) return reported;  // every log begins with the empty one
  const std::shared_ptr<const LogState> state = audit_->state();
  if (head.size > state->size()) {
    reported.fit = Fit::kBeyond;
    return reported;
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      const Hash32 root,
      merkle::RootAt(crypto::LogHasher(), head.size,
                     [&](merkle::NodeId node) { return reader_->Node(*state, node); }));
  reported.fit = root == head.root ? Fit::kContained : Fit::kOther;
  return reported;
}

absl::StatusOr<CosignedHead> StartGate::Verified(absl::string_view note, absl::string_view line,
                                                 const std::vector<std::string>& keys) const {
  const auto invalid = [](const absl::Status& status) -> absl::Status {
    return Error(Reason::kProofInvalid, absl::StatusCode::kInvalidArgument, status.message());
  };
  const absl::StatusOr<evidence::TreeHead> head = evidence::OpenNote(note, audit_->verifier_key());
  if (!head.ok()) return invalid(head.status());
  CosignedHead cosigned{.note = std::string(note), .line = std::string(line)};
  for (const std::string& key : keys) {
    const absl::StatusOr<bool> by = evidence::VerifyCosignature(note, line, key);
    if (!by.ok()) return invalid(by.status());
    if (*by) cosigned.verifier_key = key;
  }
  // A log that serves looks at no line: its own signature convicts it.
  if (!keys.empty() && cosigned.verifier_key.empty()) return NotAWitness("the caller");
  SHAREWAY_ASSIGN_OR_RETURN(cosigned.head, Place(*head));
  return cosigned;
}

std::vector<std::string> StartGate::KeysOf(absl::string_view node,
                                           std::vector<std::string> listed) const {
  for (const WitnessSet& set : rule_.sets()) {
    const Witness* witness = set.Find(node);
    if (witness != nullptr) listed.push_back(witness->verifier_key);
  }
  return listed;
}

absl::StatusOr<StartGate::Answer> StartGate::Answered(absl::string_view node,
                                                      const Reported& reported) {
  if (reported.fit == Fit::kContained || rule_.IsSetAside(reported)) return Answer{.serving = true};
  forked_.Set(1);
  const std::string why = absl::StrCat(HeadText(reported), ", which ", node,
                                       " has, does not fit the log that serves");
  log::Error("log-forked", {{"why", why}, {"head", HeadId(reported.root)}});
  return Forked(absl::StatusCode::kFailedPrecondition, why);
}

absl::StatusOr<StartGate::Answer> StartGate::Report(absl::string_view node, absl::string_view note,
                                                    absl::string_view line,
                                                    const std::vector<std::string>& keys) {
  std::vector<std::string> accepted;
  {
    absl::MutexLock lock(&mutex_);
    if (state_ == State::kForked) return Forked(absl::StatusCode::kFailedPrecondition, why_);
    if (state_ != State::kServing) {
      accepted = KeysOf(node, keys);
      if (accepted.empty()) return NotAWitness(node);
    }
  }
  CosignedHead cosigned;
  if (!note.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(cosigned, Verified(note, line, accepted));
  } else if (!line.empty()) {
    return Error::Field("note", "is empty, but there is a cosignature");
  }
  absl::MutexLock lock(&mutex_);
  Reported& reported = cosigned.head;
  if (reported.fit == Fit::kBeyond) {
    // A rebuild may have appended it since.
    SHAREWAY_ASSIGN_OR_RETURN(reported, Place({.size = reported.size, .root = reported.root}));
  }
  if (state_ == State::kServing) return Answered(node, reported);
  rule_ = rule_.With(node, reported);
  const auto counts = rule_.reports().find(std::string(node));
  if (counts == rule_.reports().end()) {
    cosigned_.erase(std::string(node));
  } else if (!note.empty() && counts->second.root == reported.root) {
    cosigned_[std::string(node)] = std::move(cosigned);
  }
  Decide();
  if (state_ == State::kForked) return Forked(absl::StatusCode::kFailedPrecondition, why_);
  return Answer{.serving = state_ == State::kServing, .awaited = rule_.awaited()};
}

void StartGate::Decide(bool grown) {
  if (state_ == State::kForked || state_ == State::kServing) return;
  const auto largest = rule_.largest();
  switch (rule_.verdict()) {
    case Verdict::kAwaiting:
      if (state_ != State::kRebuilding || grown) state_ = State::kAwaiting;
      return;
    case Verdict::kServes:
      // It may have new sets that nobody has asked yet.
      if (state_ == State::kRebuilding && !grown) return;
      // Nobody says what was signed after this copy: there is nothing to rebuild from.
      if (rebuild_ && rule_.sets().empty() && (!largest || largest->second.size == 0)) return;
      state_ = State::kServing;
      missing_ = 0;
      behind_.Set(0);
      log::Info("witnesses-reported", {{"reports", rule_.reports().size()}});
      return;
    case Verdict::kBehind:
      return DecideBehind();
    case Verdict::kForked:
      break;
  }
  for (const auto& [node, reported] : rule_.reports()) {
    if (reported.fit == Fit::kOther) {
      return SetForked(absl::StrCat(HeadText(reported), ", which ", node,
                                    " cosigned, does not fit this log's first ", reported.size,
                                    " entries"));
    }
  }
  if (const auto both = rule_.conflict()) {
    SetForked(absl::StrCat("witnesses cosigned ", HeadText(both->first), " and ",
                           HeadText(both->second)));
  }
}

void StartGate::DecideBehind() {
  const auto [node, head] = *rule_.largest();
  const uint64_t size = audit_->state()->size();
  const State before = std::exchange(state_, rebuild_ ? State::kRebuilding : State::kBehind);
  // Witnesses report again and again; meanwhile a rebuild counts what is missing.
  if (before == state_ && behind_head_ == head.size) return;
  behind_head_ = head.size;
  missing_ = head.size - std::min(head.size, size);
  first_missing_ = size;
  behind_.Set(static_cast<double>(missing_));
  log::Error("log-behind-witnesses",
             {{"witness", node},
              {"witnessed", head.size},
              {"head", HeadId(head.root)},
              {"size", size},
              {"missing", missing_},
              {"rebuild", rebuild_}});
}

void StartGate::SetForked(absl::string_view why) {
  state_ = State::kForked;
  why_ = std::string(why);
  forked_.Set(1);
  log::Error("log-forked", {{"why", why}});
}

absl::StatusOr<bool> StartGate::Name(absl::string_view person, const evidence::SignedAct& act,
                                     const std::set<std::string>& nodes,
                                     const WitnessSet& listed) {
  absl::MutexLock lock(&mutex_);
  if (state_ == State::kServing) {
    return Error(Reason::kAlreadyServing, absl::StatusCode::kFailedPrecondition,
                 "the log serves, no witness needs to be named");
  }
  if (state_ == State::kForked) return Forked(absl::StatusCode::kFailedPrecondition, why_);
  if (nodes.empty()) return Error::Field("nodes", "0 nodes, want at least 1");
  std::vector<Witness> witnesses;
  for (const std::string& node : nodes) {
    const Witness* today = listed.Find(node);
    const Witness* witness = today != nullptr ? today : rule_.Find(node);
    if (witness == nullptr) {
      return Error::Field("nodes", absl::StrCat(node, " is none of the log's witnesses"));
    }
    witnesses.push_back(*witness);
  }
  const WitnessSet named(std::move(witnesses));
  if (!namings_.Name(person, act, named, audit_->clock().Now())) return false;
  rule_ = rule_.Naming(nodes);
  log::Warn("witnesses-named", {{"first", namings_.acts()[0].person},
                                {"second", person},
                                {"witnesses", nodes.size()}});
  Decide();
  return true;
}

Namings StartGate::namings() const {
  absl::MutexLock lock(&mutex_);
  return namings_;
}

std::map<std::string, CosignedHead> StartGate::cosigned() const {
  absl::MutexLock lock(&mutex_);
  return cosigned_;
}

std::map<std::string, Reported> StartGate::set_aside() const {
  absl::MutexLock lock(&mutex_);
  return rule_.set_aside();
}

std::map<std::string, Reported> StartGate::reports() const {
  absl::MutexLock lock(&mutex_);
  return rule_.reports();
}

Reported StartGate::target() const {
  absl::MutexLock lock(&mutex_);
  const auto largest = rule_.largest();
  return largest ? largest->second : Reported();
}

void StartGate::Missing(uint64_t count, uint64_t first) {
  absl::MutexLock lock(&mutex_);
  missing_ = count;
  first_missing_ = first;
  behind_.Set(static_cast<double>(count));
}

void StartGate::Grown() {
  const absl::StatusOr<std::vector<WitnessSet>> sets = sets_now_();
  std::map<std::string, Reported> placed;
  absl::Status status = sets.status();
  for (const auto& [node, reported] : reports()) {
    const absl::StatusOr<Reported> now = Place({.size = reported.size, .root = reported.root});
    if (now.ok()) placed[node] = *now;
    status.Update(now.status());
  }
  absl::MutexLock lock(&mutex_);
  if (!status.ok()) {
    log::Error("rebuilt-log-not-read", {{"status", status}});
    return;  // it stays closed; the next entry that is given back leads here again
  }
  for (const auto& [node, reported] : placed) rule_ = rule_.With(node, reported);
  rule_ = rule_.Hearing(*sets);
  Decide(/*grown=*/true);
}

}  // namespace shareway::audit
