// SPDX-License-Identifier: Apache-2.0
// The methods of DirectoryService by which an agency's node comes in.
#include <utility>
#include <vector>

#include "libs/base/status.h"
#include "services/catalog/rpc/cause.h"
#include "services/catalog/rpc/directory_rpc.h"
#include "services/catalog/store/node_application_message.h"

namespace shareway::catalog {
namespace {

v1::NodeApplication Shown(const Registrar::Application& stored) {
  v1::NodeApplication message = ToMessage(stored.application);
  message.set_etag(Registrar::Etag(stored));
  return message;
}

}  // namespace

void DirectoryRpc::ServeNodeApplications(rpc::Server* server) {
  server->Unary<v1::ApplyNodeRequest, v1::NodeApplication>(
      "/shareway.catalog.v1.DirectoryService/ApplyNode",
      [this](const rpc::Call& call,
             const v1::ApplyNodeRequest& request) -> absl::StatusOr<v1::NodeApplication> {
        SHAREWAY_ASSIGN_OR_RETURN(NodeApplication::Request asked,
                                  RequestIn(request.application()));
        SHAREWAY_ASSIGN_OR_RETURN(
            const Registrar::Application stored,
            registrar_->ApplyNode(CauseOf(call, request.request_id()), std::move(asked)));
        return Shown(stored);
      });
  server->Unary<v1::ApproveNodeRequest, v1::NodeApplication>(
      "/shareway.catalog.v1.DirectoryService/ApproveNode",
      [this](const rpc::Call& call,
             const v1::ApproveNodeRequest& request) -> absl::StatusOr<v1::NodeApplication> {
        SHAREWAY_ASSIGN_OR_RETURN(const Registrar::Application stored,
                                  registrar_->ApproveNode(CauseOf(call, request.request_id()),
                                                          request.name(), request.etag()));
        return Shown(stored);
      });
  server->Unary<v1::ReturnNodeRequest, v1::NodeApplication>(
      "/shareway.catalog.v1.DirectoryService/ReturnNode",
      [this](const rpc::Call& call,
             const v1::ReturnNodeRequest& request) -> absl::StatusOr<v1::NodeApplication> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const Registrar::Application stored,
            registrar_->ReturnNode(CauseOf(call, request.request_id()), request.name(),
                                   request.etag(), request.reason()));
        return Shown(stored);
      });
  server->Unary<v1::GetNodeApplicationRequest, v1::NodeApplication>(
      "/shareway.catalog.v1.DirectoryService/GetNodeApplication",
      [this](const rpc::Call& call,
             const v1::GetNodeApplicationRequest& request) -> absl::StatusOr<v1::NodeApplication> {
        SHAREWAY_ASSIGN_OR_RETURN(const Registrar::Application stored,
                                  registrar_->FindApplication(CallerOf(call), request.name()));
        return Shown(stored);
      });
  server->Unary<v1::ListNodeApplicationsRequest, v1::ListNodeApplicationsResponse>(
      "/shareway.catalog.v1.DirectoryService/ListNodeApplications",
      [this](const rpc::Call& call, const v1::ListNodeApplicationsRequest& request) {
        return ListNodeApplications(call, request);
      });
}

absl::StatusOr<v1::ListNodeApplicationsResponse> DirectoryRpc::ListNodeApplications(
    const rpc::Call& call, const v1::ListNodeApplicationsRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  // One more than the page says whether there is a next one.
  const size_t limit = static_cast<size_t>(size);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Registrar::Application> found,
                            registrar_->ListApplications(CallerOf(call), cursor, limit + 1));
  v1::ListNodeApplicationsResponse response;
  for (size_t i = 0; i < found.size() && i < limit; ++i) {
    *response.add_applications() = Shown(found[i]);
  }
  if (found.size() > limit) {
    response.set_next_page_token(
        tokens_.Make(query, found[limit - 1].application.fields().request.node.name));
  }
  return response;
}

}  // namespace shareway::catalog
