// SPDX-License-Identifier: Apache-2.0
// A stranger cannot tell what is there from what is not, by any method of sharing.v1: each is
// called with the name of a living object and with one of nothing, and the answers are the same,
// byte by byte but for the name. And nobody decides on his own request, or for an agency that is
// not his. Methods and fields are those of the descriptors: a new one is tried by itself.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "services/sharing/rpc/test_stranger_call.h"
#include "services/sharing/rpc/test_stranger_world.h"
#include "shareway/sharing/v1/request.pb.h"

namespace shareway::sharing {
namespace {

// ---- the comparison

class Comparison {
 public:
  explicit Comparison(StrangerWorld* world) : world_(world), names_(world->Names()) {
    for (const auto& [kind, names] : names_) {
      INFO(kind);
      REQUIRE_FALSE(names.empty());
      secrets_.insert(secrets_.end(), names.begin(), names.end());
    }
  }

  // `first` tries every kind of name in every field; callers after it those that were looked up
  // there then, and every kind where it was turned away before that.
  void Try(Caller* caller, const pb::MethodDescriptor& method, bool first) {
    tried_.insert(&method);
    std::vector<FieldPath> paths;
    AddPaths(*method.input_type(), {}, &paths);
    const Heard plain = caller->Ask(method, {}, "", "v1");
    Hear(*caller, method, {}, "", plain);
    if (first && absl::StrContains(plain.details, "POLICY_DENIED")) turned_away_.insert(&method);
    const bool every = first || turned_away_.count(&method) > 0;
    for (const FieldPath& path : paths) {
      for (const auto& [kind, names] : names_) {
        const bool known = looked_up_.count({&method, NameOfPath(path), kind}) > 0;
        if (!every && !known && caller->MayCall(method)) continue;
        for (const std::string& name : names) {
          // Where a name of this kind means nothing, one of them shows it.
          if (!Pair(caller, method, path, kind, name)) break;
          looked_up_.insert({&method, NameOfPath(path), kind});
        }
        // Who is of no kind that the method is for comes no further with any other name.
        if (!caller->MayCall(method)) break;
      }
    }
  }

  std::string differences() const {
    const auto count = static_cast<long>(std::min<size_t>(differences_.size(), 30));
    return absl::StrJoin(differences_.begin(), differences_.begin() + count, "\n----\n");
  }
  size_t tried() const { return tried_.size(); }
  // True if somebody was told of an object named at `field` that he may not see it.
  bool Hidden(const pb::MethodDescriptor& method, const std::string& field) const {
    return hidden_.count({&method, field}) > 0;
  }

 private:
  // Calls with the name and with one of nothing. True if a name of this kind is looked up there.
  bool Pair(Caller* caller, const pb::MethodDescriptor& method, const FieldPath& path,
            const std::string& kind, const std::string& name) {
    const std::string etag = Desk::EtagOf(world_->VersionOf(name));
    std::string absent = Desk::NewName(kind);
    absent.resize(name.size(), 'a');
    const Heard nothing = caller->Ask(method, path, absent, etag);
    const Heard there = caller->Ask(method, path, name, etag);
    Hear(*caller, method, path, absent, nothing);
    Hear(*caller, method, path, name, there);
    const auto plain = [](const Heard& heard, const std::string& asked) {
      return WithoutIds(absl::StrReplaceAll(heard.all(), {{asked, "NAME"}}));
    };
    if (plain(nothing, absent) != plain(there, name)) {
      differences_.push_back(absl::StrCat(caller->name(), " ", method.full_name(), " ",
                                          NameOfPath(path), "\nabsent ", nothing.all(), "\nthere  ",
                                          there.all()));
    }
    const bool hides = absl::StrContains(nothing.all(), "NOT_VISIBLE");
    if (hides) hidden_.insert({&method, NameOfPath(path)});
    return hides;
  }

  // Nobody is told the name of what is not his.
  void Hear(const Caller& caller, const pb::MethodDescriptor& method, const FieldPath& path,
            const std::string& asked, const Heard& heard) {
    const std::string all = heard.all();
    for (const std::string& secret : secrets_) {
      if (secret == asked || !absl::StrContains(all, secret)) continue;
      differences_.push_back(absl::StrCat(caller.name(), " ", method.full_name(), " ",
                                          NameOfPath(path), " is told of ", secret, ":\n", all));
    }
  }

  StrangerWorld* const world_;
  const std::map<std::string, std::vector<std::string>> names_;
  std::vector<std::string> secrets_;
  std::vector<std::string> differences_;
  std::set<const pb::MethodDescriptor*> tried_;
  std::set<const pb::MethodDescriptor*> turned_away_;
  std::set<std::tuple<const pb::MethodDescriptor*, std::string, std::string>> looked_up_;
  std::set<std::pair<const pb::MethodDescriptor*, std::string>> hidden_;
};

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
  Comparison comparison(&world);
  const std::map<std::string, uint64_t> before = world.Versions();
  const std::vector<const pb::MethodDescriptor*> methods = AllMethods();
  // Reads first: what strangers write of their own would stand in their lists.
  for (const bool reads : {true, false}) {
    for (const pb::MethodDescriptor* method : methods) {
      if (Reads(*method) != reads) continue;
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
      std::vector<FieldPath> paths;
      AddPaths(*method->input_type(), {}, &paths);
      const bool has = std::any_of(paths.begin(), paths.end(), [&](const FieldPath& path) {
        return NameOfPath(path) == field;
      });
      const std::string at = absl::StrCat(method->name(), ".", field);
      if (!has || Excepted().count(at) > 0) continue;
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
  const std::map<std::string, std::vector<std::string>> names = world.Names();
  const std::vector<const pb::MethodDescriptor*> methods = AllMethods();
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
      AddPaths(*method->input_type(), {}, &paths);
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
