// SPDX-License-Identifier: Apache-2.0
// How a person who signed in here goes on at the gateway beside the node of the own agency: by a
// code that the browser takes there, and as long as the session lives. What the node then answers
// goes from there to the browser, and never comes here.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/console/desk.h"
#include "services/console/sessions.h"

namespace shareway::console {

// How long a code is good.
inline constexpr absl::Duration kEntryCodeLife = absl::Seconds(60);

// A gateway by its system, agencies/{a}/systems/{s}; its URL is https://HOST[:PORT].
using AgencyGateways = std::map<std::string, std::string, std::less<>>;

// From agencies/{a}/systems/{s}=https://HOST[:PORT] each. INVALID_ARGUMENT, naming the flag, for
// anything else, and for a system named twice.
absl::StatusOr<AgencyGateways> ReadAgencyGateways(const std::vector<std::string>& flags);

// Codes and handles are kept in memory, as digests: after a restart people come anew. Thread-safe;
// `desk` and `sessions` must outlive it. session_service.proto tells the rules and errors.
class Entries {
 public:
  Entries(const Desk* desk, Sessions* sessions, AgencyGateways gateways)
      : desk_(desk), sessions_(sessions), gateways_(std::move(gateways)) {}

  struct Opened {
    std::string system = {};
    std::string url = {};
    std::string code = {};  // base64url
    absl::Time end = {};
  };
  // `system` empty: the first of the person's agency. A code made before for the session is void.
  absl::StatusOr<Opened> Open(const Client& client, absl::string_view token,
                              absl::string_view system);

  struct Entered {
    LiveSession live = {};
    std::string handle = {};  // base64url
  };
  // `system` is who calls. Recorded, as a part of the session. A handle that the session had for the
  // system is void.
  absl::StatusOr<Entered> Redeem(absl::string_view system, absl::string_view code);
  // The session that goes on there, used now.
  absl::StatusOr<LiveSession> Renew(absl::string_view system, absl::string_view handle);

 private:
  // What a code, or a handle, is for.
  struct For {
    std::string session = {};  // sessions/{s}
    std::string system = {};
    absl::Time end = {};
  };
  using Table = std::map<std::string, For>;  // by SHA-256 of what was told
  // Puts a fresh secret in, which is returned; void is what is over, and what was for the same.
  absl::StatusOr<std::string> Tell(For what, bool any_system, Table* table)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The session, if it is of a person of the system's agency.
  absl::StatusOr<LiveSession> Live(const For& what);

  const Desk* const desk_;
  Sessions* const sessions_;
  const AgencyGateways gateways_;
  absl::Mutex mutex_;
  Table codes_ ABSL_GUARDED_BY(mutex_), handles_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::console
