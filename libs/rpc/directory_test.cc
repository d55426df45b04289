// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/directory.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "libs/crypto/key.h"
#include "libs/evidence/record.h"

namespace shareway::rpc {
namespace {

using catalog::v1::Key;

constexpr char kNode[] = "agencies/11990100MB0000001X/nodes/n1";
const absl::Time kStart = absl::FromUnixSeconds(1790000000);

void List(const crypto::PrivateKey& key, Key::Use use, std::optional<absl::Time> start,
          std::optional<absl::Time> end, Directory* directory) {
  catalog::v1::DirectoryChange change;
  Key* const record = change.mutable_key();
  record->set_name(crypto::KeyName(key.public_key().id()));
  record->set_owner(kNode);
  record->set_use(use);
  record->set_spki(key.public_key().spki());
  record->set_standing(catalog::v1::ACTIVE);
  if (start) *record->mutable_start_time() = evidence::ToTimestamp(*start);
  if (end) *record->mutable_end_time() = evidence::ToTimestamp(*end);
  directory->Apply(change);
}

TEST_CASE("The old and the new key of a node both count until the old one ends", "[rpc]") {
  const crypto::PrivateKey before = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  const crypto::PrivateKey after = crypto::PrivateKey::Generate(crypto::Suite::kSm2Sm3);
  const absl::Time begin = kStart + absl::Hours(1);
  const absl::Time end = kStart + absl::Hours(2);
  Directory directory;
  List(before, Key::MESSAGE, std::nullopt, std::nullopt, &directory);
  List(after, Key::MESSAGE, begin, std::nullopt, &directory);
  List(before, Key::MESSAGE, std::nullopt, end, &directory);  // replaces the first
  CHECK(directory.KeysOf(kNode, Key::MESSAGE).size() == 2);
  struct Moment {
    absl::Time now;
    bool before, after;
  };
  for (const Moment& moment : {Moment{kStart, true, false}, Moment{begin, true, true},
                               Moment{end - absl::Nanoseconds(1), true, true},
                               Moment{end, false, true}}) {
    CAPTURE(absl::FormatTime(moment.now));
    const auto counts = [&](const crypto::PrivateKey& key, Key::Use use) {
      return directory.ValidKey(key.public_key().id(), kNode, use, moment.now) != nullptr;
    };
    CHECK(counts(before, Key::MESSAGE) == moment.before);
    CHECK(counts(after, Key::MESSAGE) == moment.after);
    CHECK_FALSE(counts(after, Key::TLS));
  }
}

// The audit office's supervisor Li, and one mandate over two agencies for November 2026.
struct Supervised {
  Directory directory;
  catalog::v1::Agency office;
  catalog::v1::Person li;
  catalog::v1::Mandate mandate;

  Supervised() {
    office.set_name("agencies/office");
    office.set_standing(catalog::v1::ACTIVE);
    li.set_name("people/li");
    li.set_agency("agencies/office");
    li.add_roles(shareway::OUTSIDE_SUPERVISOR);
    li.set_standing(catalog::v1::ACTIVE);
    mandate.set_name("mandates/m2");
    mandate.add_supervisors("people/li");
    mandate.add_agencies("agencies/tax");
    mandate.add_agencies("agencies/civil");
    mandate.set_start_date("2026-11-01");
    mandate.set_end_date("2026-11-30");
    Tell();
  }
  // The directory learns what the three are now.
  void Tell() {
    catalog::v1::DirectoryChange change;
    *change.mutable_agency() = office;
    directory.Apply(change);
    *change.mutable_person() = li;
    directory.Apply(change);
    *change.mutable_mandate() = mandate;
    directory.Apply(change);
  }
  std::string Over(absl::string_view agency, absl::Time now) const {
    return directory.MandateOver("people/li", agency, now);
  }
};

// In Asia/Shanghai.
absl::Time At(absl::CivilSecond second) {
  return absl::FromCivil(second, absl::FixedTimeZone(8 * 60 * 60));
}

const absl::Time kWithin = At(absl::CivilSecond(2026, 11, 23, 12, 0, 0));

TEST_CASE("A mandate is in force from its first day to the end of its last, as the law counts",
          "[rpc]") {
  const Supervised world;
  const absl::Time first = At(absl::CivilSecond(2026, 11, 1, 0, 0, 0));
  const absl::Time past = At(absl::CivilSecond(2026, 12, 1, 0, 0, 0));
  const absl::Duration tick = absl::Nanoseconds(1);
  CHECK(world.Over("agencies/civil", first - tick).empty());
  CHECK(world.Over("agencies/civil", first) == "mandates/m2");
  CHECK(world.Over("agencies/civil", past - tick) == "mandates/m2");
  CHECK(world.Over("agencies/civil", past).empty());
}

TEST_CASE("A mandate reaches its own agencies and its own supervisors", "[rpc]") {
  const Supervised world;
  CHECK(world.Over("agencies/tax", kWithin) == "mandates/m2");
  CHECK(world.Over("agencies/other", kWithin).empty());
  CHECK(world.Over("", kWithin).empty());
  CHECK(world.directory.MandateOver("people/wang", "agencies/tax", kWithin).empty());
  CHECK(world.directory.MandateOver("", "agencies/tax", kWithin).empty());
}

TEST_CASE("Of several mandates over an agency the first by name is told, once", "[rpc]") {
  Supervised world;
  const auto both = world.mandate;
  world.mandate.set_name("mandates/m1");
  world.mandate.clear_agencies();
  world.mandate.add_agencies("agencies/tax");
  world.Tell();
  using Over = std::vector<std::pair<std::string, std::string>>;
  CHECK(world.directory.MandatesOf("people/li", kWithin) ==
        Over{{"agencies/civil", "mandates/m2"}, {"agencies/tax", "mandates/m1"}});
  CHECK(world.Over("agencies/tax", kWithin) == "mandates/m1");
  *world.mandate.mutable_ended_time() = evidence::ToTimestamp(kWithin);
  world.Tell();
  CHECK(world.Over("agencies/tax", kWithin - absl::Nanoseconds(1)) == "mandates/m1");
  CHECK(world.Over("agencies/tax", kWithin) == both.name());
}

TEST_CASE("Who is suspended, without the role or of the agency itself has no mandate", "[rpc]") {
  struct Row {
    std::string what;
    std::function<void(Supervised&)> spoil;
  };
  const std::vector<Row> rows = {
      {"person suspended",
       [](Supervised& w) { w.li.set_standing(catalog::v1::STANDING_SUSPENDED); }},
      {"person retired", [](Supervised& w) { w.li.set_standing(catalog::v1::RETIRED); }},
      {"agency suspended",
       [](Supervised& w) { w.office.set_standing(catalog::v1::STANDING_SUSPENDED); }},
      {"without the role", [](Supervised& w) { w.li.set_roles(0, shareway::AUDITOR); }},
      {"of the agency",
       [](Supervised& w) {
         w.li.set_agency("agencies/civil");
         w.office.set_name("agencies/civil");
       }},
      {"ended", [](Supervised& w) {
         *w.mandate.mutable_ended_time() = evidence::ToTimestamp(kWithin);
       }}};
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Supervised world;
    REQUIRE(world.Over("agencies/civil", kWithin) == "mandates/m2");
    row.spoil(world);
    world.Tell();
    CHECK(world.Over("agencies/civil", kWithin).empty());
  }
}

}  // namespace
}  // namespace shareway::rpc
