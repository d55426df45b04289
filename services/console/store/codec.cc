// SPDX-License-Identifier: Apache-2.0
// Values of the console as bytes.
#include "services/console/store/codec.h"

#include <optional>

#include "libs/base/status.h"
#include "services/console/store/codec_parts.h"
#include "services/console/store/console_record.pb.h"

namespace shareway::console {
namespace {

constexpr absl::CivilDay kDayZero(1970, 1, 1);

template <typename Repeated>
void PutRoles(const Roles& roles, Repeated* out) {
  for (const Role role : roles) out->Add(static_cast<uint32_t>(role));
}
template <typename Repeated>
Roles RolesOf(const Repeated& numbers) {
  Roles roles;
  for (const uint32_t number : numbers) roles.push_back(static_cast<Role>(number));
  return roles;
}

}  // namespace

std::string Encode(const Account& account) {
  store::AccountRecord record;
  record.set_name(account.name);
  record.set_person(account.person);
  record.set_agency(account.agency);
  record.set_state(static_cast<uint32_t>(account.state));
  record.set_state_reason(account.state_reason);
  if (account.contractor) {
    record.mutable_contractor()->set_employer(account.contractor->employer);
    record.mutable_contractor()->set_contract(account.contractor->contract);
    record.mutable_contractor()->set_end(static_cast<int32_t>(account.contractor->end - kDayZero));
  }
  record.set_created_by(account.created_by);
  record.set_create_time(Nanos(account.create_time));
  record.set_last_sign_in(Nanos(account.last_sign_in));
  record.set_password_time(Nanos(account.password_time));
  record.set_fresh_time(Nanos(account.fresh_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Account* account) {
  store::AccountRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "account", &record));
  *account = {.name = record.name(),
              .person = record.person(),
              .agency = record.agency(),
              .state = static_cast<Account::State>(record.state()),
              .state_reason = record.state_reason(),
              .contractor = {},
              .created_by = record.created_by(),
              .create_time = TimeOf(record.create_time()),
              .last_sign_in = MaybeTime(record.last_sign_in()),
              .password_time = MaybeTime(record.password_time()),
              .fresh_time = TimeOf(record.fresh_time())};
  if (record.has_contractor()) {
    account->contractor = Contractor{.employer = record.contractor().employer(),
                                     .contract = record.contractor().contract(),
                                     .end = kDayZero + record.contractor().end()};
  }
  return absl::OkStatus();
}

std::string Encode(const Secrets& secrets) {
  store::SecretsRecord record;
  record.set_password(secrets.password);
  for (const std::string& old : secrets.history) record.add_history(old);
  record.set_totp_nonce(secrets.totp_nonce);
  record.set_totp_sealed(secrets.totp_sealed);
  record.set_totp_step(secrets.totp_step);
  for (const auto& [key_id, count] : secrets.counters) {
    auto* counter = record.add_counters();
    counter->set_key_id(key_id);
    counter->set_count(count);
  }
  record.set_code(secrets.code);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Secrets* secrets) {
  store::SecretsRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "secret", &record));
  *secrets = {.password = record.password(),
              .history = {record.history().begin(), record.history().end()},
              .totp_nonce = record.totp_nonce(),
              .totp_sealed = record.totp_sealed(),
              .totp_step = record.totp_step(),
              .counters = {},
              .code = record.code()};
  for (const auto& counter : record.counters()) {
    secrets->counters[counter.key_id()] = counter.count();
  }
  return absl::OkStatus();
}

std::string Encode(const OpenCode& code) {
  store::CodeRecord record;
  record.set_account(code.account);
  record.set_role(static_cast<uint32_t>(code.role));
  record.set_end(Nanos(code.end));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, OpenCode* code) {
  store::CodeRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "code", &record));
  *code = {.account = record.account(),
           .role = static_cast<Role>(record.role()),
           .end = TimeOf(record.end())};
  return absl::OkStatus();
}

std::string Encode(const Failures& failures) {
  store::FailuresRecord record;
  record.set_count(static_cast<uint32_t>(failures.count));
  record.set_last(Nanos(failures.last));
  record.set_locked_until(Nanos(failures.locked_until));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Failures* failures) {
  store::FailuresRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "count of failures", &record));
  *failures = {.count = static_cast<int>(record.count()),
               .last = TimeOf(record.last()),
               .locked_until = TimeOf(record.locked_until())};
  return absl::OkStatus();
}

std::string Encode(const Session& session) {
  store::SessionRecord record;
  record.set_name(session.name);
  record.set_person(session.person);
  record.set_token_digest(session.token_digest);
  record.set_factor(static_cast<uint32_t>(session.factor));
  record.set_network(session.network);
  record.set_certificate(session.certificate);
  record.set_authenticator(session.authenticator);
  record.set_start(Nanos(session.start));
  record.set_seen(Nanos(session.seen));
  record.set_stepped_up(Nanos(session.stepped_up));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Session* session) {
  store::SessionRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "session", &record));
  *session = {.name = record.name(),
              .person = record.person(),
              .token_digest = record.token_digest(),
              .factor = static_cast<Factor>(record.factor()),
              .network = record.network(),
              .certificate = record.certificate(),
              .authenticator = record.authenticator(),
              .start = TimeOf(record.start()),
              .seen = TimeOf(record.seen()),
              .stepped_up = TimeOf(record.stepped_up())};
  return absl::OkStatus();
}

std::string Encode(const RoleProposal& proposal) {
  store::RoleProposalRecord record;
  record.set_name(proposal.name);
  record.set_person(proposal.person);
  record.set_agency(proposal.agency);
  PutRoles(proposal.grant, record.mutable_grant());
  PutRoles(proposal.withdraw, record.mutable_withdraw());
  record.set_reason(proposal.reason);
  record.set_state(static_cast<uint32_t>(proposal.state));
  record.set_proposed_by(proposal.proposed_by);
  record.set_propose_time(Nanos(proposal.propose_time));
  record.set_decided_by(proposal.decided_by);
  record.set_decide_time(Nanos(proposal.decide_time));
  record.set_decline_reason(proposal.decline_reason);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, RoleProposal* proposal) {
  store::RoleProposalRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "role proposal", &record));
  *proposal = {.name = record.name(),
               .person = record.person(),
               .agency = record.agency(),
               .grant = RolesOf(record.grant()),
               .withdraw = RolesOf(record.withdraw()),
               .reason = record.reason(),
               .state = static_cast<RoleProposal::State>(record.state()),
               .proposed_by = record.proposed_by(),
               .propose_time = TimeOf(record.propose_time()),
               .decided_by = record.decided_by(),
               .decide_time = MaybeTime(record.decide_time()),
               .decline_reason = record.decline_reason()};
  return absl::OkStatus();
}

std::string Encode(const PermissionEntry& entry) {
  store::PermissionRecord record;
  record.set_time(Nanos(entry.time));
  record.set_kind(static_cast<uint32_t>(entry.kind));
  PutRoles(entry.grant, record.mutable_grant());
  PutRoles(entry.withdraw, record.mutable_withdraw());
  record.set_by(entry.by);
  record.set_note(entry.note);
  record.set_object(entry.object);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, PermissionEntry* entry) {
  store::PermissionRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "line of a permission file", &record));
  *entry = {.time = TimeOf(record.time()),
            .kind = static_cast<PermissionKind>(record.kind()),
            .grant = RolesOf(record.grant()),
            .withdraw = RolesOf(record.withdraw()),
            .by = record.by(),
            .note = record.note(),
            .object = record.object()};
  return absl::OkStatus();
}

std::string Encode(const Roles& roles) {
  store::RolesRecord record;
  PutRoles(roles, record.mutable_roles());
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Roles* roles) {
  store::RolesRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "list of roles", &record));
  *roles = RolesOf(record.roles());
  return absl::OkStatus();
}

}  // namespace shareway::console
