// SPDX-License-Identifier: Apache-2.0
#include "libs/attachment/contents.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/seal.h"

namespace shareway::attachment {
namespace {

constexpr size_t kTimeBytes = 8;

absl::Status Refused(absl::string_view why) {
  return Error(Reason::kAttachmentRefused, absl::StatusCode::kInvalidArgument, why);
}

std::string NonceOf(uint32_t n) {
  return std::string(crypto::kSealNonceBytes - 8, '\0') + BigEndian64(n);
}

std::string PlaceOf(absl::string_view name, uint32_t n) { return absl::StrCat(name, "#", n); }

}  // namespace

absl::StatusOr<std::string> ReadKey(const std::string& path) {
  SHAREWAY_ASSIGN_OR_RETURN(std::string key, crypto::ReadFile(path));
  if (key.size() == crypto::kSealKeyBytes) return key;
  const std::string hex(absl::StripAsciiWhitespace(key));
  const bool digits = std::all_of(hex.begin(), hex.end(),
                                  [](unsigned char c) { return absl::ascii_isxdigit(c); });
  if (hex.size() == 2 * crypto::kSealKeyBytes && digits) return absl::HexStringToBytes(hex);
  return absl::InvalidArgumentError(
      absl::StrCat(path, " has ", key.size(), " bytes, want 32 bytes or 64 hexadecimal digits"));
}

absl::Status CheckFileName(absl::string_view file_name, absl::string_view field) {
  std::vector<FieldViolation> out;
  if (!IsText(file_name)) {
    out.push_back({std::string(field), "is not text in UTF-8"});
  } else if (const int length = CodePoints(file_name); length < 1 || length > 200) {
    out.push_back({std::string(field), absl::StrCat("has ", length, " characters, want 1 to 200")});
  }
  const bool path = absl::StrContains(file_name, '/') || absl::StrContains(file_name, '\\');
  const bool lines = std::any_of(file_name.begin(), file_name.end(),
                                 [](unsigned char c) { return c < 0x20; });
  if (path || lines) {
    out.push_back({std::string(field),
                   "names a path or has several lines, want the name of a file alone"});
  }
  return Error::Fields(out);
}

Contents::Contents(kv::Store* kv, Places places, std::string key)
    : kv_(kv), places_(std::move(places)), key_(std::move(key)) {}

absl::Status Contents::CheckKey() const {
  if (!key_.empty()) return absl::OkStatus();
  return Error(Reason::kNotSupported, absl::StatusCode::kFailedPrecondition,
               "this service has no key to keep attachments with (--attachment_key)");
}

std::string Contents::BegunKey(absl::string_view name) const {
  return absl::StrCat(places_.begun, name);
}

std::string Contents::ChunkPrefix(absl::string_view name) const {
  return absl::StrCat(places_.chunks, name, "/");
}

std::string Contents::ChunkKey(absl::string_view name, uint32_t n) const {
  return absl::StrCat(ChunkPrefix(name), BigEndian64(n).substr(4));
}

std::string Contents::KeyOf(absl::string_view name) const {
  return crypto::HmacSha256(key_, name).str();
}

absl::StatusOr<int> Contents::Unfinished(absl::string_view by) const {
  int unfinished = 0;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      places_.begun, PrefixEnd(places_.begun),
      [&](absl::string_view, absl::string_view value, uint64_t) {
        if (value.size() >= kTimeBytes && value.substr(kTimeBytes) == by) ++unfinished;
        return true;
      }));
  return unfinished;
}

absl::StatusOr<Contents::Intake> Contents::Begin(absl::string_view name, absl::string_view by,
                                                 absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(CheckKey());
  absl::MutexLock lock(&beginning_);
  SHAREWAY_ASSIGN_OR_RETURN(const int unfinished, Unfinished(by));
  if (unfinished >= kMostUnfinished) {
    return absl::Status(
        Error(Reason::kRateLimited, absl::StatusCode::kResourceExhausted,
              absl::StrCat(by, " has ", unfinished, " uploads that have not ended, at most ",
                           kMostUnfinished, "; they are deleted within ",
                           absl::ToInt64Minutes(kAbandoned), " minutes of their beginning"))
            .With("person", std::string(by))
            .With("limit", absl::StrCat(kMostUnfinished)));
  }
  const std::string key = BegunKey(name);
  kv::Batch batch;
  const std::string begun = BigEndian64(static_cast<uint64_t>(absl::ToUnixNanos(now)));
  batch.ExpectAbsent(key).Put(key, absl::StrCat(begun, by));
  SHAREWAY_RETURN_IF_ERROR(kv_->Commit(std::move(batch)).status());
  Intake intake;
  intake.owner_ = this;
  intake.name_ = std::string(name);
  intake.begun_ = now;
  return intake;
}

absl::Status Contents::Intake::Flush() {
  const uint32_t n = facts_.chunks++;
  std::string sealed =
      crypto::Seal(owner_->KeyOf(name_), NonceOf(n), PlaceOf(name_, n), pending_);
  pending_.clear();
  kv::Batch batch;
  batch.Put(owner_->ChunkKey(name_, n), std::move(sealed));
  return owner_->kv_->Commit(std::move(batch)).status();
}

absl::Status Contents::Intake::Add(absl::string_view piece) {
  facts_.bytes += piece.size();
  if (facts_.bytes > kMaxBytes) {
    return Refused(absl::StrCat("the content has more than ", kMaxBytes, " bytes"));
  }
  digest_.Update(piece);
  type_.Update(piece);
  while (!piece.empty()) {
    const absl::string_view part = piece.substr(0, kChunk - pending_.size());
    absl::StrAppend(&pending_, part);
    piece.remove_prefix(part.size());
    if (pending_.size() == kChunk) SHAREWAY_RETURN_IF_ERROR(Flush());
  }
  return absl::OkStatus();
}

absl::StatusOr<Facts> Contents::Intake::End(absl::string_view asked_digest, absl::Time now) {
  SHAREWAY_ASSIGN_OR_RETURN(facts_.media_type, Type());
  facts_.sha256 = digest_.Digest().str();
  if (!asked_digest.empty() && asked_digest != facts_.sha256) {
    return Refused(absl::StrCat("the content's SHA-256 is ", absl::BytesToHexString(facts_.sha256),
                                ", not ", absl::BytesToHexString(asked_digest)));
  }
  if (!pending_.empty()) SHAREWAY_RETURN_IF_ERROR(Flush());
  if (now - begun_ > kLongestUpload) {
    return absl::Status(Error(Reason::kDeadlinePassed, absl::StatusCode::kFailedPrecondition,
                              "the upload took more than 30 minutes"));
  }
  return facts_;
}

absl::Status Contents::Read(absl::string_view name, uint32_t chunks,
                            absl::FunctionRef<absl::Status(absl::string_view)> write) const {
  if (key_.empty()) {
    return Error(Reason::kNotSupported, absl::StatusCode::kFailedPrecondition,
                 "this service has no key to open attachments with (--attachment_key)");
  }
  for (uint32_t n = 0; n < chunks; ++n) {
    const absl::StatusOr<kv::Entry> sealed = kv_->Get(ChunkKey(name, n));
    if (absl::IsNotFound(sealed.status())) {
      return absl::DataLossError(absl::StrCat(name, " lacks chunk ", n));
    }
    SHAREWAY_RETURN_IF_ERROR(sealed.status());
    SHAREWAY_ASSIGN_OR_RETURN(
        const std::string plain,
        crypto::Unseal(KeyOf(name), NonceOf(n), PlaceOf(name, n), sealed->value));
    SHAREWAY_RETURN_IF_ERROR(write(plain));
  }
  return absl::OkStatus();
}

absl::Status Contents::Drop(absl::string_view name) {
  kv::Batch batch;
  batch.DeleteRange(ChunkPrefix(name), PrefixEnd(ChunkPrefix(name)));
  batch.Delete(BegunKey(name));
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<int> Contents::DropAbandoned(absl::Time now, int limit) {
  const absl::Time before = now - kAbandoned;
  std::vector<std::string> old;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      places_.begun, PrefixEnd(places_.begun),
      [&](absl::string_view key, absl::string_view value, uint64_t) {
        const auto begun = static_cast<int64_t>(ReadBigEndian64(value));
        if (absl::FromUnixNanos(begun) < before) {
          old.emplace_back(key.substr(places_.begun.size()));
        }
        return static_cast<int>(old.size()) < limit;
      }));
  for (const std::string& name : old) SHAREWAY_RETURN_IF_ERROR(Drop(name));
  return static_cast<int>(old.size());
}

}  // namespace shareway::attachment
