// SPDX-License-Identifier: Apache-2.0
// shareway audit: the evidence log, and packs that are verified without it.
#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/note.h"
#include "libs/evidence/pack.h"
#include "libs/merkle/verify.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

constexpr char kService[] = "/shareway.audit.v1.AuditService/";

struct AuditArgs {
  std::string pack, key, agency, exchange, grant, object, kind, to;
  std::vector<uint64_t> indices;
  uint64_t index = 0;
  size_t limit = 50;
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

// The newest checkpoint, verified where the context pins the log's key.
absl::StatusOr<audit::v1::Checkpoint> ReadCheckpoint(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(
      auto checkpoint, session->Call<audit::v1::Checkpoint>(absl::StrCat(kService, "GetCheckpoint"),
                                                            audit::v1::GetCheckpointRequest()));
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

absl::Status PrintCheckpoint(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const audit::v1::Checkpoint checkpoint, ReadCheckpoint(session));
  if (session->flags.format == Format::kTable) {
    *session->out << checkpoint.note();
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

absl::Status Search(Session* session, const AuditArgs& args) {
  audit::v1::SearchEntriesRequest search;
  if (!args.agency.empty()) search.set_agency(FullName("agencies", args.agency));
  search.set_exchange(args.exchange);
  if (!args.grant.empty()) search.set_grant(FullName("grants", args.grant));
  search.set_object(args.object);
  search.set_kind(EnumOf<evidence::v1::RecordKind>(args.kind));
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

absl::Status ExportPack(Session* session, const AuditArgs& args) {
  if (args.exchange.empty() == args.indices.empty()) {
    return UsageError("want one of --exchange and --index");
  }
  audit::v1::ExportEvidenceRequest request;
  request.set_exchange(args.exchange);
  *request.mutable_indices() = {args.indices.begin(), args.indices.end()};
  SHAREWAY_ASSIGN_OR_RETURN(const auto response,
                            session->Call<audit::v1::ExportEvidenceResponse>(
                                absl::StrCat(kService, "ExportEvidence"), request));
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::Pack pack, evidence::ReadPack(response.pack()));
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(args.to));
  SHAREWAY_RETURN_IF_ERROR(file.Write(response.pack()));
  SHAREWAY_RETURN_IF_ERROR(file.Keep());
  session->Print(
      {{"file", args.to}, {"entries", pack.entries.size()}, {"bytes", response.pack().size()}});
  return absl::OkStatus();
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

  Verb(noun, session, "checkpoint", "The newest signed checkpoint",
       [=] { return PrintCheckpoint(session); });

  CLI::App* search = Verb(noun, session, "search", "Entries, newest first",
                          [=] { return Search(session, *args); });
  search->add_option("--agency", args->agency);
  search->add_option("--exchange", args->exchange);
  search->add_option("--grant", args->grant);
  search->add_option("--object", args->object, "A changed object's name");
  search->add_option("--kind", args->kind)->check(Is<evidence::v1::RecordKind>());
  search->add_option("--limit", args->limit, "Entries at most; 0: all")->capture_default_str();

  CLI::App* show =
      Verb(noun, session, "show", "One entry", [=] { return ShowEntry(session, *args); });
  show->add_option("INDEX", args->index)->required();

  CLI::App* proof = Verb(noun, session, "proof", "Prove that an entry is in the log",
                         [=] { return Prove(session, *args); });
  proof->add_option("INDEX", args->index)->required();

  CLI::App* pack = Verb(noun, session, "export", "A pack that verifies offline",
                        [=] { return ExportPack(session, *args); });
  pack->add_option("--exchange", args->exchange, "All records of an exchange");
  pack->add_option("--index", args->indices, "Entries")->allow_extra_args(false)->delimiter(',');
  pack->add_option("--to", args->to, "The pack's file")->required();
}

}  // namespace shareway::cli
