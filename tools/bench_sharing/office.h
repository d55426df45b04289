// SPDX-License-Identifier: Apache-2.0
// The sharing service without the network, over a store on disk: agencies that ask each other.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/synchronization/notification.h"
#include "libs/base/clock.h"
#include "libs/kv/store.h"
#include "services/sharing/desk.h"
#include "services/sharing/requests/inbox.h"
#include "services/sharing/sharing.h"

namespace shareway::bench {

// Thread-safe. Ends the program when a step fails.
class Office {
 public:
  static constexpr int kAgencies = 20;  // that ask; as many answer

  // The store is as the service has it. What is on its way to audit is forgotten again within
  // a tenth of a second, as a drain does.
  explicit Office(const std::string& dir);
  ~Office();

  // A request of consumer `n` modulo kAgencies to a provider, submitted.
  sharing::Stored<sharing::Request> Submit(uint64_t n);
  // Decides it and signs the decision off.
  void Answer(uint64_t n, const sharing::Stored<sharing::Request>& request);
  // What a reviewer and an applicant of agency `n` open first: a page of 50 of what waits for them.
  size_t OpenInbox(uint64_t n, sharing::Inbox::View view);
  // One durable batch of `bytes`, by the same store: what a write costs at least.
  void CommitBare(uint64_t n, size_t bytes);

 private:
  sharing::Errand By(const sharing::Actor& actor);
  void Drain();

  std::unique_ptr<kv::Store> kv_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<sharing::SharingStore> store_;
  std::unique_ptr<sharing::Desk> desk_;
  std::unique_ptr<sharing::Sharing> sharing_;
  std::unique_ptr<sharing::Inbox> inbox_;
  std::atomic<uint64_t> acts_ = 0;
  absl::Notification closed_;
  std::thread drain_;
};

}  // namespace shareway::bench
