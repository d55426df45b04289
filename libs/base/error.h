// SPDX-License-Identifier: Apache-2.0
// Errors that say why: absl::Status with a machine-readable reason, the values
// that a message names, and the fields that broke a rule. libs/rpc turns them
// into google.rpc details; nothing here knows protobuf.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/reason.h"

namespace shareway {

// One field of a request and the rule it broke.
struct FieldViolation {
  std::string field;  // path in the request, for example items[2].id
  std::string rule;   // names the value and the limit
};

// Builds an absl::Status. Use as
//   return Error(Reason::kGrantRevoked, absl::StatusCode::kPermissionDenied, "…").With("grant", g);
class Error {
 public:
  Error(Reason reason, absl::StatusCode code, absl::string_view message);

  // INVALID_ARGUMENT for one field. `rule` names value and limit.
  static absl::Status Field(absl::string_view field, absl::string_view rule);
  // INVALID_ARGUMENT for several; OK if `violations` is empty.
  static absl::Status Fields(const std::vector<FieldViolation>& violations);
  // The one answer that strangers get: it does not tell whether `name` exists.
  static absl::Status NotVisible(absl::string_view name);

  // Adds a value that the message names.
  Error& With(absl::string_view key, absl::string_view value);

  operator absl::Status() const { return status_; }  // NOLINT: reads as a return value

 private:
  absl::Status status_;
  std::map<std::string, std::string> metadata_;
};

// What an error says beyond its message.
struct ErrorDetails {
  Reason reason = Reason::kUnspecified;
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> fields;
};

// The details of `status`; nothing if it was made without a reason.
std::optional<ErrorDetails> DetailsOf(const absl::Status& status);

}  // namespace shareway
