// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/halves.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace shareway::testing {
namespace {

namespace au = audit::v1;
namespace ev = evidence::v1;

// True if the producer, shareway://{domain}/agency/{a}/node/{n}, is agencies/{a}/nodes/{n}.
bool ProducedBy(const evidence::AuditRecord& record, const std::string& node) {
  return absl::EndsWith(record.producer(), absl::StrReplaceAll(node, {{"agencies/", "/agency/"},
                                                                      {"/nodes/", "/node/"}}));
}

}  // namespace

std::optional<std::string> Halves::Fault() const {
  if (consumer.all() != 1 || provider.all() != 1) {
    return absl::StrCat("the consumer's node said ", consumer.all(), " times how it ended, the ",
                        "provider's ", provider.all(), " times");
  }
  if (consumer.received == 0) return std::nullopt;
  if (provider.delivered == 0) return "received, and not delivered";
  if (consumer.request_digest != provider.request_digest ||
      consumer.response_digest != provider.response_digest) {
    return "the halves have different digests";
  }
  return std::nullopt;
}

void Settlement::Take(const evidence::AuditRecord& record) {
  if (record.kind() < ev::EXCHANGE_DELIVERED || record.kind() > ev::TRANSFER_PROGRESS) return;
  if (record.nodes_size() != 2) return;
  const bool by_consumer = ProducedBy(record, record.nodes(0));
  Halves& halves = attempts_[{record.exchange(), record.attempt()}];
  Half& half = by_consumer ? halves.consumer : halves.provider;
  switch (record.kind()) {
    case ev::EXCHANGE_RECEIVED:
      ++half.received;
      break;
    case ev::EXCHANGE_NOT_RECEIVED:
      ++half.not_received;
      break;
    case ev::EXCHANGE_DELIVERED:
      ++half.delivered;
      break;
    case ev::EXCHANGE_REFUSED:
      ++half.refused;
      break;
    default:
      return;  // an intent, or on the way: the attempt is there, and wants both ends
  }
  half.request_digest = record.request_digest();
  half.response_digest = record.response_digest();
}

std::optional<Settlement> Settlement::Read(Cluster& cluster, const std::string& agency) {
  Settlement settlement;
  au::SearchEntriesRequest search;
  search.set_agency(agency);
  const bool all = VisitRecords(cluster, search, [&](const evidence::AuditRecord& record) {
    if (record.agencies_size() > 0 && record.agencies(0) == agency) settlement.Take(record);
  });
  if (!all) return std::nullopt;
  return settlement;
}

bool Settlement::whole(const std::string& exchange) const {
  for (auto at = attempts_.lower_bound({exchange, 0});
       at != attempts_.end() && at->first.first == exchange; ++at) {
    if (at->second.whole()) return true;
  }
  return false;
}

std::vector<std::string> Settlement::Faults(size_t most) const {
  std::vector<std::string> faults;
  for (const auto& [attempt, halves] : attempts_) {
    const std::optional<std::string> fault = halves.Fault();
    if (!fault) continue;
    faults.push_back(absl::StrCat(attempt.first, ", attempt ", attempt.second, ": ", *fault));
    if (faults.size() == most) break;
  }
  return faults;
}

std::optional<int> CountUnmatched(Cluster& cluster, const std::string& process) {
  int count = 0;
  au::ListUnmatchedRequest request;
  request.set_page_size(1000);
  for (;;) {
    auto page = cluster.Call<au::ListUnmatchedResponse>(process, "audit",
                                                        AuditMethod("ListUnmatched"), request);
    if (!page.ok()) return std::nullopt;
    count += page->exchanges_size();
    if (page->next_page_token().empty()) return count;
    request.set_page_token(page->next_page_token());
  }
}

}  // namespace shareway::testing
