// SPDX-License-Identifier: Apache-2.0
// shareway exchange: ask for records and fetch datasets through the agency's own node.
#include <unistd.h>

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/name.h"
#include "libs/crypto/hash.h"
#include "shareway/exchange/v1/exchange_service.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/new_file.h"
#include "tools/shareway/records.h"

namespace shareway::cli {
namespace {

using exchange::v1::DownloadPart;

constexpr char kService[] = "/shareway.exchange.v1.ExchangeService/";

struct ExchangeArgs {
  std::string grant, operator_id, case_number, purpose, exchange, after, to;
  std::vector<std::string> where, items, key, claims;
  uint32_t limit = 0;
};

// What all ways of sharing have in common.
template <typename Req>
Req AskInGeneral(const ExchangeArgs& args) {
  Req request;
  request.set_grant(FullName("grants", args.grant));
  request.set_operator_(args.operator_id);
  request.set_case_number(args.case_number);
  request.set_purpose(EnumOf<evidence::v1::Purpose>(args.purpose));
  // Chosen here, so that a caller who got no answer can ask again under the same id.
  request.set_exchange(args.exchange.empty() ? IdFromRandom(crypto::RandomBytes(15))
                                             : args.exchange);
  return request;
}

// What Query and Download have in common.
template <typename Req>
absl::StatusOr<Req> Ask(const ExchangeArgs& args) {
  Req request = AskInGeneral<Req>(args);
  evidence::v1::Query* query = request.mutable_query();
  SHAREWAY_RETURN_IF_ERROR(AddConditions(args.where, query->mutable_where()));
  *query->mutable_items() = {args.items.begin(), args.items.end()};
  return request;
}

// Not beside an error in JSON, which is to be all that stderr holds.
void TellExchange(Session* session, const std::string& exchange) {
  if (session->flags.format != Format::kJson) *session->err << "exchange " << exchange << "\n";
}

absl::Status Query(Session* session, const ExchangeArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(exchange::v1::QueryRequest request,
                            Ask<exchange::v1::QueryRequest>(args));
  request.mutable_query()->set_limit(args.limit);
  absl::StatusOr<std::string> after = FromBase64(args.after);
  if (!after.ok()) return UsageError(absl::StrCat("--after ", args.after, " is not base64"));
  request.mutable_query()->set_after(*after);
  TellExchange(session, request.exchange());
  SHAREWAY_ASSIGN_OR_RETURN(const auto response, session->Call<exchange::v1::QueryResponse>(
                                                     absl::StrCat(kService, "Query"), request));
  const evidence::v1::RecordBatch& batch = response.answer().batch();
  Columns columns;
  for (const std::string& item : batch.items()) columns.push_back({item, item});
  session->Print(RecordsToJson(batch), columns);
  if (!response.answer().next().empty()) {
    *session->err << "more records match; go on with --after " << ToBase64(response.answer().next())
                  << "\n";
  }
  return absl::OkStatus();
}

absl::Status Verify(Session* session, const ExchangeArgs& args) {
  auto request = AskInGeneral<exchange::v1::VerifyRequest>(args);
  evidence::v1::Verification* verification = request.mutable_verification();
  SHAREWAY_RETURN_IF_ERROR(AddConditions(args.key, verification->mutable_key()));
  for (const std::string& text : args.claims) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos) return UsageError("--claim takes ITEM=VALUE");
    evidence::v1::Verification::Claim* claim = verification->add_claims();
    claim->set_item(text.substr(0, equals));
    claim->set_value(text.substr(equals + 1));
  }
  TellExchange(session, request.exchange());
  SHAREWAY_ASSIGN_OR_RETURN(const auto response, session->Call<exchange::v1::VerifyResponse>(
                                                     absl::StrCat(kService, "Verify"), request));
  Json comparisons = Json::array();
  for (const auto& each : response.answer().comparisons()) comparisons.push_back(ToJson(each));
  session->Print(comparisons, {{"ITEM", "item"}, {"RESULT", "comparison"}});
  return absl::OkStatus();
}

// A table in the making: lines go to the file and into its digest.
class CsvTable {
 public:
  CsvTable(NewFile file, bool progress) : file_(std::move(file)), progress_(progress) {}

  absl::Status Add(const evidence::v1::RecordBatch& batch) {
    SHAREWAY_RETURN_IF_ERROR(Head(batch.items()));
    for (const evidence::v1::Record& record : batch.records()) {
      if (record.cells_size() != batch.items_size()) {
        return absl::DataLossError(absl::StrCat("record ", records + 1, " has ",
                                                record.cells_size(), " values, want ",
                                                batch.items_size()));
      }
      SHAREWAY_RETURN_IF_ERROR(Write(CsvLine(record)));
      ++records;
    }
    if (progress_) fprintf(stderr, "\r%llu records", static_cast<unsigned long long>(records));
    return absl::OkStatus();
  }
  absl::Status Head(const google::protobuf::RepeatedPtrField<std::string>& items) {
    std::string header = CsvHeader(items);
    if (header_ == header) return absl::OkStatus();
    if (!header_.empty()) return absl::DataLossError("the items change within the download");
    header_ = std::move(header);
    return Write(header_);
  }
  bool begun() const { return !header_.empty(); }
  absl::Status Keep() {
    if (progress_) fprintf(stderr, "\n");
    return file_.Keep();
  }

  uint64_t records = 0, bytes = 0;
  crypto::Sha256Stream digest;

 private:
  absl::Status Write(const std::string& line) {
    bytes += line.size();
    digest.Update(line);
    return file_.Write(line);
  }

  NewFile file_;
  const bool progress_;
  std::string header_;
};

// The items of a grant, for the header of a download without records.
absl::Status HeadFromGrant(Session* session, const exchange::v1::DownloadRequest& request,
                           CsvTable* table) {
  if (request.query().items_size() > 0) return table->Head(request.query().items());
  exchange::v1::ListGrantsRequest list;
  list.set_page_size(200);
  do {
    SHAREWAY_ASSIGN_OR_RETURN(const auto page, session->Call<exchange::v1::ListGrantsResponse>(
                                                   absl::StrCat(kService, "ListGrants"), list));
    for (const sharing::v1::Grant& grant : page.grants()) {
      if (grant.name() == request.grant()) return table->Head(grant.items());
    }
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  return absl::OkStatus();
}

absl::Status Download(Session* session, const ExchangeArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const exchange::v1::DownloadRequest request,
                            Ask<exchange::v1::DownloadRequest>(args));
  if (session->flags.dry_run) return UsageError("Download has no dry run");
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(args.to));
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<rpc::Channel> channel, session->To(Peer::kNode));
  TellExchange(session, request.exchange());
  CsvTable table(std::move(file), isatty(STDERR_FILENO) != 0);
  std::optional<exchange::v1::DownloadSummary> summary;
  rpc::ReadStream<DownloadPart> stream = channel->ServerStream<DownloadPart>(
      absl::StrCat(kService, "Download"), request, session->StreamOptions());
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<DownloadPart> part, stream.Read());
    if (!part) break;
    if (part->has_summary()) summary = part->summary();
    if (part->has_batch()) SHAREWAY_RETURN_IF_ERROR(table.Add(part->batch()));
  }
  if (!summary || summary->records() != table.records) {
    return absl::DataLossError(absl::StrCat("the download was cut after ", table.records,
                                            " records; ", args.to, " is not written"));
  }
  if (!table.begun()) SHAREWAY_RETURN_IF_ERROR(HeadFromGrant(session, request, &table));
  SHAREWAY_RETURN_IF_ERROR(table.Keep());
  session->Print({{"exchange", summary->exchange()},
                  {"records", table.records},
                  {"bytes", table.bytes},
                  {"sha256", ToHex(table.digest.Digest().view())},
                  {"datasetVersion", summary->dataset_version()}});
  return absl::OkStatus();
}

absl::Status Grants(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json grants, session->List<exchange::v1::ListGrantsResponse>(
                                                   absl::StrCat(kService, "ListGrants"),
                                                   exchange::v1::ListGrantsRequest()));
  session->Print(grants, {{"NAME", "name"},
                          {"STATE", "state"},
                          {"RESOURCE", "resource"},
                          {"ITEMS", "items"},
                          {"PURPOSES", "purposes"},
                          {"METHODS", "methods"},
                          {"END", "endTime"}});
  return absl::OkStatus();
}

void AddAskInGeneral(CLI::App* verb, ExchangeArgs* args) {
  verb->add_option("--grant", args->grant, "grants/{g} or {g}")->required();
  verb->add_option("--operator", args->operator_id, "On whose act this runs")->required();
  verb->add_option("--case", args->case_number, "The case on the desk");
  verb->add_option("--purpose", args->purpose, "Where the grant has several")
      ->check(Is<evidence::v1::Purpose>());
  verb->add_option("--exchange", args->exchange, "Idempotency key; one is made if not given");
}

void AddAsk(CLI::App* verb, ExchangeArgs* args) {
  AddAskInGeneral(verb, args);
  Repeated(verb, "--where", &args->where, "KEY=VALUE or KEY^=PREFIX; repeated: and");
  Repeated(verb, "--items", &args->items, "Item ids; all that the grant allows if not given", true);
}

}  // namespace

void AddExchangeCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "exchange", "Fetch shared data through your agency's node");
  auto args = std::make_shared<ExchangeArgs>();

  CLI::App* query =
      Verb(noun, session, "query", "Records by conditions", [=] { return Query(session, *args); });
  AddAsk(query, args.get());
  query->add_option("--limit", args->limit, "Records at most, 1 to 1000; 100 if not given");
  query->add_option("--after", args->after, "Go on where the last answer ended");

  CLI::App* verify = Verb(noun, session, "verify", "Whether values match one record; none is told",
                          [=] { return Verify(session, *args); });
  AddAskInGeneral(verify, args.get());
  Repeated(verify, "--key", &args->key, "ITEM=VALUE of each key item of the resource");
  Repeated(verify, "--claim", &args->claims, "ITEM=VALUE to compare; 1 to 50");

  CLI::App* download = Verb(noun, session, "download", "All granted rows into a CSV file",
                            [=] { return Download(session, *args); });
  AddAsk(download, args.get());
  download->add_option("--to", args->to, "The file; it appears complete or not at all")->required();

  AddCallCommand(noun, session);
  AddReportCommands(noun, session);
  Verb(noun, session, "grants", "What your agency may fetch now", [=] { return Grants(session); });
}

}  // namespace shareway::cli
