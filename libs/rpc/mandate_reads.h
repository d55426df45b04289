// SPDX-License-Identifier: Apache-2.0
// That a supervisor read under his mandate is itself evidence.
#pragma once

#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "libs/rpc/server.h"

namespace shareway::rpc {

// For Server::SetOnMandateRead: puts a MANDATE_READ record (proto/FORMATS.md) into the outbox and
// waits until it is durable. Nothing of what was read stands in it but the name. Errors are those
// of the store. `store`, on which `outbox` is, and `outbox` must outlive it.
Server::OnMandateRead MandateReads(kv::Store* store, const outbox::Outbox* outbox);

}  // namespace shareway::rpc
