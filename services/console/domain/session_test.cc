// SPDX-License-Identifier: Apache-2.0
// How long sessions and lock-outs last, and what a session is bound to.
#include "services/console/domain/session.h"

#include "catch2/catch.hpp"
#include "services/console/domain/examples.h"
#include "services/console/domain/lockout.h"

namespace shareway::console {
namespace {

const std::string kCertificate(32, 'c');

TEST_CASE("A session ends after 15 minutes without use, and after 8 hours with it", "[session]") {
  Session session{.start = Morning(), .seen = Morning()};
  CHECK(Over(session, Morning() + kIdle - absl::Seconds(1)).empty());
  CHECK(Over(session, Morning() + kIdle) == "IDLE");
  session.seen = Morning() + kSessionLife - absl::Seconds(1);
  CHECK(Over(session, session.seen).empty());
  CHECK(Over(session, Morning() + kSessionLife) == "EXPIRED");
  CHECK_FALSE(Seen(session, session.seen + kSeenStep - absl::Seconds(1)));
  CHECK(Seen(session, session.seen + kSeenStep)->seen == session.seen + kSeenStep);
}

TEST_CASE("A session is bound to its network and its certificate", "[session]") {
  const Client home = VisitorAt("10.1.2.3", kCertificate).value();
  const Session bound{.network = home.network, .certificate = home.certificate};
  const Session free{.network = home.network};
  struct Case {
    std::string address;
    std::string certificate;
    bool bound_holds;
    bool free_holds;
  };
  for (const Case& c :
       {Case{"10.1.2.3", kCertificate, true, true}, Case{"10.1.2.250", kCertificate, true, true},
        Case{"10.1.3.3", kCertificate, false, false}, Case{"10.1.2.3", "", false, true},
        Case{"10.1.2.3", std::string(32, 'd'), false, true}}) {
    const Client client = VisitorAt(c.address, c.certificate).value();
    INFO(c.address);
    CHECK(BoundTo(bound, client) == c.bound_holds);
    CHECK(BoundTo(free, client) == c.free_holds);
  }
}

TEST_CASE("A visitor is known by address, an IPv6 one by its network", "[session]") {
  CHECK(VisitorAt("192.0.2.7", "")->source != VisitorAt("192.0.2.8", "")->source);
  CHECK(VisitorAt("::ffff:192.0.2.7", "") == VisitorAt("192.0.2.7", ""));
  CHECK(VisitorAt("2001:db8:1:2::1", "")->source == VisitorAt("2001:db8:1:2:ffff::9", "")->source);
  CHECK(VisitorAt("2001:db8:1:2::1", "")->source != VisitorAt("2001:db8:1:3::1", "")->source);
  CHECK(VisitorAt("2001:db8:1:2::1", "")->network == VisitorAt("2001:db8:1:3::1", "")->network);
  CHECK(CallerWith(kCertificate).source != CallerWith(std::string(32, 'd')).source);
  for (const char* bad : {"", "10.1.2", "10.1.2.3:80", "localhost", "10.1.2.3/24"}) {
    INFO(bad);
    CHECK(ReasonOf(VisitorAt(bad, "").status()) == Reason::kFieldInvalid);
  }
  CHECK(ReasonOf(VisitorAt("10.1.2.3", "short").status()) == Reason::kFieldInvalid);
}

TEST_CASE("Five failures within half an hour lock for half an hour", "[lockout]") {
  Failures failures;
  for (int i = 0; i < 4; ++i) {
    failures = Failed(failures, Morning() + absl::Minutes(i));
    CHECK_FALSE(Locked(failures, Morning() + absl::Minutes(i)));
  }
  const absl::Time fifth = Morning() + absl::Minutes(4);
  failures = Failed(failures, fifth);
  CHECK(Locked(failures, fifth));
  CHECK(Locked(failures, fifth + kLockout - absl::Seconds(1)));
  CHECK_FALSE(Locked(failures, fifth + kLockout));
  // A failure while it is locked does not prolong it; the first one after it begins a new count.
  CHECK(Failed(failures, fifth + absl::Minutes(1)).locked_until == failures.locked_until);
  CHECK(Failed(failures, fifth + kLockout).count == 1);
  // Failures that lie apart do not add up.
  Failures apart;
  for (int i = 0; i < 10; ++i) apart = Failed(apart, Morning() + i * kLockout);
  CHECK(apart.count == 1);
}

}  // namespace
}  // namespace shareway::console
