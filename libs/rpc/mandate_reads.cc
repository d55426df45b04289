// SPDX-License-Identifier: Apache-2.0
// The record of a reading under a mandate.
#include "libs/rpc/mandate_reads.h"

#include <utility>

#include "libs/evidence/record.h"

namespace shareway::rpc {

Server::OnMandateRead MandateReads(kv::Store* store, const outbox::Outbox* outbox) {
  return [store, outbox](const Call& call, const std::string& object, uint64_t shown) {
    const Caller& caller = call.caller();
    evidence::v1::MandateRead read;
    read.set_mandate(caller.mandate);
    read.set_supervisor(caller.name());
    read.set_method(call.method());
    read.set_resource_name(object);
    read.set_agency(caller.agency);
    evidence::AuditRecord record;
    record.set_kind(evidence::v1::MANDATE_READ);
    record.set_object(caller.mandate);
    record.add_agencies(caller.agency);
    record.set_record_count(shown);
    record.set_traceparent(call.traceparent());
    record.set_state(read.SerializeAsString());
    kv::Batch batch;
    outbox->Add(std::move(record), &batch);
    return store->Commit(std::move(batch)).status();
  };
}

}  // namespace shareway::rpc
