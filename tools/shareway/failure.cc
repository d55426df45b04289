// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/failure.h"

#include <optional>

#include "absl/strings/cord.h"
#include "libs/base/error.h"

namespace shareway::cli {
namespace {

// Names the exit code of a status that was made here.
constexpr char kExitUrl[] = "shareway.cli/exit";

absl::Status WithExit(absl::Status status, absl::string_view exit) {
  status.SetPayload(kExitUrl, absl::Cord(exit));
  return status;
}

Json Details(const absl::Status& status, Language language) {
  Json json = {{"code", absl::StatusCodeToString(status.code())},
               {"message", std::string(status.message())}};
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (!details) return json;
  json["reason"] = std::string(ReasonName(details->reason));
  json["text"] = std::string(ReasonText(details->reason, language));
  for (const FieldViolation& field : details->fields) {
    json["fields"].push_back({{"field", field.field}, {"rule", field.rule}});
  }
  for (const auto& [key, value] : details->metadata) json["metadata"][key] = value;
  return json;
}

}  // namespace

absl::Status UsageError(absl::string_view message) {
  return WithExit(absl::InvalidArgumentError(message), "2");
}

absl::Status VerificationFailed(const absl::Status& status) { return WithExit(status, "7"); }

absl::Status FailedQuietly() { return WithExit(absl::UnknownError(""), "1"); }

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kOk;
  if (const absl::optional<absl::Cord> exit = status.GetPayload(kExitUrl); exit) {
    return *exit == "2" ? kUsage : *exit == "7" ? kVerificationFailed : kFailed;
  }
  if (const auto details = DetailsOf(status); details && details->reason == Reason::kProofInvalid) {
    return kVerificationFailed;
  }
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return kNotFound;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return kDenied;
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
      return kConflict;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return kUnavailable;
    default:
      return kFailed;
  }
}

void Report(const absl::Status& status, Format format, Language language, std::ostream* err) {
  if (status.ok() || status.message().empty()) return;
  const Json details = Details(status, language);
  if (format == Format::kJson) {
    *err << details.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    return;
  }
  // Several fields fill the message too; each has its own line below.
  *err << "shareway: " << CellText(details["message"]) << "\n";
  if (details.contains("reason")) {
    *err << "  reason: " << CellText(details["reason"]) << " (" << CellText(details["text"])
         << ")\n";
  }
  if (details.contains("fields")) {
    for (const Json& field : details["fields"]) {
      *err << "  field: " << CellText(field["field"]) << ": " << CellText(field["rule"]) << "\n";
    }
  }
  if (details.contains("metadata")) {
    for (const auto& item : details["metadata"].items()) {
      *err << "  " << item.key() << ": " << CellText(item.value()) << "\n";
    }
  }
}

}  // namespace shareway::cli
