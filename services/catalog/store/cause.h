// SPDX-License-Identifier: Apache-2.0
// Who asks for a change, and with what proof.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "libs/evidence/record.h"
#include "libs/outbox/once.h"
#include "services/catalog/domain/directory.h"

namespace shareway::catalog {

struct Caller {
  std::string name = {};    // people/{p}, services/{s} …
  std::string agency = {};  // agencies/{a}; empty for services
  bool person = false;
  bool inspects = false;  // a supervisor, and `agency` is the one that a mandate of his is over
  std::set<Role> roles = {};
};

// One request to change something. What it holds goes into the event.
struct Cause {
  Caller caller = {};
  std::optional<evidence::SignedAct> act = {};  // the person's own signature, where one is needed
  std::string traceparent = {};
  outbox::Once once = {};  // the request's idempotency key
};

}  // namespace shareway::catalog
