// SPDX-License-Identifier: Apache-2.0
// shareway exchange show, receipt, list: what became of exchanges, on either side.
#include <memory>

#include "absl/strings/str_cat.h"
#include "shareway/exchange/v1/exchange_service.pb.h"
#include "tools/shareway/audit_export.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

constexpr char kService[] = "/shareway.exchange.v1.ExchangeService/";

struct ReportArgs {
  std::string exchange, consumer, grant, start, end, to;
};

absl::Status Show(Session* session, const ReportArgs& args) {
  exchange::v1::GetExchangeRequest get;
  get.set_exchange(args.exchange);
  if (!args.consumer.empty()) get.set_consumer(FullName("agencies", args.consumer));
  return session->Show<exchange::v1::ExchangeReport>(absl::StrCat(kService, "GetExchange"), get);
}

// Packs are complete each: a second one gets a file of its own beside the first.
absl::Status Receipt(Session* session, const ReportArgs& args) {
  exchange::v1::GetReceiptRequest get;
  get.set_exchange(args.exchange);
  Json files = Json::array();
  do {
    SHAREWAY_ASSIGN_OR_RETURN(const auto part, session->Call<exchange::v1::GetReceiptResponse>(
                                                   absl::StrCat(kService, "GetReceipt"), get));
    get.set_page_token(part.next_page_token());
    if (part.pack().empty()) continue;
    const std::string path =
        files.empty() ? args.to : PackFile(args.to, static_cast<int>(files.size()) + 1);
    SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(path));
    SHAREWAY_RETURN_IF_ERROR(file.Write(part.pack()));
    SHAREWAY_RETURN_IF_ERROR(file.Keep());
    files.push_back(path);
  } while (!get.page_token().empty());
  session->Print({{"exchange", args.exchange}, {"packs", files}});
  return absl::OkStatus();
}

absl::Status List(Session* session, const ReportArgs& args) {
  exchange::v1::ListExchangesRequest list;
  list.set_start_date(args.start);
  list.set_end_date(args.end);
  if (!args.consumer.empty()) list.set_consumer(FullName("agencies", args.consumer));
  if (!args.grant.empty()) list.set_grant(FullName("grants", args.grant));
  SHAREWAY_ASSIGN_OR_RETURN(const Json counts, session->List<exchange::v1::ListExchangesResponse>(
                                                   absl::StrCat(kService, "ListExchanges"), list));
  session->Print(counts, {{"DATE", "date"},
                          {"CONSUMER", "consumer"},
                          {"GRANT", "grant"},
                          {"PURPOSE", "purpose"},
                          {"METHOD", "method"},
                          {"DELIVERED", "delivered"},
                          {"REFUSED", "refused"},
                          {"RECORDS", "records"},
                          {"BYTES", "payloadBytes"}});
  return absl::OkStatus();
}

}  // namespace

void AddReportCommands(CLI::App* noun, Session* session) {
  auto args = std::make_shared<ReportArgs>();
  CLI::App* show = Verb(noun, session, "show", "What the node knows of an exchange",
                        [=] { return Show(session, *args); });
  show->add_option("EXCHANGE", args->exchange)->required();
  show->add_option("--consumer", args->consumer,
                   "Agency that asked, of an exchange that your node answered");

  CLI::App* receipt = Verb(noun, session, "receipt", "The evidence, which verifies offline",
                           [=] { return Receipt(session, *args); });
  receipt->add_option("EXCHANGE", args->exchange)->required();
  receipt->add_option("--to", args->to, "The file for shareway audit verify")->required();

  CLI::App* list = Verb(noun, session, "list", "What your node answered, counted by day",
                        [=] { return List(session, *args); });
  list->add_option("--consumer", args->consumer, "Only this agency");
  list->add_option("--grant", args->grant, "Only this grant");
  list->add_option("--start", args->start, "First day, CCYY-MM-DD; today if not given");
  list->add_option("--end", args->end, "Last day, CCYY-MM-DD; today if not given");
}

}  // namespace shareway::cli
