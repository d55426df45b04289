// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/fsck.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/attachment/contents.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/codes/resource_code.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/merkle/verify.h"
#include "libs/outbox/keys.h"
#include "libs/outbox/record.pb.h"
#include "libs/outbox/sealed.h"
#include "services/audit/store/fsck.h"
#include "shareway/catalog/v1/assessment.pb.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/catalog/v1/classification.pb.h"
#include "shareway/catalog/v1/directory.pb.h"
#include "shareway/catalog/v1/project.pb.h"
#include "shareway/sharing/v1/grant.pb.h"
#include "tools/shareway/fsck_records.h"
#include "tools/shareway/key_history.h"

namespace shareway::cli {
namespace {

using evidence::v1::AuditRecord;

template <typename... Parts>
absl::Status Violated(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat(parts...));
}

template <typename Message>
bool Parses(absl::string_view bytes, Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

class StoreCheck {
 public:
  StoreCheck(const kv::Store& store, const audit::FsckOptions& log, bool records)
      : store_(store), log_(log), records_(records) {}

  absl::StatusOr<StoreReport> Run() {
    report_.service = Recognise();
    if (report_.service.empty()) {
      return absl::NotFoundError("the folder holds no store of a Shareway service");
    }
    // A log whose older part was proven is not read whole again.
    if (!log_.since) SHAREWAY_RETURN_IF_ERROR(CheckKeys());
    if (report_.service == "audit") return CheckAudit();
    SHAREWAY_RETURN_IF_ERROR(ReadDirectoryKeys());
    SHAREWAY_RETURN_IF_ERROR(CheckOutboxLog());
    SHAREWAY_RETURN_IF_ERROR(CheckSealed());
    if (report_.service == "catalog") SHAREWAY_RETURN_IF_ERROR(CheckCatalog());
    if (report_.service == "sharing") SHAREWAY_RETURN_IF_ERROR(CheckSharing());
    if (report_.service == "exchange") SHAREWAY_RETURN_IF_ERROR(CheckExchange());
    return report_;
  }

 private:
  bool Has(absl::string_view prefix) const {
    bool found = false;
    (void)store_.Scan(prefix, PrefixEnd(prefix),
                      [&](absl::string_view, absl::string_view, uint64_t) {
                        found = true;
                        return false;
                      });
    return found;
  }

  // By the keys that only one service writes.
  std::string Recognise() const {
    if (Has("m/log-key")) return "audit";
    if (Has("directory/") || store_.LogHead("directory") > 0) return "catalog";
    if (Has("meta/catalog") || store_.LogHead("grants") > 0) return "sharing";
    for (const char* prefix : {"grant/", "resource/", "dataset", "asked/", "answered/", "hold/"}) {
      if (Has(prefix)) return "exchange";
    }
    if (Has("meta/epoch")) return "sharing";
    return Has(outbox::kIncarnationKey) ? "exchange" : "";
  }

  // Reading a key verifies the checksum of its block.
  absl::Status CheckKeys() {
    uint64_t keys = 0;
    SHAREWAY_RETURN_IF_ERROR(
        store_.Scan("", "", [&](absl::string_view, absl::string_view, uint64_t) {
          ++keys;
          return true;
        }));
    Held(keys, " keys read");
    return absl::OkStatus();
  }

  absl::StatusOr<StoreReport> CheckAudit() {
    SHAREWAY_ASSIGN_OR_RETURN(KeyHistory keys, KeyHistory::Read(store_));
    RecordsCheck judge(std::move(keys));
    audit::FsckOptions options = log_;
    if (records_) options.judge = &judge;
    SHAREWAY_ASSIGN_OR_RETURN(const audit::FsckReport log, audit::CheckLog(store_, options));
    Held(log.size, " log entries, ", log.read, " of them read, ", log.deleted,
         " without record; root ", ToHex(log.root.view()));
    Held("their commitments, tree, ids and postings");
    if (records_) {
      Held(judge.signatures(), " signatures verified, ", judge.unknown_keys(),
           " records with one by a key that neither log nor store has");
      Held(judge.deliveries(), " deliveries, told alike by both nodes where both told");
    }
    Held("the checkpoint signs ", log.checkpoint_size, " entries");
    if (log.witnessed_size > 0) {
      Held("the witnessed checkpoint covers ", log.witnessed_size, " entries, cosigned by ",
           log.witnesses);
    }
    Held(log.unmatched, " halves wait for the other");
    if (log.staged > 0) Held(log.staged, " entries wait for the log's rebuild");
    if (log.archived > 0) Held(log.archived, " entries in the archive, each byte of it");
    if (log_.mirror != nullptr) Held(log.mirrored, " entries in the mirror, each byte of it");
    report_.proven = log.proven;
    return report_;
  }

  // Calls `visit` for each entry of a log; DATA_LOSS at a gap.
  absl::Status WalkLog(const char* log,
                       absl::FunctionRef<absl::Status(uint64_t, absl::string_view)> visit) {
    SHAREWAY_ASSIGN_OR_RETURN(const uint64_t tail, store_.LogTail(log));
    const uint64_t head = store_.LogHead(log);
    uint64_t next = tail;
    absl::Status status;
    SHAREWAY_RETURN_IF_ERROR(
        store_.ReadLog(log, tail, [&](uint64_t number, absl::string_view bytes) {
          if (number != next) {
            status = Violated("log ", log, ": entry ", next, " is missing");
          } else {
            status = visit(number, bytes);
          }
          ++next;
          return status.ok();
        }));
    SHAREWAY_RETURN_IF_ERROR(status);
    if (next != head + 1) return Violated("log ", log, ": entry ", next, " is missing");
    Held("log ", log, ": ", head + 1 - tail, " entries without a gap, up to ", head);
    return absl::OkStatus();
  }

  // The keys in this store's copy of the directory, by id.
  absl::Status ReadDirectoryKeys() {
    for (const char* prefix : {"dir/o/", "directory/o/"}) {
      absl::Status status;
      SHAREWAY_RETURN_IF_ERROR(store_.Scan(
          prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t) {
            catalog::v1::DirectoryChange change;
            if (!Parses(value, &change)) status = Violated(key, " does not parse");
            if (change.has_key()) {
              absl::StatusOr<crypto::PublicKey> known =
                  crypto::PublicKey::FromSpki(change.key().spki());
              if (known.ok()) keys_.emplace(known->id().str(), *known);
            }
            return status.ok();
          }));
      SHAREWAY_RETURN_IF_ERROR(status);
    }
    return absl::OkStatus();
  }

  absl::Status CheckRecord(absl::string_view where, const AuditRecord& record) {
    if (record.nonce().size() != 16) return Violated(where, ": the nonce has not 16 bytes");
    if (!evidence::v1::RecordKind_IsValid(record.kind()) || record.kind() == 0) {
      return Violated(where, ": ", static_cast<int>(record.kind()), " is no kind of record");
    }
    if (record.incarnation() != incarnation_) {
      return Violated(where, ": the record is of another incarnation");
    }
    return absl::OkStatus();
  }

  absl::Status CheckOutboxLog() {
    SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry incarnation, store_.Get(outbox::kIncarnationKey));
    incarnation_ = incarnation.value;
    if (incarnation_.size() != 16) return Violated(outbox::kIncarnationKey, " has not 16 bytes");
    const absl::StatusOr<kv::Entry> mark = store_.Get(outbox::kMarkKey);
    if (mark.ok() && !mark_.ParseFromString(mark->value)) {
      return Violated(outbox::kMarkKey, " does not parse");
    }
    const uint64_t head = store_.LogHead(outbox::kLog);
    if (mark_.seal() > head + 1 || mark_.include() > std::max<uint64_t>(mark_.seal(), 1)) {
      return Violated(outbox::kMarkKey, " names entries ", mark_.include(), " and ", mark_.seal(),
                      " of a log that ends at ", head);
    }
    return WalkLog(outbox::kLog, [&](uint64_t number, absl::string_view bytes) -> absl::Status {
      const std::string where = absl::StrCat("log outbox, entry ", number);
      AuditRecord record;
      if (!Parses(bytes, &record)) return Violated(where, " does not parse");
      return CheckRecord(where, record);
    });
  }

  // One signature covers a batch: every record's path leads to the same root.
  absl::Status CheckSealedRecord(absl::string_view where, const evidence::v1::SealedRecord& sealed,
                                 uint64_t sequence, std::optional<std::string>* root) {
    const absl::StatusOr<evidence::OpenedRecord> opened = evidence::Open(sealed);
    if (!opened.ok()) return Violated(where, ": ", opened.status().message());
    SHAREWAY_RETURN_IF_ERROR(CheckRecord(where, opened->record));
    if (opened->record.sequence() != sequence) {
      return Violated(where, ": the record has sequence ", opened->record.sequence(), ", want ",
                      sequence);
    }
    if (sealed.salt().size() != 16) return Violated(where, ": the salt has not 16 bytes");
    const absl::StatusOr<crypto::BatchSignature> parsed =
        evidence::FromProto(opened->envelope.signature());
    if (!parsed.ok()) return Violated(where, ": ", parsed.status().message());
    const crypto::BatchSignature& signature = *parsed;
    const absl::StatusOr<Hash32> leads_to =
        merkle::RootFromPath(crypto::StatementHasher(signature.suite),
                             crypto::StatementLeaf(signature.suite, opened->envelope.payload()),
                             signature.index, signature.size, signature.path);
    if (!leads_to.ok()) return Violated(where, ": ", leads_to.status().message());
    const std::string signed_root = absl::StrCat(
        crypto::SignedBytes(signature.suite, signature.key_id, signature.size, *leads_to),
        signature.bytes);
    if (root->has_value() && **root != signed_root) {
      return Violated(where, ": the batch's signature does not cover the record");
    }
    *root = signed_root;
    const auto key = keys_.find(signature.key_id.str());
    if (key == keys_.end()) return absl::OkStatus();
    ++verified_;
    const absl::Status status = evidence::Verify(
        &verifier_, key->second, opened->envelope.payload(), opened->envelope.signature());
    return status.ok() ? status : Violated(where, ": ", status.message());
  }

  absl::Status CheckSealed() {
    std::vector<uint64_t> batches;
    SHAREWAY_RETURN_IF_ERROR(store_.Scan(
        outbox::kSealedPrefix, PrefixEnd(outbox::kSealedPrefix),
        [&batches](absl::string_view key, absl::string_view, uint64_t) {
          batches.push_back(ReadBigEndian64(key.substr(sizeof(outbox::kSealedPrefix) - 1)));
          return true;
        }));
    uint64_t records = 0, next = 0;
    for (const uint64_t first : batches) {
      const std::string where = absl::StrCat("sealed batch ", first);
      SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry kept, store_.Get(outbox::SealedKey(first)));
      const auto opened = outbox::OpenSealed(store_, first, kept.value);
      if (!opened.ok()) return opened.status();
      if (next != 0 && first < next) return Violated(where, " overlaps the one before it");
      if (first >= mark_.include() && next != 0 && first != next) {
        return Violated(where, ": entry ", next, " is in no batch and not included");
      }
      std::optional<std::string> root;
      for (size_t i = 0; i < opened->size(); ++i) {
        SHAREWAY_RETURN_IF_ERROR(CheckSealedRecord(absl::StrCat(where, ", record ", i),
                                                   (*opened)[i], first + i, &root));
      }
      next = first + opened->size();
      records += opened->size();
    }
    if (next > std::max<uint64_t>(mark_.seal(), 1)) {
      return Violated("sealed batches reach entry ", next, ", the mark only ", mark_.seal());
    }
    Held(records, " sealed records in ", batches.size(), " batches, ", verified_,
         " signatures verified, ", records - verified_, " by keys that the store does not have");
    return absl::OkStatus();
  }

  absl::Status CheckCatalog() {
    SHAREWAY_RETURN_IF_ERROR(WalkLog("directory", [](uint64_t number, absl::string_view bytes) {
      catalog::v1::DirectoryChange change;
      return Parses(bytes, &change) ? absl::OkStatus()
                                    : Violated("log directory, entry ", number, " does not parse");
    }));
    if (const auto head = store_.Get("directory/head"); head.ok()) {
      const uint64_t number = ReadBigEndian64(head->value);
      if (number != store_.LogHead("directory")) {
        return Violated("directory/head is ", number, ", its log ends at ",
                        store_.LogHead("directory"));
      }
    }
    SHAREWAY_RETURN_IF_ERROR(WalkLog("catalog", [](uint64_t number, absl::string_view bytes) {
      catalog::v1::CatalogChange change;
      return Parses(bytes, &change) ? absl::OkStatus()
                                    : Violated("log catalog, entry ", number, " does not parse");
    }));
    SHAREWAY_RETURN_IF_ERROR(CheckProjects());
    SHAREWAY_RETURN_IF_ERROR(CheckDocuments());
    return CheckCodes();
  }

  // Calls `check` with each key under `prefix`, without it, and its value. `check` may read.
  template <typename Check>
  absl::Status ForEach(absl::string_view prefix, Check check) {
    std::vector<kv::Pair> pairs;
    SHAREWAY_RETURN_IF_ERROR(store_.Scan(
        prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t) {
          pairs.push_back({std::string(key.substr(prefix.size())), std::string(value)});
          return true;
        }));
    for (const kv::Pair& pair : pairs) SHAREWAY_RETURN_IF_ERROR(check(pair.key, pair.value));
    return absl::OkStatus();
  }

  // Each project is its agency's, and entries came in with accepted ones alone.
  absl::Status CheckProjects() {
    std::map<std::string, catalog::v1::Project> projects;  // by id
    SHAREWAY_RETURN_IF_ERROR(
        ForEach("project/o/", [&](absl::string_view id, absl::string_view value) {
          catalog::v1::Project& project = projects[std::string(id)];
          return Parses(value, &project) && project.name() == absl::StrCat("projects/", id)
                     ? absl::OkStatus()
                     : Violated("project/o/", id, " holds another object");
        }));
    std::map<std::string, std::string> borne;  // project id by entry
    SHAREWAY_RETURN_IF_ERROR(
        ForEach("project/r/", [&](absl::string_view entry, absl::string_view id) {
          borne[absl::StrCat("resources/", entry)] = std::string(id);
          return absl::OkStatus();
        }));
    size_t handed_in = 0;
    for (const auto& [id, project] : projects) {
      const std::string agency(absl::StripPrefix(project.agency(), "agencies/"));
      if (!store_.Get(absl::StrCat("project/a/", agency, "/", id)).ok()) {
        return Violated("projects/", id, " is not listed under ", project.agency());
      }
      if (project.state() != catalog::v1::Project::ACCEPTED) continue;
      for (const catalog::v1::PlannedEntry& entry : project.entries()) {
        if (entry.resource().empty()) continue;
        const auto found = borne.find(entry.resource());
        if (found == borne.end() || found->second != id) {
          return Violated(entry.resource(), " came in with projects/", id, " and does not bear it");
        }
        ++handed_in;
      }
    }
    if (handed_in != borne.size()) {
      return Violated(borne.size(), " entries bear projects, whose acceptances name ", handed_in);
    }
    Held(projects.size(), " projects, ", handed_in, " entries as their acceptances name them");
    return absl::OkStatus();
  }

  // Each document of an assessment is found by its agency and its digest, and has its content whole.
  absl::Status CheckDocuments() {
    size_t documents = 0;
    SHAREWAY_RETURN_IF_ERROR(
        ForEach("assessment/o/", [&](absl::string_view id, absl::string_view value) {
          catalog::v1::AssessmentDocument document;
          const std::string name = absl::StrCat("assessmentDocuments/", id);
          if (!Parses(value, &document) || document.name() != name) {
            return Violated("assessment/o/", id, " holds another object");
          }
          const std::string agency(absl::StripPrefix(document.agency(), "agencies/"));
          const absl::StatusOr<kv::Entry> found = store_.Get(
              absl::StrCat("assessment/h/", agency, "/", ToHex(document.sha256())));
          if (!found.ok() || found->value != id ||
              !store_.Get(absl::StrCat("assessment/a/", agency, "/", id)).ok()) {
            return Violated(name, " is not listed under ", document.agency(), " and its digest");
          }
          const uint32_t chunks = attachment::ChunksOf(document.bytes());
          for (uint32_t n = 0; n < chunks; ++n) {
            if (!store_.Get(absl::StrCat("assessment/c/", name, "/", BigEndian64(n).substr(4))).ok()) {
              return Violated(name, " lacks chunk ", n, " of ", chunks);
            }
          }
          ++documents;
          return absl::OkStatus();
        }));
    Held(documents, " documents of assessments, whole");
    return absl::OkStatus();
  }

  // A code that is kept is borne by no entry, and its sequence is past it.
  absl::Status CheckCodes() {
    size_t kept = 0;
    SHAREWAY_RETURN_IF_ERROR(ForEach("code/r/", [&](absl::string_view id, absl::string_view value) {
      catalog::v1::GeneratedCode code;
      const auto known = codes::ResourceCodeFromId(id);
      if (!known.ok() || !Parses(value, &code) || code.code() != known->text) {
        return Violated("code/r/", id, " holds another object");
      }
      if (store_.Get(absl::StrCat("resource/", id)).ok()) {
        return Violated(code.code(), " is kept, and resources/", id, " bears it");
      }
      const absl::StatusOr<kv::Entry> next =
          store_.Get(absl::StrCat("code/n/", known->classification()));
      uint64_t number = 0;
      if (!next.ok() || next->value.size() != sizeof(number) ||
          !absl::SimpleAtoi(known->sequence, &number) ||
          ReadBigEndian64(next->value) <= number) {
        return Violated(code.code(), " is kept, and its sequence would give it out again");
      }
      ++kept;
      return absl::OkStatus();
    }));
    Held(kept, " codes kept for an entry");
    return absl::OkStatus();
  }

  // A grant's number names the log entry that made it what it is.
  absl::Status CheckSharing() {
    std::map<std::string, std::string> records;
    std::map<uint64_t, std::string> stored;  // by number
    SHAREWAY_RETURN_IF_ERROR(
        store_.Scan("grants/", PrefixEnd("grants/"),
                    [&](absl::string_view key, absl::string_view value, uint64_t) {
                      if (absl::ConsumeSuffix(&key, "/r")) {
                        records[std::string(key)] = std::string(value);
                      }
                      return true;
                    }));
    for (auto& [grant, bytes] : records) {
      const absl::StatusOr<kv::Entry> number = store_.Get(grant + "/n");
      if (!number.ok()) return Violated(grant, " has no number in the grant log");
      stored[ReadBigEndian64(number->value)] = std::move(bytes);
    }
    const uint64_t grants = stored.size();
    SHAREWAY_RETURN_IF_ERROR(WalkLog("grants", [&](uint64_t number, absl::string_view bytes) {
      const auto found = stored.find(number);
      if (found == stored.end()) return absl::OkStatus();
      const bool same = found->second == bytes;
      stored.erase(found);
      return same ? absl::OkStatus()
                  : Violated("log grants, entry ", number, " is not what its grant holds");
    }));
    if (!stored.empty() && stored.rbegin()->first > store_.LogHead("grants")) {
      return Violated("a grant has number ", stored.rbegin()->first, ", the grant log ends at ",
                      store_.LogHead("grants"));
    }
    Held(grants, " grants as their log has them");
    return absl::OkStatus();
  }

  template <typename Message>
  absl::Status CheckKept(absl::string_view prefix, absl::string_view what) {
    uint64_t kept = 0;
    absl::Status status;
    SHAREWAY_RETURN_IF_ERROR(store_.Scan(
        prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t) {
          Message message;
          if (!Parses(value, &message) || message.name().empty() ||
              !absl::EndsWith(key, message.name())) {
            status = Violated(key, " holds another object");
          }
          ++kept;
          return status.ok();
        }));
    SHAREWAY_RETURN_IF_ERROR(status);
    Held(kept, " kept ", what);
    return absl::OkStatus();
  }

  absl::Status CheckExchange() {
    SHAREWAY_RETURN_IF_ERROR(CheckKept<sharing::v1::Grant>("grant/g/", "grants"));
    return CheckKept<catalog::v1::Resource>("resource/r/", "resources");
  }

  template <typename... Parts>
  void Held(const Parts&... parts) {
    report_.checked.push_back(absl::StrCat(parts...));
  }

  const kv::Store& store_;
  const audit::FsckOptions& log_;
  const bool records_;
  StoreReport report_;
  std::string incarnation_;
  outbox::Mark mark_;
  std::map<std::string, crypto::PublicKey> keys_;
  crypto::BatchVerifier verifier_;
  uint64_t verified_ = 0;
};

}  // namespace

absl::StatusOr<StoreReport> CheckStore(const kv::Store& store, const audit::FsckOptions& log,
                                       bool records) {
  return StoreCheck(store, log, records).Run();
}

}  // namespace shareway::cli
