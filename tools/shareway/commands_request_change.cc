// SPDX-License-Identifier: Apache-2.0
// shareway request: revising a draft, and asking to change a grant.
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/statute/calendar.h"
#include "shareway/sharing/v1/grant.pb.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/scope.h"

namespace shareway::cli {
namespace {

namespace v1 = sharing::v1;

constexpr char kService[] = "/shareway.sharing.v1.RequestService/";

struct ChangeArgs {
  std::string name, grant, kind, third_party, legal_basis, scenario;
  ScopeFlags scope;
};

absl::Status Update(Session* session, const ChangeArgs& args) {
  v1::GetRequestRequest get;
  get.set_name(FullName("requests", args.name));
  SHAREWAY_ASSIGN_OR_RETURN(
      v1::SharingRequest read,
      session->Call<v1::SharingRequest>(absl::StrCat(kService, "GetRequest"), get));
  if (!session->flags.etag.empty()) read.set_etag(session->flags.etag);
  SHAREWAY_ASSIGN_OR_RETURN(const v1::UpdateRequestRequest update,
                            Revise(read, args.legal_basis, args.scenario, args.scope));
  return session->Show<v1::SharingRequest>(absl::StrCat(kService, "UpdateRequest"), update);
}

absl::Status Change(Session* session, const ChangeArgs& args) {
  v1::ChangeScopeRequest change;
  change.set_grant(FullName("grants", args.grant));
  change.set_kind(EnumOf<v1::ScopeChange::Kind>(args.kind));
  change.set_legal_basis(args.legal_basis);
  change.set_scenario(args.scenario);
  if (change.kind() == v1::ScopeChange::THIRD_PARTY) {
    if (!Empty(args.scope)) return UsageError("a third party gets what is granted; leave the scope");
    change.set_third_party(FullName("agencies", args.third_party));
  } else {
    v1::GetGrantRequest get;
    get.set_name(change.grant());
    SHAREWAY_ASSIGN_OR_RETURN(
        const v1::Grant grant,
        session->Call<v1::Grant>("/shareway.sharing.v1.GrantService/GetGrant", get));
    *change.mutable_scope() = ScopeOf(grant, statute::LawDay(SystemClock().Now()));
    SHAREWAY_RETURN_IF_ERROR(ApplyFlags(args.scope, change.mutable_scope()));
  }
  return session->Show<v1::SharingRequest>(absl::StrCat(kService, "ChangeScope"), change);
}

}  // namespace

void AddRequestChangeVerbs(CLI::App* noun, Session* session) {
  auto args = std::make_shared<ChangeArgs>();
  CLI::App* update = Verb(noun, session, "update", "Revise a draft: what the flags name",
                          [=] { return Update(session, *args); });
  update->add_option("NAME", args->name, "requests/{r} or {r}")->required();
  CLI::App* change = Verb(noun, session, "change",
                          "Draft a change of a grant: what it gives, with what the flags name",
                          [=] { return Change(session, *args); });
  change->add_option("--grant", args->grant, "grants/{g} or {g}")->required();
  change->add_option("--kind", args->kind, "WIDER_SCOPE, NEW_PURPOSE or THIRD_PARTY")
      ->required()
      ->check(Is<v1::ScopeChange::Kind>());
  change->add_option("--third-party", args->third_party, "Whom the data are passed on to");
  for (CLI::App* verb : {update, change}) {
    verb->add_option("--legal-basis", args->legal_basis, "The duty that needs the data")
        ->required(verb == change);
    verb->add_option("--scenario", args->scenario, "The scenario of use")
        ->required(verb == change);
    Repeated(verb, "--items", &args->scope.items, "Item ids, all that are asked for", true);
    AddScopeFlags(verb, &args->scope);
  }
}

}  // namespace shareway::cli
