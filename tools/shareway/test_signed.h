// SPDX-License-Identifier: Apache-2.0
// For tests: records that their producers signed, and whose keys the directory has.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "libs/crypto/batch.h"
#include "services/audit/test_log.h"
#include "shareway/catalog/v1/directory.pb.h"

namespace shareway::cli {

using audit::Entry;
using audit::EntryPtr;
using audit::GoodRecord;
using audit::kConsumerNode;
using audit::kConsumerUri;
using audit::kProviderNode;
using audit::OpenEntry;

constexpr char kCatalogUri[] = "shareway://test/service/catalog";
constexpr char kAuditUri[] = "shareway://test/service/audit";

inline const crypto::PrivateKey& KeyOfName(const std::string& owner) {
  static std::map<std::string, crypto::PrivateKey> keys;
  const auto found = keys.find(owner);
  if (found != keys.end()) return found->second;
  return keys.emplace(owner, crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256))
      .first->second;
}

inline catalog::v1::DirectoryChange KeyObject(const std::string& owner) {
  catalog::v1::DirectoryChange change;
  catalog::v1::Key* const key = change.mutable_key();
  key->set_name(crypto::KeyName(KeyOfName(owner).public_key().id()));
  key->set_owner(owner);
  key->set_use(catalog::v1::Key::MESSAGE);
  key->set_standing(catalog::v1::ACTIVE);
  key->set_spki(KeyOfName(owner).public_key().spki());
  return change;
}

inline evidence::v1::Signature SignatureBy(const std::string& owner, const std::string& payload) {
  return evidence::ToProto((*crypto::SignBatch(KeyOfName(owner), {payload}))[0]);
}

// A record, and by whose key it is sealed.
struct Said {
  evidence::AuditRecord record = {};
  std::string by = {};
};

inline Said Delivery(uint64_t sequence, const std::string& exchange) {
  Said said{GoodRecord(sequence), kProviderNode};
  said.record.set_exchange(exchange);
  said.record.set_request_digest(crypto::Sha256("request").str());
  said.record.set_response_digest(crypto::Sha256("response").str());
  *said.record.mutable_request_signature() = SignatureBy(kConsumerNode, "request");
  *said.record.mutable_response_signature() = SignatureBy(kProviderNode, "response");
  said.record.mutable_grant_revision()->set_number(6);
  return said;
}

inline Said Receipt(uint64_t sequence, const std::string& exchange) {
  Said said = Delivery(sequence, exchange);
  said.record.set_kind(evidence::v1::EXCHANGE_RECEIVED);
  said.record.set_producer(kConsumerUri);
  said.by = kConsumerNode;
  return said;
}

// What a service says, of no exchange.
inline Said Other(const char* uri, const char* by, uint64_t sequence, evidence::RecordKind kind) {
  Said said{GoodRecord(sequence), by};
  said.record.set_kind(kind);
  said.record.set_producer(uri);
  said.record.clear_exchange();
  said.record.clear_nodes();
  return said;
}

inline EntryPtr Sealed(const Said& said) {
  evidence::v1::Envelope envelope;
  envelope.set_payload(said.record.SerializeAsString());
  *envelope.mutable_signature() = SignatureBy(said.by, envelope.payload());
  evidence::v1::SealedRecord sealed;
  sealed.set_record(envelope.SerializeAsString());
  sealed.set_salt(std::string(16, 's'));
  return std::make_shared<const Entry>(*OpenEntry(std::move(sealed)));
}

// Puts the key into the directory that libs/rpc keeps in `store`.
inline void MustKnow(kv::Store* store, const catalog::v1::DirectoryChange& key) {
  REQUIRE(store
              ->Commit(std::move(
                  kv::Batch().Put("dir/o/9/" + key.key().name(), key.SerializeAsString())))
              .ok());
}

}  // namespace shareway::cli
