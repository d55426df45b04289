// SPDX-License-Identifier: Apache-2.0
// An audit log in memory for this service's tests: real trees, proofs and signatures.
// Two of them are one log that shows two histories, since all have one key.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/log_head.h"
#include "libs/evidence/note.h"
#include "libs/merkle/proof.h"
#include "libs/merkle/small_tree.h"
#include "services/exchange/audit_log.h"
#include "services/exchange/domain/log_head.h"

namespace shareway::exchange {

// One thread.
class FakeLog final : public AuditLog {
 public:
  static const crypto::PrivateKey& SigningKey() {
    static const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
    return key;
  }
  static std::string VerifierKey() {
    return evidence::VerifierKey("d.example/audit", SigningKey().public_key());
  }

  absl::Status away;      // what every call answers, if not OK
  bool serves = true;
  bool rebuilding = false;
  bool spoils_proofs = false;
  int proofs = 0;                                             // asked for
  std::vector<std::pair<std::string, std::string>> reported;  // note, line
  std::vector<std::pair<std::string, std::string>> cosigned;
  absl::Status on_cosign;
  WitnessedNote witnessed;  // what it calls so
  std::vector<OwnEntry> restored;

  // Entries of this text; what differs in them is another history.
  void Append(int entries, absl::string_view text = "entry") {
    for (int i = 0; i < entries; ++i) {
      leaves_.push_back(crypto::LogHasher().leaf(absl::StrCat(text, " ", leaves_.size())));
    }
  }
  uint64_t size() const { return leaves_.size(); }
  // The signed note over the first `entries`.
  std::string Note(uint64_t entries) const {
    const std::vector<Hash32> some(leaves_.begin(),
                                   leaves_.begin() + static_cast<std::ptrdiff_t>(entries));
    const auto note = evidence::SignNote(
        SigningKey(),
        {"d.example/audit", entries, merkle::RootOf(crypto::LogHasher(), some)});
    REQUIRE(note.ok());
    return *note;
  }
  std::string Note() const { return Note(size()); }
  // The same as it travels.
  LogHeadPtr Head(uint64_t entries) const {
    const std::string note = Note(entries);
    const auto head = evidence::OpenNote(note, VerifierKey());
    REQUIRE(head.ok());
    return std::make_shared<const LogHead>(
        LogHead{.size = head->size,
                .root = head->root.str(),
                .signature = *evidence::LogSignature(note, VerifierKey())});
  }
  LogHeadPtr Head() const { return Head(size()); }

  absl::StatusOr<bool> Report(const std::string& note, const std::string& line) override {
    if (!away.ok()) return away;
    reported.emplace_back(note, line);
    return serves;
  }
  absl::StatusOr<std::vector<Hash32>> Consistency(uint64_t old_size, uint64_t new_size) override {
    if (!away.ok()) return away;
    ++proofs;
    if (new_size > size()) {
      return absl::Status(Error(Reason::kLogTooSmall, absl::StatusCode::kFailedPrecondition,
                                absl::StrCat("the log has ", size(), " entries")));
    }
    auto proof = merkle::MakeConsistencyProof(
        crypto::LogHasher(), old_size, new_size,
        [this](merkle::NodeId id) -> absl::StatusOr<Hash32> {
          const auto begin = leaves_.begin() + static_cast<std::ptrdiff_t>(id.index << id.level);
          return merkle::RootOf(crypto::LogHasher(),
                                std::vector<Hash32>(begin, begin + (1 << id.level)));
        });
    if (proof.ok() && spoils_proofs) proof->push_back(Hash32());
    return proof;
  }
  absl::StatusOr<WitnessedNote> Witnessed() override {
    if (!away.ok()) return away;
    return witnessed;
  }
  absl::Status Cosign(const std::string& note, const std::string& line) override {
    if (!away.ok()) return away;
    if (!on_cosign.ok()) return on_cosign;
    cosigned.emplace_back(note, line);
    return absl::OkStatus();
  }
  absl::StatusOr<bool> Rebuilding() override {
    if (!away.ok()) return away;
    return rebuilding;
  }
  absl::Status Restore(const std::vector<OwnEntry>& entries) override {
    CHECK(rebuilding);
    restored.insert(restored.end(), entries.begin(), entries.end());
    return away;
  }
  absl::Status Watch(uint64_t, const OnCandidate&) override {
    return absl::UnimplementedError("not used");
  }
  void Stop() override {}

 private:
  std::vector<Hash32> leaves_;
};

}  // namespace shareway::exchange
