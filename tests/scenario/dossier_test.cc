// SPDX-License-Identifier: Apache-2.0
// The dossier of a request, out of the log of real processes, and who may have it.
#include <map>
#include <string>

#include "catch2/catch.hpp"
#include "libs/evidence/pack.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tests/scenario/story.h"
#include "tests/support/await.h"

namespace shareway::testing {
namespace {

namespace au = audit::v1;
namespace ev = evidence::v1;

constexpr char kRows[] = "code,name,level\n990101000000,演示一区,COUNTY\n";

// Asks until the log has published what happened.
absl::StatusOr<evidence::Pack> Dossier(Cluster& cluster, const std::string& as,
                                       const std::string& object) {
  au::ExportEvidenceRequest ask;
  ask.set_case_object(object);
  const auto response =
      cluster.Call<au::ExportEvidenceResponse>(as, "audit", AuditMethod("ExportEvidence"), ask);
  if (!response.ok()) return response.status();
  CHECK(response->next_page_token().empty());
  return evidence::ReadPack(response->pack());
}

std::map<ev::RecordKind, int> KindsIn(const evidence::Pack& pack) {
  std::map<ev::RecordKind, int> kinds;
  for (const evidence::PackEntry& entry : pack.entries) {
    ++kinds[evidence::Open(entry.sealed)->record.kind()];
  }
  return kinds;
}

TEST_CASE("The dossier of a request tells its whole story, and that it was read is told too",
          "[scenario]") {
  Cluster cluster;
  const auto divisions = Publish(cluster, kStatistics, Divisions(cluster));
  INFO(divisions.status());
  REQUIRE(divisions.ok());
  // The node follows the catalogue.
  const auto loaded =
      AskUntilOk([&] { return Load(cluster, kStatistics, divisions->name(), kRows); });
  INFO(loaded.status());
  REQUIRE(loaded.ok());
  sharing::v1::GiveStandingConsentRequest consent;
  consent.set_resource(divisions->name());
  REQUIRE(cluster
              .Act<sharing::v1::StandingConsent>("statistics-sharing-head", "sharing",
                                                 GrantMethod("GiveStandingConsent"), consent)
              .ok());
  const auto request = SubmitRequest(cluster, kTax, Ask(divisions->name(), {"code", "name"}));
  INFO(request.status());
  REQUIRE(request.ok());
  const auto answer =
      QueryWhenKnown(cluster, kTax, QueryBy(request->grant(), "code", "990101000000"));
  INFO(answer.status());
  REQUIRE(answer.ok());

  // Evidence follows an exchange by some milliseconds.
  const absl::StatusOr<evidence::Pack> pack =
      AskUntil([&] { return Dossier(cluster, "tax-sharing-head", request->name()); },
               [](const auto& dossier) {
                 return dossier.ok() && KindsIn(*dossier).contains(ev::EXCHANGE_RECEIVED) &&
                        KindsIn(*dossier).contains(ev::EXCHANGE_DELIVERED);
               });
  INFO(pack.status());
  REQUIRE(pack.ok());
  const auto verified = evidence::VerifyPack(*pack, {cluster.log_key()});
  INFO(verified.status());
  CHECK(verified.ok());
  const std::map<ev::RecordKind, int> kinds = KindsIn(*pack);
  for (const ev::RecordKind kind :
       {ev::REQUEST_DRAFTED, ev::REQUEST_SIGNED_OFF, ev::REQUEST_ANSWERED, ev::GRANT_CREATED,
        ev::EXCHANGE_DELIVERED, ev::EXCHANGE_RECEIVED}) {
    INFO(ev::RecordKind_Name(kind));
    CHECK(kinds.contains(kind));
  }
  for (size_t i = 1; i < pack->entries.size(); ++i) {
    CHECK(pack->entries[i - 1].index < pack->entries[i].index);
  }
  // The grant's own dossier begins with the grant; the provider may have both.
  const auto granted = Dossier(cluster, "statistics-sharing-head", request->grant());
  INFO(granted.status());
  REQUIRE(granted.ok());
  CHECK(KindsIn(*granted).contains(ev::GRANT_CREATED));
  CHECK_FALSE(KindsIn(*granted).contains(ev::REQUEST_DRAFTED));
  // Strangers cannot tell it from one that is not there.
  const absl::Status stranger =
      Dossier(cluster, "housing-sharing-head", request->name()).status();
  CHECK(ReasonOf(stranger) == Reason::kNotVisible);
  CHECK(ReasonOf(Dossier(cluster, "tax-sharing-head", "requests/none").status()) ==
        Reason::kNotVisible);

  au::SearchEntriesRequest readings;
  readings.set_person("people/statistics-sharing-head");
  readings.set_kind(ev::LOG_READ);
  const auto found = cluster.Call<au::SearchEntriesResponse>(
      "auditor", "audit", AuditMethod("SearchEntries"), readings);
  INFO(found.status());
  REQUIRE(found.ok());
  REQUIRE(found->entries_size() == 1);
  const auto reading = evidence::Open(found->entries(0).sealed());
  REQUIRE(reading.ok());
  CHECK(reading->record.record_count() == granted->entries.size());
}

}  // namespace
}  // namespace shareway::testing
