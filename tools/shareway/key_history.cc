// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/key_history.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/evidence/envelope.h"
#include "shareway/catalog/v1/directory.pb.h"

namespace shareway::cli {
namespace {

constexpr absl::Duration kClockDifference = absl::Minutes(5);
constexpr absl::string_view kDirectoryObjects = "dir/o/";
constexpr absl::string_view kCatalog = "services/catalog";

template <typename... Parts>
absl::Status Wrong(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat(parts...));
}

}  // namespace

absl::StatusOr<KeyHistory> KeyHistory::Read(const kv::Store& store) {
  KeyHistory history;
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(kDirectoryObjects, PrefixEnd(kDirectoryObjects),
                 [&](absl::string_view key, absl::string_view value, uint64_t) {
                   catalog::v1::DirectoryChange change;
                   if (change.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
                     history.Take(value);
                   } else {
                     status = Wrong(key, " does not parse");
                   }
                   return status.ok();
                 }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return history;
}

KeyHistory::Known* KeyHistory::Take(absl::string_view directory_change) {
  catalog::v1::DirectoryChange change;
  if (!change.ParseFromArray(directory_change.data(), static_cast<int>(directory_change.size())) ||
      !change.has_key()) {
    return nullptr;
  }
  const catalog::v1::Key& told = change.key();
  absl::StatusOr<crypto::PublicKey> key = crypto::PublicKey::FromSpki(told.spki());
  if (!key.ok()) return nullptr;
  Known& known = keys_[key->id().str()];
  known.key = *std::move(key);
  known.owner = told.owner();
  known.use = told.use();
  if (told.has_start_time()) known.start = evidence::FromTimestamp(told.start_time());
  if (told.has_end_time()) known.end = evidence::FromTimestamp(told.end_time());
  return &known;
}

void KeyHistory::Learn(uint64_t index, const evidence::AuditRecord& record) {
  if (record.kind() != evidence::v1::KEY_CHANGED) return;
  const absl::StatusOr<crypto::Identity> producer = crypto::Identity::Parse(record.producer());
  if (!producer.ok() || producer->name != kCatalog) return;
  Known* const known = Take(record.state());
  if (known == nullptr) return;
  catalog::v1::DirectoryChange change;
  change.ParseFromString(record.state());
  if (change.key().standing() != catalog::v1::RETIRED) {
    known->retired_index.reset();
    return;
  }
  known->retired_index = index;
  known->retired = evidence::FromTimestamp(record.time());
}

absl::StatusOr<bool> KeyHistory::Check(const evidence::v1::Signature& signature,
                                       const Signed& what) {
  const auto found = keys_.find(signature.key_id());
  if (found == keys_.end()) return false;
  const Known& known = found->second;
  SHAREWAY_RETURN_IF_ERROR(
      what.digest.empty()
          ? evidence::Verify(verifier_.get(), known.key, what.payload, signature)
          : evidence::VerifyDigest(verifier_.get(), known.key, what.digest, signature));
  ++verified_;
  const std::string name = crypto::KeyName(known.key.id());
  if (known.use != catalog::v1::Key::MESSAGE) {
    return Wrong(name, " is of use ", catalog::v1::Key::Use_Name(known.use), ", want MESSAGE");
  }
  if (!what.owners.empty() &&
      std::find(what.owners.begin(), what.owners.end(), known.owner) == what.owners.end()) {
    return Wrong(name, " is ", known.owner, "'s, want ", absl::StrJoin(what.owners, "'s or "),
                 "'s");
  }
  if (what.time < known.start - kClockDifference || what.time >= known.end + kClockDifference) {
    return Wrong(name, " is valid from ", absl::FormatTime(known.start), " to ",
                 absl::FormatTime(known.end), ", the record is of ", absl::FormatTime(what.time));
  }
  if (what.own && known.retired_index && *known.retired_index < what.index &&
      known.retired + kClockDifference < what.time) {
    return Wrong(name, " was retired at ", absl::FormatTime(known.retired), " by entry ",
                 *known.retired_index, ", the record is of ", absl::FormatTime(what.time));
  }
  return true;
}

}  // namespace shareway::cli
