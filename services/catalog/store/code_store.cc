// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/code_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/commit.h"

namespace shareway::catalog {
namespace {

constexpr int kTries = 20;

std::string CounterKey(absl::string_view classification) {
  return absl::StrCat("code/n/", classification);
}

std::string ResourceKey(absl::string_view id) { return absl::StrCat("resource/", id); }

// `number` with leading zeros; empty if it has more digits.
std::string Sequence(uint64_t number, uint32_t digits) {
  const std::string text = absl::StrCat(number);
  if (text.size() > digits) return "";
  return std::string(digits - text.size(), '0') + text;
}

std::string IdOf(absl::string_view code) { return absl::StrReplaceAll(code, {{"/", "-"}}); }

evidence::AuditRecord RecordOf(absl::string_view code, const std::vector<std::string>& agencies,
                               const Cause& cause) {
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::RESOURCE_DRAFTED);
  record.set_object(absl::StrCat("resources/", IdOf(code)));
  record.set_resource(record.object());
  for (const std::string& agency : agencies) record.add_agencies(agency);
  store::ResourceChange state;
  state.mutable_record()->set_code(std::string(code));
  state.mutable_record()->set_provider(agencies.front());
  state.mutable_record()->add_compilers(cause.caller.name);
  record.set_state(state.SerializeAsString());
  return record;
}

absl::Status Full(const Categories::Space& space) {
  return Error(Reason::kCodeSpaceFull, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("all sequences of ", space.digits, " digits under ",
                            space.classification, " are given out"))
      .With("classification", space.classification);
}

}  // namespace

std::string CodeKey(absl::string_view resource) {
  return absl::StrCat("code/r/", absl::StripPrefix(resource, "resources/"));
}

absl::StatusOr<CodeStore::Free> CodeStore::Find(const Categories::Space& space) const {
  Free free = {.number = 1};
  const absl::StatusOr<kv::Entry> counter = kv_->Get(CounterKey(space.classification));
  if (counter.ok()) {
    if (counter->value.size() != 8) return absl::DataLossError("a counter of codes is damaged");
    free.number = ReadBigEndian64(counter->value);
    free.version = counter->version;
  } else if (!absl::IsNotFound(counter.status())) {
    return counter.status();
  }
  for (;; ++free.number) {
    const std::string sequence = Sequence(free.number, space.digits);
    if (sequence.empty()) return Full(space);
    free.code = absl::StrCat(space.classification, "/", sequence);
    // People choose codes, too: what an entry bears, or was kept by another rule, is passed over.
    const std::string id = IdOf(free.code);
    const absl::Status borne = kv_->Get(ResourceKey(id)).status();
    if (borne.ok()) continue;
    if (!absl::IsNotFound(borne)) return borne;
    const absl::Status kept = kv_->Get(CodeKey(id)).status();
    if (absl::IsNotFound(kept)) return free;
    if (!kept.ok()) return kept;
  }
}

absl::StatusOr<std::string> CodeStore::Peek(const Categories::Space& space) const {
  SHAREWAY_ASSIGN_OR_RETURN(Free free, Find(space));
  return std::move(free.code);
}

absl::Status CodeStore::CheckKept(const Categories::Space& space, absl::string_view agency) const {
  const std::string prefix = CodeKey(absl::StrCat(space.classification, "-"));
  size_t kept = 0;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view, absl::string_view value, uint64_t) {
        v1::GeneratedCode code;
        if (code.ParseFromArray(value.data(), static_cast<int>(value.size())) &&
            code.agency() == agency) {
          ++kept;
        }
        return kept < kMaxKept;
      }));
  if (kept < kMaxKept) return absl::OkStatus();
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(kMaxKept, " codes under ", space.classification,
                            " are kept for ", agency, " and borne by no entry; use those first"))
      .With("classification", space.classification);
}

absl::StatusOr<v1::GeneratedCode> CodeStore::Again(const std::string& code,
                                                   v1::GeneratedCode taken) const {
  taken.set_code(code);
  const absl::StatusOr<kv::Entry> kept = kv_->Get(CodeKey(IdOf(code)));
  if (absl::IsNotFound(kept.status())) {
    taken.clear_reserve_time();  // an entry bears it by now
    return taken;
  }
  if (!kept.ok()) return kept.status();
  if (!taken.ParseFromString(kept->value)) return absl::DataLossError("a kept code is damaged");
  return taken;
}

absl::StatusOr<v1::GeneratedCode> CodeStore::Take(const Categories::Space& space,
                                                  absl::string_view category,
                                                  const std::vector<std::string>& agencies,
                                                  const Cause& cause, absl::Time now) {
  v1::GeneratedCode taken;
  taken.set_category(std::string(category));
  taken.set_agency(agencies.front());
  *taken.mutable_reserve_time() = evidence::ToTimestamp(now);
  for (int tries = 0; tries < kTries; ++tries) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> known,
                              cause.once.Find(*kv_, now));
    if (known) return Again(*known, std::move(taken));
    SHAREWAY_RETURN_IF_ERROR(CheckKept(space, agencies.front()));
    SHAREWAY_ASSIGN_OR_RETURN(const Free free, Find(space));
    taken.set_code(free.code);
    const std::string id = IdOf(free.code);
    const std::string counter = CounterKey(space.classification);
    kv::Batch batch;
    if (free.version == 0) {
      batch.ExpectAbsent(counter);
    } else {
      batch.Expect(counter, free.version);
    }
    batch.ExpectAbsent(ResourceKey(id));
    batch.ExpectAbsent(CodeKey(id));
    batch.Put(counter, BigEndian64(free.number + 1));
    batch.Put(CodeKey(id), taken.SerializeAsString());
    const absl::Status committed = Commit(kv_, *outbox_,
                                          {.records = {RecordOf(free.code, agencies, cause)},
                                           .cause = &cause,
                                           .result = free.code,
                                           .now = now},
                                          std::move(batch))
                                       .status();
    if (committed.ok()) return taken;
    if (!absl::IsAborted(committed)) return committed;
  }
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               "many codes are being given out at once; retry")
      .With("classification", space.classification);
}

}  // namespace shareway::catalog
