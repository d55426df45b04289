// SPDX-License-Identifier: Apache-2.0
// shareway request: the steps of a request that is there already. What a step asks for, and so its
// flags, are the fields of its message.
#include <memory>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

namespace v1 = sharing::v1;

struct StepArgs {
  std::string name, reason, document, note;
  std::vector<std::string> items;
  int days = 0;
};

// Each SUBJECT=TEXT: what is missing, or the answer.
template <typename Req>
absl::Status PutItems(const std::vector<std::string>& items, Req* request) {
  for (const std::string& item : items) {
    const std::vector<std::string> parts = absl::StrSplit(item, absl::MaxSplits('=', 1));
    if (parts.size() != 2) return UsageError(item + " is not SUBJECT=TEXT");
    v1::SupplementItem* to = request->add_items();
    to->set_subject(parts[0]);
    std::is_same_v<Req, v1::AskSupplementRequest> ? to->set_missing(parts[1])
                                                  : to->set_answer(parts[1]);
  }
  return absl::OkStatus();
}

template <typename Req>
absl::Status Take(Session* session, const StepArgs& args) {
  Req request;
  request.set_name(FullName("requests", args.name));
  if constexpr (requires { request.reason(); }) request.set_reason(args.reason);
  if constexpr (requires { request.document(); }) request.set_document(args.document);
  if constexpr (requires { request.note(); }) request.set_note(args.note);
  if constexpr (requires { request.days(); }) request.set_days(args.days);
  if constexpr (requires { request.items(); }) {
    SHAREWAY_RETURN_IF_ERROR(PutItems(args.items, &request));
  }
  const absl::string_view method = absl::StripSuffix(Req::descriptor()->name(), "Request");
  return session->Show<v1::SharingRequest>(
      absl::StrCat("/shareway.sharing.v1.RequestService/", method), request);
}

template <typename Req>
void AddStep(CLI::App* noun, Session* session, const char* name, const char* about) {
  auto args = std::make_shared<StepArgs>();
  CLI::App* verb = Verb(noun, session, name, about, [=] { return Take<Req>(session, *args); });
  verb->add_option("NAME", args->name, "requests/{r} or {r}")->required();
  if constexpr (requires(Req r) { r.reason(); }) {
    verb->add_option("--reason", args->reason, "Why")->required();
  }
  if constexpr (requires(Req r) { r.document(); }) {
    verb->add_option("--document", args->document, "Number of the document")->required();
  }
  if constexpr (requires(Req r) { r.note(); }) verb->add_option("--note", args->note, "How");
  if constexpr (requires(Req r) { r.days(); }) {
    verb->add_option("--days", args->days, "Working days")->required();
  }
  if constexpr (requires(Req r) { r.items(); }) {
    const bool asks = std::is_same_v<Req, v1::AskSupplementRequest>;
    Repeated(verb, asks ? "--missing" : "--answer", &args->items,
             asks ? "SUBJECT=TEXT: what is missing" : "SUBJECT=TEXT: the answer")
        ->required();
  }
}

}  // namespace

void AddRequestSteps(CLI::App* noun, Session* s) {
  AddStep<v1::SignOffRequestRequest>(noun, s, "sign-off", "The consumer's head agrees");
  AddStep<v1::SubmitRequestRequest>(noun, s, "submit", "Submit a request that is signed off");
  AddStep<v1::WithdrawRequestRequest>(noun, s, "withdraw", "Take a request back");
  AddStep<v1::ForwardRequestRequest>(noun, s, "forward",
                                     "The authority passes it on to the provider");
  AddStep<v1::ReturnRequestRequest>(noun, s, "return", "The authority returns it to the consumer");
  AddStep<v1::AskSupplementRequest>(noun, s, "ask-supplement",
                                    "Ask, once, for all that is missing");
  AddStep<v1::SupplementRequestRequest>(noun, s, "supplement", "Answer all that was asked for");
  AddStep<v1::AskExtensionRequest>(noun, s, "ask-extension",
                                   "Ask the authority for more time to reply");
  AddStep<v1::ConsentExtensionRequest>(noun, s, "consent-extension",
                                       "The authority consents to more time");
  AddStep<v1::RefuseExtensionRequest>(noun, s, "refuse-extension",
                                      "The authority refuses more time");
  AddStep<v1::ConfirmDecisionRequest>(noun, s, "confirm-decision", "A second reviewer confirms it");
  AddStep<v1::SignOffDecisionRequest>(noun, s, "sign-off-decision",
                                      "The provider's head signs the decision");
  AddStep<v1::ReportProvisionedRequest>(noun, s, "report-supply",
                                        "The provider reports that the data are supplied");
  AddStep<v1::ConfirmProvisionedRequest>(noun, s, "confirm-supply", "The consumer has the data");
  AddStep<v1::DisputeProvisionedRequest>(noun, s, "dispute-supply",
                                         "The consumer disputes the report of supply");
}

}  // namespace shareway::cli
