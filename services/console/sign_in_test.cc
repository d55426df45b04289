// SPDX-License-Identifier: Apache-2.0
// Signing in: two factors, lock-outs, replays.
#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "catch2/catch.hpp"
#include "libs/crypto/test_authenticator.h"
#include "services/console/test_console.h"

namespace shareway::console {
namespace {

const std::string kKey(32, 'c');
const std::string kOtherKey(32, 'd');

TEST_CASE("Password and second factor open a session, neither alone", "[sign-in]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  const Sessions::SignedIn in = t.SignInByTotp("people/clerk", secret).value();
  CHECK(in.live.session.value.factor == Factor::kTotp);
  CHECK(t.Told().back() == "SESSION_STARTED TOTP");
  CHECK(t.Load(Clerk()).value.last_sign_in == disk.clock.Now());
  disk.clock.Advance(absl::Minutes(1));
  CHECK(ReasonOf(t.SignIn("people/clerk", {.totp_code = t.Code(secret)}, t.At(), "wrong-horse-77")
                     .status()) == Reason::kSignInRefused);
  CHECK(ReasonOf(t.SignIn("people/clerk", {.totp_code = t.WrongCode(secret)}).status()) ==
        Reason::kSignInRefused);
  CHECK(ReasonOf(t.SignIn("people/clerk", {}).status()) == Reason::kSignInRefused);
  CHECK(ReasonOf(t.sessions->Finish(t.At(), std::string(32, 'x'), {.totp_code = t.Code(secret)}, "")
                     .status()) == Reason::kSignInRefused);
}

TEST_CASE("A wrong name, a wrong password and a closed account get one answer", "[sign-in]") {
  Disk disk;
  TestConsole t(&disk);
  t.Open(Clerk(), Keeper());
  t.Open(Stranger(), System());
  REQUIRE(t.Act(AccountAct::kSuspend, Stranger(), System()).ok());
  const absl::Status wrong = t.sessions->Start(t.At(), "people/clerk", "wrong-horse-77").status();
  CHECK(ReasonOf(wrong) == Reason::kSignInRefused);
  for (const char* person : {"people/nobody", "people/stranger", "people/audit"}) {
    INFO(person);
    CHECK(t.sessions->Start(t.At(), person, kGoodPassword).status() == wrong);
  }
  // The name that was typed may be a password: it is in no event.
  (void)disk.kv.ReadLog("outbox", 1, [&](uint64_t, absl::string_view bytes) {
    CHECK(bytes.find("nobody") == absl::string_view::npos);
    return true;
  });
}

TEST_CASE("Five failures lock account and source, over a restart, for half an hour", "[sign-in]") {
  Disk disk;
  std::string secret;
  {
    TestConsole t(&disk);
    secret = t.Open(Clerk(), Keeper());
    t.Open(Stranger(), System());
    for (int i = 0; i < 5; ++i) {
      CHECK(ReasonOf(t.sessions->Start(t.At(), "people/clerk", "wrong-horse-77").status()) ==
            Reason::kSignInRefused);
    }
    CHECK(t.Told().back() == "SESSION_REFUSED LOCKED_OUT");
  }
  TestConsole t(&disk);
  const auto answer = [&](const char* person, const char* address) {
    return ReasonOf(t.sessions->Start(t.At(address), person, kGoodPassword).status());
  };
  CHECK(answer("people/clerk", "10.1.2.3") == Reason::kLockedOut);
  CHECK(answer("people/clerk", "10.9.9.9") == Reason::kLockedOut);     // the account
  CHECK(answer("people/stranger", "10.1.2.3") == Reason::kLockedOut);  // the source
  CHECK(answer("people/nobody", "10.1.2.3") == Reason::kLockedOut);    // a name alike
  CHECK(answer("people/stranger", "10.9.9.9") == Reason::kUnspecified);
  // Refusals while it is locked are counted, not told one by one.
  const size_t before = t.Told().size();
  REQUIRE(SessionsDue(*t.desk).ok());
  REQUIRE(t.Told().size() == before + 1);
  CHECK(t.Told().back() == "SESSION_REFUSED LOCKED_OUT");
  // A clock that is set back does not make it last.
  disk.clock.Jump(-absl::Hours(5));
  disk.clock.Advance(kLockout - absl::Seconds(1));
  CHECK(answer("people/clerk", "10.9.9.9") == Reason::kLockedOut);
  disk.clock.Advance(absl::Seconds(1));
  CHECK(answer("people/clerk", "10.1.2.3") == Reason::kUnspecified);
}

TEST_CASE("Wrong second factors count as well, and only a whole sign-in clears them", "[sign-in]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  const auto wrong = [&](int source) {
    return ReasonOf(t.SignIn("people/clerk", {.totp_code = t.WrongCode(secret)},
                             t.At(absl::StrCat("10.1.1.", source)))
                        .status());
  };
  for (int i = 0; i < 4; ++i) CHECK(wrong(i) == Reason::kSignInRefused);
  REQUIRE(t.SignInByTotp("people/clerk", secret).ok());
  for (int i = 4; i < 9; ++i) CHECK(wrong(i) == Reason::kSignInRefused);
  CHECK(wrong(9) == Reason::kLockedOut);
}

// Detains whoever is there until all have come, or for as long as others could have come.
class Rendezvous {
 public:
  explicit Rendezvous(int all) : all_(all) {}
  void Come() {
    absl::MutexLock lock(&mutex_);
    ++come_;
    const auto complete = [this] { return come_ >= all_; };
    mutex_.AwaitWithTimeout(absl::Condition(&complete), absl::Milliseconds(20));
  }

 private:
  const int all_;
  absl::Mutex mutex_;
  int come_ = 0;
};

// One who has shown the right password.
struct Guess {
  Client client = {};
  std::string sign_in = {};
  std::string code = {};
};

// What is made of all guesses at one time, none before all can have been let in.
std::vector<Reason> AllAtOnce(TestConsole* t, const std::vector<Guess>& guesses) {
  Rendezvous inside(static_cast<int>(guesses.size()));
  t->on_find = [&inside] { inside.Come(); };
  std::vector<Reason> answers(guesses.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < guesses.size(); ++i) {
    threads.emplace_back([&, i] {
      answers[i] = ReasonOf(t->sessions->Finish(guesses[i].client, guesses[i].sign_in,
                                                {.totp_code = guesses[i].code}, "")
                                .status());
    });
  }
  for (std::thread& thread : threads) thread.join();
  t->on_find = nullptr;
  return answers;
}

TEST_CASE("However many try codes at once, five are looked at, and a right one after them opens "
          "nothing",
          "[sign-in]") {
  constexpr int kWrong = 16, kRight = 8;
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  std::vector<Guess> wrong, right;
  for (int i = 0; i < kWrong + kRight; ++i) {
    const Client client = t.At(absl::StrCat("10.1.", i, ".1"));
    const auto started = t.sessions->Start(client, "people/clerk", kGoodPassword);
    REQUIRE(started.ok());
    (i < kWrong ? wrong : right)
        .push_back({.client = client,
                    .sign_in = started->sign_in,
                    .code = i < kWrong ? t.WrongCode(secret) : t.Code(secret)});
  }
  const std::vector<Reason> first = AllAtOnce(&t, wrong);
  CHECK(std::count(first.begin(), first.end(), Reason::kSignInRefused) == kMaxFailures);
  CHECK(std::count(first.begin(), first.end(), Reason::kLockedOut) == kWrong - kMaxFailures);
  const std::vector<Reason> then = AllAtOnce(&t, right);
  CHECK(std::count(then.begin(), then.end(), Reason::kLockedOut) == kRight);
}

TEST_CASE("However many accounts are tried at once from one source, five guesses are looked at",
          "[sign-in]") {
  constexpr int kAccounts = 12;
  Disk disk;
  TestConsole t(&disk);
  std::vector<Guess> guesses;
  for (int i = 0; i < kAccounts; ++i) {
    const Person person = With(absl::StrCat("clerk-", i), {Role::kClerk});
    t.people[person.name] = person;
    const std::string secret = t.Open(person, Keeper());
    guesses.push_back({.client = t.At(),
                       .sign_in = t.sessions->Start(t.At(), person.name, kGoodPassword)->sign_in,
                       .code = t.WrongCode(secret)});
  }
  const std::vector<Reason> answers = AllAtOnce(&t, guesses);
  CHECK(std::count(answers.begin(), answers.end(), Reason::kSignInRefused) == kMaxFailures);
}

TEST_CASE("A whole sign-in forgets no lock-out that is made while it goes on", "[sign-in]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  const Sessions::Started started =
      t.sessions->Start(t.At(), "people/clerk", kGoodPassword).value();
  Rendezvous guessed(2);
  std::atomic<bool> begun = false;
  std::thread guessing;
  t.on_find = [&] {
    if (begun.exchange(true)) return;
    guessing = std::thread([&] {
      for (int i = 0; i < kMaxFailures; ++i) {
        (void)t.sessions->Start(t.At(absl::StrCat("10.2.", i, ".1")), "people/clerk",
                                "wrong-horse-77");
      }
      guessed.Come();
    });
    guessed.Come();
  };
  CHECK(t.sessions->Finish(t.At(), started.sign_in, {.totp_code = t.Code(secret)}, "").ok());
  guessing.join();
  CHECK(ReasonOf(t.sessions->Start(t.At("10.3.3.3"), "people/clerk", kGoodPassword).status()) ==
        Reason::kLockedOut);
}

TEST_CASE("A TOTP step is taken once, over restarts", "[sign-in]") {
  Disk disk;
  std::string secret;
  {
    TestConsole t(&disk);
    secret = t.Open(Clerk(), Keeper());
    REQUIRE(t.SignInByTotp("people/clerk", secret).ok());
    CHECK(ReasonOf(t.SignInByTotp("people/clerk", secret).status()) == Reason::kFactorReplayed);
    CHECK(t.Told().back() == "SESSION_REFUSED FACTOR_REPLAYED");
  }
  TestConsole t(&disk);
  CHECK(ReasonOf(t.SignInByTotp("people/clerk", secret).status()) == Reason::kFactorReplayed);
  // Nor after the clock is set back to a step before.
  disk.clock.Jump(-crypto::kTotpStep * 4);
  CHECK(ReasonOf(t.SignInByTotp("people/clerk", secret).status()) == Reason::kFactorReplayed);
  disk.clock.Jump(crypto::kTotpStep * 5);
  CHECK(t.SignInByTotp("people/clerk", secret).ok());
}

TEST_CASE("Two sign-ins that wait for one TOTP code open one session, and each waits once",
          "[sign-in]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  const Sessions::Started a = t.sessions->Start(t.At(), "people/clerk", kGoodPassword).value();
  const Sessions::Started b = t.sessions->Start(t.At(), "people/clerk", kGoodPassword).value();
  const Sessions::Started c = t.sessions->Start(t.At(), "people/clerk", kGoodPassword).value();
  const ShownFactor shown{.totp_code = t.Code(secret)};
  CHECK(t.sessions->Finish(t.At(), a.sign_in, shown, "").ok());
  CHECK(ReasonOf(t.sessions->Finish(t.At(), b.sign_in, shown, "").status()) ==
        Reason::kFactorReplayed);
  disk.clock.Advance(crypto::kTotpStep);
  const ShownFactor next{.totp_code = t.Code(secret)};
  CHECK(ReasonOf(t.sessions->Finish(t.At(), a.sign_in, next, "").status()) ==
        Reason::kSignInRefused);  // used
  CHECK(ReasonOf(t.sessions->Finish(t.At("10.7.7.7"), c.sign_in, next, "").status()) ==
        Reason::kSignInRefused);  // another client
  const Sessions::Started late = t.sessions->Start(t.At(), "people/clerk", kGoodPassword).value();
  disk.clock.Advance(kChallengeLife);
  CHECK(ReasonOf(
            t.sessions->Finish(t.At(), late.sign_in, {.totp_code = t.Code(secret)}, "").status()) ==
        Reason::kSignInRefused);
  CHECK(t.store.SessionsOf("people/clerk")->size() == 1);
}

TEST_CASE("In profile mlps3 an administrator needs a cryptographic factor", "[sign-in]") {
  Disk disk;
  TestConsole t(&disk, Protection::kMlps3);
  const std::string keeper = t.Open(Keeper(), System());
  const std::string clerk = t.Open(Clerk(), Keeper());
  CHECK(ReasonOf(t.SignInByTotp("people/keeper", keeper).status()) == Reason::kFactorTooWeak);
  CHECK(t.Told().back() == "SESSION_REFUSED FACTOR_TOO_WEAK");
  CHECK(t.SignInByTotp("people/clerk", clerk).ok());
  t.certificates["people/keeper"] = kKey;
  const Client client = t.At("10.1.2.9", kKey);
  const Sessions::Started started =
      t.sessions->Start(client, "people/keeper", kGoodPassword).value();
  CHECK(started.factors == std::vector<Factor>{Factor::kCertificate});
  CHECK(t.sessions->Finish(client, started.sign_in, {}, "").ok());
  // A certificate of somebody else is none.
  CHECK(ReasonOf(t.SignIn("people/keeper", {}, t.At("10.1.2.9", kOtherKey)).status()) ==
        Reason::kSignInRefused);
}

TEST_CASE("An authenticator signs the challenge of its own sign-in, and counts on", "[sign-in]") {
  Disk disk;
  TestConsole t(&disk, Protection::kMlps3);
  t.Open(Keeper(), System());
  const crypto::TestAuthenticator stick;
  const crypto::TestAuthenticator foreign;
  t.authenticators["people/keeper"] = {stick.key()};
  const auto sign_in = [&](const crypto::TestAuthenticator& by, uint32_t count,
                           const std::string& challenge = "",
                           const std::string& origin = "https://share.example") {
    const Sessions::Started started =
        t.sessions->Start(t.At(), "people/keeper", kGoodPassword).value();
    CHECK(started.factors == std::vector<Factor>{Factor::kWebAuthn});
    const ShownFactor shown{
        .assertion = by.Assert({.challenge = challenge.empty() ? started.challenge : challenge,
                                .origin = origin,
                                .count = count})};
    return ReasonOf(t.sessions->Finish(t.At(), started.sign_in, shown, "").status());
  };
  CHECK(sign_in(stick, 7) == Reason::kUnspecified);
  CHECK(t.store.SessionsOf("people/keeper")->front().value.factor == Factor::kWebAuthn);
  CHECK(sign_in(foreign, 8) == Reason::kSignInRefused);
  CHECK(sign_in(stick, 8, std::string(32, 'c')) == Reason::kSignInRefused);
  // What the signing page gets signed is no sign-in.
  CHECK(sign_in(stick, 8, "", "https://sign.share.example") == Reason::kSignInRefused);
  CHECK(sign_in(stick, 7) == Reason::kSignInRefused);  // a copy of the key
  CHECK(sign_in(stick, 8) == Reason::kUnspecified);
}

TEST_CASE("A session ends with the authenticator that opened it", "[sign-in]") {
  Disk disk;
  TestConsole t(&disk);
  t.Open(Clerk(), Keeper());
  const crypto::TestAuthenticator lost, kept;
  t.authenticators["people/clerk"] = {lost.key(), kept.key()};
  const Sessions::Started started =
      t.sessions->Start(t.At(), "people/clerk", kGoodPassword).value();
  const ShownFactor shown{.assertion = lost.Assert({.challenge = started.challenge,
                                                    .origin = "https://share.example",
                                                    .count = 1})};
  const auto in = t.sessions->Finish(t.At(), started.sign_in, shown, "");
  REQUIRE(in.ok());
  CHECK(t.sessions->Use(t.At(), in->token).ok());
  t.authenticators["people/clerk"] = {kept.key()};  // the lost one is retired
  CHECK(ReasonOf(t.sessions->Use(t.At(), in->token).status()) == Reason::kSessionOver);
  CHECK(t.Told().back() == "SESSION_ENDED KEY_REVOKED");
}

TEST_CASE("A password that is over is renewed at signing in, not with one of the last five",
          "[sign-in]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  disk.clock.Advance(kStaleAfter - absl::Hours(1));
  REQUIRE(t.SignInByTotp("people/clerk", secret).ok());
  disk.clock.Advance(absl::Hours(2));  // 90 days and an hour after it was set
  CHECK(t.sessions->Start(t.At(), "people/clerk", kGoodPassword)->password_expired);
  CHECK(ReasonOf(t.SignInByTotp("people/clerk", secret).status()) == Reason::kPasswordExpired);
  const auto renew = [&](const std::string& fresh) {
    disk.clock.Advance(absl::Minutes(1));
    return ReasonOf(
        t.SignIn("people/clerk", {.totp_code = t.Code(secret)}, t.At(), kGoodPassword, fresh)
            .status());
  };
  CHECK(renew(kGoodPassword) == Reason::kFieldInvalid);
  CHECK(renew("password1234") == Reason::kFieldInvalid);
  CHECK(renew("another-Horse-8") == Reason::kUnspecified);
  CHECK(renew("yet-another-9") == Reason::kSignInRefused);  // the old one is gone
}

TEST_CASE("No more than two passwords are checked at once", "[sign-in]") {
  Disk disk;
  TestConsole t(&disk);
  t.Open(Clerk(), Keeper());
  {
    const auto one = t.passwords->Enter();
    const auto two = t.passwords->Enter();
    const absl::Status busy = t.sessions->Start(t.At(), "people/clerk", kGoodPassword).status();
    CHECK(absl::IsResourceExhausted(busy));
    CHECK(ReasonOf(busy) == Reason::kOverloaded);
  }
  CHECK(t.sessions->Start(t.At(), "people/clerk", kGoodPassword).ok());
}

}  // namespace
}  // namespace shareway::console
