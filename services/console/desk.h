// SPDX-License-Identifier: Apache-2.0
// What every use case of the console needs: store, time, passwords, and who is who.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/status.h"
#include "libs/crypto/key.h"
#include "libs/crypto/webauthn.h"
#include "services/console/domain/session.h"
#include "services/console/oidc/provider.h"
#include "services/console/passwords.h"
#include "services/console/store/console_store.h"
#include "services/console/timekeeper.h"

namespace shareway::console {

// The directory, as the console needs it. Reads the newest state at each call.
struct People {
  // Nothing if there is no such person.
  std::function<std::optional<Person>(absl::string_view person)> find = {};
  // True if this key id is that of a valid client certificate of the person.
  std::function<bool(absl::string_view person, absl::string_view key_id)> has_certificate = {};
  // The valid keys of the person's WebAuthn authenticators.
  std::function<std::vector<crypto::PublicKey>(absl::string_view person)> authenticators = {};
};

// A provider that people may sign in at, in place of the password: see OidcProvider.
struct Oidc {
  std::function<absl::StatusOr<OidcVisit>()> begin = {};
  std::function<absl::StatusOr<crypto::IdToken>(const OidcVisit& visit, absl::string_view code,
                                                absl::Time now)>
      finish = {};
  std::string claim = {};  // whose value is {p} of people/{p}
};

// Thread-safe. What is given to it must outlive it.
class Desk {
 public:
  struct Parts {
    ConsoleStore* store = nullptr;
    Timekeeper* time = nullptr;
    Passwords* passwords = nullptr;
    People people = {};
    std::string factor_key = {};  // that TOTP secrets are sealed with: 32 bytes
    Protection protection = Protection::kMlps3;
    // Nothing: no WebAuthn.
    std::optional<crypto::RelyingParty> party = {};
    // Nothing: no provider.
    std::optional<Oidc> oidc = {};
  };
  explicit Desk(Parts parts) : parts_(std::move(parts)) {}

  const ConsoleStore& store() const { return *parts_.store; }
  Timekeeper& time() const { return *parts_.time; }
  // Never goes back. Records a clock that was set back.
  absl::Time Now() const;
  Passwords& passwords() const { return *parts_.passwords; }
  const People& people() const { return parts_.people; }
  Protection protection() const { return parts_.protection; }
  // What secrets that are read again are sealed with, 32 bytes.
  const std::string& factor_key() const { return parts_.factor_key; }
  const std::optional<crypto::RelyingParty>& party() const { return parts_.party; }
  const std::optional<Oidc>& oidc() const { return parts_.oidc; }

  // A fresh name: {collection}/{id}.
  static std::string NewName(absl::string_view collection);
  static std::string EtagOf(uint64_t version);
  // ABORTED, CHANGED_MEANWHILE, unless `etag` is that of `version`; INVALID_ARGUMENT if empty.
  static absl::Status CheckEtag(absl::string_view etag, absl::string_view name, uint64_t version);

  // A TOTP secret as it is kept, and back. DATA_LOSS if key or bytes are others.
  void SealTotp(absl::string_view account, absl::string_view secret, Secrets* secrets) const;
  absl::StatusOr<std::string> OpenTotp(absl::string_view account, const Secrets& secrets) const;

  // The event of an account's change.
  static evidence::AuditRecord AccountEvent(const Account& account);
  // The event of a sign-in, code or session. `object` is never what a stranger typed.
  static evidence::AuditRecord SessionEvent(evidence::RecordKind kind, absl::string_view object,
                                            absl::string_view agency, absl::string_view reason);
  // Puts a line in the account's permission file.
  static void File(const Account& account, PermissionKind kind, absl::string_view by,
                   absl::string_view note, absl::Time now, Change* change);
  // Ends the person's sessions, each with its event, told as `reason`.
  absl::Status EndSessions(absl::string_view person, absl::string_view agency,
                           absl::string_view reason, Change* change) const;

  // Counts a refusal that changed nothing; Told makes one event of each reason. For refusals that
  // anybody can bring about as often as he likes.
  void Tally(absl::string_view reason) const;
  // Writes what was tallied. Upkeep calls it each minute; what was not told at a crash is lost.
  absl::Status TellTally() const;

  // Runs `act` unless the errand's request id was seen: then `load` answers for the object that it
  // made. A twin that won the race counts as seen.
  template <typename T, typename Load, typename Act>
  absl::StatusOr<T> Once(const Errand& errand, Load load, Act act) const {
    SHAREWAY_ASSIGN_OR_RETURN(std::optional<std::string> seen, store().Seen(errand.once, Now()));
    if (seen) return load(*seen);
    absl::StatusOr<T> result = act();
    if (!absl::IsAborted(result.status())) return result;
    SHAREWAY_ASSIGN_OR_RETURN(seen, store().Seen(errand.once, Now()));
    if (seen) return load(*seen);
    return result;
  }

 private:
  const Parts parts_;
  mutable absl::Mutex mutex_;
  mutable std::map<std::string, uint64_t> tally_ ABSL_GUARDED_BY(mutex_);
};

// The key that TOTP secrets are sealed with, from a file of 32 bytes or 64 hexadecimal digits.
// NOT_FOUND or INVALID_ARGUMENT, naming the path.
absl::StatusOr<std::string> ReadFactorKey(const std::string& path);

}  // namespace shareway::console
