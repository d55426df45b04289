// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>

#include "catch2/catch.hpp"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/error.h"
#include "libs/base/fake_clock.h"
#include "libs/rpc/actor.h"
#include "libs/rpc/grpc_status.h"
#include "libs/rpc/trace.h"
#include "libs/rpc/watch.h"

namespace shareway::rpc {
namespace {

TEST_CASE("An error crosses the wire with reason, values and fields", "[rpc]") {
  const absl::Status denied =
      Error(Reason::kItemNotGranted, absl::StatusCode::kPermissionDenied, "item id_card is not granted")
          .With("item", "id_card");
  const absl::Status back = FromGrpc(ToGrpc(denied, Language::kSimplified));
  CHECK(back.code() == denied.code());
  CHECK(back.message() == denied.message());
  REQUIRE(DetailsOf(back));
  CHECK(DetailsOf(back)->reason == Reason::kItemNotGranted);
  CHECK(DetailsOf(back)->metadata.at("item") == "id_card");

  const absl::Status fields = Error::Fields({{"a", "is empty"}, {"b[1]", "is 9, want 1 to 5"}});
  CHECK(DetailsOf(FromGrpc(ToGrpc(fields, Language::kEnglish)))->fields.at(1).rule ==
        "is 9, want 1 to 5");

  // Faults of fields may have a reason of their own.
  absl::Status widened =
      Error(Reason::kScopeWidened, absl::StatusCode::kInvalidArgument, fields.message());
  fields.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    if (!widened.GetPayload(url)) widened.SetPayload(url, payload);
  });
  const absl::Status told = FromGrpc(ToGrpc(widened, Language::kEnglish));
  CHECK(told.code() == absl::StatusCode::kInvalidArgument);
  REQUIRE(DetailsOf(told));
  CHECK(DetailsOf(told)->reason == Reason::kScopeWidened);
  CHECK(DetailsOf(told)->fields.at(0).field == "a");
}

TEST_CASE("Whom the console calls for is told in one form", "[rpc]") {
  const std::string good = "people/liu WEBAUTHN 1763852400";
  const absl::StatusOr<Actor> actor = ParseActor(good);
  REQUIRE(actor.ok());
  CHECK(actor->person == "people/liu");
  CHECK(actor->factor == Factor::kWebAuthn);
  CHECK(actor->factor_time == absl::FromUnixSeconds(1763852400));
  CHECK(ToMetadata(*actor) == good);
  for (const char* bad : {"", "people/liu", "people/liu WEBAUTHN", "people/liu NONE 1",
                          "people/liu webauthn 1", "people/liu TOTP -1", "people/liu TOTP 1.5",
                          "people/liu TOTP 1 2", "people/ TOTP 1", "services/console TOTP 1"}) {
    INFO(bad);
    CHECK_FALSE(ParseActor(bad).ok());
  }
}

TEST_CASE("Faults of ours lose their text", "[rpc]") {
  const grpc::Status wire = ToGrpc(absl::InternalError("/var/lib/secret/path"), Language::kEnglish);
  CHECK(wire.error_message() == "server fault");
  CHECK(wire.error_details().find("secret") == std::string::npos);
  CHECK(ToGrpc(absl::DataLossError("/var/lib"), Language::kEnglish).error_message() ==
        "server fault");
  // What another node sent is not ours, and who asked hears why it was not taken.
  const absl::Status sent = Error(Reason::kQuarantined, absl::StatusCode::kDataLoss, "items");
  const absl::Status back = FromGrpc(ToGrpc(sent, Language::kEnglish));
  CHECK(back.message() == "items");
  REQUIRE(DetailsOf(back));
  CHECK(DetailsOf(back)->reason == Reason::kQuarantined);
}

TEST_CASE("A refusal for the moment says when to ask again", "[rpc]") {
  const auto delay_of = [](const absl::Status& refused) {
    google::rpc::Status wire;
    REQUIRE(wire.ParseFromString(ToGrpc(refused, Language::kEnglish).error_details()));
    google::rpc::RetryInfo retry;
    for (const google::protobuf::Any& detail : wire.details()) {
      if (detail.Is<google::rpc::RetryInfo>()) detail.UnpackTo(&retry);
    }
    return absl::Seconds(retry.retry_delay().seconds()) +
           absl::Nanoseconds(retry.retry_delay().nanos());
  };
  Error full(Reason::kOverloaded, absl::StatusCode::kResourceExhausted, "x");
  CHECK(delay_of(full) == absl::Milliseconds(200));
  CHECK(delay_of(full.With("retry_after_seconds", "3600")) == absl::Hours(1));
  CHECK(delay_of(full.With("retry_after_seconds", "soon")) == absl::Milliseconds(200));
  CHECK(delay_of(Error(Reason::kItemNotGranted, absl::StatusCode::kPermissionDenied, "x")) ==
        absl::ZeroDuration());
}

TEST_CASE("Each call without a trace gets one of its own", "[rpc]") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string trace = TraceparentOr("");
    CHECK(TraceparentOr(trace) == trace);  // valid
    CHECK(seen.insert(trace).second);
  }
}

TEST_CASE("Languages are recognized with their aliases", "[rpc]") {
  CHECK(ParseLanguage("zh-TW,en;q=0.5") == Language::kTraditional);
  CHECK(ParseLanguage("fr, zh-CN") == Language::kSimplified);
  CHECK(ParseLanguage("en-GB") == Language::kEnglish);
  CHECK(ParseLanguage("") == Language::kEnglish);
}

TEST_CASE("A traceparent is kept if it is valid and made if it is not", "[rpc]") {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  CHECK(TraceparentOr(good) == good);
  for (const char* bad : {"", "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                          "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}) {
    CHECK(TraceparentOr(bad) != bad);
    CHECK(TraceparentOr(bad).size() == 55);
  }
}

TEST_CASE("A lease runs four seconds from the sending of its renewal", "[rpc]") {
  FakeClock clock;
  Lease lease(&clock);
  CHECK_FALSE(lease.live());
  const absl::Duration sent = clock.SinceBoot();
  const absl::Time wall = clock.Now();
  clock.Advance(absl::Seconds(3));  // the answer took that long
  lease.Renew(sent, wall);
  CHECK(lease.live());
  clock.Advance(absl::Milliseconds(999));
  CHECK(lease.live());
  clock.Advance(absl::Milliseconds(1));
  CHECK_FALSE(lease.live());
}

TEST_CASE("A wall clock that is set ends the lease", "[rpc]") {
  const absl::Duration jump = GENERATE(absl::Seconds(2), -absl::Seconds(2), absl::Hours(24));
  FakeClock clock;
  Lease lease(&clock);
  lease.Renew(clock.SinceBoot(), clock.Now());
  REQUIRE(lease.live());
  clock.Jump(jump);
  CHECK_FALSE(lease.live());
}

TEST_CASE("An older renewal never shortens or revives a lease", "[rpc]") {
  FakeClock clock;
  Lease lease(&clock);
  const absl::Duration old_sent = clock.SinceBoot();
  const absl::Time old_wall = clock.Now();
  clock.Advance(absl::Seconds(2));
  lease.Renew(clock.SinceBoot(), clock.Now());
  const absl::Duration expiry = lease.expiry();
  lease.Renew(old_sent, old_wall);
  CHECK(lease.expiry() == expiry);
}

}  // namespace
}  // namespace shareway::rpc
