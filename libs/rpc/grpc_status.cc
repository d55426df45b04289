// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/grpc_status.h"

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/base/error.h"
#include "libs/log/log.h"

namespace shareway::rpc {
namespace {

constexpr char kDomain[] = "shareway";

// Lost data with a reason are what another node sent: who asked is told.
bool IsOurFault(const absl::Status& status) {
  if (absl::IsDataLoss(status)) return !DetailsOf(status).has_value();
  return absl::IsInternal(status) || absl::IsUnknown(status);
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status, Language language) {
  if (status.ok()) return grpc::Status::OK;
  std::string message(status.message());
  ErrorDetails details = DetailsOf(status).value_or(ErrorDetails());
  if (IsOurFault(status)) {
    log::Error("server-fault", {{"status", status}});
    message = "server fault";
    details = {};
  }

  google::rpc::Status wire;
  wire.set_code(static_cast<int>(status.code()));
  wire.set_message(message);
  google::rpc::ErrorInfo info;
  info.set_domain(kDomain);
  info.set_reason(details.reason == Reason::kUnspecified
                      ? absl::StatusCodeToString(status.code())
                      : std::string(ReasonName(details.reason)));
  for (const auto& [key, value] : details.metadata) (*info.mutable_metadata())[key] = value;
  wire.add_details()->PackFrom(info);
  if (!details.fields.empty()) {
    google::rpc::BadRequest bad;
    for (const FieldViolation& violation : details.fields) {
      auto* out = bad.add_field_violations();
      out->set_field(violation.field);
      out->set_description(violation.rule);
    }
    wire.add_details()->PackFrom(bad);
  }
  if (absl::IsUnavailable(status) || absl::IsResourceExhausted(status)) {
    google::rpc::RetryInfo retry;
    int64_t seconds = 0;
    const auto after = details.metadata.find("retry_after_seconds");
    if (after != details.metadata.end() && absl::SimpleAtoi(after->second, &seconds)) {
      retry.mutable_retry_delay()->set_seconds(seconds);
    } else {
      retry.mutable_retry_delay()->set_nanos(200'000'000);
    }
    wire.add_details()->PackFrom(retry);
  }
  if (details.reason != Reason::kUnspecified) {
    google::rpc::LocalizedMessage localized;
    localized.set_locale(std::string(LanguageTag(language)));
    localized.set_message(std::string(ReasonText(details.reason, language)));
    wire.add_details()->PackFrom(localized);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message,
                      wire.SerializeAsString());
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  absl::Status plain(code, status.error_message());
  google::rpc::Status wire;
  if (!wire.ParseFromString(status.error_details())) return plain;
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad;
  for (const google::protobuf::Any& detail : wire.details()) {
    if (detail.Is<google::rpc::ErrorInfo>()) detail.UnpackTo(&info);
    if (detail.Is<google::rpc::BadRequest>()) detail.UnpackTo(&bad);
  }
  const Reason reason = ParseReason(info.reason());
  if (bad.field_violations_size() > 0) {
    std::vector<FieldViolation> fields;
    for (const auto& violation : bad.field_violations()) {
      fields.push_back({violation.field(), violation.description()});
    }
    const absl::Status invalid = Error::Fields(fields);
    if (reason == Reason::kUnspecified || reason == Reason::kFieldInvalid) return invalid;
    // Faults of fields under a reason of their own, for example SCOPE_WIDENED.
    absl::Status named = Error(reason, code, invalid.message());
    invalid.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
      if (!named.GetPayload(url)) named.SetPayload(url, payload);
    });
    return named;
  }
  if (reason == Reason::kUnspecified) return plain;
  Error error(reason, code, status.error_message());
  for (const auto& [key, value] : info.metadata()) error.With(key, value);
  return error;
}

Language ParseLanguage(absl::string_view accept_language) {
  for (absl::string_view part : absl::StrSplit(accept_language, ',')) {
    const std::string tag =
        absl::AsciiStrToLower(absl::StripAsciiWhitespace(part.substr(0, part.find(';'))));
    if (tag == "zh-hant" || tag == "zh-tw" || tag == "zh-hk" || tag == "zh-mo") {
      return Language::kTraditional;
    }
    if (tag == "zh" || absl::StartsWith(tag, "zh-")) return Language::kSimplified;
    if (tag == "en" || absl::StartsWith(tag, "en-")) return Language::kEnglish;
  }
  return Language::kEnglish;
}

absl::string_view LanguageTag(Language language) {
  switch (language) {
    case Language::kSimplified: return "zh-Hans";
    case Language::kTraditional: return "zh-Hant";
    case Language::kEnglish: break;
  }
  return "en";
}

}  // namespace shareway::rpc
