// SPDX-License-Identifier: Apache-2.0
// The whole console over a memory store, for tests: people, clients, errands, sign-ins.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/fake_clock.h"
#include "libs/crypto/totp.h"
#include "libs/kv/memory_store.h"
#include "services/console/accounts.h"
#include "services/console/domain/examples.h"
#include "services/console/role_proposals.h"
#include "services/console/sessions.h"

namespace shareway::console {

inline constexpr char kGoodPassword[] = "correct-horse-7";

// What lasts over a restart: the store and the clock's machine.
struct Disk {
  FakeClock clock{Morning()};
  kv::MemoryStore kv;
};

// One process over it.
struct TestConsole {
  explicit TestConsole(Disk* d, Protection protection = Protection::kBasic,
                       std::optional<Oidc> oidc = std::nullopt)
      : disk(d) {
    Desk::Parts parts{
        .store = &store,
        .time = &time,
        .passwords = passwords.get(),
        .factor_key = std::string(32, 'k'),
        .protection = protection,
        .party = crypto::RelyingParty::From("share.example", {"https://share.example"}).value(),
        .oidc = std::move(oidc)};
    parts.people.find = [this](absl::string_view name) -> std::optional<Person> {
      if (on_find) on_find();
      const auto found = people.find(name);
      if (found == people.end()) return std::nullopt;
      return found->second;
    };
    parts.people.has_certificate = [this](absl::string_view person, absl::string_view key) {
      const auto found = certificates.find(person);
      return found != certificates.end() && found->second == key;
    };
    parts.people.authenticators = [this](absl::string_view person) {
      const auto found = authenticators.find(person);
      return found == authenticators.end() ? std::vector<crypto::PublicKey>() : found->second;
    };
    desk = std::make_unique<Desk>(std::move(parts));
    lockouts = std::make_unique<Lockouts>(desk.get());
    accounts = std::make_unique<Accounts>(desk.get(), lockouts.get());
    proposals = std::make_unique<RoleProposals>(desk.get());
    sessions = std::make_unique<Sessions>(desk.get(), lockouts.get());
    for (const Person& person : {Clerk(), Keeper(), Stranger(), System(), Security(), Audit()}) {
      people[person.name] = person;
    }
  }

  Errand By(const Person& actor, const std::string& request_id = "") {
    Errand errand{
        .actor = actor,
        .once = {.caller = actor.name, .method = "/test", .request_id = request_id, .body = ""},
        .act = evidence::SignedAct()};
    errand.act->set_act(absl::StrCat("act ", ++acts, " ", absl::ToUnixNanos(disk->clock.Now())));
    return errand;
  }
  // A visitor of the console.
  static Client At(const std::string& address = "10.1.2.3", const std::string& key = "") {
    return VisitorAt(address, key).value();
  }

  // Made by `actor` and redeemed: the account's TOTP secret.
  std::string Open(const Person& person, const Person& actor) {
    const Accounts::WithCode made = accounts->Create(By(actor), person.name, {}, false).value();
    return accounts->Redeem(At(), person.name, made.code, kGoodPassword)->totp_secret;
  }
  std::string Code(const std::string& totp_secret) const {
    return crypto::TotpCode(totp_secret, crypto::TotpStepAt(disk->clock.Now()));
  }
  std::string WrongCode(const std::string& totp_secret) const {
    std::string code = "000000";
    while (crypto::VerifyTotp(totp_secret, code, disk->clock.Now())) ++code.back();
    return code;
  }
  absl::StatusOr<Sessions::SignedIn> SignIn(const std::string& person, const ShownFactor& shown,
                                            const Client& client = At(),
                                            const std::string& password = kGoodPassword,
                                            const std::string& new_password = "") {
    const absl::StatusOr<Sessions::Started> started = sessions->Start(client, person, password);
    if (!started.ok()) return started.status();
    return sessions->Finish(client, started->sign_in, shown, new_password);
  }
  absl::StatusOr<Sessions::SignedIn> SignInByTotp(const std::string& person,
                                                  const std::string& totp_secret,
                                                  const Client& client = At()) {
    return SignIn(person, {.totp_code = Code(totp_secret)}, client);
  }

  Stored<Account> Load(const Person& person) const {
    return store.LoadAccount(AccountOf(person.name)).value();
  }
  std::string EtagOf(const Person& person) const { return Desk::EtagOf(Load(person).version); }
  absl::StatusOr<Accounts::WithCode> Act(AccountAct act, const Person& person,
                                         const Person& actor) {
    return accounts->Act(By(actor), act, AccountOf(person.name), EtagOf(person), "理由");
  }

  // Kinds and reasons in the outbox, oldest first, as KIND REASON.
  std::vector<std::string> Told() const {
    std::vector<std::string> told;
    (void)disk->kv.ReadLog("outbox", 1, [&](uint64_t, absl::string_view bytes) {
      evidence::AuditRecord event;
      event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
      told.push_back(
          absl::StrCat(evidence::v1::RecordKind_Name(event.kind()), " ", event.reason()));
      return true;
    });
    return told;
  }
  bool WasTold(const std::string& what) const {
    const std::vector<std::string> told = Told();
    return std::count(told.begin(), told.end(), what) > 0;
  }

  Disk* const disk;
  std::map<std::string, Person, std::less<>> people;
  std::map<std::string, std::string, std::less<>> certificates;  // person -> key id
  std::map<std::string, std::vector<crypto::PublicKey>, std::less<>> authenticators;
  std::function<void()> on_find;  // called when the directory is asked for a person
  int acts = 0;
  std::unique_ptr<outbox::Outbox> outbox =
      outbox::Outbox::Open(&disk->kv, "shareway://test/service/console", &disk->clock).value();
  ConsoleStore store = ConsoleStore::Open(&disk->kv, outbox.get()).value();
  Timekeeper time{&disk->clock, store.latest()};
  // The least cost that there is: what a password costs is crypto's to test.
  std::unique_ptr<Passwords> passwords = Passwords::Open({.log_n = 1, .r = 1, .p = 1}).value();
  std::unique_ptr<Desk> desk;
  std::unique_ptr<Lockouts> lockouts;
  std::unique_ptr<Accounts> accounts;
  std::unique_ptr<RoleProposals> proposals;
  std::unique_ptr<Sessions> sessions;
};

}  // namespace shareway::console
