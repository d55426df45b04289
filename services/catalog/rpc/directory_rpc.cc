// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/directory_rpc.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/catalog/rpc/cause.h"
#include "services/catalog/rpc/watch_stream.h"
#include "services/catalog/store/directory_message.h"

namespace shareway::catalog {
namespace {

constexpr char kService[] = "/shareway.catalog.v1.DirectoryService/";

template <typename Message>
using ValueOf = decltype(FromMessage(std::declval<Message>()));

std::string Path(absl::string_view method) { return absl::StrCat(kService, method); }

void LeaveOutMandate(v1::DirectoryChange* change) {
  if (change->has_mandate()) change->clear_mandate();
}

}  // namespace

void DirectoryRpc::Publish(Registrar* registrar, const DirectoryStore& store,
                           rpc::DirectoryHolder* holder) {
  registrar->Follow([holder, epoch = store.log().epoch()](
                        uint64_t number, const std::vector<DirectoryObject>& objects) {
    rpc::Directory next = *holder->Get();
    for (const DirectoryObject& object : objects) next.Apply(ToChange(object));
    v1::DirectoryChange mark;
    mark.mutable_revision()->set_epoch(epoch);
    mark.mutable_revision()->set_number(number);
    next.Apply(mark);
    holder->Set(std::make_shared<const rpc::Directory>(std::move(next)));
  });
}

evidence::v1::Revision DirectoryRpc::Head(uint64_t number) const {
  evidence::v1::Revision revision;
  revision.set_epoch(store_->log().epoch());
  revision.set_number(number);
  return revision;
}

absl::Status DirectoryRpc::CheckCurrent() const {
  if (!rolled_back_()) return absl::OkStatus();
  return Error(Reason::kRolledBack, absl::StatusCode::kUnavailable,
               "the directory's store is older than what audit has seen of it");
}

template <typename Request, typename Message>
void DirectoryRpc::ServePut(rpc::Server* server, const std::string& method,
                            const Message& (Request::*field)() const) {
  server->Unary<Request, Message>(
      Path(method),
      [this, field](const rpc::Call& call, const Request& request) -> absl::StatusOr<Message> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const DirectoryObject object,
            registrar_->Put(CauseOf(call, request.request_id()), FromMessage((request.*field)())));
        Message message = ToMessage(std::get<ValueOf<Message>>(object));
        if constexpr (std::is_same_v<Message, v1::Authority>) {
          *message.mutable_revision() = Head(store_->log().head());
        }
        return message;
      });
}

void DirectoryRpc::Serve(rpc::Server* server) {
  ServePut(server, "PutAuthority", &v1::PutAuthorityRequest::authority);
  ServePut(server, "PutAgency", &v1::PutAgencyRequest::agency);
  ServePut(server, "PutSystem", &v1::PutSystemRequest::system);
  ServePut(server, "PutNode", &v1::PutNodeRequest::node);
  ServePut(server, "PutPerson", &v1::PutPersonRequest::person);
  ServePut(server, "PutKey", &v1::PutKeyRequest::key);
  ServeMandates(server);
  ServeNodeApplications(server);
  server->Unary<v1::SetStandingRequest, v1::SetStandingResponse>(
      Path("SetStanding"),
      [this](const rpc::Call& call,
             const v1::SetStandingRequest& request) -> absl::StatusOr<v1::SetStandingResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const uint64_t number,
            registrar_->SetStanding(CauseOf(call, request.request_id()), request.name(),
                                    static_cast<Standing>(request.standing()), request.reason()));
        v1::SetStandingResponse response;
        *response.mutable_revision() = Head(number);
        return response;
      });
  server->Unary<v1::GetAgencyRequest, v1::Agency>(
      Path("GetAgency"),
      [this](const rpc::Call&, const v1::GetAgencyRequest& request) -> absl::StatusOr<v1::Agency> {
        const std::shared_ptr<const Register> all = registrar_->Now();
        const Agency* agency = all->Find<Agency>(request.name());
        if (agency != nullptr) return ToMessage(*agency);
        return Error(Reason::kReferenceMissing, absl::StatusCode::kNotFound,
                     absl::StrCat("there is no agency ", request.name()))
            .With("name", request.name());
      });
  server->Unary<v1::ListAgenciesRequest, v1::ListAgenciesResponse>(
      Path("ListAgencies"), [this](const rpc::Call& call, const v1::ListAgenciesRequest& request) {
        return ListAgencies(call, request);
      });
  server->ServerStream<v1::WatchDirectoryRequest, v1::DirectoryChange>(
      Path("WatchDirectory"),
      [this](const rpc::Call& call, const v1::WatchDirectoryRequest& request,
             rpc::Writer<v1::DirectoryChange>& writer) { return Watch(call, request, writer); });
  server->Unary<v1::RenewLeaseRequest, v1::RenewLeaseResponse>(
      Path("RenewLease"),
      [this](const rpc::Call&,
             const v1::RenewLeaseRequest& request) -> absl::StatusOr<v1::RenewLeaseResponse> {
        SHAREWAY_RETURN_IF_ERROR(CheckCurrent());
        if (request.nonce().size() > 16) {
          return Error::Field("nonce",
                              absl::StrCat("has ", request.nonce().size(), " bytes, at most 16"));
        }
        v1::RenewLeaseResponse response;
        response.set_nonce(request.nonce());
        *response.mutable_head() = Head(store_->log().head());
        if (request.applied().epoch() == response.head().epoch() &&
            request.applied().number() > response.head().number()) {
          return Error(Reason::kRolledBack, absl::StatusCode::kUnavailable,
                       absl::StrCat("the watcher holds revision ", request.applied().number(),
                                    ", this directory has ", response.head().number()));
        }
        return response;
      });
}

absl::StatusOr<v1::ListAgenciesResponse> DirectoryRpc::ListAgencies(
    const rpc::Call& call, const v1::ListAgenciesRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  const std::shared_ptr<const Register> all = registrar_->Now();
  v1::ListAgenciesResponse response;
  for (auto it = all->objects().upper_bound(cursor); it != all->objects().end(); ++it) {
    const auto* agency = std::get_if<Agency>(it->second.get());
    if (agency == nullptr) continue;
    if (response.agencies_size() == size) {
      response.set_next_page_token(
          tokens_.Make(query, response.agencies(response.agencies_size() - 1).name()));
      break;
    }
    *response.add_agencies() = ToMessage(*agency);
  }
  return response;
}

absl::Status DirectoryRpc::Watch(const rpc::Call& call, const v1::WatchDirectoryRequest& request,
                                 rpc::Writer<v1::DirectoryChange>& writer) {
  SHAREWAY_RETURN_IF_ERROR(CheckCurrent());
  // Whom an outside supervisor looks at is not for the nodes of all agencies to know.
  const bool mandates = call.caller().identity.kind == crypto::Identity::Kind::kService;
  return StreamChanges<v1::DirectoryChange>(
      call, store_->log(), request.from_revision(), writer,
      [this, &writer, mandates]() -> absl::StatusOr<uint64_t> {
        SHAREWAY_ASSIGN_OR_RETURN(const DirectoryStore::Snapshot snapshot, store_->Load());
        for (const v1::DirectoryChange& change : snapshot.changes) {
          if (change.has_mandate() && !mandates) continue;
          SHAREWAY_RETURN_IF_ERROR(writer.Write(change));
        }
        return snapshot.number;
      },
      mandates ? nullptr : &LeaveOutMandate);
}

}  // namespace shareway::catalog
