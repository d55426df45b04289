// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/import_rpc.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/catalog/rpc/cause.h"

namespace shareway::catalog {
namespace {

constexpr size_t kPartBytes = 1 << 20;
// A page ends early when it grows beyond this; messages have at most 4 MiB.
constexpr size_t kMaxPageBytes = 3 << 20;

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

absl::StatusOr<Imports::Options> OptionsOf(const v1::Import& asked) {
  if (!v1::FileFormat_IsValid(asked.format()) || asked.format() == v1::DCAT_JSON_LD) {
    return Error::Field("import.format", "cannot be read in");
  }
  if (!v1::Import::Mode_IsValid(asked.mode())) {
    return Error::Field("import.mode", "is none that is known");
  }
  return Imports::Options{.file_name = asked.file_name(),
                          .format = static_cast<files::Format>(asked.format()),
                          .valid_entries = asked.mode() == v1::Import::VALID_ENTRIES,
                          .dry_run = asked.dry_run(),
                          .replace = asked.replace()};
}

}  // namespace

void ImportRpc::Serve(rpc::Server* server) {
  server->ClientStream<v1::ImportResourcesRequest, v1::Import>(
      Path("ImportResources"),
      [this](const rpc::Call& call, rpc::Reader<v1::ImportResourcesRequest>& reader) {
        return Import(call, reader);
      });
  server->Unary<v1::GetImportRequest, v1::Import>(
      Path("GetImport"), [this](const rpc::Call& call, const v1::GetImportRequest& request) {
        return imports_->Get(CallerOf(call), request.name());
      });
  server->Unary<v1::ListImportsRequest, v1::ListImportsResponse>(
      Path("ListImports"), [this](const rpc::Call& call, const v1::ListImportsRequest& request) {
        return List(call, request);
      });
  server->Unary<v1::ListImportRowsRequest, v1::ListImportRowsResponse>(
      Path("ListImportRows"),
      [this](const rpc::Call& call, const v1::ListImportRowsRequest& request) {
        return ListRows(call, request);
      });
  server->Unary<v1::CancelImportRequest, v1::Import>(
      Path("CancelImport"), [this](const rpc::Call& call, const v1::CancelImportRequest& request) {
        return imports_->Cancel(CallerOf(call), request.name());
      });
  server->ServerStream<v1::ExportResourcesRequest, v1::ExportResourcesResponse>(
      Path("ExportResources"),
      [this](const rpc::Call& call, const v1::ExportResourcesRequest& request,
             rpc::Writer<v1::ExportResourcesResponse>& writer) {
        return Export(call, request, writer);
      });
}

absl::StatusOr<v1::Import> ImportRpc::Import(const rpc::Call& call,
                                             rpc::Reader<v1::ImportResourcesRequest>& reader) {
  Imports::Options options;
  std::string request_id;
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<Spool> spool, imports_->NewSpool());
  for (bool first = true;; first = false) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<v1::ImportResourcesRequest> part, reader.Read());
    if (first && (!part || !part->has_import())) {
      return Error::Field("import", "is missing; the first message has it");
    }
    if (!part) break;
    if (first) {
      SHAREWAY_ASSIGN_OR_RETURN(options, OptionsOf(part->import()));
      request_id = part->request_id();
    } else if (part->has_import() || !part->request_id().empty()) {
      // Options that come after bytes would be taken by nobody, and their sender would not know.
      return Error::Field(part->has_import() ? "import" : "request_id",
                          "stands in a later message, want the first alone");
    }
    if (part->data().size() > kPartBytes) {
      return Error::Field(
          "data", absl::StrCat("has ", part->data().size(), " bytes, want at most ", kPartBytes));
    }
    SHAREWAY_RETURN_IF_ERROR(spool->Append(part->data()));
  }
  return imports_->Begin(CauseOf(call, request_id), options, spool.get());
}

absl::StatusOr<v1::ListImportsResponse> ImportRpc::List(
    const rpc::Call& call, const v1::ListImportsRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  const size_t limit = static_cast<size_t>(size);
  // One more than the page says whether there is a next one.
  SHAREWAY_ASSIGN_OR_RETURN(const auto found, imports_->List(CallerOf(call), cursor, limit + 1));
  v1::ListImportsResponse response;
  for (size_t i = 0; i < found.size() && i < limit; ++i) {
    *response.add_imports() = found[i].second;
  }
  if (found.size() > limit) {
    response.set_next_page_token(tokens_.Make(query, found[limit - 1].first));
  }
  return response;
}

absl::StatusOr<v1::ListImportRowsResponse> ImportRpc::ListRows(
    const rpc::Call& call, const v1::ListImportRowsRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  uint32_t number = 0;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &number)) {
    return Error::Field("page_token", "is not one of this list");
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      const Imports::Rows found,
      imports_->ListRows(CallerOf(call), request.name(), number, static_cast<size_t>(size),
                         request.refused_only()));
  v1::ListImportRowsResponse response;
  uint32_t next = found.next;
  size_t bytes = 0;
  for (const v1::ImportRow& row : found.rows) {
    if (bytes > kMaxPageBytes) {
      next = number;
      break;
    }
    bytes += row.ByteSizeLong();
    number = row.number();
    *response.add_rows() = row;
  }
  if (next != 0) response.set_next_page_token(tokens_.Make(query, absl::StrCat(next)));
  return response;
}

absl::Status ImportRpc::Export(const rpc::Call& call, const v1::ExportResourcesRequest& request,
                               rpc::Writer<v1::ExportResourcesResponse>& writer) {
  const auto write = [&writer](std::string part) {
    v1::ExportResourcesResponse response;
    response.set_data(std::move(part));
    return writer.Write(response);
  };
  SHAREWAY_ASSIGN_OR_RETURN(
      const Exports::Whole whole,
      exports_->Run(CallerOf(call),
                    {.format = static_cast<files::Format>(request.format()),
                     .provider = request.provider(),
                     .category = request.category(),
                     .division = request.division(),
                     .drafts = request.drafts(),
                     .names = {request.names().begin(), request.names().end()},
                     .gone = [&call] { return call.cancelled(); }},
                    write));
  v1::ExportResourcesResponse last;
  last.set_entries(whole.entries);
  last.set_digest(whole.digest.str());
  return writer.Write(last);
}

}  // namespace shareway::catalog
