// SPDX-License-Identifier: Apache-2.0
// What a reader may ask, and what is refused with its field.
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/audit/rpc/read_request.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

TEST_CASE("A search that cannot be meant is refused, naming each field", "[audit]") {
  struct Row {
    const char* field;
    void (*spoil)(v1::SearchEntriesRequest&);
  };
  const Row row = GENERATE(values<Row>({
      {"agency", [](v1::SearchEntriesRequest& r) { r.set_agency("agency/x"); }},
      {"agency", [](v1::SearchEntriesRequest& r) { r.set_agency("agencies/a/nodes/n"); }},
      {"exchange", [](v1::SearchEntriesRequest& r) { r.set_exchange("x 1"); }},
      {"exchange", [](v1::SearchEntriesRequest& r) { r.set_exchange(std::string(64, 'x')); }},
      {"grant", [](v1::SearchEntriesRequest& r) { r.set_grant("requests/q"); }},
      {"object", [](v1::SearchEntriesRequest& r) { r.set_object("grants"); }},
      {"object", [](v1::SearchEntriesRequest& r) { r.set_object("grants//g"); }},
      {"person", [](v1::SearchEntriesRequest& r) { r.set_person("alice"); }},
      {"resource", [](v1::SearchEntriesRequest& r) { r.set_resource("resources/"); }},
      {"request", [](v1::SearchEntriesRequest& r) { r.set_request("requests/q/r"); }},
      {"reason", [](v1::SearchEntriesRequest& r) { r.set_reason("grant suspended"); }},
      {"result", [](v1::SearchEntriesRequest& r) {
         r.set_result(static_cast<v1::SearchEntriesRequest::Result>(9));
       }},
      {"kind",
       [](v1::SearchEntriesRequest& r) { r.set_kind(static_cast<evidence::v1::RecordKind>(7)); }},
      {"start_time", [](v1::SearchEntriesRequest& r) { r.mutable_start_time()->set_nanos(-1); }},
      {"end_time",
       [](v1::SearchEntriesRequest& r) { r.mutable_end_time()->set_seconds(253402300800); }},
  }));
  v1::SearchEntriesRequest request;
  request.set_agency(kProvider);
  request.set_exchange("x1");
  request.set_grant("grants/g1");
  request.set_object("agencies/a/nodes/n1");
  request.set_person("people/p");
  request.set_resource("resources/306001-000001");
  request.set_request("requests/q1");
  request.set_reason("GRANT_SUSPENDED");
  request.set_result(v1::SearchEntriesRequest::FAILED);
  *request.mutable_start_time() = GoodRecord(1).time();
  REQUIRE(CheckSearch(request).ok());
  row.spoil(request);
  const absl::Status status = CheckSearch(request);
  INFO(status);
  CHECK(absl::IsInvalidArgument(status));
  REQUIRE(DetailsOf(status)->fields.size() == 1);
  CHECK(DetailsOf(status)->fields[0].field == row.field);
}

TEST_CASE("An export that cannot be meant is refused, naming each field", "[audit]") {
  struct Row {
    const char* field;
    void (*spoil)(v1::ExportEvidenceRequest&);
  };
  const Row row = GENERATE(values<Row>({
      {"exchange", [](v1::ExportEvidenceRequest& r) { r.Clear(); }},
      {"exchange", [](v1::ExportEvidenceRequest& r) { r.set_exchange("x1"); }},
      {"exchange", [](v1::ExportEvidenceRequest& r) { r.add_indices(1); }},
      {"exchange", [](v1::ExportEvidenceRequest& r) { r.set_case_object("grants/g"); }},
      {"agency", [](v1::ExportEvidenceRequest& r) { r.set_agency("people/p"); }},
      {"start_time", [](v1::ExportEvidenceRequest& r) { r.clear_start_time(); }},
      {"end_time", [](v1::ExportEvidenceRequest& r) { r.clear_end_time(); }},
      {"end_time",
       [](v1::ExportEvidenceRequest& r) { *r.mutable_end_time() = r.start_time(); }},
      {"start_time",
       [](v1::ExportEvidenceRequest& r) {
         r.clear_agency();
         r.clear_end_time();
         r.set_exchange("x1");
       }},
      {"case_object",
       [](v1::ExportEvidenceRequest& r) {
         r.Clear();
         r.set_case_object("people/p");
       }},
      {"indices",
       [](v1::ExportEvidenceRequest& r) {
         r.Clear();
         for (uint64_t i = 0; i < 1001; ++i) r.add_indices(i);
       }},
  }));
  v1::ExportEvidenceRequest request;
  request.set_agency(kProvider);
  *request.mutable_start_time() = GoodRecord(1).time();
  *request.mutable_end_time() = GoodRecord(2).time();
  REQUIRE(CheckExport(request).ok());
  row.spoil(request);
  const absl::Status status = CheckExport(request);
  INFO(status);
  CHECK(absl::IsInvalidArgument(status));
  REQUIRE(DetailsOf(status)->fields.size() == 1);
  CHECK(DetailsOf(status)->fields[0].field == row.field);
}

}  // namespace
}  // namespace shareway::audit
