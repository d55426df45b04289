// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/node_application.h"

#include <functional>

#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::catalog {
namespace {

using State = NodeApplication::State;
using Request = NodeApplication::Request;

const absl::CivilDay kToday(2026, 3, 2);

Actor Head() {
  return {.name = "people/head",
          .person = true,
          .own_agency = true,
          .roles = {Role::kDepartmentHead}};
}

Actor Admin() {
  return {.name = "people/admin", .person = true, .roles = {Role::kSecurityAdministrator}};
}

Request Good() {
  Request request;
  request.node.name = "agencies/1199010000010001X0/nodes/n1";
  request.node.address = "n1.example:7004";
  request.protection = {.level = 3,
                        .filing_number = "99010043210-26001",
                        .last_test = kToday - 100,
                        .next_test = kToday + 265,
                        .contractor = "演示运维公司",
                        .contract = "演示合同 2026-1",
                        .contract_end = kToday + 300};
  const Key tls = {.owner = request.node.name,
                   .use = Key::Use::kTls,
                   .suite = 1,
                   .spki = "tls",
                   .algorithm = Key::Algorithm::kP256};
  Key message = tls;
  message.use = Key::Use::kMessage;
  message.spki = "message";
  request.keys = {tls, message};
  return request;
}

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

// One application in each state.
NodeApplication In(State state) {
  const auto applied = NodeApplication::Apply(Head(), Good(), kToday);
  REQUIRE(applied.ok());
  if (state == State::kApproved) return applied->Approve(Admin(), kToday).value();
  if (state == State::kReturned) return applied->Return(Admin(), "缺少测评报告").value();
  return *applied;
}

TEST_CASE("A node's application is approved or returned, and admits keys only when approved",
          "[catalog]") {
  struct Row {
    State from;
    State again, approve, returned;  // kUnspecified: refused
  };
  const std::vector<Row> table = {
      {State::kApplied, State::kUnspecified, State::kApproved, State::kReturned},
      {State::kReturned, State::kApplied, State::kUnspecified, State::kUnspecified},
      {State::kApproved, State::kUnspecified, State::kUnspecified, State::kUnspecified}};
  const auto check = [](const absl::StatusOr<NodeApplication>& got, State want) {
    if (want == State::kUnspecified) {
      CHECK(ReasonOf(got.status()) == Reason::kStateForbids);
      return;
    }
    REQUIRE(got.ok());
    CHECK(got->fields().state == want);
  };
  for (const Row& row : table) {
    CAPTURE(static_cast<int>(row.from));
    const NodeApplication application = In(row.from);
    check(application.Again(Head(), Good(), kToday), row.again);
    check(application.Approve(Admin(), kToday), row.approve);
    check(application.Return(Admin(), "资料不全"), row.returned);
    CHECK(application.CheckAdmitted().ok() == (row.from == State::kApproved));
  }
  CHECK(In(State::kApproved).fields().decided_by == "people/admin");
  CHECK(In(State::kReturned).fields().return_reason == "缺少测评报告");
}

TEST_CASE("An application for a node is refused by field", "[catalog]") {
  struct Spoilt {
    std::string field;
    std::function<void(Request&)> spoil;
  };
  const std::vector<Spoilt> table = {
      {"node.name", [](Request& r) { r.node.name = "nodes/n1"; }},
      {"node.address", [](Request& r) { r.node.address = "n1.example"; }},
      {"protection.level", [](Request& r) { r.protection.level = 0; }},
      {"protection.level", [](Request& r) { r.protection.level = 6; }},
      {"protection.filing_number", [](Request& r) { r.protection.filing_number.clear(); }},
      {"protection.last_test_date", [](Request& r) { r.protection.last_test.reset(); }},
      {"protection.last_test_date", [](Request& r) { r.protection.last_test = kToday + 1; }},
      {"protection.next_test_date", [](Request& r) { r.protection.next_test.reset(); }},
      {"protection.next_test_date", [](Request& r) { r.protection.next_test = kToday - 1; }},
      {"protection.contract", [](Request& r) { r.protection.contract.clear(); }},
      {"protection.contract_end_date", [](Request& r) { r.protection.contract_end.reset(); }},
      {"protection.contract_end_date", [](Request& r) { r.protection.contract_end = kToday - 1; }},
      {"protection.contractor", [](Request& r) { r.protection.contractor.clear(); }},
      {"keys", [](Request& r) { r.keys.clear(); }},
      {"keys", [](Request& r) { r.keys[1].spki = "tls"; }},
      {"keys", [](Request& r) { r.keys.resize(9, r.keys[0]); }},
      {"keys[0].suite", [](Request& r) { r.keys[0].suite = 2; }},
      {"keys[1].use", [](Request& r) { r.keys[1].use = Key::Use::kUnspecified; }},
      {"keys[1].owner", [](Request& r) { r.keys[1].owner = "services/catalog"; }}};
  for (const Spoilt& row : table) {
    CAPTURE(row.field);
    Request request = Good();
    row.spoil(request);
    const absl::Status status = NodeApplication::Apply(Head(), request, kToday).status();
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == row.field);
  }
}

TEST_CASE("A node of level 1 needs neither filing nor test, and no contractor", "[catalog]") {
  Request request = Good();
  request.protection = {.level = 1};
  CHECK(NodeApplication::Apply(Head(), request, kToday).ok());
  request.protection.level = 2;
  CHECK(absl::IsInvalidArgument(NodeApplication::Apply(Head(), request, kToday).status()));
}

TEST_CASE("What held when an agency applied must hold when it is approved", "[catalog]") {
  const NodeApplication application = In(State::kApplied);
  CHECK(application.Approve(Admin(), kToday + 265).ok());
  CHECK(absl::IsInvalidArgument(application.Approve(Admin(), kToday + 266).status()));
}

TEST_CASE("Heads of the agency apply and security administrators decide, not on their own",
          "[catalog]") {
  Actor clerk = Head();
  clerk.roles = {Role::kClerk};
  Actor stranger = Head();
  stranger.own_agency = false;
  Actor machine = Head();
  machine.person = false;
  for (const Actor& actor : {clerk, stranger, machine, Admin()}) {
    CAPTURE(actor.name);
    CHECK(absl::IsPermissionDenied(NodeApplication::Apply(actor, Good(), kToday).status()));
    CHECK(In(State::kApplied).SeenBy(actor) == (actor.name == Admin().name));
    CHECK(absl::IsPermissionDenied(
        In(State::kReturned).Again(actor, Good(), kToday).status()));
  }
  const NodeApplication application = In(State::kApplied);
  CHECK(application.SeenBy(Head()));
  CHECK(absl::IsPermissionDenied(application.Approve(Head(), kToday).status()));
  CHECK(absl::IsPermissionDenied(application.Return(Head(), "不合格").status()));
  Actor both = Head();
  both.roles.insert(Role::kSecurityAdministrator);
  CHECK(ReasonOf(application.Approve(both, kToday).status()) == Reason::kOwnRequest);
}

TEST_CASE("An application is returned with a reason, and comes again for the same node",
          "[catalog]") {
  const NodeApplication application = In(State::kApplied);
  CHECK(absl::IsInvalidArgument(application.Return(Admin(), "").status()));
  CHECK(ReasonOf(application.Return(Admin(), "密级：机密").status()) == Reason::kSecretRefused);
  Request other = Good();
  other.node.name = "agencies/1199010000010001X0/nodes/n2";
  for (Key& key : other.keys) key.owner = other.node.name;
  CHECK(absl::IsInvalidArgument(In(State::kReturned).Again(Head(), other, kToday).status()));
}

}  // namespace
}  // namespace shareway::catalog
