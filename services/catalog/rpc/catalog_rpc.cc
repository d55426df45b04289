// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/catalog_rpc.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/catalog/rpc/cause.h"
#include "services/catalog/rpc/descriptor_check.h"
#include "services/catalog/rpc/watch_stream.h"
#include "services/catalog/store/resource_message.h"
#include "shareway/catalog/v1/catalog_service.pb.h"

namespace shareway::catalog {
namespace {

constexpr char kService[] = "/shareway.catalog.v1.CatalogService/";
// A page ends early when it grows beyond this; messages have at most 4 MiB.
constexpr size_t kMaxPageBytes = 3 << 20;
// Entries that one List looks at; a page may be short, or empty, and go on.
constexpr size_t kMaxExamined = 5000;
constexpr size_t kChunk = 100;

std::string Path(absl::string_view method) { return absl::StrCat(kService, method); }

absl::Status CheckName(absl::string_view name) {
  auto ids = ParseName("resources/{r}", name);
  return ids.ok() ? absl::OkStatus() : Error::Field("name", ids.status().message());
}

// Scores order hits, so a page goes on after a score and a name.
std::string CursorOf(const search::Hit& hit) {
  uint64_t bits = 0;
  std::memcpy(&bits, &hit.score, sizeof bits);
  return absl::StrCat(BigEndian64(bits), hit.name);
}

bool Follows(const search::Hit& hit, absl::string_view cursor) {
  if (cursor.empty()) return true;
  const uint64_t bits = ReadBigEndian64(cursor);
  double score = 0;
  std::memcpy(&score, &bits, sizeof score);
  return hit.score < score || (hit.score == score && hit.name > cursor.substr(8));
}

absl::StatusOr<search::Query> QueryFrom(const v1::SearchResourcesRequest& request) {
  search::Query query = {
      .words = request.query(), .provider = request.provider(), .category = request.category()};
  for (int i = 0; i < request.share_classes_size(); ++i) {
    const int share_class = request.share_classes(i);
    if (share_class < 1 || share_class > 3) {
      return Error::Field(absl::StrCat("share_classes[", i, "]"),
                          absl::StrCat("is ", share_class, ", want 1 to 3"));
    }
    query.share_classes.push_back(static_cast<ShareClass>(share_class));
  }
  if (query.category.size() > 50 ||
      !std::all_of(query.category.begin(), query.category.end(),
                   [](char c) { return absl::ascii_isdigit(c) || c == '/'; })) {
    return Error::Field("category", "is not the beginning of a resource code");
  }
  return query;
}

}  // namespace

void CatalogRpc::Serve(rpc::Server* server) {
  ServeWrites(server);
  ServeReads(server);
}

void CatalogRpc::ServeWrites(rpc::Server* server) {
  server->Unary<v1::CreateResourceRequest, v1::Resource>(
      Path("CreateResource"), [this](const rpc::Call& call, const v1::CreateResourceRequest& r)
          -> absl::StatusOr<v1::Resource> {
        SHAREWAY_RETURN_IF_ERROR(CheckDescriptors(r.resource()));
        return Answer(call, catalog_->Create(CauseOf(call, r.request_id()), EntryFrom(r.resource()),
                                             r.validate_only()));
      });
  server->Unary<v1::UpdateResourceRequest, v1::Resource>(
      Path("UpdateResource"), [this](const rpc::Call& call, const v1::UpdateResourceRequest& r)
          -> absl::StatusOr<v1::Resource> {
        SHAREWAY_RETURN_IF_ERROR(CheckDescriptors(r.resource()));
        return Answer(call, catalog_->Update(CauseOf(call, r.request_id()), r.resource().name(),
                                             r.resource().etag(), EntryFrom(r.resource())));
      });
  server->Unary<v1::SubmitResourceRequest, v1::Resource>(
      Path("SubmitResource"), [this](const rpc::Call& call, const v1::SubmitResourceRequest& r) {
        return Answer(call, catalog_->Submit(CauseOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::ApproveResourceRequest, v1::Resource>(
      Path("ApproveResource"), [this](const rpc::Call& call, const v1::ApproveResourceRequest& r) {
        return Answer(call, catalog_->Approve(CauseOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::PublishResourceRequest, v1::Resource>(
      Path("PublishResource"), [this](const rpc::Call& call, const v1::PublishResourceRequest& r) {
        return Answer(call, catalog_->Publish(CauseOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::ReturnResourceRequest, v1::Resource>(
      Path("ReturnResource"), [this](const rpc::Call& call, const v1::ReturnResourceRequest& r) {
        return Answer(
            call, catalog_->Return(CauseOf(call, r.request_id()), r.name(), r.etag(), r.reason()));
      });
  server->Unary<v1::SetResourceStateRequest, v1::Resource>(
      Path("SetResourceState"),
      [this](const rpc::Call& call,
             const v1::SetResourceStateRequest& r) -> absl::StatusOr<v1::Resource> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const Catalog::Loaded loaded,
            catalog_->SetState(CauseOf(call, r.request_id()), r.name(), r.etag(),
                               static_cast<Resource::State>(r.state()), r.reason()));
        // Not the revision that may be under way: what was acted on.
        const std::string& provider = loaded.resource.fields().provider;
        return View(loaded, catalog_->ActorFor(CallerOf(call), provider),
                    Resource::Face::kPublished);
      });
}

void CatalogRpc::ServeReads(rpc::Server* server) {
  server->Unary<v1::GetResourceRequest, v1::Resource>(
      Path("GetResource"), [this](const rpc::Call& call, const v1::GetResourceRequest& request) {
        return Get(call, request);
      });
  server->Unary<v1::ListResourcesRequest, v1::ListResourcesResponse>(
      Path("ListResources"),
      [this](const rpc::Call& call, const v1::ListResourcesRequest& request) {
        return List(call, request);
      });
  server->Unary<v1::SearchResourcesRequest, v1::SearchResourcesResponse>(
      Path("SearchResources"),
      [this](const rpc::Call& call, const v1::SearchResourcesRequest& request) {
        return Search(call, request);
      });
  server->ServerStream<v1::WatchCatalogRequest, v1::CatalogChange>(
      Path("WatchCatalog"),
      [this](const rpc::Call& call, const v1::WatchCatalogRequest& request,
             rpc::Writer<v1::CatalogChange>& writer) { return Watch(call, request, writer); });
}

v1::Resource CatalogRpc::View(const Catalog::Loaded& loaded, const Actor& actor,
                              Resource::Face face) const {
  v1::Resource message = ToMessage(loaded.resource, face);
  if (!actor.SeesDrafts()) return message;
  message.set_etag(Catalog::Etag(loaded));
  for (const std::string& action : loaded.resource.Actions(actor)) {
    message.add_available_actions(action);
  }
  return message;
}

absl::StatusOr<v1::Resource> CatalogRpc::Answer(const rpc::Call& call,
                                                absl::StatusOr<Catalog::Loaded> written) const {
  if (!written.ok()) return written.status();
  const Actor actor = catalog_->ActorFor(CallerOf(call), written->resource.fields().provider);
  return View(*written, actor, written->resource.FaceFor(actor));
}

absl::StatusOr<v1::Resource> CatalogRpc::Get(const rpc::Call& call,
                                             const v1::GetResourceRequest& request) const {
  SHAREWAY_RETURN_IF_ERROR(CheckName(request.name()));
  const absl::StatusOr<Catalog::Loaded> loaded = store_->Load(request.name());
  if (absl::IsNotFound(loaded.status())) return Error::NotVisible(request.name());
  SHAREWAY_RETURN_IF_ERROR(loaded.status());
  const Resource::Fields& fields = loaded->resource.fields();
  const Actor actor = catalog_->ActorFor(CallerOf(call), fields.provider);
  Resource::Face face = loaded->resource.FaceFor(actor);
  if (request.revision() != 0) {
    const uint32_t newest = fields.published ? fields.published->revision : 0;
    if (request.revision() > newest) return Error::NotVisible(request.name());
    if (request.revision() < newest) {
      SHAREWAY_ASSIGN_OR_RETURN(const Resource::Published past,
                                store_->LoadRevision(request.name(), request.revision()));
      return ToMessage(request.name(), past);
    }
    face = Resource::Face::kPublished;
  }
  if (face == Resource::Face::kNone) return Error::NotVisible(request.name());
  return View(*loaded, actor, face);
}

absl::StatusOr<v1::ListResourcesResponse> CatalogRpc::List(
    const rpc::Call& call, const v1::ListResourcesRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(std::string last, tokens_.Open(query, request.page_token()));
  const Caller caller = CallerOf(call);
  const auto wanted = static_cast<Resource::State>(request.state());
  v1::ListResourcesResponse response;
  size_t bytes = 0;
  for (size_t examined = 0;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Catalog::Loaded> chunk,
                              store_->List(request.provider(), last, kChunk));
    if (chunk.empty()) return response;
    for (const Catalog::Loaded& loaded : chunk) {
      if (response.resources_size() == size || bytes > kMaxPageBytes || examined > kMaxExamined) {
        response.set_next_page_token(tokens_.Make(query, last));
        return response;
      }
      ++examined;
      last = loaded.resource.fields().name;
      const Actor actor = catalog_->ActorFor(caller, loaded.resource.fields().provider);
      Resource::Face face = loaded.resource.FaceFor(actor);
      // While a revision is under way, what is published is listed under its own state, too.
      if (request.state() != 0 && loaded.resource.StateOf(face) != wanted) {
        face = Resource::Face::kPublished;
        if (loaded.resource.StateOf(face) != wanted) continue;
      }
      if (face == Resource::Face::kNone) continue;
      v1::Resource* added = response.add_resources();
      *added = View(loaded, actor, face);
      bytes += added->ByteSizeLong();
    }
  }
}

absl::StatusOr<v1::SearchResourcesResponse> CatalogRpc::Search(
    const rpc::Call& call, const v1::SearchResourcesRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string binding = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(binding, request.page_token()));
  SHAREWAY_ASSIGN_OR_RETURN(const search::Query query, QueryFrom(request));
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<search::Hit> hits, index_->Search(query));
  const Caller caller = CallerOf(call);
  v1::SearchResourcesResponse response;
  response.set_total(static_cast<int64_t>(hits.size()));
  size_t bytes = 0;
  const search::Hit* last = nullptr;
  for (const search::Hit& hit : hits) {
    if (!Follows(hit, cursor)) continue;
    if (response.hits_size() == size || bytes > kMaxPageBytes) {
      response.set_next_page_token(tokens_.Make(binding, CursorOf(*last)));
      break;
    }
    last = &hit;
    const absl::StatusOr<Catalog::Loaded> loaded = store_->Load(hit.name);
    if (!loaded.ok()) return loaded.status();
    if (!loaded->resource.fields().published) continue;
    v1::SearchHit* found = response.add_hits();
    *found->mutable_resource() =
        View(*loaded, catalog_->ActorFor(caller, loaded->resource.fields().provider),
             Resource::Face::kPublished);
    found->set_score(hit.score);
    bytes += found->ByteSizeLong();
  }
  return response;
}

absl::Status CatalogRpc::Watch(const rpc::Call& call, const v1::WatchCatalogRequest& request,
                               rpc::Writer<v1::CatalogChange>& writer) const {
  return StreamChanges<v1::CatalogChange>(call, store_->log(), request.from_revision(), writer,
                                          [this, &writer]() -> absl::StatusOr<uint64_t> {
                                            // Read first: what is published meanwhile comes again
                                            // as a change.
                                            const uint64_t number = store_->log().head();
                                            for (std::string last;;) {
                                              SHAREWAY_ASSIGN_OR_RETURN(
                                                  const std::vector<v1::CatalogChange> page,
                                                  store_->ListPublished(last, kChunk));
                                              if (page.empty()) return number;
                                              last = page.back().resource().name();
                                              for (const v1::CatalogChange& change : page) {
                                                SHAREWAY_RETURN_IF_ERROR(writer.Write(change));
                                              }
                                            }
                                          });
}

}  // namespace shareway::catalog
