// SPDX-License-Identifier: Apache-2.0
// The one write of the sharing store: a change becomes a batch.
#include <map>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/store/record_codec.h"
#include "services/sharing/store/sharing_store.h"

namespace shareway::sharing {
namespace {

// Audit takes entries up to 64 KiB; envelope, salt and sequence need some of it.
constexpr size_t kMaxEventBytes = 60 << 10;

// Builds one batch, and remembers the bytes of each object for the events.
class Builder {
 public:
  Builder(const std::vector<std::string>& owners, kv::Batch* batch)
      : owners_(owners), batch_(batch) {}

  // Writes an object under `key` and, when it is new, into its owners' lists.
  void Put(absl::string_view name, absl::string_view key, std::string bytes, uint64_t version) {
    if (version == 0) {
      batch_->ExpectAbsent(key);
    } else {
      batch_->Expect(key, version);
    }
    batch_->Put(key, bytes);
    states_[std::string(name)] = std::move(bytes);
  }

  void List(absl::string_view kind, absl::Time created, absl::string_view name,
            absl::string_view also = "") {
    for (const std::string& owner : owners_) {
      batch_->Put(absl::StrCat(ListPrefix(kind, owner), ListPlace(created, name)), "");
    }
    if (!also.empty()) {
      batch_->Put(absl::StrCat(ListPrefix(kind, also), ListPlace(created, name)), "");
    }
  }

  void ListClock(const statute::Clock& clock, absl::string_view subject) {
    for (const std::string& owner : owners_) {
      batch_->Put(absl::StrCat(ClockPrefix(owner), ClockPlace(clock.due.day, subject,
                                                              statute::ClockKindName(clock.kind))),
                  "");
    }
    if (clock.due.provisional && !clock.stop) {
      batch_->Put(ProvisionalKey(subject), "");
    } else {
      batch_->Delete(ProvisionalKey(subject));
    }
  }

  const std::map<std::string, std::string>& states() const { return states_; }

 private:
  const std::vector<std::string>& owners_;
  kv::Batch* const batch_;
  std::map<std::string, std::string> states_;
};

void PutGrants(const Change& change, Builder* builder, kv::Batch* batch) {
  for (const Stored<Grant>& grant : change.grants) {
    const Grant::Fields& f = grant.value.fields();
    std::string bytes = Encode(grant.value);
    const int place = batch->Append(kGrantLog, bytes);
    builder->Put(f.name, GrantRecordKey(f.name), std::move(bytes), grant.version);
    batch->PutNumber(GrantNumberKey(f.name), place);
    if (grant.version == 0) builder->List("grants", f.create_time, f.name, f.resource);
  }
}

void PutConsents(const Change& change, Builder* builder, kv::Batch* batch) {
  for (const Stored<Consent>& consent : change.consents) {
    const Consent& c = consent.value;
    builder->Put(c.name, c.name, Encode(c), consent.version);
    const std::string live = LiveConsentKey(c.resource);
    if (consent.version == 0) {
      batch->ExpectAbsent(live).Put(live, c.name);
    } else if (c.withdraw_time) {
      batch->Delete(live);
    }
  }
}

void PutDisputes(const Change& change, Builder* builder, kv::Batch* batch) {
  for (const Stored<Dispute>& dispute : change.disputes) {
    const Dispute::Fields& f = dispute.value.fields();
    builder->Put(f.name, f.name, Encode(dispute.value), dispute.version);
    const std::string open = OpenDisputeKey(f.subject, f.consumer);
    if (dispute.version == 0) {
      builder->List("disputes", f.create_time, f.name);
      batch->ExpectAbsent(open).Put(open, f.name);
    } else if (f.stage == Dispute::Stage::kClosed) {
      batch->Delete(open);
    }
    for (const statute::Clock& clock : f.clocks) builder->ListClock(clock, f.name);
  }
}

}  // namespace

absl::StatusOr<Written> SharingStore::Commit(const Change& change, absl::Time now) {
  kv::Batch batch;
  Builder builder(change.owners, &batch);
  PutGrants(change, &builder, &batch);  // first: their appends have the first numbers
  for (const Stored<Request>& request : change.requests) {
    const Request::Fields& f = request.value.fields();
    builder.Put(f.name, f.name, Encode(request.value), request.version);
    if (request.version == 0) builder.List("requests", f.create_time, f.name);
    if (f.clock) builder.ListClock(*f.clock, f.name);
  }
  PutConsents(change, &builder, &batch);
  PutDisputes(change, &builder, &batch);
  for (const Stored<Notice>& notice : change.notices) {
    const Notice& n = notice.value;
    builder.Put(n.name, n.name, Encode(n), notice.version);
    if (notice.version == 0) builder.List("notices", n.create_time, n.name);
  }
  for (const Stored<Resource>& resource : change.rests_on) {
    batch.Expect(resource.value.name, resource.version);
  }
  for (const Stored<Consent>& consent : change.rests_on_consents) {
    batch.Expect(consent.value.name, consent.version);
  }
  for (evidence::AuditRecord event : change.events) {
    if (auto state = builder.states().find(event.object()); state != builder.states().end()) {
      event.set_state(state->second);
    }
    if (event.ByteSizeLong() > kMaxEventBytes) {
      return Error(Reason::kFieldInvalid, absl::StatusCode::kResourceExhausted,
                   absl::StrCat(event.object(), " would take ", event.ByteSizeLong(),
                                " bytes of evidence, at most ", kMaxEventBytes))
          .With("object", event.object());
    }
    outbox_->Add(std::move(event), &batch);
  }
  change.once.Record(*kv_, change.result, now, &batch);

  absl::StatusOr<kv::Committed> committed = kv_->Commit(std::move(batch));
  if (committed.ok()) {
    Written written{.version = committed->version, .grant_numbers = committed->numbers};
    written.grant_numbers.resize(change.grants.size());
    return written;
  }
  if (absl::IsResourceExhausted(committed.status())) {
    return absl::Status(Error(Reason::kDiskFull, absl::StatusCode::kResourceExhausted,
                              committed.status().message()));
  }
  if (!absl::IsAborted(committed.status())) return committed.status();
  for (const evidence::AuditRecord& event : change.events) {
    if (event.has_act() && outbox_->Taken(event.act())) {
      return absl::Status(Error(Reason::kActReplayed, absl::StatusCode::kAborted,
                                "this signed act was used before"));
    }
  }
  return absl::Status(Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
                            absl::StrCat(change.result, " changed meanwhile"))
                          .With("name", change.result));
}

}  // namespace shareway::sharing
