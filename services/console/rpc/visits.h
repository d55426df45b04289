// SPDX-License-Identifier: Apache-2.0
// Who is at a gateway beside a node: people who came from the console, as long as their sessions
// there live. In memory alone.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/rpc/channel.h"
#include "services/console/gateway/gateway.h"
#include "shareway/console/v1/session_service.pb.h"

namespace shareway::console {

// A pass older than this is renewed when it is used.
inline constexpr absl::Duration kRenewPassAfter = absl::Minutes(2);

// Thread-safe. Calls may wait for the console, 5 s at most.
class Visits {
 public:
  // `console`: a channel to services/console in the name of the gateway's own system.
  Visits(std::shared_ptr<rpc::Channel> console, const Clock* clock)
      : console_(std::move(console)), clock_(clock) {}

  // Redeems the code; the token of the new visit, for the cookie. The visits that the same session
  // had before end. Errors as SessionService.RedeemEntryCode's, which is not asked about what can be
  // no code; RESOURCE_EXHAUSTED, OVERLOADED, beyond 4,096 visits, and while four others wait for the
  // console: whoever knocks holds up nobody who is in.
  absl::StatusOr<std::string> Enter(const Visitor& visitor, const std::string& code);

  // The person and a pass, which was renewed if it was old: as long as the console is away, the old
  // one until it is over, and then UNAVAILABLE. UNAUTHENTICATED, SESSION_OVER, once the session
  // ended, and for a token of none; SESSION_ELSEWHERE from another network, which ends the visit.
  absl::StatusOr<WebSession> Use(const Visitor& visitor, const std::string& token);
  // The same: the bytes of the session as the console told it last.
  absl::StatusOr<std::string> SessionOf(const Visitor& visitor, const std::string& token);

  // OK while there is such a visit from there; asks nobody, and is no use of it.
  absl::Status Stands(const Visitor& visitor, const std::string& token) const;
  // Ends the visit, if there is one; the session goes on at the console.
  void Leave(const std::string& token);

 private:
  struct Visit {
    std::string network = {};
    std::string handle = {};
    v1::GatewayEntry entry = {};  // the newest; its handle is empty
    absl::Time pass_end = {};     // by the console's clock
    absl::Time end = {};          // of the session, by the console's clock
    absl::Duration renewed = {};  // since boot
    bool renewing = false;
  };
  using Table = std::map<std::string, Visit>;  // by SHA-256 of the token

  absl::StatusOr<v1::GatewayEntry> Redeem(const std::string& code);
  void Take(v1::GatewayEntry entry, Visit* visit) const;
  // The entry, renewed if it was old.
  absl::StatusOr<v1::GatewayEntry> Current(const Visitor& visitor, const std::string& token);
  // The visit of a token. SESSION_OVER if there is none, or its session is over.
  absl::StatusOr<Table::iterator> Find(const std::string& digest)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<rpc::Channel> console_;
  const Clock* const clock_;
  mutable absl::Mutex mutex_;
  Table visits_ ABSL_GUARDED_BY(mutex_);
  int entering_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace shareway::console
