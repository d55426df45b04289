// SPDX-License-Identifier: Apache-2.0
// shareway audit: the evidence log, and packs that are verified without it.
#include <algorithm>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/note.h"
#include "libs/evidence/pack.h"
#include "libs/merkle/verify.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tools/shareway/audit_control.h"
#include "tools/shareway/audit_export.h"
#include "tools/shareway/audit_stamp.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/commands_audit_rebuild.h"

namespace shareway::cli {
namespace {

constexpr char kService[] = "/shareway.audit.v1.AuditService/";

struct AuditArgs {
  std::string pack, key;
  std::string agency, exchange, grant, object, person, resource, request;
  std::string kind, result, reason, from, to;
  std::vector<std::string> nodes;
  std::string why;
  uint64_t index = 0;
  size_t limit = 50;
  bool signed_only = false;
};

absl::Status VerifyPackFile(Session* session, const AuditArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string key_text, ReadInput(args.key));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, ReadInput(args.pack));
  const absl::StatusOr<evidence::Pack> pack = evidence::ReadPack(text);
  if (!pack.ok()) return VerificationFailed(pack.status());
  const absl::StatusOr<uint64_t> size =
      evidence::VerifyPack(*pack, evidence::VerifierKeysIn(key_text));
  if (!size.ok()) return VerificationFailed(size.status());
  *session->out << "verified " << pack->entries.size() << " entries under checkpoint " << *size
                << "\n";
  return absl::OkStatus();
}

// The newest checkpoint, witnessed or signed alone, verified where the context pins the log's key.
absl::StatusOr<audit::v1::Checkpoint> ReadCheckpoint(Session* session, bool signed_only = false) {
  audit::v1::GetCheckpointRequest get;
  get.set_signed_only(signed_only);
  SHAREWAY_ASSIGN_OR_RETURN(
      auto checkpoint,
      session->Call<audit::v1::Checkpoint>(absl::StrCat(kService, "GetCheckpoint"), get));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string pinned, session->SettingOrEmpty("log_key"));
  if (pinned.empty()) return checkpoint;
  const absl::StatusOr<evidence::TreeHead> head = evidence::OpenNote(checkpoint.note(), pinned);
  if (!head.ok()) return VerificationFailed(head.status());
  if (head->size != checkpoint.size() || head->root.view() != checkpoint.root()) {
    return VerificationFailed(
        absl::DataLossError("size and root beside the note are not those that it signs"));
  }
  return checkpoint;
}

// As a table: the note as it is kept and verified, the witnesses' lines after the log's.
absl::Status PrintCheckpoint(Session* session, const AuditArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const audit::v1::Checkpoint checkpoint,
                            ReadCheckpoint(session, args.signed_only));
  if (session->flags.format == Format::kTable) {
    *session->out << checkpoint.note();
    for (const std::string& line : checkpoint.cosignatures()) *session->out << line;
  } else {
    session->Print(ToJson(checkpoint));
  }
  return absl::OkStatus();
}

// An entry with its record opened. The commitment is checked: what the log does
// not hold is not shown.
absl::StatusOr<Json> EntryToJson(const audit::v1::LogEntry& entry) {
  Json json = {{"index", entry.index()}, {"commitment", ToHex(entry.commitment())}};
  if (!entry.has_sealed()) return json;
  if (evidence::Commitment(entry.sealed()).view() != entry.commitment()) {
    return VerificationFailed(absl::DataLossError(
        absl::StrCat("entry ", entry.index(), ": the record does not fit its commitment")));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened, evidence::Open(entry.sealed()));
  json["record"] = ToJson(opened.record);
  json["keyId"] = ToHex(opened.envelope.signature().key_id());
  return json;
}

absl::StatusOr<audit::v1::SearchEntriesRequest> SearchOf(const AuditArgs& args) {
  audit::v1::SearchEntriesRequest search;
  if (!args.agency.empty()) search.set_agency(FullName("agencies", args.agency));
  search.set_exchange(args.exchange);
  if (!args.grant.empty()) search.set_grant(FullName("grants", args.grant));
  search.set_object(args.object);
  if (!args.person.empty()) search.set_person(FullName("people", args.person));
  if (!args.resource.empty()) search.set_resource(FullName("resources", args.resource));
  if (!args.request.empty()) search.set_request(FullName("requests", args.request));
  search.set_kind(EnumOf<evidence::v1::RecordKind>(args.kind));
  search.set_result(EnumOf<audit::v1::SearchEntriesRequest::Result>(args.result));
  search.set_reason(absl::AsciiStrToUpper(args.reason));
  if (!args.from.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(*search.mutable_start_time(), ParseMoment(args.from));
  }
  if (!args.to.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(*search.mutable_end_time(), ParseMoment(args.to));
  }
  return search;
}

absl::Status Search(Session* session, const AuditArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(audit::v1::SearchEntriesRequest search, SearchOf(args));
  search.set_page_size(static_cast<int>(std::min<size_t>(args.limit == 0 ? 200 : args.limit, 200)));
  Json entries = Json::array();
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto page,
                              session->Call<audit::v1::SearchEntriesResponse>(
                                  absl::StrCat(kService, "SearchEntries"), search));
    for (const audit::v1::LogEntry& entry : page.entries()) {
      if (args.limit > 0 && entries.size() >= args.limit) break;
      SHAREWAY_ASSIGN_OR_RETURN(Json json, EntryToJson(entry));
      entries.push_back(std::move(json));
    }
    if (page.next_page_token().empty() || (args.limit > 0 && entries.size() >= args.limit)) break;
    search.set_page_token(page.next_page_token());
  }
  session->Print(entries, {{"INDEX", "index"},
                           {"TIME", "record.time"},
                           {"KIND", "record.kind"},
                           {"OBJECT", "record.object"},
                           {"EXCHANGE", "record.exchange"},
                           {"GRANT", "record.grant"},
                           {"REASON", "record.reason"}});
  return absl::OkStatus();
}

absl::StatusOr<audit::v1::LogEntry> ReadEntry(Session* session, uint64_t index) {
  audit::v1::GetEntriesRequest get;
  get.set_begin(index);
  get.set_end(index + 1);
  SHAREWAY_ASSIGN_OR_RETURN(const auto page, session->Call<audit::v1::GetEntriesResponse>(
                                                 absl::StrCat(kService, "GetEntries"), get));
  if (page.entries_size() != 1 || page.entries(0).index() != index) {
    return absl::NotFoundError(absl::StrCat("the log has no entry ", index));
  }
  return page.entries(0);
}

absl::Status ShowEntry(Session* session, const AuditArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const audit::v1::LogEntry entry, ReadEntry(session, args.index));
  SHAREWAY_ASSIGN_OR_RETURN(const Json json, EntryToJson(entry));
  session->Print(json);
  return absl::OkStatus();
}

// Proves an entry here, against the checkpoint's root.
absl::Status Prove(Session* session, const AuditArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const audit::v1::Checkpoint checkpoint, ReadCheckpoint(session));
  SHAREWAY_ASSIGN_OR_RETURN(const audit::v1::LogEntry entry, ReadEntry(session, args.index));
  audit::v1::GetInclusionProofRequest get;
  get.set_index(args.index);
  get.set_size(checkpoint.size());
  SHAREWAY_ASSIGN_OR_RETURN(
      const auto proof,
      session->Call<audit::v1::InclusionProof>(absl::StrCat(kService, "GetInclusionProof"), get));
  std::vector<Hash32> path;
  Json printed = Json::array();
  for (const std::string& hash : proof.path()) {
    SHAREWAY_ASSIGN_OR_RETURN(path.emplace_back(), Hash32::From(hash));
    printed.push_back(ToHex(hash));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, Hash32::From(checkpoint.root()));
  const merkle::Hasher& hasher = crypto::LogHasher();
  const absl::Status proven = merkle::VerifyInclusion(hasher, hasher.leaf(entry.commitment()),
                                                      args.index, checkpoint.size(), path, root);
  if (!proven.ok()) return VerificationFailed(proven);
  session->Print({{"index", args.index},
                  {"size", checkpoint.size()},
                  {"root", ToHex(checkpoint.root())},
                  {"commitment", ToHex(entry.commitment())},
                  {"path", printed}});
  return absl::OkStatus();
}

// What the calling node owes.
absl::Status PrintUnmatched(Session* session, const AuditArgs& args) {
  audit::v1::ListUnmatchedRequest list;
  list.set_page_size(static_cast<int>(std::min<size_t>(args.limit == 0 ? 200 : args.limit, 200)));
  Json exchanges = Json::array();
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto page,
                              session->Call<audit::v1::ListUnmatchedResponse>(
                                  absl::StrCat(kService, "ListUnmatched"), list));
    for (const audit::v1::UnmatchedExchange& unmatched : page.exchanges()) {
      if (args.limit > 0 && exchanges.size() >= args.limit) break;
      SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened,
                                evidence::Open(unmatched.sealed()));
      exchanges.push_back({{"exchange", unmatched.exchange()},
                           {"attempt", unmatched.attempt()},
                           {"index", unmatched.index()},
                           {"record", ToJson(opened.record)}});
    }
    if (page.next_page_token().empty() || (args.limit > 0 && exchanges.size() >= args.limit)) break;
    list.set_page_token(page.next_page_token());
  }
  session->Print(exchanges, {{"EXCHANGE", "exchange"},
                             {"ATTEMPT", "attempt"},
                             {"INDEX", "index"},
                             {"TIME", "record.time"},
                             {"KIND", "record.kind"},
                             {"GRANT", "record.grant"}});
  return absl::OkStatus();
}

absl::Status NameWitnesses(Session* session, const AuditArgs& args) {
  audit::v1::NameWitnessesRequest name;
  for (const std::string& node : args.nodes) name.add_nodes(node);
  name.set_reason(args.why);
  return session->Show<audit::v1::NameWitnessesResponse>(absl::StrCat(kService, "NameWitnesses"),
                                                         name);
}

// The options of a search.
void AddSearchOptions(CLI::App* search, AuditArgs* args) {
  search->add_option("--agency", args->agency, "A party");
  search->add_option("--exchange", args->exchange, "An exchange id");
  search->add_option("--grant", args->grant);
  search->add_option("--object", args->object, "A changed object's name");
  search->add_option("--person", args->person, "Whose acts, and whose readings of the log");
  search->add_option("--resource", args->resource);
  search->add_option("--request", args->request);
  search->add_option("--kind", args->kind)->check(Is<evidence::v1::RecordKind>());
  search->add_option("--result", args->result, "succeeded, or failed: with a reason")
      ->check(Is<audit::v1::SearchEntriesRequest::Result>());
  search->add_option("--reason", args->reason, "A reason's name, such as GRANT_SUSPENDED");
  search->add_option("--from", args->from, "Not before: 2026-03-01 or RFC 3339");
  search->add_option("--to", args->to, "Before: 2026-03-01 or RFC 3339");
  search->add_option("--limit", args->limit, "Entries at most; 0: all")->capture_default_str();
}

void AddExportCommand(CLI::App* noun, Session* session) {
  auto args = std::make_shared<ExportArgs>();
  CLI::App* pack = Verb(noun, session, "export", "Packs that verify offline",
                        [=] { return ExportPacks(session, *args); });
  pack->add_option("--exchange", args->exchange, "All records of an exchange");
  pack->add_option("--index", args->indices, "Entries")->allow_extra_args(false)->delimiter(',');
  pack->add_option("--case", args->object,
                   "The dossier of a request, grant, resource or dispute, by its name");
  pack->add_option("--agency", args->agency, "All records of a party within a period");
  pack->add_option("--from", args->from, "The period's begin: 2026-03-01 or RFC 3339");
  pack->add_option("--to", args->to, "The period's end, not part of it");
  pack->add_option("--out", args->out, "The pack's file; several are OUT-1.json, OUT-2.json, …")
      ->required();
}

}  // namespace

void AddAuditCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "audit", "Evidence: search, prove, export, verify");
  auto args = std::make_shared<AuditArgs>();

  CLI::App* verify = Verb(noun, session, "verify", "Verify a pack offline; exit 7 if it is wrong",
                          [=] { return VerifyPackFile(session, *args); });
  verify->add_option("PACK", args->pack, "The pack's file")->required();
  verify->add_option("--key", args->key, "File of the note verifier keys that you pinned")
      ->required();

  CLI::App* checkpoint = Verb(noun, session, "checkpoint", "The newest witnessed checkpoint",
                              [=] { return PrintCheckpoint(session, *args); });
  checkpoint->add_flag("--signed", args->signed_only, "The newest signed one, witnessed or not");

  CLI::App* search = Verb(noun, session, "search", "Entries, newest first",
                          [=] { return Search(session, *args); });
  AddSearchOptions(search, args.get());

  CLI::App* show =
      Verb(noun, session, "show", "One entry", [=] { return ShowEntry(session, *args); });
  show->add_option("INDEX", args->index)->required();

  CLI::App* proof = Verb(noun, session, "proof", "Prove that an entry is in the log",
                         [=] { return Prove(session, *args); });
  proof->add_option("INDEX", args->index)->required();

  CLI::App* unmatched = Verb(noun, session, "unmatched", "Exchanges that lack this node's half",
                             [=] { return PrintUnmatched(session, *args); });
  unmatched->add_option("--limit", args->limit, "Exchanges at most; 0: all")->capture_default_str();

  CLI::App* name = Verb(noun, session, "name-witnesses",
                        "Name the witnesses on whose reports the log may start; by two persons",
                        [=] { return NameWitnesses(session, *args); });
  name->add_option("NODE", args->nodes, "agencies/{a}/nodes/{n}")->required();
  name->add_option("--reason", args->why, "Why the others cannot report")->required();

  AddControlCommands(noun, session);
  AddExportCommand(noun, session);
  AddStampCommand(noun, session);
  AddAuditRebuildCommand(noun, session);
}

}  // namespace shareway::cli
