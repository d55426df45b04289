// SPDX-License-Identifier: Apache-2.0
// Serves the methods of CatalogService for bundles between installations.
#pragma once

#include <atomic>

#include "libs/rpc/server.h"
#include "services/catalog/bundle/bundles.h"
#include "shareway/catalog/v1/bundle.pb.h"

namespace shareway::catalog {

class BundleRpc {
 public:
  // Must outlive it, and it the server.
  explicit BundleRpc(Bundles* bundles) : bundles_(bundles) {}

  // Registers ExportBundle, ImportBundle, TakeBundle and ListOrigins.
  void Serve(rpc::Server* server);

 private:
  absl::Status Export(const v1::ExportBundleRequest& request, rpc::Writer<v1::BundlePart>& writer);
  absl::StatusOr<v1::ImportBundleResponse> Import(
      rpc::Reader<v1::ImportBundleRequest>& reader);

  absl::StatusOr<v1::ImportBundleResponse> Take(const rpc::Call& call,
                                                const v1::TakeBundleRequest& request);

  Bundles* const bundles_;
  std::atomic<int> held_ = 0;  // bundles in memory
};

}  // namespace shareway::catalog
