// SPDX-License-Identifier: Apache-2.0
// shareway correction, recall, demand: wrong data, who received them, and data that nobody
// catalogued.
#include <memory>

#include "absl/strings/str_cat.h"
#include "shareway/sharing/v1/correction.pb.h"
#include "shareway/sharing/v1/demand.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace pb = sharing::v1;

struct CorrectionArgs {
  std::string name, resource, exchange, item, description, value, evidence, outcome, answer, proof;
  std::string source, reason, correction;
  std::vector<std::string> attachments;
  uint32_t place = 0;
  bool proceed = false, grantees = false, unconfirmed = false;
};

struct DemandArgs {
  std::string name, title, basis, scenario, source, provider, answer, ground, reason, citation;
  std::string resource;
  std::vector<std::string> items;
};

using Corrected = std::shared_ptr<CorrectionArgs>;
using Demanded = std::shared_ptr<DemandArgs>;

std::string CorrectionMethod(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.CorrectionService/", method);
}
std::string DemandMethod(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.DemandService/", method);
}

void Attach(const std::vector<std::string>& names,
            google::protobuf::RepeatedPtrField<std::string>* to) {
  for (const std::string& name : names) *to->Add() = FullName("attachments", name);
}

// Sets name and, unless a flag gives it, the etag of the object as it is now.
template <typename Get, typename Object, typename Request>
absl::Status Aim(Session* session, const std::string& get_path, const std::string& name,
                 Request* request) {
  request->set_name(name);
  if (!session->flags.etag.empty()) return absl::OkStatus();
  Get get;
  get.set_name(name);
  SHAREWAY_ASSIGN_OR_RETURN(const Object object, session->Call<Object>(get_path, get));
  request->set_etag(object.etag());
  return absl::OkStatus();
}

// Makes one change of a correction: `set` fills in what the request takes besides name and etag.
template <typename Request, typename Set>
absl::Status Change(Session* session, const Corrected& args, const char* method, Set set) {
  Request request;
  SHAREWAY_RETURN_IF_ERROR((Aim<pb::GetCorrectionRequest, pb::Correction>(
      session, CorrectionMethod("GetCorrection"), FullName("corrections", args->name), &request)));
  set(&request);
  return session->Show<pb::Correction>(CorrectionMethod(method), request);
}

template <typename Request, typename Set>
absl::Status Change(Session* session, const Demanded& args, const char* method, Set set) {
  Request request;
  SHAREWAY_RETURN_IF_ERROR((Aim<pb::GetDemandRequest, pb::Demand>(
      session, DemandMethod("GetDemand"), FullName("demands", args->name), &request)));
  set(&request);
  return session->Show<pb::Demand>(DemandMethod(method), request);
}

absl::Status Open(Session* session, const CorrectionArgs& args) {
  pb::OpenCorrectionRequest open;
  open.set_resource(FullName("resources", args.resource));
  open.set_exchange(args.exchange);
  open.set_place(args.place);
  open.set_item(args.item);
  open.set_description(args.description);
  open.set_proposed_value(args.value);
  open.set_evidence(args.evidence);
  open.set_business_may_proceed(args.proceed);
  Attach(args.attachments, open.mutable_attachments());
  return session->Show<pb::Correction>(CorrectionMethod("OpenCorrection"), open);
}

absl::Status List(Session* session, const CorrectionArgs& args) {
  pb::ListCorrectionsRequest list;
  if (!args.resource.empty()) list.set_resource(FullName("resources", args.resource));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Json corrections,
      session->List<pb::ListCorrectionsResponse>(CorrectionMethod("ListCorrections"), list));
  session->Print(corrections, {{"NAME", "name"},
                               {"STATE", "state"},
                               {"RESOURCE", "resource"},
                               {"ITEM", "item"},
                               {"CONSUMER", "consumer"},
                               {"DUE", "dueDate"}});
  return absl::OkStatus();
}

absl::StatusOr<Json> Recalls(Session* session, const CorrectionArgs& args) {
  pb::ListRecallsRequest list;
  if (!args.correction.empty()) list.set_correction(FullName("corrections", args.correction));
  list.set_unconfirmed(args.unconfirmed);
  return session->List<pb::ListRecallsResponse>(CorrectionMethod("ListRecalls"), list);
}

absl::Status ListRecalls(Session* session, const CorrectionArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json recalls, Recalls(session, args));
  session->Print(recalls, {{"NAME", "name"},
                           {"STATE", "state"},
                           {"CORRECTION", "correction"},
                           {"CONSUMER", "consumer"},
                           {"BASIS", "basis"},
                           {"REASON", "reason"}});
  return absl::OkStatus();
}

absl::Status Confirm(Session* session, const CorrectionArgs& args) {
  pb::ConfirmRecallRequest confirm;
  confirm.set_name(FullName("recalls", args.name));
  confirm.set_outcome(EnumOf<pb::Recall::State>(args.outcome));
  confirm.set_note(args.answer);
  if (session->flags.etag.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const Json recalls, Recalls(session, {}));
    for (const Json& recall : recalls) {
      if (recall.value("name", "") == confirm.name()) confirm.set_etag(recall.value("etag", ""));
    }
    if (confirm.etag().empty()) {
      return absl::NotFoundError(absl::StrCat("no ", confirm.name(), " was told to your agency"));
    }
  }
  return session->Show<pb::Recall>(CorrectionMethod("ConfirmRecall"), confirm);
}

absl::Status Create(Session* session, const DemandArgs& args) {
  pb::CreateDemandRequest create;
  create.set_title(args.title);
  create.set_legal_basis(args.basis);
  create.set_scenario(args.scenario);
  if (!args.source.empty()) create.set_presumed_source(FullName("agencies", args.source));
  for (const std::string& word : args.items) {
    const size_t split = word.find('=');
    pb::WantedItem* item = create.add_items();
    if (split != std::string::npos) item->set_id(word.substr(0, split));
    item->set_title(split == std::string::npos ? word : word.substr(split + 1));
  }
  return session->Show<pb::Demand>(DemandMethod("CreateDemand"), create);
}

absl::Status ListDemands(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json demands,
                            session->List<pb::ListDemandsResponse>(DemandMethod("ListDemands"),
                                                                   pb::ListDemandsRequest()));
  session->Print(demands, {{"NAME", "name"},
                           {"STATE", "state"},
                           {"TITLE", "title"},
                           {"CONSUMER", "consumer"},
                           {"SOURCE", "provider"}});
  return absl::OkStatus();
}

void AddOpen(CLI::App* noun, Session* session, const Corrected& args) {
  CLI::App* open = Verb(noun, session, "open", "Ask the provider to check what it shared",
                        [=] { return Open(session, *args); });
  open->add_option("--resource", args->resource, "resources/{r} or its code")->required();
  open->add_option("--exchange", args->exchange, "That brought the record; none: the resource");
  open->add_option("--place", args->place, "Of the record in that answer, from 0");
  open->add_option("--item", args->item, "The item in question; none: all");
  open->add_option("--description", args->description, "What is wrong, without personal data")
      ->required();
  open->add_option("--value", args->value, "What it should be; enters no evidence");
  open->add_option("--evidence", args->evidence, "What shows it");
  Repeated(open, "--attach", &args->attachments, "attachments/{a} or {a}");
  open->add_flag("--business-may-proceed", args->proceed, "The citizen does not wait");
}

void AddAnswers(CLI::App* noun, Session* session, const Corrected& args,
                const std::function<CLI::App*(CLI::App*)>& named) {
  named(Verb(noun, session, "acknowledge", "The provider works on it", [=] {
    return Change<pb::AcknowledgeCorrectionRequest>(session, args, "AcknowledgeCorrection",
                                                    [](auto*) {});
  }));
  CLI::App* resolve = named(Verb(noun, session, "resolve", "Corrected, confirmed or not ours", [=] {
    return Change<pb::ResolveCorrectionRequest>(
        session, args, "ResolveCorrection", [&](pb::ResolveCorrectionRequest* r) {
          r->set_outcome(EnumOf<pb::Correction::State>(args->outcome));
          r->set_answer(args->answer);
          r->set_proof(args->proof);
          Attach(args->attachments, r->mutable_attachments());
          if (!args->source.empty()) r->set_source(FullName("agencies", args->source));
        });
  }));
  resolve->add_option("--outcome", args->outcome, "corrected, confirmed or not-ours")
      ->required()
      ->check(Is<pb::Correction::State>());
  resolve->add_option("--answer", args->answer, "In words");
  resolve->add_option("--proof", args->proof, "Of confirmed: what shows it");
  Repeated(resolve, "--attach", &args->attachments, "attachments/{a} or {a}");
  resolve->add_option("--source", args->source, "Of not-ours: agencies/{a} or {a}");
  named(Verb(noun, session, "reject", "The provider does not take it up", [=] {
    return Change<pb::RejectCorrectionRequest>(
        session, args, "RejectCorrection",
        [&](pb::RejectCorrectionRequest* r) { r->set_reason(args->reason); });
  }))->add_option("--reason", args->reason, "Why")->required();
  CLI::App* recall = named(Verb(noun, session, "recall", "Tell everyone who received it", [=] {
    return Change<pb::RecallCorrectionRequest>(
        session, args, "RecallCorrection", [&](pb::RecallCorrectionRequest* r) {
          r->set_reason(args->reason);
          r->set_all_grantees(args->grantees);
        });
  }));
  recall->add_option("--reason", args->reason, "What they are told")->required();
  recall->add_flag("--all-grantees", args->grantees, "Also those of whom no delivery is known");
}

void AddRecalls(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "recall", "Wrong values that were delivered");
  auto args = std::make_shared<CorrectionArgs>();
  CLI::App* list = Verb(noun, session, "list", "That your agency was told of, or told",
                        [=] { return ListRecalls(session, *args); });
  list->add_option("--correction", args->correction, "corrections/{c} or {c}");
  list->add_flag("--unconfirmed", args->unconfirmed, "Only those that wait");
  CLI::App* confirm = Verb(noun, session, "confirm", "Say what was done about it",
                           [=] { return Confirm(session, *args); });
  confirm->add_option("NAME", args->name, "recalls/{r} or {r}")->required();
  confirm->add_option("--outcome", args->outcome, "disposed, replaced or not-held")
      ->required()
      ->check(Is<pb::Recall::State>());
  confirm->add_option("--note", args->answer, "In words");
}

void AddSource(CLI::App* noun, Session* session, const Demanded& args,
               const std::function<CLI::App*(CLI::App*)>& named) {
  named(Verb(noun, session, "route", "The authority passes it to the presumed source", [=] {
    return Change<pb::RouteDemandRequest>(
        session, args, "RouteDemand", [&](pb::RouteDemandRequest* r) {
          r->set_provider(FullName("agencies", args->provider));
        });
  }))->add_option("--provider", args->provider, "agencies/{a} or {a}")->required();
  named(Verb(noun, session, "accept", "The source takes it on", [=] {
    return Change<pb::AcceptDemandRequest>(
        session, args, "AcceptDemand",
        [&](pb::AcceptDemandRequest* r) { r->set_answer(args->answer); });
  }))->add_option("--answer", args->answer, "What is done when");
  CLI::App* decline = named(Verb(noun, session, "decline", "Not the source, or barred by law", [=] {
    return Change<pb::DeclineDemandRequest>(
        session, args, "DeclineDemand", [&](pb::DeclineDemandRequest* r) {
          r->set_ground(EnumOf<pb::DeclineDemandRequest::Ground>(args->ground));
          r->set_reason(args->reason);
          r->set_citation(args->citation);
        });
  }));
  decline->add_option("--ground", args->ground, "not-the-source or legal-bar")
      ->required()
      ->check(Is<pb::DeclineDemandRequest::Ground>());
  decline->add_option("--reason", args->reason, "Why")->required();
  decline->add_option("--citation", args->citation, "Of legal-bar: the bar");
  named(Verb(noun, session, "link", "Name the published resource that answers it", [=] {
    return Change<pb::LinkResourceRequest>(
        session, args, "LinkResource", [&](pb::LinkResourceRequest* r) {
          r->set_resource(FullName("resources", args->resource));
        });
  }))->add_option("--resource", args->resource, "resources/{r} or its code")->required();
}

void AddDemands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "demand", "Data that nobody has catalogued");
  auto args = std::make_shared<DemandArgs>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "demands/{d} or {d}")->required();
    return verb;
  };
  CLI::App* create = Verb(noun, session, "create", "Ask for data that the catalogue does not have",
                          [=] { return Create(session, *args); });
  create->add_option("--title", args->title, "What the data would be called")->required();
  Repeated(create, "--item", &args->items, "TITLE or ID=TITLE")->required();
  create->add_option("--legal-basis", args->basis, "Of the duty that needs them")->required();
  create->add_option("--scenario", args->scenario, "Of use")->required();
  create->add_option("--presumed-source", args->source, "agencies/{a} or {a}");
  AddSource(noun, session, args, named);
  named(Verb(noun, session, "withdraw", "Take it back", [=] {
    return Change<pb::WithdrawDemandRequest>(session, args, "WithdrawDemand", [](auto*) {});
  }));
  named(Verb(noun, session, "show", "One demand", [=] {
    pb::GetDemandRequest get;
    get.set_name(FullName("demands", args->name));
    return session->Show<pb::Demand>(DemandMethod("GetDemand"), get);
  }));
  Verb(noun, session, "list", "Demands that your agency is a party to",
       [=] { return ListDemands(session); });
}

}  // namespace

void AddCorrectionCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "correction", "Data that seem wrong");
  auto args = std::make_shared<CorrectionArgs>();
  const auto named = [=](CLI::App* verb) {
    verb->add_option("NAME", args->name, "corrections/{c} or {c}")->required();
    return verb;
  };
  AddOpen(noun, session, args);
  AddAnswers(noun, session, args, named);
  named(Verb(noun, session, "withdraw", "Take it back", [=] {
    return Change<pb::WithdrawCorrectionRequest>(session, args, "WithdrawCorrection",
                                                 [](auto*) {});
  }));
  named(Verb(noun, session, "show", "One correction", [=] {
    pb::GetCorrectionRequest get;
    get.set_name(FullName("corrections", args->name));
    return session->Show<pb::Correction>(CorrectionMethod("GetCorrection"), get);
  }));
  Verb(noun, session, "list", "Corrections that your agency is a party to",
       [=] { return List(session, *args); })
      ->add_option("--resource", args->resource, "Only those on it");
  AddRecalls(app, session);
  AddDemands(app, session);
}

}  // namespace shareway::cli
