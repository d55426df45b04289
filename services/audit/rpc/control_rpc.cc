// SPDX-License-Identifier: Apache-2.0
// Callers into controllers, proposals into messages.
#include "services/audit/rpc/control_rpc.h"

#include <optional>
#include <utility>

#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"

namespace shareway::audit {
namespace {

Controller ControllerOf(const rpc::Caller& caller) {
  Controller controller{.person = caller.name(), .roles = {}};
  if (caller.has(Role::SYSTEM_ADMINISTRATOR)) controller.roles.push_back(Administrator::kSystem);
  if (caller.has(Role::SECURITY_ADMINISTRATOR)) {
    controller.roles.push_back(Administrator::kSecurity);
  }
  if (caller.has(Role::AUDIT_ADMINISTRATOR)) controller.roles.push_back(Administrator::kAudit);
  return controller;
}

evidence::v1::LogRetention ToProto(const Retention& retention) {
  evidence::v1::LogRetention proto;
  proto.set_exchange_days(retention.exchange_days);
  proto.set_calls_days(retention.calls_days);
  return proto;
}

v1::Control ToProto(const Proposal& proposal) {
  v1::Control control;
  control.set_name(proposal.name);
  control.set_stop(proposal.control.stop());
  if (proposal.control.retention) {
    *control.mutable_retention() = ToProto(*proposal.control.retention);
  }
  control.set_reason(proposal.control.reason);
  control.set_proposer(proposal.by.person);
  *control.mutable_time() = evidence::ToTimestamp(proposal.time);
  *control.mutable_expire_time() = evidence::ToTimestamp(proposal.time + kProposalLasts);
  return control;
}

// The retention of a request that has either a stop or one; unset: the stop. INVALID_ARGUMENT for
// both and for neither.
template <typename Req>
absl::StatusOr<std::optional<Retention>> RetentionOf(const Req& request) {
  if (request.stop() == request.has_retention()) {
    return Error::Field("retention", "want exactly one of stop and retention");
  }
  if (request.stop()) return std::optional<Retention>();
  return std::optional<Retention>(
      Retention{.exchange_days = request.retention().exchange_days(),
                .calls_days = request.retention().calls_days()});
}

absl::Status WithoutAct() {
  return absl::InternalError("a signed method came without its act");
}

}  // namespace

std::vector<Administrator> RolesToday(const rpc::Directory& directory, absl::string_view person,
                                      const evidence::SignedAct& act, absl::Time now) {
  const absl::StatusOr<Hash32> id = Hash32::From(act.signature().key_id());
  const auto use = act.has_webauthn() ? catalog::v1::Key::WEBAUTHN : catalog::v1::Key::TLS;
  const catalog::v1::Person* known = directory.person(person);
  std::vector<Administrator> roles;
  if (!id.ok() || known == nullptr || !directory.Stands(person) ||
      directory.ValidKey(*id, person, use, now) == nullptr) {
    return roles;
  }
  for (const int role : known->roles()) {
    if (role == Role::SYSTEM_ADMINISTRATOR) roles.push_back(Administrator::kSystem);
    if (role == Role::SECURITY_ADMINISTRATOR) roles.push_back(Administrator::kSecurity);
    if (role == Role::AUDIT_ADMINISTRATOR) roles.push_back(Administrator::kAudit);
  }
  return roles;
}

absl::StatusOr<v1::Control> ControlRpc::ProposeControl(
    const rpc::Call& call, const v1::ProposeControlRequest& request) const {
  if (call.act() == nullptr) return WithoutAct();
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Retention> retention, RetentionOf(request));
  Control control{.retention = retention, .reason = request.reason()};
  SHAREWAY_ASSIGN_OR_RETURN(
      const Proposal proposal,
      controls_->Propose(ControllerOf(call.caller()), *call.act(), std::move(control)));
  return ToProto(proposal);
}

absl::StatusOr<v1::Control> ControlRpc::ConfirmControl(
    const rpc::Call& call, const v1::ConfirmControlRequest& request) const {
  if (call.act() == nullptr) return WithoutAct();
  if (!HasForm("controls/{c}", request.name())) {
    return Error::Field("name", "want controls/{c}, as ProposeControl answers it");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Retention> retention, RetentionOf(request));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Proposal proposal,
      controls_->Confirm(request.name(), retention, ControllerOf(call.caller()), *call.act()));
  return ToProto(proposal);
}

absl::StatusOr<v1::GetControlsResponse> ControlRpc::GetControls(
    const v1::GetControlsRequest& /*request*/) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Retention in_force, controls_->InForce());
  v1::GetControlsResponse response;
  *response.mutable_retention() = ToProto(in_force);
  for (const Proposal& proposal : controls_->Waiting()) {
    *response.add_waiting() = ToProto(proposal);
  }
  return response;
}

}  // namespace shareway::audit
