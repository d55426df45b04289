// SPDX-License-Identifier: Apache-2.0
// Serves DirectoryService: parse, call, map. No rule lives here.
#pragma once

#include <functional>
#include <utility>

#include "libs/rpc/directory.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/catalog/registrar.h"
#include "shareway/catalog/v1/directory_service.pb.h"

namespace shareway::catalog {

class DirectoryRpc {
 public:
  // Registrar and store must outlive it, and it the server. While `rolled_back`
  // says that the store is an old copy, no lease is renewed and no change told:
  // without a lease no node delivers, so nothing revoked comes back to life.
  DirectoryRpc(
      Registrar* registrar, const DirectoryStore* store,
      std::function<bool()> rolled_back = [] { return false; })
      : registrar_(registrar), store_(store), rolled_back_(std::move(rolled_back)) {}

  // Registers every method of DirectoryService.
  void Serve(rpc::Server* server);

  // Keeps this process's own directory, by which its server knows callers, in
  // step with the register. `holder` must outlive `registrar`.
  static void Publish(Registrar* registrar, const DirectoryStore& store,
                      rpc::DirectoryHolder* holder);

 private:
  template <typename Request, typename Message>
  void ServePut(rpc::Server* server, const std::string& method,
                const Message& (Request::*field)() const);
  void ServeMandates(rpc::Server* server);  // mandate_rpc.cc
  absl::StatusOr<v1::ListMandatesResponse> ListMandates(const rpc::Call& call,
                                                        const v1::ListMandatesRequest& request);
  void ServeNodeApplications(rpc::Server* server);  // node_application_rpc.cc
  absl::StatusOr<v1::ListNodeApplicationsResponse> ListNodeApplications(
      const rpc::Call& call, const v1::ListNodeApplicationsRequest& request);
  absl::StatusOr<v1::ListAgenciesResponse> ListAgencies(const rpc::Call& call,
                                                        const v1::ListAgenciesRequest& request);
  absl::Status Watch(const rpc::Call& call, const v1::WatchDirectoryRequest& request,
                     rpc::Writer<v1::DirectoryChange>& writer);
  evidence::v1::Revision Head(uint64_t number) const;
  absl::Status CheckCurrent() const;

  Registrar* const registrar_;
  const DirectoryStore* const store_;
  const std::function<bool()> rolled_back_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::catalog
