// SPDX-License-Identifier: Apache-2.0
// Asks sharing who uses an entry.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/rpc/channel.h"
#include "services/catalog/domain/consultation.h"

namespace shareway::catalog {

// Thread-safe. For Catalog::Parts::use.
class SharingUse {
 public:
  // `sharing` is a channel to it.
  explicit SharingUse(std::shared_ptr<rpc::Channel> sharing) : sharing_(std::move(sharing)) {}

  // What stands over the entry at the moment of the call, which is never remembered: an answer of
  // before is none. Waits 5 s at most. Errors of the call, DATA_LOSS for an answer that says nothing of
  // this entry.
  absl::StatusOr<ResourceUse> Of(absl::string_view resource,
                                 absl::string_view service_change) const;

 private:
  const std::shared_ptr<rpc::Channel> sharing_;
};

}  // namespace shareway::catalog
