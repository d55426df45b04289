// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/peers.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"
#include "libs/base/fake_clock.h"
#include "tests/support/held_port.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::exchange {
namespace {

using catalog::v1::ACTIVE;
using catalog::v1::DirectoryChange;

constexpr char kAgency[] = "agencies/11990100MB0000001X";
constexpr char kOther[] = "agencies/11990100MB0000002Y";

// Peers over a directory that the test fills.
struct Known {
  explicit Known(crypto::TlsFiles tls = {})
      : grants(&clock),
        objects(&clock),
        peers({.directory = &holder,
               .grant_lease = &grants,
               .directory_lease = &objects,
               .clock = &clock,
               .tls = std::move(tls),
               .domain = "test"}) {
    for (const char* name : {kAgency, kOther}) Agency(name, ACTIVE);
  }

  void Apply(const DirectoryChange& change) {
    rpc::Directory next = *holder.Get();
    next.Apply(change);
    holder.Set(std::make_shared<const rpc::Directory>(next));
  }
  void Agency(const std::string& name, catalog::v1::Standing standing) {
    DirectoryChange change;
    change.mutable_agency()->set_name(name);
    change.mutable_agency()->set_standing(standing);
    Apply(change);
  }
  void Node(const std::string& name, catalog::v1::Standing standing = ACTIVE, int port = 1,
            const std::string& hosted = "") {
    DirectoryChange change;
    change.mutable_node()->set_name(name);
    change.mutable_node()->set_address(absl::StrCat("127.0.0.1:", port));
    change.mutable_node()->set_standing(standing);
    if (!hosted.empty()) change.mutable_node()->add_hosted_agencies(hosted);
    Apply(change);
  }

  FakeClock clock;
  rpc::DirectoryHolder holder;
  rpc::Lease grants, objects;
  Peers peers;
};

std::string NodeName(const std::string& name, const std::string& agency = kAgency) {
  return absl::StrCat(agency, "/nodes/", name);
}

TEST_CASE("Every standing node of an agency answers for it, a host's after its own",
          "[exchange][peers]") {
  Known known;
  CHECK(known.peers.NodesOf(kAgency, "k").empty());
  CHECK(known.peers.NodeOf(kAgency).empty());
  const auto before = known.peers.State();
  known.Node(NodeName("host", kOther), ACTIVE, 1, kAgency);
  CHECK(known.peers.State() != before);
  known.Node(NodeName("n2"));
  known.Node(NodeName("n1"));
  known.Node(NodeName("n3"), catalog::v1::STANDING_SUSPENDED);
  const std::vector<std::string> nodes = known.peers.NodesOf(kAgency, "k");
  REQUIRE(nodes.size() == 3);
  CHECK(nodes[2] == NodeName("host", kOther));
  CHECK(known.peers.NodeOf(kAgency) == NodeName("n1"));
  CHECK(known.peers.NodesOf(kOther, "k") == std::vector<std::string>{NodeName("host", kOther)});
  // A host whose own agency is suspended serves nobody; a suspended agency is served by nobody.
  known.Agency(kOther, catalog::v1::STANDING_SUSPENDED);
  CHECK(known.peers.NodesOf(kAgency, "k").size() == 2);
  known.Agency(kAgency, catalog::v1::STANDING_SUSPENDED);
  CHECK(known.peers.NodesOf(kAgency, "k").empty());
}

TEST_CASE("Keys are spread over an agency's nodes and stay where they are when one goes",
          "[exchange][peers]") {
  Known known;
  for (const char* name : {"n1", "n2", "n3"}) known.Node(NodeName(name));
  std::map<std::string, std::string> first;
  std::map<std::string, int> keys;
  for (int i = 0; i < 600; ++i) {
    const std::string key = absl::StrCat("grants/", i);
    first[key] = known.peers.NodesOf(kAgency, key).front();
    ++keys[first[key]];
  }
  for (const char* name : {"n1", "n2", "n3"}) CHECK(keys[NodeName(name)] > 120);
  known.Node(NodeName("n2"), catalog::v1::STANDING_SUSPENDED);
  for (const auto& [key, node] : first) {
    const std::string now = known.peers.NodesOf(kAgency, key).front();
    CHECK((now == node || node == NodeName("n2")));
  }
}

TEST_CASE("A node that could not be reached is tried last for some seconds", "[exchange][peers]") {
  const testing::TempDir dir;
  testing::TestPki pki(dir.path());
  Known known(
      pki.Issue("self", {"shareway://test/agency/11990100MB0000002Y/node/n1"}).tls);
  const testing::HeldPort closed;  // nobody listens
  known.Node(NodeName("n1"), ACTIVE, closed.number());
  known.Node(NodeName("n2"), ACTIVE, closed.number());
  const auto try_one = [&known](const std::string& node) {
    absl::Status failed;
    absl::Notification done;
    known.peers.Exchange(node, {}, absl::Seconds(10), "",
                         [&](const absl::StatusOr<evidence::v1::Envelope>& answer) {
                           failed = answer.status();
                           done.Notify();
                         });
    REQUIRE(done.WaitForNotificationWithTimeout(absl::Seconds(20)));
    CHECK(absl::IsUnavailable(failed));
  };
  const std::string first = known.peers.NodesOf(kAgency, "k").front();
  try_one(first);
  CHECK(known.peers.NodesOf(kAgency, "k").back() == first);
  // Of several it is the one that failed last.
  known.clock.Advance(absl::Seconds(1));
  try_one(known.peers.NodesOf(kAgency, "k").front());
  CHECK(known.peers.NodesOf(kAgency, "k").front() == first);
  known.clock.Advance(absl::Seconds(1));
  try_one(first);
  CHECK(known.peers.NodesOf(kAgency, "k").back() == first);
  known.clock.Advance(absl::Seconds(6));
  CHECK(known.peers.NodesOf(kAgency, "k").front() == first);
}

}  // namespace
}  // namespace shareway::exchange
