// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/assessment.h"

#include "absl/strings/match.h"
#include "absl/time/civil_time.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/statute/calendar.h"
#include "services/catalog/domain/entry_rules.h"
#include "services/catalog/domain/secrecy.h"
#include "services/catalog/domain/test_entry.h"

namespace shareway::catalog {
namespace {

const std::string kDigest(64, 'a');

absl::Time Noon(int year, int month, int day) {
  return statute::EndOfDay(absl::CivilDay(year, month, day)) - absl::Hours(12);
}

TEST_CASE("An assessment names its documents by digest, each once and ten at most",
          "[catalog][assessment]") {
  struct Case {
    std::vector<std::string> digests;
    const char* field;
    const char* says;
  };
  const Case table[] = {
      {{"abc"}, "resource.assessment.document_digests[0]", "\"abc\", want a SHA-256"},
      {{kDigest, std::string(64, 'A')}, "resource.assessment.document_digests[1]", "0-9a-f"},
      {{std::string(63, 'a')}, "resource.assessment.document_digests[0]", "64 digits"},
      {{std::string(63, 'a') + "g"}, "resource.assessment.document_digests[0]", "64 digits"},
      {{kDigest, kDigest}, "resource.assessment.document_digests[1]", "twice"},
      {std::vector<std::string>(11, kDigest), "resource.assessment.document_digests", "at most 10"},
  };
  for (const Law& law : {Law2025(), Law2016()}) {
    Entry entry = GoodEntry();
    entry.assessment.document_digests = {kDigest, std::string(64, '0')};
    CHECK(Violations(entry, law).empty());
    for (const Case& c : table) {
      entry.assessment.document_digests = c.digests;
      const std::vector<FieldViolation> violations = Violations(entry, law);
      REQUIRE(violations.size() == 1);
      CHECK(violations[0].field == c.field);
      CHECK(absl::StrContains(violations[0].rule, c.says));
      CHECK(absl::EndsWith(violations[0].rule, law.profile + ")"));
    }
  }
  Entry secret = GoodEntry();
  secret.assessment.document_digests = {"机密★长期"};
  CHECK(SecretField(secret) == "resource.assessment.document_digests");
}

TEST_CASE("A document is kept three years from its upload or its last use, whichever is later",
          "[catalog][assessment]") {
  const absl::Time kept = Noon(2026, 3, 1);
  const absl::Time end = statute::EndOfDay(absl::CivilDay(2029, 3, 1));
  CHECK(KeepUntil(kept, absl::InfinitePast()) == end);
  CHECK(KeepUntil(kept, Noon(2025, 12, 31)) == end);
  CHECK(KeepUntil(kept, Noon(2027, 6, 30)) == statute::EndOfDay(absl::CivilDay(2030, 6, 30)));
  // What began on a leap day ends after the last day of February.
  CHECK(KeepUntil(Noon(2028, 2, 29), absl::InfinitePast()) ==
        statute::EndOfDay(absl::CivilDay(2031, 3, 1)));

  const absl::Status early =
      CheckRemovable("assessmentDocuments/d", {}, end, end - absl::Nanoseconds(1));
  CHECK(absl::IsFailedPrecondition(early));
  CHECK(DetailsOf(early)->reason == Reason::kRetentionRunning);
  CHECK(absl::StrContains(early.message(), "2029-03-01"));
  CHECK(absl::StrContains(early.message(), "个人信息保护法"));
  CHECK(CheckRemovable("assessmentDocuments/d", {}, end, end).ok());
  const absl::Status named =
      CheckRemovable("assessmentDocuments/d", {"resources/r"}, end, end + absl::Hours(24 * 900));
  CHECK(absl::IsFailedPrecondition(named));
  CHECK(DetailsOf(named)->reason == Reason::kStateForbids);
  CHECK(absl::StrContains(named.message(), "resources/r"));
}

TEST_CASE("An entry names the documents of its working copy and of what is published",
          "[catalog][assessment]") {
  Entry entry = GoodEntry();
  entry.assessment.document_digests = {kDigest};
  Resource::Fields fields = {.working = Resource::Working{.entry = entry}};
  entry.assessment.document_digests = {std::string(64, 'b')};
  fields.published = Resource::Published{.entry = entry};
  CHECK(DocumentsOf(Resource::Restore(fields)) == std::set<std::string>{kDigest, std::string(64, 'b')});
  fields.working.reset();
  CHECK(DocumentsOf(Resource::Restore(fields)) == std::set<std::string>{std::string(64, 'b')});
  fields.published->state = Resource::State::kWithdrawn;
  CHECK(DocumentsOf(Resource::Restore(fields)).empty());
}

}  // namespace
}  // namespace shareway::catalog
