// SPDX-License-Identifier: Apache-2.0
// Sessions: begun with two factors, used, stepped up, ended.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/console/desk.h"
#include "services/console/lockouts.h"
#include "services/console/second_factors.h"

namespace shareway::console {

// A session with what the directory says of its person now.
struct LiveSession {
  Stored<Session> session = {};
  Person person = {};
};

// Thread-safe. `desk` and `lockouts` must outlive it.
// proto/shareway/console/v1/session_service.proto tells the rules and errors of each call.
class Sessions {
 public:
  Sessions(const Desk* desk, Lockouts* lockouts)
      : desk_(desk), lockouts_(lockouts), factors_(desk) {}

  struct Started {
    std::string person = {};   // people/{p}
    std::string sign_in = {};  // 32 random bytes
    std::vector<Factor> factors = {};
    std::string challenge = {};  // 32 random bytes
    bool password_expired = false;
  };
  absl::StatusOr<Started> Start(const Client& client, absl::string_view person,
                                absl::string_view password);

  // In place of Start: where to send the person, and who came back with `state` and `code`.
  struct Sent {
    std::string url = {};
    std::string state = {};
  };
  absl::StatusOr<Sent> StartAtProvider(const Client& client);
  absl::StatusOr<Started> ReturnFromProvider(const Client& client, const std::string& state,
                                             absl::string_view code);

  struct SignedIn {
    std::string token = {};  // base64url
    LiveSession live = {};
  };
  absl::StatusOr<SignedIn> Finish(const Client& client, const std::string& sign_in,
                                  const ShownFactor& shown, absl::string_view new_password);

  // The session of a token, used now. UNAUTHENTICATED: SESSION_OVER, SESSION_ELSEWHERE;
  // FAILED_PRECONDITION, FACTOR_TOO_WEAK, if the person has become an administrator meanwhile.
  absl::StatusOr<LiveSession> Use(const Client& client, absl::string_view token);

  // The same for a session known by its name alone, for whom it was handed on to (entries.h): where
  // that one's visitor is, nobody here can tell, so it is not looked at.
  absl::StatusOr<LiveSession> Continue(absl::string_view name);

  // OK while a session is one that Use would take, without using it: its idle time runs on, nothing
  // is ended and nobody is told. UNAUTHENTICATED, SESSION_OVER, for any other.
  absl::Status Stands(const Client& client, absl::string_view token) const;

  struct Challenge {
    std::string bytes = {};
    absl::Time end = {};
  };
  absl::StatusOr<Challenge> StartStepUp(const Client& client, absl::string_view token);
  absl::StatusOr<LiveSession> StepUp(const Client& client, absl::string_view token,
                                     const ShownFactor& shown);

  absl::Status SignOut(const Client& client, absl::string_view token);
  // The live sessions of `person`, newest first; empty: of the actor. NOT_VISIBLE for a person
  // whose sessions are not the actor's to see.
  absl::StatusOr<std::vector<LiveSession>> List(const Person& actor, absl::string_view person);
  absl::Status End(const Person& actor, absl::string_view name, absl::string_view person);

 private:
  // A sign-in that waits for its second factor. Kept in memory: after a restart it begins anew.
  struct Waiting {
    std::string person = {};
    Client client = {};
    std::string challenge = {};
    absl::Time end = {};
    bool by_provider = false;  // no password was shown
  };
  // A person who was sent to the provider.
  struct Away {
    Client client = {};
    OidcVisit visit = {};
    absl::Time end = {};
  };
  // An account that may be used now, with its secrets.
  struct Usable {
    Stored<Account> account = {};
    Stored<Secrets> secrets = {};
    Person person = {};
  };
  absl::StatusOr<std::optional<Usable>> FindUsable(absl::string_view person) const;
  // The session of a token. SESSION_OVER if there is none.
  absl::StatusOr<Stored<Session>> Load(absl::string_view token) const;
  // The same for who would use it: what is no session is tallied.
  absl::StatusOr<Stored<Session>> Find(absl::string_view token) const;
  // Empty while it may be used; its person's account is `usable` now.
  absl::string_view WhyOver(const Session& session, const std::optional<Usable>& usable) const;
  // Notes the use; ends the session, with an error, if it is over, its factor too weak by now, or
  // `from`, unless that is null, not where it is bound to.
  absl::StatusOr<LiveSession> UseNow(const Stored<Session>& session, const Client* from);
  // Keeps a sign-in whose first factor was right.
  absl::StatusOr<Started> Wait(const Client& client, const Usable& usable, bool by_provider);
  absl::StatusOr<Waiting> TakeWaiting(const Client& client, const std::string& sign_in);
  // Writes the session of a sign-in that is complete. `taken` has the secrets after it.
  absl::StatusOr<SignedIn> Begin(const Client& client, Factor factor, const Usable& usable,
                                 const SecondFactors::Taken& taken, const Attempt& attempt);
  // Deletes the session, told as `kind` and `reason`. OK, too, if somebody else ended it.
  absl::Status Close(const Stored<Session>& before, absl::string_view agency,
                     evidence::RecordKind kind, absl::string_view reason) const;

  const Desk* const desk_;
  Lockouts* const lockouts_;
  const SecondFactors factors_;
  absl::Mutex mutex_;
  std::map<std::string, Waiting> waiting_ ABSL_GUARDED_BY(mutex_);       // by sign_in
  std::map<std::string, Challenge> challenges_ ABSL_GUARDED_BY(mutex_);  // by session
  std::map<std::string, Away> away_ ABSL_GUARDED_BY(mutex_);             // by state
};

// Deletes sessions and one-time codes that are over, and writes what was tallied. How many sessions
// ended.
absl::StatusOr<int> SessionsDue(const Desk& desk);

}  // namespace shareway::console
