// SPDX-License-Identifier: Apache-2.0
// Data that an agency received under a grant and offers in the catalogue: what every grant over
// them asks of that first one, their source (M16 14; R25 25(1)).
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/statute_text.h"

namespace shareway::sharing {

// An item and its source.
struct ReceivedItem {
  std::string item = {};
  std::string source = {};  // grants/{g}, as the entry names it
};

// What is to be handed on, and to whom.
struct Handing {
  std::vector<ReceivedItem> items = {};
  std::string receiver = {};  // agencies/{a}
};

// Of all items of the resource, those that its provider received.
std::vector<ReceivedItem> ReceivedOf(const Resource& resource);

// What the grant hands on: the received ones among its items and those of its row filter, since a
// filter tells about the item that it compares.
Handing HandingOf(const Grant& grant, const Resource& resource);

// What the approval of a request hands on: to the consumer, or to the third party that it names. No
// items if it is refused or not decided.
Handing HandingOf(const Request& request, const Resource& resource);

// FAILED_PRECONDITION, CONSENT_REQUIRED, unless the item's source is a grant of the resource's
// provider, ACTIVE and in its period, over an item of that id. `source` is null if there is none of
// that name: that and a grant of others are answered alike.
absl::Status CheckSource(const ReceivedItem& item, const Resource& resource, const Grant* source,
                         const StatuteText& text, absl::Time now);

// The same, and unless the receiver may have the item from there: MayPassOn.
absl::Status CheckHanding(const ReceivedItem& item, const Resource& resource, const Grant* source,
                          absl::string_view receiver, const StatuteText& text, absl::Time now);

}  // namespace shareway::sharing
