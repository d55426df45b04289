// SPDX-License-Identifier: Apache-2.0
// Stops and retention over the wire: who may, and what an act must be.
#include "services/audit/rpc/control_rpc.h"

#include <string>

#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/evidence/envelope.h"
#include "libs/kv/memory_store.h"
#include "services/audit/rpc/test_watched_world.h"

namespace shareway::audit {
namespace {

constexpr char kPropose[] = "/shareway.audit.v1.AuditService/ProposeControl";
constexpr char kConfirm[] = "/shareway.audit.v1.AuditService/ConfirmControl";

// The request as a person of the world signs it.
template <typename Req>
Req Signed(WatchedWorld* world, const std::string& person, const std::string& method,
           const Req& request) {
  Req wire;
  *wire.mutable_signed_act() =
      *evidence::SignAct(world->people.at(person).key, absl::StrCat("people/", person), method,
                         request.SerializeAsString(), absl::Now());
  return wire;
}

absl::StatusOr<v1::Control> Propose(WatchedWorld* world, const std::string& person,
                                    const v1::ProposeControlRequest& request) {
  return world->people.at(person).channel->Unary<v1::Control>(
      kPropose, Signed(world, person, kPropose, request));
}

absl::StatusOr<v1::Control> Confirm(WatchedWorld* world, const std::string& person,
                                    const v1::Control& control) {
  v1::ConfirmControlRequest request;
  request.set_name(control.name());
  request.set_stop(control.stop());
  if (control.has_retention()) *request.mutable_retention() = control.retention();
  return world->people.at(person).channel->Unary<v1::Control>(
      kConfirm, Signed(world, person, kConfirm, request));
}

v1::ProposeControlRequest Keeping(int exchange_days, int calls_days = 0) {
  v1::ProposeControlRequest request;
  request.mutable_retention()->set_exchange_days(exchange_days);
  request.mutable_retention()->set_calls_days(calls_days);
  request.set_reason("the volume fills");
  return request;
}

v1::GetControlsResponse Controlled(WatchedWorld* world) {
  const auto controls = world->people.at("first").channel->Unary<v1::GetControlsResponse>(
      "/shareway.audit.v1.AuditService/GetControls", v1::GetControlsRequest());
  INFO(controls.status());
  REQUIRE(controls.ok());
  return *controls;
}

}  // namespace

TEST_CASE("Two administrators change the retention, no single one does", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(1, 0);
  world.Open(&store);
  const auto proposed = Propose(&world, "first", Keeping(1200, 200));
  INFO(proposed.status());
  REQUIRE(proposed.ok());
  CHECK(proposed->proposer() == "people/first");
  CHECK(proposed->expire_time().seconds() == proposed->time().seconds() + 3600);
  CHECK(Controlled(&world).waiting_size() == 1);
  CHECK(Controlled(&world).retention().exchange_days() == 0);

  CHECK(ReasonFor(Confirm(&world, "first", *proposed).status()) == Reason::kOwnRequest);
  // Of the same role, and of two roles without the audit administrator.
  for (const char* other : {"second", "security"}) {
    CHECK(ReasonFor(Confirm(&world, other, *proposed).status()) == Reason::kPolicyDenied);
  }
  CHECK(Controlled(&world).retention().exchange_days() == 0);

  // What somebody was shown otherwise than it is.
  v1::Control shown = *proposed;
  shown.mutable_retention()->set_exchange_days(3000);
  CHECK(Confirm(&world, "auditing", shown).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(Controlled(&world).waiting_size() == 1);

  const auto confirmed = Confirm(&world, "auditing", *proposed);
  INFO(confirmed.status());
  REQUIRE(confirmed.ok());
  CHECK(Controlled(&world).retention().exchange_days() == 1200);
  CHECK(Controlled(&world).retention().calls_days() == 200);
  CHECK(Controlled(&world).waiting_size() == 0);
  CHECK(world.stops.load() == 0);
}

TEST_CASE("A proposal falls with its proposer's standing, role or key", "[witness]") {
  using catalog::v1::ACTIVE;
  for (const std::string how : {"standing", "role", "key"}) {
    WatchedWorld world(1, 0);
    kv::MemoryStore store;
    world.Open(&store);
    const auto proposed = Propose(&world, "security", Keeping(1200));
    REQUIRE(proposed.ok());
    if (how == "standing") {
      world.SetPerson("security", Role::SECURITY_ADMINISTRATOR, catalog::v1::STANDING_SUSPENDED);
    } else if (how == "role") {
      world.SetPerson("security", Role::AUDITOR, ACTIVE);
    } else {
      world.AddKey(world.people.at("security").key.public_key(), "people/security",
                   catalog::v1::Key::TLS, catalog::v1::STANDING_SUSPENDED);
    }
    INFO(how);
    CHECK(ReasonFor(Confirm(&world, "auditing", *proposed).status()) == Reason::kPolicyDenied);
    CHECK(Controlled(&world).retention().exchange_days() == 0);
  }
}

TEST_CASE("Two administrators stop the log, and are told before it is gone", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(1, 0);
  world.Open(&store);
  world.AwaitStarts(1);
  v1::ProposeControlRequest stop;
  stop.set_stop(true);
  stop.set_reason("moving house");
  const auto proposed = Propose(&world, "auditing", stop);
  REQUIRE(proposed.ok());
  CHECK(world.stops.load() == 0);
  const auto confirmed = Confirm(&world, "security", *proposed);
  REQUIRE(confirmed.ok());
  CHECK(confirmed->stop());
  CHECK(world.stops.load() == 1);
  CHECK(world.OwnRecordsThere().back().kind() == evidence::v1::LOG_CONTROLLED);
}

TEST_CASE("An altered act, and one that the law forbids, proposes nothing", "[witness]") {
  kv::MemoryStore store;
  WatchedWorld world(1, 0);
  world.Open(&store);
  v1::ProposeControlRequest altered = Signed(&world, "auditing", kPropose, Keeping(1200));
  std::string* act = altered.mutable_signed_act()->mutable_act();
  (*act)[act->size() - 1] = static_cast<char>(act->back() ^ 1);
  CHECK(ReasonFor(world.people.at("auditing")
                      .channel->Unary<v1::Control>(kPropose, altered)
                      .status()) == Reason::kActInvalid);

  v1::ProposeControlRequest both = Keeping(1200);
  both.set_stop(true);
  v1::ProposeControlRequest neither;
  neither.set_reason("moving house");
  v1::ProposeControlRequest silent = Keeping(1200);
  silent.clear_reason();
  for (const v1::ProposeControlRequest& bad :
       {both, neither, silent, Keeping(1095), Keeping(179), Keeping(0, 179), Keeping(-1)}) {
    const absl::Status status = Propose(&world, "auditing", bad).status();
    INFO(bad.ShortDebugString() << " " << status);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  }
  CHECK(Controlled(&world).waiting_size() == 0);
}

}  // namespace shareway::audit
