// SPDX-License-Identifier: Apache-2.0
// A provider's system behind gRPC: messages by the descriptors of its catalogue entry.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/exchange/source/backend.h"
#include "services/exchange/source/backend_targets.h"

namespace shareway::exchange {

// Asks a unary method. Arguments fill the request's fields of their names, scalars all, from text.
// Rows are the messages of the answer's only field if that is a repeated message, and the answer
// itself otherwise; a row's fields are items by id. Fields that are not asked for are not read, and
// unknown ones neither. A field with presence that is not set is null, and so is an empty text
// where the item is no text; an enum is the name of its value. The call states itself in metadata as HttpBackend does in headers.
//
// Thread-safe. Descriptors are built once for each that the catalogue publishes.
class GrpcBackend final : public Backend {
 public:
  // INVALID_ARGUMENT unless the address is host:port, and of this machine if there is no TLS;
  // NOT_FOUND if a file cannot be read.
  static absl::StatusOr<std::unique_ptr<GrpcBackend>> Open(const GrpcTarget& target);
  ~GrpcBackend() override;

  absl::StatusOr<BackendAnswer> Call(const BackendCall& call) const override;

 private:
  struct State;
  explicit GrpcBackend(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace shareway::exchange
