// SPDX-License-Identifier: Apache-2.0
// Field by field, all that is wrong at once.
#include "services/audit/rpc/read_request.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/evidence/record.h"

namespace shareway::audit {
namespace {

using google::protobuf::Timestamp;

constexpr int64_t kYear1 = -62135596800;
constexpr int64_t kYear10000 = 253402300800;
constexpr int32_t kSecond = 1000000000;  // in nanoseconds
constexpr size_t kMaxNameBytes = 255;
constexpr size_t kMaxExchangeBytes = 63;
constexpr size_t kShownBytes = 80;

using Violations = std::vector<FieldViolation>;

std::string Shown(absl::string_view text) {
  return absl::StrCat("\"", absl::CHexEscape(text.substr(0, kShownBytes)), "\"");
}

void CheckName(absl::string_view field, absl::string_view pattern, const std::string& name,
               Violations* violations) {
  if (name.empty() || ParseName(pattern, name).ok()) return;
  violations->push_back(
      {std::string(field), absl::StrCat(Shown(name), " is not of the form ", pattern)});
}

// Objects are of many collections, some of other services to come.
void CheckObject(const std::string& name, Violations* violations) {
  const std::vector<absl::string_view> segments = absl::StrSplit(name, '/');
  const bool fits =
      segments.size() > 1 && std::all_of(segments.begin(), segments.end(), [](absl::string_view s) {
        return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) {
          return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
        });
      });
  if (name.empty() || (fits && name.size() <= kMaxNameBytes)) return;
  violations->push_back({"object", absl::StrCat(Shown(name), " is no name of at most ",
                                                kMaxNameBytes, " bytes, such as grants/{g}")});
}

void CheckExchange(const std::string& id, Violations* violations) {
  const bool fits = id.size() <= kMaxExchangeBytes && std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-';
  });
  if (fits) return;
  violations->push_back({"exchange", absl::StrCat(Shown(id), " is no exchange id: 1 to ",
                                                  kMaxExchangeBytes, " of A-Z a-z 0-9 '-'")});
}

void CheckReason(const std::string& reason, Violations* violations) {
  const bool fits = reason.size() <= kMaxNameBytes &&
                    std::all_of(reason.begin(), reason.end(), [](char c) {
                      return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
                    });
  if (fits) return;
  violations->push_back(
      {"reason", absl::StrCat(Shown(reason), " is no reason's name, such as GRANT_SUSPENDED")});
}

bool IsTime(const Timestamp& time) {
  return kYear1 <= time.seconds() && time.seconds() < kYear10000 && 0 <= time.nanos() &&
         time.nanos() < kSecond;
}

template <typename Request>
void CheckTimes(const Request& request, Violations* violations) {
  const auto check = [violations](absl::string_view field, const Timestamp& time) {
    if (IsTime(time)) return;
    violations->push_back({std::string(field), absl::StrCat(time.seconds(), " s and ", time.nanos(),
                                                            " ns are no time of years 1 to 9999")});
  };
  check("start_time", request.start_time());
  check("end_time", request.end_time());
}

void CheckPeriod(const v1::ExportEvidenceRequest& request, Violations* violations) {
  if (request.agency().empty()) {
    if (request.has_start_time()) violations->push_back({"start_time", "goes with agency only"});
    if (request.has_end_time()) violations->push_back({"end_time", "goes with agency only"});
    return;
  }
  if (!request.has_start_time()) violations->push_back({"start_time", "is required with agency"});
  if (!request.has_end_time()) violations->push_back({"end_time", "is required with agency"});
  if (!request.has_start_time() || !request.has_end_time()) return;
  const absl::Time start = evidence::FromTimestamp(request.start_time());
  const absl::Time end = evidence::FromTimestamp(request.end_time());
  if (start < end) return;
  violations->push_back({"end_time", absl::StrCat(absl::FormatTime(end, absl::UTCTimeZone()),
                                                  " is not after start_time ",
                                                  absl::FormatTime(start, absl::UTCTimeZone()))});
}

void CheckCaseObject(const std::string& name, Violations* violations) {
  for (const char* pattern : {"requests/{r}", "grants/{g}", "resources/{r}", "disputes/{d}"}) {
    if (ParseName(pattern, name).ok()) return;
  }
  violations->push_back(
      {"case_object",
       absl::StrCat(Shown(name), " is not of the form requests/{r}, grants/{g}, resources/{r} or "
                                 "disputes/{d}")});
}

}  // namespace

absl::Status CheckSearch(const v1::SearchEntriesRequest& request) {
  Violations violations;
  CheckName("agency", "agencies/{a}", request.agency(), &violations);
  CheckExchange(request.exchange(), &violations);
  CheckName("grant", "grants/{g}", request.grant(), &violations);
  CheckObject(request.object(), &violations);
  CheckName("person", "people/{p}", request.person(), &violations);
  CheckName("resource", "resources/{r}", request.resource(), &violations);
  CheckName("request", "requests/{r}", request.request(), &violations);
  CheckReason(request.reason(), &violations);
  CheckTimes(request, &violations);
  if (!v1::SearchEntriesRequest::Result_IsValid(request.result())) {
    violations.push_back({"result", absl::StrCat(static_cast<int>(request.result()),
                                                 " is unknown, want SUCCEEDED or FAILED")});
  }
  if (!evidence::v1::RecordKind_IsValid(request.kind())) {
    violations.push_back(
        {"kind", absl::StrCat(static_cast<int>(request.kind()), " is no kind of record")});
  }
  return Error::Fields(violations);
}

absl::Status CheckExport(const v1::ExportEvidenceRequest& request) {
  Violations violations;
  const int asked = !request.exchange().empty() + !request.indices().empty() +
                    !request.case_object().empty() + !request.agency().empty();
  if (asked != 1) {
    violations.push_back(
        {"exchange", absl::StrCat("exactly one of exchange, indices, case_object and agency is "
                                  "required, but ",
                                  asked, " are given")});
  }
  CheckExchange(request.exchange(), &violations);
  if (request.indices_size() > kMaxPackEntries) {
    violations.push_back({"indices", absl::StrCat(request.indices_size(), " indices, want at most ",
                                                  kMaxPackEntries)});
  }
  if (!request.case_object().empty()) CheckCaseObject(request.case_object(), &violations);
  CheckName("agency", "agencies/{a}", request.agency(), &violations);
  CheckTimes(request, &violations);
  CheckPeriod(request, &violations);
  return Error::Fields(violations);
}

}  // namespace shareway::audit
