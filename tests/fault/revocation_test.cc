// SPDX-License-Identifier: Apache-2.0
// Grants are revoked while callers exchange under them and nodes, sharing and the network
// between them fail at random moments: no delivery begins later than 1 s after the acknowledged
// revocation at connected nodes, 5 s anywhere (tests/support/history.h has the rules).
#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/evidence/record.h"
#include "tests/fault/exchanging.h"
#include "tests/support/await.h"
#include "tests/support/campaign.h"
#include "tests/support/history.h"
#include "tests/support/wire.h"

namespace shareway::testing {
namespace {

namespace au = audit::v1;
namespace ev = evidence::v1;
namespace ex = exchange::v1;
namespace sh = sharing::v1;

constexpr int kGrants = 5;    // revoked in one round: as many histories
constexpr int kThreads = 3;
constexpr int kLoader = 0;    // the thread that downloads
constexpr int kRows = 10'000;
// Between two calls of a caller: on a full machine whoever hears of a revocation would be late
// for that reason alone.
constexpr absl::Duration kPace = absl::Milliseconds(5);
constexpr absl::Duration kLoaderPace = absl::Milliseconds(50);
constexpr absl::Duration kRecovery = absl::Minutes(1);
constexpr absl::Duration kBeyond = absl::Milliseconds(300);  // is asked beyond the bound

const std::vector<std::string> kNodes = {"statistics-node", "tax-node"};

// A cluster with wires, and callers that ask under all grants of a round, again and again.
class Stage {
 public:
  Stage() : world_(Cluster::Options{.port_of = wires_.Ports()}, kRows) {
    // Made beforehand: the map of channels is not for several threads.
    (void)world_.cluster.Channel("statistics-sharing-head", "sharing");
  }
  Cluster& cluster() { return world_.cluster; }
  Wires& wires() { return wires_; }
  std::string AnotherGrant() { return world_.AnotherGrant(); }

  // One exchange under the grant, into the history; its id if it was answered.
  std::optional<std::string> Query(const std::string& grant, History* history) {
    const absl::Time sent = absl::Now();
    rpc::CallOptions options;
    options.timeout = absl::Seconds(2);
    const auto answer = world_.channel->Unary<ex::QueryResponse>(
        ExchangeMethod("Query"), QueryBy(grant, "code", "9901"), options);
    if (!answer.ok()) return Failed(grant, answer.status(), history);
    history->Delivered({.grant = grant,
                        .exchange = absl::StrCat(answer->exchange(), "/", answer->attempt()),
                        .sent = sent,
                        .answered = absl::Now()});
    return answer->exchange();
  }

  // The same for a stream, part by part.
  std::optional<std::string> Download(const std::string& grant, History* history) {
    ex::DownloadRequest download;
    download.set_grant(grant);
    download.set_operator_("T-0001");
    rpc::CallOptions options;
    options.timeout = absl::Seconds(20);
    const absl::Time sent = absl::Now();
    auto stream = world_.channel->ServerStream<ex::DownloadPart>(ExchangeMethod("Download"),
                                                                 download, options);
    for (;;) {
      const auto part = stream.Read();
      if (!part.ok()) return Failed(grant, part.status(), history);
      if (!part->has_value()) return std::nullopt;
      if ((*part)->has_batch()) {
        history->Streamed(grant, absl::Now());
        continue;
      }
      // Its evidence is made after its last check, not before: it says nothing of the beginning.
      history->Delivered({.grant = grant, .sent = sent, .answered = absl::Now()});
      return (*part)->summary().exchange();
    }
  }

  // Until exchanges go through again under a grant that nobody revokes.
  void Recover() {
    CHECK(AskUntil([&] { return world_.Ask(); }, [](const auto& id) { return id.has_value(); },
                   kRecovery));
  }

 private:
  std::optional<std::string> Failed(const std::string& grant, const absl::Status& status,
                                    History* history) const {
    if (ReasonOf(status) == Reason::kGrantRevoked) history->Refused(grant, absl::Now());
    return std::nullopt;
  }

  Wires wires_;  // before the cluster that uses them
  Exchanging world_;
};

// What goes wrong in a round, and whether it takes the provider's node and sharing apart.
struct Fault {
  const char* name = "";
  bool apart = false;
  std::function<void(Stage*)> begin = {}, end = {};
};

void Each(Stage* stage, const std::vector<std::string>& nodes, const std::string& service,
          const std::function<void(Wire&)>& change) {
  for (const std::string& node : nodes) change(stage->wires().Between(node, service));
}

Fault Partition(const char* name, std::vector<std::string> nodes, std::string service,
                std::function<void(Wire&)> change, bool apart) {
  return {.name = name,
          .apart = apart,
          .begin = [=](Stage* stage) { Each(stage, nodes, service, change); },
          .end = [=](Stage* stage) {
            Each(stage, nodes, service, [](Wire& wire) { wire.Pass(); });
          }};
}

Fault Death(const char* name, std::vector<std::string> processes, bool apart) {
  return {.name = name,
          .apart = apart,
          .begin =
              [=](Stage* stage) {
                for (const std::string& process : processes) stage->cluster().Kill(process);
              },
          .end =
              [=](Stage* stage) {
                for (const std::string& process : processes) stage->cluster().Start(process);
                for (const std::string& process : processes) {
                  stage->cluster().AwaitReady(process, kRecovery);
                }
              }};
}

const std::vector<Fault>& Faults() {
  const auto cut = [](Wire& wire) { wire.Cut(); };
  const auto silent = [](Wire& wire) { wire.Swallow(); };
  const auto slow = [](Wire& wire) { wire.Delay(absl::Milliseconds(200)); };
  static const auto& faults = *new std::vector<Fault>{
      // First those under which deliveries go on, for as long as the lease runs.
      Partition("both nodes cut from sharing", kNodes, "sharing", cut, true),
      Partition("silence between both nodes and sharing", kNodes, "sharing", silent, true),
      {.name = "nothing", .begin = [](Stage*) {}, .end = [](Stage*) {}},
      Partition("sharing is slow", kNodes, "sharing", slow, false),
      Death("sharing killed", {"sharing"}, true),
      Death("the provider's node killed", {"statistics-node"}, true),
      Death("the consumer's node killed", {"tax-node"}, false),
      Partition("the provider's node cut from sharing", {"statistics-node"}, "sharing", cut, true),
      Partition("silence between the provider's node and sharing", {"statistics-node"}, "sharing",
                silent, true),
      Partition("the consumer's node cut from sharing", {"tax-node"}, "sharing", cut, false),
      Partition("both nodes cut from the directory", kNodes, "catalog", cut, false),
      Partition("both nodes cut from audit", kNodes, "audit", silent, false),
      Death("audit killed", {"audit"}, false),
  };
  return faults;
}

// Revokes until it is acknowledged, whatever fails meanwhile; when that was.
absl::Time Revoke(Stage* stage, const std::string& grant, absl::Duration wait, History* history) {
  Cluster& cluster = stage->cluster();
  sh::RevokeGrantRequest revoke;
  revoke.set_name(grant);
  revoke.set_ground(sh::BASIS_CHANGED);
  revoke.set_document("《演示市税务征管办法》2026年修订，删去第三条");
  revoke.set_wait_ms(static_cast<uint32_t>(absl::ToInt64Milliseconds(wait)));
  History::Revocation done{.grant = grant, .asked = absl::Now()};
  const bool acknowledged = AskUntil(
      [&] {
        const auto answer = cluster.Act<sh::RevokeGrantResponse>(
            "statistics-sharing-head", "sharing", GrantMethod("RevokeGrant"), revoke);
        done.acknowledged = absl::Now();
        if (answer.ok()) {
          done.dead = evidence::FromTimestamp(answer->dead_time());
          const auto& nodes = answer->confirmed_nodes();
          done.confirmed =
              std::find(nodes.begin(), nodes.end(), cluster.Node(kStatistics)) != nodes.end();
          return true;
        }
        // An answer may have been lost with the process that gave it.
        sh::GetGrantRequest get;
        get.set_name(grant);
        const auto found = cluster.Call<sh::Grant>("statistics-sharing-head", "sharing",
                                                   GrantMethod("GetGrant"), get);
        done.acknowledged = absl::Now();
        return found.ok() && found->state() == sh::Grant::REVOKED;
      },
      [](bool ok) { return ok; }, kRecovery);
  const absl::Time then = done.acknowledged;
  if (acknowledged) history->Revoked(std::move(done));
  return then;
}

// What happens at which moment of a round, after its start.
struct Plan {
  absl::Duration fault_begins, fault_ends;
  std::vector<std::pair<absl::Duration, absl::Duration>> revocations;  // when; how long to wait

  // `lasting`: the fault outlives the longer bound, so that a node which trusts what it last heard
  // is found out. Else it ends at any moment.
  static Plan Draw(bool lasting, std::mt19937* random) {
    const auto milliseconds = [random](int from, int to) {
      return absl::Milliseconds(std::uniform_int_distribution<int>(from, to)(*random));
    };
    Plan plan;
    plan.fault_begins = milliseconds(300, 1'200);
    plan.fault_ends =
        plan.fault_begins + (lasting ? milliseconds(8'000, 9'000) : milliseconds(500, 6'000));
    for (int i = 0; i < kGrants; ++i) {
      plan.revocations.push_back({milliseconds(200, 2'500), absl::ZeroDuration()});
    }
    std::sort(plan.revocations.begin(), plan.revocations.end());
    // One waits for the nodes to confirm, which the others do not wait for.
    plan.revocations.back().second = absl::Milliseconds(1'500);
    return plan;
  }
};

// Takes the evidence of what was delivered under the grants, once audit has it all.
void TakeEvidence(Stage* stage, const std::vector<std::string>& grants, History* history) {
  const auto take = [&] {
    for (const std::string& grant : grants) {
      au::SearchEntriesRequest search;
      search.set_grant(grant);
      search.set_kind(ev::EXCHANGE_DELIVERED);
      (void)VisitRecords(stage->cluster(), search, [&](const evidence::AuditRecord& record) {
        history->Recorded(absl::StrCat(record.exchange(), "/", record.attempt()),
                          evidence::FromTimestamp(record.time()));
      });
    }
    return history->unrecorded();
  };
  CHECK(AskUntil(take, [](size_t missing) { return missing == 0; }, kRecovery) == 0);
}

void SleepUntil(absl::Time time) { absl::SleepFor(time - absl::Now()); }

// One round: its histories, checked.
History::Verdict Play(Stage* stage, const Fault& fault, bool lasting, std::mt19937* random) {
  std::vector<std::string> grants;
  for (int i = 0; i < kGrants; ++i) grants.push_back(stage->AnotherGrant());
  const Plan plan = Plan::Draw(lasting, random);
  History history;
  Acknowledged acknowledged;
  {
    const UnderLoad load(
        kThreads,
        [&](int thread, int turn) {
          const std::string& grant = grants[static_cast<size_t>(thread + turn) % grants.size()];
          absl::SleepFor(thread == kLoader ? kLoaderPace : kPace);
          return thread == kLoader ? stage->Download(grant, &history)
                                   : stage->Query(grant, &history);
        },
        &acknowledged);
    acknowledged.AwaitMore(20);
    const absl::Time start = absl::Now();
    absl::Time last_revoked = start;
    std::thread revoker([&] {
      for (size_t i = 0; i < grants.size(); ++i) {
        SleepUntil(start + plan.revocations[i].first);
        last_revoked = Revoke(stage, grants[i], plan.revocations[i].second, &history);
      }
    });
    SleepUntil(start + plan.fault_begins);
    const absl::Time apart = absl::Now();
    fault.begin(stage);
    SleepUntil(start + plan.fault_ends);
    fault.end(stage);
    stage->Recover();
    if (fault.apart) history.Apart(apart, absl::Now());
    revoker.join();
    // What should not be delivered any more is still asked for.
    const History::Bounds bounds;
    SleepUntil(last_revoked + (fault.apart ? bounds.worst : bounds.connected) + kBeyond);
  }
  TakeEvidence(stage, grants, &history);
  return history.Check();
}

TEST_CASE("No delivery begins later after an acknowledged revocation than was promised",
          "[fault]") {
  const unsigned seed = DaySeed();
  INFO("SHAREWAY_SEED=" << seed);
  std::mt19937 random(seed);
  Stage stage;
  History::Verdict all;
  std::vector<Fault> faults;
  for (int round = 0; round < Rounds(4, 200); ++round) {
    if (faults.empty()) {
      faults = Faults();
      // The two that come first come in each short run.
      std::shuffle(faults.begin() + 2, faults.end(), random);
      std::reverse(faults.begin(), faults.end());
    }
    const Fault fault = std::move(faults.back());
    faults.pop_back();
    INFO("round " << round << ", " << fault.name);
    // The number of faults is odd: each comes both ways.
    const History::Verdict verdict = Play(&stage, fault, round % 2 == 0, &random);
    const size_t shown = std::min<size_t>(verdict.violations.size(), 10);
    INFO(absl::StrJoin(verdict.violations.begin(), verdict.violations.begin() + shown, "\n"));
    CHECK(verdict.violations.empty());
    CHECK(verdict.histories == kGrants);
    all.Add(verdict);
    if (faults.empty()) WARN("after " << round + 1 << " rounds: " << all.text());
  }
  WARN(all.text());
}

}  // namespace
}  // namespace shareway::testing
