// SPDX-License-Identifier: Apache-2.0
// Errors on the wire: absl::Status to google.rpc.Status with details, and back.
#pragma once

#include "absl/status/status.h"
#include "grpcpp/support/status.h"
#include "libs/base/reason.h"

namespace shareway::rpc {

// What a client sees: the code; exactly one ErrorInfo (domain "shareway");
// BadRequest for fields; RetryInfo for UNAVAILABLE and RESOURCE_EXHAUSTED, after 200 ms or
// what the error's value `retry_after_seconds` says; one LocalizedMessage. Faults of ours
// (INTERNAL, UNKNOWN, DATA_LOSS without a reason) keep their code but lose their text, which may
// name keys or paths; they are logged here.
grpc::Status ToGrpc(const absl::Status& status, Language language);

// The server's status with its reason, metadata and fields.
absl::Status FromGrpc(const grpc::Status& status);

// From `accept-language`: the first of zh-Hans, zh-Hant, en or an alias; English otherwise.
Language ParseLanguage(absl::string_view accept_language);
absl::string_view LanguageTag(Language language);

}  // namespace shareway::rpc
