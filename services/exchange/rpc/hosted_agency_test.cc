// SPDX-License-Identifier: Apache-2.0
// What is wrong with a hosted agency's folder is said at the start.
#include "services/exchange/rpc/hosted_agency.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "tests/support/temp_dir.h"

namespace shareway::exchange {
namespace {

constexpr char kOwn[] = "agencies/11990100MB0000001X";
constexpr char kTown[] = "agencies/11990100MB0000002Y";
constexpr char kVillage[] = "agencies/11990100MB0000003Z";

void MakeFolder(const std::string& dir, const crypto::PrivateKey& key, const std::string& secret) {
  std::filesystem::create_directories(dir);
  testing::WriteFile(dir + "/message.key", key.ToPem());
  testing::WriteFile(dir + "/agency.secret", secret);
}

crypto::PrivateKey NewKey(crypto::Suite suite = crypto::Suite::kP256Sha256) {
  return crypto::PrivateKey::Generate(suite);
}

// Two good folders and a node.
struct Disk {
  Disk() {
    MakeFolder(town(), NewKey(), std::string(32, 't'));
    MakeFolder(village(), NewKey(crypto::Suite::kSm2Sm3), std::string(32, 'v'));
  }
  std::string town() const { return dir / "town"; }
  std::string village() const { return dir / "village"; }
  absl::StatusOr<std::vector<std::unique_ptr<HostedAgency>>> Open() {
    const SeatParts own{.message_key = &key, .agency_secret = std::string(32, 'o')};
    return OpenHosted({{kTown, town()}, {kVillage, village()}}, own,
                      {.producer = "shareway://test/agency/11990100MB0000001X/node/n1",
                       .directory = &directory,
                       .clock = &SystemClock()});
  }

  testing::TempDir dir;
  crypto::PrivateKey key = NewKey();
  rpc::DirectoryHolder directory;
};

TEST_CASE("Hosted agencies are read from the flag or from a file", "[exchange][hosting]") {
  const Disk disk;
  const std::string town = absl::StrCat(kTown, "=", disk.town());
  const std::string village = absl::StrCat(kVillage, "=", disk.village());
  CHECK(ReadHosted({}, kOwn)->empty());
  testing::WriteFile(disk.dir / "hosted", absl::StrCat("# ours\n\n", town, "\n ", village, " \n"));
  for (const std::vector<std::string>& flag :
       {std::vector<std::string>{town, village},
        std::vector<std::string>{absl::StrCat("@", disk.dir / "hosted")}}) {
    const auto folders = ReadHosted(flag, kOwn);
    INFO(folders.status());
    REQUIRE(folders.ok());
    REQUIRE(folders->size() == 2);
    CHECK((*folders)[0].agency == kTown);
    CHECK((*folders)[1].dir == disk.village());
  }
}

TEST_CASE("A bad value of --hosted is named", "[exchange][hosting]") {
  const Disk disk;
  const std::string good = absl::StrCat(kTown, "=", disk.town());
  struct Case {
    std::vector<std::string> flag;
    std::string words;
  };
  for (const Case& c :
       {Case{{kTown}, "is not of the form agencies/{a}=DIR"},
        Case{{absl::StrCat(kTown, "=")}, "is not of the form"},
        Case{{absl::StrCat(kTown, "/nodes/n1=", disk.town())}, "is not of the form"},
        Case{{""}, "is not of the form"},
        Case{{absl::StrCat(kOwn, "=", disk.town())}, "is the node's own agency"},
        Case{{good, absl::StrCat(kTown, "=", disk.village())}, "names an agency twice"},
        Case{{good, absl::StrCat(kVillage, "=", disk.town(), "/.")}, "names a folder twice"},
        Case{{absl::StrCat(kTown, "=", disk.dir / "none")}, "names no folder"},
        Case{{absl::StrCat(kTown, "=", disk.town(), "/message.key")}, "names no folder"},
        Case{{absl::StrCat("@", disk.dir / "none")}, "none"}}) {
    CAPTURE(c.flag, c.words);
    const absl::Status status = ReadHosted(c.flag, kOwn).status();
    CHECK((absl::IsInvalidArgument(status) || absl::IsNotFound(status)));
    CHECK(absl::StartsWith(status.message(), "--hosted: "));
    CHECK(absl::StrContains(status.message(), c.words));
  }
}

TEST_CASE("Each hosted agency opens a store, an outbox and keys of its own",
          "[exchange][hosting]") {
  Disk disk;
  std::string incarnation;
  {
    const auto hosted = disk.Open();
    INFO(hosted.status());
    REQUIRE(hosted.ok());
    REQUIRE(hosted->size() == 2);
    const SeatParts town = (*hosted)[0]->parts(), village = (*hosted)[1]->parts();
    CHECK(town.agency == kTown);
    CHECK(town.agency_secret == std::string(32, 't'));
    CHECK(town.store != village.store);
    CHECK(town.outbox->producer() == village.outbox->producer());
    CHECK(town.outbox->incarnation() != village.outbox->incarnation());
    CHECK(village.message_key->public_key().suite() == crypto::Suite::kSm2Sm3);
    CHECK(town.rolled_back() == false);
    CHECK(town.disk_accepts());
    incarnation = town.outbox->incarnation();
    CHECK(absl::IsUnavailable(disk.Open().status()));  // the stores are open
  }
  CHECK((*disk.Open())[0]->parts().outbox->incarnation() == incarnation);
}

TEST_CASE("A folder that lacks something, or shares a key or secret, stops the start",
          "[exchange][hosting]") {
  struct Case {
    std::string words;
    std::function<void(Disk&)> spoil;
  };
  const auto write = [](const std::string& name, const std::string& text) {
    return [name, text](Disk& disk) { testing::WriteFile(disk.town() + "/" + name, text); };
  };
  for (const Case& c :
       {Case{"message.key",
             [](Disk& disk) { std::filesystem::remove(disk.town() + "/message.key"); }},
        Case{"message.key", write("message.key", "no key")},
        Case{"want P-256 or SM2",
             write("message.key", NewKey(crypto::Suite::kEd25519).ToPem())},
        Case{"agency.secret",
             [](Disk& disk) { std::filesystem::remove(disk.town() + "/agency.secret"); }},
        Case{"has 31 bytes, want at least 32", write("agency.secret", std::string(31, 't'))},
        Case{"has the secret of the node's own agency",
             write("agency.secret", std::string(32, 'o'))},
        Case{"has the secret of", write("agency.secret", std::string(32, 'v'))},
        Case{"has the message key of the node's own agency", [](Disk& disk) {
               testing::WriteFile(disk.town() + "/message.key", disk.key.ToPem());
             }}}) {
    Disk disk;
    c.spoil(disk);
    const absl::Status status = disk.Open().status();
    CAPTURE(c.words, status);
    CHECK_FALSE(status.ok());
    CHECK(absl::StartsWith(status.message(), "--hosted"));
    CHECK((absl::StrContains(status.message(), kTown) ||
           absl::StrContains(status.message(), kVillage)));
    CHECK(absl::StrContains(status.message(), c.words));
  }
}

}  // namespace
}  // namespace shareway::exchange
