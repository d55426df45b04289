// SPDX-License-Identifier: Apache-2.0
// shareway subscription, shareway notification; and what was published, for everybody.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "shareway/catalog/v1/subscription.pb.h"
#include "tools/shareway/audit_export.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = catalog::v1;

struct SubscriptionArgs {
  std::string name, resource, text, provider, category, division, since;
  std::vector<std::string> classes, formats, cycles, gradings, names;
  size_t limit = 0;
  bool unread = false, all = false;
};

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

// To an entry or to a search, never both.
absl::Status Subscribe(Session* session, const SubscriptionArgs& args) {
  if (args.resource.empty() == args.text.empty()) {
    return UsageError("give either --resource or --search");
  }
  pb::SubscribeRequest request;
  if (!args.resource.empty()) {
    request.mutable_subscription()->set_resource(FullName("resources", args.resource));
  } else {
    pb::SearchResourcesRequest* const search = request.mutable_subscription()->mutable_search();
    search->set_query(args.text);
    AddEnums<pb::ShareClass>(args.classes, search->mutable_share_classes());
    if (!args.provider.empty()) search->set_provider(FullName("agencies", args.provider));
    search->set_category(args.category);
    search->set_division(args.division);
    AddEnums<pb::ResourceFormat>(args.formats, search->mutable_formats());
    AddEnums<pb::UpdateCycle>(args.cycles, search->mutable_update_cycles());
    AddEnums<pb::Grading>(args.gradings, search->mutable_gradings());
  }
  return session->Show<pb::Subscription>(Path("Subscribe"), request);
}

absl::Status ListSubscriptions(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const pb::ListSubscriptionsResponse answer,
                            session->Call<pb::ListSubscriptionsResponse>(
                                Path("ListSubscriptions"), pb::ListSubscriptionsRequest()));
  Json rows = Json::array();
  for (const pb::Subscription& subscription : answer.subscriptions()) {
    Json row = ToJson(subscription);
    row["wish"] = subscription.has_search() ? absl::StrCat("search: ", subscription.search().query())
                                            : subscription.resource();
    rows.push_back(std::move(row));
  }
  session->Print(rows, {{"NAME", "name"}, {"TO", "wish"}, {"SINCE", "createTime"}});
  return absl::OkStatus();
}

absl::Status End(Session* session, const SubscriptionArgs& args) {
  pb::UnsubscribeRequest request;
  request.set_name(FullName("subscriptions", args.name));
  return session->Show<pb::UnsubscribeResponse>(Path("Unsubscribe"), request);
}

absl::Status ListNotifications(Session* session, const SubscriptionArgs& args) {
  pb::ListNotificationsRequest request;
  request.set_unread_only(args.unread);
  SHAREWAY_ASSIGN_OR_RETURN(const Json notifications,
                            session->List<pb::ListNotificationsResponse>(Path("ListNotifications"),
                                                                         request, args.limit));
  session->Print(notifications, {{"NAME", "name"},
                                 {"KIND", "kind"},
                                 {"RESOURCE", "resource"},
                                 {"REVISION", "revision"},
                                 {"TITLE", "title"},
                                 {"TIME", "createTime"},
                                 {"READ", "readTime"}});
  return absl::OkStatus();
}

absl::Status MarkRead(Session* session, const SubscriptionArgs& args) {
  if (args.all != args.names.empty()) return UsageError("give names, or --all");
  pb::MarkNotificationsReadRequest request;
  for (const std::string& name : args.names) request.add_names(FullName("notifications", name));
  request.set_all(args.all);
  return session->Show<pb::MarkNotificationsReadResponse>(Path("MarkNotificationsRead"), request);
}

absl::Status ListPublications(Session* session, const SubscriptionArgs& args) {
  pb::ListPublicationsRequest request;
  if (!args.since.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(*request.mutable_since(), ParseMoment(args.since));
  }
  if (!args.provider.empty()) request.set_provider(FullName("agencies", args.provider));
  request.set_division(args.division);
  SHAREWAY_ASSIGN_OR_RETURN(const Json publications,
                            session->List<pb::ListPublicationsResponse>(Path("ListPublications"),
                                                                        request, args.limit));
  session->Print(publications, {{"RESOURCE", "resource"},
                                {"REVISION", "revision"},
                                {"TITLE", "title"},
                                {"PROVIDER", "provider"},
                                {"TIME", "publishTime"},
                                {"BY", "publishingAgency"}});
  return absl::OkStatus();
}

}  // namespace

void AddSubscriptionCommands(CLI::App* app, Session* session) {
  auto args = std::make_shared<SubscriptionArgs>();
  CLI::App* noun = Noun(app, "subscription", "What you want to be told of");
  CLI::App* add = Verb(noun, session, "add", "Be told of an entry, or of what a search finds newly",
                       [=] { return Subscribe(session, *args); });
  add->add_option("--resource", args->resource, "resources/{r}, {r} or the code");
  add->add_option("--search", args->text, "Words, as of catalog search");
  Repeated(add, "--class", &args->classes, "Only these share classes", true)
      ->check(Is<pb::ShareClass>());
  add->add_option("--provider", args->provider, "Only this agency's");
  add->add_option("--category", args->category, "Only codes that start so");
  add->add_option("--division", args->division, "Only division codes that start so");
  Repeated(add, "--format", &args->formats, "Only these formats", true)
      ->check(Is<pb::ResourceFormat>());
  Repeated(add, "--cycle", &args->cycles, "Only these update cycles", true)
      ->check(Is<pb::UpdateCycle>());
  Repeated(add, "--grading", &args->gradings, "Only these gradings")->check(Is<pb::Grading>());
  Verb(noun, session, "list", "Your subscriptions", [=] { return ListSubscriptions(session); });
  Verb(noun, session, "end", "Be told no more", [=] { return End(session, *args); })
      ->add_option("NAME", args->name, "subscriptions/{s} or {s}")
      ->required();

  CLI::App* told = Noun(app, "notification", "What you were told");
  CLI::App* list = Verb(told, session, "list", "Newest first",
                        [=] { return ListNotifications(session, *args); });
  list->add_flag("--unread", args->unread, "Only what is not marked as read");
  list->add_option("--limit,--page-size", args->limit, "Notifications at most");
  CLI::App* read =
      Verb(told, session, "read", "Mark as read", [=] { return MarkRead(session, *args); });
  read->add_option("NAME", args->names, "notifications/{n} or {n}");
  read->add_flag("--all", args->all, "All that there are");
}

void AddPublicationsVerb(CLI::App* catalog, Session* session) {
  auto args = std::make_shared<SubscriptionArgs>();
  CLI::App* verb = Verb(catalog, session, "publications", "What was published, newest first",
                        [=] { return ListPublications(session, *args); });
  verb->add_option("--since", args->since, "Day or moment, 2026-03-01 or RFC 3339");
  verb->add_option("--provider", args->provider, "Only this agency's");
  verb->add_option("--division", args->division, "Only division codes that start so");
  verb->add_option("--limit,--page-size", args->limit, "Publications at most");
}

}  // namespace shareway::cli
