// SPDX-License-Identifier: Apache-2.0
// Pack by pack, each to a file of its own.
#include "tools/shareway/audit_export.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/evidence/note.h"
#include "libs/evidence/pack.h"
#include "libs/evidence/record.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

constexpr char kExport[] = "/shareway.audit.v1.AuditService/ExportEvidence";
constexpr char kJson[] = ".json";

absl::StatusOr<audit::v1::ExportEvidenceRequest> RequestOf(const ExportArgs& args) {
  const int asked = !args.exchange.empty() + !args.indices.empty() + !args.object.empty() +
                    !args.agency.empty();
  if (asked != 1) return UsageError("want exactly one of --exchange, --index, --case and --agency");
  if (args.agency.empty() != args.from.empty() || args.agency.empty() != args.to.empty()) {
    return UsageError("--agency goes with --from and --to, and these with nothing else");
  }
  audit::v1::ExportEvidenceRequest request;
  request.set_exchange(args.exchange);
  *request.mutable_indices() = {args.indices.begin(), args.indices.end()};
  request.set_case_object(args.object);
  if (args.agency.empty()) return request;
  request.set_agency(FullName("agencies", args.agency));
  SHAREWAY_ASSIGN_OR_RETURN(*request.mutable_start_time(), ParseMoment(args.from));
  SHAREWAY_ASSIGN_OR_RETURN(*request.mutable_end_time(), ParseMoment(args.to));
  return request;
}

// The entries of a pack. Verified if the log's key is pinned.
absl::StatusOr<size_t> CheckPack(Session* session, absl::string_view json) {
  const absl::StatusOr<evidence::Pack> pack = evidence::ReadPack(json);
  if (!pack.ok()) return VerificationFailed(pack.status());
  SHAREWAY_ASSIGN_OR_RETURN(const std::string pinned, session->SettingOrEmpty("log_key"));
  if (!pinned.empty()) {
    const absl::StatusOr<uint64_t> size = evidence::VerifyPack(*pack, {pinned});
    if (!size.ok()) return VerificationFailed(size.status());
  }
  return pack->entries.size();
}

absl::Status WriteNew(const std::string& path, absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(path));
  SHAREWAY_RETURN_IF_ERROR(file.Write(bytes));
  return file.Keep();
}

}  // namespace

std::string PackFile(const std::string& out, int number) {
  return absl::StrCat(absl::StripSuffix(out, kJson), "-", number, kJson);
}

absl::StatusOr<google::protobuf::Timestamp> ParseMoment(const std::string& text) {
  constexpr int kChina = 8 * 3600;  // one time, no summer time
  absl::Time time;
  std::string error;
  const bool day = text.size() == 10;
  const bool parsed = absl::ParseTime(day ? "%Y-%m-%d" : absl::RFC3339_full, text,
                                      absl::FixedTimeZone(kChina), &time, &error);
  if (!parsed) {
    return UsageError(absl::StrCat("\"", text,
                                   "\" is no time: want 2026-03-01 or 2026-03-01T08:00:00+08:00"));
  }
  return evidence::ToTimestamp(time);
}

absl::Status ExportPacks(Session* session, const ExportArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(audit::v1::ExportEvidenceRequest request, RequestOf(args));
  const bool progress = isatty(STDERR_FILENO) != 0;
  Json files = Json::array();
  size_t entries = 0;
  for (bool more = true; more;) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto response,
                              session->Call<audit::v1::ExportEvidenceResponse>(kExport, request));
    more = !response.next_page_token().empty();
    request.set_page_token(response.next_page_token());
    if (response.pack().empty()) continue;  // nothing on this stretch of the log
    SHAREWAY_ASSIGN_OR_RETURN(const size_t here, CheckPack(session, response.pack()));
    const bool only = files.empty() && !more;
    const std::string path =
        only ? args.out : PackFile(args.out, static_cast<int>(files.size()) + 1);
    SHAREWAY_RETURN_IF_ERROR(WriteNew(path, response.pack()));
    files.push_back({{"file", path}, {"entries", here}, {"bytes", response.pack().size()}});
    entries += here;
    if (progress && !only) fprintf(stderr, "\r%zu packs, %zu entries", files.size(), entries);
  }
  if (progress && files.size() > 1) fprintf(stderr, "\n");
  session->Print(files, {{"FILE", "file"}, {"ENTRIES", "entries"}, {"BYTES", "bytes"}});
  return absl::OkStatus();
}

}  // namespace shareway::cli
