// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/directory.h"

#include <optional>
#include <string>

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

}  // namespace
}  // namespace shareway::rpc
