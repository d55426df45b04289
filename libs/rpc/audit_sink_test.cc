// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/audit_sink.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/note.h"
#include "libs/evidence/record.h"
#include "libs/merkle/proof.h"
#include "libs/merkle/small_tree.h"
#include "libs/rpc/witnessed.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::rpc {
namespace {

namespace v1 = audit::v1;
using catalog::v1::DirectoryChange;
using catalog::v1::Key;
using crypto::PrivateKey;

std::string NodeName(int i) { return absl::StrCat("agencies/a", i, "/nodes/n1"); }
const absl::Time kNow = absl::FromUnixSeconds(1790000000);

// A directory in which `nodes` nodes have a witness key each.
struct Witnessing {
  explicit Witnessing(int nodes) {
    DirectoryChange change;
    change.mutable_person()->set_name("people/p");
    directory.Apply(change);
    for (int i = 0; i < nodes; ++i) {
      PutNode(i, catalog::v1::ACTIVE);
      keys.push_back(PrivateKey::Generate(crypto::Suite::kEd25519));
      PutKey(i, keys.back(), catalog::v1::ACTIVE);
    }
  }
  void PutNode(int i, catalog::v1::Standing standing) {
    DirectoryChange change;
    change.mutable_node()->set_name(NodeName(i));
    change.mutable_node()->set_standing(standing);
    directory.Apply(change);
  }
  void PutKey(int i, const PrivateKey& key, catalog::v1::Standing standing,
              absl::Time end = absl::InfiniteFuture(), Key::Use use = Key::WITNESS) {
    DirectoryChange change;
    Key* out = change.mutable_key();
    out->set_name(crypto::KeyName(key.public_key().id()));
    out->set_owner(NodeName(i));
    out->set_use(use);
    out->set_spki(key.public_key().spki());
    out->set_standing(standing);
    if (end != absl::InfiniteFuture()) *out->mutable_end_time() = evidence::ToTimestamp(end);
    directory.Apply(change);
  }
  std::string Line(int i, const std::string& note) const {
    return *evidence::CosignNote(keys[static_cast<size_t>(i)], NodeName(i), note, kNow);
  }
  std::vector<std::string> Lines(const std::set<int>& by, const std::string& note) const {
    std::vector<std::string> lines;
    for (const int i : by) lines.push_back(Line(i, note));
    return lines;
  }

  Directory directory;
  std::vector<PrivateKey> keys;
};

const PrivateKey& LogKey() {
  static const PrivateKey key = PrivateKey::Generate(crypto::Suite::kEd25519);
  return key;
}
std::string LogVerifierKey() {
  return evidence::VerifierKey("d.example/audit", LogKey().public_key());
}
std::string NoteOver(const std::vector<Hash32>& leaves) {
  return *evidence::SignNote(
      LogKey(), {"d.example/audit", leaves.size(), merkle::RootOf(crypto::LogHasher(), leaves)});
}

TEST_CASE("A checkpoint is witnessed by a majority of the directory's witnesses", "[rpc]") {
  const std::string note = NoteOver({crypto::Sha256("leaf")});
  struct Row {
    int witnesses;
    std::set<int> cosigned;
    bool witnessed;
  };
  for (const Row& row : std::vector<Row>{{0, {}, true},
                                         {1, {}, false},
                                         {1, {0}, true},
                                         {2, {0}, false},
                                         {2, {0, 1}, true},
                                         {3, {2}, false},
                                         {3, {0, 2}, true},
                                         {4, {0, 1}, false},
                                         {4, {1, 2, 3}, true}}) {
    CAPTURE(row.witnesses, row.cosigned.size());
    const Witnessing w(row.witnesses);
    CHECK(Witnessed(w.directory, kNow, note, w.Lines(row.cosigned, note)) == row.witnessed);
  }
  CHECK_FALSE(Witnessed(Directory(), kNow, note, {}));  // who witnesses is not known yet
}

TEST_CASE("Only a witness's valid key over this very note counts, and once", "[rpc]") {
  const std::string note = NoteOver({crypto::Sha256("leaf")});
  const std::string other = NoteOver({crypto::Sha256("another leaf")});
  Witnessing w(3);
  const std::string good = w.Line(0, note);
  const auto witnessed = [&](const std::string& second) {
    return Witnessed(w.directory, kNow, note, {good, second});
  };
  CHECK(witnessed(w.Line(1, note)));
  CHECK_FALSE(witnessed(good));
  CHECK_FALSE(witnessed(w.Line(1, other)));
  CHECK_FALSE(witnessed(*evidence::CosignNote(w.keys[0], NodeName(1), note, kNow)));
  CHECK_FALSE(witnessed("nonsense"));
  CHECK_FALSE(witnessed(""));

  SECTION("An old key of the same node counts beside the new one, but not twice") {
    const PrivateKey next = PrivateKey::Generate(crypto::Suite::kEd25519);
    w.PutKey(0, next, catalog::v1::ACTIVE);
    const std::string by_next = *evidence::CosignNote(next, NodeName(0), note, kNow);
    CHECK_FALSE(witnessed(by_next));
    CHECK(Witnessed(w.directory, kNow, note, {by_next, w.Line(1, note)}));
  }
  SECTION("Revoked and expired keys do not count, and neither does their node") {
    w.PutKey(1, w.keys[1], catalog::v1::RETIRED);
    w.PutKey(2, w.keys[2], catalog::v1::ACTIVE, kNow);
    CHECK(Witnessed(w.directory, kNow, note, {good}));  // one of one
    CHECK_FALSE(Witnessed(w.directory, kNow, note, {w.Line(1, note), w.Line(2, note)}));
  }
  SECTION("A suspended node is no witness") {
    w.PutNode(1, catalog::v1::STANDING_SUSPENDED);
    CHECK_FALSE(witnessed(w.Line(1, note)));
    CHECK(witnessed(w.Line(2, note)));  // two of two
  }
  SECTION("A key of another use is no witness's") {
    w.PutKey(0, w.keys[0], catalog::v1::ACTIVE, absl::InfiniteFuture(), Key::MESSAGE);
    CHECK_FALSE(witnessed(w.Line(1, note)));
  }
}

// Audit, as far as an outbox sees it.
class AuditChannel final : public Channel {
 public:
  std::vector<Hash32> leaves;
  uint64_t checkpoint = 0;  // size of the newest one
  std::vector<std::string> cosignatures;
  bool spoil = false;
  v1::GetProducerResponse producer;
  v1::RestoreRequest restored;
  std::map<std::string, int> calls;

  std::string Note() const {
    return NoteOver({leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(checkpoint)});
  }

  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string bytes,
                                       const CallOptions&) override {
    const std::string method = path.substr(path.rfind('/') + 1);
    ++calls[method];
    if (method == "GetProducer") return producer.SerializeAsString();
    if (method == "Restore") {
      restored.ParseFromString(bytes);
      v1::RestoreResponse response;
      response.set_missing(5);
      return response.SerializeAsString();
    }
    if (method != "GetRangeProof") return absl::UnimplementedError(path);
    v1::GetRangeProofRequest request;
    request.ParseFromString(bytes);
    const uint64_t size = request.size() == 0 ? checkpoint : request.size();
    if (request.end() > size) {
      return absl::Status(
          Error(Reason::kLogTooSmall, absl::StatusCode::kFailedPrecondition, "too small"));
    }
    const auto proof = merkle::MakeRangeProof(
        crypto::LogHasher(), request.begin(), request.end(), size,
        [this](merkle::NodeId id) -> absl::StatusOr<Hash32> {
          const auto begin = leaves.begin() + static_cast<std::ptrdiff_t>(id.index << id.level);
          return merkle::RootOf(crypto::LogHasher(),
                                std::vector<Hash32>(begin, begin + (1 << id.level)));
        });
    v1::RangeProof answer;
    answer.mutable_checkpoint()->set_note(Note());
    for (const std::string& line : cosignatures) {
      answer.mutable_checkpoint()->add_cosignatures(line);
    }
    for (const Hash32& hash : proof->left) {
      answer.add_left(spoil ? std::string(32, 'x') : hash.str());
    }
    for (const Hash32& hash : proof->right) answer.add_right(hash.str());
    return answer.SerializeAsString();
  }
  void RawUnaryAsync(const std::string&, std::string, const CallOptions&,
                     std::function<void(absl::StatusOr<std::string>)> done) override {
    done(absl::UnimplementedError("not used"));
  }
  std::unique_ptr<RawReadStream> RawServerStream(const std::string&, std::string,
                                                 const CallOptions&) override {
    return nullptr;
  }
  std::unique_ptr<RawWriteStream> RawClientStream(const std::string&,
                                                  const CallOptions&) override {
    return nullptr;
  }
};

// A sink over such an audit, with 20 entries of which every third is another's.
struct Proving {
  Proving() {
    for (uint64_t i = 0; i < 20; ++i) {
      const Hash32 commitment = crypto::Sha256(absl::StrCat("entry ", i));
      audit->leaves.push_back(crypto::LogHasher().leaf(commitment.view()));
      if (i % 3 == 2) continue;
      indices.push_back(i);
      commitments.push_back(commitment);
    }
    holder.Set(std::make_shared<const Directory>(witnesses.directory));
  }
  // A checkpoint over the first `size` entries, cosigned by these.
  void Publish(uint64_t size, const std::set<int>& by) {
    audit->checkpoint = size;
    audit->cosignatures = witnesses.Lines(by, audit->Note());
  }

  const std::shared_ptr<AuditChannel> audit = std::make_shared<AuditChannel>();
  Witnessing witnesses{3};
  DirectoryHolder holder;
  AuditSink sink{audit, LogVerifierKey(), &holder};
  std::vector<uint64_t> indices;
  std::vector<Hash32> commitments;
};

TEST_CASE("Entries are proven as far as a witnessed checkpoint covers them", "[rpc]") {
  Proving p;
  CHECK(*p.sink.ProveIncluded(p.indices, p.commitments) == 0);  // no checkpoint at all
  p.Publish(20, {1});                                           // signed, not witnessed
  CHECK(*p.sink.ProveIncluded(p.indices, p.commitments) == 0);
  p.Publish(10, {1, 2});
  CHECK(*p.sink.ProveIncluded(p.indices, p.commitments) == 7);  // 0 1 3 4 6 7 9
  // Under a head that is known nothing needs to be witnessed anew.
  p.Publish(20, {});
  CHECK(*p.sink.ProveIncluded({0, 1}, {p.commitments[0], p.commitments[1]}) == 2);
  CHECK(*p.sink.ProveIncluded(p.indices, p.commitments) == 7);
  p.Publish(20, {0, 2});
  CHECK(*p.sink.ProveIncluded(p.indices, p.commitments) == p.indices.size());
}

TEST_CASE("A proof that leads elsewhere is no proof", "[rpc]") {
  Proving p;
  p.Publish(20, {0, 1, 2});
  SECTION("another commitment") { std::swap(p.commitments[3], p.commitments[4]); }
  SECTION("a hash that is not of the tree") { p.audit->spoil = true; }
  CHECK(absl::IsDataLoss(p.sink.ProveIncluded(p.indices, p.commitments).status()));
}

TEST_CASE("A checkpoint that the pinned key did not sign proves nothing", "[rpc]") {
  Proving p;
  p.Publish(20, {0, 1, 2});
  const PrivateKey other = PrivateKey::Generate(crypto::Suite::kEd25519);
  AuditSink sink(p.audit, evidence::VerifierKey("d.example/audit", other.public_key()), &p.holder);
  CHECK(absl::IsDataLoss(sink.ProveIncluded(p.indices, p.commitments).status()));
}

TEST_CASE("A sink hears that audit is rebuilt, and gives back with places", "[rpc]") {
  Proving p;
  p.audit->producer.set_last_sequence(7);
  p.audit->producer.set_rebuilding(true);
  const auto seen = p.sink.LastSeen(std::string(16, 'i'));
  REQUIRE(seen.ok());
  CHECK(seen->last_sequence == 7);
  CHECK(seen->rebuilding);
  evidence::v1::SealedRecord sealed;
  sealed.set_record("r");
  CHECK(*p.sink.Restore({9, 12}, {sealed, sealed}) == 5);
  REQUIRE(p.audit->restored.entries_size() == 2);
  CHECK(p.audit->restored.entries(1).index() == 12);
  CHECK(p.audit->restored.entries(1).sealed().record() == "r");
  CHECK(*p.sink.Restore({outbox::kUnknownIndex}, {sealed}) == 5);
  CHECK(p.audit->restored.entries(0).index() == 18446744073709551615U);
  CHECK(absl::IsInvalidArgument(p.sink.Restore({9}, {}).status()));
}

}  // namespace
}  // namespace shareway::rpc
