// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/fsck_records.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/evidence/signer.h"
#include "services/audit/store/unmatched.h"

namespace shareway::cli {
namespace {

using audit::Violation;

constexpr uint32_t kMaxAttempts = 3;
constexpr size_t kMaxDeferred = 1 << 20;

std::string NameOf(const std::string& uri) {
  const absl::StatusOr<crypto::Identity> identity = crypto::Identity::Parse(uri);
  return identity.ok() ? identity->name : std::string();
}

// As good as random, and checked where it matters.
uint64_t Short(const audit::HalfName& name) { return absl::HashOf(name); }

bool IsSettling(audit::Ending ending) {
  return ending == audit::Ending::kDelivered || ending == audit::Ending::kReceived;
}

using Owners = std::vector<absl::string_view>;

// The consumer, or the provider, of an exchange; one agency alone is both. Empty: not told.
absl::string_view PartyOf(const evidence::AuditRecord& record, bool consumer) {
  if (record.agencies().empty()) return {};
  return record.agencies(consumer ? 0 : record.agencies_size() - 1);
}

// Who may have sealed the record of `producer`.
Owners SealersOf(const evidence::AuditRecord& record, absl::string_view producer) {
  const bool receipt = record.kind() == evidence::v1::EXCHANGE_RECEIVED;
  if (receipt || record.kind() == evidence::v1::EXCHANGE_DELIVERED) {
    const absl::string_view party = PartyOf(record, receipt);
    return {party.empty() ? producer : evidence::SignerOf(producer, party)};
  }
  Owners owners = {producer};
  for (const std::string& agency : record.agencies()) {
    if (evidence::SignerOf(producer, agency) == agency) owners.push_back(agency);
  }
  return owners;
}

// Who may have signed the request or the response of an exchange; empty: it is not told.
Owners SignersOf(const evidence::AuditRecord& record, bool request) {
  if (record.nodes_size() != 2) return {};
  const std::string& node = record.nodes(request ? 0 : 1);
  const absl::string_view party = PartyOf(record, request);
  if (party.empty()) return {node};
  Owners owners = {evidence::SignerOf(node, party)};
  // A refusal may be the host's own: it knew of no grant of the agency.
  const bool refused = record.kind() == evidence::v1::EXCHANGE_REFUSED ||
                       record.kind() == evidence::v1::EXCHANGE_NOT_RECEIVED;
  if (!request && refused && owners[0] != node) owners.push_back(node);
  return owners;
}

}  // namespace

absl::Status RecordsCheck::Take(uint64_t index, const audit::Entry& entry) {
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened, evidence::Open(entry.sealed));
  keys_.Learn(index, opened.record);
  SHAREWAY_RETURN_IF_ERROR(CheckSignatures(index, opened, /*last_chance=*/false));
  return entry.half && IsSettling(entry.facts.ending) ? CheckHalf(index, entry, opened.record)
                                                      : absl::OkStatus();
}

absl::Status RecordsCheck::CheckSignatures(uint64_t index, const evidence::OpenedRecord& opened,
                                           bool last_chance) {
  const evidence::AuditRecord& record = opened.record;
  const absl::Time time = evidence::FromTimestamp(record.time());
  const std::string producer = NameOf(record.producer());
  bool all_known = true;
  const auto check = [&](absl::string_view invariant, absl::string_view role,
                         const evidence::v1::Signature& signature,
                         const KeyHistory::Signed& what) -> absl::Status {
    const absl::StatusOr<bool> known = keys_.Check(signature, what);
    if (!known.ok()) {
      return Violation(invariant, index, absl::StrCat(role, ": ", known.status().message()),
                       signature.bytes());
    }
    all_known = all_known && *known;
    return absl::OkStatus();
  };
  SHAREWAY_RETURN_IF_ERROR(check("I11", "the record's signature", opened.envelope.signature(),
                                 {.index = index,
                                  .time = time,
                                  .owners = SealersOf(record, producer),
                                  .payload = opened.envelope.payload(),
                                  .own = true}));
  if (record.has_request_signature()) {
    SHAREWAY_RETURN_IF_ERROR(check("I16", "the request's signature", record.request_signature(),
                                   {.index = index,
                                    .time = time,
                                    .owners = SignersOf(record, /*request=*/true),
                                    .digest = record.request_digest()}));
  }
  if (record.has_response_signature()) {
    SHAREWAY_RETURN_IF_ERROR(check("I16", "the response's signature", record.response_signature(),
                                   {.index = index,
                                    .time = time,
                                    .owners = SignersOf(record, /*request=*/false),
                                    .digest = record.response_digest()}));
  }
  if (all_known) return absl::OkStatus();
  // The catalog's record of a key may follow the first record that the key signed.
  if (!last_chance && deferred_.size() < kMaxDeferred) {
    deferred_.push_back(index);
  } else {
    ++unknown_keys_;
  }
  return absl::OkStatus();
}

absl::Status RecordsCheck::CheckHalf(uint64_t index, const audit::Entry& entry,
                                     const evidence::AuditRecord& record) {
  const bool delivered = entry.facts.ending == audit::Ending::kDelivered;
  const std::string what = absl::StrCat(delivered ? "delivery" : "receipt", " of exchange ",
                                        entry.facts.exchange, ", attempt ", record.attempt());
  const absl::string_view bytes = entry.sealed.record();
  if (record.attempt() < 1 || record.attempt() > kMaxAttempts) {
    return Violation("I15", index, absl::StrCat(what, ": attempts go from 1 to ", kMaxAttempts),
                     bytes);
  }
  if (!record.has_request_signature()) {
    return Violation("I16", index, absl::StrCat(what, ": no signature of the request"), bytes);
  }
  if (!record.has_response_signature()) {
    return Violation("I16", index, absl::StrCat(what, ": no signature of the response"), bytes);
  }
  deliveries_ += delivered;
  const uint64_t own = Short(audit::HalfName::Of(*entry.half));
  const uint64_t missing = Short(audit::HalfName::OfMissing(*entry.half));
  const bool again = waiting_.contains(own) || settled_.contains(own);
  if (again || log_.said_before) {
    // By its whole name, not by a hash of it.
    SHAREWAY_ASSIGN_OR_RETURN(const bool before,
                              log_.said_before ? log_.said_before(entry) : again);
    if (before) return Violation("I15", index, absl::StrCat(what, ": a second one"), bytes);
  }
  const Told told = {
      .index = index,
      .revision = record.grant_revision().number(),
      .digests = absl::HashOf(record.request_digest(), record.response_digest(), record.grant()),
      .items = record.item_set_digest().empty()
                   ? 0
                   : static_cast<uint32_t>(absl::HashOf(record.item_set_digest())) | 1};
  const auto other = waiting_.find(missing);
  if (other == waiting_.end()) {
    waiting_.emplace(own, told);
    return absl::OkStatus();
  }
  SHAREWAY_RETURN_IF_ERROR(delivered ? Agree(told, other->second) : Agree(other->second, told));
  waiting_.erase(other);
  settled_.insert(own);
  settled_.insert(missing);
  return absl::OkStatus();
}

absl::Status RecordsCheck::Agree(const Told& provider, const Told& consumer) {
  const bool items = provider.items == 0 || consumer.items == 0 || provider.items == consumer.items;
  if (provider.digests == consumer.digests && items && provider.revision >= consumer.revision) {
    return absl::OkStatus();
  }
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord delivery, log_.reread(provider.index));
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord receipt, log_.reread(consumer.index));
  const evidence::AuditRecord& d = delivery.record;
  const evidence::AuditRecord& r = receipt.record;
  const absl::string_view field = d.request_digest() != r.request_digest()     ? "request_digest"
                                  : d.response_digest() != r.response_digest() ? "response_digest"
                                  : d.grant() != r.grant()                     ? "grant"
                                  : !items                                     ? "item_set_digest"
                                                                               : "grant_revision";
  return Violation(
      "I1", std::max(provider.index, consumer.index),
      absl::StrCat("delivery (entry ", provider.index, ") and receipt (entry ", consumer.index,
                   ") of exchange ", d.exchange(), ", attempt ", d.attempt(), " differ in ", field),
      receipt.envelope.payload());
}

absl::Status RecordsCheck::Finish() {
  for (const uint64_t index : deferred_) {
    SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened, log_.reread(index));
    SHAREWAY_RETURN_IF_ERROR(CheckSignatures(index, opened, /*last_chance=*/true));
  }
  deferred_.clear();
  return absl::OkStatus();
}

}  // namespace shareway::cli
