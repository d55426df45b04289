// SPDX-License-Identifier: Apache-2.0
// Answers verifications (核验): compares with one record, and no value of it leaves.
#pragma once

#include <string>

#include "services/exchange/domain/correction_table.h"
#include "services/exchange/serving.h"
#include "services/exchange/source/dataset_source.h"

namespace shareway::exchange {

// Serves VERIFY from datasets. Thread-safe. Neither body nor evidence nor errors have a value of
// the record or of a claim; who may ask how often is Usage's.
class VerifyServing final : public Serving {
 public:
  // `source` and `corrections` must outlive it; `secret` is the agency's, for the recall index.
  VerifyServing(const DatasetSource* source, const CorrectionTable* corrections, std::string secret)
      : source_(source), corrections_(corrections), secret_(std::move(secret)) {}

  absl::StatusOr<Demand> Parse(absl::string_view bytes) const override;
  // The claims' items, and conditions on the key. INVALID_ARGUMENT unless they name the whole key
  // of the resource as it is published now.
  absl::StatusOr<Wanted> WantedBy(const Demand& demand, const Resource& resource) const override;
  // Reads the one record. INVALID_ARGUMENT, naming the claim, if no value of its item's type could
  // match; else the errors of DatasetSource::Read. `recall` is the record's digest, if it is there.
  absl::StatusOr<Served> Serve(const Permitted& permitted) const override;

 private:
  const DatasetSource* const source_;
  const CorrectionTable* const corrections_;
  const std::string secret_;
};

}  // namespace shareway::exchange
