// SPDX-License-Identifier: Apache-2.0
// Turns over the waiting halves.
#include "services/audit/matcher.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/reason.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/log/log.h"
#include "services/audit/domain/half.h"
#include "services/audit/store/overdue.h"

namespace shareway::audit {
namespace {

// So many are judged before the rest of a turn's is looked at again.
constexpr size_t kMaxAtOnce = 1000;
// A turn over very many halves is followed by a pause of so many times its length.
constexpr int kRest = 20;

// Of the entries of one exchange so many are asked for each half, newest first.
constexpr size_t kPageEntries = 500;
constexpr int kMaxPages = 8;

constexpr size_t kMaxNameBytes = 255;

// What the log says about one missing half.
enum class Said {
  kNothing,
  kThere,     // it came after all, or the other was said twice
  kReported,  // HALF_MISSING was recorded
};

// Anyone may append a record that looks like a report: only audit's own, `self`'s, is one.
bool IsReportOf(const Facts& facts, const std::string& self, const Half& half,
                const std::string& grant) {
  return facts.producer == self && facts.kind == evidence::v1::HALF_MISSING &&
         facts.attempt == half.attempt && facts.grant == grant &&
         facts.nodes == std::vector<std::string>{half.other, half.node};
}

bool IsMatchOf(const Facts& facts, const Half& half) {
  const std::optional<Half> other = HalfOf(facts);
  return other && other->side == half.other_side() && other->attempt == half.attempt &&
         other->exchange == half.exchange &&
         other->node == half.other && other->other == half.node;
}

// Who buries an answer below very many entries gets the half reported once more: the other
// way round a node could bury its silence.
absl::StatusOr<Said> Ask(const LogReader& reader, const LogState& state, const std::string& self,
                         const Half& half, const std::string& grant) {
  const Query query{.exchange = std::string(ExchangeIdOf(half.exchange))};
  uint64_t below = state.size();
  for (int pages = 0; below > 0 && pages < kMaxPages; ++pages) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const SearchPage page,
        reader.Search(state, query, {.all = true}, below, {.entries = kPageEntries}));
    for (const Found& found : page.found) {
      if (IsMatchOf(found.facts, half)) return Said::kThere;
      if (IsReportOf(found.facts, self, half, grant)) return Said::kReported;
    }
    below = page.below;
  }
  return Said::kNothing;
}

// Longer names are nobody's, and a report of them might not fit into a record: it would then
// stand in the way of all others.
bool IsShort(const std::string& name) { return name.size() <= kMaxNameBytes; }

bool CanBeReported(const Half& half, const Facts& facts) {
  return IsShort(half.node) && IsShort(half.other) && IsShort(facts.grant) &&
         IsShort(facts.resource) && IsShort(facts.request);
}

evidence::AuditRecord ReportOf(const Half& half, const Facts& facts) {
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::HALF_MISSING);
  for (const std::string& agency : facts.agencies) {
    if (static_cast<size_t>(record.agencies_size()) == kMaxAgencyTerms) break;
    if (IsShort(agency)) record.add_agencies(agency);
  }
  record.set_resource(facts.resource);
  record.set_request(facts.request);
  record.set_grant(facts.grant);
  record.set_exchange(std::string(ExchangeIdOf(half.exchange)));
  record.set_attempt(half.attempt);
  record.add_nodes(half.other);
  record.add_nodes(half.node);
  record.set_object(half.other);
  record.set_reason(std::string(ReasonName(Reason::kExchangeLost)));
  const bool consumer = half.other_side() == Side::kConsumer;
  record.set_rule(consumer ? "the consumer's half" : "the provider's half");
  return record;
}

}  // namespace

Matcher::Matcher(Parts parts, Options options)
    : parts_(std::move(parts)),
      options_(options),
      missing_(parts_.metrics->AddGauge(
          "shareway_audit_halves_missing",
          "Halves of exchanges that are missing for over five minutes after the other came.")) {}

Matcher::~Matcher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void Matcher::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Matcher::Run() {
  const Clock& clock = parts_.audit->clock();
  bool failing = false;
  for (absl::Duration pause = options_.turn;;) {
    {
      absl::MutexLock lock(&mutex_);
      if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), pause)) return;
    }
    if (!parts_.serving()) continue;
    const absl::Duration begin = clock.SinceBoot();
    const absl::Status status = Turn();
    pause = std::max(options_.turn, kRest * (clock.SinceBoot() - begin));
    // Once for each time that it begins to fail.
    if (!status.ok() && !failing) log::Error("matching-failed", {{"status", status}});
    failing = !status.ok();
  }
}

absl::StatusOr<Matcher::Verdict> Matcher::Judge(const LogState& state, const Waiting& waiting) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::vector<Found> found,
      parts_.reader->Entries(state, waiting.index, waiting.index + 1, kMaxRecordBytes));
  const Facts& facts = found[0].facts;
  const std::optional<Half> half = HalfOf(facts);
  if (!half) return Verdict::kThere;  // its record was deleted at the end of retention
  if (!CanBeReported(*half, facts)) return Verdict::kThere;
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::Identity self,
                            crypto::Identity::Parse(parts_.own->producer()));
  SHAREWAY_ASSIGN_OR_RETURN(const Said said,
                            Ask(*parts_.reader, state, self.name, *half, facts.grant));
  if (said == Said::kThere) return Verdict::kThere;
  if (said == Said::kReported) return Verdict::kMissing;
  SHAREWAY_RETURN_IF_ERROR(parts_.own->Append(ReportOf(*half, facts)).status());
  return Verdict::kReported;
}

absl::Status Matcher::Turn() {
  const absl::Time until = parts_.audit->clock().Now() - options_.age;
  uint64_t reported = 0;
  for (bool more = true; more;) {
    absl::flat_hash_map<uint64_t, bool> judged;
    std::vector<Waiting> fresh;
    more = false;
    SHAREWAY_RETURN_IF_ERROR(ScanOverdue(*parts_.store, until, [&](const Waiting& waiting) {
      const auto known = judged_.find(waiting.index);
      if (known != judged_.end()) {
        judged.insert(*known);
      } else if (fresh.size() < kMaxAtOnce) {
        fresh.push_back(waiting);
      } else {
        more = true;
      }
      return true;
    }));
    judged_ = std::move(judged);
    for (const Waiting& waiting : fresh) {
      // Each on the newest state: what one of them reports, the next may be told of.
      const std::shared_ptr<const LogState> state = parts_.audit->state();
      SHAREWAY_ASSIGN_OR_RETURN(const Verdict verdict, Judge(*state, waiting));
      judged_[waiting.index] = verdict != Verdict::kThere;
      if (verdict == Verdict::kReported) ++reported;
    }
  }
  if (reported > 0) log::Warn("halves-missing", {{"new", reported}});
  missing_.Set(static_cast<double>(std::count_if(judged_.begin(), judged_.end(),
                                                 [](const auto& each) { return each.second; })));
  return absl::OkStatus();
}

}  // namespace shareway::audit
