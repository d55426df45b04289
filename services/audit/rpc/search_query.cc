// SPDX-License-Identifier: Apache-2.0
// Field by field.
#include "services/audit/rpc/search_query.h"

#include "libs/evidence/record.h"

namespace shareway::audit {
namespace {

Result ResultFrom(v1::SearchEntriesRequest::Result result) {
  switch (result) {
    case v1::SearchEntriesRequest::SUCCEEDED:
      return Result::kSucceeded;
    case v1::SearchEntriesRequest::FAILED:
      return Result::kFailed;
    default:
      return Result::kAny;
  }
}

}  // namespace

Query QueryFrom(const v1::SearchEntriesRequest& request) {
  Query query{.agency = request.agency(),
              .exchange = request.exchange(),
              .grant = request.grant(),
              .object = request.object(),
              .person = request.person(),
              .resource = request.resource(),
              .request = request.request(),
              .kind = request.kind(),
              .result = ResultFrom(request.result()),
              .reason = request.reason()};
  if (request.has_start_time()) query.start = evidence::FromTimestamp(request.start_time());
  if (request.has_end_time()) query.end = evidence::FromTimestamp(request.end_time());
  return query;
}

}  // namespace shareway::audit
