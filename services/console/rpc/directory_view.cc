// SPDX-License-Identifier: Apache-2.0
// The directory and the caller in the words of the console.
#include "services/console/rpc/directory_view.h"

#include "absl/strings/str_cat.h"

namespace shareway::console {

static_assert(static_cast<int>(Role::kSystemAdministrator) == SYSTEM_ADMINISTRATOR);
static_assert(static_cast<int>(Role::kRecordingOfficer) == RECORDING_OFFICER);

People PeopleOf(const rpc::DirectoryHolder* directory, const Clock* clock) {
  People people;
  people.find = [directory](absl::string_view name) -> std::optional<Person> {
    const std::shared_ptr<const rpc::Directory> now = directory->Get();
    const catalog::v1::Person* found = now->person(name);
    if (found == nullptr) return std::nullopt;
    Person person{.name = found->name(),
                  .display_name = found->display_name(),
                  .agency = found->agency(),
                  .stands = now->Stands(name)};
    for (const int role : found->roles()) person.roles.push_back(static_cast<Role>(role));
    return person;
  };
  people.has_certificate = [directory, clock](absl::string_view person, absl::string_view key_id) {
    const absl::StatusOr<Hash32> id = Hash32::From(key_id);
    return id.ok() &&
           directory->Get()->ValidKey(*id, person, catalog::v1::Key::TLS, clock->Now()) != nullptr;
  };
  people.authenticators = [directory, clock](absl::string_view person) {
    const std::shared_ptr<const rpc::Directory> now = directory->Get();
    std::vector<crypto::PublicKey> keys;
    for (const rpc::DirectoryKey* key : now->KeysOf(person, catalog::v1::Key::WEBAUTHN)) {
      const Hash32& id = key->parsed.id();
      if (now->ValidKey(id, person, catalog::v1::Key::WEBAUTHN, clock->Now()) != nullptr) {
        keys.push_back(key->parsed);
      }
    }
    return keys;
  };
  return people;
}

Person ActorOf(const rpc::Call& call) {
  const rpc::Caller& caller = call.caller();
  Person person{.name = caller.name(), .agency = caller.agency};
  for (const auto role : caller.roles) person.roles.push_back(static_cast<Role>(role));
  return person;
}

absl::StatusOr<Client> ClientOf(const rpc::Call& call, bool has_client, const v1::Client& client) {
  // A person whom the console named has no certificate on this connection.
  if (call.caller().person() && call.caller().named_by.empty()) {
    if (has_client) return Error::Field("client", "is set by a person, who is known by the call");
    return CallerWith(call.caller().key_id.view());
  }
  if (!has_client) return Error::Field("client", "is not set; the console names its visitor");
  return VisitorAt(client.address(), client.certificate_key_id());
}

absl::Status CheckSelf(const rpc::Call& call, absl::string_view person) {
  if (!call.caller().person() || call.caller().name() == person) return absl::OkStatus();
  return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
               absl::StrCat(call.caller().name(), " signs in for himself only"));
}

rpc::Factor FactorOf(Factor factor) {
  switch (factor) {
    case Factor::kTotp: return rpc::Factor::kTotp;
    case Factor::kWebAuthn: return rpc::Factor::kWebAuthn;
    case Factor::kCertificate: return rpc::Factor::kCertificate;
    default: return rpc::Factor::kNone;
  }
}

Errand ErrandOf(const rpc::Call& call, const std::string& request_id) {
  Errand errand{.actor = ActorOf(call),
                .once = {.caller = call.caller().name(),
                         .method = call.method(),
                         .request_id = request_id,
                         .body = call.request_bytes()},
                .act = {},
                .traceparent = call.traceparent()};
  if (call.act() != nullptr) errand.act = *call.act();
  return errand;
}

}  // namespace shareway::console
