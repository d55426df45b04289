// SPDX-License-Identifier: Apache-2.0
// Attachments: taken in pieces, kept sealed.
#include "services/sharing/requests/attachments.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/secrecy.h"
#include "services/sharing/store/keys.h"

namespace shareway::sharing {
namespace {

constexpr int kMostAbandoned = 100;
constexpr size_t kDigestBytes = 32;

// What CaseRow::gives_up names, so that an upload ends with the commit of its attachment.
std::string UploadingKey(absl::string_view name) { return absl::StrCat("uploading|", name); }

attachment::Contents::Places Places() {
  return {.chunks = "attachment-chunk/", .begun = HeldKey(UploadingKey(""))};
}

bool MayRead(const Attachment& attachment, const Subject& subject, const Actor& actor) {
  if (attachment.agency == actor.agency) return true;
  if (IsInternal(attachment, subject.answer_waits)) return false;
  return subject.all_files || attachment.agency == subject.provider;
}

}  // namespace

Attachments::Attachments(const Desk* desk, const Subjects* subjects, std::string key)
    : desk_(desk),
      subjects_(subjects),
      contents_(desk->store().engine(), Places(), std::move(key)) {}

absl::StatusOr<Attachments::Upload> Attachments::Begin(const Errand& errand,
                                                       const Attachment& asked,
                                                       std::optional<bool> internal) {
  SHAREWAY_RETURN_IF_ERROR(contents_.CheckKey());
  SHAREWAY_RETURN_IF_ERROR(attachment::CheckFileName(asked.file_name, "attachment.file_name"));
  if (!asked.sha256.empty() && asked.sha256.size() != kDigestBytes) {
    return Error::Field("attachment.sha256",
                        absl::StrCat("has ", asked.sha256.size(), " bytes, want 32 or none"));
  }
  Upload upload;
  SHAREWAY_ASSIGN_OR_RETURN(upload.subject_, subjects_->Find(errand.actor, asked.subject));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"attachment.file_name", asked.file_name}},
                                         upload.subject_.profile));
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
  SHAREWAY_ASSIGN_OR_RETURN(upload.intake_,
                            contents_.Begin(upload.attachment_.name, errand.actor.name,
                                            upload.attachment_.create_time));
  return upload;
}

absl::StatusOr<Stored<Attachment>> Attachments::Upload::Finish() {
  absl::StatusOr<Stored<Attachment>> kept = Keep();
  // Upkeep deletes what this fails to.
  if (absl::IsInvalidArgument(kept.status())) {
    owner_->contents_.Drop(attachment_.name).IgnoreError();
  }
  return kept;
}

absl::StatusOr<Stored<Attachment>> Attachments::Upload::Keep() {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string media_type, intake_.Type());
  // Of text the marks can be read; a scanned document is for the person who uploads it to judge.
  if (media_type == "text/plain") {
    SHAREWAY_RETURN_IF_ERROR(
        RefuseSecrets({{"chunk", intake_.beginning()}}, attachment_.profile));
  }
  const Desk& desk = *owner_->desk_;
  const absl::Time now = desk.Now();
  SHAREWAY_ASSIGN_OR_RETURN(const attachment::Facts facts, intake_.End(asked_digest_, now));
  attachment_.media_type = facts.media_type;
  attachment_.bytes = facts.bytes;
  attachment_.sha256 = facts.sha256;
  attachment_.chunks = facts.chunks;
  // The same id with another content is another request.
  errand_.once.body += attachment_.sha256;
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> seen,
                            desk.store().Seen(errand_.once, now));
  if (seen) {
    SHAREWAY_RETURN_IF_ERROR(owner_->contents_.Drop(attachment_.name));
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
  return contents_.Read(attachment.name, attachment.chunks, write);
}

absl::StatusOr<int> AbandonedUploadsDue(const Desk& desk) {
  attachment::Contents contents(desk.store().engine(), Places(), "");
  return contents.DropAbandoned(desk.Now(), kMostAbandoned);
}

}  // namespace shareway::sharing
