// SPDX-License-Identifier: Apache-2.0
// shareway catalog revisions, diff, delete-draft, duty-change, clocks, stale and so on: the life of
// catalogue entries.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = catalog::v1;

struct LifeArgs {
  std::string name, etag, subject, document, since, reason, statement, agency, state, kind;
  std::vector<std::string> agencies, resources, clocks;
  uint32_t from = 0, to = 0;
  int days = 0;
  bool overdue = false;
};

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.catalog.v1.CatalogService/", method);
}

// A day is its beginning, by law time.
absl::StatusOr<absl::Time> TimeFrom(const std::string& text) {
  absl::Time time;
  std::string error;
  const absl::TimeZone law = absl::FixedTimeZone(8 * 60 * 60);
  if (absl::ParseTime("%Y-%m-%d", text, law, &time, &error) ||
      absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return time;
  }
  return UsageError(absl::StrCat("--since ", text, " is no day CCYY-MM-DD and no RFC 3339 time"));
}

absl::Status Revisions(Session* session, const LifeArgs& args) {
  pb::ListResourceRevisionsRequest request;
  request.set_name(FullName("resources", args.name));
  SHAREWAY_ASSIGN_OR_RETURN(const Json revisions,
                            session->List<pb::ListResourceRevisionsResponse>(
                                Path("ListResourceRevisions"), request));
  session->Print(revisions, {{"REVISION", "revision"},
                             {"PUBLISHED", "publishTime"},
                             {"COMPILED BY", "compilers"},
                             {"APPROVED BY", "approvedBy"},
                             {"PUBLISHED BY", "publishedBy"},
                             {"REASON", "changeReason"}});
  return absl::OkStatus();
}

absl::Status Diff(Session* session, const LifeArgs& args) {
  pb::DiffResourceRevisionsRequest request;
  request.set_name(FullName("resources", args.name));
  request.set_from_revision(args.from);
  request.set_to_revision(args.to);
  SHAREWAY_ASSIGN_OR_RETURN(
      const pb::DiffResourceRevisionsResponse answer,
      session->Call<pb::DiffResourceRevisionsResponse>(Path("DiffResourceRevisions"), request));
  const Json whole = ToJson(answer);
  if (session->flags.format != Format::kTable) {
    session->Print(whole);
    return absl::OkStatus();
  }
  session->Print(whole.value("differences", Json::array()), {{"KIND", "kind"},
                                                             {"FIELD", "field"},
                                                             {"ID", "id"},
                                                             {"IN IT", "subfield"},
                                                             {"BEFORE", "before"},
                                                             {"AFTER", "after"},
                                                             {"NARROWS", "narrows"}});
  for (const pb::Narrowing& narrowing : answer.narrowings()) {
    *session->err << "narrows: " << narrowing.text() << "\n";
  }
  return absl::OkStatus();
}

absl::Status DeleteDraft(Session* session, const LifeArgs& args) {
  pb::DeleteDraftRequest request;
  request.set_name(FullName("resources", args.name));
  return session->Show<pb::DeleteDraftResponse>(Path("DeleteDraft"), request);
}

absl::Status SubmitUpdate(Session* session, const LifeArgs& args) {
  pb::SubmitResourceRequest request;
  request.set_name(FullName("resources", args.name));
  for (const std::string& clock : args.clocks) {
    request.add_update_clocks(FullName("updateClocks", clock));
  }
  return session->Show<pb::Resource>(Path("SubmitResource"), request);
}

absl::Status ReportDutyChange(Session* session, const LifeArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const absl::Time since, TimeFrom(args.since));
  pb::ReportDutyChangeRequest request;
  pb::DutyChange* const change = request.mutable_change();
  change->set_subject(args.subject);
  change->set_document(args.document);
  *change->mutable_effect_time() = evidence::ToTimestamp(since);
  for (const std::string& agency : args.agencies) {
    change->add_agencies(FullName("agencies", agency));
  }
  for (const std::string& resource : args.resources) {
    change->add_resources(FullName("resources", resource));
  }
  return session->Show<pb::ReportDutyChangeResponse>(Path("ReportDutyChange"), request);
}

absl::Status Clocks(Session* session, const LifeArgs& args) {
  pb::ListUpdateClocksRequest request;
  if (!args.agency.empty()) request.set_agency(FullName("agencies", args.agency));
  request.set_state(EnumOf<pb::UpdateClock::State>(args.state));
  request.set_kind(EnumOf<pb::UpdateClock::Kind>(args.kind));
  request.set_overdue(args.overdue);
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json clocks,
      session->List<pb::ListUpdateClocksResponse>(Path("ListUpdateClocks"), request));
  session->Print(clocks, {{"NAME", "name"},
                          {"KIND", "kind"},
                          {"RESOURCE", "resource"},
                          {"STATE", "state"},
                          {"DUE", "dueTime"},
                          {"DAYS LEFT", "workingDaysLeft"},
                          {"OVERDUE", "overdue"},
                          {"ETAG", "etag"}});
  return absl::OkStatus();
}

template <typename Request>
Request OfClock(const LifeArgs& args) {
  Request request;
  request.set_name(FullName("updateClocks", args.name));
  request.set_etag(args.etag);
  return request;
}

absl::Status Ask(Session* session, const LifeArgs& args) {
  auto request = OfClock<pb::AskUpdateExtensionRequest>(args);
  request.set_days(args.days);
  request.set_reason(args.reason);
  return session->Show<pb::UpdateClock>(Path("AskUpdateExtension"), request);
}

absl::Status Consent(Session* session, const LifeArgs& args) {
  auto request = OfClock<pb::ConsentUpdateExtensionRequest>(args);
  request.set_document(args.document);
  return session->Show<pb::UpdateClock>(Path("ConsentUpdateExtension"), request);
}

absl::Status Refuse(Session* session, const LifeArgs& args) {
  auto request = OfClock<pb::RefuseUpdateExtensionRequest>(args);
  request.set_reason(args.reason);
  return session->Show<pb::UpdateClock>(Path("RefuseUpdateExtension"), request);
}

absl::Status Complete(Session* session, const LifeArgs& args) {
  auto request = OfClock<pb::CompleteUpdateRequest>(args);
  request.set_statement(args.statement);
  return session->Show<pb::UpdateClock>(Path("CompleteUpdate"), request);
}

absl::Status Stale(Session* session, const LifeArgs& args) {
  pb::ListStaleRequest request;
  if (!args.agency.empty()) request.set_provider(FullName("agencies", args.agency));
  SHAREWAY_ASSIGN_OR_RETURN(const Json stale,
                            session->List<pb::ListStaleResponse>(Path("ListStale"), request));
  Json rows = Json::array();
  for (const Json& one : stale) {
    Json row = one.value("freshness", Json::object());
    row["title"] = one.value("title", "");
    row["workingDaysLate"] = one.value("workingDaysLate", 0);
    rows.push_back(std::move(row));
  }
  session->Print(rows, {{"RESOURCE", "resource"},
                        {"TITLE", "title"},
                        {"PROVIDER", "provider"},
                        {"CYCLE", "updateCycle"},
                        {"DUE", "refreshDueTime"},
                        {"DAYS LATE", "workingDaysLate"},
                        {"REMINDERS", "staleReminders"}});
  return absl::OkStatus();
}

void AddRevisionVerbs(CLI::App* noun, Session* session, const std::shared_ptr<LifeArgs>& args) {
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "resources/{r}, {r} or the code")->required();
    return verb;
  };
  named(Verb(noun, session, "revisions", "Who made each revision, when and why, newest first",
             [=] { return Revisions(session, *args); }));
  CLI::App* diff = named(Verb(noun, session, "diff", "What differs between two revisions",
                              [=] { return Diff(session, *args); }));
  diff->add_option("--from", args->from, "The older one; without: the published one");
  diff->add_option("--to", args->to, "The newer one; without: the working copy");
  named(Verb(noun, session, "delete-draft", "Delete a draft, or the working copy of an entry",
             [=] { return DeleteDraft(session, *args); }));
  CLI::App* submit =
      named(Verb(noun, session, "submit-update", "Submit a revision that answers update clocks",
                 [=] { return SubmitUpdate(session, *args); }));
  Repeated(submit, "--clock", &args->clocks, "updateClocks/{c} that its publication ends", true)
      ->required();
}

void AddClockVerbs(CLI::App* noun, Session* session, const std::shared_ptr<LifeArgs>& args) {
  CLI::App* report =
      Verb(noun, session, "duty-change", "A law or a duty changed: start the update clocks",
           [=] { return ReportDutyChange(session, *args); });
  report->add_option("--subject", args->subject, "Which law or duty changed")->required();
  report->add_option("--document", args->document, "Number or title of the document")->required();
  report->add_option("--since", args->since, "Day or time from which it holds")->required();
  Repeated(report, "--agency", &args->agencies, "Whose entries", true)->required();
  Repeated(report, "--resource", &args->resources, "Which entries; without: all", true);
  CLI::App* clocks = Verb(noun, session, "clocks", "Update and publication clocks",
                          [=] { return Clocks(session, *args); });
  clocks->add_option("--agency", args->agency, "Only this agency's");
  clocks->add_option("--state", args->state)->check(Is<pb::UpdateClock::State>());
  clocks->add_option("--kind", args->kind)->check(Is<pb::UpdateClock::Kind>());
  clocks->add_flag("--overdue", args->overdue, "Only those that ran out");
  const auto one = [=](const char* verb, const char* help, auto run) {
    CLI::App* added = Verb(noun, session, verb, help, [=] { return run(session, *args); });
    added->add_option("NAME", args->name, "updateClocks/{c} or {c}")->required();
    added->add_option("--etag", args->etag, "Of the clock as it was seen")->required();
    return added;
  };
  CLI::App* ask = one("ask-update-extension", "Ask for more days to update", Ask);
  ask->add_option("--days", args->days, "Working days")->required();
  ask->add_option("--reason", args->reason, "Why")->required();
  one("consent-update-extension", "The authority consents, as a signed act", Consent)
      ->add_option("--document", args->document, "The document of consent")
      ->required();
  one("refuse-update-extension", "The authority refuses, as a signed act", Refuse)
      ->add_option("--reason", args->reason, "Why")
      ->required();
  one("complete-update", "The head states that nothing changes, as a signed act", Complete)
      ->add_option("--statement", args->statement, "Why nothing changes")
      ->required();
}

}  // namespace

void AddLifeCommands(CLI::App* catalog, Session* session) {
  auto args = std::make_shared<LifeArgs>();
  AddRevisionVerbs(catalog, session, args);
  AddClockVerbs(catalog, session, args);
  Verb(catalog, session, "stale", "Entries whose data are older than their cycle",
       [=] { return Stale(session, *args); })
      ->add_option("--provider", args->agency, "Only this agency's");
}

}  // namespace shareway::cli
