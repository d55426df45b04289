// SPDX-License-Identifier: Apache-2.0
#include "libs/evidence/test_random_pack.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "libs/evidence/test_webauthn_act.h"
#include "libs/merkle/verify.h"

namespace shareway::evidence {
namespace {

constexpr size_t kStock = 48;
constexpr uint64_t kSizes[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 257, 300};

Hash32 RandomHash(Dice* dice) { return *Hash32::From(dice->Random(32)); }

}  // namespace

PackPress::PackPress(uint64_t seed)
    : dice_(seed),
      log_key_(TestKey(kTestLogPem)),
      national_key_(crypto::PrivateKey::Generate(crypto::Suite::kSm2Sm3)) {
  for (int i = 0; i < 3; ++i) {
    signers_.push_back(crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256));
    signers_.push_back(crypto::PrivateKey::Generate(crypto::Suite::kSm2Sm3));
    witnesses_.push_back(crypto::PrivateKey::Generate(crypto::Suite::kEd25519));
  }
  while (stock_.size() < kStock) stock_.push_back(MakeRecord());
}

const crypto::PrivateKey& PackPress::SignerOf(absl::string_view key_id) const {
  for (const crypto::PrivateKey& key : signers_) {
    if (key.public_key().id().view() == key_id) return key;
  }
  return signers_[0];
}

v1::Signature PackPress::SignOne(const crypto::PrivateKey& key, const std::string& payload) {
  static constexpr size_t kBatches[] = {1, 1, 1, 2, 3, 4, 6, 7, 8, 33};
  const size_t size = dice_.OneIn(60) ? 1023 + dice_.Below(2) : dice_.Pick(kBatches);
  std::vector<std::string> payloads;
  for (size_t i = 0; i < size; ++i) payloads.push_back(absl::StrCat("another ", i));
  const size_t at = dice_.Below(size);
  payloads[at] = payload;
  return ToProto((*crypto::SignBatch(key, payloads))[at]);
}

v1::SealedRecord PackPress::MakeRecord() {
  static const std::vector<v1::RecordKind> kKinds = {
      v1::KEY_CHANGED,       v1::GRANT_CREATED,   v1::EXCHANGE_DELIVERED, v1::EXCHANGE_REFUSED,
      v1::EXCHANGE_RECEIVED, v1::SERVICE_STARTED, v1::CALLS_REJECTED,     v1::LOG_READ};
  v1::AuditRecord record = TestRecord(dice_.Pick(kKinds));
  record.set_nonce(dice_.Random(16));
  record.mutable_time()->set_seconds(static_cast<int64_t>(1790000000 + dice_.Below(1 << 24)));
  const auto maybe = [&] { return dice_.OneIn(3); };
  if (maybe()) record.set_object("grants/g" + absl::StrCat(dice_.Below(100)));
  if (maybe()) record.set_state(dice_.Random(dice_.Below(400)));
  if (maybe()) record.set_resource("agencies/a/resources/户籍 𠀀");
  if (maybe()) record.set_exchange(absl::StrCat("x", dice_.Below(1000)));
  if (maybe()) record.set_rule("cn-2025-809@1 第二十一条");
  if (maybe()) record.mutable_grant_revision()->set_number(dice_.Below(1 << 20));
  if (maybe()) record.set_record_count(UINT64_MAX - dice_.Below(2));
  if (maybe()) record.add_nodes("agencies/a/nodes/n1");
  const auto digest = [](const crypto::PrivateKey& key, const std::string& payload) {
    return crypto::Digest(key.public_key().suite(), payload).str();
  };
  if (maybe()) {
    const crypto::PrivateKey& key = AnySigner();
    record.set_request_digest(digest(key, "request"));
    *record.mutable_request_signature() = SignOne(key, "request");
  } else if (maybe()) {
    record.set_request_digest(dice_.Random(dice_.Below(40)));
  }
  if (maybe()) {
    const crypto::PrivateKey& key = AnySigner();
    record.set_response_digest(digest(key, "response"));
    *record.mutable_response_signature() = SignOne(key, "response");
  }
  if (maybe()) {
    const std::string act = dice_.Random(dice_.Below(60));  // any bytes: nobody reads them here
    if (const crypto::PrivateKey& key = AnySigner();
        key.public_key().suite() == crypto::Suite::kP256Sha256 && dice_.OneIn(2)) {
      *record.mutable_act() = SignByAuthenticator(key, act, {});
    } else {
      record.mutable_act()->set_act(act);
      *record.mutable_act()->mutable_signature() = SignOne(key, act);
    }
  }
  v1::Envelope envelope;
  envelope.set_payload(WithSequence(record.SerializeAsString(), dice_.Below(1 << 20)));
  if (dice_.OneIn(8)) envelope.mutable_payload()->append("\xf2\x0f\x06\x66uture");  // field 254
  *envelope.mutable_signature() = SignOne(AnySigner(), envelope.payload());
  v1::SealedRecord sealed;
  sealed.set_record(envelope.SerializeAsString());
  sealed.set_salt(dice_.Random(16));
  return sealed;
}

const v1::SealedRecord& PackPress::AnyRecord() {
  v1::SealedRecord& sealed = dice_.Pick(stock_);
  if (dice_.OneIn(8)) sealed = MakeRecord();
  return sealed;
}

Draft PackPress::Make() {
  const size_t n = dice_.OneIn(40) ? 20 + dice_.Below(40) : 1 + dice_.Below(4);
  std::vector<v1::SealedRecord> sealed;
  for (size_t i = 0; i < n; ++i) sealed.push_back(AnyRecord());
  return MakeOf(sealed);
}

Draft PackPress::MakeOf(const std::vector<v1::SealedRecord>& sealed) {
  const merkle::Hasher& hasher = crypto::LogHasher();
  Draft draft;
  if (sealed.size() == 1 && dice_.OneIn(3)) {
    // Only the path is known of a log of this size.
    draft.head.size = 1 + dice_.Below(dice_.OneIn(2) ? UINT64_MAX : uint64_t{1} << dice_.Below(64));
    PackEntry entry = {dice_.Below(draft.head.size), sealed[0], {}};
    if (dice_.OneIn(4)) entry.index = draft.head.size - 1;
    entry.path.resize(static_cast<size_t>(merkle::PathLength(entry.index, draft.head.size)));
    for (Hash32& hash : entry.path) hash = RandomHash(&dice_);
    draft.head.root = *merkle::RootFromPath(hasher, hasher.leaf(Commitment(entry.sealed).view()),
                                            entry.index, draft.head.size, entry.path);
    draft.pack.entries.push_back(std::move(entry));
  } else {
    draft.head.size = std::max<uint64_t>(dice_.Pick(kSizes), sealed.size() + dice_.Below(3));
    std::set<uint64_t> indices;
    while (indices.size() < sealed.size()) indices.insert(dice_.Below(draft.head.size));
    std::vector<Hash32> leaves;
    for (uint64_t i = 0; i < draft.head.size; ++i) leaves.push_back(RandomHash(&dice_));
    auto index = indices.begin();
    for (const v1::SealedRecord& one : sealed) {
      leaves[*index] = hasher.leaf(Commitment(one).view());
      draft.pack.entries.push_back({*index++, one, {}});
    }
    const merkle::SmallTree tree(hasher, std::move(leaves));
    for (PackEntry& entry : draft.pack.entries) entry.path = tree.Path(entry.index);
    draft.head.root = tree.root();
  }
  Finish(&draft);
  return draft;
}

void PackPress::Finish(Draft* draft) {
  draft->head.origin = kTestOrigin;
  Pack& pack = draft->pack;
  pack.checkpoint = *SignNote(log_key_, draft->head);
  draft->keys = {VerifierKey(kTestOrigin, log_key_.public_key())};
  if (dice_.OneIn(3)) {
    pack.checkpoint = *AddNationalLine(national_key_, pack.checkpoint);
    const std::string key = VerifierKey(kTestOrigin, national_key_.public_key());
    if (dice_.OneIn(2)) draft->keys.push_back(key);
    if (dice_.OneIn(4)) draft->keys = {key};
  }
  for (size_t i = 0; i < witnesses_.size(); ++i) {
    const absl::Time now = absl::FromUnixSeconds(static_cast<int64_t>(dice_.Below(1u << 31)));
    if (dice_.OneIn(2)) {
      pack.cosignatures.push_back(*CosignNote(witnesses_[i], WitnessName(i), pack.checkpoint, now));
    }
    if (dice_.OneIn(2)) {
      draft->keys.push_back(WitnessVerifierKey(WitnessName(i), witnesses_[i].public_key()));
    }
  }
  for (const crypto::PrivateKey& key : signers_) pack.keys.push_back(key.public_key().spki());
  for (size_t i = pack.keys.size(); i > 1; --i) {
    std::swap(pack.keys[i - 1], pack.keys[dice_.Below(i)]);
  }
}

}  // namespace shareway::evidence
