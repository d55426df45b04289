// SPDX-License-Identifier: Apache-2.0
// Keeps what nodes of providers take and file: slices of day quotas, holds.
#include "services/sharing/store/node_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/sharing/store/record_parts.h"

namespace shareway::sharing {
namespace {

constexpr char kQuota[] = "quota/";

std::string QuotaDayKey(absl::CivilDay day) {
  return absl::StrCat(kQuota, absl::FormatCivilTime(day), "/");
}
std::string QuotaKey(absl::string_view grant, absl::CivilDay day) {
  return absl::StrCat(QuotaDayKey(day), grant);
}
std::string HoldKey(absl::string_view node, absl::string_view agency, absl::string_view subject) {
  return absl::StrCat("hold/", node, "|", agency, "|", subject);
}
// The outbox forgets acts once they are too old to be taken; these are filed at any age.
std::string FiledActKey(const evidence::SignedAct& act) {
  return absl::StrCat("filed-act/", crypto::Sha256(act.act()).view());
}

void PutAt(const std::string& key, uint64_t version, const std::string& bytes, kv::Batch* batch) {
  if (version == 0) {
    batch->ExpectAbsent(key);
  } else {
    batch->Expect(key, version);
  }
  batch->Put(key, bytes);
}

}  // namespace

absl::StatusOr<Stored<DayQuota>> NodeStore::LoadGiven(absl::string_view grant,
                                                      absl::CivilDay day) const {
  absl::StatusOr<kv::Entry> entry = kv_->Get(QuotaKey(grant, day));
  if (absl::IsNotFound(entry.status())) return Stored<DayQuota>{};
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  store::QuotaRecord record;
  if (!record.ParseFromString(entry->value)) return Unreadable("quota");
  return Stored<DayQuota>{FromRecord(record.given()), entry->version};
}

absl::Status NodeStore::PutGiven(absl::string_view grant, absl::CivilDay day, const DayQuota& given,
                                 uint64_t version) {
  store::QuotaRecord record;
  *record.mutable_given() = ToRecord(given);
  kv::Batch batch;
  PutAt(QuotaKey(grant, day), version, record.SerializeAsString(), &batch);
  return kv_->Commit(std::move(batch)).status();
}

absl::Status NodeStore::DropGivenBefore(absl::CivilDay day) {
  kv::Batch batch;
  batch.DeleteRange(kQuota, QuotaDayKey(day));
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<Stored<FiledHold>> NodeStore::LoadHold(absl::string_view node,
                                                      absl::string_view agency,
                                                      absl::string_view subject) const {
  absl::StatusOr<kv::Entry> entry = kv_->Get(HoldKey(node, agency, subject));
  if (absl::IsNotFound(entry.status())) return Stored<FiledHold>{};
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  store::HoldRecord record;
  if (!record.ParseFromString(entry->value)) return Unreadable("hold");
  return Stored<FiledHold>{{.node = record.node(),
                            .agency = record.agency(),
                            .subject = record.subject(),
                            .held = record.held(),
                            .reason = record.reason(),
                            .set_time = TimeOf(record.set_nanos()),
                            .filed_time = TimeOf(record.filed_nanos()),
                            .act = record.act()},
                           entry->version};
}

absl::Status NodeStore::PutHold(const FiledHold& hold, uint64_t version,
                                evidence::AuditRecord event) {
  store::HoldRecord record;
  record.set_node(hold.node);
  record.set_agency(hold.agency);
  record.set_subject(hold.subject);
  record.set_held(hold.held);
  record.set_reason(hold.reason);
  record.set_set_nanos(Nanos(hold.set_time));
  record.set_filed_nanos(Nanos(hold.filed_time));
  record.set_act(hold.act);
  const std::string bytes = record.SerializeAsString();
  event.set_state(bytes);
  const evidence::SignedAct act = event.act();
  kv::Batch batch;
  PutAt(HoldKey(hold.node, hold.agency, hold.subject), version, bytes, &batch);
  if (event.has_act()) batch.ExpectAbsent(FiledActKey(act)).Put(FiledActKey(act), hold.node);
  outbox_->Add(std::move(event), &batch);
  const absl::Status committed = kv_->Commit(std::move(batch)).status();
  if (!absl::IsAborted(committed)) return committed;
  const bool replayed = !act.act().empty() && kv_->Get(FiledActKey(act)).ok();
  return Error(replayed ? Reason::kActReplayed : Reason::kChangedMeanwhile,
               absl::StatusCode::kAborted,
               absl::StrCat("the hold of ", hold.subject, " changed meanwhile, or its act was used"))
      .With("subject", hold.subject);
}

}  // namespace shareway::sharing
