// SPDX-License-Identifier: Apache-2.0
// shareway request: the authority's check, supplements, extensions, second reviews, supply.
#include <memory>

#include "absl/strings/str_split.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace v1 = sharing::v1;

constexpr char kService[] = "/shareway.sharing.v1.RequestService/";

struct TermArgs {
  std::string name, reason, document, note;
  std::vector<std::string> items;
  int days = 0;
};

template <typename Req>
absl::Status Send(Session* session, const TermArgs& args, const char* method, Req request) {
  request.set_name(FullName("requests", args.name));
  return session->Show<v1::SharingRequest>(std::string(kService) + method, request);
}

// Each SUBJECT=TEXT, put by `put`.
template <typename Req, typename Put>
absl::Status PutItems(const std::vector<std::string>& items, Req* request, Put put) {
  for (const std::string& item : items) {
    const std::vector<std::string> parts = absl::StrSplit(item, absl::MaxSplits('=', 1));
    if (parts.size() != 2) return UsageError(item + " is not SUBJECT=TEXT");
    v1::SupplementItem* to = request->add_items();
    to->set_subject(parts[0]);
    put(parts[1], to);
  }
  return absl::OkStatus();
}

absl::Status AskSupplement(Session* session, const TermArgs& args) {
  v1::AskSupplementRequest ask;
  SHAREWAY_RETURN_IF_ERROR(
      PutItems(args.items, &ask,
               [](const std::string& text, v1::SupplementItem* item) { item->set_missing(text); }));
  return Send(session, args, "AskSupplement", std::move(ask));
}

absl::Status Supplement(Session* session, const TermArgs& args) {
  v1::SupplementRequestRequest supplement;
  SHAREWAY_RETURN_IF_ERROR(
      PutItems(args.items, &supplement,
               [](const std::string& text, v1::SupplementItem* item) { item->set_answer(text); }));
  return Send(session, args, "SupplementRequest", std::move(supplement));
}

absl::Status AskExtension(Session* session, const TermArgs& args) {
  v1::AskExtensionRequest ask;
  ask.set_days(args.days);
  ask.set_reason(args.reason);
  return Send(session, args, "AskExtension", std::move(ask));
}

absl::Status ConsentExtension(Session* session, const TermArgs& args) {
  v1::ConsentExtensionRequest consent;
  consent.set_document(args.document);
  return Send(session, args, "ConsentExtension", std::move(consent));
}

absl::Status ReportSupply(Session* session, const TermArgs& args) {
  v1::ReportProvisionedRequest report;
  report.set_note(args.note);
  return Send(session, args, "ReportProvisioned", std::move(report));
}

absl::Status Return(Session* session, const TermArgs& args) {
  v1::ReturnRequestRequest request;
  request.set_reason(args.reason);
  return Send(session, args, "ReturnRequest", std::move(request));
}

absl::Status RefuseExtension(Session* session, const TermArgs& args) {
  v1::RefuseExtensionRequest refuse;
  refuse.set_reason(args.reason);
  return Send(session, args, "RefuseExtension", std::move(refuse));
}

absl::Status DisputeSupply(Session* session, const TermArgs& args) {
  v1::DisputeProvisionedRequest dispute;
  dispute.set_reason(args.reason);
  return Send(session, args, "DisputeProvisioned", std::move(dispute));
}

}  // namespace

void AddRequestTermVerbs(CLI::App* noun, Session* session) {
  auto args = std::make_shared<TermArgs>();
  using Run = absl::Status (*)(Session*, const TermArgs&);
  const auto verb = [=](const char* name, const char* about, Run run) {
    CLI::App* added = Verb(noun, session, name, about, [=] { return run(session, *args); });
    added->add_option("NAME", args->name, "requests/{r} or {r}")->required();
    return added;
  };
  const auto reasoned = [=](const char* name, const char* about, Run run) {
    CLI::App* added = verb(name, about, run);
    added->add_option("--reason", args->reason, "Why")->required();
    return added;
  };
  verb("forward", "The authority passes it on to the provider", [](Session* s, const TermArgs& a) {
    return Send(s, a, "ForwardRequest", v1::ForwardRequestRequest());
  });
  reasoned("return", "The authority returns it to the consumer", Return);
  Repeated(verb("ask-supplement", "Ask, once, for all that is missing", AskSupplement), "--missing",
           &args->items, "SUBJECT=TEXT: what is missing")
      ->required();
  Repeated(verb("supplement", "Answer all that was asked for", Supplement), "--answer",
           &args->items, "SUBJECT=TEXT: the answer")
      ->required();
  reasoned("ask-extension", "Ask the authority for more time to reply", AskExtension)
      ->add_option("--days", args->days, "Working days")
      ->required();
  verb("consent-extension", "The authority consents to more time", ConsentExtension)
      ->add_option("--document", args->document, "Number of the document of consent")
      ->required();
  reasoned("refuse-extension", "The authority refuses more time", RefuseExtension);
  verb("confirm-decision", "A second reviewer confirms it", [](Session* s, const TermArgs& a) {
    return Send(s, a, "ConfirmDecision", v1::ConfirmDecisionRequest());
  });
  verb("report-supply", "The provider reports that the data are supplied", ReportSupply)
      ->add_option("--note", args->note, "How");
  verb("confirm-supply", "The consumer has the data", [](Session* s, const TermArgs& a) {
    return Send(s, a, "ConfirmProvisioned", v1::ConfirmProvisionedRequest());
  });
  reasoned("dispute-supply", "The consumer disputes the report of supply", DisputeSupply);
}

}  // namespace shareway::cli
