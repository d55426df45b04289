// SPDX-License-Identifier: Apache-2.0
// Serves the methods of CatalogService that concern sources, collection checks and the negative
// list: parse, call, map. No rule lives here.
#pragma once

#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/catalog/sources.h"
#include "shareway/catalog/v1/source.pb.h"

namespace shareway::catalog {

class SourceRpc {
 public:
  // Both must outlive it, and it the server.
  SourceRpc(Sources* sources, const SourceStore* store) : sources_(sources), store_(store) {}

  void Serve(rpc::Server* server);

 private:
  absl::StatusOr<v1::CheckCollectionResponse> Check(
      const rpc::Call& call, const v1::CheckCollectionRequest& request) const;
  absl::StatusOr<v1::Source> Get(const v1::GetSourceRequest& request) const;
  absl::StatusOr<v1::ListSourcesResponse> List(const rpc::Call& call,
                                               const v1::ListSourcesRequest& request) const;
  absl::StatusOr<v1::ListCollectedItemsResponse> ListCollected(
      const rpc::Call& call, const v1::ListCollectedItemsRequest& request) const;
  absl::Status ExportNegative(const rpc::Call& call, const v1::ExportNegativeListRequest& request,
                              rpc::Writer<v1::NegativeListPart>& writer) const;

  Sources* const sources_;
  const SourceStore* const store_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::catalog
