// SPDX-License-Identifier: Apache-2.0
// Gives resource codes out: by the installation's rules, each once.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "services/catalog/domain/category.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/store/cause.h"
#include "services/catalog/store/code_store.h"

namespace shareway::catalog {

// Thread-safe. Errors are Categories::SpaceFor's and CodeStore's.
class Codes {
 public:
  // All must outlive it.
  struct Parts {
    CodeStore* store = nullptr;
    const Categories* categories = nullptr;
    const Clock* clock = nullptr;
    std::function<std::shared_ptr<const Register>()> directory = {};
  };
  explicit Codes(Parts parts) : parts_(std::move(parts)) {}

  // The next one for the caller's agency, put on record. PERMISSION_DENIED for who is of none.
  absl::StatusOr<v1::GeneratedCode> Generate(const Cause& cause, absl::string_view category);
  // What Generate would give, without taking it.
  absl::StatusOr<std::string> Peek(absl::string_view agency, absl::string_view category) const;

 private:
  absl::StatusOr<Categories::Space> SpaceFor(absl::string_view agency,
                                             absl::string_view category) const;

  const Parts parts_;
};

}  // namespace shareway::catalog
