// SPDX-License-Identifier: Apache-2.0
// Serves DirectoryService: parse, call, map. No rule lives here.
#pragma once

#include "libs/rpc/directory.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/catalog/registrar.h"
#include "shareway/catalog/v1/directory_service.pb.h"

namespace shareway::catalog {

class DirectoryRpc {
 public:
  // Both must outlive it, and it the server.
  DirectoryRpc(Registrar* registrar, const DirectoryStore* store)
      : registrar_(registrar), store_(store) {}

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
  absl::StatusOr<v1::ListAgenciesResponse> ListAgencies(const rpc::Call& call,
                                                        const v1::ListAgenciesRequest& request);
  absl::Status Watch(const rpc::Call& call, const v1::WatchDirectoryRequest& request,
                     rpc::Writer<v1::DirectoryChange>& writer);
  evidence::v1::Revision Head(uint64_t number) const;

  Registrar* const registrar_;
  const DirectoryStore* const store_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::catalog
