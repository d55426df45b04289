// SPDX-License-Identifier: Apache-2.0
// An agency's node comes in: applied for, returned, approved, stored with its keys at once.
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/statute/calendar.h"
#include "services/catalog/store/node_application_message.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

using State = NodeApplication::State;

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

std::string NodeName() { return absl::StrCat(kCivil, "/nodes/n1"); }

class NodeWorld : public TestWorld {
 public:
  NodeApplication::Request Good() const {
    const absl::CivilDay today = statute::LawDay(clock.Now());
    NodeApplication::Request request;
    request.node.name = NodeName();
    request.node.address = "n1.example:7004";
    request.protection = {.level = 3,
                          .filing_number = "99010043210-26001",
                          .last_test = today - 100,
                          .next_test = today + 265,
                          .contractor = "演示运维公司",
                          .contract = "演示合同 2026-1",
                          .contract_end = today + 300};
    for (const auto& [key_use, key] : {std::pair(Key::Use::kTls, &tls_),
                                   std::pair(Key::Use::kMessage, &message_)}) {
      request.keys.push_back({.owner = NodeName(),
                              .use = key_use,
                              .suite = 1,
                              .spki = key->public_key().spki()});
    }
    return request;
  }
  Registrar::Application Apply() {
    return registrar->ApplyNode(By("head"), Good()).value();
  }
  State Now(const std::string& person = "admin") const {
    return registrar->FindApplication(By(person).caller, NodeName())
        .value()
        .application.fields()
        .state;
  }
  std::string TlsKey() const { return crypto::KeyName(tls_.public_key().id()); }
  std::string MessageKey() const { return crypto::KeyName(message_.public_key().id()); }
  bool Registered() const {
    const auto all = registrar->Now();
    const bool node = all->Find<Node>(NodeName()) != nullptr;
    // All of it or nothing.
    CHECK((all->Find<Key>(TlsKey()) != nullptr) == node);
    CHECK((all->Find<Key>(MessageKey()) != nullptr) == node);
    return node;
  }

 private:
  const crypto::PrivateKey tls_ = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  const crypto::PrivateKey message_ = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
};

TEST_CASE("An approved application registers the node and its keys, across restarts",
          "[catalog][registrar]") {
  NodeWorld world;
  const Registrar::Application applied = world.Apply();
  CHECK_FALSE(world.Registered());
  CHECK(world.followed == 10);  // watchers are not told
  CHECK(world.Events().back().kind() == evidence::v1::NODE_APPLICATION_CHANGED);
  CHECK(world.Events().back().object() == NodeName());
  CHECK(world.Events().back().agencies(0) == kCivil);
  world.Reopen();
  CHECK(world.Now() == State::kApplied);
  const auto approved = world.registrar->ApproveNode(world.ActBy("admin"), NodeName(),
                                                     Registrar::Etag(applied));
  REQUIRE(approved.ok());
  CHECK(approved->application.fields().decided_by == "people/admin");
  CHECK(Registrar::Etag(*approved) != Registrar::Etag(applied));
  CHECK(world.Registered());
  CHECK(world.followed == 13);
  CHECK(world.directory->ReadHead()->number == 13);
  // One record for each object, and the application's, by which it is replayed.
  const auto events = world.Events();
  REQUIRE(events.size() == 15);
  CHECK(events[11].kind() == evidence::v1::NODE_CHANGED);
  CHECK(events[12].kind() == evidence::v1::KEY_CHANGED);
  CHECK(events[13].agencies(0) == kCivil);
  v1::NodeApplication told;
  REQUIRE(told.ParseFromString(events[14].state()));
  CHECK(told.state() == v1::NodeApplication::APPROVED);
  CHECK(told.protection().contract() == "演示合同 2026-1");
  world.Reopen();
  CHECK(world.Registered());
  CHECK(world.Now() == State::kApproved);
  CHECK(world.registrar->Now()->Find<Key>(world.TlsKey())->owner == NodeName());
}

TEST_CASE("An application is decided once, by another than the applicant, as it was seen",
          "[catalog][registrar]") {
  NodeWorld world;
  CHECK(absl::IsPermissionDenied(
      world.registrar->ApproveNode(world.ActBy("admin"), NodeName(), "v1").status()));
  const std::string etag = Registrar::Etag(world.Apply());
  Cause both = world.By("head");
  both.caller.roles.insert(Role::kSecurityAdministrator);
  CHECK(ReasonOf(world.registrar->ApproveNode(both, NodeName(), etag).status()) ==
        Reason::kOwnRequest);
  CHECK(ReasonOf(world.registrar->ApproveNode(world.By("admin"), NodeName(), "v0").status()) ==
        Reason::kChangedMeanwhile);
  CHECK(absl::IsInvalidArgument(
      world.registrar->ApproveNode(world.By("admin"), NodeName(), "").status()));
  CHECK_FALSE(world.Registered());
  const auto approved = world.registrar->ApproveNode(world.By("admin"), NodeName(), etag);
  REQUIRE(approved.ok());
  CHECK(ReasonOf(world.registrar
                     ->ApproveNode(world.By("admin"), NodeName(), Registrar::Etag(*approved))
                     .status()) == Reason::kStateForbids);
  CHECK(ReasonOf(world.registrar->ApplyNode(world.By("head"), world.Good()).status()) ==
        Reason::kStateForbids);
}

TEST_CASE("A returned application comes again with what was missing", "[catalog][registrar]") {
  NodeWorld world;
  const std::string first = Registrar::Etag(world.Apply());
  const auto returned =
      world.registrar->ReturnNode(world.ActBy("admin"), NodeName(), first, "缺少测评报告");
  REQUIRE(returned.ok());
  world.Reopen();
  CHECK(world.Now("head") == State::kReturned);
  NodeApplication::Request again = world.Good();
  again.protection.filing_number = "99010043210-26002";
  const auto applied = world.registrar->ApplyNode(world.By("head"), again);
  REQUIRE(applied.ok());
  CHECK(applied->application.fields().return_reason.empty());
  // The administrator who still looks at the first one signs nothing by it.
  CHECK(ReasonOf(world.registrar->ApproveNode(world.By("admin"), NodeName(), first).status()) ==
        Reason::kChangedMeanwhile);
  CHECK(world.registrar->ApproveNode(world.By("admin"), NodeName(), Registrar::Etag(*applied))
            .ok());
  CHECK(world.Registered());
}

TEST_CASE("Until it is approved a node with an application enters by no other way",
          "[catalog][registrar]") {
  NodeWorld world;
  world.Apply();
  const Node node = world.Good().node;
  CHECK(ReasonOf(world.registrar->Put(world.By("admin"), node).status()) == Reason::kStateForbids);
  Node other = node;
  other.name = absl::StrCat(kCivil, "/nodes/n2");
  CHECK(world.registrar->Put(world.By("admin"), other).ok());
  NodeApplication::Request late = world.Good();
  late.node = other;
  for (Key& key : late.keys) key.owner = other.name;
  CHECK(absl::IsAlreadyExists(world.registrar->ApplyNode(world.By("head"), late).status()));
}

TEST_CASE("An application is for the own agency's node and seen by its heads",
          "[catalog][registrar]") {
  NodeWorld world;
  NodeApplication::Request foreign = world.Good();
  foreign.node.name = absl::StrCat(kTax, "/nodes/n1");
  for (Key& key : foreign.keys) key.owner = foreign.node.name;
  CHECK(absl::IsPermissionDenied(world.registrar->ApplyNode(world.By("head"), foreign).status()));
  world.Apply();
  for (const char* person : {"tax-editor", "officer", "editor"}) {
    const Caller caller = world.By(person).caller;
    CHECK(world.registrar->FindApplication(caller, NodeName()).status() ==
          Error::NotVisible(NodeName()));
    CHECK(world.registrar->ListApplications(caller, "", 10)->empty());
  }
  const Caller head = world.By("head").caller;
  CHECK(world.registrar->ListApplications(head, "", 10)->size() == 1);
  CHECK(world.registrar->ListApplications(head, NodeName(), 10)->empty());
}

TEST_CASE("An approval that the store loses registers nothing, and is retried",
          "[catalog][registrar][fault]") {
  const auto [what, outcome, landed] = GENERATE(table<const char*, kv::Outcome, bool>(
      {{"write lost", {.apply = false, .status = absl::UnavailableError("disk")}, false},
       {"only the answer lost", {.apply = true, .status = absl::UnavailableError("disk")}, true}}));
  CAPTURE(what);
  NodeWorld world;
  const std::string etag = Registrar::Etag(world.Apply());
  world.kv.on_commit = [result = outcome](const kv::Batch&) { return result; };
  const Cause cause = world.By("admin", "request-1");
  CHECK(absl::IsUnavailable(world.registrar->ApproveNode(cause, NodeName(), etag).status()));
  world.kv.on_commit = nullptr;
  world.Reopen();
  CHECK(world.Registered() == landed);
  CHECK(world.Now() == (landed ? State::kApproved : State::kApplied));
  REQUIRE(world.registrar->ApproveNode(cause, NodeName(), etag).ok());
  CHECK(world.Registered());
  CHECK(world.Events().size() == 15);  // however often it was tried
}

TEST_CASE("A stored application reads back whole, and a day in another spelling is refused",
          "[catalog]") {
  NodeWorld world;
  const v1::NodeApplication message = ToMessage(world.Apply().application);
  const auto read = FromMessage(message);
  REQUIRE(read.ok());
  CHECK(ToMessage(*read).SerializeAsString() == message.SerializeAsString());
  v1::NodeApplication bad = message;
  bad.mutable_protection()->set_last_test_date("2026-1-2");
  bad.mutable_protection()->set_contract_end_date("soon");
  const absl::Status refused = RequestIn(bad).status();
  REQUIRE(absl::IsInvalidArgument(refused));
  REQUIRE(DetailsOf(refused)->fields.size() == 2);
  CHECK(DetailsOf(refused)->fields[0].field == "protection.last_test_date");
}

}  // namespace
}  // namespace shareway::catalog
