// SPDX-License-Identifier: Apache-2.0
// In whose trays a request lies: whose act it waits for, and who waits with it.
#pragma once

#include <string>
#include <vector>

#include "services/sharing/domain/party.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// A post of an agency whose act a request waits for.
struct Tray {
  std::string agency = {};  // agencies/{a}
  Post post = Post::kAnyone;

  friend bool operator==(const Tray&, const Tray&) = default;
};

// agencies/{a}/HEAD and so on: how lists name it.
std::string TrayName(const Tray& tray);

// Whose act the request waits for now; nobody's once it has ended. A draft waits for the head that
// signs it off, an approved request for its supply.
std::vector<Tray> WaitsFor(const Request& request);

// The agencies that have it open before them: those that may read it while it waits for anybody.
std::vector<std::string> OpenFor(const Request& request);

// The trays of a person: of its posts, delegated ones included.
std::vector<Tray> TraysOf(const Actor& actor);

}  // namespace shareway::sharing
