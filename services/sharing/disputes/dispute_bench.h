// SPDX-License-Identifier: Apache-2.0
// Disputes over a memory store, for tests: each stage in one call.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "services/sharing/disputes/disputes.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {

inline constexpr char kProvince[] = "agencies/province-bureau";

inline Actor ProvinceOfficer() {
  return {.name = "people/po", .agency = kProvince, .officer = true, .recorder = true};
}
// A ruling with all that it needs.
inline Ruling Good() {
  return {.body = "演示市人民政府",
          .number = "演政决1号",
          .date = absl::CivilDay(2025, 9, 30),
          .reasons = "确需",
          .document = {"", std::string(32, 'd')}};
}

class DisputeBench : public TestDesk {
 public:
  absl::StatusOr<Stored<Dispute>> TryOpen(const std::string& subject,
                                          const std::vector<std::string>& cuts = {},
                                          const Actor& actor = Applicant()) {
    return disputes.Open(By(actor), {.subject = subject, .claim = "依职责确需", .cuts = cuts});
  }
  Stored<Dispute> Open(const std::string& subject, const std::vector<std::string>& cuts = {}) {
    return TryOpen(subject, cuts).value();
  }
  Stored<Dispute> Escalated(const Stored<Dispute>& dispute, const Actor& actor) {
    return disputes.Escalate(By(actor), NameOf(dispute), EtagOf(dispute), "协商未果").value();
  }
  Stored<Dispute> Coordinated(const std::string& subject,
                              const std::vector<std::string>& cuts = {}) {
    Stored<Dispute> dispute = Open(subject, cuts);
    dispute = disputes
                  .DeclareDeadlock(By(Reviewer()), NameOf(dispute), EtagOf(dispute), "无法一致")
                  .value();
    return Escalated(dispute, Applicant());
  }
  // Before the government.
  Stored<Dispute> BeforeGovernment(const std::string& subject,
                                   const std::vector<std::string>& cuts = {}) {
    return Escalated(Coordinated(subject, cuts), Reviewer());
  }
  absl::StatusOr<Stored<Dispute>> Record(const Stored<Dispute>& dispute, Outcome outcome,
                                         const std::optional<Scope>& scope = std::nullopt,
                                         const Actor& actor = Recorder()) {
    return disputes.Record(By(actor), NameOf(dispute), EtagOf(dispute), outcome, Good(), scope);
  }
  absl::StatusOr<Stored<Dispute>> Propose(const Stored<Dispute>& dispute, const Actor& actor,
                                          Outcome outcome,
                                          const std::optional<Scope>& scope = std::nullopt) {
    return disputes.Propose(By(actor), NameOf(dispute), EtagOf(dispute),
                            {.outcome = outcome, .text = "双方同意", .scope = scope});
  }
  absl::StatusOr<Stored<Dispute>> Accept(const Stored<Dispute>& dispute, const Actor& actor,
                                         Outcome outcome) {
    return disputes.Accept(By(actor), NameOf(dispute), EtagOf(dispute), outcome);
  }
  std::string RefusedRequest() {
    return NameOf(
        Answered({.verdict = Decision::Verdict::kRefuse, .reason = "不行", .condition = "c1"}));
  }
  // Approved without husband and wife.
  Stored<Request> StruckRequest() {
    Scope less = ScopeOver(Marriages());
    less.items = {"cert_no"};
    return Answered({.verdict = Decision::Verdict::kApproveReduced,
                     .scope = less,
                     .cuts = {{"husband", "不需要"}, {"wife", "不需要"}}});
  }
  Grant GrantOf(const Stored<Dispute>& dispute) {
    return store.LoadGrant(dispute.value.fields().grant).value().value;
  }
  // The coordinator is above the parties' own authority.
  void PutUnderProvince() {
    authorities["authorities/province"] = {.name = "authorities/province",
                                           .agency = kProvince,
                                           .government = "演示省人民政府",
                                           .profile = "cn-2025-809",
                                           .level = Level::kProvince};
    agencies[kProvince] = {.name = kProvince,
                           .level = Level::kProvince,
                           .vertical = false,
                           .active = true,
                           .authority = authorities["authorities/province"]};
    for (auto& [name, agency] : agencies) {
      if (name != kProvince) agency.authority.superior = "authorities/province";
    }
    agencies[kTax].vertical = true;
  }
};

// True if the agency may read the event.
inline bool Tells(const evidence::AuditRecord& event, const std::string& agency) {
  return std::find(event.agencies().begin(), event.agencies().end(), agency) !=
         event.agencies().end();
}

}  // namespace shareway::sharing
