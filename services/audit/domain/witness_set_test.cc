// SPDX-License-Identifier: Apache-2.0
// How many witnesses speak for all, and when their reports let a log start.
#include "services/audit/domain/witness_set.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/audit/domain/start_rule.h"

namespace shareway::audit {
namespace {

std::string NodeName(size_t number) { return absl::StrCat("agencies/a/nodes/n", number); }

WitnessSet SetOf(size_t size) {
  std::vector<Witness> witnesses;
  for (size_t i = 0; i < size; ++i) {
    witnesses.push_back({NodeName(i), absl::StrCat("key", i)});
  }
  return WitnessSet(std::move(witnesses));
}

// Of a log that names the set, and a directory that lists it.
StartRule RuleOf(size_t size) {
  std::vector<WitnessSet> sets;
  if (size > 0) sets.push_back(SetOf(size));
  return StartRule(std::move(sets)).Listing(SetOf(size));
}

Hash32 RootNamed(uint8_t name) {
  Hash32 root;
  root.bytes[0] = name;
  return root;
}

Reported Contained(uint64_t size) { return {size, RootNamed(1), Fit::kContained}; }
Reported Beyond(uint64_t size) { return {size, RootNamed(2), Fit::kBeyond}; }
Reported Other(uint64_t size) { return {size, RootNamed(3), Fit::kOther}; }

TEST_CASE("A quorum is a majority, and the reports needed meet every quorum", "[witness]") {
  struct Row {
    size_t size, quorum, needed;
  };
  const Row row = GENERATE(values<Row>({{0, 0, 0},
                                        {1, 1, 1},
                                        {2, 2, 1},
                                        {3, 2, 2},
                                        {4, 3, 2},
                                        {5, 3, 3},
                                        {6, 4, 3},
                                        {7, 4, 4}}));
  const WitnessSet set = SetOf(row.size);
  CHECK(set.size() == row.size);
  CHECK(set.quorum() == row.quorum);
  CHECK(set.reports_needed() == row.needed);
  if (row.size == 0) return;
  CHECK(set.quorum() + set.reports_needed() > set.size());  // they share one
  CHECK(2 * set.quorum() > set.size());                     // two quorums share one
}

TEST_CASE("A witness set is in the order of its nodes, each once", "[witness]") {
  const WitnessSet set({{"c", "3"}, {"a", "1"}, {"b", "2"}, {"a", "other"}});
  REQUIRE(set.size() == 3);
  CHECK(set == WitnessSet({{"a", "1"}, {"b", "2"}, {"c", "3"}}));
  CHECK(set.Find("b")->verifier_key == "2");
  CHECK(set.Find("d") == nullptr);
  CHECK(set.Find("") == nullptr);
  CHECK_FALSE(set == WitnessSet({{"a", "1"}, {"b", "2"}, {"c", "4"}}));
  CHECK(WitnessSet().Find("a") == nullptr);
}

TEST_CASE("A log serves after as many reports as its set asks for, in every order", "[witness]") {
  const size_t size = GENERATE(range<size_t>(0, 8));
  StartRule rule = RuleOf(size);
  const size_t needed = SetOf(size).reports_needed();
  CHECK(rule.awaited() == needed);
  CHECK(rule.verdict() == (size == 0 ? Verdict::kServes : Verdict::kAwaiting));
  std::vector<size_t> order;
  for (size_t i = 0; i < size; ++i) order.push_back(i);
  int orders = 0;
  do {
    rule = RuleOf(size);
    for (size_t told = 0; told < size; ++told) {
      rule = rule.With(NodeName(order[told]), Contained(order[told]));
      const bool enough = told + 1 >= needed;
      if ((rule.verdict() == Verdict::kServes) != enough ||
          rule.awaited() != (enough ? 0 : needed - told - 1)) {
        FAIL("after " << told + 1 << " of " << size);
      }
    }
  } while (std::next_permutation(order.begin(), order.end()) && ++orders < 800);
}

TEST_CASE("Repeated reports and those of strangers do not count", "[witness]") {
  StartRule rule = RuleOf(5).With(NodeName(0), Contained(7));
  CHECK(rule.awaited() == 2);
  CHECK(rule.With(NodeName(0), Contained(8)).awaited() == 2);
  CHECK(rule.With("agencies/b/nodes/n0", Contained(9)).awaited() == 2);
  // But what they tell is heeded.
  CHECK(rule.With("agencies/b/nodes/n0", Other(9)).verdict() == Verdict::kForked);
}

TEST_CASE("What one witness reported decides for all", "[witness]") {
  struct Row {
    const char* name;
    std::vector<Reported> reports;
    Verdict verdict;
    uint64_t largest;
  };
  const Row row = GENERATE(values<Row>({
      {"never cosigned", {{}, {}}, Verdict::kServes, 0},
      {"one never did", {{}, Contained(9)}, Verdict::kServes, 9},
      {"both contained", {Contained(12), Contained(9)}, Verdict::kServes, 12},
      {"one beyond", {Contained(9), Beyond(20)}, Verdict::kBehind, 20},
      {"both beyond", {Beyond(21), Beyond(20)}, Verdict::kBehind, 21},
      {"the same beyond", {Beyond(20), Beyond(20)}, Verdict::kBehind, 20},
      {"one beyond, two awaited", {Beyond(20)}, Verdict::kAwaiting, 20},
      {"another root", {Contained(9), Other(9)}, Verdict::kForked, 9},
      {"another root and beyond", {Beyond(20), Other(9)}, Verdict::kForked, 20},
      {"another root, one awaited", {Other(9)}, Verdict::kForked, 9},
      {"two roots beyond", {Beyond(20), {20, RootNamed(7), Fit::kBeyond}}, Verdict::kForked, 20},
  }));
  INFO(row.name);
  StartRule rule = RuleOf(3);
  for (size_t i = 0; i < row.reports.size(); ++i) {
    rule = rule.With(NodeName(i), row.reports[i]);
  }
  CHECK(rule.verdict() == row.verdict);
  REQUIRE(rule.largest());
  CHECK(rule.largest()->second.size == row.largest);
  // The log was rebuilt: the same heads lie in its tree now.
  for (size_t i = 0; i < row.reports.size(); ++i) {
    rule = rule.With(NodeName(i), Contained(row.reports[i].size));
  }
  const bool other = std::any_of(row.reports.begin(), row.reports.end(),
                                 [](const Reported& one) { return one.fit == Fit::kOther; });
  if (row.reports.size() == 2) {
    CHECK(rule.verdict() == (other ? Verdict::kForked : Verdict::kServes));
  }
}

TEST_CASE("Named witnesses suffice, and what others report is heeded all the same", "[witness]") {
  const StartRule named = RuleOf(5).Naming({NodeName(1), NodeName(3)});
  CHECK(named.awaited() == 2);
  CHECK(named.With(NodeName(0), Contained(3)).awaited() == 2);
  const StartRule half = named.With(NodeName(1), Contained(3));
  CHECK(half.verdict() == Verdict::kAwaiting);
  CHECK(half.With(NodeName(3), Contained(5)).verdict() == Verdict::kServes);
  CHECK(half.With(NodeName(3), Beyond(5)).verdict() == Verdict::kBehind);
  CHECK(half.With(NodeName(0), Beyond(50)).With(NodeName(3), Contained(5)).verdict() ==
        Verdict::kBehind);
  CHECK(half.With(NodeName(0), Other(2)).verdict() == Verdict::kForked);
  // Enough of the others do, too.
  CHECK(half.With(NodeName(0), Contained(2)).With(NodeName(2), {}).verdict() == Verdict::kServes);
}

TEST_CASE("Of each of several sets enough must report", "[witness]") {
  const WitnessSet next(
      {{NodeName(2), "key2"}, {"agencies/b/nodes/n0", "k"}, {"agencies/b/nodes/n1", "k"}});
  std::vector<Witness> all = SetOf(3).witnesses();
  all.insert(all.end(), next.witnesses().begin() + 1, next.witnesses().end());
  all.push_back({"agencies/b/nodes/n0", "k"});
  const StartRule rule = StartRule({SetOf(3), next}).Listing(WitnessSet(all));
  CHECK(rule.awaited() == 2);
  CHECK(rule.Find("agencies/b/nodes/n1") != nullptr);
  CHECK(rule.With(NodeName(0), {}).With(NodeName(1), {}).awaited() == 2);
  CHECK(rule.With(NodeName(0), {}).With(NodeName(2), {}).awaited() == 1);
  const StartRule both =
      rule.With(NodeName(0), {}).With(NodeName(2), {}).With("agencies/b/nodes/n0", {});
  CHECK(both.verdict() == Verdict::kServes);
  CHECK(both.Hearing({SetOf(3)}).awaited() == 0);
  CHECK(rule.Naming({NodeName(0)}).With(NodeName(0), {}).verdict() == Verdict::kServes);
}

TEST_CASE("A log waits for the directory, unless witnesses are named", "[witness]") {
  const StartRule rule = StartRule({SetOf(3)}).With(NodeName(0), {}).With(NodeName(1), {});
  CHECK(rule.verdict() == Verdict::kAwaiting);
  CHECK(rule.Naming({NodeName(1)}).verdict() == Verdict::kServes);
  CHECK(rule.Listing(SetOf(3)).verdict() == Verdict::kServes);
}

TEST_CASE("Of a set without a quorum in the directory all must report, and enough of the others",
          "[witness]") {
  // Nodes 1 and 2 left; 0 handed over to itself and b, alone.
  const WitnessSet listed({{NodeName(0), "key0"},
                           {"agencies/b/nodes/n0", "k"},
                           {"agencies/b/nodes/n1", "k"}});
  const StartRule rule = StartRule({SetOf(3)}).Listing(listed);
  CHECK(rule.awaited() == 2);
  // Those who left know nothing of it.
  CHECK(rule.With(NodeName(1), {}).With(NodeName(2), {}).awaited() == 2);
  CHECK(rule.With(NodeName(0), {}).awaited() == 1);
  CHECK(rule.With("agencies/b/nodes/n0", {}).With("agencies/b/nodes/n1", {}).awaited() == 1);
  CHECK(rule.With(NodeName(0), {}).With("agencies/b/nodes/n1", {}).awaited() == 0);
}

TEST_CASE("A log that names nobody waits for all whom the directory lists", "[witness]") {
  const StartRule rule = StartRule().Listing(SetOf(3));
  CHECK(rule.awaited() == 3);
  CHECK(rule.With(NodeName(2), {}).With(NodeName(0), {}).awaited() == 1);
  CHECK(StartRule().Listing({}).verdict() == Verdict::kServes);
  CHECK(StartRule().verdict() == Verdict::kAwaiting);
}

TEST_CASE("Who reports a head that is set aside counts as silent", "[witness]") {
  const Reported odd = GENERATE(values<Reported>(
      {{20, RootNamed(9), Fit::kOther}, {20, RootNamed(9), Fit::kBeyond}}));
  const StartRule rule = RuleOf(3).SettingAside({HeadId(RootNamed(9))});
  const bool forks = odd.fit == Fit::kOther;
  CHECK(RuleOf(3).With(NodeName(2), odd).verdict() ==
        (forks ? Verdict::kForked : Verdict::kAwaiting));
  const StartRule told = rule.With(NodeName(2), odd);
  CHECK(told.awaited() == 2);
  CHECK(told.set_aside().contains(NodeName(2)));
  CHECK_FALSE(told.largest().has_value());
  CHECK(told.With(NodeName(0), Contained(30)).awaited() == 1);
  CHECK(told.With(NodeName(0), Contained(30)).With(NodeName(1), {}).verdict() == Verdict::kServes);
  // Whatever else it says, before or after.
  CHECK(told.With(NodeName(2), Contained(3)).awaited() == 2);
  CHECK(rule.With(NodeName(2), Contained(3)).With(NodeName(2), odd).awaited() == 2);
  // Nor does naming it help, and other heads of that history are what they are.
  CHECK(told.Naming({NodeName(2)}).verdict() == Verdict::kAwaiting);
  CHECK(told.With(NodeName(1), Other(21)).verdict() == Verdict::kForked);
  CHECK(rule.With(NodeName(2), {20, RootNamed(8), Fit::kOther}).verdict() == Verdict::kForked);
  // A quorum that cosigned it leaves too few.
  CHECK(told.With(NodeName(1), odd).With(NodeName(0), Contained(30)).verdict() ==
        Verdict::kAwaiting);
}

TEST_CASE("A head is named by the first digits of its root", "[witness]") {
  CHECK(HeadId(RootNamed(0xa7)) == "a700000000000000");
  CHECK(HeadIds("")->empty());
  CHECK(*HeadIds("a700000000000000,0123456789abcdef") ==
        std::set<std::string>{"0123456789abcdef", "a700000000000000"});
  for (const char* wrong : {"a7", "A700000000000000", "a70000000000000g", "a7000000000000000",
                            "a700000000000000 ", "a700000000000000;0123456789abcdef"}) {
    INFO(wrong);
    CHECK(absl::IsInvalidArgument(HeadIds(wrong).status()));
  }
}

TEST_CASE("A witness cannot take back what it reported", "[witness]") {
  const StartRule rule = RuleOf(1).With(NodeName(0), Beyond(9));
  CHECK(rule.With(NodeName(0), Contained(3)).verdict() == Verdict::kBehind);
  CHECK(rule.With(NodeName(0), {}).largest()->second.size == 9);
  CHECK(rule.With(NodeName(0), Contained(9)).verdict() == Verdict::kServes);  // it was restored
  CHECK(rule.With(NodeName(0), Other(2)).verdict() == Verdict::kForked);
  CHECK(rule.With(NodeName(0), Other(2)).With(NodeName(0), Contained(9)).verdict() ==
        Verdict::kForked);
}

}  // namespace
}  // namespace shareway::audit
