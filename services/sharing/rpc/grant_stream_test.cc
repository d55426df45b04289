// SPDX-License-Identifier: Apache-2.0
// The stream of grants: what reaches which node, and from where it resumes.
#include "services/sharing/rpc/grant_stream.h"

#include <thread>

#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "services/sharing/rpc/watchers.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using evidence::v1::Revision;

constexpr char kTaxNode[] = "agencies/tax/nodes/n1";
constexpr char kHousingNode[] = "agencies/housing/nodes/n1";

struct Fixture : TestDesk {
  rpc::DirectoryHolder directory;
  std::vector<v1::GrantChange> sent;

  Fixture() { Direct({}); }

  // The directory, with the agencies that the housing node hosts besides its own.
  void Direct(const std::vector<std::string>& hosted) {
    auto next = std::make_shared<rpc::Directory>();
    for (const char* agency : {kTax, kCivil, kHousing}) {
      catalog::v1::DirectoryChange change;
      change.mutable_agency()->set_name(agency);
      change.mutable_agency()->set_standing(catalog::v1::ACTIVE);
      next->Apply(change);
    }
    for (const char* name : {kTaxNode, kHousingNode}) {
      catalog::v1::DirectoryChange change;
      change.mutable_node()->set_name(name);
      change.mutable_node()->set_standing(catalog::v1::ACTIVE);
      if (std::string(name) == kHousingNode) {
        change.mutable_node()->mutable_hosted_agencies()->Assign(hosted.begin(), hosted.end());
      }
      next->Apply(change);
    }
    directory.Set(next);
  }

  GrantStream Stream(const std::string& node) {
    return GrantStream(&store, &directory, node, [this](const v1::GrantChange& change) {
      sent.push_back(change);
      return absl::OkStatus();
    });
  }
  // What a node keeps that serves these agencies.
  static std::string Digest(const std::vector<std::string>& sorted) {
    std::string lines;
    for (const std::string& agency : sorted) absl::StrAppend(&lines, agency, "\n");
    return crypto::Sha256(lines).str();
  }
  // What was sent since the last look, in short.
  std::vector<std::string> Take() {
    std::vector<std::string> out;
    for (const v1::GrantChange& change : sent) {
      const std::string at =
          change.has_revision() ? absl::StrCat("@", change.revision().number()) : "";
      switch (change.change_case()) {
        case v1::GrantChange::kSnapshotBegin: out.push_back("begin" + at); break;
        case v1::GrantChange::kSnapshotEnd: out.push_back("end" + at); break;
        case v1::GrantChange::kGrant:
          out.push_back(absl::StrCat("grant ", change.grant().revision().number(), at));
          break;
        case v1::GrantChange::kProgress: out.push_back("progress" + at); break;
        case v1::GrantChange::CHANGE_NOT_SET: out.push_back("?"); break;
      }
    }
    sent.clear();
    return out;
  }
};
using Sent = std::vector<std::string>;

Revision At(uint64_t epoch, uint64_t number) {
  Revision revision;
  revision.set_epoch(epoch);
  revision.set_number(number);
  return revision;
}

TEST_CASE("A new node gets a snapshot whose members carry no revision of the stream") {
  Fixture t;
  t.Granted();
  t.clock.Advance(absl::Seconds(1));
  t.Granted();
  GrantStream stream = t.Stream(kTaxNode);
  REQUIRE(stream.Begin({}, "").ok());
  CHECK(t.Take() == Sent{"begin", "grant 2", "grant 1", "end@2"});
  t.Granted();
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"grant 3@3"});
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take().empty());
}

TEST_CASE("A node that serves neither party learns only that time goes on") {
  Fixture t;
  t.Granted();
  GrantStream stream = t.Stream(kHousingNode);
  REQUIRE(stream.Begin({}, "").ok());
  CHECK(t.Take() == Sent{"begin", "end@1"});
  t.Granted();
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"progress@2"});
}

TEST_CASE("A known revision resumes with what came after it") {
  Fixture t;
  for (int i = 0; i < 4; ++i) t.Granted();
  GrantStream stream = t.Stream(kTaxNode);
  REQUIRE(stream.Begin(At(1, 2), t.Digest({kTax})).ok());
  CHECK(t.Take() == Sent{"grant 3@3", "grant 4@4"});
  GrantStream current = t.Stream(kTaxNode);
  REQUIRE(current.Begin(At(1, 4), t.Digest({kTax})).ok());
  CHECK(t.Take() == Sent{"progress@4"});
}

TEST_CASE("An old revision or another epoch begins with a snapshot, a later one is refused") {
  Fixture t;
  for (int i = 0; i < 4; ++i) t.Granted();
  GrantStream other = t.Stream(kTaxNode);
  REQUIRE(other.Begin(At(7, 3), t.Digest({kTax})).ok());
  CHECK(t.Take().front() == "begin");
  REQUIRE(t.store.TrimGrants(2).ok());
  GrantStream old = t.Stream(kTaxNode);
  REQUIRE(old.Begin(At(1, 1), t.Digest({kTax})).ok());
  CHECK(t.Take().front() == "begin");
  GrantStream reachable = t.Stream(kTaxNode);
  REQUIRE(reachable.Begin(At(1, 2), t.Digest({kTax})).ok());
  CHECK(t.Take() == Sent{"grant 3@3", "grant 4@4"});
  GrantStream ahead = t.Stream(kTaxNode);
  CHECK(ReasonOf(ahead.Begin(At(1, 5), t.Digest({kTax}))) == Reason::kRolledBack);
}

TEST_CASE("A node that begins to serve a party starts over with a snapshot") {
  Fixture t;
  t.Granted();
  GrantStream stream = t.Stream(kHousingNode);
  REQUIRE(stream.Begin({}, "").ok());
  CHECK(t.Take() == Sent{"begin", "end@1"});
  t.Direct({kTax});
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"begin", "grant 1", "end@1"});
  t.Direct({});
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"begin", "end@1"});
}

TEST_CASE("A node whose agencies changed while its stream was down resumes with a snapshot") {
  Fixture t;
  t.Granted();
  {
    GrantStream stream = t.Stream(kHousingNode);
    REQUIRE(stream.Begin({}, "").ok());
    CHECK(t.sent.back().served_digest() == t.Digest({kHousing}));
    CHECK(t.Take() == Sent{"begin", "end@1"});
  }
  t.Direct({kTax});
  GrantStream more = t.Stream(kHousingNode);
  REQUIRE(more.Begin(At(1, 1), t.Digest({kHousing})).ok());
  CHECK(t.sent.back().served_digest() == t.Digest({kHousing, kTax}));
  CHECK(t.Take() == Sent{"begin", "grant 1", "end@1"});
  GrantStream again = t.Stream(kHousingNode);
  REQUIRE(again.Begin(At(1, 1), t.Digest({kHousing, kTax})).ok());
  CHECK(t.Take() == Sent{"progress@1"});
  t.Direct({});
  GrantStream less = t.Stream(kHousingNode);
  REQUIRE(less.Begin(At(1, 1), t.Digest({kHousing, kTax})).ok());
  CHECK(t.Take() == Sent{"begin", "end@1"});
  // Of a version that does not tell.
  GrantStream silent = t.Stream(kHousingNode);
  REQUIRE(silent.Begin(At(1, 1), "").ok());
  CHECK(t.Take() == Sent{"begin", "end@1"});
}

TEST_CASE("A node that stands no more is cut off") {
  Fixture t;
  GrantStream stream = t.Stream(kTaxNode);
  REQUIRE(stream.Begin({}, "").ok());
  t.directory.Set(std::make_shared<rpc::Directory>());
  CHECK(ReasonOf(stream.Continue(absl::ZeroDuration())) == Reason::kKeyRevoked);
}

TEST_CASE("Waiting for nodes ends when those concerned have applied the change") {
  Watchers watchers;
  const Watchers::Presence tax(&watchers, "tax");
  const Watchers::Presence civil(&watchers, "civil");
  const Watchers::Presence other(&watchers, "other");
  CHECK(watchers.count() == 3);
  const auto concerned = [](absl::string_view node) { return node != "other"; };
  CHECK(watchers.AwaitApplied(5, absl::ZeroDuration(), concerned).empty());
  watchers.Applied("tax", 5);
  watchers.Applied("absent", 5);
  CHECK(watchers.AwaitApplied(5, absl::ZeroDuration(), concerned) ==
        std::vector<std::string>{"tax"});
  std::thread late([&] { watchers.Applied("civil", 6); });
  CHECK(watchers.AwaitApplied(5, absl::Seconds(10), concerned) ==
        std::vector<std::string>{"civil", "tax"});
  late.join();
}

}  // namespace
}  // namespace shareway::sharing
