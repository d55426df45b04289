// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/connect.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/type_resolver_util.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/error.h"
#include "libs/rpc/grpc_status.h"
#include "nlohmann/json.hpp"

namespace shareway::console {
namespace {

namespace pb = google::protobuf;

constexpr char kTypes[] = "type.googleapis.com";

struct Code {
  absl::StatusCode code;
  const char* name;
  int http;
};
constexpr Code kCodes[] = {
    {absl::StatusCode::kCancelled, "canceled", 499},
    {absl::StatusCode::kUnknown, "unknown", 500},
    {absl::StatusCode::kInvalidArgument, "invalid_argument", 400},
    {absl::StatusCode::kDeadlineExceeded, "deadline_exceeded", 504},
    {absl::StatusCode::kNotFound, "not_found", 404},
    {absl::StatusCode::kAlreadyExists, "already_exists", 409},
    {absl::StatusCode::kPermissionDenied, "permission_denied", 403},
    {absl::StatusCode::kResourceExhausted, "resource_exhausted", 429},
    {absl::StatusCode::kFailedPrecondition, "failed_precondition", 400},
    {absl::StatusCode::kAborted, "aborted", 409},
    {absl::StatusCode::kOutOfRange, "out_of_range", 400},
    {absl::StatusCode::kUnimplemented, "unimplemented", 501},
    {absl::StatusCode::kInternal, "internal", 500},
    {absl::StatusCode::kUnavailable, "unavailable", 503},
    {absl::StatusCode::kDataLoss, "data_loss", 500},
    {absl::StatusCode::kUnauthenticated, "unauthenticated", 401},
};
constexpr Code kUnknownCode = {absl::StatusCode::kUnknown, "unknown", 500};

const Code& CodeOf(absl::StatusCode code) {
  for (const Code& known : kCodes) {
    if (known.code == code) return known;
  }
  return kUnknownCode;
}

std::string UrlOf(absl::string_view type) { return absl::StrCat(kTypes, "/", type); }

}  // namespace

int HttpStatusOf(absl::StatusCode code) { return CodeOf(code).http; }
absl::string_view ConnectCode(absl::StatusCode code) { return CodeOf(code).name; }

std::string RetryAfter(const absl::Status& error) {
  if (!absl::IsResourceExhausted(error) && !absl::IsUnavailable(error)) return "";
  const ErrorDetails details = DetailsOf(error).value_or(ErrorDetails());
  const auto after = details.metadata.find("retry_after_seconds");
  return after == details.metadata.end() ? "1" : after->second;
}

absl::StatusOr<absl::Duration> ParseTimeout(absl::string_view header, absl::Duration most) {
  if (header.empty()) return most;
  int64_t millis = 0;
  if (header.size() > 10 || !std::all_of(header.begin(), header.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(header, &millis) || millis == 0) {
    return Error::Field("connect-timeout-ms", "want 1 to 10 digits, more than 0");
  }
  return std::min(absl::Milliseconds(millis), most);
}

// The details' types must be known to the pool before one of them is shown.
Transcoder::Transcoder()
    : resolver_(pb::util::NewTypeResolverForDescriptorPool(
          kTypes, google::rpc::ErrorInfo::descriptor()->file()->pool())) {}

absl::StatusOr<std::string> Transcoder::ToBinary(const pb::Descriptor& type,
                                                 absl::string_view json) const {
  std::string binary;
  const auto read = pb::util::JsonToBinaryString(
      resolver_.get(), UrlOf(type.full_name()), {json.data(), json.size()}, &binary);
  if (!read.ok()) {
    const auto why = read.message();
    return Error::Field("body", absl::StrCat("not a ", type.full_name(), " in JSON: ",
                                             absl::string_view(why.data(), why.size())));
  }
  return binary;
}

absl::StatusOr<std::string> Transcoder::ToJson(const pb::Descriptor& type,
                                               absl::string_view binary) const {
  std::string json;
  const auto written =
      pb::util::BinaryToJsonString(resolver_.get(), UrlOf(type.full_name()),
                                   std::string(binary), &json);
  if (!written.ok()) return absl::InternalError("an answer does not parse");
  return json;
}

std::string Transcoder::ErrorJson(const absl::Status& error, Language language) const {
  const grpc::Status told = rpc::ToGrpc(error, language);
  google::rpc::Status wire;
  // What ToGrpc made parses; were it not so, the code and the message would still be told.
  if (!wire.ParseFromString(told.error_details())) wire.Clear();
  nlohmann::json out = {{"code", std::string(ConnectCode(error.code()))},
                        {"message", told.error_message()}};
  for (const pb::Any& detail : wire.details()) {
    const std::string& url = detail.type_url();
    std::string value = absl::Base64Escape(detail.value());
    while (!value.empty() && value.back() == '=') value.pop_back();  // Connect: without padding
    nlohmann::json item = {{"type", url.substr(url.rfind('/') + 1)}, {"value", std::move(value)}};
    std::string shown;
    if (pb::util::BinaryToJsonString(resolver_.get(), url, detail.value(), &shown).ok()) {
      nlohmann::json debug = nlohmann::json::parse(shown, nullptr, false);
      if (!debug.is_discarded()) item["debug"] = std::move(debug);
    }
    out["details"].push_back(std::move(item));
  }
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string Transcoder::EndJson(const absl::Status& end, Language language) const {
  if (end.ok()) return "{}";
  const std::string after = RetryAfter(end);
  return absl::StrCat(R"({"error":)", ErrorJson(end, language),
                      after.empty() ? "" : absl::StrCat(R"(,"metadata":{"retry-after":[")", after,
                                                        R"("]})"),
                      "}");
}

}  // namespace shareway::console
