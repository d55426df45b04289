// SPDX-License-Identifier: Apache-2.0
// An outside supervisor at a real server: what his mandate opens, for how long, and its evidence.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "services/sharing/rpc/test_stranger_call.h"
#include "services/sharing/rpc/test_stranger_world.h"

namespace shareway::sharing {
namespace {

using sweep::FieldPath;
using sweep::Heard;
using sweep::WithoutIds;

// A world where kTax and kCounty each have something with kCivil, and a supervisor of another place
// who names kTax in each call.
struct Inspection {
  explicit Inspection(const std::vector<Role>& roles = {OUTSIDE_SUPERVISOR}) {
    world.PutPerson("people/v", kFarBureau, roles);
  }

  // Asks for `name`, or for a list if that is empty.
  Heard Ask(const std::string& method, const std::string& name = "") {
    const pb::MethodDescriptor* found = pb::DescriptorPool::generated_pool()->FindMethodByName(
        absl::StrCat("shareway.sharing.v1.", method));
    REQUIRE(found != nullptr);
    FieldPath path;
    if (!name.empty()) path.push_back(found->input_type()->FindFieldByName("name"));
    return supervisor.Ask(*found, path, name, "v1");
  }
  // True if he hears of it just what he would hear if it were not there.
  bool Hidden(const std::string& method, const std::string& name) {
    std::string absent = Desk::NewName(name.substr(0, name.find('/')));
    absent.resize(name.size(), 'a');
    const std::string there =
        WithoutIds(absl::StrReplaceAll(Ask(method, name).all(), {{name, "NAME"}}));
    const std::string nothing =
        WithoutIds(absl::StrReplaceAll(Ask(method, absent).all(), {{absent, "NAME"}}));
    return there == nothing && absl::StrContains(there, "NOT_VISIBLE");
  }
  std::vector<evidence::AuditRecord> Readings() {
    std::vector<evidence::AuditRecord> readings;
    for (evidence::AuditRecord& record : world.Events()) {
      if (record.kind() == evidence::v1::MANDATE_READ) readings.push_back(std::move(record));
    }
    return readings;
  }

  StrangerWorld world;
  const std::string request = StrangerWorld::NameOf(world.Requests().front());
  const std::string grant = StrangerWorld::NameOf(world.AllGrants().front());
  // Of kCounty with kCivil.
  const std::string other = world.Names().at(ReturnRequest::kCollection).front();
  Caller supervisor{&world, "person/v", kTax};
};

TEST_CASE("A supervisor reads what the agency under his mandate reads, each time recorded",
          "[mandate]") {
  Inspection t;
  t.world.PutMandate("people/v", kTax, -1, 30);
  const Heard heard = t.Ask("RequestService.GetRequest", t.request);
  INFO(heard.all());
  REQUIRE(heard.ok());
  CHECK(absl::StrContains(heard.answers, t.request));
  std::vector<evidence::AuditRecord> readings = t.Readings();
  REQUIRE(readings.size() == 1);
  CHECK(readings[0].object() == "mandates/m");
  REQUIRE(readings[0].agencies_size() == 1);
  CHECK(readings[0].agencies(0) == kTax);
  CHECK(readings[0].record_count() == 1);
  evidence::v1::MandateRead read;
  REQUIRE(read.ParseFromString(readings[0].state()));
  CHECK(read.mandate() == "mandates/m");
  CHECK(read.supervisor() == "people/v");
  CHECK(read.method() == "/shareway.sharing.v1.RequestService/GetRequest");
  CHECK(read.resource_name() == t.request);
  CHECK(read.agency() == kTax);

  // A list has the same and nothing of others.
  const Heard list = t.Ask("GrantService.ListGrants");
  INFO(list.all());
  REQUIRE(list.ok());
  CHECK(absl::StrContains(list.answers, t.grant));
  readings = t.Readings();
  REQUIRE(readings.size() == 2);
  CHECK(readings[1].record_count() > 1);
  const Heard others = t.Ask("GrantService.ListReturnRequests");
  INFO(others.all());
  REQUIRE(others.ok());
  CHECK_FALSE(absl::StrContains(others.answers, t.other));
  readings = t.Readings();
  REQUIRE(readings.size() == 3);
  CHECK(readings[2].record_count() == 0);
}

TEST_CASE("A mandate over one agency opens nothing of another with the same provider",
          "[mandate]") {
  Inspection t;
  t.world.PutMandate("people/v", kCounty, -1, 30);
  Caller county(&t.world, "person/v", kCounty);
  const auto method = [](const char* name) -> const pb::MethodDescriptor& {
    return *pb::DescriptorPool::generated_pool()->FindMethodByName(
        absl::StrCat("shareway.sharing.v1.", name));
  };
  const Heard own = county.Ask(method("GrantService.ListReturnRequests"), {}, "", "");
  INFO(own.all());
  REQUIRE(own.ok());
  CHECK(absl::StrContains(own.answers, t.other));
  const Heard grants = county.Ask(method("GrantService.ListGrants"), {}, "", "");
  REQUIRE(grants.ok());
  CHECK_FALSE(absl::StrContains(grants.answers, "grants/"));
  CHECK(t.Hidden("RequestService.GetRequest", t.request));
  CHECK(t.Hidden("GrantService.GetGrant", t.grant));
}

TEST_CASE("Before the first day of a mandate and after its last there is nothing", "[mandate]") {
  Inspection t;
  CHECK(t.Hidden("RequestService.GetRequest", t.request));
  t.world.PutMandate("people/v", kTax, 2, 30);
  CHECK(t.Hidden("RequestService.GetRequest", t.request));
  t.world.PutMandate("people/v", kTax, -30, -2);
  CHECK(t.Hidden("RequestService.GetRequest", t.request));
  t.world.PutMandate("people/w", kTax, -1, 30);
  CHECK(t.Hidden("RequestService.GetRequest", t.request));
  t.world.PutMandate("people/v", kHousing, -1, 30);
  CHECK(t.Hidden("RequestService.GetRequest", t.request));
  CHECK(t.Readings().empty());
}

TEST_CASE("Under a mandate nothing is written, whatever roles the supervisor has", "[mandate]") {
  Inspection t(StrangerWorld::AllRoles());
  t.world.PutMandate("people/v", kTax, -1, 30);
  const Heard heard = t.Ask("GrantService.GetGrant", t.grant);
  INFO(heard.all());
  REQUIRE(heard.ok());
  CHECK_FALSE(absl::StrContains(heard.answers, "available_actions"));
  const uint64_t version = t.world.VersionOf(t.request);
  CHECK(t.Hidden("RequestService.WithdrawRequest", t.request));
  CHECK(t.Hidden("GrantService.EndGrant", t.grant));
  CHECK(t.world.VersionOf(t.request) == version);
  // What is the person's own stays that person's.
  CHECK_FALSE(absl::StrContains(t.Ask("RequestService.GetInbox").answers, t.request));
  CHECK(t.Readings().size() == 1);
}

TEST_CASE("A reading under a mandate that cannot be recorded is not answered", "[mandate][fault]") {
  Inspection t;
  t.world.PutMandate("people/v", kTax, -1, 30);
  t.world.kv.on_commit = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::ResourceExhaustedError("disk full")};
  };
  const Heard heard = t.Ask("RequestService.GetRequest", t.request);
  t.world.kv.on_commit = nullptr;
  CHECK_FALSE(heard.ok());
  CHECK_FALSE(absl::StrContains(heard.all(), t.request));
  CHECK(t.Readings().empty());
}

}  // namespace
}  // namespace shareway::sharing
