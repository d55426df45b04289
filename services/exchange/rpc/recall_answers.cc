// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/recall_answers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/log/log.h"

namespace shareway::exchange {
namespace {

using sharing::v1::NodeCorrection;

constexpr char kService[] = "/shareway.sharing.v1.CorrectionService/";
constexpr size_t kMaxRecipients = 200;  // of one report
constexpr absl::Duration kSoon = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Minutes(1);

bool Unnamed(const NodeCorrection& correction) {
  return !correction.exchange().empty() && correction.record().empty();
}

bool Asks(const NodeCorrection& correction) {
  return Unnamed(correction) || correction.recall() > 0;
}

absl::Status Place(rpc::Channel* sharing, kv::Store* store, const NodeCorrection& correction) {
  SHAREWAY_ASSIGN_OR_RETURN(
      std::string record, RecordAt(store, correction.resource(), correction.consumer(),
                                   correction.exchange(), correction.place()));
  if (record.empty()) return absl::OkStatus();
  sharing::v1::PlaceCorrectionRequest request;
  request.set_name(correction.name());
  request.set_record(std::move(record));
  return sharing
      ->Unary<sharing::v1::PlaceCorrectionResponse>(absl::StrCat(kService, "PlaceCorrection"),
                                                    request)
      .status();
}

absl::Status Report(rpc::Channel* sharing, const kv::Store& store,
                    const NodeCorrection& correction) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::vector<Recipient> recipients,
      RecipientsOf(store, correction.resource(), correction.record()));
  size_t at = 0;
  do {
    sharing::v1::ReportRecallRequest request;
    request.set_name(correction.name());
    request.set_round(correction.recall());
    const size_t end = std::min(at + kMaxRecipients, recipients.size());
    for (; at < end; ++at) {
      if (recipients[at].consumer == correction.provider()) continue;
      auto* recipient = request.add_recipients();
      recipient->set_consumer(recipients[at].consumer);
      recipient->mutable_exchanges()->Assign(recipients[at].exchanges.begin(),
                                             recipients[at].exchanges.end());
      recipient->set_bulk(recipients[at].bulk);
    }
    request.set_complete(at == recipients.size());
    SHAREWAY_RETURN_IF_ERROR(sharing
                                 ->Unary<sharing::v1::ReportRecallResponse>(
                                     absl::StrCat(kService, "ReportRecall"), request)
                                 .status());
  } while (at < recipients.size());
  return absl::OkStatus();
}

}  // namespace

absl::Status AnswerCorrection(rpc::Channel* sharing, kv::Store* store,
                              const NodeCorrection& correction) {
  // Whom a record that nobody can name went to, nobody can tell.
  if (Unnamed(correction)) return Place(sharing, store, correction);
  return correction.recall() > 0 ? Report(sharing, *store, correction) : absl::OkStatus();
}

RecallAnswers::RecallAnswers(std::shared_ptr<rpc::Channel> sharing,
                             std::map<std::string, kv::Store*> stores)
    : sharing_(std::move(sharing)), stores_(std::move(stores)), thread_([this] { Run(); }) {}

RecallAnswers::~RecallAnswers() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  thread_.join();
}

void RecallAnswers::Take(const NodeCorrection& correction) {
  absl::MutexLock lock(&mutex_);
  if (Asks(correction) && stores_.count(correction.provider()) > 0) {
    open_[correction.name()] = correction;
  } else {
    open_.erase(correction.name());
  }
}

void RecallAnswers::Run() {
  absl::Duration pause = kSoon;
  absl::MutexLock lock(&mutex_);
  while (true) {
    const auto woken = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return stopped_ || !open_.empty();
    };
    mutex_.Await(absl::Condition(&woken));
    if (stopped_) return;
    const std::map<std::string, NodeCorrection> now = std::exchange(open_, {});
    std::map<std::string, NodeCorrection> again;
    mutex_.Unlock();
    for (const auto& [name, correction] : now) {
      const absl::Status said =
          AnswerCorrection(sharing_.get(), stores_.at(correction.provider()), correction);
      if (said.ok()) continue;
      log::Warn("correction-not-answered", {{"correction", name}, {"status", said}});
      again.emplace(name, correction);
    }
    mutex_.Lock();
    pause = again.empty() ? kSoon : std::min(2 * pause, kLongestPause);
    if (again.empty()) continue;
    mutex_.AwaitWithTimeout(absl::Condition(&stopped_), pause);
    open_.merge(again);  // what came meanwhile is newer
  }
}

}  // namespace shareway::exchange
