// SPDX-License-Identifier: Apache-2.0
// Attachments: taken in pieces, kept sealed.
#include "services/sharing/requests/attachments.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/seal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

constexpr absl::Duration kLongestUpload = absl::Minutes(30);
constexpr absl::Duration kAbandoned = absl::Hours(1);
constexpr int kMostAbandoned = 100;
constexpr size_t kDigestBytes = 32;

absl::Status Refused(absl::string_view why) {
  return Error(Reason::kAttachmentRefused, absl::StatusCode::kInvalidArgument, why);
}

std::string NonceOf(uint32_t n) {
  return std::string(crypto::kSealNonceBytes - 8, '\0') + BigEndian64(n);
}

std::string PlaceOf(absl::string_view name, uint32_t n) { return absl::StrCat(name, "#", n); }

bool MayRead(const Attachment& attachment, const Subject& subject, const Actor& actor) {
  if (attachment.agency == actor.agency) return true;
  if (IsInternal(attachment, subject.answer_waits)) return false;
  return subject.all_files || attachment.agency == subject.provider;
}

}  // namespace

absl::StatusOr<std::string> ReadAttachmentKey(const std::string& path) {
  SHAREWAY_ASSIGN_OR_RETURN(std::string key, crypto::ReadFile(path));
  if (key.size() == crypto::kSealKeyBytes) return key;
  const std::string hex(absl::StripAsciiWhitespace(key));
  const bool digits = std::all_of(hex.begin(), hex.end(),
                                  [](unsigned char c) { return absl::ascii_isxdigit(c); });
  if (hex.size() == 2 * crypto::kSealKeyBytes && digits) return absl::HexStringToBytes(hex);
  return absl::InvalidArgumentError(
      absl::StrCat(path, " has ", key.size(), " bytes, want 32 bytes or 64 hexadecimal digits"));
}

std::string Attachments::KeyOf(absl::string_view name) const {
  return crypto::HmacSha256(key_, name).str();
}

absl::StatusOr<Attachments::Upload> Attachments::Begin(const Errand& errand,
                                                       const Attachment& asked,
                                                       std::optional<bool> internal) {
  if (key_.empty()) {
    return absl::Status(Error(Reason::kNotSupported, absl::StatusCode::kFailedPrecondition,
                              "this service has no key to keep attachments with "
                              "(--attachment_key)"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckFileName(asked.file_name, "attachment.file_name"));
  if (!asked.sha256.empty() && asked.sha256.size() != kDigestBytes) {
    return Error::Field("attachment.sha256",
                        absl::StrCat("has ", asked.sha256.size(), " bytes, want 32 or none"));
  }
  Upload upload;
  SHAREWAY_ASSIGN_OR_RETURN(upload.subject_, subjects_->Find(errand.actor, asked.subject));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"attachment.file_name", asked.file_name}},
                                         upload.subject_.profile));
  absl::MutexLock lock(&beginning_);
  SHAREWAY_ASSIGN_OR_RETURN(const int unfinished, store_.Unfinished(errand.actor.name));
  if (unfinished >= kMostUnfinished) {
    return absl::Status(
        Error(Reason::kRateLimited, absl::StatusCode::kResourceExhausted,
              absl::StrCat(errand.actor.name, " has ", unfinished, " uploads that have not ended, "
                           "at most ", kMostUnfinished, "; they are deleted within ",
                           absl::ToInt64Minutes(kAbandoned), " minutes of their beginning"))
            .With("person", errand.actor.name)
            .With("limit", absl::StrCat(kMostUnfinished)));
  }
  const bool drafts_answer =
      upload.subject_.answer_waits && errand.actor.agency == upload.subject_.provider;
  upload.owner_ = this;
  upload.errand_ = errand;
  upload.asked_digest_ = asked.sha256;
  upload.attachment_ = {.name = Desk::NewName(Attachment::kCollection),
                        .subject = asked.subject,
                        .consumer = upload.subject_.consumer,
                        .provider = upload.subject_.provider,
                        .file_name = asked.file_name,
                        .uploader = errand.actor.name,
                        .agency = errand.actor.agency,
                        .profile = upload.subject_.profile,
                        .create_time = desk_->Now(),
                        .internal = internal.value_or(drafts_answer),
                        .until_answer = !internal && drafts_answer};
  SHAREWAY_RETURN_IF_ERROR(
      store_.Begin(upload.attachment_.name, errand.actor.name, desk_->Now()));
  return upload;
}

absl::Status Attachments::Upload::Flush() {
  const std::string& name = attachment_.name;
  const uint32_t n = attachment_.chunks++;
  std::string sealed = crypto::Seal(owner_->KeyOf(name), NonceOf(n), PlaceOf(name, n), pending_);
  pending_.clear();
  return owner_->store_.PutChunk(name, n, std::move(sealed));
}

absl::Status Attachments::Upload::Add(absl::string_view piece) {
  attachment_.bytes += piece.size();
  if (attachment_.bytes > kMaxAttachmentBytes) {
    return Refused(absl::StrCat("the content has more than ", kMaxAttachmentBytes, " bytes"));
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

absl::StatusOr<Stored<Attachment>> Attachments::Upload::Finish() {
  absl::StatusOr<Stored<Attachment>> kept = Keep();
  // Upkeep deletes what this fails to.
  if (absl::IsInvalidArgument(kept.status())) owner_->store_.Drop(attachment_.name).IgnoreError();
  return kept;
}

absl::StatusOr<Stored<Attachment>> Attachments::Upload::Keep() {
  SHAREWAY_ASSIGN_OR_RETURN(attachment_.media_type, type_.Find());
  // Of text the marks can be read; a scanned document is for the person who uploads it to judge.
  if (attachment_.media_type == "text/plain") {
    SHAREWAY_RETURN_IF_ERROR(
        RefuseSecrets({{"chunk", type_.beginning()}}, attachment_.profile));
  }
  attachment_.sha256 = digest_.Digest().str();
  if (!asked_digest_.empty() && asked_digest_ != attachment_.sha256) {
    return Refused(absl::StrCat("the content's SHA-256 is ",
                                absl::BytesToHexString(attachment_.sha256), ", not ",
                                absl::BytesToHexString(asked_digest_)));
  }
  if (!pending_.empty()) SHAREWAY_RETURN_IF_ERROR(Flush());
  const Desk& desk = *owner_->desk_;
  const absl::Time now = desk.Now();
  if (now - attachment_.create_time > kLongestUpload) {
    return absl::Status(Error(Reason::kDeadlinePassed, absl::StatusCode::kFailedPrecondition,
                              "the upload took more than 30 minutes"));
  }
  // The same id with another content is another request.
  errand_.once.body += attachment_.sha256;
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> seen,
                            desk.store().Seen(errand_.once, now));
  if (seen) {
    SHAREWAY_RETURN_IF_ERROR(owner_->store_.Drop(attachment_.name));
    return owner_->Get(errand_.actor, *seen);
  }
  evidence::AuditRecord event =
      desk.Event(evidence::RecordKind::ATTACHMENT_ADDED, errand_, {}, attachment_.name);
  if (attachment_.internal) {
    Desk::TellOnly(std::vector<std::string>{attachment_.agency}, &event);
  } else {
    Desk::TellOnly(subject_.readers, &event);
  }
  event.set_request_digest(attachment_.sha256);
  event.set_payload_bytes(attachment_.bytes);
  event.set_rule(attachment_.profile);
  Change change{.events = {std::move(event)}, .once = errand_.once, .result = attachment_.name};
  CaseRow row = RowOf(attachment_, 0);
  row.gives_up = {UploadingKey(attachment_.name)};
  change.cases.push_back(std::move(row));
  SHAREWAY_ASSIGN_OR_RETURN(const Written written, desk.store().Commit(change, now));
  return Stored<Attachment>{attachment_, written.version};
}

absl::StatusOr<Stored<Attachment>> Attachments::Get(const Actor& actor,
                                                    absl::string_view name) const {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName(Attachment::kCollection, name));
  absl::StatusOr<Stored<Attachment>> stored = desk_->store().LoadCase<Attachment>(name);
  if (absl::IsNotFound(stored.status())) return Error::NotVisible(name);
  SHAREWAY_RETURN_IF_ERROR(stored.status());
  const absl::StatusOr<Subject> subject = subjects_->Find(actor, stored->value.subject);
  if (!subject.ok() || !MayRead(stored->value, *subject, actor)) return Error::NotVisible(name);
  stored->value.internal = IsInternal(stored->value, subject->answer_waits);
  return stored;
}

absl::StatusOr<Page<Attachment>> Attachments::List(const Actor& actor, absl::string_view subject,
                                                   absl::string_view cursor, int limit) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Subject about, subjects_->Find(actor, subject));
  SHAREWAY_ASSIGN_OR_RETURN(
      Page<Attachment> page,
      desk_->store().ListCases<Attachment>(
          {std::string(subject)}, cursor, limit,
          [&](const Attachment& attachment) { return MayRead(attachment, about, actor); }));
  for (Stored<Attachment>& stored : page.values) {
    stored.value.internal = IsInternal(stored.value, about.answer_waits);
  }
  return page;
}

absl::Status Attachments::Read(const Attachment& attachment,
                               absl::FunctionRef<absl::Status(absl::string_view)> write) const {
  if (key_.empty()) {
    return Error(Reason::kNotSupported, absl::StatusCode::kFailedPrecondition,
                 "this service has no key to open attachments with (--attachment_key)");
  }
  const std::string& name = attachment.name;
  for (uint32_t n = 0; n < attachment.chunks; ++n) {
    const absl::StatusOr<std::string> sealed = store_.GetChunk(name, n);
    if (absl::IsNotFound(sealed.status())) {
      return absl::DataLossError(absl::StrCat(name, " lacks chunk ", n));
    }
    SHAREWAY_RETURN_IF_ERROR(sealed.status());
    SHAREWAY_ASSIGN_OR_RETURN(
        const std::string plain,
        crypto::Unseal(KeyOf(name), NonceOf(n), PlaceOf(name, n), *sealed));
    SHAREWAY_RETURN_IF_ERROR(write(plain));
  }
  return absl::OkStatus();
}

absl::StatusOr<int> AbandonedUploadsDue(const Desk& desk) {
  AttachmentStore store(desk.store().engine());
  return store.DropBegunBefore(desk.Now() - kAbandoned, kMostAbandoned);
}

}  // namespace shareway::sharing
