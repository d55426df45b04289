// SPDX-License-Identifier: Apache-2.0
// Lists of requests and grants by what people narrow them by, at a real server.
#include <memory>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "catch2/catch.hpp"
#include "google/protobuf/text_format.h"
#include "libs/statute/calendar.h"
#include "services/sharing/rpc/test_stranger_call.h"
#include "services/sharing/rpc/test_stranger_world.h"
#include "shareway/sharing/v1/grant.pb.h"
#include "shareway/sharing/v1/request_message.pb.h"

namespace shareway::sharing {
namespace {

using sweep::Heard;

// The lists as a reviewer of the civil affairs bureau, which gives and takes, gets them.
class Lists {
 public:
  Lists() {
    world_.PutPerson("people/r", kCivil, {PROVIDER_REVIEWER});
    caller_ = std::make_unique<Caller>(&world_, "person/r");
  }

  v1::ListRequestsResponse Requests(v1::ListRequestsRequest request = {}) {
    request.set_page_size(1000);
    return Ask<v1::ListRequestsResponse>("RequestService.ListRequests", request);
  }
  v1::ListGrantsResponse Grants(v1::ListGrantsRequest request = {}) {
    request.set_page_size(1000);
    return Ask<v1::ListGrantsResponse>("GrantService.ListGrants", request);
  }
  Heard Hear(const std::string& method, const google::protobuf::Message& request) {
    const pb::MethodDescriptor* found = pb::DescriptorPool::generated_pool()->FindMethodByName(
        absl::StrCat("shareway.sharing.v1.", method));
    REQUIRE(found != nullptr);
    std::unique_ptr<google::protobuf::Message> asked(request.New());
    asked->CopyFrom(request);
    return caller_->Send(*found, std::move(*asked));
  }

 private:
  template <typename Answer>
  Answer Ask(const std::string& method, const google::protobuf::Message& request) {
    const Heard heard = Hear(method, request);
    INFO(heard.all());
    REQUIRE(heard.ok());
    Answer answer;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(heard.answers, &answer));
    return answer;
  }

  StrangerWorld world_;
  std::unique_ptr<Caller> caller_;
};

template <typename Rows, typename Want>
std::set<std::string> Names(const Rows& rows, Want want) {
  std::set<std::string> names;
  for (const auto& row : rows) {
    if (want(row)) names.insert(row.name());
  }
  return names;
}
const auto kAny = [](const auto&) { return true; };

TEST_CASE("Requests are listed by resource, side and text, and by all of them at once",
          "[list]") {
  Lists lists;
  const auto all = lists.Requests().requests();
  REQUIRE(all.size() > 3);
  std::set<std::string> resources;
  for (const auto& one : all) resources.insert(one.resource());
  for (const std::string& resource : resources) {
    v1::ListRequestsRequest request;
    request.set_resource(resource);
    CHECK(Names(lists.Requests(request).requests(), kAny) ==
          Names(all, [&](const auto& one) { return one.resource() == resource; }));
    request.set_side(v1::AS_CONSUMER);
    CHECK(Names(lists.Requests(request).requests(), kAny) ==
          Names(all, [&](const auto& one) {
            return one.resource() == resource && one.consumer() == kCivil;
          }));
  }
  v1::ListRequestsRequest provided;
  provided.set_side(v1::AS_PROVIDER);
  const auto given = Names(lists.Requests(provided).requests(), kAny);
  CHECK_FALSE(given.empty());
  CHECK(given == Names(all, [](const auto& one) { return one.provider() == kCivil; }));

  v1::ListRequestsRequest named;
  named.set_text(absl::AsciiStrToUpper(all[0].name()));
  CHECK(Names(lists.Requests(named).requests(), kAny).count(all[0].name()) == 1);
  const std::string scenario = all[0].scenario();
  named.set_text(scenario);
  CHECK(Names(lists.Requests(named).requests(), kAny) == Names(all, [&](const auto& one) {
          return absl::StrContains(one.scenario(), scenario) ||
                 absl::StrContains(one.legal_basis(), scenario);
        }));
  named.set_text("什么也没有");
  CHECK(lists.Requests(named).requests().empty());
}

TEST_CASE("Grants are listed by resource, side and last day", "[list]") {
  Lists lists;
  const auto all = lists.Grants().grants();
  REQUIRE(all.size() > 1);
  for (const auto& grant : all) {
    v1::ListGrantsRequest request;
    request.set_resource(grant.resource());
    CHECK(Names(lists.Grants(request).grants(), kAny) ==
          Names(all, [&](const auto& one) { return one.resource() == grant.resource(); }));
    // Its last day, and the day after.
    const absl::CivilDay after =
        statute::LawDay(absl::FromUnixSeconds(grant.end_time().seconds()));
    for (const absl::CivilDay day : {after - 1, after}) {
      v1::ListGrantsRequest ending;
      ending.set_before_date(absl::FormatCivilTime(day));
      const auto found = Names(lists.Grants(ending).grants(), kAny);
      CHECK(found.count(grant.name()) == (day == after ? 1 : 0));
      CHECK(found == Names(all, [&](const auto& one) {
              return one.end_time().seconds() <= absl::ToUnixSeconds(statute::StartOfDay(day));
            }));
    }
  }
  for (const v1::Side side : {v1::AS_CONSUMER, v1::AS_PROVIDER}) {
    v1::ListGrantsRequest request;
    request.set_side(side);
    CHECK(Names(lists.Grants(request).grants(), kAny) == Names(all, [&](const auto& one) {
            return (side == v1::AS_CONSUMER ? one.consumer() : one.provider()) == kCivil;
          }));
  }
}

TEST_CASE("What a list cannot be narrowed by is named", "[list]") {
  Lists lists;
  const auto refused = [&](const std::string& method, const google::protobuf::Message& request,
                           const std::string& field) {
    const Heard heard = lists.Hear(method, request);
    INFO(heard.all());
    CHECK(heard.status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
    CHECK(absl::StrContains(heard.details, absl::StrCat("\"", field, "\"")));
  };
  v1::ListRequestsRequest request;
  request.set_resource("r1");
  refused("RequestService.ListRequests", request, "resource");
  request.clear_resource();
  request.set_side(static_cast<v1::Side>(7));
  refused("RequestService.ListRequests", request, "side");
  request.clear_side();
  request.set_text(std::string(101, 'x'));
  refused("RequestService.ListRequests", request, "text");
  v1::ListGrantsRequest grants;
  grants.set_before_date("tomorrow");
  refused("GrantService.ListGrants", grants, "before_date");
  grants.clear_before_date();
  grants.set_resource("grants/g1");
  refused("GrantService.ListGrants", grants, "resource");
}

}  // namespace
}  // namespace shareway::sharing
