// SPDX-License-Identifier: Apache-2.0
// Serves the methods of CatalogService that concern categories, codes and extension fields.
#pragma once

#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/catalog/codes.h"
#include "services/catalog/domain/extension.h"
#include "shareway/catalog/v1/classification.pb.h"

namespace shareway::catalog {

class ClassificationRpc {
 public:
  // All must outlive it, and it the server.
  ClassificationRpc(Codes* codes, const Categories* categories, const Extensions* extensions)
      : codes_(codes), categories_(categories), extensions_(extensions) {}

  void Serve(rpc::Server* server);

 private:
  absl::StatusOr<v1::ListCategoriesResponse> List(const rpc::Call& call,
                                                  const v1::ListCategoriesRequest& request) const;

  Codes* const codes_;
  const Categories* const categories_;
  const Extensions* const extensions_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::catalog
