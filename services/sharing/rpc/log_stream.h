// SPDX-License-Identifier: Apache-2.0
// A stream over a log of the store: a snapshot, or what came after a revision; then each change.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/status.h"
#include "libs/rpc/call.h"
#include "services/sharing/store/sharing_store.h"
#include "shareway/evidence/v1/exchange.pb.h"

namespace shareway::sharing {

// One stream to one watcher. For the handler's thread. A kind of stream derives from it and says
// what the watcher may see, what a snapshot holds and what an entry of the log is to the watcher.
//
// Messages of a snapshot carry no revision until its end does: a watcher that loses the stream
// half-way must not believe it has what it has not.
//
// `Message` is a message with revision and one of snapshot_begin, snapshot_end, progress and what
// changed.
template <typename Message>
class LogStream {
 public:
  using Write = std::function<absl::Status(const Message&)>;

  virtual ~LogStream() = default;
  LogStream(const LogStream&) = delete;
  LogStream& operator=(const LogStream&) = delete;

  // Begins after `from` if the log still reaches back that far and `digest`, which the watcher kept
  // from its last snapshot, is that of what it may see now; else with a snapshot: deltas would
  // leave out the older entries of what it came to see while no stream ran. Errors: those of its
  // kind.
  absl::Status Begin(const evidence::v1::Revision& from, absl::string_view digest);
  // Sends what has happened since, waiting up to `wait` for something to happen. A change of what
  // the watcher may see starts it over with a snapshot. Errors: those of its kind.
  absl::Status Continue(absl::Duration wait);
  // Both, until nobody waits for it. Errors also when the watcher may see nothing any more.
  absl::Status Serve(const rpc::Call& call, const evidence::v1::Revision& from,
                     absl::string_view digest);

 protected:
  using Send = absl::FunctionRef<absl::Status(const Message&)>;

  // `store` must outlive it; `log` is a name that lasts.
  LogStream(const SharingStore* store, absl::string_view log, Write write)
      : store_(store), log_(log), write_(std::move(write)) {}
  const SharingStore& store() const { return *store_; }

 private:
  static constexpr size_t kChunk = 256;
  static constexpr absl::Duration kPoll = absl::Milliseconds(200);

  // Looks at who watches; true if the watcher may see others than at the last look. An error once
  // it may see nothing any more.
  virtual absl::StatusOr<bool> SeesOthers() = 0;
  // What the watcher may see, in short; and puts it into the end of a snapshot.
  virtual std::string Digest() const = 0;
  virtual void PutDigest(Message* end) const = 0;
  // Sends about `limit` of all that the watcher gets in a snapshot, after `cursor`. The next
  // cursor; empty at the end.
  virtual absl::StatusOr<std::string> SendPage(absl::string_view cursor, int limit,
                                               Send send) const = 0;
  // What an entry of the log is to the watcher; nothing if it is not for it.
  virtual absl::StatusOr<std::optional<Message>> Delta(uint64_t number,
                                                      absl::string_view bytes) const = 0;
  // The watcher has `from` of a log that ends at `head`. OK: that was another log, and it gets a
  // snapshot.
  virtual absl::Status Ahead(uint64_t /*from*/, uint64_t /*head*/) const {
    return absl::OkStatus();
  }
  // After so many entries that were not for it the watcher is told how far the log is.
  virtual uint64_t Quiet() const { return 0; }

  Message At(uint64_t number) const {
    Message change;
    change.mutable_revision()->set_epoch(store_->epoch());
    change.mutable_revision()->set_number(number);
    return change;
  }
  absl::Status SendSnapshot();
  absl::Status SendDeltas();

  const SharingStore* const store_;
  const absl::string_view log_;
  const Write write_;
  uint64_t at_ = 0;    // the last number read
  uint64_t told_ = 0;  // the last number sent
};

template <typename Message>
absl::Status LogStream<Message>::Begin(const evidence::v1::Revision& from,
                                      absl::string_view digest) {
  SHAREWAY_RETURN_IF_ERROR(SeesOthers().status());
  if (from.epoch() != store_->epoch()) return SendSnapshot();
  if (const uint64_t head = store_->LogHead(log_); from.number() > head) {
    SHAREWAY_RETURN_IF_ERROR(Ahead(from.number(), head));
    return SendSnapshot();
  }
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t tail, store_->LogTail(log_));
  if (from.number() + 1 < tail || digest != Digest()) return SendSnapshot();
  at_ = told_ = from.number();
  return SendDeltas();
}

template <typename Message>
absl::Status LogStream<Message>::SendSnapshot() {
  // Changes after this head may be in the snapshot already; they come again as deltas, and a whole
  // object applied twice is the same object.
  const uint64_t head = store_->LogHead(log_);
  Message begin;
  begin.set_snapshot_begin(true);
  SHAREWAY_RETURN_IF_ERROR(write_(begin));
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(cursor, SendPage(cursor, int{kChunk}, write_));
  } while (!cursor.empty());
  Message end = At(head);
  end.set_snapshot_end(true);
  PutDigest(&end);
  SHAREWAY_RETURN_IF_ERROR(write_(end));
  at_ = told_ = head;
  return absl::OkStatus();
}

template <typename Message>
absl::Status LogStream<Message>::SendDeltas() {
  while (true) {
    // Sent once the log is let go: the reader may take its time.
    std::vector<std::pair<uint64_t, std::string>> entries;
    SHAREWAY_RETURN_IF_ERROR(
        store_->ReadLog(log_, at_ + 1, [&](uint64_t number, absl::string_view bytes) {
          entries.emplace_back(number, std::string(bytes));
          return entries.size() < kChunk;
        }));
    bool told = false;  // the last of them was for the watcher
    for (const auto& [number, bytes] : entries) {
      SHAREWAY_ASSIGN_OR_RETURN(std::optional<Message> change, Delta(number, bytes));
      at_ = number;
      told = change.has_value();
      if (!told) continue;
      *change->mutable_revision() = At(number).revision();
      SHAREWAY_RETURN_IF_ERROR(write_(*change));
      told_ = number;
    }
    if (!told && at_ - told_ >= Quiet()) {
      Message progress = At(at_);
      progress.set_progress(true);
      SHAREWAY_RETURN_IF_ERROR(write_(progress));
      told_ = at_;
    }
    if (entries.size() < kChunk) return absl::OkStatus();
    SHAREWAY_ASSIGN_OR_RETURN(const bool others, SeesOthers());
    if (others) return SendSnapshot();
  }
}

template <typename Message>
absl::Status LogStream<Message>::Continue(absl::Duration wait) {
  const bool more = store_->WaitLog(log_, at_, wait);
  SHAREWAY_ASSIGN_OR_RETURN(const bool others, SeesOthers());
  if (others) return SendSnapshot();
  return more ? SendDeltas() : absl::OkStatus();
}

template <typename Message>
absl::Status LogStream<Message>::Serve(const rpc::Call& call, const evidence::v1::Revision& from,
                                      absl::string_view digest) {
  SHAREWAY_RETURN_IF_ERROR(Begin(from, digest));
  while (!call.cancelled()) SHAREWAY_RETURN_IF_ERROR(Continue(kPoll));
  // The server cancels the calls of those who do not stand any more.
  return SeesOthers().status();
}

}  // namespace shareway::sharing
