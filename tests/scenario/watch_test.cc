// SPDX-License-Identifier: Apache-2.0
// Who watches requests hears of each over real processes, by the command line and over a restart.
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tests/scenario/steps.h"
#include "tests/support/child.h"

namespace shareway::testing {
namespace {

namespace sh = sharing::v1;

std::string TextOf(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

rpc::ReadStream<sh::RequestChange> Watch(Cluster& cluster, const sh::WatchRequestsRequest& from) {
  rpc::CallOptions options;
  options.timeout = absl::Seconds(30);
  return cluster.Channel("civil-reviewer", "sharing")
      ->ServerStream<sh::RequestChange>(RequestMethod("WatchRequests"), from, options);
}

sh::RequestChange Next(rpc::ReadStream<sh::RequestChange>& stream) {
  const auto change = stream.Read();
  REQUIRE_OK(change);
  REQUIRE(change->has_value());
  return **change;
}

TEST_CASE("A reviewer watches a request come and be decided, and resumes after a restart",
          "[scenario]") {
  Cluster::Options options;
  options.nodes = {};
  Cluster cluster(options);
  const auto resource = Publish(cluster, kCivil, Marriages(cluster));
  REQUIRE_OK(resource);
  const auto asked = AskUntilOk(
      [&] { return SubmitRequest(cluster, kTax, Ask(resource->name(), {"cert_no", "husband"})); });
  REQUIRE_OK(asked);
  REQUIRE(asked->state() == sh::SharingRequest::IN_REVIEW);

  const std::string log = cluster.dir() / "watch.log";
  Child cli({absl::StrCat(SHAREWAY_BIN_DIR, "/shareway"), "request", "watch", "--count", "3",
             "--identity", cluster.identity("civil-reviewer").dir, "--sharing",
             cluster.Address("sharing"), "-o", "json"},
            log);
  const auto begun = AskUntil([&] { return TextOf(log); }, [](const std::string& text) {
    return absl::StrContains(text, "snapshotEnd");
  });
  INFO(begun);
  REQUIRE(absl::StrContains(begun, "snapshotEnd"));

  auto first = Watch(cluster, {});
  CHECK(Next(first).snapshot_begin());
  CHECK(Next(first).request().name() == asked->name());
  const sh::RequestChange end = Next(first);
  REQUIRE(end.snapshot_end());
  cluster.Kill("sharing");
  CHECK_FALSE(first.Read().ok());
  cluster.Start("sharing");
  cluster.AwaitReady("sharing");
  CHECK(cli.Wait(absl::Seconds(20)) > 0);  // it does not hide that it may have missed something
  const std::vector<std::string> told = absl::StrSplit(TextOf(log), '\n');
  REQUIRE(told.size() > 3);
  CHECK(absl::StrContains(told[1], asked->name()));
  CHECK(absl::StrContains(told[1], "\"DecideRequest\""));

  sh::WatchRequestsRequest from;
  *from.mutable_from_revision() = end.revision();
  from.set_view_digest(end.view_digest());
  auto resumed = Watch(cluster, from);
  Child waiting({absl::StrCat(SHAREWAY_BIN_DIR, "/shareway"), "request", "watch", "--count", "1",
                 "--identity", cluster.identity("civil-reviewer").dir, "--sharing",
                 cluster.Address("sharing")},
                log);
  CHECK(waiting.Wait(absl::Seconds(20)) == 0);
  CHECK(absl::StrContains(TextOf(log), absl::StrCat(asked->name(), "  IN_REVIEW  ")));

  sh::Decision decision;
  decision.set_verdict(sh::Decision::APPROVE);
  REQUIRE_OK(Decide(cluster, kCivil, *asked, decision));
  const sh::RequestChange decided = Next(resumed);
  CHECK(decided.revision().number() == end.revision().number() + 1);
  CHECK(decided.request().has_decision());
  const sh::RequestChange signed_off = Next(resumed);
  CHECK(signed_off.revision().number() == end.revision().number() + 2);
  CHECK(signed_off.request().state() == sh::SharingRequest::APPROVED);
}

}  // namespace
}  // namespace shareway::testing
