// SPDX-License-Identifier: Apache-2.0
// Documents of assessments: who keeps and reads them, what entries name, and when they may go.
#include "services/catalog/assessments.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/record.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

constexpr char kEntry[] = "resources/306002-000001";
constexpr absl::Duration kDay = absl::Hours(24);

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

std::string Pdf(size_t bytes) {
  std::string content = "%PDF-1.7 ";
  for (size_t i = content.size(); i < bytes; ++i) content += static_cast<char>('a' + i % 26);
  return content;
}

std::string DigestOf(const std::string& content) {
  return ToHex(crypto::Sha256(content).str());
}

struct Documents {
  absl::StatusOr<v1::AssessmentDocument> Upload(const std::string& content,
                                                const std::string& person = "editor",
                                                const std::string& request_id = "",
                                                const std::string& file_name = "影响评估.pdf",
                                                const std::string& sha256 = "") {
    v1::AssessmentDocument asked;
    asked.set_file_name(file_name);
    asked.set_sha256(sha256);
    absl::StatusOr<Assessments::Upload> upload =
        world.assessments->Begin(world.By(person, request_id, "header"), asked);
    if (!upload.ok()) return upload.status();
    for (size_t at = 0; at < content.size(); at += 100'000) {
      const absl::Status added = upload->Add(absl::string_view(content).substr(at, 100'000));
      if (!added.ok()) return added;
    }
    return upload->Finish();
  }
  absl::StatusOr<std::string> Read(const std::string& person, const std::string& name) {
    std::string content;
    const absl::Status read = world.assessments->Read(
        world.By(person).caller, name, [&](absl::string_view bytes) {
          content.append(bytes.data(), bytes.size());
          return absl::OkStatus();
        });
    if (!read.ok()) return read;
    return content;
  }
  int Keys(const std::string& prefix) {
    int keys = 0;
    (void)world.kv.Scan(prefix, prefix + "\xFF",
                        [&](absl::string_view, absl::string_view, uint64_t) { return ++keys > 0; });
    return keys;
  }
  // The good entry, of which the assessment names these.
  static Entry Naming(std::vector<std::string> digests) {
    Entry entry = GoodEntry();
    entry.assessment.document_digests = std::move(digests);
    return entry;
  }
  absl::StatusOr<v1::AssessmentDocument> Remove(const std::string& name,
                                                const std::string& person = "editor",
                                                const std::string& request_id = "") {
    return world.assessments->Remove(world.By(person, request_id), name);
  }

  TestWorld world;
};

TEST_CASE("A document of an assessment is kept sealed and read by its agency and authority",
          "[catalog][assessment]") {
  Documents d;
  const std::string content = Pdf(2 * attachment::kChunk + 7);
  const v1::AssessmentDocument kept = d.Upload(content).value();
  CHECK(kept.agency() == kCivil);
  CHECK(kept.uploader() == "people/editor");
  CHECK(kept.media_type() == "application/pdf");
  CHECK(kept.bytes() == content.size());
  CHECK(kept.sha256() == crypto::Sha256(content).str());
  const evidence::AuditRecord record = d.world.Events().back();
  CHECK(record.kind() == evidence::v1::ATTACHMENT_ADDED);
  CHECK(record.object() == kept.name());
  CHECK(record.request_digest() == kept.sha256());
  REQUIRE(record.agencies_size() == 2);
  CHECK(record.agencies(0) == kCivil);
  CHECK(record.agencies(1) == kBureau);
  v1::AssessmentDocument state;
  REQUIRE(state.ParseFromString(record.state()));
  CHECK(state.name() == kept.name());

  d.world.Reopen();
  for (const char* person : {"editor", "head", "officer"}) {
    CHECK(d.Read(person, kept.name()).value() == content);
    CHECK(d.world.assessments->Get(d.world.By(person).caller, kept.name())->sha256() ==
          kept.sha256());
    CHECK(d.world.assessments->List(d.world.By(person).caller, kCivil, "", 10)->size() == 1);
  }
  // A supervisor with a mandate over the agency reads; one over the authority's own does not.
  Caller supervisor = d.world.By("tax-editor").caller;
  supervisor.inspects = true;
  supervisor.agency = kCivil;
  CHECK(d.world.assessments->Get(supervisor, kept.name()).ok());
  supervisor.agency = kBureau;
  CHECK(d.world.assessments->Get(supervisor, kept.name()).status() ==
        Error::NotVisible(kept.name()));
  // A stranger hears of what is there what he hears of nothing.
  const Caller stranger = d.world.By("tax-editor").caller;
  for (const std::string& name : {kept.name(), std::string("assessmentDocuments/none")}) {
    CHECK(d.world.assessments->Get(stranger, name).status() == Error::NotVisible(name));
    CHECK(d.Read("tax-editor", name).status() == Error::NotVisible(name));
    CHECK(d.Remove(name, "tax-editor").status() == Error::NotVisible(name));
  }
  CHECK(d.world.assessments->List(stranger, kCivil, "", 10).status() == Error::NotVisible(kCivil));
  CHECK(d.world.assessments->List(stranger, "agencies/none", "", 10).status() ==
        Error::NotVisible("agencies/none"));
  bool bare = false;
  (void)d.world.kv.Scan(kAssessmentChunks, "assessment/d",
                        [&](absl::string_view, absl::string_view value, uint64_t) {
                          bare = bare || value.find("%PDF-1.7") != absl::string_view::npos;
                          return true;
                        });
  CHECK_FALSE(bare);
  CHECK(d.Keys(kAssessmentBegun) == 0);
}

TEST_CASE("A document that breaks a rule is refused and leaves nothing", "[catalog][assessment]") {
  Documents d;
  const size_t before = d.world.Events().size();
  CHECK(ReasonOf(d.Upload("").status()) == Reason::kAttachmentRefused);
  CHECK(ReasonOf(d.Upload("\x7F" "ELF").status()) == Reason::kAttachmentRefused);
  CHECK(ReasonOf(d.Upload(Pdf(20), "editor", "", "评估.pdf", std::string(32, 'x')).status()) ==
        Reason::kAttachmentRefused);
  for (const std::string& name : {std::string(), std::string("../a.pdf"), std::string(201, 'a')}) {
    const absl::Status refused = d.Upload(Pdf(20), "editor", "", name).status();
    REQUIRE(ReasonOf(refused) == Reason::kFieldInvalid);
    CHECK(DetailsOf(refused)->fields[0].field == "document.file_name");
  }
  const absl::Status short_digest = d.Upload(Pdf(20), "editor", "", "a.pdf", "short").status();
  REQUIRE(ReasonOf(short_digest) == Reason::kFieldInvalid);
  CHECK(DetailsOf(short_digest)->fields[0].field == "document.sha256");
  // Of what is marked as a secret nothing is kept or told.
  const absl::Status secret = d.Upload("内容属于国家秘密，评估如下").status();
  CHECK(ReasonOf(secret) == Reason::kSecretRefused);
  CHECK_FALSE(absl::StrContains(secret.ToString(), "评估如下"));
  CHECK(ReasonOf(d.Upload(Pdf(20), "editor", "", "机密★长期.pdf").status()) ==
        Reason::kSecretRefused);
  const Caller editor = d.world.By("editor").caller;
  CHECK(d.world.assessments->Get(editor, "documents/x").status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(d.world.assessments->List(editor, "people/x", "", 10).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(d.world.Events().size() == before);
  CHECK(d.Keys("assessment/") == 0);

  Assessments none({.store = &*d.world.assessment_store,
                    .resources = &*d.world.resources,
                    .catalog = d.world.catalog.get(),
                    .clock = &d.world.clock,
                    .directory = [&d] { return d.world.registrar->Now(); },
                    .kv = &d.world.kv});
  CHECK(ReasonOf(none.Begin(d.world.By("editor"), v1::AssessmentDocument()).status()) ==
        Reason::kNotSupported);
}

TEST_CASE("The same content of an agency is one document", "[catalog][assessment]") {
  Documents d;
  const std::string first = d.Upload(Pdf(20), "editor", "id-1")->name();
  CHECK(d.Upload(Pdf(20), "editor", "id-1")->name() == first);
  CHECK(d.Upload(Pdf(20), "editor", "", "别的名称.pdf")->name() == first);
  CHECK(ReasonOf(d.Upload(Pdf(21), "editor", "id-1").status()) == Reason::kRequestIdReused);
  // Another agency's is its own.
  const std::string theirs = d.Upload(Pdf(20), "tax-editor")->name();
  CHECK(theirs != first);
  CHECK(d.Keys("assessment/o/") == 2);
  CHECK(d.Keys(kAssessmentChunks) == 2);
}

TEST_CASE("What an upload of a document left is swept, also after a restart",
          "[catalog][assessment]") {
  Documents d;
  v1::AssessmentDocument asked;
  asked.set_file_name("影响评估.pdf");
  {
    Assessments::Upload upload = d.world.assessments->Begin(d.world.By("editor"), asked).value();
    REQUIRE(upload.Add(Pdf(attachment::kChunk)).ok());
  }
  REQUIRE(d.Upload(Pdf(20)).ok());
  d.world.Reopen();
  CHECK(d.world.assessments->Sweep().value() == 0);
  CHECK(d.Keys(kAssessmentChunks) == 2);
  d.world.clock.Advance(attachment::kAbandoned + absl::Seconds(1));
  CHECK(d.world.assessments->Sweep().value() == 1);
  CHECK(d.Keys(kAssessmentChunks) == 1);
  CHECK(d.Keys(kAssessmentBegun) == 0);
}

TEST_CASE("An entry names documents that its provider uploaded, and no others",
          "[catalog][assessment]") {
  Documents d;
  const std::string content = Pdf(20);
  REQUIRE(d.Upload(content, "tax-editor").ok());  // another agency's does not count
  const absl::Status missing =
      d.world.catalog->Create(d.world.By("editor"), Documents::Naming({DigestOf(content)}), false)
          .status();
  CHECK(ReasonOf(missing) == Reason::kReferenceMissing);
  CHECK(absl::StrContains(missing.message(), "resource.assessment.document_digests[0]"));
  CHECK(absl::StrContains(missing.message(), kCivil));
  const v1::AssessmentDocument kept = d.Upload(content).value();
  (void)d.world.Publish(Documents::Naming({DigestOf(content)}));
  const v1::AssessmentDocument shown =
      d.world.assessments->Get(d.world.By("officer").caller, kept.name()).value();
  REQUIRE(shown.resources_size() == 1);
  CHECK(shown.resources(0) == kEntry);
  CHECK(d.world.resources->Load(kEntry)
            ->resource.fields()
            .published->entry.assessment.document_digests ==
        std::vector<std::string>{DigestOf(content)});
}

TEST_CASE("A document is removed at the end of its time and not before", "[catalog][assessment]") {
  Documents d;
  const std::string content = Pdf(20);
  const v1::AssessmentDocument kept = d.Upload(content).value();
  const absl::Time until = evidence::FromTimestamp(kept.keep_until_time());
  CHECK(until > d.world.clock.Now() + 3 * 365 * kDay);
  CHECK(until <= d.world.clock.Now() + (3 * 365 + 2) * kDay);
  const size_t before = d.world.Events().size();
  const absl::Status early = d.Remove(kept.name()).status();
  CHECK(absl::IsFailedPrecondition(early));
  CHECK(ReasonOf(early) == Reason::kRetentionRunning);
  CHECK(d.world.Events().size() == before);
  CHECK(d.Read("editor", kept.name()).value() == content);

  d.world.clock.Advance(until - d.world.clock.Now());
  d.world.Reopen();
  // The authority reads it, and removes nothing of the agency's.
  CHECK(d.Remove(kept.name(), "officer").status() == Error::NotVisible(kept.name()));
  // A commit that fails removes nothing, and is tried again.
  d.world.kv.on_commit = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::ResourceExhaustedError("disk full")};
  };
  CHECK(absl::IsResourceExhausted(d.Remove(kept.name()).status()));
  d.world.kv.on_commit = nullptr;
  CHECK(d.Read("editor", kept.name()).value() == content);
  const v1::AssessmentDocument removed = d.Remove(kept.name(), "editor", "id-1").value();
  CHECK(removed.sha256() == kept.sha256());
  const evidence::AuditRecord record = d.world.Events().back();
  CHECK(record.kind() == evidence::v1::RECORDS_EXPIRED);
  CHECK(record.object() == kept.name());
  CHECK(record.request_digest() == kept.sha256());
  CHECK(d.Keys("assessment/") == 0);
  CHECK(d.Read("editor", kept.name()).status() == Error::NotVisible(kept.name()));
  // Whose answer was lost asks again and hears that it is done.
  CHECK(d.Remove(kept.name(), "editor", "id-1")->name() == kept.name());
}

TEST_CASE("While an entry names a document it stays, and three years from the end of that",
          "[catalog][assessment]") {
  Documents d;
  const std::string content = Pdf(20);
  const v1::AssessmentDocument kept = d.Upload(content).value();
  (void)d.world.Publish(Documents::Naming({DigestOf(content)}));
  d.world.clock.Advance(1500 * kDay);
  d.world.Reopen();
  const absl::Status named = d.Remove(kept.name()).status();
  CHECK(ReasonOf(named) == Reason::kStateForbids);
  CHECK(absl::StrContains(named.message(), kEntry));
  // The published entry is closed for good: from then on three years.
  const auto at = d.world.resources->Load(kEntry).value();
  const auto gone = d.world.catalog->Withdraw(d.world.ActBy("officer"), kEntry, Catalog::Etag(at),
                                              "不再采集", "");
  INFO(gone.status());
  REQUIRE(gone.ok());
  const absl::Time withdrawn = d.world.clock.Now();
  const absl::Status running = d.Remove(kept.name()).status();
  CHECK(ReasonOf(running) == Reason::kRetentionRunning);
  const absl::Time until = evidence::FromTimestamp(
      d.world.assessments->Get(d.world.By("editor").caller, kept.name())->keep_until_time());
  CHECK(until > withdrawn + 3 * 365 * kDay);
  d.world.clock.Advance(until - withdrawn - absl::Seconds(1));
  CHECK(ReasonOf(d.Remove(kept.name()).status()) == Reason::kRetentionRunning);
  d.world.clock.Advance(absl::Seconds(1));
  CHECK(d.Remove(kept.name()).ok());
  CHECK(d.Keys("assessment/") == 0);
}

TEST_CASE("A draft names a document as an entry does, until it is deleted or names another",
          "[catalog][assessment]") {
  Documents d;
  const std::string content = Pdf(20);
  const v1::AssessmentDocument kept = d.Upload(content).value();
  auto draft = d.world.catalog
                   ->Create(d.world.By("editor"), Documents::Naming({DigestOf(content)}), false)
                   .value();
  d.world.clock.Advance(1500 * kDay);
  CHECK(ReasonOf(d.Remove(kept.name()).status()) == Reason::kStateForbids);
  draft = d.world.catalog
              ->Update(d.world.By("editor"), kEntry, Catalog::Etag(draft), GoodEntry())
              .value();
  CHECK(ReasonOf(d.Remove(kept.name()).status()) == Reason::kRetentionRunning);
  REQUIRE(d.world.catalog->DeleteDraft(d.world.By("editor"), kEntry, Catalog::Etag(draft)).ok());
  d.world.clock.Advance(1500 * kDay);
  CHECK(d.Remove(kept.name()).ok());
}

TEST_CASE("An entry that comes to name a document while it is removed keeps it, or fails",
          "[catalog][assessment]") {
  Documents d;
  const std::string content = Pdf(20);
  const v1::AssessmentDocument kept = d.Upload(content).value();
  d.world.clock.Advance(1500 * kDay);
  // As another removal reads it: then the entry comes.
  const AssessmentStore::Loaded read = d.world.assessment_store->Load(kept.name())->value();
  const Cause cause = d.world.By("editor");
  const auto remove = [&] {
    evidence::AuditRecord record;
    record.set_kind(evidence::v1::RECORDS_EXPIRED);
    record.set_object(kept.name());
    return d.world.assessment_store->Remove(
        read, std::string(kAssessmentChunks) + kept.name() + "/",
        {.records = {record}, .cause = &cause, .result = kept.name(), .now = d.world.clock.Now()});
  };
  REQUIRE(d.world.catalog
              ->Create(d.world.By("editor"), Documents::Naming({DigestOf(content)}), false)
              .ok());
  const absl::Status late = remove();
  CHECK(absl::IsAborted(late));
  CHECK(d.Read("editor", kept.name()).value() == content);

  // The other way round: what an entry read as kept is gone when it commits.
  kv::Batch batch;
  Entry entry = Documents::Naming({DigestOf(content)});
  const Resource after = Resource::Restore(
      {.name = "resources/x", .provider = kCivil, .working = Resource::Working{.entry = entry}});
  REQUIRE(d.world.assessment_store
              ->Follow(Resource::Restore({}), after, d.world.clock.Now(), &batch)
              .ok());
  kv::Batch gone;
  gone.Delete("assessment/o/" + kept.name().substr(std::string("assessmentDocuments/").size()));
  REQUIRE(d.world.kv.Commit(std::move(gone)).ok());
  CHECK(absl::IsAborted(d.world.kv.Commit(std::move(batch)).status()));
}

TEST_CASE("An agency's documents are listed by name, each once", "[catalog][assessment]") {
  Documents d;
  for (size_t i = 0; i < 5; ++i) REQUIRE(d.Upload(Pdf(20 + i)).ok());
  REQUIRE(d.Upload(Pdf(30), "tax-editor").ok());
  const Caller editor = d.world.By("editor").caller;
  std::vector<std::string> names;
  for (std::string last;;) {
    const auto page = d.world.assessments->List(editor, kCivil, last, 2).value();
    for (const v1::AssessmentDocument& document : page) names.push_back(document.name());
    if (page.size() < 2) break;
    last = page.back().name();
  }
  CHECK(names.size() == 5);
  CHECK(std::is_sorted(names.begin(), names.end()));
}

}  // namespace
}  // namespace shareway::catalog
