// SPDX-License-Identifier: Apache-2.0
// The sharing service without the network, over a store on disk.
#include "tools/bench_sharing/office.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "libs/kv/rocks_store.h"
#include "services/sharing/domain/examples.h"
#include "services/sharing/grants/grants.h"

namespace shareway::bench {
namespace {

using sharing::Actor;
using sharing::Agency;
using sharing::Stored;

constexpr uint64_t kOutboxKept = 1'000;
constexpr absl::Duration kDrainEvery = absl::Milliseconds(100);

template <typename T>
T Must(absl::StatusOr<T> result, const char* step) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "bench_sharing: %s: %s\n", step, result.status().ToString().c_str());
  std::exit(1);
}
void Must(const absl::Status& status, const char* step) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench_sharing: %s: %s\n", step, status.ToString().c_str());
  std::exit(1);
}

std::string ConsumerOf(uint64_t n) { return absl::StrCat("agencies/c", n % Office::kAgencies); }
std::string ProviderOf(uint64_t n) {
  return absl::StrCat("agencies/p", (n / Office::kAgencies) % Office::kAgencies);
}

sharing::Resource ResourceOf(const std::string& provider) {
  sharing::Resource resource = sharing::Marriages();
  resource.name = absl::StrCat("resources/306002-", provider.substr(provider.find('/') + 1));
  resource.provider = provider;
  return resource;
}

std::string EtagOf(const Stored<sharing::Request>& request) {
  return sharing::Desk::EtagOf(request.version);
}

}  // namespace

Office::Office(const std::string& dir)
    : kv_(Must(kv::OpenRocks(dir, {.cache_bytes = sharing::kCacheBytes,
                                   .memtable_bytes = sharing::kMemtableBytes}),
               "open")),
      outbox_(Must(outbox::Outbox::Open(kv_.get(), "shareway://bench/service/sharing",
                                        &SystemClock()),
                   "outbox")),
      store_(std::make_unique<sharing::SharingStore>(kv_.get(), outbox_.get())) {
  Must(store_->Prepare(), "prepare");
  const auto find = [](absl::string_view name) -> std::optional<Agency> {
    if (!absl::StartsWith(name, "agencies/")) return std::nullopt;
    return sharing::AgencyOf(std::string(name));
  };
  desk_ = std::make_unique<sharing::Desk>(store_.get(), &SystemClock(), &sharing::Profiles(),
                                          &sharing::Calendars(), "cn-2025-809", find);
  sharing_ = std::make_unique<sharing::Sharing>(desk_.get());
  inbox_ = std::make_unique<sharing::Inbox>(desk_.get());
  sharing::Grants grants(desk_.get());
  for (uint64_t n = 0; n < kAgencies; ++n) {
    Must(grants.Follow(ResourceOf(ProviderOf(n * kAgencies))), "resource");
  }
  drain_ = std::thread(&Office::Drain, this);
}

Office::~Office() {
  closed_.Notify();
  drain_.join();
}

sharing::Errand Office::By(const Actor& actor) {
  sharing::Errand errand{.actor = actor, .act = evidence::SignedAct()};
  // As long as a real one: nonce, names, the request and a signature.
  errand.act->set_act(absl::StrCat("act ", ++acts_, std::string(400, '.')));
  return errand;
}

Stored<sharing::Request> Office::Submit(uint64_t n) {
  const std::string consumer = ConsumerOf(n);
  const Actor applicant{.name = "people/a", .agency = consumer, .applicant = true};
  const Actor head{.name = "people/ch", .agency = consumer, .head = true};
  sharing::Request::Fields asked = sharing::Asked(ResourceOf(ProviderOf(n)));
  const absl::CivilDay today = statute::LawDay(absl::Now());
  asked.scope.start = today + 1;
  asked.scope.end = today + 300;
  Stored<sharing::Request> request = Must(sharing_->Create(By(applicant), asked, false), "create");
  const std::string name = request.value.fields().name;
  request = Must(sharing_->SignOff(By(head), name, EtagOf(request)), "sign off");
  return Must(sharing_->Submit(By(applicant), name, EtagOf(request)), "submit");
}

void Office::Answer(uint64_t n, const Stored<sharing::Request>& request) {
  const std::string provider = ProviderOf(n);
  const Actor reviewer{.name = "people/r", .agency = provider, .reviewer = true};
  const Actor head{.name = "people/ph", .agency = provider, .head = true};
  const std::string& name = request.value.fields().name;
  const Stored<sharing::Request> decided =
      Must(sharing_->Decide(By(reviewer), name, EtagOf(request),
                            {.verdict = sharing::Decision::Verdict::kApprove}),
           "decide");
  Must(sharing_->SignOffDecision(By(head), name, EtagOf(decided)).status(), "sign off decision");
}

size_t Office::OpenInbox(uint64_t n, sharing::Inbox::View view) {
  const Actor reviewer{.name = "people/r", .agency = ProviderOf(n), .reviewer = true};
  return Must(inbox_->List(reviewer, view, "", 50,
                           [](const sharing::Request&) { return true; }),
              "inbox")
      .values.size();
}

void Office::Drain() {
  while (!closed_.WaitForNotificationWithTimeout(kDrainEvery)) {
    const uint64_t head = kv_->LogHead("outbox");
    if (head <= kOutboxKept) continue;
    kv::Batch batch;
    batch.Trim("outbox", head - kOutboxKept);
    Must(kv_->Commit(std::move(batch)).status(), "trim");
  }
}

void Office::CommitBare(uint64_t n, size_t bytes) {
  kv::Batch batch;
  batch.Put(absl::StrCat("bare/", n), std::string(bytes, static_cast<char>('a' + n % 26)));
  Must(kv_->Commit(std::move(batch)).status(), "bare commit");
}

}  // namespace shareway::bench
