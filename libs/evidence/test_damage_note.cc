// SPDX-License-Identifier: Apache-2.0
// Odd checkpoints, cosignatures and pinned keys.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "libs/evidence/test_damage.h"

namespace shareway::evidence {
namespace {

constexpr absl::string_view kDash = "\xe2\x80\x94 ";
const std::string kNational = "shareway/v1/sm2-sm3\n";

// The order of Ed25519's group, little-endian.
constexpr uint8_t kOrder[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

// R and S + order: the same signature to whoever does not look.
std::string Malleated(std::string signature) {
  int carry = 0;
  for (int i = 0; i < 32; ++i) {
    carry += static_cast<uint8_t>(signature[32 + i]) + kOrder[i];
    signature[32 + i] = static_cast<char>(carry & 0xff);
    carry >>= 8;
  }
  return signature;
}

std::string RawOf(const crypto::PrivateKey& ed25519) {
  return ed25519.public_key().spki().substr(12);
}

std::string HashOf(absl::string_view name, const crypto::PrivateKey& key, char type) {
  return crypto::Sha256(absl::StrCat(name, "\n", std::string(1, type), RawOf(key)))
      .str()
      .substr(0, 4);
}

std::string Line(absl::string_view name, absl::string_view hash, absl::string_view signature) {
  return absl::StrCat(kDash, name, " ", ToBase64(absl::StrCat(hash, signature)), "\n");
}

std::string OddText(Dice* dice, const TreeHead& head) {
  const std::string root = ToBase64(head.root.view());
  const std::string size = absl::StrCat(head.size);
  const std::string origin = head.origin;
  const std::vector<std::string> texts = {
      absl::StrCat(origin, "\n", size, "\n", root, "\nmore text\n"),
      absl::StrCat(origin, "\n", size, "\n", root, "\n中文 𠀀\n"),
      absl::StrCat(origin, "\n", size, "\n", root, "\nbetween\n\nthe lines\n"),
      absl::StrCat(origin, "\n", size, "\n", root, "\na\xe2\x80\xa8line\xc2\x85s\n"),
      absl::StrCat(origin, "\n", size, "\n", root, "\n", kDash, "x AAAAAAAA\n"),
      absl::StrCat(origin, "\n", size, "\n", root, "\n", std::string(261000, 'x'), "\n"),
      absl::StrCat(origin, "\n", size, "\n", root, "\n", std::string(263000, 'x'), "\n"),
      absl::StrCat(origin, "\n0", size, "\n", root, "\n"),
      absl::StrCat(origin, "\n+", size, "\n", root, "\n"),
      absl::StrCat(origin, "\n ", size, "\n", root, "\n"),
      absl::StrCat(origin, "\n", size, " \n", root, "\n"),
      absl::StrCat(origin, "\n18446744073709551616\n", root, "\n"),
      absl::StrCat(origin, "\n18446744073709551615\n", root, "\n"),
      absl::StrCat(origin, "\n0\n", root, "\n"),
      absl::StrCat(origin, "\n-1\n", root, "\n"),
      absl::StrCat(origin, "\n\xef\xbc\x97\n", root, "\n"),  // a full-width 7
      absl::StrCat(origin, "\n\xd9\xa7\n", root, "\n"),      // an Arabic 7
      absl::StrCat(origin, "\n\n", root, "\n"),
      absl::StrCat(origin, "\n", size, "\n", root.substr(0, 43), "\n"),
      absl::StrCat(origin, "\n", size, "\n", root.substr(0, 40), "\n"),
      absl::StrCat(origin, "\n", size, "\n", root, "AAAA\n"),
      absl::StrCat(origin, "\n", size, "\n", absl::StrReplaceAll(root, {{"+", "-"}}), "\n"),
      absl::StrCat(origin, "\n", size, "\n", root.substr(0, 42), "/=\n"),
      absl::StrCat(origin, "\n", size, "\n", root, " \n"),
      absl::StrCat(origin, "\r\n", size, "\n", root, "\n"),
      absl::StrCat(origin, "\t\n", size, "\n", root, "\n"),
      absl::StrCat(origin, "x\n", size, "\n", root, "\n"),
      absl::StrCat(origin, "\n", size, "\n"),
      absl::StrCat(origin, "\n", size, "\n", root),
      absl::StrCat("\n", origin, "\n", size, "\n", root, "\n"),
      absl::StrCat("\xef\xbb\xbf", origin, "\n", size, "\n", root, "\n"),
      absl::StrCat(origin, "\n", size, "\n", root, "\n\x7f\n"),
      absl::StrCat(origin, "\n", size, "\n", root, "\n", absl::string_view("\0\n", 2))};
  return dice->Pick(texts);
}

}  // namespace

void SpoilNote(PackPress* press, Draft* draft) {
  Dice& dice = press->dice();
  const crypto::PrivateKey& key = press->log_key();
  const std::string& origin = draft->head.origin;
  const std::string hash = HashOf(origin, key, 1);
  const bool odd_text = dice.OneIn(2);
  std::string text = draft->pack.checkpoint.substr(0, draft->pack.checkpoint.find("\n\n") + 1);
  if (odd_text) text = OddText(&dice, draft->head);
  const std::string signature = *key.Sign(text);
  const std::string good = Line(origin, hash, signature);
  std::string lines = good;
  std::string end;
  const crypto::PrivateKey& sm2 = press->national_key();
  const std::string spki = kNational + sm2.public_key().spki();
  const std::string national_hash =
      crypto::Sha256(absl::StrCat(origin, "\n", "\xff", spki)).str().substr(0, 4);
  const std::string national = *sm2.Sign(text);
  if (dice.OneIn(4)) draft->keys.push_back(VerifierKey(origin, sm2.public_key()));
  const auto many = [&](int n) {
    std::string list;
    for (int i = 0; i < n; ++i) list += Line(absl::StrCat("w", i), "hash", "x");
    return list;
  };
  if (!odd_text) {
    const crypto::PrivateKey& other = press->witnesses()[0];
    dice.DoOne({[&] { lines = Line("another", "hash", "its signature") + good; },
                [&] { lines = good + Line("another", "hash", dice.Random(72)); },
                [&] { lines = Line(origin, "hash", "another key of this name") + good; },
                [&] { lines = Line(origin, hash, dice.Random(64)) + good; },
                [&] { lines = good + Line(origin, hash, dice.Random(64)); },
                [&] { lines = good + good; },
                [&] { lines = many(300) + good; },
                [&] { lines = many(20000) + good; },  // over 256 KiB
                [&] { lines = ""; },
                [&] { lines = Line(origin, hash, signature.substr(0, 63)); },
                [&] { lines = Line(origin, hash, signature + "x"); },
                [&] { lines = Line(origin, hash, Malleated(signature)); },
                [&] { lines = Line(origin, hash, ""); },
                [&] { lines = Line(origin, hash, "x") + good; },
                [&] { lines = Line("name", "hash", "") + good; },
                [&] { lines = Line(origin, HashOf(origin, key, 4), signature); },
                [&] { lines = Line(origin, HashOf(origin, other, 1), *other.Sign(text)); },
                [&] { lines = Line("demo.example/other", hash, signature); },
                [&] { lines = Line(std::string(255, 'n'), "hash", "x") + good; },
                [&] { lines = Line(std::string(256, 'n'), "hash", "x") + good; },
                [&] { lines = Line("n+m", "hash", "x") + good; },
                [&] { lines = Line("n\xc3\xa4m", "hash", "x") + good; },
                [&] { lines = Line("n m", "hash", "x") + good; },
                [&] {
                  lines = absl::StrReplaceAll(good, {{"\xe2\x80\x94", "\xe2\x80\x93"}});
                },
                [&] {
                  lines = absl::StrReplaceAll(good, {{"\xe2\x80\x94", "-"}});
                },
                [&] { lines.insert(lines.size() - 1, " "); },
                [&] { lines.insert(lines.size() - 1, "\r"); },
                [&] { lines += Line(origin, national_hash, national); },
                [&] { lines = Line(origin, national_hash, national); },
                [&] { lines += Line(origin, national_hash, dice.Spoil(national)); },
                [&] { lines += Line(origin, national_hash, *sm2.Sign("another\n")); },
                [&] { lines += Line("demo.example/other", national_hash, national); },
                [&] { lines += Line(origin, hash, national); },
                [&] { lines.pop_back(); },
                [&] { lines += "\n"; },
                [&] { lines += "\n\n"; },
                [&] { lines += "a remark\n"; },
                [&] { lines = dice.Spoil(good); },
                [&] { end = dice.Random(1); },
                [&] { text.pop_back(); }});
  }
  draft->pack.checkpoint = absl::StrCat(text, "\n", lines, end);
}

void SpoilCosignatures(PackPress* press, Draft* draft) {
  Dice& dice = press->dice();
  const std::string text =
      draft->pack.checkpoint.substr(0, draft->pack.checkpoint.find("\n\n") + 1);
  const size_t i = dice.Below(press->witnesses().size());
  const crypto::PrivateKey& key = press->witnesses()[i];
  std::string name = press->WitnessName(i);
  const std::string hash = HashOf(name, key, 4);
  draft->keys.push_back(WitnessVerifierKey(name, key.public_key()));
  const auto cosigned = [&](const std::string& time, uint64_t said, const std::string& of) {
    return Line(
        name, hash,
        BigEndian64(said) + *key.Sign(absl::StrCat("cosignature/v1\ntime ", time, "\n", of)));
  };
  const std::string good = cosigned("1790000060", 1790000060, text);
  std::string raw = *FromBase64(
      absl::string_view(good).substr(good.rfind(' ') + 1, good.size() - good.rfind(' ') - 2));
  std::string line = good;
  dice.DoOne({[&] { line = cosigned("0", 0, text); },
              [&] { line = cosigned("18446744073709551615", UINT64_MAX, text); },
              [&] { line = cosigned("1790000060", 1790000061, text); },
              [&] { line = cosigned("01790000060", 1790000060, text); },
              [&] { line = cosigned("1790000060", 1790000060, text + "\n"); },
              [&] { line = cosigned("1790000060", 1790000060, "another\n7\n"); },
              [&] { line = Line(name, hash, *key.Sign(text)); },
              [&] { line = Line(name, HashOf(name, key, 1), raw.substr(4)); },
              [&] { line = Line("nobody", hash, raw.substr(4)); },
              [&] { line = Line(name, hash, raw.substr(4, 71)); },
              [&] { line = Line(name, hash, raw.substr(4) + "x"); },
              [&] { line = Line(name, hash, raw.substr(4, 8) + Malleated(raw.substr(12))); },
              [&] { line = Line(name, "", ""); },
              [&] { line = Line(name, hash, ""); },
              [&] { line = Line(kTestOrigin, HashOf(kTestOrigin, press->log_key(), 1), "x"); },
              [&] { line.pop_back(); },
              [&] { line.back() = ' '; },
              [&] { line.back() = 'A'; },
              [&] { line += "\n"; },
              [&] { line += good; },
              [&] { line.insert(line.size() - 1, " "); },
              [&] { line.insert(line.size() - 1, "\r"); },
              [&] { line.insert(3, " "); },
              [&] { line.insert(5, "\t"); },
              [&] { line.insert(5, "\xe3\x80\x80"); },
              [&] { line = ""; },
              [&] { line = "\n"; },
              [&] { line = dice.Spoil(good); }});
  std::vector<std::string>& lines = draft->pack.cosignatures;
  lines.insert(lines.begin() + static_cast<long>(dice.Below(lines.size() + 1)), line);
  if (dice.OneIn(4)) lines.push_back(good);
}

void SpoilKeys(PackPress* press, Draft* draft) {
  Dice& dice = press->dice();
  std::vector<std::string>& keys = draft->keys;
  const crypto::PrivateKey& witness = press->witnesses()[0];
  const std::string log = keys[0];
  std::string& any = dice.Pick(keys);
  const auto typed = [&](char type, const std::string& raw) {
    const std::string bytes = absl::StrCat(std::string(1, type), raw);
    return absl::StrCat(
        kTestOrigin, "+",
        ToHex(crypto::Sha256(absl::StrCat(kTestOrigin, "\n", bytes)).view().substr(0, 4)), "+",
        ToBase64(bytes));
  };
  const std::string raw = RawOf(press->log_key());
  const crypto::PrivateKey another = TestKey(kTestSm2Pem);
  const auto national = [&](const std::string& spki) { return typed('\xff', kNational + spki); };
  dice.DoOne(
      {[&] { keys.clear(); },
       [&] { keys.erase(keys.begin()); },
       [&] { keys[0] = VerifierKey(kTestOrigin, witness.public_key()); },
       [&] { keys.insert(keys.begin(), VerifierKey(kTestOrigin, witness.public_key())); },
       [&] { keys.push_back(VerifierKey(kTestOrigin, witness.public_key())); },
       [&] { keys[0] = VerifierKey("demo.example/other", press->log_key().public_key()); },
       [&] { keys.push_back(VerifierKey(press->WitnessName(0), witness.public_key())); },
       [&] { keys.push_back(WitnessVerifierKey(kTestOrigin, press->log_key().public_key())); },
       [&] { keys[0] = WitnessVerifierKey(kTestOrigin, press->log_key().public_key()); },
       [&] { keys.push_back(WitnessVerifierKey(press->WitnessName(0), witness.public_key())); },
       [&] {
         keys.push_back(
             WitnessVerifierKey(press->WitnessName(1), press->witnesses()[2].public_key()));
       },
       [&] { keys.push_back(""); },
       [&] { keys.push_back("# a remark"); },
       [&] { any = absl::StrCat(any, " "); },
       [&] { any = absl::StrCat(" ", any); },
       [&] { any = absl::StrCat(any, "\n"); },
       [&] { any.pop_back(); },
       [&] { any = absl::AsciiStrToUpper(any); },
       [&] { any = dice.Spoil(any); },
       [&] { keys.push_back(typed(2, raw)); },
       [&] { keys.push_back(typed(0, raw)); },
       [&] { keys.push_back(typed('\x06', raw)); },
       [&] { keys.push_back(typed(1, raw + "x")); },
       [&] { keys.push_back(typed(1, raw.substr(1))); },
       [&] { keys[0] = typed(1, std::string(32, '\xff')); },
       [&] { keys[0] = typed(1, std::string(32, '\0')); },
       [&] { keys[0] = typed(1, "\x01" + std::string(31, '\0')); },
       [&] { keys.push_back(log); },
       [&] { keys.push_back(VerifierKey(kTestOrigin, press->national_key().public_key())); },
       [&] { keys.push_back(VerifierKey(kTestOrigin, another.public_key())); },
       [&] { keys.push_back(VerifierKey("demo.example/other", another.public_key())); },
       [&] {
         keys = {VerifierKey(kTestOrigin, another.public_key()), log};
       },
       [&] { keys.push_back(national(TestKey(kTestNodePem).public_key().spki())); },
       [&] { keys.push_back(national(another.public_key().spki().substr(27))); },
       [&] { keys.push_back(national(dice.Spoil(another.public_key().spki()))); },
       [&] { keys.push_back(typed('\xff', raw)); },
       [&] { std::reverse(keys.begin(), keys.end()); }});
}

}  // namespace shareway::evidence
