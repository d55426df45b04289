// SPDX-License-Identifier: Apache-2.0
// By what the operator lets the console tell people: from the flags smtp_* and notify_*.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/console/courier.h"

namespace shareway::console {

// Neither mail nor webhooks where their flags are not set. `host` is the first name that browsers know
// the console by; empty: mails have no links, unless --notify_link says. INVALID_ARGUMENT or NOT_FOUND,
// naming the flag or path.
absl::StatusOr<Carriers> CarriersFromFlags(const std::string& host);

// How often the services are asked for news: --notify_every, 1 s or more. INVALID_ARGUMENT for less.
absl::StatusOr<absl::Duration> NotifyEvery();

}  // namespace shareway::console
