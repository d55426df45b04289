// SPDX-License-Identifier: Apache-2.0
// Stamps by a real authority (`openssl ts`) behind a real HTTP responder.
#include "services/audit/stamp.h"

#include <vector>

#include "libs/crypto/test_authority.h"
#include "libs/evidence/note.h"
#include "services/audit/http/http_client.h"
#include "services/audit/http/test_responder.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

const crypto::TestAuthority& Authority() {
  static const crypto::TestAuthority authority;
  return authority;
}

struct World {
  // A stamper as a process has it from its start on.
  std::unique_ptr<Stamper> Begin(const std::string& authority = Authority().root()) {
    registry = std::make_unique<metrics::Registry>();
    return std::make_unique<Stamper>(
        Stamper::Ways{.ask =
                          [this](const std::string& query) {
                            return Post({.to = *HttpAddress::Parse(responder.url()),
                                         .content_type = "application/timestamp-query",
                                         .body = query});
                          },
                      .newest = [this] { return newest; },
                      .last = [this]() -> absl::StatusOr<std::optional<absl::Time>> {
                        if (!last_known.ok()) return last_known;
                        return last;
                      },
                      .keep =
                          [this](evidence::AuditRecord record) {
                            if (kept_status.ok()) kept.push_back(std::move(record));
                            return kept_status;
                          }},
        Stamper::Options{.authority = authority,
                         .origin = TestLogKey().origin,
                         .metrics = registry.get(),
                         .clock = &clock});
  }
  bool Shows(const std::string& line) const {
    return absl::StrContains(registry->Text(), line + "\n");
  }

  FakeClock clock;
  TestResponder responder{&Authority()};
  std::optional<Checkpoint> newest = *TestLogKey().Sign(7, crypto::Sha256("root"), kTestTime);
  absl::Status last_known = absl::OkStatus();
  std::optional<absl::Time> last = std::nullopt;
  absl::Status kept_status = absl::OkStatus();
  std::vector<evidence::AuditRecord> kept;
  std::unique_ptr<metrics::Registry> registry;
};

TEST_CASE("the first turn stamps the newest checkpoint, the next ones after a day each") {
  World world;
  const std::unique_ptr<Stamper> stamper = world.Begin();
  CHECK(stamper->Turn() == absl::Hours(24));
  REQUIRE(world.kept.size() == 1);
  const evidence::AuditRecord& record = world.kept[0];
  CHECK(record.kind() == evidence::v1::CHECKPOINT_STAMPED);
  CHECK(record.object() == "shareway.example/audit");
  CHECK(record.record_count() == 7);
  const auto stamp = OpenStamp(record.state(), world.newest->note, Authority().root());
  INFO(stamp.status());
  CHECK(stamp.ok());
  world.clock.Advance(absl::Hours(23));
  CHECK(stamper->Turn() == absl::Hours(1));
  CHECK(world.kept.size() == 1);
  world.clock.Advance(absl::Hours(1));
  CHECK(stamper->Turn() == absl::Hours(24));
  CHECK(world.kept.size() == 2);
  CHECK(world.Shows("shareway_audit_stamps_total 2"));
  CHECK(world.Shows("shareway_audit_stamp_age_seconds 0"));
  CHECK(world.Shows("shareway_audit_stamp_overdue 0"));
}

TEST_CASE("a token is of one tree, whoever signed the checkpoint") {
  World world;
  REQUIRE(world.Begin()->Turn() == absl::Hours(24));
  const std::string& token = world.kept[0].state();
  const std::string root = Authority().root();
  const LogKey other{crypto::PrivateKey::Generate(crypto::Suite::kEd25519),
                     "shareway.example/audit",
                     crypto::PrivateKey::Generate(crypto::Suite::kSm2Sm3)};
  CHECK(OpenStamp(token, other.Sign(7, crypto::Sha256("root"), kTestTime)->note, root).ok());
  const auto kLoss = absl::StatusCode::kDataLoss;
  const auto kInvalid = absl::StatusCode::kInvalidArgument;
  for (const auto& [size, text] :
       std::vector<std::pair<uint64_t, std::string>>{{8, "root"}, {7, "other"}}) {
    const std::string note = TestLogKey().Sign(size, crypto::Sha256(text), kTestTime)->note;
    CHECK(OpenStamp(token, note, root).status().code() == kLoss);
  }
  CHECK(OpenStamp(token, "no note", root).status().code() == kInvalid);
  CHECK(OpenStamp("", world.newest->note, root).status().code() == kInvalid);
}

TEST_CASE("openssl verifies a token over the checkpoint's first lines") {
  World world;
  REQUIRE(world.Begin()->Turn() == absl::Hours(24));
  const testing::TempDir& dir = Authority().dir();
  testing::WriteFile(dir / "token", world.kept[0].state());
  const std::string& note = world.newest->note;
  testing::WriteFile(dir / "text", note.substr(0, note.find("\n\n") + 1));
  CHECK(Authority().Says({"ts", "-verify", "-token_in", "-in", dir / "token", "-data", dir / "text",
                          "-CAfile", Authority().root_path()}));
}

TEST_CASE("an authority that is away is asked again, ever more rarely, up to once an hour") {
  World world;
  const std::unique_ptr<Stamper> stamper = world.Begin();
  world.responder.status = 503;
  for (const int minutes : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    CAPTURE(minutes);
    const int asked = world.responder.asked;
    CHECK(stamper->Turn() == absl::Minutes(minutes));
    CHECK(world.responder.asked == asked + 1);
    CHECK(stamper->Turn() == absl::Minutes(minutes));
    CHECK(world.responder.asked == asked + 1);
    world.clock.Advance(absl::Minutes(minutes));
  }
  CHECK(world.Shows("shareway_audit_stamp_failures_total 9"));
  world.responder.status = 200;
  CHECK(stamper->Turn() == absl::Hours(24));
  CHECK(world.kept.size() == 1);
  world.responder.status = 503;
  world.clock.Advance(absl::Hours(24));
  CHECK(stamper->Turn() == absl::Minutes(1));
}

TEST_CASE("a stamp older than two days raises an alarm until there is a new one") {
  World world;
  const std::unique_ptr<Stamper> stamper = world.Begin();
  world.responder.status = 500;
  stamper->Turn();
  world.clock.Advance(absl::Hours(48));
  stamper->Turn();
  CHECK(world.Shows("shareway_audit_stamp_overdue 0"));
  world.clock.Advance(absl::Seconds(1));
  stamper->Turn();
  CHECK(world.Shows("shareway_audit_stamp_overdue 1"));
  world.responder.status = 200;
  world.clock.Advance(absl::Hours(1));
  stamper->Turn();
  CHECK(world.Shows("shareway_audit_stamp_overdue 0"));
}

TEST_CASE("a restart goes on from the log's newest stamp") {
  World world;
  world.last_known = absl::UnavailableError("not yet");
  std::unique_ptr<Stamper> stamper = world.Begin();
  CHECK(stamper->Turn() == absl::Minutes(1));
  world.last_known = absl::OkStatus();
  world.last = world.clock.Now() - absl::Hours(20);
  CHECK(stamper->Turn() == absl::Hours(4));
  CHECK(world.kept.empty());
  CHECK(world.Shows("shareway_audit_stamp_age_seconds 72000"));
  world.last = world.clock.Now() - absl::Hours(30);
  CHECK(world.Begin()->Turn() == absl::Hours(24));
  CHECK(world.kept.size() == 1);
  world.last = world.clock.Now() + absl::Hours(30);  // the clock was set back
  CHECK(world.Begin()->Turn() == absl::Hours(24));
  CHECK(world.kept.size() == 1);
}

TEST_CASE("what cannot be trusted, or kept, is no stamp") {
  World world;
  SECTION("another authority is pinned") {
    static const crypto::TestAuthority other;
    CHECK(world.Begin(other.root())->Turn() == absl::Minutes(1));
  }
  SECTION("the log does not take the record") {
    world.kept_status = absl::UnavailableError("full");
    CHECK(world.Begin()->Turn() == absl::Minutes(1));
  }
  SECTION("nothing is witnessed yet") {
    world.newest.reset();
    CHECK(world.Begin()->Turn() == absl::Seconds(1));
    CHECK(world.responder.asked == 0);
  }
  SECTION("the log is empty") {
    world.newest = *TestLogKey().Sign(0, crypto::LogHasher().empty, kTestTime);
    CHECK(world.Begin()->Turn() == absl::Seconds(1));
    CHECK(world.responder.asked == 0);
  }
  CHECK(world.kept.empty());
}

TEST_CASE("the thread takes turns until it is stopped") {
  World world;
  const std::unique_ptr<Stamper> stamper = world.Begin();
  { const StampThread thread(stamper.get()); }
  CHECK(world.kept.size() == 1);
}

}  // namespace
}  // namespace shareway::audit
