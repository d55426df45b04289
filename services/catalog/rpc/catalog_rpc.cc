// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/catalog_rpc.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "services/catalog/rpc/cause.h"
#include "services/catalog/rpc/descriptor_check.h"
#include "services/catalog/rpc/watch_stream.h"
#include "services/catalog/search_query.h"
#include "services/catalog/store/foreign_store.h"
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
  if (IsForeign(name)) return absl::OkStatus();  // whether it is one, the store tells
  auto ids = ParseName("resources/{r}", name);
  return ids.ok() ? absl::OkStatus() : Error::Field("name", ids.status().message());
}

// Where a page goes on, and how many hits the first page told.
struct Cursor {
  search::Place place = {};
  int64_t total = 0;
};

std::string CursorText(const Cursor& cursor) {
  return absl::StrCat(BigEndian64(static_cast<uint64_t>(cursor.place.score)),
                      BigEndian64(static_cast<uint64_t>(cursor.place.length)),
                      BigEndian64(static_cast<uint64_t>(cursor.total)), cursor.place.name);
}

// Of a text that CursorText made and PageTokens sealed.
Cursor CursorFrom(absl::string_view text) {
  const auto number = [text](size_t at) {
    return static_cast<int64_t>(ReadBigEndian64(text.substr(at)));
  };
  return {.place = {.score = number(0), .length = number(8), .name = std::string(text.substr(24))},
          .total = number(16)};
}

// What a value of a facet is called outside.
std::string ValueName(absl::string_view field, const std::string& value) {
  int number = 0;
  if (!absl::SimpleAtoi(value, &number)) return value;
  if (field == "share_class") return v1::ShareClass_Name(number);
  if (field == "format") return v1::ResourceFormat_Name(number);
  if (field == "update_cycle") return v1::UpdateCycle_Name(number);
  if (field == "grading") return v1::Grading_Name(number);
  return value;
}

void AddFacets(const search::Found& found, v1::SearchResourcesResponse* response) {
  for (const char* field : search::kMarkFields) {
    const auto it = found.facets.find(field);
    if (it == found.facets.end() || it->second.empty()) continue;
    v1::SearchFacet* facet = response->add_facets();
    facet->set_field(field);
    for (const auto& [value, count] : it->second) {
      v1::SearchFacet::Value* added = facet->add_values();
      added->set_value(ValueName(field, value));
      added->set_count(count);
    }
  }
}

void AddHighlights(const Entry& entry, const std::string& query, v1::SearchHit* hit) {
  for (const search::Highlight& highlight : search::Highlights(entry, query)) {
    v1::SearchHighlight* added = hit->add_highlights();
    added->set_field(highlight.field);
    for (const search::Highlight::Piece& piece : highlight.pieces) {
      v1::SearchHighlight::Piece* out = added->add_pieces();
      out->set_text(piece.text);
      out->set_found(piece.found);
    }
  }
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
        return Answer(call, catalog_->Submit(CauseOf(call, r.request_id()), r.name(), r.etag(),
                                             {r.update_clocks().begin(), r.update_clocks().end()}));
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
  server->Unary<v1::SuspendResourceRequest, v1::Resource>(
      Path("SuspendResource"), [this](const rpc::Call& call, const v1::SuspendResourceRequest& r) {
        return AnswerPublished(call, catalog_->Suspend(CauseOf(call, r.request_id()), r.name(),
                                                       r.etag(), r.reason()));
      });
  server->Unary<v1::ResumeResourceRequest, v1::Resource>(
      Path("ResumeResource"), [this](const rpc::Call& call, const v1::ResumeResourceRequest& r) {
        return AnswerPublished(call, catalog_->Resume(CauseOf(call, r.request_id()), r.name(),
                                                      r.etag(), r.reason()));
      });
  server->Unary<v1::WithdrawResourceRequest, v1::Resource>(
      Path("WithdrawResource"),
      [this](const rpc::Call& call, const v1::WithdrawResourceRequest& r) {
        return AnswerPublished(call, catalog_->Withdraw(CauseOf(call, r.request_id()), r.name(),
                                                        r.etag(), r.reason(), r.service_change()));
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
  if (projects_ != nullptr) {
    const absl::StatusOr<std::string> project = projects_->ProjectOf(message.name());
    if (project.ok()) message.set_project(*project);
    if (!project.ok()) log::Error("project-unreadable", {{"name", message.name()}});
  }
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

absl::StatusOr<v1::Resource> CatalogRpc::AnswerPublished(
    const rpc::Call& call, absl::StatusOr<Catalog::Loaded> written) const {
  if (!written.ok()) return written.status();
  const Actor actor = catalog_->ActorFor(CallerOf(call), written->resource.fields().provider);
  return View(*written, actor, Resource::Face::kPublished);
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
    if (request.revision() > newest || (request.revision() < newest && IsForeign(request.name()))) {
      return Error::NotVisible(request.name());
    }
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
  if (request.most_used_first()) return ListByUse(call, request);
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

absl::StatusOr<v1::ListResourcesResponse> CatalogRpc::ListByUse(
    const rpc::Call& call, const v1::ListResourcesRequest& request) const {
  if (request.state() != 0 && request.state() != v1::Resource::PUBLISHED) {
    return Error::Field("state", "is not PUBLISHED, but only what is published is used");
  }
  if (uses_ == nullptr) return absl::UnavailableError("uses are not counted here");
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  Uses::Used place;
  std::optional<Uses::Used> after;
  if (!cursor.empty()) {
    const std::pair<std::string, std::string> at = absl::StrSplit(cursor, absl::MaxSplits(' ', 1));
    place.name = at.second;
    if (!absl::SimpleAtoi(at.first, &place.consumers)) {
      return Error::Field("page_token", "is not one of this list");
    }
    after = place;
  }
  // One more than the page says whether there is a next one.
  const size_t limit = static_cast<size_t>(size);
  SHAREWAY_ASSIGN_OR_RETURN(const Uses::Ranking ranking,
                            uses_->Most(request.provider(), after, limit + 1));
  const Caller caller = CallerOf(call);
  v1::ListResourcesResponse response;
  *response.mutable_count_time() = evidence::ToTimestamp(ranking.counted);
  size_t bytes = 0;
  for (size_t i = 0; i < ranking.entries.size(); ++i) {
    if (i == limit || bytes > kMaxPageBytes) {
      response.set_next_page_token(
          tokens_.Make(query, absl::StrCat(place.consumers, " ", place.name)));
      break;
    }
    place = ranking.entries[i];
    const absl::StatusOr<Catalog::Loaded> loaded = store_->Load(place.name);
    if (!loaded.ok() && !absl::IsNotFound(loaded.status())) return loaded.status();
    // It may have been closed since it was counted.
    if (!loaded.ok() ||
        loaded->resource.StateOf(Resource::Face::kPublished) != Resource::State::kPublished) {
      continue;
    }
    const Actor actor = catalog_->ActorFor(caller, loaded->resource.fields().provider);
    v1::Resource* const added = response.add_resources();
    *added = View(*loaded, actor, Resource::Face::kPublished);
    added->set_consumer_count(place.consumers);
    bytes += added->ByteSizeLong();
  }
  return response;
}

absl::StatusOr<v1::SearchResourcesResponse> CatalogRpc::Search(
    const rpc::Call& call, const v1::SearchResourcesRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string binding = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, tokens_.Open(binding, request.page_token()));
  SHAREWAY_ASSIGN_OR_RETURN(search::Query query, QueryFrom(request));
  Cursor cursor;
  if (!text.empty()) {
    cursor = CursorFrom(text);
    query.after = {cursor.place};
  }
  query.facets = text.empty();
  query.limit = static_cast<size_t>(size) + 1;  // one more tells whether there is a next page
  SHAREWAY_ASSIGN_OR_RETURN(const search::Found found, index_->Search(query));
  if (text.empty()) cursor.total = found.total;
  const Caller caller = CallerOf(call);
  v1::SearchResourcesResponse response;
  response.set_total(cursor.total);
  AddFacets(found, &response);
  size_t bytes = 0;
  int examined = 0;
  for (const search::Place& hit : found.hits) {
    if (examined == size || bytes > kMaxPageBytes) {
      response.set_next_page_token(tokens_.Make(binding, CursorText(cursor)));
      break;
    }
    ++examined;
    cursor.place = hit;
    const absl::StatusOr<Catalog::Loaded> loaded = store_->Load(hit.name);
    if (!loaded.ok()) return loaded.status();
    if (!loaded->resource.fields().published) continue;
    v1::SearchHit* added = response.add_hits();
    *added->mutable_resource() =
        View(*loaded, catalog_->ActorFor(caller, loaded->resource.fields().provider),
             Resource::Face::kPublished);
    added->set_score(static_cast<double>(hit.score));
    AddHighlights(loaded->resource.fields().published->entry, request.query(), added);
    bytes += added->ByteSizeLong();
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
