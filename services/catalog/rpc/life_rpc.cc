// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/life_rpc.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/catalog/store/difference.h"
#include "services/catalog/rpc/cause.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

// A page ends early when it grows beyond this; messages have at most 4 MiB.
constexpr size_t kMaxPageBytes = 3 << 20;

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

absl::Status CheckName(absl::string_view name) {
  auto ids = ParseName("resources/{r}", name);
  return ids.ok() ? absl::OkStatus() : Error::Field("name", ids.status().message());
}

// Who the people of an agency are is not for everybody.
void HidePeople(v1::ResourceRevision* revision) {
  revision->clear_compilers();
  revision->clear_approved_by();
  revision->clear_published_by();
  for (v1::ResourceStateChange& change : *revision->mutable_state_changes()) {
    change.clear_changed_by();
  }
  revision->clear_approval();
  revision->clear_publication();
}

}  // namespace

void LifeRpc::Serve(rpc::Server* server) {
  ServeRevisions(server);
  ServeUpdates(server);
  ServeFreshness(server);
}

void LifeRpc::ServeRevisions(rpc::Server* server) {
  server->Unary<v1::ListResourceRevisionsRequest, v1::ListResourceRevisionsResponse>(
      Path("ListResourceRevisions"),
      [this](const rpc::Call& call, const v1::ListResourceRevisionsRequest& request) {
        return ListRevisions(call, request);
      });
  server->Unary<v1::DiffResourceRevisionsRequest, v1::DiffResourceRevisionsResponse>(
      Path("DiffResourceRevisions"),
      [this](const rpc::Call& call, const v1::DiffResourceRevisionsRequest& request) {
        return Diff(call, request);
      });
  server->Unary<v1::DeleteDraftRequest, v1::DeleteDraftResponse>(
      Path("DeleteDraft"), [this](const rpc::Call& call, const v1::DeleteDraftRequest& request) {
        return DeleteDraft(call, request);
      });
}

void LifeRpc::ServeUpdates(rpc::Server* server) {
  server->Unary<v1::ReportDutyChangeRequest, v1::ReportDutyChangeResponse>(
      Path("ReportDutyChange"),
      [this](const rpc::Call& call, const v1::ReportDutyChangeRequest& request)
          -> absl::StatusOr<v1::ReportDutyChangeResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(const store::DutyChangeRecord record,
                                  updates_->Report(CauseOf(call, request.request_id()),
                                                   FromMessage(request.change())));
        v1::ReportDutyChangeResponse response;
        *response.mutable_change() = record.change();
        *response.mutable_clocks() = record.clocks();
        return response;
      });
  server->Unary<v1::AskUpdateExtensionRequest, v1::UpdateClock>(
      Path("AskUpdateExtension"),
      [this](const rpc::Call& call, const v1::AskUpdateExtensionRequest& r) {
        return Shown(updates_->AskExtension(CauseOf(call, r.request_id()), r.name(), r.etag(),
                                            r.days(), r.reason()));
      });
  server->Unary<v1::ConsentUpdateExtensionRequest, v1::UpdateClock>(
      Path("ConsentUpdateExtension"),
      [this](const rpc::Call& call, const v1::ConsentUpdateExtensionRequest& r) {
        return Shown(updates_->ConsentExtension(CauseOf(call, r.request_id()), r.name(), r.etag(),
                                                r.document()));
      });
  server->Unary<v1::RefuseUpdateExtensionRequest, v1::UpdateClock>(
      Path("RefuseUpdateExtension"),
      [this](const rpc::Call& call, const v1::RefuseUpdateExtensionRequest& r) {
        return Shown(updates_->RefuseExtension(CauseOf(call, r.request_id()), r.name(), r.etag(),
                                               r.reason()));
      });
  server->Unary<v1::CompleteUpdateRequest, v1::UpdateClock>(
      Path("CompleteUpdate"), [this](const rpc::Call& call, const v1::CompleteUpdateRequest& r) {
        return Shown(updates_->Complete(CauseOf(call, r.request_id()), r.name(), r.etag(),
                                        r.statement()));
      });
  server->Unary<v1::ListUpdateClocksRequest, v1::ListUpdateClocksResponse>(
      Path("ListUpdateClocks"),
      [this](const rpc::Call& call, const v1::ListUpdateClocksRequest& request) {
        return ListClocks(call, request);
      });
}

void LifeRpc::ServeFreshness(rpc::Server* server) {
  server->Unary<v1::ReportRefreshRequest, v1::Freshness>(
      Path("ReportRefresh"), [this](const rpc::Call& call, const v1::ReportRefreshRequest& r) {
        return freshness_->Report(CauseOf(call, r.request_id()), r.resource(), r.refresh());
      });
  server->Unary<v1::ListStaleRequest, v1::ListStaleResponse>(
      Path("ListStale"), [this](const rpc::Call& call, const v1::ListStaleRequest& request) {
        return ListStale(call, request);
      });
}

absl::StatusOr<v1::ListResourceRevisionsResponse> LifeRpc::ListRevisions(
    const rpc::Call& call, const v1::ListResourceRevisionsRequest& request) const {
  SHAREWAY_RETURN_IF_ERROR(CheckName(request.name()));
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  uint32_t below = 0;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &below)) {
    return absl::InternalError("a sealed page token holds no number");
  }
  const absl::StatusOr<Catalog::Loaded> loaded = store_->Load(request.name());
  if (absl::IsNotFound(loaded.status())) return Error::NotVisible(request.name());
  SHAREWAY_RETURN_IF_ERROR(loaded.status());
  const Caller caller = CallerOf(call);
  const Actor actor = catalog_->ActorFor(caller, loaded->resource.fields().provider);
  if (!loaded->resource.fields().published) {
    // Those who see the draft learn that nothing is published yet; others that there is nothing.
    if (!actor.SeesDrafts()) return Error::NotVisible(request.name());
    return v1::ListResourceRevisionsResponse();
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      std::vector<v1::ResourceRevision> found,
      store_->ListRevisions(request.name(), below, static_cast<size_t>(size) + 1));
  v1::ListResourceRevisionsResponse response;
  size_t bytes = 0;
  for (v1::ResourceRevision& revision : found) {
    if (response.revisions_size() == size || bytes > kMaxPageBytes) {
      const uint32_t last = response.revisions(response.revisions_size() - 1).revision();
      response.set_next_page_token(tokens_.Make(query, absl::StrCat(last)));
      break;
    }
    const bool service = !caller.person && caller.agency.empty();
    if (!service && !actor.SeesDrafts()) HidePeople(&revision);
    bytes += revision.ByteSizeLong();
    *response.add_revisions() = std::move(revision);
  }
  return response;
}

absl::StatusOr<v1::DiffResourceRevisionsResponse> LifeRpc::Diff(
    const rpc::Call& call, const v1::DiffResourceRevisionsRequest& request) const {
  SHAREWAY_RETURN_IF_ERROR(CheckName(request.name()));
  const absl::StatusOr<Catalog::Loaded> loaded = store_->Load(request.name());
  if (absl::IsNotFound(loaded.status())) return Error::NotVisible(request.name());
  SHAREWAY_RETURN_IF_ERROR(loaded.status());
  const Resource& resource = loaded->resource;
  const Actor actor = catalog_->ActorFor(CallerOf(call), resource.fields().provider);
  const uint32_t newest = resource.fields().published ? resource.fields().published->revision : 0;
  const bool working = resource.FaceFor(actor) == Resource::Face::kWorking;
  const uint32_t to = request.to_revision();
  if (newest == 0 || to > newest || (to == 0 && !working)) {
    return Error::NotVisible(request.name());
  }
  uint32_t from = request.from_revision();
  if (from == 0) from = to == 0 ? newest : std::max<uint32_t>(to - 1, 1);
  if (from > newest) return Error::NotVisible(request.name());
  if (to != 0 && from > to) {
    return Error::Field("from_revision", absl::StrCat("is ", from, ", and the newer one is ", to));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const v1::Resource before,
                            store_->RevisionMessage(request.name(), from));
  v1::Resource after = ToMessage(resource, working ? Resource::Face::kWorking
                                                   : Resource::Face::kPublished);
  if (to != 0) {
    SHAREWAY_ASSIGN_OR_RETURN(after, store_->RevisionMessage(request.name(), to));
  }
  v1::DiffResourceRevisionsResponse response = Difference(before, after);
  response.set_from_revision(from);
  response.set_to_revision(to);
  return response;
}

absl::StatusOr<v1::DeleteDraftResponse> LifeRpc::DeleteDraft(
    const rpc::Call& call, const v1::DeleteDraftRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Catalog::Loaded left,
      catalog_->DeleteDraft(CauseOf(call, request.request_id()), request.name(), request.etag()));
  v1::DeleteDraftResponse response;
  if (left.resource.fields().published) {
    *response.mutable_resource() = ToMessage(left.resource, Resource::Face::kPublished);
    response.mutable_resource()->set_etag(Catalog::Etag(left));
  }
  return response;
}

absl::StatusOr<v1::UpdateClock> LifeRpc::Shown(absl::StatusOr<Updates::Loaded> loaded) const {
  if (!loaded.ok()) return loaded.status();
  return updates_->Shown(*loaded);
}

absl::StatusOr<v1::ListUpdateClocksResponse> LifeRpc::ListClocks(
    const rpc::Call& call, const v1::ListUpdateClocksRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Updates::Page page,
      updates_->List(CallerOf(call),
                     {.agency = request.agency(),
                      .state = static_cast<UpdateClock::State>(request.state()),
                      .kind = static_cast<UpdateClock::Kind>(request.kind()),
                      .overdue = request.overdue()},
                     cursor, static_cast<size_t>(size)));
  v1::ListUpdateClocksResponse response;
  for (const Updates::Loaded& loaded : page.clocks) {
    SHAREWAY_ASSIGN_OR_RETURN(*response.add_clocks(), updates_->Shown(loaded));
  }
  if (!page.next.empty()) response.set_next_page_token(tokens_.Make(query, page.next));
  return response;
}

absl::StatusOr<v1::ListStaleResponse> LifeRpc::ListStale(
    const rpc::Call& call, const v1::ListStaleRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  SHAREWAY_ASSIGN_OR_RETURN(
      Freshness::Page page,
      freshness_->ListStale(request.provider(), cursor, static_cast<size_t>(size)));
  v1::ListStaleResponse response;
  for (v1::StaleResource& stale : page.resources) *response.add_resources() = std::move(stale);
  if (!page.next.empty()) response.set_next_page_token(tokens_.Make(query, page.next));
  return response;
}

}  // namespace shareway::catalog
