// SPDX-License-Identifier: Apache-2.0
// shareway exchange call: use an operation of another agency's system.
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/name.h"
#include "libs/crypto/hash.h"
#include "shareway/exchange/v1/exchange_service.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/new_file.h"
#include "tools/shareway/records.h"

namespace shareway::cli {
namespace {

constexpr char kCall[] = "/shareway.exchange.v1.ExchangeService/Call";

struct CallArgs {
  std::string operation, grant, operator_id, case_number, purpose, exchange;
  std::vector<std::string> arguments, items;
  std::string body, content_type, to;
};

absl::StatusOr<exchange::v1::CallRequest> RequestOf(const CallArgs& args) {
  exchange::v1::CallRequest request;
  request.set_grant(FullName("grants", args.grant));
  request.set_operator_(args.operator_id);
  request.set_case_number(args.case_number);
  request.set_purpose(EnumOf<evidence::v1::Purpose>(args.purpose));
  // Chosen here, so that a caller who got no answer can ask again under the same id.
  request.set_exchange(args.exchange.empty() ? IdFromRandom(crypto::RandomBytes(15))
                                             : args.exchange);
  evidence::v1::Invocation* invocation = request.mutable_invocation();
  invocation->set_operation(args.operation);
  for (const std::string& text : args.arguments) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return UsageError(absl::StrCat("--argument ", text, " is not NAME=VALUE"));
    }
    evidence::v1::Invocation::Argument* argument = invocation->add_arguments();
    argument->set_name(text.substr(0, equals));
    argument->set_value(text.substr(equals + 1));
  }
  *invocation->mutable_items() = {args.items.begin(), args.items.end()};
  if (!args.body.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(*invocation->mutable_body(), ReadInput(args.body));
    invocation->set_content_type(args.content_type);
  }
  return request;
}

absl::Status Call(Session* session, const CallArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const exchange::v1::CallRequest request, RequestOf(args));
  if (session->flags.dry_run) return UsageError("Call has no dry run");
  // Made first: an operation may have acted by the time that a file turns out not to be writable.
  std::optional<NewFile> file;
  if (!args.to.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(NewFile created, NewFile::Create(args.to));
    file.emplace(std::move(created));
  }
  if (session->flags.format != Format::kJson) {
    *session->err << "exchange " << request.exchange() << "\n";
  }
  SHAREWAY_ASSIGN_OR_RETURN(const auto response,
                            session->Call<exchange::v1::CallResponse>(kCall, request));
  if (!response.answer().has_opaque()) {
    if (file) return absl::FailedPreconditionError("the answer is records; call without --to");
    const evidence::v1::RecordBatch& batch = response.answer().batch();
    Columns columns;
    for (const std::string& item : batch.items()) columns.push_back({item, item});
    session->Print(RecordsToJson(batch), columns);
    return absl::OkStatus();
  }
  const evidence::v1::OpaqueAnswer& opaque = response.answer().opaque();
  if (!file) {
    // As it came: what it is, only the caller knows.
    *session->out << opaque.content();
    return absl::OkStatus();
  }
  SHAREWAY_RETURN_IF_ERROR(file->Write(opaque.content()));
  SHAREWAY_RETURN_IF_ERROR(file->Keep());
  session->Print({{"exchange", response.exchange()},
                  {"item", opaque.item()},
                  {"contentType", opaque.content_type()},
                  {"bytes", opaque.content().size()}});
  return absl::OkStatus();
}

}  // namespace

void AddCallCommand(CLI::App* noun, Session* session) {
  auto args = std::make_shared<CallArgs>();
  CLI::App* call = Verb(noun, session, "call", "Use an operation of another agency's system",
                        [=] { return Call(session, *args); });
  call->add_option("OPERATION", args->operation, "Its id in the catalogue entry")->required();
  call->add_option("--grant", args->grant, "grants/{g} or {g}")->required();
  call->add_option("--operator", args->operator_id, "On whose act this runs")->required();
  call->add_option("--case", args->case_number, "The case on the desk");
  call->add_option("--purpose", args->purpose, "Where the grant has several")
      ->check(Is<evidence::v1::Purpose>());
  Repeated(call, "--argument", &args->arguments, "NAME=VALUE of a parameter; repeated");
  Repeated(call, "--items", &args->items, "Item ids; all that the grant allows if not given", true);
  CLI::Option* body = call->add_option("--body", args->body,
                                       "File that is sent to an opaque operation; '-': input");
  call->add_option("--content-type", args->content_type, "Media type of the body")
      ->default_val("application/octet-stream")
      ->needs(body);
  call->add_option("--to", args->to, "File for an opaque answer; it goes to the output otherwise");
  call->add_option("--exchange", args->exchange, "Idempotency key; one is made if not given");
}

}  // namespace shareway::cli
