// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/log_follower.h"

#include <utility>

#include "libs/base/status.h"
#include "libs/log/log.h"

namespace shareway::exchange {
namespace {

constexpr absl::Duration kReconnectAfter = absl::Milliseconds(200);
constexpr absl::Duration kLinkEvery = absl::Milliseconds(200);
constexpr absl::Duration kTryAgain = absl::Seconds(1);

// Tells of a status once, until another comes.
class Told {
 public:
  explicit Told(absl::string_view event) : event_(event) {}
  void Tell(const absl::Status& status) {
    if (status != last_ && !status.ok()) log::Warn(event_, {{"status", status}});
    last_ = status;
  }

 private:
  const absl::string_view event_;
  absl::Status last_;
};

}  // namespace

LogFollower::LogFollower(AuditLog* log, LogHeads* heads, Witness* witness)
    : log_(log), heads_(heads), witness_(witness) {
  follows_ = std::thread([this] { Follow(); });
  cosigns_ = std::thread([this] { Cosign(); });
  links_ = std::thread([this] { Link(); });
}

LogFollower::~LogFollower() {
  stopped_.Notify();
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  log_->Stop();
  follows_.join();
  cosigns_.join();
  links_.join();
}

absl::Status LogFollower::FollowOnce() {
  SHAREWAY_ASSIGN_OR_RETURN(const bool serves, witness_->Report());
  if (!serves) {
    // It waits for other witnesses, or for what it lost.
    SHAREWAY_RETURN_IF_ERROR(witness_->GiveBack());
    return absl::UnavailableError("the log does not serve yet");
  }
  return log_->Watch(witness_->Rewind(), [this](Candidate candidate) -> absl::Status {
    const bool whole = !candidate.more;
    SHAREWAY_RETURN_IF_ERROR(witness_->Take(std::move(candidate)));
    absl::MutexLock lock(&mutex_);
    taken_ = taken_ || whole;
    return absl::OkStatus();
  });
}

void LogFollower::Follow() {
  Told told("log-not-followed");
  while (!stopped_.HasBeenNotified()) {
    const absl::Status ended = FollowOnce();
    if (stopped_.HasBeenNotified()) return;
    told.Tell(ended);
    stopped_.WaitForNotificationWithTimeout(kReconnectAfter);
  }
}

bool LogFollower::WaitTaken() {
  absl::MutexLock lock(&mutex_);
  const auto woken = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return taken_ || stopping_; };
  // What could not be cosigned is tried again when nothing newer comes.
  mutex_.AwaitWithTimeout(absl::Condition(&woken), kTryAgain);
  taken_ = false;
  return !stopping_;
}

void LogFollower::Cosign() {
  Told told("log-not-cosigned");
  while (WaitTaken()) {
    if (stopped_.WaitForNotificationWithTimeout(witness_->Wait())) return;
    told.Tell(witness_->Cosign());
  }
}

void LogFollower::Link() {
  while (!stopped_.WaitForNotificationWithTimeout(kLinkEvery)) heads_->CheckHeard();
}

}  // namespace shareway::exchange
