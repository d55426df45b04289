// SPDX-License-Identifier: Apache-2.0
// The Connect protocol (connectrpc.com/docs/protocol): codes, errors as JSON, and messages between
// JSON and bytes by their descriptors.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/type_resolver.h"
#include "libs/base/reason.h"

namespace shareway::console {

// An HTTP status for an error's code.
int HttpStatusOf(absl::StatusCode code);
// Connect's name of an error's code, for example "invalid_argument".
absl::string_view ConnectCode(absl::StatusCode code);

// In how many seconds a later try may succeed; empty for an error that stays.
std::string RetryAfter(const absl::Status& error);

// From Connect-Timeout-Ms: 1 to 10 digits, more than 0; `most` where it is absent or longer.
// INVALID_ARGUMENT for anything else.
absl::StatusOr<absl::Duration> ParseTimeout(absl::string_view header, absl::Duration most);

// Thread-safe.
class Transcoder {
 public:
  Transcoder();
  // INVALID_ARGUMENT for what is not a message of `type` in proto3's JSON: unknown fields, wrong
  // types and text that is not UTF-8 are refused. Of a key given twice the last one counts.
  absl::StatusOr<std::string> ToBinary(const google::protobuf::Descriptor& type,
                                       absl::string_view json) const;
  // Numbers of 64 bits are strings; fields without a value are left out. INTERNAL for bytes
  // that are no message of `type`.
  absl::StatusOr<std::string> ToJson(const google::protobuf::Descriptor& type,
                                     absl::string_view binary) const;
  // {"code","message","details"}: the details are those of libs/rpc (ErrorInfo, BadRequest,
  // RetryInfo, LocalizedMessage in `language`), each as bytes and, for people with curl, as JSON.
  std::string ErrorJson(const absl::Status& error, Language language) const;
  // What ends a stream: {} for OK; else {"error": ErrorJson, "metadata": the trailers}, with
  // retry-after where a later try may succeed.
  std::string EndJson(const absl::Status& end, Language language) const;

 private:
  const std::unique_ptr<google::protobuf::util::TypeResolver> resolver_;
};

}  // namespace shareway::console
