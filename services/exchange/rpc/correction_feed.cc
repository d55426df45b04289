// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/correction_feed.h"

#include <optional>
#include <utility>

#include "libs/base/status.h"
#include "libs/log/log.h"

namespace shareway::exchange {
namespace {

constexpr char kWatch[] = "/shareway.sharing.v1.CorrectionService/WatchCorrections";
constexpr absl::Duration kReconnectAfter = absl::Milliseconds(100);
constexpr absl::Duration kUnknownAfter = absl::Minutes(1);

Correction FromMessage(const sharing::v1::NodeCorrection& message) {
  return {.name = message.name(),
          .resource = message.resource(),
          .record = message.record(),
          .item = message.item(),
          .business_may_proceed = message.business_may_proceed()};
}

}  // namespace

CorrectionFeed::CorrectionFeed(std::shared_ptr<rpc::Channel> sharing, CorrectionTable* table,
                               Take take)
    : sharing_(std::move(sharing)),
      table_(table),
      take_(std::move(take)),
      thread_([this] { Run(); }) {}

CorrectionFeed::~CorrectionFeed() {
  stopped_.Notify();
  {
    absl::MutexLock lock(&mutex_);
    if (stream_ != nullptr) stream_->Cancel();
  }
  thread_.join();
}

void CorrectionFeed::Run() {
  absl::Status last;
  while (!stopped_.HasBeenNotified()) {
    const absl::Status ended = Follow();
    if (stopped_.HasBeenNotified()) return;
    const bool unknown = absl::IsUnimplemented(ended);
    if (ended != last && !unknown) log::Warn("corrections-not-followed", {{"status", ended}});
    last = ended;
    stopped_.WaitForNotificationWithTimeout(unknown ? kUnknownAfter : kReconnectAfter);
  }
}

absl::Status CorrectionFeed::Follow() {
  staging_ = false;
  staged_.clear();
  const std::unique_ptr<rpc::RawReadStream> stream = sharing_->RawServerStream(
      kWatch, sharing::v1::WatchCorrectionsRequest().SerializeAsString(),
      {.timeout = absl::InfiniteDuration()});
  {
    absl::MutexLock lock(&mutex_);
    stream_ = stream.get();
    if (stopped_.HasBeenNotified()) stream->Cancel();
  }
  const absl::Status ended = [&]() -> absl::Status {
    for (;;) {
      SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> bytes, stream->Read());
      if (!bytes) return absl::UnavailableError("the stream ended");
      sharing::v1::CorrectionChange change;
      if (!change.ParseFromString(*bytes)) {
        return absl::DataLossError("a change of the corrections does not parse");
      }
      SHAREWAY_RETURN_IF_ERROR(Apply(std::move(change)));
    }
  }();
  absl::MutexLock lock(&mutex_);
  stream_ = nullptr;
  return ended;
}

absl::Status CorrectionFeed::Apply(sharing::v1::CorrectionChange change) {
  switch (change.change_case()) {
    case sharing::v1::CorrectionChange::kSnapshotBegin:
      staging_ = true;
      staged_.clear();
      break;
    case sharing::v1::CorrectionChange::kSnapshotEnd:
      if (staging_) table_->Replace(std::move(staged_));
      staging_ = false;
      staged_.clear();
      break;
    case sharing::v1::CorrectionChange::kCorrection: {
      const sharing::v1::NodeCorrection& message = change.correction();
      if (!message.record().empty() && message.record().size() != kRecordDigestBytes) {
        return absl::DataLossError("a correction names a record by another number of bytes");
      }
      if (take_) take_(message);
      // A record that no node has named is not the whole resource.
      const bool shown = message.open() && (message.exchange().empty() || !message.record().empty());
      if (!shown) {
        if (!staging_) table_->Remove(message.name());
      } else if (staging_) {
        staged_.push_back(FromMessage(message));
      } else {
        table_->Put(FromMessage(message));
      }
      break;
    }
    default:  // progress
      break;
  }
  return absl::OkStatus();
}

}  // namespace shareway::exchange
