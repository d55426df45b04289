// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/assessments.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/catalog/domain/assessment.h"
#include "services/catalog/domain/secrecy.h"

namespace shareway::catalog {
namespace {

constexpr int kMostAbandoned = 100;
constexpr size_t kDigestBytes = 32;

absl::Status Secret(absl::string_view field) {
  return Error(Reason::kSecretRefused, absl::StatusCode::kInvalidArgument,
               absl::StrCat(field, " is marked as a state or work secret; such content is refused "
                                   "and not kept (R25 第三条)"))
      .With("field", field);
}

}  // namespace

Assessments::Assessments(Parts parts)
    : parts_(std::move(parts)),
      contents_(parts_.kv, {.chunks = kAssessmentChunks, .begun = kAssessmentBegun}, parts_.key) {}

v1::AssessmentDocument Assessments::Shown(const AssessmentStore::Loaded& loaded) {
  v1::AssessmentDocument document = loaded.document;
  *document.mutable_keep_until_time() = evidence::ToTimestamp(
      KeepUntil(evidence::FromTimestamp(document.create_time()), loaded.named));
  return document;
}

evidence::AuditRecord Assessments::RecordOf(evidence::RecordKind kind,
                                            const v1::AssessmentDocument& document) const {
  evidence::AuditRecord record;
  record.set_kind(kind);
  record.set_object(document.name());
  record.add_agencies(document.agency());
  const std::shared_ptr<const Register> all = parts_.directory();
  const Agency* agency = all->Find<Agency>(document.agency());
  const Authority* authority =
      agency == nullptr ? nullptr : all->Find<Authority>(agency->authority);
  if (authority != nullptr && !authority->agency.empty() &&
      authority->agency != document.agency()) {
    record.add_agencies(authority->agency);
  }
  record.set_rule(kAssessmentArticle);
  record.set_request_digest(document.sha256());
  record.set_payload_bytes(document.bytes());
  return record;
}

absl::StatusOr<Assessments::Upload> Assessments::Begin(const Cause& cause,
                                                       const v1::AssessmentDocument& asked) {
  SHAREWAY_RETURN_IF_ERROR(contents_.CheckKey());
  // Before anything quotes it.
  if (IsMarkedSecret(asked.file_name())) return Secret("document.file_name");
  SHAREWAY_RETURN_IF_ERROR(
      attachment::CheckFileName(asked.file_name(), "document.file_name"));
  if (!asked.sha256().empty() && asked.sha256().size() != kDigestBytes) {
    return Error::Field("document.sha256", absl::StrCat("has ", asked.sha256().size(),
                                                        " bytes, want 32 or none"));
  }
  if (!parts_.catalog->ActorFor(cause.caller, cause.caller.agency).own_agency) {
    return Error::NotVisible(cause.caller.agency);
  }
  const absl::Time now = parts_.clock->Now();
  Upload upload;
  upload.owner_ = this;
  upload.cause_ = cause;
  upload.asked_digest_ = asked.sha256();
  upload.document_.set_name(
      absl::StrCat("assessmentDocuments/", IdFromRandom(crypto::RandomBytes(15))));
  upload.document_.set_agency(cause.caller.agency);
  upload.document_.set_file_name(asked.file_name());
  upload.document_.set_uploader(cause.caller.name);
  *upload.document_.mutable_create_time() = evidence::ToTimestamp(now);
  SHAREWAY_ASSIGN_OR_RETURN(upload.intake_,
                            contents_.Begin(upload.document_.name(), cause.caller.name, now));
  return upload;
}

absl::StatusOr<v1::AssessmentDocument> Assessments::Upload::Finish() {
  absl::StatusOr<v1::AssessmentDocument> kept = Keep();
  // The sweep deletes what this fails to.
  if (absl::IsInvalidArgument(kept.status())) {
    owner_->contents_.Drop(document_.name()).IgnoreError();
  }
  return kept;
}

absl::StatusOr<v1::AssessmentDocument> Assessments::Upload::Keep() {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string media_type, intake_.Type());
  // Of text the marks can be read; a scanned document is for the person who uploads it to judge.
  if (media_type == "text/plain" && IsMarkedSecret(intake_.beginning())) return Secret("chunk");
  const Parts& parts = owner_->parts_;
  const absl::Time now = parts.clock->Now();
  SHAREWAY_ASSIGN_OR_RETURN(const attachment::Facts facts, intake_.End(asked_digest_, now));
  // The same id with another content is another request.
  cause_.once.body += facts.sha256;
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> repeated,
                            parts.store->Seen(cause_.once, now));
  document_.set_media_type(facts.media_type);
  document_.set_bytes(facts.bytes);
  document_.set_sha256(facts.sha256);
  for (int attempt = 1;; ++attempt) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string there,
                              parts.store->Find(document_.agency(), ToHex(facts.sha256)));
    if (!there.empty()) {
      SHAREWAY_RETURN_IF_ERROR(owner_->contents_.Drop(document_.name()));
      return owner_->Get(cause_.caller, there);
    }
    // What a request id made is gone only if it was removed at the end of its time.
    if (repeated) return Error::NotVisible(*repeated);
    const absl::Status saved = parts.store->Save(
        document_, owner_->contents_.BegunKey(document_.name()),
        {.records = {owner_->RecordOf(evidence::v1::ATTACHMENT_ADDED, document_)},
         .cause = &cause_,
         .result = document_.name(),
         .now = now});
    if (saved.ok()) return Shown({.document = document_});
    // The same content came at the same moment.
    if (!absl::IsAborted(saved) || attempt > 1) return saved;
  }
}

absl::StatusOr<AssessmentStore::Loaded> Assessments::Seen(const Caller& caller,
                                                          absl::string_view name) const {
  if (!HasForm("assessmentDocuments/{d}", name)) {
    return Error::Field("name", "is not assessmentDocuments/{d}");
  }
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<AssessmentStore::Loaded> loaded,
                            parts_.store->Load(name));
  if (!loaded) return Error::NotVisible(name);
  const std::string& agency = loaded->document.agency();
  if (!parts_.catalog->ActorFor(caller, agency).SeesDrafts()) return Error::NotVisible(name);
  return *std::move(loaded);
}

absl::StatusOr<std::vector<std::string>> Assessments::NamedBy(
    const AssessmentStore::Loaded& loaded) const {
  const v1::AssessmentDocument& document = loaded.document;
  const std::string digest = ToHex(document.sha256());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                            parts_.store->NamedBy(document.name()));
  std::vector<std::string> naming;
  for (const std::string& name : entries) {
    const absl::StatusOr<ResourceStore::Loaded> entry = parts_.resources->Load(name);
    if (absl::IsNotFound(entry.status())) continue;  // a draft that was deleted
    SHAREWAY_RETURN_IF_ERROR(entry.status());
    if (DocumentsOf(entry->resource).contains(digest)) naming.push_back(name);
    if (naming.size() == kMaxResources) break;
  }
  return naming;
}

absl::StatusOr<v1::AssessmentDocument> Assessments::Get(const Caller& caller,
                                                        absl::string_view name) const {
  SHAREWAY_ASSIGN_OR_RETURN(const AssessmentStore::Loaded loaded, Seen(caller, name));
  v1::AssessmentDocument document = Shown(loaded);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> naming, NamedBy(loaded));
  for (const std::string& resource : naming) document.add_resources(resource);
  return document;
}

absl::StatusOr<std::vector<v1::AssessmentDocument>> Assessments::List(const Caller& caller,
                                                                      absl::string_view agency,
                                                                      absl::string_view name,
                                                                      size_t limit) const {
  if (!HasForm("agencies/{a}", agency)) return Error::Field("agency", "is not agencies/{a}");
  if (!parts_.catalog->ActorFor(caller, agency).SeesDrafts()) return Error::NotVisible(agency);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<AssessmentStore::Loaded> found,
                            parts_.store->List(agency, name, limit));
  std::vector<v1::AssessmentDocument> page;
  for (const AssessmentStore::Loaded& loaded : found) page.push_back(Shown(loaded));
  return page;
}

absl::Status Assessments::Read(const Caller& caller, absl::string_view name,
                               absl::FunctionRef<absl::Status(absl::string_view)> write) const {
  SHAREWAY_ASSIGN_OR_RETURN(const AssessmentStore::Loaded loaded, Seen(caller, name));
  return contents_.Read(name, attachment::ChunksOf(loaded.document.bytes()), write);
}

absl::StatusOr<v1::AssessmentDocument> Assessments::Remove(const Cause& cause,
                                                           absl::string_view name) {
  const absl::Time now = parts_.clock->Now();
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> done,
                            parts_.store->Seen(cause.once, now));
  if (done) {
    v1::AssessmentDocument gone;
    gone.set_name(*done);
    return gone;
  }
  SHAREWAY_ASSIGN_OR_RETURN(const AssessmentStore::Loaded loaded, Seen(cause.caller, name));
  const v1::AssessmentDocument document = Shown(loaded);
  // The authority reads; what the agency answers for, it removes itself.
  if (!parts_.catalog->ActorFor(cause.caller, document.agency()).own_agency ||
      cause.caller.inspects) {
    return Error::NotVisible(name);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> naming, NamedBy(loaded));
  SHAREWAY_RETURN_IF_ERROR(CheckRemovable(
      name, naming, evidence::FromTimestamp(document.keep_until_time()), now));
  SHAREWAY_RETURN_IF_ERROR(parts_.store->Remove(
      loaded, contents_.ChunkPrefix(name),
      {.records = {RecordOf(evidence::v1::RECORDS_EXPIRED, document)},
       .cause = &cause,
       .result = std::string(name),
       .now = now}));
  return document;
}

absl::StatusOr<int> Assessments::Sweep() {
  return contents_.DropAbandoned(parts_.clock->Now(), kMostAbandoned);
}

}  // namespace shareway::catalog
