// SPDX-License-Identifier: Apache-2.0
// fsck of a catalogue's projects and codes.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/base/fake_clock.h"
#include "libs/kv/memory_store.h"
#include "libs/outbox/outbox.h"
#include "shareway/catalog/v1/assessment.pb.h"
#include "shareway/catalog/v1/classification.pb.h"
#include "shareway/catalog/v1/directory.pb.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "shareway/catalog/v1/project.pb.h"
#include "tools/shareway/fsck.h"

namespace shareway::cli {
namespace {

std::string ProjectBytes(const std::string& id, catalog::v1::Project::State state) {
  catalog::v1::Project project;
  project.set_name(absl::StrCat("projects/", id));
  project.set_agency("agencies/a");
  project.set_state(state);
  project.add_entries()->set_uses("resources/306002-000009");
  project.add_entries()->set_resource("resources/306002-000001");
  return project.SerializeAsString();
}

std::string CodeBytes(const std::string& code) {
  catalog::v1::GeneratedCode kept;
  kept.set_code(code);
  kept.set_agency("agencies/a");
  return kept.SerializeAsString();
}

std::string DocumentBytes(const std::string& id) {
  catalog::v1::AssessmentDocument document;
  document.set_name("assessmentDocuments/" + id);
  document.set_agency("agencies/a");
  document.set_sha256("\x01\x02");
  document.set_bytes((256 << 10) + 1);
  return document.SerializeAsString();
}

std::string ChunkKey(uint64_t n) {
  return "assessment/c/assessmentDocuments/d1/" + BigEndian64(n).substr(4);
}

// A catalogue with a document in two chunks, one accepted project, one that waits, and a code that is kept.
void Fill(kv::MemoryStore* store, const Clock* clock) {
  REQUIRE(outbox::Outbox::Open(store, "shareway://test/service/catalog", clock).ok());
  catalog::v1::DirectoryChange change;
  change.mutable_agency()->set_name("agencies/a");
  kv::Batch batch;
  const int place = batch.Append("directory", change.SerializeAsString());
  batch.PutNumber("directory/head", place);
  batch.Put("project/o/p1", ProjectBytes("p1", catalog::v1::Project::ACCEPTED));
  batch.Put("project/o/p2", ProjectBytes("p2", catalog::v1::Project::HANDED_IN));
  batch.Put("project/a/a/p1", "");
  batch.Put("project/a/a/p2", "");
  batch.Put("project/r/306002-000001", "p1");
  batch.Put("code/n/306002", BigEndian64(3));
  batch.Put("code/r/306002-000002", CodeBytes("306002/000002"));
  batch.Put("assessment/o/d1", DocumentBytes("d1"));
  batch.Put("assessment/a/a/d1", "");
  batch.Put("assessment/h/a/0102", "d1");
  batch.Put(ChunkKey(0), "x");
  batch.Put(ChunkKey(1), "x");
  REQUIRE(store->Commit(std::move(batch)).ok());
}

TEST_CASE("fsck accepts a catalogue's projects and codes as the service leaves them") {
  const FakeClock clock;
  kv::MemoryStore store;
  Fill(&store, &clock);
  const absl::StatusOr<StoreReport> report = CheckStore(store);
  INFO(report.status());
  REQUIRE(report.ok());
  CHECK(report->service == "catalog");
  REQUIRE(report->checked.size() >= 3);
  CHECK(report->checked.back() == "1 codes kept for an entry");
  CHECK(report->checked[report->checked.size() - 2] == "1 documents of assessments, whole");
  CHECK(report->checked[report->checked.size() - 3] ==
        "2 projects, 1 entries as their acceptances name them");
}

TEST_CASE("fsck names what a catalogue's projects and codes violate") {
  const std::vector<std::pair<std::string, std::function<void(kv::Batch*)>>> spoilings = {
      {"project/o/p1 holds another object",
       [](kv::Batch* b) {
         b->Put("project/o/p1", ProjectBytes("p2", catalog::v1::Project::DRAFT));
       }},
      {"assessment/o/d1 holds another object",
       [](kv::Batch* b) { b->Put("assessment/o/d1", DocumentBytes("d2")); }},
      {"under agencies/a and its digest", [](kv::Batch* b) { b->Delete("assessment/a/a/d1"); }},
      {"under agencies/a and its digest",
       [](kv::Batch* b) { b->Put("assessment/h/a/0102", "d2"); }},
      {"lacks chunk 1 of 2", [](kv::Batch* b) { b->Delete(ChunkKey(1)); }},
      {"projects/p2 is not listed under agencies/a", [](kv::Batch* b) { b->Delete("project/a/a/p2"); }},
      {"does not bear it", [](kv::Batch* b) { b->Put("project/r/306002-000001", "p2"); }},
      {"2 entries bear projects", [](kv::Batch* b) { b->Put("project/r/306002-000007", "p2"); }},
      {"would give it out again", [](kv::Batch* b) { b->Put("code/n/306002", BigEndian64(2)); }},
      {"would give it out again", [](kv::Batch* b) { b->Delete("code/n/306002"); }},
      {"bears it", [](kv::Batch* b) { b->Put("resource/306002-000002", ""); }},
      {"code/r/306002-000002 holds another object",
       [](kv::Batch* b) { b->Put("code/r/306002-000002", CodeBytes("306002/000001")); }}};
  for (const auto& [named, spoil] : spoilings) {
    const FakeClock clock;
    kv::MemoryStore store;
    Fill(&store, &clock);
    kv::Batch batch;
    spoil(&batch);
    REQUIRE(store.Commit(std::move(batch)).ok());
    const absl::Status status = CheckStore(store).status();
    INFO(named << ": " << status);
    CHECK(absl::IsDataLoss(status));
    CHECK(absl::StrContains(status.message(), named));
  }
}

}  // namespace
}  // namespace shareway::cli
