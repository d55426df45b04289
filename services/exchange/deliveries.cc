// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/deliveries.h"

#include <map>
#include <set>
#include <utility>

#include "absl/time/time.h"
#include "libs/base/status.h"
#include "services/exchange/domain/correction_table.h"
#include "services/exchange/store/answered.h"
#include "services/exchange/store/exchange_store.h"

namespace shareway::exchange {
namespace {

constexpr size_t kMaxExchanges = 20;

enum class Held { kNo, kInBulk, kYes };

// Rows of it left, whole or in part.
bool Left(const Answered& answered) {
  if (answered.outcome == Outcome::kDelivered) return true;
  return answered.method == Method::kDownload && !answered.dataset_version.empty();
}

bool HasRecord(absl::string_view recall, absl::string_view record) {
  for (size_t at = 0; at + kRecordDigestBytes <= recall.size(); at += kRecordDigestBytes) {
    if (recall.substr(at, kRecordDigestBytes) == record) return true;
  }
  return false;
}

Held HeldIn(const Answered& answered, absl::string_view resource, absl::string_view record) {
  if (answered.resource != resource || !Left(answered)) return Held::kNo;
  if (record.empty()) return Held::kYes;
  if (HasRecord(answered.recall, record)) return Held::kYes;
  const bool by_record = answered.method == Method::kQuery || answered.method == Method::kVerify;
  return answered.recall.empty() && !by_record ? Held::kInBulk : Held::kNo;
}

// The newest exchanges of one consumer.
struct Newest {
  std::set<std::pair<absl::Time, std::string>> exchanges;
  bool bulk = true;

  void Add(const Answered& answered, Held held) {
    if (held == Held::kYes && bulk) {
      bulk = false;
      exchanges.clear();  // those in bulk say less
    }
    if (held == Held::kInBulk && !bulk) return;
    exchanges.emplace(answered.settle_time, answered.exchange);
    if (exchanges.size() > kMaxExchanges) exchanges.erase(exchanges.begin());
  }
};

}  // namespace

absl::StatusOr<std::string> RecordAt(kv::Store* store, absl::string_view resource,
                                     absl::string_view consumer, absl::string_view exchange,
                                     uint32_t place) {
  const ExchangeStore answers(store);
  for (uint32_t attempt = kMaxAttempts; attempt >= 1; --attempt) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Answered> answered,
                              answers.LoadAnswered(consumer, exchange, attempt));
    if (!answered || answered->outcome != Outcome::kDelivered) continue;
    if (answered->resource != resource) return "";
    const size_t at = size_t{place} * kRecordDigestBytes;
    if (at + kRecordDigestBytes > answered->recall.size()) return "";
    return answered->recall.substr(at, kRecordDigestBytes);
  }
  return "";
}

absl::StatusOr<std::vector<Recipient>> RecipientsOf(const kv::Store& store,
                                                    absl::string_view resource,
                                                    absl::string_view record) {
  std::map<std::string, Newest> newest;
  SHAREWAY_RETURN_IF_ERROR(VisitAnswered(store, [&](const Answered& answered) {
    const Held held = HeldIn(answered, resource, record);
    if (held != Held::kNo) newest[answered.consumer].Add(answered, held);
  }));
  std::vector<Recipient> recipients;
  for (const auto& [consumer, found] : newest) {
    Recipient& recipient = recipients.emplace_back(Recipient{.consumer = consumer});
    recipient.bulk = found.bulk;
    for (auto at = found.exchanges.rbegin(); at != found.exchanges.rend(); ++at) {
      recipient.exchanges.push_back(at->second);
    }
  }
  return recipients;
}

}  // namespace shareway::exchange
