// SPDX-License-Identifier: Apache-2.0
// shareway grant, shareway consent: what decisions allow, and how it ends.
#include <memory>

#include "absl/strings/str_cat.h"
#include "shareway/sharing/v1/grant.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = sharing::v1;

constexpr char kService[] = "/shareway.sharing.v1.GrantService/";

struct GrantArgs {
  std::string name, resource, scenario, end, state, ground, reason, document, side;
  uint32_t wait_ms = 0;
  std::vector<std::string> items, purposes;

  std::string full_name() const { return FullName("grants", name); }
};

absl::Status Claim(Session* session, const GrantArgs& args) {
  pb::ClaimGrantRequest claim;
  claim.set_resource(FullName("resources", args.resource));
  *claim.mutable_items() = {args.items.begin(), args.items.end()};
  AddEnums<evidence::v1::Purpose>(args.purposes, claim.mutable_purposes());
  claim.set_scenario(args.scenario);
  claim.set_end_date(args.end);
  return session->Show<pb::Grant>(absl::StrCat(kService, "ClaimGrant"), claim);
}

absl::Status Show(Session* session, const GrantArgs& args) {
  pb::GetGrantRequest get;
  get.set_name(args.full_name());
  return session->Show<pb::Grant>(absl::StrCat(kService, "GetGrant"), get);
}

absl::Status List(Session* session, const GrantArgs& args) {
  pb::ListGrantsRequest list;
  list.set_state(EnumOf<pb::Grant::State>(args.state));
  if (!args.resource.empty()) list.set_resource(FullName("resources", args.resource));
  list.set_side(EnumOf<pb::Side>(args.side));
  list.set_before_date(args.end);
  SHAREWAY_ASSIGN_OR_RETURN(const Json grants, session->List<pb::ListGrantsResponse>(
                                                   absl::StrCat(kService, "ListGrants"), list));
  session->Print(grants, {{"NAME", "name"},
                          {"STATE", "state"},
                          {"RESOURCE", "resource"},
                          {"CONSUMER", "consumer"},
                          {"PROVIDER", "provider"},
                          {"END", "endTime"},
                          {"RULE", "rule"}});
  return absl::OkStatus();
}

absl::Status Suspend(Session* session, const GrantArgs& args) {
  pb::SuspendGrantRequest request;
  request.set_name(args.full_name());
  request.set_ground(EnumOf<pb::SuspendGround>(args.ground));
  request.set_reason(args.reason);
  return session->Show<pb::Grant>(absl::StrCat(kService, "SuspendGrant"), request);
}

absl::Status Resume(Session* session, const GrantArgs& args) {
  pb::ResumeGrantRequest request;
  request.set_name(args.full_name());
  request.set_reason(args.reason);
  return session->Show<pb::Grant>(absl::StrCat(kService, "ResumeGrant"), request);
}

absl::Status Revoke(Session* session, const GrantArgs& args) {
  pb::RevokeGrantRequest request;
  request.set_name(args.full_name());
  request.set_ground(EnumOf<pb::RevokeGround>(args.ground));
  request.set_document(args.document);
  request.set_wait_ms(args.wait_ms);
  return session->Show<pb::RevokeGrantResponse>(absl::StrCat(kService, "RevokeGrant"), request);
}

absl::Status Consent(Session* session, const GrantArgs& args) {
  pb::GiveStandingConsentRequest request;
  request.set_resource(FullName("resources", args.resource));
  return session->Show<pb::StandingConsent>(absl::StrCat(kService, "GiveStandingConsent"), request);
}

absl::Status WithdrawConsent(Session* session, const GrantArgs& args) {
  pb::WithdrawStandingConsentRequest request;
  request.set_name(FullName("consents", args.name));
  return session->Show<pb::StandingConsent>(absl::StrCat(kService, "WithdrawStandingConsent"),
                                            request);
}

void AddConsentCommands(CLI::App* app, Session* session, const std::shared_ptr<GrantArgs>& args) {
  CLI::App* noun = Noun(app, "consent", "Standing consents of a provider's head");
  Verb(noun, session, "give", "Consent beforehand to requests for an unconditional resource",
       [=] { return Consent(session, *args); })
      ->add_option("--resource,RESOURCE", args->resource, "By name or code")
      ->required();
  Verb(noun, session, "withdraw", "Grants that cite it stay",
       [=] { return WithdrawConsent(session, *args); })
      ->add_option("NAME", args->name, "consents/{c} or {c}")
      ->required();
}

}  // namespace

void AddGrantCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "grant", "What decisions allow");
  auto args = std::make_shared<GrantArgs>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "grants/{g} or {g}")->required();
    return verb;
  };

  CLI::App* claim = Verb(noun, session, "claim", "Take an unconditional resource directly",
                         [=] { return Claim(session, *args); });
  claim->add_option("--resource", args->resource, "By name or code")->required();
  Repeated(claim, "--items", &args->items, "Item ids; all that are unconditional if not given",
           true);
  Repeated(claim, "--purpose", &args->purposes, "What for", true)
      ->required()
      ->check(Is<evidence::v1::Purpose>());
  claim->add_option("--scenario", args->scenario, "The duty and scenario that need it")->required();
  claim->add_option("--end", args->end, "Last day of use, CCYY-MM-DD")->required();

  named(Verb(noun, session, "show", "One grant", [=] { return Show(session, *args); }));
  CLI::App* list = Verb(noun, session, "list", "Grants that your agency is a party to",
                        [=] { return List(session, *args); });
  list->add_option("--state", args->state)->check(Is<pb::Grant::State>());
  list->add_option("--resource", args->resource, "Only those over it");
  list->add_option("--side", args->side, "On which side your agency stands")
      ->check(Is<pb::Side>());
  list->add_option("--before", args->end, "Only those whose last day is before it, CCYY-MM-DD");

  CLI::App* suspend = named(Verb(noun, session, "suspend", "Stop a grant at once",
                                 [=] { return Suspend(session, *args); }));
  suspend->add_option("--ground", args->ground)->required()->check(Is<pb::SuspendGround>());
  suspend->add_option("--reason", args->reason, "What was found")->required();
  named(Verb(noun, session, "resume", "Let a suspended grant go on",
             [=] { return Resume(session, *args); }))
      ->add_option("--reason", args->reason, "Why")
      ->required();
  CLI::App* revoke = named(Verb(noun, session, "revoke", "End a grant for good",
                                [=] { return Revoke(session, *args); }));
  revoke->add_option("--ground", args->ground)->required()->check(Is<pb::RevokeGround>());
  revoke->add_option("--document", args->document, "The document that the ground needs")
      ->required();
  revoke->add_option("--wait", args->wait_ms, "Milliseconds to wait for nodes to confirm")
      ->check(CLI::Range(0, 10000));
  AddConsentCommands(app, session, args);
}

}  // namespace shareway::cli
