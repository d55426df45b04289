// SPDX-License-Identifier: Apache-2.0
// The methods of DirectoryService that concern mandates of outside supervisors.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/catalog/domain/mandate.h"
#include "services/catalog/rpc/cause.h"
#include "services/catalog/rpc/directory_rpc.h"
#include "services/catalog/store/directory_message.h"

namespace shareway::catalog {
namespace {

std::string MandatePath(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.DirectoryService/", method);
}

bool SeenBy(const rpc::Call& call, const Mandate& mandate) {
  const Caller caller = CallerOf(call);
  return Sees(caller.name, caller.agency, caller.roles, mandate);
}

}  // namespace

void DirectoryRpc::ServeMandates(rpc::Server* server) {
  server->Unary<v1::PutMandateRequest, v1::Mandate>(
      MandatePath("PutMandate"),
      [this](const rpc::Call& call,
             const v1::PutMandateRequest& request) -> absl::StatusOr<v1::Mandate> {
        SHAREWAY_ASSIGN_OR_RETURN(const Mandate mandate,
                                  registrar_->PutMandate(CauseOf(call, request.request_id()),
                                                         FromMessage(request.mandate())));
        return ToMessage(mandate);
      });
  server->Unary<v1::EndMandateRequest, v1::Mandate>(
      MandatePath("EndMandate"),
      [this](const rpc::Call& call,
             const v1::EndMandateRequest& request) -> absl::StatusOr<v1::Mandate> {
        SHAREWAY_ASSIGN_OR_RETURN(const Mandate mandate,
                                  registrar_->EndMandate(CauseOf(call, request.request_id()),
                                                         request.name(), request.reason()));
        return ToMessage(mandate);
      });
  server->Unary<v1::GetMandateRequest, v1::Mandate>(
      MandatePath("GetMandate"),
      [this](const rpc::Call& call,
             const v1::GetMandateRequest& request) -> absl::StatusOr<v1::Mandate> {
        const std::shared_ptr<const Register> all = registrar_->Now();
        const Mandate* mandate = all->Find<Mandate>(request.name());
        if (mandate == nullptr || !SeenBy(call, *mandate)) {
          return Error::NotVisible(request.name());
        }
        return ToMessage(*mandate);
      });
  server->Unary<v1::ListMandatesRequest, v1::ListMandatesResponse>(
      MandatePath("ListMandates"), [this](const rpc::Call& call,
                                          const v1::ListMandatesRequest& request) {
        return ListMandates(call, request);
      });
}

absl::StatusOr<v1::ListMandatesResponse> DirectoryRpc::ListMandates(
    const rpc::Call& call, const v1::ListMandatesRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  const std::shared_ptr<const Register> all = registrar_->Now();
  const std::string first = cursor.empty() ? "mandates/" : cursor;
  v1::ListMandatesResponse response;
  for (auto it = all->objects().upper_bound(first); it != all->objects().end(); ++it) {
    const auto* mandate = std::get_if<Mandate>(it->second.get());
    if (mandate == nullptr) break;  // by name: the mandates lie together
    if (!SeenBy(call, *mandate)) continue;
    if (response.mandates_size() == size) {
      response.set_next_page_token(
          tokens_.Make(query, response.mandates(response.mandates_size() - 1).name()));
      break;
    }
    *response.add_mandates() = ToMessage(*mandate);
  }
  return response;
}

}  // namespace shareway::catalog
