// SPDX-License-Identifier: Apache-2.0
#include "libs/base/error.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace shareway {
namespace {

// Payloads are text: units separated by 0x1e, halves by 0x1f. They never leave
// the process in this form.
constexpr char kReasonUrl[] = "shareway/reason";
constexpr char kMetadataUrl[] = "shareway/metadata";
constexpr char kFieldsUrl[] = "shareway/fields";

std::string Text(const absl::Status& status, absl::string_view url) {
  auto payload = status.GetPayload(url);
  return payload ? std::string(*payload) : "";
}

}  // namespace

Error::Error(Reason reason, absl::StatusCode code, absl::string_view message)
    : status_(code, message) {
  status_.SetPayload(kReasonUrl, absl::Cord(ReasonName(reason)));
}

Error& Error::With(absl::string_view key, absl::string_view value) {
  metadata_[std::string(key)] = std::string(value);
  status_.SetPayload(kMetadataUrl,
                     absl::Cord(absl::StrJoin(metadata_, "\x1e", absl::PairFormatter("\x1f"))));
  return *this;
}

absl::Status Error::Field(absl::string_view field, absl::string_view rule) {
  return Fields({{std::string(field), std::string(rule)}});
}

absl::Status Error::Fields(const std::vector<FieldViolation>& violations) {
  if (violations.empty()) return absl::OkStatus();
  auto join = [&](absl::string_view between, absl::string_view inside) {
    return absl::StrJoin(violations, between, [&](std::string* out, const FieldViolation& v) {
      absl::StrAppend(out, v.field, inside, v.rule);
    });
  };
  absl::Status status =
      Error(Reason::kFieldInvalid, absl::StatusCode::kInvalidArgument, join("; ", ": "));
  status.SetPayload(kFieldsUrl, absl::Cord(join("\x1e", "\x1f")));
  return status;
}

absl::Status Error::NotVisible(absl::string_view name) {
  return Error(Reason::kNotVisible, absl::StatusCode::kPermissionDenied,
               absl::StrCat(name, " does not exist or is not yours to see"))
      .With("name", name);
}

std::optional<ErrorDetails> DetailsOf(const absl::Status& status) {
  const std::string reason = Text(status, kReasonUrl);
  if (reason.empty()) return std::nullopt;
  ErrorDetails details;
  details.reason = ParseReason(reason);
  for (absl::string_view unit :
       absl::StrSplit(Text(status, kMetadataUrl), '\x1e', absl::SkipEmpty())) {
    std::pair<std::string, std::string> pair = absl::StrSplit(unit, absl::MaxSplits('\x1f', 1));
    details.metadata.insert(std::move(pair));
  }
  for (absl::string_view unit :
       absl::StrSplit(Text(status, kFieldsUrl), '\x1e', absl::SkipEmpty())) {
    std::pair<std::string, std::string> pair = absl::StrSplit(unit, absl::MaxSplits('\x1f', 1));
    details.fields.push_back({std::move(pair.first), std::move(pair.second)});
  }
  return details;
}

}  // namespace shareway
