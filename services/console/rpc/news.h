// SPDX-License-Identifier: Apache-2.0
// What the services say is to be told, in the words of the console.
#pragma once

#include <memory>

#include "libs/rpc/channel.h"
#include "services/console/teller.h"

namespace shareway::console {

// Tasks, decisions and grants, of people and of agencies: sharing.v1 ReminderService.
NewsSource SharingNews(std::shared_ptr<rpc::Channel> sharing);

// What subscriptions told, of people: catalog.v1 ReminderService.
NewsSource CatalogNews(std::shared_ptr<rpc::Channel> catalog);

}  // namespace shareway::console
