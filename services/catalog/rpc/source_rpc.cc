// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/source_rpc.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "services/catalog/rpc/cause.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

// A page ends early when it grows beyond this; messages have at most 4 MiB.
constexpr size_t kMaxPageBytes = 3 << 20;

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

v1::Source Shown(const SourceStore::Loaded& loaded) {
  v1::Source message = ToMessage(loaded.source);
  message.set_etag(Sources::Etag(loaded));
  return message;
}

v1::CollectionMatch::Way WayOf(ShareClass share_class) {
  switch (share_class) {
    case ShareClass::kUnconditional:
      return v1::CollectionMatch::DIRECT_GRANT;
    case ShareClass::kConditional:
      return v1::CollectionMatch::SHARING_REQUEST;
    default:
      return v1::CollectionMatch::NOT_OBTAINABLE;
  }
}

void Put(const Sources::Match& match, v1::CollectionMatch* out) {
  out->set_likeness(static_cast<v1::CollectionMatch::Likeness>(match.likeness));
  out->set_score(match.score);
  out->set_resource(match.resource);
  out->set_resource_title(match.resource_title);
  out->set_item(match.item.id);
  out->set_item_name(match.item.name);
  out->set_provider(match.provider);
  out->set_provider_name(match.provider_name);
  out->set_share_class(static_cast<v1::ShareClass>(match.share_class));
  out->set_way(WayOf(match.share_class));
  out->set_source(match.source);
  out->set_definition_score(match.definition_score);
  out->set_article(match.article);
}

}  // namespace

void SourceRpc::Serve(rpc::Server* server) {
  server->Unary<v1::CheckCollectionRequest, v1::CheckCollectionResponse>(
      Path("CheckCollection"),
      [this](const rpc::Call& call, const v1::CheckCollectionRequest& request) {
        return Check(call, request);
      });
  server->Unary<v1::DesignateSourceRequest, v1::Source>(
      Path("DesignateSource"),
      [this](const rpc::Call& call,
             const v1::DesignateSourceRequest& request) -> absl::StatusOr<v1::Source> {
        const v1::Source& asked = request.source();
        SHAREWAY_ASSIGN_OR_RETURN(
            const SourceStore::Loaded stored,
            sources_->Designate(CauseOf(call, request.request_id()),
                                {.name = asked.name(),
                                 .title = asked.title(),
                                 .resource = asked.resource(),
                                 .item = asked.item(),
                                 .document = asked.document()},
                                asked.etag()));
        return Shown(stored);
      });
  server->Unary<v1::GetSourceRequest, v1::Source>(
      Path("GetSource"), [this](const rpc::Call&, const v1::GetSourceRequest& request) {
        return Get(request);
      });
  server->Unary<v1::ListSourcesRequest, v1::ListSourcesResponse>(
      Path("ListSources"), [this](const rpc::Call& call, const v1::ListSourcesRequest& request) {
        return List(call, request);
      });
  server->Unary<v1::ListCollectedItemsRequest, v1::ListCollectedItemsResponse>(
      Path("ListCollectedItems"),
      [this](const rpc::Call& call, const v1::ListCollectedItemsRequest& request) {
        return ListCollected(call, request);
      });
  server->ServerStream<v1::ExportNegativeListRequest, v1::NegativeListPart>(
      Path("ExportNegativeList"),
      [this](const rpc::Call& call, const v1::ExportNegativeListRequest& request,
             rpc::Writer<v1::NegativeListPart>& writer) {
        return ExportNegative(call, request, writer);
      });
}

absl::StatusOr<v1::CheckCollectionResponse> SourceRpc::Check(
    const rpc::Call& call, const v1::CheckCollectionRequest& request) const {
  std::vector<Sources::Asked> items;
  for (const v1::FormItem& item : request.items()) {
    items.push_back({.name = item.name(), .definition = item.definition()});
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Sources::Finding> findings,
                            sources_->Check(items, [&call] { return call.cancelled(); }));
  v1::CheckCollectionResponse response;
  for (const Sources::Finding& finding : findings) {
    v1::CollectionFinding* out = response.add_findings();
    out->set_name(finding.name);
    out->set_more(finding.more);
    for (const Sources::Match& match : finding.matches) Put(match, out->add_matches());
  }
  *response.mutable_check_time() = evidence::ToTimestamp(sources_->Now());
  if (request.keep()) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string name,
                              sources_->Keep(CauseOf(call, request.request_id()), findings));
    response.set_name(name);
  }
  return response;
}

absl::StatusOr<v1::Source> SourceRpc::Get(const v1::GetSourceRequest& request) const {
  if (!HasForm("sources/{i}", request.name())) {
    return Error::Field("name", "is not sources/{item}");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const auto loaded, store_->Load(request.name()));
  if (!loaded) return Error::NotVisible(request.name());
  const uint32_t newest = loaded->source.fields().designation;
  if (request.designation() == 0 || request.designation() == newest) return Shown(*loaded);
  if (request.designation() > newest) return Error::NotVisible(request.name());
  SHAREWAY_ASSIGN_OR_RETURN(const Source past,
                            store_->LoadDesignation(request.name(), request.designation()));
  return ToMessage(past);
}

absl::StatusOr<v1::ListSourcesResponse> SourceRpc::List(
    const rpc::Call& call, const v1::ListSourcesRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(query, request.page_token()));
  // One more than the page says whether there is a next one.
  const size_t limit = static_cast<size_t>(size);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<SourceStore::Loaded> found,
                            store_->List(cursor, limit + 1));
  v1::ListSourcesResponse response;
  for (size_t i = 0; i < found.size() && i < limit; ++i) *response.add_sources() = Shown(found[i]);
  if (found.size() > limit) {
    response.set_next_page_token(
        tokens_.Make(query, found[limit - 1].source.fields().request.name));
  }
  return response;
}

absl::StatusOr<v1::ListCollectedItemsResponse> SourceRpc::ListCollected(
    const rpc::Call& call, const v1::ListCollectedItemsRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(std::string cursor, tokens_.Open(query, request.page_token()));
  const size_t limit = static_cast<size_t>(size);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Sources::Collected> found,
                            sources_->Several(cursor, limit + 1));
  v1::ListCollectedItemsResponse response;
  size_t bytes = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    if (i == limit || bytes > kMaxPageBytes) {
      response.set_next_page_token(tokens_.Make(query, cursor));
      break;
    }
    v1::CollectedItem* item = response.add_items();
    item->set_name(found[i].name);
    item->set_source(found[i].source);
    for (const auto& [provider, resources] : found[i].resources) {
      v1::CollectedItem::Collector* collector = item->add_collectors();
      collector->set_provider(provider);
      for (const std::string& resource : resources) collector->add_resources(resource);
    }
    bytes += item->ByteSizeLong();
    cursor = found[i].folded;
  }
  return response;
}

absl::Status SourceRpc::ExportNegative(const rpc::Call& call,
                                       const v1::ExportNegativeListRequest& request,
                                       rpc::Writer<v1::NegativeListPart>& writer) const {
  v1::NegativeListPart part;
  SHAREWAY_ASSIGN_OR_RETURN(
      *part.mutable_end(),
      sources_->ExportNegatives(CauseOf(call, ""), request.authority(),
                                [&](const v1::NegativeEntry& entry) {
                                  v1::NegativeListPart one;
                                  *one.mutable_entry() = entry;
                                  return writer.Write(one);
                                }));
  return writer.Write(part);
}

}  // namespace shareway::catalog
