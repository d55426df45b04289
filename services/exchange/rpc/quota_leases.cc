// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/quota_leases.h"

#include "libs/base/error.h"
#include "shareway/sharing/v1/grant.pb.h"

namespace shareway::exchange {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(1);
constexpr absl::Duration kRefillEvery = absl::Milliseconds(250);

}  // namespace

absl::StatusOr<Amounts> QuotaLeases::Take(const Grant& grant, absl::CivilDay day,
                                          const Amounts& wanted) {
  sharing::v1::LeaseQuotaRequest request;
  request.set_grant(grant.name);
  request.set_day(DayName(day));
  request.set_calls(wanted.calls);
  request.set_rows(wanted.rows);
  request.set_bytes(wanted.bytes);
  rpc::CallOptions options;
  options.timeout = kTimeout;
  const auto slice = sharing_->Unary<sharing::v1::LeaseQuotaResponse>(
      "/shareway.sharing.v1.GrantService/LeaseQuota", request, options);
  if (slice.ok()) {
    return Amounts{.calls = slice->calls(), .rows = slice->rows(), .bytes = slice->bytes()};
  }
  // A sharing service that has too much to do answers with the same code.
  const std::optional<ErrorDetails> details = DetailsOf(slice.status());
  const bool exhausted = details && details->reason == Reason::kQuotaExhausted;
  if (exhausted || !absl::IsResourceExhausted(slice.status())) return slice.status();
  return absl::UnavailableError(slice.status().message());
}

QuotaRefill::QuotaRefill(Quotas* quotas)
    : thread_([this, quotas] {
        do {
          quotas->Refill();
        } while (!stopped_.WaitForNotificationWithTimeout(kRefillEvery));
      }) {}

QuotaRefill::~QuotaRefill() {
  stopped_.Notify();
  thread_.join();
}

}  // namespace shareway::exchange
