// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/registrar.h"

#include <thread>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

Agency Housing() {
  return {.name = "agencies/11990100000100052G",
          .display_name = "演示市住房和城乡建设局",
          .kind = Agency::Kind::kOrgan,
          .level = Level::kCity,
          .division = "990100",
          .authority = "authorities/city"};
}

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

TEST_CASE("A bootstrap file founds the directory, once and whole", "[catalog][registrar]") {
  TestWorld world;
  REQUIRE(world.founded.ok());
  CHECK(world.registrar->Now()->Find<Person>("people/editor")->agency == kCivil);
  CHECK(world.followed == 10);
  CHECK(world.Events().size() == 10);
  world.Reopen();  // the file is passed over now
  CHECK(world.founded.ok());
  CHECK(world.Events().size() == 10);
  CHECK(world.registrar->Now()->objects().size() == 10);
}

TEST_CASE("A wrong bootstrap file founds nothing and says where it is wrong",
          "[catalog][registrar]") {
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  const std::string good = TestBootstrap(key.public_key());
  const std::vector<std::pair<std::string, std::string>> table = {
      {good + "{]\n", "line 13"},
      {good + "{}\n", "line 13 holds no object"},
      {good + R"({"agency":{"nome":"x"}})" + "\n", "line 13"},
      {good + R"({"key":{"owner":"people/head","use":"TLS","spki":"AAAA"}})" + "\n", "key.spki"},
      {good + PersonLine("auditor", "agencies/11990100000100044M", "AUDITOR"), "people/auditor"},
      {PersonLine("admin", kBureau, "SECURITY_ADMINISTRATOR"), "people/admin"},
      {"\n", "SECURITY_ADMINISTRATOR"}};
  for (const auto& [text, says] : table) {
    TestWorld world(text);
    CAPTURE(says, world.founded.ToString());
    CHECK_FALSE(world.founded.ok());
    CHECK(absl::StrContains(world.founded.message(), says));
    CHECK(world.registrar->Now()->objects().empty());
    CHECK(world.Events().empty());
  }
}

TEST_CASE("A change is in the register, in the log and in the outbox at once",
          "[catalog][registrar]") {
  TestWorld world;
  const Cause cause = world.ActBy("admin");
  REQUIRE(world.registrar->Put(cause, Housing()).ok());
  CHECK(world.registrar->Now()->Find<Agency>(Housing().name) != nullptr);
  CHECK(world.followed == 11);
  const auto changes = world.directory->log().Read(10, 10).value();
  REQUIRE(changes.size() == 1);
  const evidence::AuditRecord event = world.Events().back();
  CHECK(event.kind() == evidence::v1::AGENCY_CHANGED);
  CHECK(event.object() == Housing().name);
  CHECK(event.agencies(0) == Housing().name);
  CHECK(event.state() == changes[0].second);
  CHECK(event.act().act() == cause.act->act());
}

TEST_CASE("A directory write can be retried after a store fault", "[catalog][registrar][fault]") {
  const auto [what, outcome, landed] = GENERATE(table<const char*, kv::Outcome, bool>(
      {{"write lost", {.apply = false, .status = absl::UnavailableError("disk")}, false},
       {"only the answer lost", {.apply = true, .status = absl::UnavailableError("disk")}, true}}));
  CAPTURE(what);
  TestWorld world;
  world.kv.on_commit = [result = outcome](const kv::Batch&) { return result; };
  const Cause cause = world.By("admin", "request-1");
  CHECK(absl::IsUnavailable(world.registrar->Put(cause, Housing()).status()));
  // What this process knows is what the store holds, in either case.
  CHECK((world.registrar->Now()->Find<Agency>(Housing().name) != nullptr) == landed);
  world.kv.on_commit = nullptr;
  REQUIRE(world.registrar->Put(cause, Housing()).ok());
  CHECK(world.Events().size() == 11);  // one event, however often it was tried
  world.Reopen();
  CHECK(world.registrar->Now()->Find<Agency>(Housing().name) != nullptr);
}

TEST_CASE("A request id is taken once", "[catalog][registrar]") {
  TestWorld world;
  REQUIRE(world.registrar->Put(world.By("admin", "id-1"), Housing()).ok());
  REQUIRE(world.registrar->Put(world.By("admin", "id-1"), Housing()).ok());
  CHECK(world.Events().size() == 11);
  CHECK(ReasonOf(world.registrar->Put(world.By("admin", "id-1", "other"), Housing()).status()) ==
        Reason::kRequestIdReused);
}

TEST_CASE("A signed act is taken once", "[catalog][registrar]") {
  TestWorld world;
  const Cause cause = world.ActBy("admin");
  REQUIRE(world.registrar->Put(cause, Housing()).ok());
  CHECK(ReasonOf(world.registrar->Put(cause, Housing()).status()) == Reason::kActReplayed);
}

TEST_CASE("A key gets its name from its bytes and belongs to one owner", "[catalog][registrar]") {
  TestWorld world;
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  Key record = {.name = "keys/ignored",
                .owner = "people/editor",
                .use = Key::Use::kTls,
                .suite = 1,
                .spki = key.public_key().spki()};
  const auto put = world.registrar->Put(world.By("admin"), record);
  REQUIRE(put.ok());
  CHECK(NameOf(*put) == crypto::KeyName(key.public_key().id()));
  record.owner = "people/head";
  CHECK(absl::IsAlreadyExists(world.registrar->Put(world.By("admin"), record).status()));
  // The administrator's own key cannot be given to a second person, either.
  record.spki = world.admin_key.public_key().spki();
  CHECK(absl::IsAlreadyExists(world.registrar->Put(world.By("admin"), record).status()));
  record.spki = "no key";
  CHECK(absl::IsInvalidArgument(world.registrar->Put(world.By("admin"), record).status()));
}

TEST_CASE("Suspending tells the number of the change that watchers wait for",
          "[catalog][registrar]") {
  TestWorld world;
  const auto number = world.registrar->SetStanding(world.ActBy("admin"), "people/editor",
                                                   Standing::kSuspended, "离岗");
  REQUIRE(number.ok());
  CHECK(*number == 11);
  CHECK(world.followed == 11);
  CHECK(world.registrar->Now()->Find<Person>("people/editor")->standing == Standing::kSuspended);
  CHECK(world.Events().back().kind() == evidence::v1::PERSON_CHANGED);
  CHECK(world.Events().back().agencies(0) == kCivil);
  CHECK(absl::IsInvalidArgument(
      world.registrar->SetStanding(world.By("admin"), "people/head", Standing::kSuspended, "")
          .status()));
  CHECK(ReasonOf(
            world.registrar
                ->SetStanding(world.By("admin"), "people/head", Standing::kSuspended, "密级：机密")
                .status()) == Reason::kSecretRefused);
}

TEST_CASE("Two administrators at the same time both get their change", "[catalog][registrar]") {
  TestWorld world;
  std::vector<std::thread> threads;
  std::atomic<int> done = 0;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&world, &done, t] {
      for (int i = 0; i < 10; ++i) {
        const System system = {.name = absl::StrCat(kCivil, "/systems/s", t, "x", i),
                               .display_name = "演示系统"};
        if (world.registrar->Put(world.By("admin"), system).ok()) ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(done == 20);
  CHECK(world.registrar->Now()->objects().size() == 30);
  CHECK(world.followed == 30);
}

TEST_CASE("A log that was trimmed, or of another epoch, is not resumed", "[catalog][registrar]") {
  TestWorld world;
  const ChangeLog& log = world.directory->log();
  CHECK(log.epoch() == 1);
  CHECK(log.Reaches(1, 0).value());
  CHECK(log.Reaches(1, 10).value());
  CHECK_FALSE(log.Reaches(1, 11).value());  // from the future: a restored store
  CHECK_FALSE(log.Reaches(0, 0).value());
  CHECK_FALSE(log.Reaches(2, 5).value());
  kv::Batch trim;
  trim.Trim("directory", 5);
  REQUIRE(world.kv.Commit(std::move(trim)).ok());
  CHECK_FALSE(log.Reaches(1, 3).value());
  CHECK(log.Reaches(1, 4).value());
  CHECK(log.Read(4, 100).value().size() == 6);
}

}  // namespace
}  // namespace shareway::catalog
