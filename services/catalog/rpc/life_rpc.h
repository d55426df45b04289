// SPDX-License-Identifier: Apache-2.0
// Serves the methods of CatalogService that concern an entry's life: revisions, drafts that are
// deleted, update clocks and freshness. Parse, call, map. No rule lives here.
#pragma once

#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/catalog/catalog.h"
#include "services/catalog/freshness.h"
#include "services/catalog/updates.h"

namespace shareway::catalog {

class LifeRpc {
 public:
  // All must outlive it, and it the server.
  LifeRpc(Catalog* catalog, const ResourceStore* store, Updates* updates, Freshness* freshness)
      : catalog_(catalog), store_(store), updates_(updates), freshness_(freshness) {}

  void Serve(rpc::Server* server);

 private:
  void ServeRevisions(rpc::Server* server);
  void ServeUpdates(rpc::Server* server);
  void ServeFreshness(rpc::Server* server);
  absl::StatusOr<v1::ListResourceRevisionsResponse> ListRevisions(
      const rpc::Call& call, const v1::ListResourceRevisionsRequest& request) const;
  absl::StatusOr<v1::DiffResourceRevisionsResponse> Diff(
      const rpc::Call& call, const v1::DiffResourceRevisionsRequest& request) const;
  absl::StatusOr<v1::DeleteDraftResponse> DeleteDraft(const rpc::Call& call,
                                                      const v1::DeleteDraftRequest& request) const;
  absl::StatusOr<v1::UpdateClock> Shown(absl::StatusOr<Updates::Loaded> loaded) const;
  absl::StatusOr<v1::ListUpdateClocksResponse> ListClocks(
      const rpc::Call& call, const v1::ListUpdateClocksRequest& request) const;
  absl::StatusOr<v1::ListStaleResponse> ListStale(const rpc::Call& call,
                                                  const v1::ListStaleRequest& request) const;

  Catalog* const catalog_;
  const ResourceStore* const store_;
  Updates* const updates_;
  Freshness* const freshness_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::catalog
