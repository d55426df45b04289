// SPDX-License-Identifier: Apache-2.0
// The Python verifier, which shares no code with us, says the same of damaged packs.
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>

#include "catch2/catch.hpp"
#include "libs/evidence/test_pack.h"
#include "libs/evidence/test_verdict.h"

namespace shareway::evidence {
namespace {

constexpr int kPacks = 2000;

// Damage that a seed repeats.
class Damage {
 public:
  explicit Damage(uint64_t seed) : random_(seed) {}

  uint64_t Below(uint64_t n) { return random_() % n; }

  // A bit flipped, or bytes removed, doubled or put in.
  std::string Bytes(std::string s) {
    const size_t at = s.empty() ? 0 : Below(s.size());
    const size_t n = Below(8);
    switch (Below(s.empty() ? 1 : 6)) {
      case 0:
        return s.insert(at, 1, static_cast<char>(Below(256)));
      case 1:
        return s.erase(at, 1 + n);
      case 2:
        return s.insert(at, s.substr(at, 1 + n));
      case 3:
        return s.substr(0, at);
      default:
        s[at] = static_cast<char>(s[at] ^ (1 << Below(8)));
        return s;
    }
  }

  // Fields that no record has, well and badly formed: groups, fixed numbers,
  // numbers too long, a field 0, an end without a start.
  std::string Field() {
    static const std::vector<std::string> kFields = {
        std::string("\xfb\x01\x08\x01\xfc\x01", 6),
        std::string("\xfb\x01\x08\x01\xf4\x01", 6),
        "\xfb\x01",
        "\xfc\x01",
        std::string("\xf9\x01\0\0\0\0\0\0\0\0", 10),
        std::string("\xfd\x01\0\0\0", 5),
        std::string("\0\x01", 2),
        "\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        "\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        std::string("\xa8\x80\x80\x80\x00\x07", 6),
        std::string("\xa8\x80\x80\x80\x80\x00\x07", 7),
        "\x1a\x01\xff",
        std::string("\x1a\x02\xc3\xa4", 4),
        "\x1a\xff\xff\xff\xff\x07",
        std::string("\xca\x01\x00", 3),
        std::string("\xda\x01\x02\x08\x01", 5),
        std::string(99, '\x33') + std::string(99, '\x34'),
        std::string(101, '\x33') + std::string(101, '\x34')};
    return kFields[Below(kFields.size())];
  }

 private:
  std::mt19937_64 random_;
};

const std::vector<std::pair<uint64_t, v1::SealedRecord>>& Entries() {
  static const auto kEntries = TestEntries();
  return kEntries;
}

// Damage to what the log, or the producer, itself put there: all outer proofs hold.
Pack DamagedInside(Damage* damage) {
  auto entries = Entries();
  v1::SealedRecord& sealed = entries[damage->Below(entries.size())].second;
  v1::Envelope envelope = Open(sealed)->envelope;
  const auto spoil = [&](std::string s) {
    return damage->Below(2) == 0 ? damage->Bytes(std::move(s)) : s + damage->Field();
  };
  switch (damage->Below(3)) {
    case 0:
      sealed.set_record(spoil(sealed.record()));
      break;
    case 1:
      *envelope.mutable_signature()->mutable_bytes() = spoil(envelope.signature().bytes());
      sealed.set_record(envelope.SerializeAsString());
      break;
    default:
      envelope.set_payload(spoil(envelope.payload()));
      *envelope.mutable_signature() =
          ToProto((*crypto::SignBatch(TestKey(kTestNodePem), {envelope.payload()}))[0]);
      sealed.set_record(envelope.SerializeAsString());
  }
  return TestPackOf(entries, 7);
}

// Damage to the parts of a pack.
Pack DamagedParts(Damage* damage) {
  static const Pack kGood = TestPack();
  Pack pack = kGood;
  PackEntry& entry = pack.entries[damage->Below(pack.entries.size())];
  std::string& key = pack.keys[damage->Below(pack.keys.size())];
  const std::vector<std::function<void()>> spoil = {
      [&] { pack.checkpoint = damage->Bytes(pack.checkpoint); },
      [&] { pack.cosignatures[0] = damage->Bytes(pack.cosignatures[0]); },
      [&] { pack.cosignatures.push_back(pack.cosignatures[0]); },
      [&] { key = damage->Bytes(key); },
      [&] { pack.keys.erase(pack.keys.begin() + damage->Below(pack.keys.size())); },
      [&] { pack.keys.push_back(key); },
      [&] { entry.index = damage->Below(9); },
      [&] { entry.index = UINT64_MAX - damage->Below(2); },
      [&] { entry.path[damage->Below(entry.path.size())].bytes[damage->Below(32)] ^= 4; },
      [&] { entry.path.pop_back(); },
      [&] { entry.path.push_back(entry.path[0]); },
      [&] { std::swap(entry.path.front(), entry.path.back()); },
      [&] { entry.sealed.set_salt(damage->Bytes(entry.sealed.salt())); },
      [&] { entry.sealed.set_record(damage->Bytes(entry.sealed.record())); },
      [&] { entry = pack.entries[damage->Below(pack.entries.size())]; },
      [&] { pack.entries.resize(damage->Below(pack.entries.size() + 1)); }};
  spoil[damage->Below(spoil.size())]();
  return pack;
}

TEST_CASE("the verifier in another language agrees on 2000 damaged packs") {
  std::string folder = (std::filesystem::temp_directory_path() / "packs-XXXXXX").string();
  REQUIRE(mkdtemp(folder.data()) != nullptr);
  Json vectors = {{"kind", "packs"}, {"cases", Json::array()}};
  int valid = 0;
  const std::string good = WritePack(TestPack());
  for (int i = 0; i < kPacks; ++i) {
    Damage damage(i);
    std::string text;
    switch (i % 3) {
      case 0:
        text = damage.Bytes(good);
        break;
      case 1:
        text = WritePack(DamagedParts(&damage));
        break;
      default:
        text = WritePack(DamagedInside(&damage));
    }
    vectors["cases"].push_back(PackVector(absl::StrCat("seed ", i), text, TestVerifierKeys()));
    valid += vectors["cases"].back()["valid"].get<bool>();
  }
  std::ofstream(folder + "/packs.json") << vectors.dump();
  const std::string command = absl::StrCat("/usr/bin/python3 ", SHAREWAY_SOURCE_DIR,
                                           "/tools/verify_pack.py --vectors ", folder, " 2>&1");
  std::FILE* const pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string output;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
  CAPTURE(output.substr(0, 4000), folder);
  // On failure the packs stay: signatures are random, a seed alone does not bring them back.
  REQUIRE(pclose(pipe) == 0);
  REQUIRE(output == absl::StrCat(kPacks, " of ", kPacks, " vectors agree\n"));
  // Some damage is to what nobody signs (spaces, fields of the future), but little.
  CHECK(valid > 10);
  CHECK(valid < kPacks / 4);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace shareway::evidence
