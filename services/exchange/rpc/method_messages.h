// SPDX-License-Identifier: Apache-2.0
// The messages of one gRPC method by descriptors that came as data.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/demand.h"
#include "services/exchange/domain/operation.h"
#include "services/exchange/domain/schema.h"
#include "services/exchange/source/dataset_source.h"

namespace shareway::exchange {

// See GrpcBackend for the mapping. Thread-safe.
class MethodMessages {
 public:
  // UNAVAILABLE, BACKEND_FAILED, if the descriptors do not build or have no such unary method.
  static absl::StatusOr<std::shared_ptr<const MethodMessages>> Make(const Operation& operation);
  ~MethodMessages();

  // /package.Service/Method.
  const std::string& path() const { return path_; }
  // The request's bytes. INVALID_ARGUMENT naming the argument that its field does not take;
  // BACKEND_FAILED for one that no field is named for.
  absl::StatusOr<std::string> EncodeRequest(const Invocation& invocation) const;
  // The rows of an answer, cells in the order of `items`. BACKEND_FAILED naming record and item if
  // it does not parse, has more than kMaxCallRecords, or an item is not of its type.
  absl::StatusOr<std::vector<Row>> ReadRows(absl::string_view answer,
                                            const std::vector<SchemaItem>& items) const;

 private:
  struct State;
  explicit MethodMessages(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
  std::string path_;
};

}  // namespace shareway::exchange
