// SPDX-License-Identifier: Apache-2.0
// Odd records and odd packs.
#include "libs/evidence/test_damage.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "libs/evidence/test_webauthn_act.h"

namespace shareway::evidence {
namespace {

// ---- DER signatures by hand: numbers of 32 bytes, big-endian.

// The orders of P-256 and SM2.
constexpr absl::string_view kOrders[] = {
    {"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff"
     "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
     32},
    {"\xff\xff\xff\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
     "\x72\x03\xdf\x6b\x21\xc6\x05\x2b\x53\xbb\xf4\x09\x39\xd5\x41\x23",
     32}};

std::string Minus(absl::string_view a, absl::string_view b) {
  std::string out(32, '\0');
  int borrow = 0;
  for (int i = 31; i >= 0; --i) {
    const int d = static_cast<uint8_t>(a[i]) - static_cast<uint8_t>(b[i]) - borrow;
    borrow = d < 0;
    out[i] = static_cast<char>(d & 0xff);
  }
  return out;
}

// 33 bytes.
std::string Plus(absl::string_view a, absl::string_view b) {
  std::string out(33, '\0');
  int carry = 0;
  for (int i = 31; i >= 0; --i) {
    const int d = static_cast<uint8_t>(a[i]) + static_cast<uint8_t>(b[i]) + carry;
    carry = d >> 8;
    out[i + 1] = static_cast<char>(d & 0xff);
  }
  out[0] = static_cast<char>(carry);
  return out;
}

std::string Integer(std::string number) {
  number.erase(0, std::min(number.find_first_not_of('\0'), number.size() - 1));
  if (static_cast<uint8_t>(number[0]) >= 0x80) number.insert(0, 1, '\0');
  return absl::StrCat("\x02", std::string(1, static_cast<char>(number.size())), number);
}

std::string Sequence(const std::string& body) {
  return absl::StrCat("\x30", std::string(1, static_cast<char>(body.size())), body);
}

// The body of the integer at `at` in a well-formed signature, in 32 bytes.
std::string IntegerAt(const std::string& der, size_t* at) {
  const auto size = static_cast<size_t>(der[*at + 1]);
  std::string number = der.substr(*at + 2, size);
  *at += 2 + size;
  if (number.size() > 32) number.erase(0, 1);
  return std::string(32 - number.size(), '\0') + number;
}

std::string OddDer(Dice* dice, const std::string& der, v1::Suite suite) {
  if (der.size() < 60 || der[0] != '\x30' || static_cast<size_t>(der[1]) + 2 != der.size()) {
    return dice->Spoil(der);
  }
  size_t at = 2;
  const std::string r = IntegerAt(der, &at), s = IntegerAt(der, &at);
  const std::string n(kOrders[suite == v1::SM2_SM3]);
  const std::string body = der.substr(2);
  switch (dice->Below(18)) {
    case 0:
      return Sequence(Integer(r) + Integer(Minus(n, s)));  // ECDSA's other half: verifies
    case 1:
      return Sequence(Integer(Plus(r, n)) + Integer(s));
    case 2:
      return Sequence(Integer(r) + Integer(Plus(s, n)));
    case 3:
      return Sequence(Integer(std::string(1, '\0')) + Integer(s));
    case 4:
      return Sequence(Integer(r) + Integer(std::string(1, '\0')));
    case 5:
      return Sequence(Integer(n) + Integer(s));
    case 6:
      return Sequence(Integer(s) + Integer(r));
    case 7:
      return absl::StrCat(der, dice->Random(1));
    case 8:
      return absl::StrCat("\x30\x81", der.substr(1));
    case 9:
      return absl::StrCat("\x30\x80", body, absl::string_view("\0\0", 2));
    case 10:
      return Sequence(absl::StrCat("\x02\x22", absl::string_view("\0\0", 2), r) + Integer(s));
    case 11:
      return Sequence(absl::StrCat("\x02\x20", r) + Integer(s));  // negative, perhaps
    case 12:
      return Sequence(body + Integer(s));
    case 13:
      return Sequence(Integer(r));
    case 14:
      return absl::StrCat("\x31", der.substr(1));
    case 15:
      return Sequence(Integer(r) + Integer(Minus(n, r)));  // SM2's r + s = n
    case 16:
      return r + s;
    default:
      return dice->Spoil(der);
  }
}

// ---- Protobuf by hand.

std::string Number(uint64_t n) {
  std::string out;
  for (; n >= 0x80; n >>= 7) out += static_cast<char>(n | 0x80);
  return out + static_cast<char>(n);
}

std::string Bytes(int field, absl::string_view value) {
  return absl::StrCat(Number(static_cast<uint64_t>(field) << 3 | 2), Number(value.size()), value);
}

// The same envelope, spelled otherwise; now and then another.
std::string OddEnvelope(Dice* dice, const v1::Envelope& envelope) {
  const std::string payload = Bytes(1, envelope.payload());
  const std::string inner = envelope.signature().SerializeAsString();
  const std::string signature = Bytes(2, inner);
  const size_t cut = dice->Below(inner.size() + 1);
  // A number of 32 bits is what is left of one that is longer.
  const std::string long_index =
      absl::StrCat("\x18", Number((uint64_t{1} << 32) + envelope.signature().index()));
  const std::string long_size =
      absl::StrCat("\x20", Number((uint64_t{5} << 40) + envelope.signature().size()));
  switch (dice->Below(11)) {
    case 9:
      return payload + Bytes(2, inner + long_size);
    case 10:
      return payload + Bytes(2, inner + (dice->OneIn(2) ? long_index : long_size + long_size));
    case 0:
      return signature + payload;
    case 1:
      return Bytes(1, "another") + payload + signature;
    case 2:
      return payload + Bytes(1, "another") + signature;
    case 3:
      return payload + signature + signature;  // paths grow when messages merge
    case 4:
      return payload + Bytes(2, inner.substr(0, cut)) + Bytes(2, inner.substr(cut));
    case 5:
      return payload + Bytes(2, "") + signature + Bytes(3, "future");
    case 6:
      return absl::StrCat("\x8a", absl::string_view("\0", 1), payload.substr(1), signature);
    case 7:
      return payload + signature + dice->OddField();
    default:
      return payload + Bytes(2, inner + dice->OddField());
  }
}

// The signature of one statement in a batch of `size`, be it too large, where the statement's
// digest is any bytes, be they too few.
v1::Signature SignFreely(Dice* dice, const crypto::PrivateKey& key, const std::string& digest,
                         uint32_t size) {
  const crypto::Suite suite = key.public_key().suite();
  std::vector<Hash32> leaves;
  for (uint32_t i = 0; i < size; ++i) {
    leaves.push_back(crypto::StatementLeaf(suite, absl::StrCat("another ", i)));
  }
  const auto at = static_cast<uint32_t>(dice->Below(size));
  leaves[at] =
      crypto::Digest(suite, absl::StrCat(std::string(1, '\0'), "shareway/v1/statement\n", digest));
  const merkle::SmallTree tree(crypto::StatementHasher(suite), std::move(leaves));
  const Hash32& id = key.public_key().id();
  return ToProto({.suite = suite,
                  .key_id = id,
                  .index = at,
                  .size = size,
                  .path = tree.Path(at),
                  .bytes = *key.Sign(crypto::SignedBytes(suite, id, size, tree.root()))});
}

}  // namespace

void SpoilSignature(Dice* dice, v1::Signature* signature) {
  const auto path = [&] { return signature->mutable_path(); };
  const auto number = [&] { return static_cast<int>(dice->Below(path()->size())); };
  const std::vector<std::function<void()>> ways = {
      [&] { signature->set_index(signature->index() + 1); },
      [&] { signature->set_index(signature->index() ^ 1); },
      [&] { signature->set_index(signature->size()); },
      [&] { signature->set_index(static_cast<uint32_t>(dice->Below(UINT32_MAX))); },
      [&] { signature->set_size(0); },
      [&] { signature->set_size(1024 + static_cast<uint32_t>(dice->Below(2))); },
      [&] { signature->set_size(signature->size() + 1); },
      [&] { signature->set_size(signature->size() - 1); },
      [&] { signature->set_suite(static_cast<v1::Suite>(dice->Below(5))); },
      [&] { signature->set_suite(static_cast<v1::Suite>(-1)); },
      [&] { signature->set_key_id(dice->Spoil(signature->key_id())); },
      [&] { signature->clear_key_id(); },
      [&] { signature->add_path(dice->Random(32)); },
      [&] { signature->add_path(dice->Random(dice->Below(34))); },
      [&] { signature->clear_path(); },
      [&] {
        if (!path()->empty()) path()->RemoveLast();
      },
      [&] {
        if (!path()->empty()) *path()->Mutable(number()) = dice->Spoil(path()->Get(number()));
      },
      [&] {
        if (!path()->empty()) path()->SwapElements(number(), number());
      },
      [&] { signature->clear_bytes(); }};
  if (dice->OneIn(2)) {
    dice->DoOne(ways);
  } else {
    signature->set_bytes(OddDer(dice, signature->bytes(), signature->suite()));
  }
}

v1::SealedRecord OddRecord(PackPress* press) {
  Dice& dice = press->dice();
  v1::SealedRecord sealed = press->MakeRecord();
  const OpenedRecord opened = *Open(sealed);
  v1::Envelope envelope = opened.envelope;
  v1::AuditRecord record = opened.record;
  const auto sign_again = [&](const std::string& payload) {
    envelope.set_payload(payload);
    *envelope.mutable_signature() =
        press->SignOne(press->SignerOf(envelope.signature().key_id()), payload);
  };
  const auto field = [&](const char* name) -> std::string {
    // A record with `name` twice: the last value counts.
    return absl::StrCat(envelope.payload(), Bytes(17, name));
  };
  const std::vector<std::function<void()>> ways = {
      [&] { SpoilSignature(&dice, envelope.mutable_signature()); },
      [&] { SpoilSignature(&dice, envelope.mutable_signature()); },
      [&] { sign_again(dice.Spoil(envelope.payload())); },
      [&] { sign_again(envelope.payload() + dice.OddField()); },
      [&] { sign_again(dice.OddField() + envelope.payload()); },
      [&] { sign_again(field("too short")); },
      [&] { envelope.clear_signature(); },
      [&] { sealed.set_salt(dice.Random(dice.OneIn(2) ? 15 : 17)); },
      [&] { sealed.clear_salt(); },
      [&] {
        // All is signed, but the batch may be too large, or the digest none.
        static constexpr uint32_t kSizes[] = {1, 2, 1024, 1025};
        const crypto::PrivateKey& key = press->AnySigner();
        const std::string some = dice.Random(dice.OneIn(2) ? 32 : 31 + 2 * dice.Below(2));
        record.set_response_digest(some);
        *record.mutable_response_signature() = SignFreely(&dice, key, some, dice.Pick(kSizes));
        sign_again(record.SerializeAsString());
      },
      [&] {
        const crypto::PrivateKey& key = press->AnySigner();
        const std::string digest =
            crypto::Digest(key.public_key().suite(), envelope.payload()).str();
        *envelope.mutable_signature() = SignFreely(&dice, key, digest, dice.OneIn(2) ? 1024 : 1025);
      },
      [&] { sign_again(""); },
      [&] { envelope.set_payload(dice.Spoil(envelope.payload())); },
      [&] {
        record.set_request_digest(crypto::Sha256("request").str());
        sign_again(record.SerializeAsString());
      },
      [&] {
        record.set_response_digest(dice.Spoil(record.response_digest()));
        sign_again(record.SerializeAsString());
      },
      [&] {
        SpoilSignature(&dice, dice.OneIn(2) ? record.mutable_request_signature()
                                            : record.mutable_response_signature());
        sign_again(record.SerializeAsString());
      },
      [&] {
        SpoilSignature(&dice, record.mutable_act()->mutable_signature());
        sign_again(record.SerializeAsString());
      },
      [&] {
        record.mutable_act()->set_act(dice.Spoil(record.act().act()));
        sign_again(record.SerializeAsString());
      },
      [&] {
        // What an authenticator said, signed again or not.
        WebauthnCeremony other;
        dice.DoOne({[&] { other.type = dice.Spoil(other.type); },
                    [&] { other.challenge = dice.Random(32); },
                    [&] { other.origin = dice.Spoil(other.origin); },
                    [&] { other.flags = static_cast<uint8_t>(dice.Below(256)); },
                    [&] { other.extensions = dice.Random(dice.Below(20)); }});
        *record.mutable_act() = SignByAuthenticator(press->AnySigner(), dice.Random(20), other);
        if (dice.OneIn(3)) SpoilSignature(&dice, record.mutable_act()->mutable_signature());
        sign_again(record.SerializeAsString());
      },
      [&] {
        v1::WebauthnProof* const proof = record.mutable_act()->mutable_webauthn();
        dice.DoOne({[&] { proof->set_authenticator_data(dice.Spoil(proof->authenticator_data())); },
                    [&] { proof->set_client_data_json(dice.Spoil(proof->client_data_json())); },
                    [&] { proof->Clear(); }, [&] { record.mutable_act()->clear_webauthn(); }});
        sign_again(record.SerializeAsString());
      },
      [&] {
        // An act in two pieces that parsers merge.
        const std::string act = record.act().SerializeAsString();
        const size_t cut = dice.Below(act.size() + 1);
        record.clear_act();
        sign_again(absl::StrCat(record.SerializeAsString(), Bytes(25, act.substr(0, cut)),
                                Bytes(25, act.substr(cut))));
      }};
  if (dice.OneIn(5)) {
    sealed.set_record(OddEnvelope(&dice, envelope));
    return sealed;
  }
  if (dice.OneIn(6)) {
    sealed.set_record(dice.Spoil(sealed.record()));
    return sealed;
  }
  dice.DoOne(ways);
  sealed.set_record(envelope.SerializeAsString());
  return sealed;
}

void SpoilParts(Dice* dice, Pack* pack) {
  PackEntry& entry = dice->Pick(pack->entries);
  PackEntry& other = dice->Pick(pack->entries);
  std::string& key = dice->Pick(pack->keys);
  dice->DoOne({[&] { key = dice->Spoil(key); },
               [&] {
                 pack->keys.erase(pack->keys.begin() +
                                  static_cast<long>(dice->Below(pack->keys.size())));
               },
               [&] { pack->keys.push_back(key); },
               [&] { pack->keys.clear(); },
               [&] { std::swap(key, pack->keys[0]); },
               [&] {
                 pack->keys.push_back(TestKey(kTestLogPem).public_key().spki());  // Ed25519
               },
               [&] {
                 // Another kind of point: compressed, or without its first byte.
                 key[26] = static_cast<char>(2 + dice->Below(6));
               },
               [&] { std::swap_ranges(key.begin() + 27, key.begin() + 59, key.begin() + 59); },
               [&] { key.replace(27, 32, 32, '\xff'); },
               [&] { key.replace(27, 64, 64, '\0'); },
               [&] {
                 // The curve of one key, the point of another.
                 key = key.substr(0, 27) + dice->Pick(pack->keys).substr(27);
               },
               [&] { entry.index = dice->Below(9); },
               [&] { ++entry.index; },
               [&] { --entry.index; },
               [&] { entry.index = UINT64_MAX - dice->Below(2); },
               [&] { std::swap(entry.index, other.index); },
               [&] { std::swap(entry.path, other.path); },
               [&] { std::swap(*entry.sealed.mutable_salt(), *other.sealed.mutable_salt()); },
               [&] { std::swap(*entry.sealed.mutable_record(), *other.sealed.mutable_record()); },
               [&] {
                 if (!entry.path.empty()) dice->Pick(entry.path).bytes[dice->Below(32)] ^= 4;
               },
               [&] {
                 if (!entry.path.empty()) entry.path.pop_back();
               },
               [&] { entry.path.push_back(Hash32()); },
               [&] {
                 if (!entry.path.empty()) std::swap(entry.path.front(), entry.path.back());
               },
               [&] { entry.path.resize(64 + dice->Below(40)); },
               [&] { entry.sealed.set_salt(dice->Spoil(entry.sealed.salt())); },
               [&] { entry.sealed.set_record(dice->Spoil(entry.sealed.record())); },
               [&] { entry.sealed.clear_record(); },
               [&] { entry = PackEntry(other); },
               [&] { pack->entries.push_back(PackEntry(other)); },
               [&] { pack->entries.resize(dice->Below(pack->entries.size() + 1)); }});
}

PackFile MakePackFile(PackPress* press) {
  Dice& dice = press->dice();
  const uint64_t layer = dice.Below(20);
  Draft draft;
  if (layer < 5) {
    std::vector<v1::SealedRecord> sealed;
    for (uint64_t n = dice.Below(3); n > 0; --n) sealed.push_back(press->AnyRecord());
    sealed.insert(sealed.begin() + static_cast<long>(dice.Below(sealed.size() + 1)),
                  OddRecord(press));
    draft = press->MakeOf(sealed);
  } else {
    draft = press->Make();
  }
  if (layer == 5 || layer == 6) SpoilNote(press, &draft);
  if (layer == 7) SpoilCosignatures(press, &draft);
  if (layer == 8) SpoilKeys(press, &draft);
  if (layer >= 9 && layer < 12) SpoilParts(&dice, &draft.pack);
  for (std::string& key : draft.keys) {
    if (!IsText(key)) key = "no text";  // a key file is text
  }
  PackFile file = {WritePack(draft.pack), draft.keys};
  if (layer == 12 || layer == 13) file.text = OddJson(&dice, file.text);
  if (layer == 14 || layer == 15) file.text = OddText(&dice, std::move(file.text));
  if (layer == 16 || (layer < 12 && dice.OneIn(10))) file.text = OddSpelling(&dice, file.text);
  return file;
}

}  // namespace shareway::evidence
