// SPDX-License-Identifier: Apache-2.0
// shareway source: one item, one source; what a form need not collect; what is not shared.
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "shareway/catalog/v1/source.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = catalog::v1;

struct SourceArgs {
  std::string name, title, resource, item, document, etag;
  std::vector<std::string> items;
  uint32_t designation = 0;
  bool keep = false;
};

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

absl::Status Check(Session* session, const SourceArgs& args) {
  pb::CheckCollectionRequest request;
  for (const std::string& item : args.items) request.add_items()->set_name(item);
  request.set_keep(args.keep);
  SHAREWAY_ASSIGN_OR_RETURN(
      const pb::CheckCollectionResponse answer,
      session->Call<pb::CheckCollectionResponse>(Path("CheckCollection"), request));
  const Json whole = ToJson(answer);
  if (session->flags.format != Format::kTable) {
    session->Print(whole);
    return absl::OkStatus();
  }
  Json rows = Json::array();
  for (const Json& finding : whole.value("findings", Json::array())) {
    for (Json row : finding.value("matches", Json::array())) {
      row["asked"] = finding.value("name", "");
      rows.push_back(std::move(row));
    }
  }
  session->Print(rows, {{"ASKED", "asked"},
                        {"LIKENESS", "likeness"},
                        {"ITEM", "itemName"},
                        {"RESOURCE", "resource"},
                        {"TITLE", "resourceTitle"},
                        {"PROVIDER", "providerName"},
                        {"CLASS", "shareClass"},
                        {"WAY", "way"},
                        {"ARTICLE", "article"}});
  if (!answer.name().empty()) *session->out << "kept as " << answer.name() << std::endl;
  return absl::OkStatus();
}

absl::Status Designate(Session* session, const SourceArgs& args) {
  pb::DesignateSourceRequest request;
  pb::Source* const source = request.mutable_source();
  source->set_name(FullName("sources", args.name));
  source->set_title(args.title);
  source->set_resource(FullName("resources", args.resource));
  source->set_item(args.item);
  source->set_document(args.document);
  source->set_etag(args.etag);
  return session->Show<pb::Source>(Path("DesignateSource"), request);
}

absl::Status Get(Session* session, const SourceArgs& args) {
  pb::GetSourceRequest request;
  request.set_name(FullName("sources", args.name));
  request.set_designation(args.designation);
  return session->Show<pb::Source>(Path("GetSource"), request);
}

absl::Status List(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json sources,
      session->List<pb::ListSourcesResponse>(Path("ListSources"), pb::ListSourcesRequest()));
  session->Print(sources, {{"NAME", "name"},
                           {"TITLE", "title"},
                           {"RESOURCE", "resource"},
                           {"ITEM", "item"},
                           {"PROVIDER", "provider"}});
  return absl::OkStatus();
}

absl::Status Collected(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json items,
                            session->List<pb::ListCollectedItemsResponse>(
                                Path("ListCollectedItems"), pb::ListCollectedItemsRequest()));
  session->Print(items, {{"NAME", "name"}, {"SOURCE", "source"}, {"COLLECTORS", "collectors"}});
  return absl::OkStatus();
}

// One entry a line; whole only if it ends with the line that counts them.
absl::Status Negative(Session* session, const SourceArgs& args) {
  if (session->flags.dry_run) return UsageError("ExportNegativeList has no dry run");
  pb::ExportNegativeListRequest request;
  request.set_authority(FullName("authorities", args.name));
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel,
                            session->To(Peer::kCatalog));
  rpc::ReadStream<pb::NegativeListPart> stream = channel->ServerStream<pb::NegativeListPart>(
      Path("ExportNegativeList"), request, session->StreamOptions());
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<pb::NegativeListPart> part, stream.Read());
    if (!part) return absl::UnavailableError("the list ended early and is not whole; export again");
    *session->out << ToJson(*part).dump(-1, ' ', false, Json::error_handler_t::replace)
                  << std::endl;
    if (part->has_end()) return absl::OkStatus();
  }
}

}  // namespace

void AddSourceCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "source", "One item, one source");
  auto args = std::make_shared<SourceArgs>();
  CLI::App* check = Verb(noun, session, "check", "Which of a form's items are shared already",
                         [=] { return Check(session, *args); });
  check->add_option("ITEM", args->items, "Names on the form, 40 at most")->required();
  check->add_flag("--keep", args->keep, "Keep the answer as evidence, to be cited in a complaint");
  CLI::App* designate =
      Verb(noun, session, "designate", "Name the authoritative item, as a signed act",
           [=] { return Designate(session, *args); });
  designate->add_option("NAME", args->name, "sources/{item} or {item}")->required();
  designate->add_option("--title", args->title, "What the item is called")->required();
  designate->add_option("--resource", args->resource, "Whose item it is")->required();
  designate->add_option("--item", args->item, "The item's id there")->required();
  designate->add_option("--document", args->document, "The decision")->required();
  designate->add_option("--etag", args->etag, "Of the source that is replaced");
  CLI::App* get =
      Verb(noun, session, "get", "One source", [=] { return Get(session, *args); });
  get->add_option("NAME", args->name, "sources/{item} or {item}")->required();
  get->add_option("--designation", args->designation, "A past one");
  Verb(noun, session, "list", "The sources in force", [=] { return List(session); });
  Verb(noun, session, "negative-list", "What is not shared and why, one entry a line",
       [=] { return Negative(session, *args); })
      ->add_option("AUTHORITY", args->name, "authorities/{a} or {a}")
      ->required();
  Verb(noun, session, "collected", "Items that several agencies collect",
       [=] { return Collected(session); });
}

}  // namespace shareway::cli
