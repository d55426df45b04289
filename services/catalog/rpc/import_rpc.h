// SPDX-License-Identifier: Apache-2.0
// Serves the methods of CatalogService that read files of entries in and write them out.
#pragma once

#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/catalog/exports.h"
#include "services/catalog/imports.h"

namespace shareway::catalog {

class ImportRpc {
 public:
  // Must outlive it, and it the server.
  ImportRpc(Imports* imports, Exports* exports) : imports_(imports), exports_(exports) {}

  // Registers ImportResources, GetImport, ListImports, ListImportRows, CancelImport and
  // ExportResources.
  void Serve(rpc::Server* server);

 private:
  absl::StatusOr<v1::Import> Import(const rpc::Call& call,
                                    rpc::Reader<v1::ImportResourcesRequest>& reader);
  absl::StatusOr<v1::ListImportsResponse> List(const rpc::Call& call,
                                               const v1::ListImportsRequest& request) const;
  absl::StatusOr<v1::ListImportRowsResponse> ListRows(
      const rpc::Call& call, const v1::ListImportRowsRequest& request) const;
  absl::Status Export(const rpc::Call& call, const v1::ExportResourcesRequest& request,
                      rpc::Writer<v1::ExportResourcesResponse>& writer);

  Imports* const imports_;
  Exports* const exports_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::catalog
