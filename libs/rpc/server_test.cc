// SPDX-License-Identifier: Apache-2.0
// Server and Channel over real mTLS on loopback, with a service of the audit proto.
#include "libs/rpc/server.h"

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"
#include "libs/evidence/envelope.h"
#include "libs/evidence/test_webauthn_act.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/test_world.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/catalog/v1/directory_service.pb.h"

namespace shareway::rpc {
namespace {


std::optional<Reason> ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? std::optional<Reason>(details->reason) : std::nullopt;
}

TEST_CASE("A known caller is identified by its certificate and the directory", "[rpc][server]") {
  World world;
  auto agency = world.Get(world.node);
  REQUIRE(agency.ok());
  CHECK(agency->name() == kAgency);
  CHECK(agency->display_name() == absl::StrCat(kAgency, "/nodes/n1"));
  CHECK(world.Get(world.stranger)->display_name() == "people/stranger");
}

TEST_CASE("A caller hears why what another node sent was not taken", "[rpc][server]") {
  World world;
  const absl::Status spoilt = world.Get(world.node, "spoilt").status();
  CHECK(absl::IsDataLoss(spoilt));
  CHECK(ReasonOf(spoilt) == Reason::kQuarantined);
  CHECK(spoilt.message() == "what another sent");
  const absl::Status lost = world.Get(world.node, "lost").status();
  CHECK(absl::IsDataLoss(lost));
  CHECK_FALSE(ReasonOf(lost));
  CHECK(lost.message() == "server fault");
}

TEST_CASE("Who is not known, or no longer, is refused on every call", "[rpc][server]") {
  World world;
  CHECK(ReasonOf(world.Get(world.Issue("ghost", "shareway://test/person/ghost")).status()) ==
        Reason::kKeyRevoked);
  // Another key for a name that exists.
  CHECK(ReasonOf(world.Get(world.Issue("twin", "shareway://test/person/officer")).status()) ==
        Reason::kKeyRevoked);
  CHECK(ReasonOf(world.Get(world.Issue("far", "shareway://other/person/officer")).status()) ==
        Reason::kUnauthenticated);
  // Two names in one certificate: our own side refuses to start with it.
  const TestIdentity two =
      world.pki.Issue("two", {"shareway://test/person/officer", "shareway://test/person/x"});
  CHECK(absl::IsInvalidArgument(
      Channel::Open({"127.0.0.1:1", two.tls, "shareway://test/service/catalog"}).status()));
  // On a connection that stands, the call after the revocation is refused.
  auto channel = world.Connect(world.officer);
  catalog::v1::GetAgencyRequest request;
  REQUIRE(channel->Unary<catalog::v1::Agency>(Path("GetAgency"), request).ok());
  world.Register(world.officer, "people/officer", catalog::v1::STANDING_SUSPENDED);
  CHECK(ReasonOf(channel->Unary<catalog::v1::Agency>(Path("GetAgency"), request).status()) ==
        Reason::kKeyRevoked);
}

TEST_CASE("An expired certificate is refused", "[rpc][server]") {
  World world;
  const TestIdentity expired = world.pki.Issue("old", {"shareway://test/person/officer"},
                                               absl::Now() - absl::Minutes(1));
  world.Register(expired, "people/officer");
  CHECK_FALSE(world.Get(expired).ok());
}

TEST_CASE("A client talks only to the peer it meant", "[rpc][server]") {
  World world;
  catalog::v1::GetAgencyRequest request;
  CallOptions options;
  options.timeout = absl::Seconds(1);
  auto answer = world.Connect(world.node, "shareway://test/service/audit")
                    ->Unary<catalog::v1::Agency>(Path("GetAgency"), request, options);
  CHECK_FALSE(answer.ok());
}

catalog::v1::PutAgencyRequest Signed(const crypto::PrivateKey& key, const std::string& person,
                                     const std::string& method, absl::Time when) {
  catalog::v1::PutAgencyRequest inner;
  inner.mutable_agency()->set_name(kAgency);
  auto act = evidence::SignAct(key, person, method, inner.SerializeAsString(), when);
  REQUIRE(act.ok());
  catalog::v1::PutAgencyRequest outer;
  *outer.mutable_signed_act() = *act;
  return outer;
}

TEST_CASE("A signed act is taken from its person only, for its method, and fresh",
          "[rpc][server]") {
  World world;
  auto put = [&](const TestIdentity& as, const catalog::v1::PutAgencyRequest& request) {
    return world.Connect(as)->Unary<catalog::v1::Agency>(Path("PutAgency"), request);
  };
  const std::string method = Path("PutAgency");
  const absl::Time now = absl::Now();
  const crypto::PrivateKey& key = world.officer.key;
  auto good = put(world.officer, Signed(key, "people/officer", method, now));
  REQUIRE(good.ok());
  CHECK(good->name() == kAgency);

  for (const auto& bad :
       {Signed(key, "people/stranger", method, now), Signed(key, "people/officer", "/x/Y", now),
        Signed(key, "people/officer", method, now - absl::Minutes(6)),
        Signed(key, "people/officer", method, now + absl::Minutes(6)),
        Signed(world.stranger.key, "people/officer", method, now)}) {
    CHECK(ReasonOf(put(world.officer, bad).status()) == Reason::kActInvalid);
  }
  auto altered = Signed(key, "people/officer", method, now);
  altered.mutable_signed_act()->mutable_act()->back() ^= 1;
  CHECK(ReasonOf(put(world.officer, altered).status()) == Reason::kActInvalid);
  auto two_forms = Signed(key, "people/officer", method, now);
  two_forms.mutable_signed_act()->mutable_webauthn()->set_client_data_json("{}");
  CHECK(ReasonOf(put(world.officer, two_forms).status()) == Reason::kActInvalid);
  auto beside = Signed(key, "people/officer", method, now);
  beside.mutable_agency()->set_name("agencies/other");
  CHECK(ReasonOf(put(world.officer, beside).status()) == Reason::kFieldInvalid);
  CHECK(ReasonOf(put(world.officer, {}).status()) == Reason::kActInvalid);
  // The role is asked before the act.
  CHECK(ReasonOf(put(world.stranger, Signed(world.stranger.key, "people/stranger", method, now))
                     .status()) == Reason::kPolicyDenied);
}

TEST_CASE("An act that an authenticator signed is taken from its person's key and our pages alone",
          "[rpc][server]") {
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  const auto put = [&](World& world, const crypto::PrivateKey& by,
                       const evidence::WebauthnCeremony& ceremony) {
    catalog::v1::PutAgencyRequest outer =
        Signed(by, "people/officer", Path("PutAgency"), absl::Now());
    *outer.mutable_signed_act() =
        evidence::SignByAuthenticator(by, outer.signed_act().act(), ceremony);
    return ReasonOf(world.Connect(world.officer)
                        ->Unary<catalog::v1::Agency>(Path("PutAgency"), outer)
                        .status());
  };
  const std::string page = "https://sign.share.example";
  World world({}, absl::Minutes(5), page);
  // The directory does not know the key.
  CHECK(put(world, key, {.origin = page}) == Reason::kActInvalid);
  world.Register(key.public_key(), Key::WEBAUTHN, "people/officer", catalog::v1::ACTIVE);
  CHECK_FALSE(put(world, key, {.origin = page}));  // taken
  // What the console's page gets signed is no act, even if it is the act's very challenge.
  CHECK(put(world, key, {.origin = "https://share.example"}) == Reason::kActInvalid);
  CHECK(put(world, key, {.origin = "https://sign.share.example.evil.test"}) ==
        Reason::kActInvalid);
  // The signing page inside a page of the console.
  CHECK(put(world, key, {.origin = page, .end = "\",\"crossOrigin\":true}"}) ==
        Reason::kActInvalid);
  CHECK(put(world, key, {.origin = page, .party_id = "evil.test"}) == Reason::kActInvalid);
  CHECK(put(world, key, {.origin = page, .flags = 0x01}) == Reason::kActInvalid);
  CHECK(put(world, key, {.challenge = std::string(32, 'c'), .origin = page}) ==
        Reason::kActInvalid);
  // A certificate's key is none of an authenticator, nor the reverse.
  CHECK(put(world, world.officer.key, {.origin = page}) == Reason::kActInvalid);
  CHECK(ReasonOf(world.Connect(world.officer)
                     ->Unary<catalog::v1::Agency>(
                         Path("PutAgency"),
                         Signed(key, "people/officer", Path("PutAgency"), absl::Now()))
                     .status()) == Reason::kActInvalid);
  world.Register(key.public_key(), Key::WEBAUTHN, "people/stranger", catalog::v1::ACTIVE);
  CHECK(put(world, key, {.origin = page}) == Reason::kActInvalid);

  World closed;
  closed.Register(key.public_key(), Key::WEBAUTHN, "people/officer", catalog::v1::ACTIVE);
  CHECK(put(closed, key, {.origin = page}) == Reason::kActInvalid);
}

TEST_CASE("Callers of another kind and unknown methods are refused", "[rpc][server]") {
  World world;
  catalog::v1::WatchDirectoryRequest request;
  auto watch = world.Connect(world.officer)
                   ->ServerStream<DirectoryChange>(Path("WatchDirectory"), request, {});
  CHECK(ReasonOf(watch.Read().status()) == Reason::kPolicyDenied);
  CHECK(absl::IsUnimplemented(world.Connect(world.node)
                                  ->Unary<catalog::v1::Agency>("/x.Y/Z", request)
                                  .status()));
}

TEST_CASE("A stream delivers all its messages and ends", "[rpc][server]") {
  World world;
  {
    absl::MutexLock lock(&world.mutex);
    world.feed.resize(1001);
    for (uint64_t n = 0; n <= 1000; ++n) world.feed[n].mutable_revision()->set_number(n);
  }
  world.end = 1000;
  catalog::v1::WatchDirectoryRequest request;
  request.mutable_from_revision()->set_number(1);
  auto stream = world.Connect(world.node)
                    ->ServerStream<DirectoryChange>(Path("WatchDirectory"), request, {});
  for (uint64_t n = 1; n <= 1000; ++n) {
    auto change = stream.Read();
    REQUIRE(change.ok());
    REQUIRE(change->has_value());
    CHECK((*change)->revision().number() == n);
  }
  CHECK_FALSE(stream.Read()->has_value());
}

TEST_CASE("A stream ends when its caller's key is revoked", "[rpc][server]") {
  World world;
  {
    absl::MutexLock lock(&world.mutex);
    world.feed.resize(1);
  }
  auto stream = world.Connect(world.node)
                    ->ServerStream<DirectoryChange>(Path("WatchDirectory"),
                                                    catalog::v1::WatchDirectoryRequest(), {});
  REQUIRE(stream.Read().ok());
  world.Register(world.node, absl::StrCat(kAgency, "/nodes/n1"),
                 catalog::v1::STANDING_SUSPENDED);
  CHECK_FALSE(stream.Read().ok());
}

TEST_CASE("One caller cannot take all streams", "[rpc][server]") {
  World world;
  {
    absl::MutexLock lock(&world.mutex);
    world.feed.resize(1);
  }
  auto channel = world.Connect(world.node);
  std::vector<ReadStream<DirectoryChange>> streams;
  int refused = 0;
  for (int i = 0; i < 40; ++i) {
    streams.push_back(channel->ServerStream<DirectoryChange>(
        Path("WatchDirectory"), catalog::v1::WatchDirectoryRequest(), {}));
    refused += absl::IsResourceExhausted(streams.back().Read().status());
  }
  CHECK(refused == 8);
}

TEST_CASE("Calls beyond threads and queue are refused, not kept", "[rpc][server]") {
  World world;
  auto channel = world.Connect(world.node);
  catalog::v1::GetAgencyRequest block;
  block.set_name("block");
  std::atomic<int> refused = 0, served = 0;
  std::atomic<int> open = 20;
  absl::Notification all;
  for (int i = 0; i < 20; ++i) {
    channel->UnaryAsync<catalog::v1::Agency>(
        Path("GetAgency"), block, {}, [&](absl::StatusOr<catalog::v1::Agency> answer) {
          // Answers come on several threads: each is counted once, and asserted on later.
          if (answer.ok()) ++served;
          if (ReasonOf(answer.status()) == Reason::kOverloaded &&
              absl::IsResourceExhausted(answer.status()) && ++refused == 15) {
            world.release.Notify();
          }
          if (--open == 0) all.Notify();
        });
  }
  REQUIRE(all.WaitForNotificationWithTimeout(absl::Seconds(20)));
  // One runs, of four threads, and four wait; which ones is a matter of timing.
  CHECK(refused >= 15);
  CHECK(served + refused == 20);
  CHECK(served >= 4);
}

TEST_CASE("A caller whose calls fill the queue holds up no call of another", "[rpc][server]") {
  World world;
  auto channel = world.Connect(world.node);
  catalog::v1::GetAgencyRequest block;
  block.set_name("block");
  std::atomic<int> refused = 0;
  absl::BlockingCounter ended(20);
  absl::Notification full;
  for (int i = 0; i < 20; ++i) {
    channel->UnaryAsync<catalog::v1::Agency>(
        Path("GetAgency"), block, {}, [&](absl::StatusOr<catalog::v1::Agency> answer) {
          if (!answer.ok() && ++refused == 15) full.Notify();
          ended.DecrementCount();
        });
  }
  REQUIRE(full.WaitForNotificationWithTimeout(absl::Seconds(20)));
  CHECK(world.Get(world.officer).ok());
  CHECK(world.Get(world.stranger).ok());
  world.release.Notify();
  ended.Wait();
}

TEST_CASE("A server that is not ready says so and still renews leases", "[rpc][server]") {
  World world;
  world.server->SetReady(false, "no snapshot yet");
  CHECK(ReasonOf(world.Get(world.node).status()) == Reason::kNotReady);
  catalog::v1::RenewLeaseRequest renew;
  CHECK(world.Connect(world.node)
            ->Unary<catalog::v1::RenewLeaseResponse>(Path("RenewLease"), renew)
            .ok());
}

TEST_CASE("A service with a method that nobody handles does not start", "[rpc][server]") {
  World world;
  Server::Options options;
  options.tls = world.server_identity.tls;
  Server partial(options, &world.holder);
  partial.Unary<catalog::v1::GetAgencyRequest, catalog::v1::Agency>(
      Path("GetAgency"), [](const Call&, const catalog::v1::GetAgencyRequest&)
                             -> absl::StatusOr<catalog::v1::Agency> { return catalog::v1::Agency(); });
  const absl::Status started = partial.Start();
  CHECK(absl::IsFailedPrecondition(started));
  CHECK(started.message().find("PutAgency has no handler") != absl::string_view::npos);
}

TEST_CASE("Draining ends streams and lets running calls finish", "[rpc][server]") {
  World world;
  auto channel = world.Connect(world.node);
  catalog::v1::GetAgencyRequest block;
  block.set_name("block");
  absl::Notification answered;
  channel->UnaryAsync<catalog::v1::Agency>(Path("GetAgency"), block, {},
                                           [&](absl::StatusOr<catalog::v1::Agency> answer) {
                                             CHECK(answer.ok());
                                             answered.Notify();
                                           });
  while (world.blocked == 0) std::this_thread::yield();
  std::thread drain([&] { world.server->Drain(absl::Seconds(10)); });
  world.release.Notify();
  CHECK(answered.WaitForNotificationWithTimeout(absl::Seconds(10)));
  drain.join();
}

}  // namespace
}  // namespace shareway::rpc
