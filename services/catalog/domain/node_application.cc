// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/node_application.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/catalog/domain/directory_rules.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/domain/secrecy.h"

namespace shareway::catalog {
namespace {

constexpr int kFiledFrom = 2;
constexpr int kTestedFrom = 3;
constexpr size_t kMaxKeys = 8;

absl::string_view StateName(NodeApplication::State state) {
  switch (state) {
    case NodeApplication::State::kApplied: return "APPLIED";
    case NodeApplication::State::kReturned: return "RETURNED";
    case NodeApplication::State::kApproved: return "APPROVED";
    default: return "STATE_UNSPECIFIED";
  }
}

absl::Status StateForbids(const NodeApplication& application, absl::string_view verb) {
  const std::string& name = application.fields().request.node.name;
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("the application for ", name, " is ",
                            StateName(application.fields().state), ", ", verb, " is not possible"))
      .With("name", name);
}

bool IsHead(const Actor& actor) {
  const bool head =
      actor.roles.count(Role::kDepartmentHead) > 0 || actor.roles.count(Role::kSharingHead) > 0;
  return actor.person && actor.own_agency && head;
}

absl::Status CheckApplicant(const Actor& actor, const std::string& node) {
  return IsHead(actor) ? absl::OkStatus() : Error::NotVisible(node);
}

absl::Status CheckRequest(const NodeApplication::Request& request, absl::CivilDay today) {
  std::vector<FieldViolation> all = Violations(DirectoryObject(request.node), ProfileIds());
  for (FieldViolation& fault : Violations(request.protection, "protection.", today)) {
    all.push_back(std::move(fault));
  }
  Faults faults;
  if (request.keys.empty() || request.keys.size() > kMaxKeys) {
    faults.Add("keys", absl::StrCat("has ", request.keys.size(), " keys, want 1 to ", kMaxKeys));
  }
  std::set<std::string> different;
  for (const Key& key : request.keys) different.insert(key.spki);
  if (different.size() != request.keys.size()) faults.Add("keys", "names a key twice");
  for (size_t i = 0; i < request.keys.size() && i < kMaxKeys; ++i) {
    const Key& key = request.keys[i];
    if (key.owner != request.node.name) {
      faults.Add(absl::StrCat("keys[", i, "].owner"), "is not the node");
    }
    for (const FieldViolation& fault : Violations(DirectoryObject(key), ProfileIds())) {
      faults.Add(absl::StrCat("keys[", i, "].", absl::StripPrefix(fault.field, "key.")),
                 fault.rule);
    }
  }
  for (FieldViolation& fault : faults.Take()) all.push_back(std::move(fault));
  return Error::Fields(all);
}

}  // namespace

std::vector<FieldViolation> Violations(const Protection& protection, absl::string_view prefix,
                                       absl::CivilDay today) {
  Faults faults(prefix);
  if (protection.level < 1 || protection.level > 5) {
    faults.Add("level", absl::StrCat("is ", protection.level, ", want 1 to 5 (S1 32)"));
  }
  const auto needed_from = [&](int level) { return protection.level >= level ? 1 : 0; };
  faults.Text("filing_number", protection.filing_number, needed_from(kFiledFrom), 100);
  if (protection.level >= kTestedFrom) {
    if (!protection.last_test) faults.Add("last_test_date", "is missing, needed from level 3");
    if (!protection.next_test) faults.Add("next_test_date", "is missing, needed from level 3");
  }
  if (protection.last_test && *protection.last_test > today) {
    faults.Add("last_test_date", "is after today");
  }
  if (protection.next_test && *protection.next_test < today) {
    faults.Add("next_test_date", "is before today: the test is overdue");
  }
  const bool contracted = !protection.contractor.empty();
  faults.Text("contractor", protection.contractor, 0, 100);
  faults.Text("contract", protection.contract, contracted ? 1 : 0, 200);
  if (contracted && !protection.contract_end) {
    faults.Add("contract_end_date", "is missing, needed with a contractor");
  }
  if (!contracted && (!protection.contract.empty() || protection.contract_end)) {
    faults.Add("contractor", "is empty, but there is a contract");
  }
  if (protection.contract_end && *protection.contract_end < today) {
    faults.Add("contract_end_date", "is before today");
  }
  return faults.Take();
}

absl::StatusOr<NodeApplication> NodeApplication::Apply(const Actor& actor, Request request,
                                                       absl::CivilDay today) {
  SHAREWAY_RETURN_IF_ERROR(CheckApplicant(actor, request.node.name));
  SHAREWAY_RETURN_IF_ERROR(CheckRequest(request, today));
  Fields fields;
  fields.request = std::move(request);
  fields.applicant = actor.name;
  return NodeApplication(std::move(fields));
}

absl::StatusOr<NodeApplication> NodeApplication::Again(const Actor& actor, Request request,
                                                       absl::CivilDay today) const {
  SHAREWAY_RETURN_IF_ERROR(CheckApplicant(actor, fields_.request.node.name));
  if (fields_.state != State::kReturned) return StateForbids(*this, "ApplyNode");
  if (request.node.name != fields_.request.node.name) {
    return Error::Field("node.name", absl::StrCat("is another node than the one returned, ",
                                                  fields_.request.node.name));
  }
  return Apply(actor, std::move(request), today);
}

absl::Status NodeApplication::CheckDecision(const Actor& actor, absl::string_view verb) const {
  const std::string& name = fields_.request.node.name;
  if (!actor.person || actor.roles.count(Role::kSecurityAdministrator) == 0) {
    return Error::NotVisible(name);
  }
  if (actor.name == fields_.applicant) {
    return Error(Reason::kOwnRequest, absl::StatusCode::kPermissionDenied,
                 absl::StrCat(actor.name, " applied for ", name, " and cannot decide on it"))
        .With("name", name);
  }
  if (fields_.state != State::kApplied) return StateForbids(*this, verb);
  return absl::OkStatus();
}

absl::StatusOr<NodeApplication> NodeApplication::Approve(const Actor& actor,
                                                         absl::CivilDay today) const {
  SHAREWAY_RETURN_IF_ERROR(CheckDecision(actor, "ApproveNode"));
  SHAREWAY_RETURN_IF_ERROR(CheckRequest(fields_.request, today));
  Fields fields = fields_;
  fields.state = State::kApproved;
  fields.decided_by = actor.name;
  return NodeApplication(std::move(fields));
}

absl::StatusOr<NodeApplication> NodeApplication::Return(const Actor& actor,
                                                        absl::string_view reason) const {
  SHAREWAY_RETURN_IF_ERROR(CheckDecision(actor, "ReturnNode"));
  Faults faults;
  faults.Text("reason", reason, 1, 1000);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults.Take()));
  if (IsMarkedSecret(reason)) {
    return Error(Reason::kSecretRefused, absl::StatusCode::kInvalidArgument,
                 "reason is marked as a state or work secret and is refused (R25 第三条)")
        .With("field", "reason");
  }
  Fields fields = fields_;
  fields.state = State::kReturned;
  fields.decided_by = actor.name;
  fields.return_reason = std::string(reason);
  return NodeApplication(std::move(fields));
}

bool NodeApplication::SeenBy(const Actor& actor) const {
  return IsHead(actor) ||
         (actor.person && actor.roles.count(Role::kSecurityAdministrator) > 0);
}

absl::Status NodeApplication::CheckAdmitted() const {
  return fields_.state == State::kApproved ? absl::OkStatus()
                                           : StateForbids(*this, "registering a key of the node");
}

}  // namespace shareway::catalog
