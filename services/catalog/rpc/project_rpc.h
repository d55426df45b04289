// SPDX-License-Identifier: Apache-2.0
// Serves ProjectService: parse, call, map. No rule lives here.
#pragma once

#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/catalog/projects.h"
#include "shareway/catalog/v1/project.pb.h"

namespace shareway::catalog {

class ProjectRpc {
 public:
  // It must outlive this, and this the server.
  explicit ProjectRpc(Projects* projects) : projects_(projects) {}

  void Serve(rpc::Server* server);

 private:
  void ServeAgency(rpc::Server* server);
  void ServeAuthority(rpc::Server* server);
  void ServeReads(rpc::Server* server);
  v1::Project View(const rpc::Call& call, const Projects::Loaded& loaded) const;
  absl::StatusOr<v1::Project> Answer(const rpc::Call& call,
                                     absl::StatusOr<Projects::Loaded> loaded) const;
  absl::StatusOr<v1::ListProjectsResponse> List(const rpc::Call& call,
                                                const v1::ListProjectsRequest& request) const;

  Projects* const projects_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::catalog
