// SPDX-License-Identifier: Apache-2.0
// Findings, circulars, inquiries, complaints, ratings, incidents, drills and yearly reports as
// bytes and rows; see case_row.h. Decode answers DATA_LOSS for what does not read. Visible: the
// parties and the authorities in charge, where nothing else is said.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/sharing/domain/complaint.h"
#include "services/sharing/domain/finding.h"
#include "services/sharing/domain/incident.h"
#include "services/sharing/domain/inquiry.h"
#include "services/sharing/domain/yearly.h"
#include "services/sharing/store/case_row.h"

namespace shareway::sharing {

// How far detectors have read; one case, for the service itself.
struct Detection {
  static constexpr char kCollection[] = "detections";
  static constexpr char kName[] = "detections/all";
  std::string name = kName;
  std::string consumer = {};
  std::string provider = {};
  std::string profile = {};
  absl::Time create_time = absl::UnixEpoch();
  std::string clock_cursor = {};       // of SharingStore::RunningClocks
  std::string prewarning_cursor = {};  // of the list kPrewarnings
  uint64_t grant_number = 0;           // of the grant log: the next one to look at

  friend bool operator==(const Detection&, const Detection&) = default;
};

// The list of findings that are prewarnings.
inline constexpr char kPrewarnings[] = "findings/prewarnings";

std::string Encode(const Finding& finding);
absl::Status Decode(absl::string_view bytes, Finding* finding);
// Stands in the lists of the agency, the reporter and the competent body, whatever the change's
// owners are; holds its key for ever, so that what was found is not found again.
CaseRow RowOf(const Finding& finding, uint64_t version);
// The agency's, the reporter's, the competent body's.
bool Visible(const Finding& finding, const Actor& actor, const Parties& parties);

std::string Encode(const Circular& circular);
absl::Status Decode(absl::string_view bytes, Circular* circular);
// Stands in the lists of the agencies that it names, too.
CaseRow RowOf(const Circular& circular, uint64_t version);
// Everybody's whose list it stands in.
bool Visible(const Circular& circular, const Actor& actor, const Parties& parties);

std::string Encode(const Inquiry& inquiry);
absl::Status Decode(absl::string_view bytes, Inquiry* inquiry);
CaseRow RowOf(const Inquiry& inquiry, uint64_t version);
bool Visible(const Inquiry& inquiry, const Actor& actor, const Parties& parties);

std::string Encode(const Complaint& complaint);
absl::Status Decode(absl::string_view bytes, Complaint* complaint);
// Stands in the list of whoever deals with it, once somebody does.
CaseRow RowOf(const Complaint& complaint, uint64_t version);
// Who entered it, who deals with it, the authorities in charge: whom it is about only if it deals
// with it.
bool Visible(const Complaint& complaint, const Actor& actor, const Parties& parties);
// The same agencies: evidence tells whom it is about no more than the service does.
std::vector<std::string> EvidenceReaders(const Complaint& complaint);

std::string Encode(const Rating& rating);
absl::Status Decode(absl::string_view bytes, Rating* rating);
// One a grant.
CaseRow RowOf(const Rating& rating, uint64_t version);
bool Visible(const Rating& rating, const Actor& actor, const Parties& parties);

std::string Encode(const Incident& incident);
absl::Status Decode(absl::string_view bytes, Incident* incident);
CaseRow RowOf(const Incident& incident, uint64_t version);
bool Visible(const Incident& incident, const Actor& actor, const Parties& parties);

std::string Encode(const Drill& drill);
absl::Status Decode(absl::string_view bytes, Drill* drill);
CaseRow RowOf(const Drill& drill, uint64_t version);
bool Visible(const Drill& drill, const Actor& actor, const Parties& parties);

std::string Encode(const AnnualReport& report);
absl::Status Decode(absl::string_view bytes, AnnualReport* report);
// One an agency and year.
CaseRow RowOf(const AnnualReport& report, uint64_t version);
bool Visible(const AnnualReport& report, const Actor& actor, const Parties& parties);
// The key that the agency's report on the year holds.
std::string AnnualReportKey(absl::string_view agency, int year);

std::string Encode(const Evaluation& evaluation);
absl::Status Decode(absl::string_view bytes, Evaluation* evaluation);
// One an authority and year; stands in the lists of the agencies that it judges.
CaseRow RowOf(const Evaluation& evaluation, uint64_t version);
// Everybody's whose list it stands in.
bool Visible(const Evaluation& evaluation, const Actor& actor, const Parties& parties);
// The key that the authority's evaluation of the year holds.
std::string EvaluationKey(absl::string_view authority, int year);

std::string Encode(const Detection& detection);
absl::Status Decode(absl::string_view bytes, Detection* detection);
CaseRow RowOf(const Detection& detection, uint64_t version);

}  // namespace shareway::sharing
