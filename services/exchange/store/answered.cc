// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/answered.h"

#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"

namespace shareway::exchange {

Answered AnsweredFrom(absl::string_view consumer, absl::string_view exchange, uint32_t attempt,
                      const store::AnsweredRecord& record) {
  return {.consumer = std::string(consumer),
          .exchange = std::string(exchange),
          .attempt = attempt,
          .query_digest = record.query_digest(),
          .method = static_cast<Method>(record.method()),
          .outcome = static_cast<Outcome>(record.outcome()),
          .request_digest = record.request_digest(),
          .response_digest = record.response_digest(),
          .reason = record.reason(),
          .resource = record.resource(),
          .dataset_version = record.dataset_version(),
          .recall = record.recall(),
          .grant = record.grant(),
          .settle_time = absl::FromUnixNanos(record.settle_time_nanos())};
}

absl::Status VisitAnswered(const kv::Store& kv, absl::FunctionRef<void(const Answered&)> visit) {
  absl::Status unreadable;
  const absl::string_view folder = kAnsweredToAgencies;
  SHAREWAY_RETURN_IF_ERROR(kv.Scan(
      folder, PrefixEnd(folder), [&](absl::string_view key, absl::string_view value, uint64_t) {
        const std::vector<absl::string_view> parts =
            absl::StrSplit(key.substr(folder.size()), '/');
        uint32_t attempt = 0;
        store::AnsweredRecord record;
        if (parts.size() != 3 || !absl::SimpleAtoi(parts[2], &attempt) ||
            !record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          unreadable = absl::DataLossError(absl::StrCat(key, " cannot be read"));
          return false;
        }
        visit(AnsweredFrom(absl::StrCat("agencies/", parts[0]), parts[1], attempt, record));
        return true;
      }));
  return unreadable;
}

}  // namespace shareway::exchange
