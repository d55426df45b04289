// SPDX-License-Identifier: Apache-2.0
// Serves CatalogService: parse, call, map. No rule lives here.
#pragma once

#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/catalog/catalog.h"
#include "services/catalog/search/index.h"
#include "services/catalog/store/project_store.h"
#include "services/catalog/uses.h"

namespace shareway::catalog {

class CatalogRpc {
 public:
  // All must outlive it, and it the server. Entries tell their project by `projects`, and are
  // listed by `uses`, if there are any.
  CatalogRpc(Catalog* catalog, const ResourceStore* store, search::Index* index,
             const ProjectStore* projects = nullptr, const Uses* uses = nullptr)
      : catalog_(catalog), store_(store), index_(index), projects_(projects), uses_(uses) {}

  // Registers every method of CatalogService.
  void Serve(rpc::Server* server);

 private:
  void ServeWrites(rpc::Server* server);
  void ServeReads(rpc::Server* server);
  // One face of an entry as the caller sees it, with etag and actions for those who may act.
  v1::Resource View(const Catalog::Loaded& loaded, const Actor& actor, Resource::Face face) const;
  // What a write answers: the newest face that the caller sees.
  absl::StatusOr<v1::Resource> Answer(const rpc::Call& call,
                                      absl::StatusOr<Catalog::Loaded> written) const;
  // What was acted on, not the revision that may be under way.
  absl::StatusOr<v1::Resource> AnswerPublished(const rpc::Call& call,
                                               absl::StatusOr<Catalog::Loaded> written) const;
  absl::StatusOr<v1::Resource> Get(const rpc::Call& call,
                                   const v1::GetResourceRequest& request) const;
  absl::StatusOr<v1::ListResourcesResponse> List(const rpc::Call& call,
                                                 const v1::ListResourcesRequest& request) const;
  absl::StatusOr<v1::ListResourcesResponse> ListByUse(
      const rpc::Call& call, const v1::ListResourcesRequest& request) const;
  absl::StatusOr<v1::SearchResourcesResponse> Search(
      const rpc::Call& call, const v1::SearchResourcesRequest& request) const;
  absl::Status Watch(const rpc::Call& call, const v1::WatchCatalogRequest& request,
                     rpc::Writer<v1::CatalogChange>& writer) const;

  Catalog* const catalog_;
  const ResourceStore* const store_;
  search::Index* const index_;
  const ProjectStore* const projects_;
  const Uses* const uses_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::catalog
