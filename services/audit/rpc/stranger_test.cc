// SPDX-License-Identifier: Apache-2.0
// Whoever has no part in an exchange cannot tell by any method of audit.v1 that there was one. The
// log's hashes, heads and proofs are public, commitments name nobody; records are their parties'
// and the auditors'.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/rpc/test_stranger_sweep.h"
#include "services/audit/rpc/test_world.h"

namespace shareway::audit {
namespace {

namespace pb = google::protobuf;

constexpr char kExchange[] = "ex-hidden-0000000000001";
constexpr char kGrant[] = "grants/hiddengrant0000001";
constexpr char kRequest[] = "requests/hiddenrequest0001";

// Methods that no stranger is tried on, and why.
const std::set<std::string>& LeftOut() {
  static const auto* const left_out = new std::set<std::string>{
      // Names nothing: heads are public, and others each time.
      "WatchCheckpoints"};
  return *left_out;
}

bool NamesObject(const std::string& field) {
  static const auto* const others = new std::set<std::string>{
      "cosignature", "cosignatures", "note", "page_token", "reason", "verifier_key"};
  return others->count(field) == 0;
}

// A log that holds one exchange of two others.
struct Hiding {
  Hiding() {
    evidence::AuditRecord record = GoodRecord(1);
    record.set_exchange(kExchange);
    record.set_grant(kGrant);
    record.set_object(kRequest);
    REQUIRE(world.Append(world.provider, {record, GoodRecord(2)}).ok());
    world.AwaitSigned();
  }
  sweep::Service Swept() {
    sweep::Service swept{
        .uri = kServerUri,
        .port = world.port(),
        .names_object = NamesObject,
        .text = [](const std::string&, const std::string&) { return std::string(); },
        // Would narrow what is found.
        .left_out = {"end_time", "kind", "result", "start_time"},
        .absent = [](const std::string&, const std::string& name) { return sweep::Nothing(name); },
        .etag = [](const std::string&) { return std::string(); }};
    swept.objects["exchanges"].push_back(kExchange);
    swept.objects["grants"].push_back(kGrant);
    swept.objects["requests"].push_back(kRequest);
    return swept;
  }

  World world;
};

TEST_CASE("A stranger cannot tell by any method that there was an exchange", "[audit][stranger]") {
  Hiding hiding;
  World& world = hiding.world;
  const sweep::Service swept = hiding.Swept();
  const std::string far = "agencies/housing";
  // Auditors read all; the audit administrator keeps the log for all.
  const std::vector<shareway::Role> roles = sweep::RolesBut({AUDITOR, AUDIT_ADMINISTRATOR});
  const auto admit = [&](const std::string& uri) {
    return sweep::Admit(world.pki(), &world.directory, uri, far, roles);
  };
  sweep::Caller person(admit("person/s"), "person/s", swept);
  sweep::Caller system(admit("agency/housing/system/s1"), "agency/housing/system/s1", swept);
  sweep::Caller node(admit("agency/housing/node/n1"), "agency/housing/node/n1", swept);
  sweep::Comparison comparison(swept);

  // It is there by each of its names, and a party finds it.
  const auto found = [&](const v1::SearchEntriesRequest& request) {
    const auto response =
        world.Call<v1::SearchEntriesResponse>(world.head, "SearchEntries", request);
    INFO(response.status());
    REQUIRE(response.ok());
    return response->entries_size();
  };
  v1::SearchEntriesRequest search;
  search.set_exchange(kExchange);
  CHECK(found(search) == 1);
  search.clear_exchange();
  search.set_grant(kGrant);
  CHECK(found(search) == 1);
  search.clear_grant();
  search.set_object(kRequest);
  CHECK(found(search) == 1);

  const std::vector<const pb::MethodDescriptor*> methods =
      sweep::MethodsOf("shareway/audit/v1");
  for (const pb::MethodDescriptor* method : methods) {
    if (LeftOut().count(method->name()) > 0) continue;
    for (sweep::Caller* caller : {&person, &system, &node}) {
      comparison.Try(caller, *method, true);
    }
  }
  CHECK(comparison.tried() + LeftOut().size() == methods.size());
  CHECK(comparison.tried() > 12);
  const std::string differences = comparison.differences();
  INFO(differences);
  CHECK(differences.empty());
  for (const pb::MethodDescriptor* method : methods) {
    if (method->name() != "ExportEvidence") continue;
    CHECK(comparison.Hidden(*method, "exchange"));
    CHECK(comparison.Hidden(*method, "case_object"));
  }

  // Entries by their places are commitments to them, no more.
  v1::GetEntriesRequest entries;
  entries.set_end(2);
  const pb::MethodDescriptor* get = pb::DescriptorPool::generated_pool()->FindMethodByName(
      "shareway.audit.v1.AuditService.GetEntries");
  REQUIRE(get != nullptr);
  for (sweep::Caller* caller : {&person, &node}) {
    v1::GetEntriesRequest asked = entries;
    const sweep::Heard heard = caller->Send(*get, std::move(asked));
    INFO(heard.all());
    REQUIRE(heard.ok());
    CHECK(absl::StrContains(heard.answers, "commitment"));
    CHECK_FALSE(absl::StrContains(heard.answers, "sealed"));
    CHECK_FALSE(absl::StrContains(heard.answers, kExchange));
  }
}

}  // namespace
}  // namespace shareway::audit
