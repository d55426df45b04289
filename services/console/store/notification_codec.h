// SPDX-License-Identifier: Apache-2.0
// What people are told, as bytes: equal values, equal bytes. Decode answers DATA_LOSS for what does
// not read.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/console/domain/notification.h"
#include "services/console/store/notification_store.h"

namespace shareway::console {

std::string Encode(const NotificationSettings& settings);
absl::Status Decode(absl::string_view bytes, NotificationSettings* settings);
std::string Encode(const Webhook& webhook);
absl::Status Decode(absl::string_view bytes, Webhook* webhook);
std::string Encode(const Delivery& delivery);
absl::Status Decode(absl::string_view bytes, Delivery* delivery);
std::string Encode(const Letter& letter);
absl::Status Decode(absl::string_view bytes, Letter* letter);
std::string Encode(const ToldStage& told);
absl::Status Decode(absl::string_view bytes, ToldStage* told);

}  // namespace shareway::console
