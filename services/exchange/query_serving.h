// SPDX-License-Identifier: Apache-2.0
// 查询: rows of a hosted dataset, page by page.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "services/exchange/domain/correction_table.h"
#include "services/exchange/serving.h"
#include "services/exchange/source/dataset_source.h"

namespace shareway::exchange {

// Serves QUERY: the granted items of the granted rows, the first kDefaultLimit of them if no limit
// is named, with the errors of DatasetSource::Read; with them what corrections are open on them, as
// far as their items are among those that leave. The key is read, too, whether it is granted or
// not: by it this node counts records, recalls them and knows their corrections. Thread-safe.
class QueryServing final : public Serving {
 public:
  // `source` and `corrections` must outlive it; `secret` is the agency's, for the recall index.
  QueryServing(const DatasetSource* source, const CorrectionTable* corrections, std::string secret)
      : source_(source), corrections_(corrections), secret_(std::move(secret)) {}

  absl::StatusOr<Demand> Parse(absl::string_view bytes) const override;
  absl::StatusOr<Wanted> WantedBy(const Demand& demand, const Resource& resource) const override;
  absl::StatusOr<Served> Serve(const Permitted& permitted) const override;

 private:
  // Of the rows, whose keys that are not among the items follow them in the order of `behind`.
  std::string RecallOf(const Permitted& permitted, const std::vector<std::string>& behind,
                       const std::vector<Row>& rows) const;

  const DatasetSource* const source_;
  const CorrectionTable* const corrections_;
  const std::string secret_;
};

// The digest under which a provider's node knows a record, kRecallBytes: an HMAC under the agency's
// secret of its key's values, in the order of the key items, each with its length. Corrections and
// recalls go by it.
std::string RecallDigest(absl::string_view secret, absl::string_view resource,
                         const std::vector<absl::string_view>& key);

}  // namespace shareway::exchange
