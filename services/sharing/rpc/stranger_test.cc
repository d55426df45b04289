// SPDX-License-Identifier: Apache-2.0
// A stranger cannot tell what is there from what is not, by any method of sharing.v1: each is
// called with the name of a living object and with one of nothing, and the answers are the same,
// byte by byte but for the name. And nobody decides on his own request, or for an agency that is
// not his. Methods and fields are those of the descriptors: a new one is tried by itself.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "catch2/catch.hpp"
#include "services/sharing/rpc/test_stranger_call.h"
#include "services/sharing/rpc/test_stranger_world.h"
#include "shareway/sharing/v1/request.pb.h"

namespace shareway::sharing {
namespace {

using sweep::Comparison;
using sweep::FieldPath;
using sweep::Heard;
using sweep::NameOfPath;

const char kFolder[] = "shareway/sharing/v1";

// Fields of requests that name an object, and answer alike for another reason than NOT_VISIBLE.
const std::map<std::string, std::string>& Excepted() {
  static const auto* const excepted = new std::map<std::string, std::string>{
      {"FileHold.subject", "a node's veto is filed whatever it names"},
      {"GetCalendar.name", "calendars are public"},
      {"GetProfile.name", "profiles are public"},
      {"ListRatings.grant", "narrows the caller's own list"},
      {"ListRecalls.correction", "narrows the caller's own list"},
      {"RequestReturnFlow.flow", "return flows are told to everybody (R25 24)"},
  };
  return *excepted;
}

TEST_CASE("A stranger cannot tell what is there from what is not, by any method", "[stranger]") {
  StrangerWorld world;
  world.PutPerson("people/s", kHousing, StrangerWorld::AllRoles());
  world.PutPerson("people/f", kFarBureau, StrangerWorld::AllRoles());
  Caller person(&world, "person/s");
  // An outside supervisor whom no mandate lets in, though he says whom he inspects.
  world.PutPerson("people/v", kHousing, {OUTSIDE_SUPERVISOR});
  Caller officer(&world, "person/f");
  Caller supervisor(&world, "person/v", kCivil);
  Caller system(&world, "agency/housing/system/s1");
  Caller node(&world, "agency/housing/node/n1");
  const sweep::Service swept = Swept(&world);
  Comparison comparison(swept);
  const std::map<std::string, uint64_t> before = world.Versions();
  const std::vector<const pb::MethodDescriptor*> methods = sweep::MethodsOf(kFolder);
  // Reads first: what strangers write of their own would stand in their lists.
  for (const bool reads : {true, false}) {
    for (const pb::MethodDescriptor* method : methods) {
      if (sweep::Reads(*method) != reads) continue;
      for (Caller* caller : {&person, &officer, &supervisor, &system, &node}) {
        // Nodes and systems may call what the person may not.
        comparison.Try(caller, *method, caller == &person || caller == &node);
      }
    }
  }
  CHECK(comparison.tried() == methods.size());
  CHECK(comparison.tried() > 150);
  const std::string differences = comparison.differences();
  INFO(differences);
  CHECK(differences.empty());

  // They changed nothing.
  for (const auto& [name, version] : before) {
    INFO(name);
    CHECK(world.VersionOf(name) == version);
  }
  // The comparison meant something: each object that a request names was looked up.
  for (const pb::MethodDescriptor* method : methods) {
    for (const char* field : {"name", "grant", "request", "correction", "subject", "flow",
                              "findings", "grants", "request.name", "items.name",
                              "comment.request", "header.attachment.subject"}) {
      const std::string at = absl::StrCat(method->name(), ".", field);
      if (!sweep::HasField(swept, *method, field) || Excepted().count(at) > 0) continue;
      // A message that is written anew names itself; nobody reads that.
      if (at == "CreateRequest.request.name") continue;
      INFO(at);
      CHECK(comparison.Hidden(*method, field));
    }
  }
}

// ---- own requests, and other agencies

// Decisions on requests, grants and disputes.
bool Decides(const std::string& method) {
  static const auto* const deciding = new std::set<std::string>{
      "AcceptDisposal", "AcceptSettlement", "AskExtension", "AskSupplement", "BatchDecide",
      "ConfirmDecision", "ConsentExtension", "DecideRequest", "DeclineRenewal", "ForwardRequest",
      "RecordDecision", "RecordMediation", "RefuseExtension", "RejectDisposal", "RenewGrant",
      "ResumeGrant", "ReturnRequest", "RevokeGrant", "SignOffDecision", "SuspendGrant"};
  return deciding->count(method) > 0;
}

// What the applicant may do in another agency with every role there, since it decides nothing on
// his request.
bool OfGrants(const std::string& method) {
  static const auto* const later = new std::set<std::string>{
      "AcceptDisposal", "DeclineRenewal", "RejectDisposal", "RenewGrant", "ResumeGrant",
      "RevokeGrant", "SuspendGrant"};
  return later->count(method) > 0;
}

TEST_CASE("Nobody decides on his own request, whatever agency and roles he has now",
          "[stranger]") {
  StrangerWorld world;
  Caller applicant(&world, "person/a");
  const sweep::Service swept = Swept(&world);
  const std::map<std::string, std::vector<std::string>> names = world.Names();
  const std::vector<const pb::MethodDescriptor*> methods = sweep::MethodsOf(kFolder);
  std::set<std::string> tried, own;
  std::vector<std::string> decided;
  for (const char* agency : {kTax, kCivil, kBureau, kHousing}) {
    world.PutPerson("people/a", agency, StrangerWorld::AllRoles());
    for (const pb::MethodDescriptor* method : methods) {
      if (!Decides(method->name())) continue;
      // A grant that came of the request is the provider's to stop, by whoever is its head.
      const bool others = agency == std::string(kCivil) || agency == std::string(kBureau);
      if (others && OfGrants(method->name())) continue;
      tried.insert(method->name());
      std::vector<FieldPath> paths;
      sweep::AddPaths(swept, *method->input_type(), {}, &paths);
      for (const FieldPath& path : paths) {
        const std::string field = NameOfPath(path);
        if (field != "name" && field != "items.name") continue;
        for (const char* kind : {"requests", "grants", "disputes", "disposals"}) {
          for (const std::string& name : names.at(kind)) {
            const uint64_t version = world.VersionOf(name);
            const Heard heard = applicant.Ask(*method, path, name, Desk::EtagOf(version));
            if (absl::StrContains(heard.all(), "OWN_REQUEST")) {
              own.insert(absl::StrCat(agency, " ", method->name()));
            }
            const bool batch = method->name() == "BatchDecide";
            const bool done =
                batch ? absl::StrContains(heard.answers, "\ndecided:") : heard.ok();
            if (!done && world.VersionOf(name) == version) continue;
            decided.push_back(absl::StrCat("of ", agency, ": ", method->name(), " on ", name, "\n",
                                           heard.all()));
          }
        }
      }
    }
  }
  INFO(absl::StrJoin(decided, "\n----\n"));
  CHECK(decided.empty());
  CHECK(tried.size() == 20);
  // Where nothing else stands in his way, that is why.
  for (const char* method : {"AcceptSettlement", "AskExtension", "AskSupplement", "BatchDecide",
                             "ConfirmDecision", "DecideRequest", "SignOffDecision"}) {
    CHECK(own.count(absl::StrCat(kCivil, " ", method)) == 1);
  }
  for (const char* method : {"ConsentExtension", "ForwardRequest", "RecordDecision",
                             "RecordMediation", "RefuseExtension", "ReturnRequest"}) {
    CHECK(own.count(absl::StrCat(kBureau, " ", method)) == 1);
  }
  CHECK(own.count(absl::StrCat(kTax, " AcceptSettlement")) == 1);
}

TEST_CASE("A page token tells nothing of what was passed over", "[stranger]") {
  StrangerWorld world;
  world.PutPerson("people/r", kCivil, {PROVIDER_REVIEWER});
  Caller reviewer(&world, "person/r");
  const pb::MethodDescriptor* list = pb::DescriptorPool::generated_pool()->FindMethodByName(
      "shareway.sharing.v1.RequestService.ListRequests");
  v1::ListRequestsRequest request;
  request.set_page_size(1);
  std::set<std::string> seen;
  while (true) {
    v1::ListRequestsRequest asked = request;
    const Heard heard = reviewer.Send(*list, std::move(asked));
    INFO(heard.all());
    REQUIRE(heard.ok());
    const std::string key = "next_page_token: \"";
    const size_t at = heard.answers.find(key);
    REQUIRE(seen.insert(heard.answers.substr(0, at)).second);
    if (at == std::string::npos) break;
    const size_t from = at + key.size();
    request.set_page_token(heard.answers.substr(from, heard.answers.find('"', from) - from));
    std::string place;
    REQUIRE(absl::WebSafeBase64Unescape(request.page_token(), &place));
    CHECK_FALSE(absl::StrContains(place, "requests"));
  }
  CHECK(seen.size() > 3);
}

}  // namespace
}  // namespace shareway::sharing
