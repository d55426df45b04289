// SPDX-License-Identifier: Apache-2.0
// Hashes passwords, two at a time: each costs 0.3 s of CPU and 128 MiB.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/crypto/scrypt.h"
#include "services/console/domain/person.h"
#include "services/console/store/secrets.h"

namespace shareway::console {

// Thread-safe.
class Passwords {
 public:
  static constexpr int kAtOnce = 2;

  // INTERNAL if the library fails. Tests give a smaller cost.
  static absl::StatusOr<std::unique_ptr<Passwords>> Open(
      const crypto::ScryptCost& cost = crypto::kPasswordCost);

  // The right to hash, until it is destroyed.
  class Permit {
   public:
    Permit(Permit&& other) noexcept : passwords_(other.passwords_) { other.passwords_ = nullptr; }
    Permit& operator=(Permit&&) = delete;
    ~Permit();

    // False, in the same time, for an account without a password.
    absl::StatusOr<bool> Verify(absl::string_view password, absl::string_view stored) const;
    // `secrets` with a new password. INVALID_ARGUMENT for new_password if it breaks the policy
    // (domain/password.h) or is one of the last five.
    absl::StatusOr<Secrets> Renew(const Secrets& secrets, absl::string_view password,
                                  const Person& person) const;

   private:
    friend class Passwords;
    explicit Permit(Passwords* passwords) : passwords_(passwords) {}
    Passwords* passwords_;
  };
  // RESOURCE_EXHAUSTED, OVERLOADED, to be tried again in a second, while kAtOnce are out.
  absl::StatusOr<Permit> Enter();

 private:
  Passwords(const crypto::ScryptCost& cost, std::string nobody)
      : cost_(cost), nobody_(std::move(nobody)) {}

  const crypto::ScryptCost cost_;
  const std::string nobody_;  // the hash of random bytes
  std::atomic<int> out_ = 0;
};

}  // namespace shareway::console
