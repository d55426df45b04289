// SPDX-License-Identifier: Apache-2.0
// The installation as browsers and authenticators know it (W3C Web Authentication).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::crypto {

// A value.
class RelyingParty {
 public:
  // `id` is the domain to which credentials are bound for ever, in lower case; `origins` are those
  // of the pages that may ask for assertions, exactly as a browser writes them: https://, `id` or a
  // domain below it, and the port unless it is 443. For localhost alone http:// will do.
  // INVALID_ARGUMENT, naming id or origin, otherwise and for no origin.
  static absl::StatusOr<RelyingParty> From(absl::string_view id,
                                           const std::vector<std::string>& origins);

  // For example share.example.gov.
  const std::string& id() const { return id_; }
  bool HasOrigin(absl::string_view origin) const;

 private:
  RelyingParty(std::string id, std::vector<std::string> origins)
      : id_(std::move(id)), origins_(std::move(origins)) {}

  std::string id_;
  std::vector<std::string> origins_;
};

}  // namespace shareway::crypto
