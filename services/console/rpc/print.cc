// SPDX-License-Identifier: Apache-2.0
#include "services/console/rpc/print.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"
#include "libs/merkle/verify.h"
#include "libs/rpc/actor.h"
#include "libs/rpc/grpc_status.h"
#include "services/console/gateway/connect.h"
#include "services/console/gateway/guard.h"
#include "services/console/gateway/print_html.h"
#include "services/console/gateway/print_words.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "shareway/sharing/v1/sharing_request.pb.h"

namespace shareway::console {
namespace {

using evidence::v1::AuditRecord;
using sharing::v1::Scope;
using sharing::v1::SharingRequest;

constexpr char kRequests[] = "/print/requests/";
constexpr char kEvidence[] = "/print/evidence/";
constexpr int kMaxPages = 20;  // of a search: they may be empty and not the last

// One reading: who reads, and where.
struct Reader {
  const PrintPages::Targets& targets;
  rpc::CallOptions options;

  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(absl::string_view target, const std::string& path,
                                const Request& request) const {
    const auto channel = targets.find(target);
    if (channel == targets.end()) {
      return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
                   absl::StrCat("this console is not connected to ", target));
    }
    return channel->second->Unary<Response>(path, request, options);
  }
  template <typename Response, typename Request>
  absl::StatusOr<Response> Audit(const char* method, const Request& request) const {
    return Call<Response>("audit", absl::StrCat("/shareway.audit.v1.AuditService/", method),
                          request);
  }
};

// What the log has of one entry.
struct Proof {
  audit::v1::LogEntry entry = {};
  audit::v1::Checkpoint checkpoint = {};
  std::optional<audit::v1::InclusionProof> inclusion = {};  // none: no checkpoint covers it yet
  std::optional<AuditRecord> record = {};                   // none: the reader may not read it
  absl::Status checked = {};
};

absl::Status Check(const Proof& proof) {
  if (proof.entry.has_sealed() &&
      evidence::Commitment(proof.entry.sealed()).view() != proof.entry.commitment()) {
    return absl::DataLossError("the record is not the one that the tree holds");
  }
  if (proof.inclusion->index() != proof.entry.index() ||
      proof.inclusion->size() != proof.checkpoint.size()) {
    return absl::DataLossError("the path is of another entry or tree");
  }
  std::vector<Hash32> path;
  for (const std::string& hash : proof.inclusion->path()) {
    SHAREWAY_ASSIGN_OR_RETURN(path.emplace_back(), Hash32::From(hash));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, Hash32::From(proof.checkpoint.root()));
  const merkle::Hasher& hasher = crypto::LogHasher();
  return merkle::VerifyInclusion(hasher, hasher.leaf(proof.entry.commitment()),
                                 proof.entry.index(), proof.checkpoint.size(), path, root);
}

absl::StatusOr<Proof> ProofOf(const Reader& reader, audit::v1::LogEntry entry) {
  Proof proof{.entry = std::move(entry)};
  SHAREWAY_ASSIGN_OR_RETURN(
      proof.checkpoint,
      reader.Audit<audit::v1::Checkpoint>("GetCheckpoint", audit::v1::GetCheckpointRequest()));
  if (proof.entry.has_sealed()) {
    SHAREWAY_ASSIGN_OR_RETURN(evidence::OpenedRecord opened, evidence::Open(proof.entry.sealed()));
    proof.record = std::move(opened.record);
  }
  if (proof.entry.index() >= proof.checkpoint.size()) return proof;
  audit::v1::GetInclusionProofRequest get;
  get.set_index(proof.entry.index());
  get.set_size(proof.checkpoint.size());
  SHAREWAY_ASSIGN_OR_RETURN(proof.inclusion,
                            reader.Audit<audit::v1::InclusionProof>("GetInclusionProof", get));
  proof.checked = Check(proof);
  return proof;
}

// The newest entry of this kind about the request; nothing if the reader is shown none.
absl::StatusOr<std::optional<audit::v1::LogEntry>> Newest(const Reader& reader,
                                                          const std::string& request,
                                                          evidence::v1::RecordKind kind) {
  audit::v1::SearchEntriesRequest search;
  search.set_object(request);
  search.set_kind(kind);
  search.set_page_size(1);
  for (int page = 0; page < kMaxPages; ++page) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const auto found,
        reader.Audit<audit::v1::SearchEntriesResponse>("SearchEntries", search));
    if (found.entries_size() > 0) return std::optional<audit::v1::LogEntry>(found.entries(0));
    if (found.next_page_token().empty()) break;
    search.set_page_token(found.next_page_token());
  }
  return std::optional<audit::v1::LogEntry>();
}

// What answered the request: the head's signature, or a rule; before that the reviewer.
absl::StatusOr<std::optional<audit::v1::LogEntry>> AnswerOf(const Reader& reader,
                                                            const std::string& request) {
  for (const auto kind : {evidence::v1::DECISION_SIGNED_OFF, evidence::v1::REQUEST_ANSWERED,
                          evidence::v1::REQUEST_DECIDED}) {
    SHAREWAY_ASSIGN_OR_RETURN(std::optional<audit::v1::LogEntry> entry,
                              Newest(reader, request, kind));
    if (entry) return entry;
  }
  return std::optional<audit::v1::LogEntry>();
}

std::string TimeOf(const google::protobuf::Timestamp& time) {
  return PrintTime(evidence::FromTimestamp(time));
}

void PrintProof(const absl::StatusOr<Proof>& proof, PrintHtml* html) {
  if (!proof.ok()) {
    html->Sentence("proof refused");
    const std::optional<ErrorDetails> details = DetailsOf(proof.status());
    if (details) html->Text(ReasonText(details->reason, html->language()));
    return;
  }
  if (!proof->inclusion) {
    html->Sentence("awaits checkpoint");
  } else if (proof->checked.ok()) {
    html->Sentence(proof->record ? "proof good" : "path good");
    html->Sentence("check yourself");
  } else {
    html->Sentence("proof bad", true);
  }
  html->Row("index", absl::StrCat(proof->entry.index()));
  html->Exact("commitment", ToHex(proof->entry.commitment()));
  if (proof->record) {
    const AuditRecord& record = *proof->record;
    html->Row("kind", evidence::v1::RecordKind_Name(record.kind()));
    html->Row("time", TimeOf(record.time()));
    html->Row("producer", record.producer());
    html->Rows("agencies", {record.agencies().begin(), record.agencies().end()});
    html->Row("object", record.object());
    html->Row("resource", record.resource());
    html->Row("request", record.request());
    html->Row("grant", record.grant());
    html->Row("exchange", record.exchange());
    html->Row("reason", record.reason().empty()
                            ? ""
                            : absl::StrCat(record.reason(), " ",
                                           ReasonText(ParseReason(record.reason()),
                                                      html->language())));
    html->Row("law", record.rule());
  } else {
    html->Sentence("withheld");
  }
  if (!proof->inclusion) return;
  html->Row("tree size", absl::StrCat(proof->checkpoint.size()));
  html->Exact("root", ToHex(proof->checkpoint.root()));
  std::vector<std::string> path;
  for (const std::string& hash : proof->inclusion->path()) path.push_back(ToHex(hash));
  html->Exact("path", absl::StrJoin(path, "\n"));
  html->Section("checkpoint");
  html->Row("time", TimeOf(proof->checkpoint.time()));
  html->Exact("checkpoint", proof->checkpoint.note());
  html->Exact("cosignatures", absl::StrJoin(proof->checkpoint.cosignatures(), ""));
  html->Exact("log key", proof->checkpoint.verifier_key());
}

std::string QuotaOf(const Scope& scope, Language language) {
  std::vector<std::string> parts;
  const auto add = [&](uint64_t most, const char* unit) {
    if (most > 0) parts.push_back(absl::StrCat(most, " ", Word(unit, language)));
  };
  add(scope.day_calls(), "calls");
  add(scope.day_rows(), "rows");
  add(scope.day_bytes(), "bytes");
  return absl::StrJoin(parts, ", ");
}

void PrintScope(const char* label, const Scope& scope, PrintHtml* html) {
  html->Section(label);
  const Language language = html->language();
  html->Row("items", absl::StrJoin(scope.items(), ", "));
  html->Row("masked items", absl::StrJoin(scope.masked_items(), ", "));
  std::vector<std::string> rows;
  for (const auto& condition : scope.row_filter()) rows.push_back(condition.ShortDebugString());
  if (!scope.row_expression().empty()) rows.push_back(scope.row_expression());
  html->Rows("row filter", rows);
  std::vector<std::string> purposes, methods;
  for (const int purpose : scope.purposes()) {
    purposes.emplace_back(Word(
        evidence::v1::Purpose_Name(static_cast<evidence::v1::Purpose>(purpose)), language));
  }
  for (const int method : scope.methods()) {
    methods.emplace_back(
        Word(evidence::v1::Method_Name(static_cast<evidence::v1::Method>(method)), language));
  }
  html->Row("purposes", absl::StrJoin(purposes, ", "));
  html->Row("methods", absl::StrJoin(methods, ", "));
  html->Row("period", scope.start_date().empty()
                          ? ""
                          : absl::StrCat(scope.start_date(), " – ", scope.end_date()));
  html->Row("day quota", QuotaOf(scope, language));
}

void PrintDecision(const SharingRequest& request, PrintHtml* html) {
  html->Section("decision");
  const Language language = html->language();
  html->Row("state", Word(SharingRequest::State_Name(request.state()), language));
  if (!request.has_decision()) return html->Sentence("none yet");
  const sharing::v1::Decision& decision = request.decision();
  html->Row("verdict", Word(sharing::v1::Decision::Verdict_Name(decision.verdict()), language));
  if (decision.verdict() == sharing::v1::Decision::REFUSE &&
      decision.ground() != sharing::v1::Decision::GROUND_UNSPECIFIED) {
    html->Row("ground", Word(sharing::v1::Decision::Ground_Name(decision.ground()), language));
  }
  html->Row("reason", decision.reason());
  html->Row("condition", decision.condition());
  html->Row("citation", decision.citation());
  for (const auto& cut : decision.cuts()) {
    html->Row("cut", absl::StrCat(cut.subject(), ": ", cut.reason()));
  }
  if (decision.case_required()) html->Row("case required", Word("yes", language));
  html->Row("grant", request.grant());
  if (decision.has_scope()) PrintScope("granted", decision.scope(), html);
}

void PrintRequest(const SharingRequest& request, PrintHtml* html) {
  const Language language = html->language();
  html->Section("request");
  html->Row("name", request.name());
  html->Row("resource", absl::StrCat(request.resource(), " (", Word("revision", language), " ",
                                     request.resource_revision(), ")"));
  html->Row("consumer", request.consumer());
  html->Row("provider", request.provider());
  html->Row("applicant", request.applicant());
  html->Row("consumer head", request.consumer_head());
  html->Row("reviewer", request.reviewer());
  html->Row("second reviewer", request.second_reviewer());
  html->Row("provider head", request.provider_head());
  html->Row("legal basis", request.legal_basis());
  html->Row("scenario", request.scenario());
  PrintScope("asked", request.scope(), html);
  PrintDecision(request, html);
  html->Section("law");
  html->Row("profile", request.profile());
  html->Row("article", request.article());
  html->Section("dates");
  html->Row("created", TimeOf(request.create_time()));
  html->Row("submitted", TimeOf(request.submit_time()));
  for (const auto& before : request.superseded_due_dates()) {
    html->Row("due before", absl::StrCat(before.due_date(), " ", before.reason()));
  }
  html->Row("due", request.due_provisional()
                       ? absl::StrCat(request.due_date(), " (", Word("provisional", language), ")")
                       : request.due_date());
  html->Row("decided", TimeOf(request.decide_time()));
  html->Section("steps");
  std::vector<std::vector<std::string>> steps;
  for (const auto& step : request.steps()) {
    steps.push_back({TimeOf(step.time()), step.action(), step.actor(),
                     std::string(Word(SharingRequest::State_Name(step.state()), language)),
                     step.note()});
  }
  html->Table({"time", "action", "actor", "state", "note"}, steps);
}

// The value of a parameter, of letters, digits, '/' and '-' alone; empty for any other.
std::string ParameterOf(absl::string_view target, absl::string_view name) {
  const size_t query = target.find('?');
  if (query == absl::string_view::npos) return "";
  for (absl::string_view part : absl::StrSplit(target.substr(query + 1), '&')) {
    if (!absl::ConsumePrefix(&part, name) || !absl::ConsumePrefix(&part, "=")) continue;
    const bool plain = std::all_of(part.begin(), part.end(), [](char c) {
      return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '-';
    });
    return plain ? std::string(part) : "";
  }
  return "";
}

absl::Status NoSuchPage() {
  return Error(Reason::kNotVisible, absl::StatusCode::kNotFound, "there is no such page");
}

absl::Status PrintDecisionRecord(const Reader& reader, const std::string& name, PrintHtml* html) {
  sharing::v1::GetRequestRequest get;
  get.set_name(name);
  SHAREWAY_ASSIGN_OR_RETURN(
      const SharingRequest request,
      reader.Call<SharingRequest>("sharing", "/shareway.sharing.v1.RequestService/GetRequest",
                                  get));
  PrintRequest(request, html);
  html->Section("proof");
  const absl::StatusOr<std::optional<audit::v1::LogEntry>> entry = AnswerOf(reader, name);
  if (!entry.ok()) {
    PrintProof(entry.status(), html);
  } else if (!entry->has_value()) {
    html->Sentence("no proof");
  } else {
    PrintProof(ProofOf(reader, **entry), html);
  }
  return absl::OkStatus();
}

absl::Status PrintEvidence(const Reader& reader, absl::string_view number, PrintHtml* html) {
  uint64_t index = 0;
  if (!absl::SimpleAtoi(number, &index) || absl::StrCat(index) != number || index + 1 == 0) {
    return NoSuchPage();
  }
  audit::v1::GetEntriesRequest get;
  get.set_begin(index);
  get.set_end(index + 1);
  SHAREWAY_ASSIGN_OR_RETURN(
      const auto entries, reader.Audit<audit::v1::GetEntriesResponse>("GetEntries", get));
  if (entries.entries_size() != 1) return NoSuchPage();
  SHAREWAY_ASSIGN_OR_RETURN(const Proof proof, ProofOf(reader, entries.entries(0)));
  html->Section("entry");
  PrintProof(proof, html);
  return absl::OkStatus();
}

}  // namespace

HttpAnswer PrintPages::Answer(const HttpRequest& request,
                              const absl::StatusOr<rpc::CallOptions>& caller) const {
  const std::string chosen = ParameterOf(request.target, "lang");
  const Language language =
      rpc::ParseLanguage(chosen.empty() ? request.field("accept-language") : chosen);
  const std::string inspected = ParameterOf(request.target, "inspected");
  const std::string rest = inspected.empty() ? "" : absl::StrCat("&inspected=", inspected);
  const std::string nonce = NewNonce();
  const std::string path(request.path());
  std::string reader;
  absl::Status told = caller.status();
  HttpAnswer answer;
  if (caller.ok()) {
    rpc::CallOptions options = *caller;
    options.accept_language = std::string(rpc::LanguageTag(language));
    if (!inspected.empty()) options.inspected = inspected;
    const absl::StatusOr<rpc::Actor> actor = rpc::ParseActor(options.actor);
    if (actor.ok()) reader = actor->person;
    const Reader by{targets_, std::move(options)};
    absl::string_view object = path;
    const bool decision = absl::ConsumePrefix(&object, kRequests);
    const bool evidence = !decision && absl::ConsumePrefix(&object, kEvidence);
    PrintHtml html(language, decision ? "decision record" : "evidence proof", path, rest, nonce);
    told = decision   ? PrintDecisionRecord(by, absl::StrCat("requests/", object), &html)
           : evidence ? PrintEvidence(by, object, &html)
                      : NoSuchPage();
    if (told.ok()) {
      answer.body = std::make_shared<const std::string>(html.End(reader, clock_->Now()));
    }
  }
  if (!told.ok()) {
    answer.status = HttpStatusOf(told.code());
    PrintHtml html(language, "no page", path, rest, nonce);
    const ErrorDetails details = DetailsOf(told).value_or(ErrorDetails());
    html.Text(ReasonText(details.reason, language));
    answer.body = std::make_shared<const std::string>(html.End(reader, clock_->Now()));
    const std::string after = RetryAfter(told);
    if (!after.empty()) answer.With("Retry-After", after);
  }
  answer.With("Content-Type", "text/html; charset=utf-8")
      .With("Cache-Control", "no-store")
      .With("Content-Language", rpc::LanguageTag(language));
  SecurePrint(nonce, &answer);
  return answer;
}

}  // namespace shareway::console
