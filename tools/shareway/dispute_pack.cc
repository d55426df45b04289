// SPDX-License-Identifier: Apache-2.0
// A dispute with the evidence of all that it concerns.
#include "tools/shareway/dispute_pack.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/evidence/envelope.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/sharing/v1/dispute.pb.h"
#include "tools/shareway/audit_export.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = sharing::v1;

constexpr size_t kMostEntries = 1000;  // of one pack
constexpr int kPage = 200;

// The log's entries about one object.
struct Found {
  std::vector<uint64_t> indices;
  bool holds_record = false;  // the newest one has the record as it is kept
};

absl::StatusOr<Found> Find(Session* session, const pb::PackedObject& object, size_t most) {
  Found found;
  audit::v1::SearchEntriesRequest search;
  search.set_object(object.name());
  search.set_page_size(kPage);
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const auto page, session->Call<audit::v1::SearchEntriesResponse>(
                             "/shareway.audit.v1.AuditService/SearchEntries", search));
    for (const audit::v1::LogEntry& entry : page.entries()) {
      if (found.indices.size() == most) return found;
      if (found.indices.empty() && entry.has_sealed()) {
        SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened,
                                  evidence::Open(entry.sealed()));
        found.holds_record = opened.record.state() == object.record();
      }
      found.indices.push_back(entry.index());
    }
    if (page.next_page_token().empty()) return found;
    search.set_page_token(page.next_page_token());
  }
}

}  // namespace

absl::Status PackDispute(Session* session, const std::string& name, const std::string& out) {
  pb::ExportDisputePackRequest request;
  request.set_name(name);
  SHAREWAY_ASSIGN_OR_RETURN(const auto pack,
                            session->Call<pb::DisputePack>(
                                "/shareway.sharing.v1.DisputeService/ExportDisputePack", request));
  ExportArgs args;
  args.out = out;
  bool first = true;
  for (const pb::PackedObject& object : pack.objects()) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const Found found, Find(session, object, kMostEntries - args.indices.size()));
    if (first && found.indices.empty()) {
      return absl::NotFoundError(absl::StrCat("the log has no entry about ", name, " yet"));
    }
    first = false;
    args.indices.insert(args.indices.end(), found.indices.begin(), found.indices.end());
    fprintf(stderr, "%s: %zu entries%s\n", object.name().c_str(), found.indices.size(),
            found.holds_record ? ", the newest holds the record as it is kept" : "");
  }
  std::sort(args.indices.begin(), args.indices.end());
  args.indices.erase(std::unique(args.indices.begin(), args.indices.end()), args.indices.end());
  return ExportPacks(session, args);
}

}  // namespace shareway::cli
