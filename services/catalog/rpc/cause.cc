// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/cause.h"

namespace shareway::catalog {

Caller CallerOf(const rpc::Call& call) {
  Caller caller = {.name = call.caller().name(),
                   .agency = call.caller().agency,
                   .person = call.caller().person(),
                   .inspects = !call.caller().mandate.empty()};
  for (shareway::Role role : call.caller().roles) caller.roles.insert(static_cast<Role>(role));
  return caller;
}

Cause CauseOf(const rpc::Call& call, const std::string& request_id) {
  Cause cause = {.caller = CallerOf(call),
                 .traceparent = call.traceparent(),
                 .once = {.caller = call.caller().name(),
                          .method = call.method(),
                          .request_id = request_id,
                          .body = call.request_bytes()}};
  if (call.act() != nullptr) cause.act = *call.act();
  return cause;
}

}  // namespace shareway::catalog
