// SPDX-License-Identifier: Apache-2.0
// shareway inbox, comment, delegation; calendar load and list; profile compare.
#include <memory>

#include "shareway/sharing/v1/delegation.pb.h"
#include "shareway/sharing/v1/inbox.pb.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "shareway/sharing/v1/statute.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace v1 = sharing::v1;

constexpr char kRequests[] = "/shareway.sharing.v1.RequestService/";
constexpr char kDelegations[] = "/shareway.sharing.v1.DelegationService/";
constexpr char kStatutes[] = "/shareway.sharing.v1.StatuteService/";

struct DeskArgs {
  std::string name, text, view, delegate, post, start, end, reason, file, from, to;
  bool internal = false;
};
using Args = std::shared_ptr<DeskArgs>;

absl::Status ShowView(Session* session, const DeskArgs& args) {
  if (args.view.empty()) {
    return session->Show<v1::Inbox>(std::string(kRequests) + "GetInbox", v1::GetInboxRequest());
  }
  v1::ListRequestsRequest list;
  list.set_view(EnumOf<v1::ListRequestsRequest::View>(args.view));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json requests,
      session->List<v1::ListRequestsResponse>(std::string(kRequests) + "ListRequests", list));
  session->Print(requests, {{"NAME", "name"},
                            {"STATE", "state"},
                            {"RESOURCE", "resource"},
                            {"CONSUMER", "consumer"},
                            {"DUE", "dueDate"},
                            {"DAYS LEFT", "workingDaysLeft"}});
  return absl::OkStatus();
}

absl::Status AddComment(Session* session, const DeskArgs& args) {
  v1::AddCommentRequest add;
  add.mutable_comment()->set_request(FullName("requests", args.name));
  add.mutable_comment()->set_text(args.text);
  add.mutable_comment()->set_internal(args.internal);
  return session->Show<v1::Comment>(std::string(kRequests) + "AddComment", add);
}

absl::Status ListComments(Session* session, const DeskArgs& args) {
  v1::ListCommentsRequest list;
  list.set_request(FullName("requests", args.name));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json comments,
      session->List<v1::ListCommentsResponse>(std::string(kRequests) + "ListComments", list));
  session->Print(comments, {{"TIME", "createTime"},
                            {"AUTHOR", "author"},
                            {"INTERNAL", "internal"},
                            {"TEXT", "text"}});
  return absl::OkStatus();
}

absl::Status Give(Session* session, const DeskArgs& args) {
  v1::GiveDelegationRequest give;
  v1::Delegation* delegation = give.mutable_delegation();
  delegation->set_delegate(FullName("people", args.delegate));
  delegation->set_post(EnumOf<v1::Delegation::Post>(args.post));
  delegation->set_start_date(args.start);
  delegation->set_end_date(args.end);
  delegation->set_reason(args.reason);
  return session->Show<v1::Delegation>(std::string(kDelegations) + "GiveDelegation", give);
}

absl::Status ListDelegations(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json delegations,
                            session->List<v1::ListDelegationsResponse>(
                                std::string(kDelegations) + "ListDelegations",
                                v1::ListDelegationsRequest()));
  session->Print(delegations, {{"NAME", "name"},
                               {"STATE", "state"},
                               {"POST", "post"},
                               {"GIVER", "giver"},
                               {"DELEGATE", "delegate"},
                               {"FROM", "startDate"},
                               {"TO", "endDate"},
                               {"ETAG", "etag"}});
  return absl::OkStatus();
}

absl::Status LoadCalendar(Session* session, const DeskArgs& args) {
  v1::LoadCalendarRequest load;
  SHAREWAY_ASSIGN_OR_RETURN(*load.mutable_yaml(), ReadInput(args.file));
  return session->Show<v1::LoadCalendarResponse>(std::string(kStatutes) + "LoadCalendar", load);
}

absl::Status ListCalendars(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json calendars,
                            session->List<v1::ListCalendarsResponse>(
                                std::string(kStatutes) + "ListCalendars",
                                v1::ListCalendarsRequest()));
  session->Print(calendars, {{"NAME", "name"},
                             {"VERSION", "version"},
                             {"WORKING DAYS", "workingDays"},
                             {"LOADED", "loadTime"},
                             {"NOTICE", "notice"}});
  return absl::OkStatus();
}

absl::Status CompareProfiles(Session* session, const DeskArgs& args) {
  v1::CompareProfilesRequest compare;
  compare.set_from(FullName("profiles", args.from));
  compare.set_to(FullName("profiles", args.to));
  SHAREWAY_ASSIGN_OR_RETURN(const Json items,
                            session->List<v1::CompareProfilesResponse>(
                                std::string(kStatutes) + "CompareProfiles", compare));
  session->Print(items, {{"KIND", "kind"},
                         {"SUBJECT", "subject"},
                         {"PROVIDER", "provider"},
                         {"PRESENT", "present"},
                         {"WANTED", "wanted"},
                         {"ARTICLE", "article"}});
  return absl::OkStatus();
}

void AddDelegations(CLI::App* app, Session* session, const Args& args) {
  CLI::App* noun = Noun(app, "delegation", "Posts that are lent from day to day");
  CLI::App* give = Verb(noun, session, "give", "Lend your post to a colleague",
                        [=] { return Give(session, *args); });
  give->add_option("--to", args->delegate, "people/{p} or {p}")->required();
  give->add_option("--post", args->post)->required()->check(Is<v1::Delegation::Post>());
  give->add_option("--start", args->start, "First day, CCYY-MM-DD")->required();
  give->add_option("--end", args->end, "Last day, CCYY-MM-DD")->required();
  give->add_option("--reason", args->reason, "Why")->required();
  Verb(noun, session, "list", "Those of your agency, newest first",
       [=] { return ListDelegations(session); });
}

}  // namespace

void AddDeskCommands(CLI::App* app, Session* session) {
  auto args = std::make_shared<DeskArgs>();
  Verb(Noun(app, "inbox", "What waits for whom"), session, "show",
       "Counts and warnings, or the requests of one view", [=] { return ShowView(session, *args); })
      ->add_option("--view", args->view, "mine, due, overdue or waiting")
      ->check(Is<v1::ListRequestsRequest::View>());
  CLI::App* comment = Noun(app, "comment", "Remarks on requests");
  CLI::App* add = Verb(comment, session, "add", "Remark on a request",
                       [=] { return AddComment(session, *args); });
  add->add_option("REQUEST", args->name, "requests/{r} or {r}")->required();
  add->add_option("--text", args->text)->required();
  add->add_flag("--internal", args->internal, "For your own agency alone");
  Verb(comment, session, "list", "Newest first", [=] { return ListComments(session, *args); })
      ->add_option("REQUEST", args->name, "requests/{r} or {r}")
      ->required();
  AddDelegations(app, session, args);
  // Their nouns are there already: calendar offline, profile beside the notices.
  CLI::App* calendar = app->get_subcommand("calendar");
  Verb(calendar, session, "load", "Load a year from its notice's file",
       [=] { return LoadCalendar(session, *args); })
      ->add_option("FILE", args->file, "As in deploy/calendars; - is standard input")
      ->required();
  Verb(calendar, session, "list", "The calendars in force at the service",
       [=] { return ListCalendars(session); });
  CLI::App* compare = Verb(app->get_subcommand("profile"), session, "compare",
                           "What a change of text asks for",
                           [=] { return CompareProfiles(session, *args); });
  compare->add_option("--from", args->from, "profiles/{p} or {p}")->required();
  compare->add_option("--to", args->to, "profiles/{p} or {p}")->required();
}

}  // namespace shareway::cli
