// SPDX-License-Identifier: Apache-2.0
// Whom a node believes to be at its agency's gateway, by the console's pass and by nothing else.
#include "libs/rpc/pass.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/crypto/identity.h"
#include "libs/evidence/envelope.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/gate.h"
#include "libs/rpc/server.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "shareway/console/v1/pass.pb.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::rpc {
namespace {

using catalog::v1::DirectoryChange;
using catalog::v1::Key;
using testing::TestIdentity;

constexpr char kHome[] = "agencies/home";
constexpr char kTax[] = "agencies/tax";
constexpr char kNode[] = "agencies/home/nodes/n1";
constexpr char kGateway[] = "agencies/home/systems/gateway";
constexpr char kOther[] = "agencies/home/systems/other";

// Two agencies; the node and the gateway are of the first, and so is the clerk.
class Passes {
 public:
  Passes() : pki_(dir_.path()) {
    for (const char* agency : {kHome, kTax}) {
      Change([&](DirectoryChange* change) {
        change->mutable_agency()->set_name(agency);
        change->mutable_agency()->set_standing(catalog::v1::ACTIVE);
      });
    }
    Change([](DirectoryChange* change) {
      change->mutable_node()->set_name(kNode);
      change->mutable_node()->set_standing(catalog::v1::ACTIVE);
    });
    for (const char* system : {kGateway, kOther, "agencies/tax/systems/gateway"}) SetSystem(system);
    SetPerson("people/clerk", kHome);
    SetPerson("people/away", kTax);
    SetKey(console, Key::MESSAGE, kConsole);
    SetKey(console_tls.key, Key::TLS, kConsole);
    SetKey(node.key, Key::TLS, kNode);
    SetKey(gateway.key, Key::TLS, kGateway);
    SetKey(other.key, Key::TLS, kOther);
    SetKey(of_tax.key, Key::TLS, "agencies/tax/systems/gateway");
    policy.add_callers(PERSON);
    policy.add_callers(SYSTEM);
    policy.add_roles(CLERK);
  }

  // The pass of the clerk at the gateway, signed a minute ago.
  Pass Good() const {
    return {.actor = {.person = "people/clerk",
                      .factor = Factor::kTotp,
                      .factor_time = now - absl::Minutes(30)},
            .system = kGateway,
            .system_key = gateway.key.public_key().id(),
            .issued = now - absl::Minutes(1),
            .end = now + absl::Minutes(4)};
  }
  std::string Signed(const Pass& pass) const { return SignPass(console, pass).value(); }
  absl::StatusOr<Caller> Ask(const TestIdentity& as, const Claim& claim, const char* at = kNode) {
    Gate gate("test", &holder, at);
    return gate.Identify(crypto::ReadFile(as.tls.certificate).value(), claim, policy, now);
  }
  void Change(const std::function<void(DirectoryChange*)>& how) {
    DirectoryChange change;
    how(&change);
    Directory next = *holder.Get();
    next.Apply(change);
    holder.Set(std::make_shared<const Directory>(next));
  }
  void SetKey(const crypto::PrivateKey& key, Key::Use use, const std::string& owner,
              catalog::v1::Standing standing = catalog::v1::ACTIVE) {
    Change([&](DirectoryChange* change) {
      Key* out = change->mutable_key();
      out->set_name(crypto::KeyName(key.public_key().id()));
      out->set_owner(owner);
      out->set_use(use);
      out->set_suite(evidence::v1::P256_SHA256);
      out->set_spki(key.public_key().spki());
      out->set_standing(standing);
    });
  }
  void SetSystem(const std::string& name, catalog::v1::Standing standing = catalog::v1::ACTIVE) {
    Change([&](DirectoryChange* change) {
      change->mutable_system()->set_name(name);
      change->mutable_system()->set_standing(standing);
    });
  }
  void SetPerson(const std::string& name, const std::string& agency,
                 catalog::v1::Standing standing = catalog::v1::ACTIVE) {
    Change([&](DirectoryChange* change) {
      change->mutable_person()->set_name(name);
      change->mutable_person()->set_agency(agency);
      change->mutable_person()->set_standing(standing);
      change->mutable_person()->add_roles(CLERK);
    });
  }

 private:
  testing::TempDir dir_;
  testing::TestPki pki_;

 public:
  const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(absl::Now()));
  const crypto::PrivateKey console = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  const TestIdentity console_tls = pki_.Issue("console", {"shareway://test/service/console"});
  const TestIdentity node = pki_.Issue("node", {"shareway://test/agency/home/node/n1"});
  const TestIdentity gateway = pki_.Issue("gateway", {"shareway://test/agency/home/system/gateway"});
  const TestIdentity other = pki_.Issue("other", {"shareway://test/agency/home/system/other"});
  const TestIdentity of_tax = pki_.Issue("tax", {"shareway://test/agency/tax/system/gateway"});
  DirectoryHolder holder;
  Policy policy;
};

// What everybody is told whose pass is not good.
void CheckRefused(const absl::StatusOr<Caller>& caller) {
  REQUIRE_FALSE(caller.ok());
  CHECK(absl::IsUnauthenticated(caller.status()));
  CHECK(caller.status().message() == "the pass is not good for this caller, or not here");
  const auto details = DetailsOf(caller.status());
  REQUIRE(details);
  CHECK(details->reason == Reason::kUnauthenticated);
}

TEST_CASE("A system with a good pass is its person, by the directory's roles", "[rpc][pass]") {
  Passes passes;
  const absl::StatusOr<Caller> caller =
      passes.Ask(passes.gateway, {.pass = passes.Signed(passes.Good())});
  REQUIRE(caller.ok());
  CHECK(caller->person());
  CHECK(caller->name() == "people/clerk");
  CHECK(caller->agency == kHome);
  CHECK(caller->roles == std::vector<Role>{CLERK});
  CHECK(caller->factor == Factor::kTotp);
  CHECK(caller->factor_time == passes.now - absl::Minutes(30));
  CHECK(caller->named_by == kGateway);
  CHECK(Gate::Admit(passes.policy, *caller, passes.now).ok());

  // Without a pass it is itself as before.
  const absl::StatusOr<Caller> itself = passes.Ask(passes.gateway, {});
  REQUIRE(itself.ok());
  CHECK(itself->name() == kGateway);
  CHECK(itself->named_by.empty());

  // Where the second factor must be fresh, the pass tells how old it is.
  passes.policy.set_fresh_factor(true);
  CHECK(absl::IsPermissionDenied(Gate::Admit(passes.policy, *caller, passes.now)));
}

TEST_CASE("A pass in which anything is wrong is refused, and all in the same words",
          "[rpc][pass]") {
  struct Row {
    const char* what;
    std::function<void(Passes*, Pass*)> change;
  };
  const Row rows[] = {
      {"over this very moment", [](Passes* p, Pass* pass) { pass->end = p->now; }},
      {"over long ago",
       [](Passes* p, Pass* pass) {
         pass->issued = p->now - absl::Hours(2);
         pass->end = p->now - absl::Hours(2) + absl::Minutes(5);
       }},
      {"issued ahead of time",
       [](Passes* p, Pass* pass) {
         pass->issued = p->now + absl::Seconds(61);
         pass->end = p->now + absl::Minutes(5);
       }},
      {"longer than five minutes",
       [](Passes*, Pass* pass) { pass->end = pass->issued + absl::Seconds(301); }},
      {"for another system", [](Passes*, Pass* pass) { pass->system = kOther; }},
      {"for another key of the system",
       [](Passes* p, Pass* pass) { pass->system_key = p->other.key.public_key().id(); }},
      {"for somebody of another agency",
       [](Passes*, Pass* pass) { pass->actor.person = "people/away"; }},
      {"for nobody", [](Passes*, Pass* pass) { pass->actor.person = "people/ghost"; }},
      {"for a service", [](Passes*, Pass* pass) { pass->actor.person = kConsole; }},
      {"without a second factor", [](Passes*, Pass* pass) { pass->actor.factor = Factor::kNone; }},
      {"for somebody suspended",
       [](Passes* p, Pass*) {
         p->SetPerson("people/clerk", kHome, catalog::v1::STANDING_SUSPENDED);
       }},
      {"for somebody who moved on",
       [](Passes* p, Pass*) { p->SetPerson("people/clerk", kTax); }},
      {"by a revoked key of the console",
       [](Passes* p, Pass*) {
         p->SetKey(p->console, Key::MESSAGE, kConsole, catalog::v1::RETIRED);
       }},
      {"by another service's key",
       [](Passes* p, Pass*) { p->SetKey(p->console, Key::MESSAGE, "services/audit"); }},
      {"by the gateway's own message key",
       [](Passes* p, Pass*) { p->SetKey(p->console, Key::MESSAGE, kGateway); }},
      {"by a key of the console's for something else",
       [](Passes* p, Pass*) { p->SetKey(p->console, Key::TLS, kConsole); }},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Passes passes;
    Pass pass = passes.Good();
    row.change(&passes, &pass);
    CheckRefused(passes.Ask(passes.gateway, {.pass = passes.Signed(pass)}));
    // Also where the policy lets suspended callers in: nobody is let in by another's word.
    passes.policy.set_admit_suspended(true);
    CheckRefused(passes.Ask(passes.gateway, {.pass = passes.Signed(pass)}));
  }
}

TEST_CASE("A pass is of no use to anybody but its system, and nowhere but at its node",
          "[rpc][pass]") {
  Passes passes;
  const std::string good = passes.Signed(passes.Good());
  CheckRefused(passes.Ask(passes.other, {.pass = good}));
  CheckRefused(passes.Ask(passes.of_tax, {.pass = good}));
  CheckRefused(passes.Ask(passes.node, {.pass = good}));
  CheckRefused(passes.Ask(passes.console_tls, {.pass = good}));
  CheckRefused(passes.Ask(passes.gateway, {.pass = good}, ""));
  CheckRefused(passes.Ask(passes.gateway, {.pass = good}, "agencies/tax/nodes/n1"));

  // A system whose agency this node does not serve has no use of a pass made out to it, either.
  Pass theirs = passes.Good();
  theirs.actor.person = "people/away";
  theirs.system = "agencies/tax/systems/gateway";
  theirs.system_key = passes.of_tax.key.public_key().id();
  CheckRefused(passes.Ask(passes.of_tax, {.pass = passes.Signed(theirs)}));
  passes.Change([](DirectoryChange* change) {
    change->mutable_node()->set_name(kNode);
    change->mutable_node()->set_standing(catalog::v1::ACTIVE);
    change->mutable_node()->add_hosted_agencies(kTax);
  });
  CHECK(passes.Ask(passes.of_tax, {.pass = passes.Signed(theirs)}).ok());
}

TEST_CASE("Nothing but the console's signature over the very bytes makes a pass", "[rpc][pass]") {
  Passes passes;
  const std::string good = passes.Signed(passes.Good());
  for (const std::string& bytes : {std::string(), std::string("\xff\xff"), good + good.substr(0, 5),
                                   good.substr(0, good.size() - 1), std::string(5000, 'x')}) {
    INFO(bytes.size());
    CheckRefused(passes.Ask(passes.gateway, {.pass = bytes}));
  }
  console::v1::SignedPass whole;
  REQUIRE(whole.ParseFromString(good));
  // Each bit of what is signed.
  for (size_t i = 0; i < whole.pass().size(); ++i) {
    console::v1::SignedPass changed = whole;
    (*changed.mutable_pass())[i] ^= 1;
    CheckRefused(passes.Ask(passes.gateway, {.pass = changed.SerializeAsString()}));
  }
  // The same bytes as a statement of another kind: a record that the console signed is no pass.
  const auto as_statement = crypto::SignBatch(passes.console, {whole.pass()});
  REQUIRE(as_statement.ok());
  console::v1::SignedPass statement = whole;
  *statement.mutable_signature() = evidence::ToProto(as_statement->front());
  CheckRefused(passes.Ask(passes.gateway, {.pass = statement.SerializeAsString()}));
  // Somebody who signs for himself.
  const auto mine = SignPass(passes.gateway.key, passes.Good());
  REQUIRE(mine.ok());
  CheckRefused(passes.Ask(passes.gateway, {.pass = *mine}));
}

TEST_CASE("A pass beside a name is refused, whoever shows both", "[rpc][pass]") {
  Passes passes;
  const Claim both = {.actor = "people/clerk TOTP 1000", .pass = passes.Signed(passes.Good())};
  CHECK(absl::IsUnauthenticated(passes.Ask(passes.gateway, both).status()));
  CHECK(absl::IsUnauthenticated(passes.Ask(passes.console_tls, both).status()));
  // And a system names nobody without.
  CHECK(absl::IsUnauthenticated(passes.Ask(passes.gateway, {.actor = both.actor}).status()));
}

TEST_CASE("What a person began by a pass is cut when the pass, or who stands behind it, is over",
          "[rpc][pass]") {
  struct Row {
    const char* what;
    std::function<void(Passes*)> change;
    absl::Duration later;
    bool goes_on;
  };
  const Row rows[] = {
      {"nothing happens", [](Passes*) {}, absl::Minutes(3), true},
      {"it is over", [](Passes*) {}, absl::Minutes(4), false},
      {"the console's key is revoked",
       [](Passes* p) { p->SetKey(p->console, Key::MESSAGE, kConsole, catalog::v1::RETIRED); },
       absl::ZeroDuration(), false},
      {"the system's key is revoked",
       [](Passes* p) { p->SetKey(p->gateway.key, Key::TLS, kGateway, catalog::v1::RETIRED); },
       absl::ZeroDuration(), false},
      {"the system is suspended",
       [](Passes* p) { p->SetSystem(kGateway, catalog::v1::STANDING_SUSPENDED); },
       absl::ZeroDuration(), false},
      {"the person is suspended",
       [](Passes* p) {
         p->SetPerson("people/clerk", kHome, catalog::v1::STANDING_SUSPENDED);
       },
       absl::ZeroDuration(), false},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    Passes passes;
    const Gate gate("test", &passes.holder, kNode);
    const absl::StatusOr<Caller> caller =
        passes.Ask(passes.gateway, {.pass = passes.Signed(passes.Good())});
    REQUIRE(caller.ok());
    row.change(&passes);
    CHECK(gate.Stands(*caller, passes.policy, passes.now + row.later) == row.goes_on);
  }
}

// A server of DirectoryService that tells who called.
class Listening {
 public:
  Listening(Passes* passes, const TestIdentity& as, bool takes) {
    Server::Options options;
    options.tls = as.tls;
    options.pool_threads = 2;
    options.passes = takes;
    server = std::make_unique<Server>(options, &passes->holder);
    server->ServiceBytes(
        *catalog::v1::GetAgencyRequest::descriptor()->file()->FindServiceByName("DirectoryService"),
        [](const Call& call, const std::string&) -> absl::StatusOr<std::string> {
          catalog::v1::Agency agency;
          agency.set_name(call.caller().agency);
          agency.set_display_name(
              absl::StrCat(call.caller().name(), " by ", call.caller().named_by));
          return agency.SerializeAsString();
        });
    started = server->Start();
    if (started.ok()) server->SetReady(true);
  }
  absl::StatusOr<std::string> Ask(const TestIdentity& as, const CallOptions& options) {
    const auto channel = Channel::Open({absl::StrCat("127.0.0.1:", server->port()), as.tls,
                                        "shareway://test/agency/home/node/n1"});
    if (!channel.ok()) return channel.status();
    absl::StatusOr<catalog::v1::Agency> agency = (*channel)->Unary<catalog::v1::Agency>(
        "/shareway.catalog.v1.DirectoryService/GetAgency", catalog::v1::GetAgencyRequest(),
        options);
    if (!agency.ok()) return agency.status();
    return agency->display_name();
  }

  std::unique_ptr<Server> server;
  absl::Status started;
};

TEST_CASE("A pass goes over the wire to a server that is told to take it", "[rpc][pass]") {
  Passes passes;
  const std::string good = passes.Signed(passes.Good());
  Listening takes(&passes, passes.node, true);
  REQUIRE(takes.started.ok());
  CHECK(takes.Ask(passes.gateway, {.pass = good}).value() ==
        "people/clerk by agencies/home/systems/gateway");
  CHECK(takes.Ask(passes.gateway, {}).value() == "agencies/home/systems/gateway by ");
  CHECK(absl::IsUnauthenticated(takes.Ask(passes.other, {.pass = good}).status()));
  CHECK(absl::IsUnauthenticated(
      takes.Ask(passes.gateway, {.actor = "people/clerk TOTP 1000", .pass = good}).status()));

  Listening takes_none(&passes, passes.node, false);
  REQUIRE(takes_none.started.ok());
  CHECK(absl::IsUnauthenticated(takes_none.Ask(passes.gateway, {.pass = good}).status()));
}

TEST_CASE("None but a node takes passes", "[rpc][pass]") {
  Passes passes;
  CHECK(absl::IsInvalidArgument(Listening(&passes, passes.console_tls, true).started));
}

}  // namespace
}  // namespace shareway::rpc
