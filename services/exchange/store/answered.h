// SPDX-License-Identifier: Apache-2.0
// All attempts that an agency settled as the provider's, as ExchangeStore keeps them.
#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/kv/store.h"
#include "services/exchange/domain/attempt.h"
#include "services/exchange/store/exchange_record.pb.h"

namespace shareway::exchange {

// Before {a}/{exchange}/{attempt}.
inline constexpr char kAnsweredToAgencies[] = "answered/agencies/";

Answered AnsweredFrom(absl::string_view consumer, absl::string_view exchange, uint32_t attempt,
                      const store::AnsweredRecord& record);

// Offers every attempt to `visit`, by consumer, from one snapshot. Reads all of them: for what is
// asked seldom. DATA_LOSS if one does not read.
absl::Status VisitAnswered(const kv::Store& kv, absl::FunctionRef<void(const Answered&)> visit);

}  // namespace shareway::exchange
