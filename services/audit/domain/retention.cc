// SPDX-License-Identifier: Apache-2.0
// The classes and their least days.
#include "services/audit/domain/retention.h"

#include "absl/strings/str_cat.h"

namespace shareway::audit {
namespace {

// Numbers of evidence.v1.RecordKind.
constexpr int kFirstExchange = 60;  // EXCHANGE_DELIVERED
constexpr int kLastExchange = 65;   // TRANSFER_PROGRESS
constexpr int kCallsRejected = 66;

constexpr int kThreeYears = 3 * 365 + 1;  // with a leap day
constexpr int kSixMonths = 184;           // the longest six

absl::Status CheckDays(absl::string_view flag, int days, RetentionClass retention) {
  if (days == 0 || days >= LeastDays(retention)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(flag, " is ", days, ", but the law asks for at least ", LeastDays(retention),
                   " days (", LawOf(retention), "); 0 means for ever"));
}

}  // namespace

RetentionClass ClassOf(int kind) {
  if (kind >= kFirstExchange && kind <= kLastExchange) return RetentionClass::kExchange;
  if (kind == kCallsRejected) return RetentionClass::kCalls;
  return RetentionClass::kForEver;
}

int LeastDays(RetentionClass retention) {
  switch (retention) {
    case RetentionClass::kExchange:
      return kThreeYears;
    case RetentionClass::kCalls:
      return kSixMonths;
    case RetentionClass::kForEver:
      return 0;
  }
  return 0;
}

absl::string_view LawOf(RetentionClass retention) {
  switch (retention) {
    case RetentionClass::kExchange:
      return "R25 29, Network Data Security Regulation 12";
    case RetentionClass::kCalls:
      return "Cybersecurity Law 21(3)";
    case RetentionClass::kForEver:
      return "";
  }
  return "";
}

int Retention::DaysOf(RetentionClass retention) const {
  switch (retention) {
    case RetentionClass::kExchange:
      return exchange_days;
    case RetentionClass::kCalls:
      return calls_days;
    case RetentionClass::kForEver:
      return 0;
  }
  return 0;
}

absl::Status Retention::Check() const {
  absl::Status exchange =
      CheckDays("--retain_exchange_days", exchange_days, RetentionClass::kExchange);
  if (!exchange.ok()) return exchange;
  return CheckDays("--retain_calls_days", calls_days, RetentionClass::kCalls);
}

}  // namespace shareway::audit
