// SPDX-License-Identifier: Apache-2.0
// Findings: what may be a breach, what was said to it, and what it came to.
#include "services/sharing/domain/finding.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using State = Finding::State;

constexpr int kMaxReported = 10;
// All of a finding fits into one piece of evidence. Rules need room for two.
constexpr size_t kMaxEvidence = 30;
constexpr size_t kMaxOfPeople = kMaxEvidence - 2;
constexpr int kMaxFindings = 100;

absl::string_view NameOfState(int state) {
  return Finding::StateName(static_cast<State>(state));
}

constexpr int Of(State state) { return static_cast<int>(state); }

absl::Status NotCompetent(const Finding& finding, const Actor& actor) {
  const std::string who =
      finding.competent.empty() ? "no authority that the directory knows" : finding.competent;
  return Error(Reason::kNotCompetent, absl::StatusCode::kPermissionDenied,
               absl::StrCat(finding.name, " is about ", finding.about, ": ", who,
                            " judges it, not the authority of ", actor.agency))
      .With("name", finding.name)
      .With("competent", who)
      .With("article", finding.article);
}

void CheckProofs(const std::vector<Finding::Proof>& proofs, absl::string_view field,
                 std::vector<FieldViolation>* out) {
  if (proofs.size() > kMaxReported) {
    out->push_back({std::string(field), absl::StrCat("has ", proofs.size(), " entries, want at most ",
                                                     kMaxReported)});
    return;
  }
  for (size_t i = 0; i < proofs.size(); ++i) {
    CheckText(proofs[i].object, 0, 100, absl::StrCat(field, "[", i, "].object"), out);
    CheckText(proofs[i].note, 0, 200, absl::StrCat(field, "[", i, "].note"), out);
    if (proofs[i].object.empty() && proofs[i].note.empty()) {
      out->push_back({absl::StrCat(field, "[", i, "]"), "names neither an object nor a note"});
    }
  }
}

absl::Status RefuseSecretProofs(absl::string_view field, absl::string_view text,
                                const std::vector<Finding::Proof>& proofs,
                                absl::string_view profile) {
  std::vector<std::pair<std::string, absl::string_view>> texts = {{std::string(field), text}};
  for (size_t i = 0; i < proofs.size(); ++i) {
    texts.emplace_back(absl::StrCat("evidence[", i, "].object"), proofs[i].object);
    texts.emplace_back(absl::StrCat("evidence[", i, "].note"), proofs[i].note);
  }
  return RefuseSecrets(texts, profile);
}

void AddProof(Finding* finding, Finding::Proof proof) {
  if (finding->evidence.size() < kMaxEvidence) finding->evidence.push_back(std::move(proof));
}

absl::StatusOr<Finding> Rule(const Finding& finding, absl::string_view method, State to,
                             const Actor& actor, absl::string_view reasons, absl::Time now) {
  const bool officer = actor.officer && actor.agency != finding.provider;
  if (officer && actor.agency != finding.competent_agency) return NotCompetent(finding, actor);
  SHAREWAY_RETURN_IF_ERROR(Admit(FindingTable(), method, finding.name, Of(finding.state), actor,
                                 SeatsOf(finding)));
  if (actor.ActsAs(finding.opened_by)) return OwnRequest(finding.name, actor.name, "reporter");
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reasons", reasons}}, finding.profile));
  std::vector<FieldViolation> faults;
  CheckText(reasons, 1, 2000, "reasons", &faults);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Finding after = finding;
  after.state = to;
  after.ruling = std::string(reasons);
  after.ruled_by = actor.name;
  after.state_time = now;
  return after;
}

}  // namespace

absl::string_view Finding::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kPrewarning: return "PREWARNING";
    case State::kSuspected: return "SUSPECTED";
    case State::kJustified: return "JUSTIFIED";
    case State::kConfirmed: return "CONFIRMED";
    case State::kDismissed: return "DISMISSED";
  }
  return "STATE_UNSPECIFIED";
}

absl::string_view Finding::Label(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kPrewarning: return "预警";
    case State::kSuspected: return "疑似问题线索";
    case State::kJustified: return "已说明理由";
    case State::kConfirmed: return "已确认问题";
    case State::kDismissed: return "已排除";
  }
  return "";
}

const StateTable& FindingTable() {
  static const auto* const table = new StateTable{
      .object = "finding",
      .name = NameOfState,
      .states = {Of(State::kPrewarning), Of(State::kSuspected), Of(State::kJustified),
                 Of(State::kConfirmed), Of(State::kDismissed)},
      .transitions = {
          {.method = "breach",
           .from = {Of(State::kPrewarning)},
           .to = {Of(State::kSuspected), Of(State::kJustified)},
           .who = {},
           .by = "the end of the time"},
          {.method = "settle",
           .from = {Of(State::kPrewarning)},
           .to = {Of(State::kDismissed)},
           .who = {},
           .by = "the act that came in time"},
          {.method = "JustifyFinding",
           .from = {Of(State::kPrewarning), Of(State::kSuspected), Of(State::kJustified)},
           .to = {Of(State::kPrewarning), Of(State::kJustified)},
           .who = {{Side::kProvider, Post::kHead}, {Side::kProvider, Post::kOfficer}},
           .by = "the head of the one whom it is about, of an authority its officer "
                 "(M16 24; R25 39-41)"},
          {.method = "ConfirmFinding",
           .from = {Of(State::kSuspected), Of(State::kJustified)},
           .to = {Of(State::kConfirmed)},
           .who = {{Side::kAuthority, Post::kOfficer}},
           .by = "an officer of the competent authority (M16 24; R25 39-41)"},
          {.method = "DismissFinding",
           .from = {Of(State::kPrewarning), Of(State::kSuspected), Of(State::kJustified)},
           .to = {Of(State::kDismissed)},
           .who = {{Side::kAuthority, Post::kOfficer}},
           .by = "an officer of the competent authority (M16 24; R25 39-41)"},
      }};
  return *table;
}

Parties SeatsOf(const Finding& finding) {
  Parties seats;
  seats.consumer.name = finding.consumer;
  seats.provider.name = finding.provider;
  seats.provider.authority.name = finding.competent;
  seats.provider.authority.agency = finding.competent_agency;
  return seats;
}

bool MaySee(const Finding& finding, const Actor& actor) { return SeatsOf(finding).Knows(actor); }

absl::Status CheckReport(const Finding& reported) {
  SHAREWAY_RETURN_IF_ERROR(
      RefuseSecretProofs("summary", reported.summary, reported.evidence, reported.profile));
  std::vector<FieldViolation> faults;
  CheckText(reported.summary, 1, 1000, "summary", &faults);
  for (const absl::string_view word : {"违法", "违规"}) {
    if (absl::StrContains(reported.summary, word)) {
      faults.push_back({"summary", absl::StrCat("says ", word, ", which waits for confirmation")});
    }
  }
  CheckProofs(reported.evidence, "evidence", &faults);
  return Error::Fields(faults);
}

absl::StatusOr<Finding> Justify(const Finding& finding, const Actor& actor,
                                absl::string_view reason, std::vector<Finding::Proof> evidence,
                                absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admit(FindingTable(), "JustifyFinding", finding.name,
                                 Of(finding.state), actor, SeatsOf(finding)));
  SHAREWAY_RETURN_IF_ERROR(
      RefuseSecretProofs("justification", reason, evidence, finding.profile));
  std::vector<FieldViolation> faults;
  CheckText(reason, 1, 2000, "justification", &faults);
  CheckProofs(evidence, "evidence", &faults);
  if (finding.evidence.size() + evidence.size() > kMaxOfPeople) {
    faults.push_back({"evidence", absl::StrCat("makes ", finding.evidence.size() + evidence.size(),
                                               " with those before, want at most ",
                                               kMaxOfPeople)});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Finding after = finding;
  after.justification = std::string(reason);
  for (Finding::Proof& proof : evidence) AddProof(&after, std::move(proof));
  // A prewarning stays one: its time still runs.
  if (finding.state != State::kPrewarning) after.state = State::kJustified;
  after.state_time = now;
  return after;
}

absl::StatusOr<Finding> Confirm(const Finding& finding, const Actor& actor,
                                absl::string_view reasons, absl::Time now) {
  SHAREWAY_ASSIGN_OR_RETURN(
      Finding after, Rule(finding, "ConfirmFinding", State::kConfirmed, actor, reasons, now));
  if (!finding.evidence.empty()) return after;
  return absl::Status(Error(Reason::kProofRequired, absl::StatusCode::kFailedPrecondition,
                            absl::StrCat(finding.name, " has no evidence: nothing is confirmed "
                                                       "without"))
                          .With("name", finding.name)
                          .With("article", finding.article));
}

absl::StatusOr<Finding> Dismiss(const Finding& finding, const Actor& actor,
                                absl::string_view reasons, absl::Time now) {
  return Rule(finding, "DismissFinding", State::kDismissed, actor, reasons, now);
}

Finding Breach(const Finding& finding, std::string summary, Finding::Proof proof,
               absl::Time now) {
  Finding after = finding;
  // Who gave a reason beforehand is not asked again.
  after.state = finding.justification.empty() ? State::kSuspected : State::kJustified;
  after.summary = std::move(summary);
  AddProof(&after, std::move(proof));
  after.state_time = now;
  return after;
}

Finding Settle(const Finding& finding, Finding::Proof proof, absl::Time now) {
  Finding after = finding;
  after.state = State::kDismissed;
  after.ruling = proof.note;
  AddProof(&after, std::move(proof));
  after.state_time = now;
  return after;
}

Finding Made(const Finding& finding, Finding::Proof proof) {
  Finding after = finding;
  AddProof(&after, std::move(proof));
  return after;
}

absl::Status Check(const Circular& circular) {
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"title", circular.title},
                                          {"text", circular.text},
                                          {"document_number", circular.document_number}},
                                         circular.profile));
  std::vector<FieldViolation> faults;
  CheckText(circular.title, 1, 100, "title", &faults);
  CheckText(circular.text, 1, 5000, "text", &faults);
  CheckText(circular.document_number, 1, 100, "document_number", &faults);
  const size_t count = circular.findings.size();
  if (count < 1 || count > kMaxFindings) {
    faults.push_back({"findings", absl::StrCat("has ", count, " names, want 1 to ", kMaxFindings)});
  }
  for (size_t i = 0; i < count; ++i) {
    const auto end = circular.findings.begin() + static_cast<long>(i);
    if (std::find(circular.findings.begin(), end, *end) != end) {
      faults.push_back({absl::StrCat("findings[", i, "]"), "is named twice"});
    }
  }
  return Error::Fields(faults);
}

absl::StatusOr<Circular> Name(const Circular& circular, const Finding& finding) {
  if (finding.competent != circular.authority || finding.competent.empty()) {
    return absl::Status(Error(Reason::kNotCompetent, absl::StatusCode::kPermissionDenied,
                              absl::StrCat(finding.name, " is judged by ",
                                           finding.competent.empty() ? "nobody" : finding.competent,
                                           ", not by ", circular.authority))
                            .With("name", finding.name)
                            .With("competent", finding.competent));
  }
  if (finding.state != State::kConfirmed) {
    return WrongState(finding.name, Finding::StateName(finding.state), "CONFIRMED");
  }
  Circular after = circular;
  if (std::find(after.agencies.begin(), after.agencies.end(), finding.provider) ==
      after.agencies.end()) {
    after.agencies.push_back(finding.provider);
  }
  return after;
}

}  // namespace shareway::sharing
