// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/classification_rpc.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/catalog/rpc/cause.h"
#include "services/catalog/store/classification_file.h"

namespace shareway::catalog {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

}  // namespace

void ClassificationRpc::Serve(rpc::Server* server) {
  server->Unary<v1::ListCategoriesRequest, v1::ListCategoriesResponse>(
      Path("ListCategories"),
      [this](const rpc::Call& call, const v1::ListCategoriesRequest& request) {
        return List(call, request);
      });
  server->Unary<v1::GenerateCodeRequest, v1::GeneratedCode>(
      Path("GenerateCode"), [this](const rpc::Call& call, const v1::GenerateCodeRequest& request) {
        return codes_->Generate(CauseOf(call, request.request_id()), request.category());
      });
  server->Unary<v1::GetExtensionSchemaRequest, v1::ExtensionSchema>(
      Path("GetExtensionSchema"),
      [this](const rpc::Call&,
             const v1::GetExtensionSchemaRequest&) -> absl::StatusOr<v1::ExtensionSchema> {
        return ToMessage(*extensions_);
      });
}

absl::StatusOr<v1::ListCategoriesResponse> ClassificationRpc::List(
    const rpc::Call& call, const v1::ListCategoriesRequest& request) const {
  if (!request.parent().empty() && categories_->Find(request.parent()) == nullptr) {
    return Error::Field("parent", absl::StrCat(codes::Quote(request.parent()),
                                               " is not in the tree of categories"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string last, tokens_.Open(query, request.page_token()));
  const size_t limit = static_cast<size_t>(size);
  const std::vector<const Category*> found = categories_->List(request.parent(), last, limit + 1);
  v1::ListCategoriesResponse response;
  response.set_version(categories_->version());
  for (size_t i = 0; i < found.size() && i < limit; ++i) {
    *response.add_categories() = ToMessage(*categories_, *found[i]);
  }
  if (found.size() > limit) {
    response.set_next_page_token(tokens_.Make(query, found[limit - 1]->code));
  }
  return response;
}

}  // namespace shareway::catalog
