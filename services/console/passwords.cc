// SPDX-License-Identifier: Apache-2.0
// Hashes passwords, two at a time.
#include "services/console/passwords.h"

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/console/domain/password.h"

namespace shareway::console {

absl::StatusOr<std::unique_ptr<Passwords>> Passwords::Open(const crypto::ScryptCost& cost) {
  SHAREWAY_ASSIGN_OR_RETURN(std::string nobody,
                            crypto::HashPassword(crypto::RandomBytes(32), cost));
  return absl::WrapUnique(new Passwords(cost, std::move(nobody)));
}

Passwords::Permit::~Permit() {
  if (passwords_ != nullptr) --passwords_->out_;
}

absl::StatusOr<Passwords::Permit> Passwords::Enter() {
  if (++out_ > kAtOnce) {
    --out_;
    return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
                 absl::StrCat(kAtOnce, " passwords are being checked; try again"))
        .With("retry_after_seconds", "1");
  }
  return Permit(this);
}

absl::StatusOr<bool> Passwords::Permit::Verify(absl::string_view password,
                                               absl::string_view stored) const {
  const bool known = !stored.empty();
  SHAREWAY_ASSIGN_OR_RETURN(const bool right,
                            crypto::VerifyPassword(password, known ? stored : passwords_->nobody_));
  return right && known;
}

absl::StatusOr<Secrets> Passwords::Permit::Renew(const Secrets& secrets, absl::string_view password,
                                                 const Person& person) const {
  SHAREWAY_RETURN_IF_ERROR(CheckPassword(password, person));
  for (const std::string& old : secrets.history) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool same, crypto::VerifyPassword(password, old));
    if (same) {
      return Error::Field("new_password", absl::StrCat("is one of the last ", kPasswordHistory));
    }
  }
  Secrets next = secrets;
  SHAREWAY_ASSIGN_OR_RETURN(next.password, crypto::HashPassword(password, passwords_->cost_));
  next.history.insert(next.history.begin(), next.password);
  if (next.history.size() > kPasswordHistory) next.history.resize(kPasswordHistory);
  return next;
}

}  // namespace shareway::console
