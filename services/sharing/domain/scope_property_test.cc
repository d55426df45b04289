// SPDX-License-Identifier: Apache-2.0
// Scopes at random: what is decided never lets through what was not asked for.
#include <random>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"
#include "services/sharing/domain/scope.h"

namespace shareway::sharing {
namespace {

const std::vector<std::string> kItems = {"a", "b", "c", "d"};
const std::vector<std::string> kValues = {"", "1", "12", "123", "2"};
const absl::CivilDay kFirst(2025, 10, 1);

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  int Below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  template <typename T>
  std::vector<T> Some(const std::vector<T>& all) {
    std::vector<T> some;
    for (const T& one : all) {
      if (Below(3) != 0) some.push_back(one);
    }
    return some;
  }

  Scope Any() {
    Scope scope{.items = Some(kItems),
                .purposes = Some<Purpose>({Purpose::kWorkReference, Purpose::kOther}),
                .methods = Some<Method>({Method::kQuery, Method::kDownload}),
                .start = kFirst + Below(3)};
    scope.end = scope.start + Below(4);
    for (int i = Below(3); i > 0; --i) {
      scope.rows.conditions.push_back({kItems[static_cast<size_t>(Below(2))],
                                       Below(2) == 0 ? filter::Op::kEquals : filter::Op::kPrefix,
                                       kValues[static_cast<size_t>(1 + Below(4))]});
    }
    scope.day = {.calls = static_cast<uint64_t>(Below(3)), .rows = static_cast<uint64_t>(Below(2))};
    scope.masked_items = Below(2) == 0 ? Some(scope.items) : std::vector<std::string>();
    return scope;
  }
  // Something like `scope`, narrower here and there, now and then wider.
  Scope Near(Scope scope) {
    const Scope other = Any();
    if (Below(2) == 0 && scope.items.size() > 1) scope.items.pop_back();
    if (Below(3) == 0) scope.rows.conditions.push_back({"a", filter::Op::kPrefix, "1"});
    if (Below(3) == 0) scope.end = std::max(scope.start, scope.end - 1);
    if (Below(4) == 0) scope.day = other.day;
    if (Below(4) == 0) scope.masked_items = other.masked_items;
    if (Below(6) == 0) scope.items = other.items;
    if (Below(6) == 0) scope.rows = other.rows;
    if (Below(6) == 0) scope.purposes = other.purposes;
    if (Below(6) == 0) scope.methods = other.methods;
    if (Below(6) == 0) scope.start = other.start;
    std::vector<std::string> masks;
    for (const std::string& id : scope.masked_items) {
      if (std::count(scope.items.begin(), scope.items.end(), id) == 1) masks.push_back(id);
    }
    scope.masked_items = masks;
    return scope;
  }

 private:
  std::mt19937 engine_;
};

template <typename T>
bool Has(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// One item of one row, asked for in one way on one day.
struct Probe {
  std::string item;
  std::string a, b;  // values of the row
  Purpose purpose;
  Method method;
  absl::CivilDay day;
};

enum Sight { kNothing, kMasked, kOpen };

Sight See(const Scope& scope, const Probe& probe) {
  for (const filter::Condition& c : scope.rows.conditions) {
    const std::string& value = c.item == "a" ? probe.a : probe.b;
    const bool match =
        c.op == filter::Op::kEquals ? value == c.value : absl::StartsWith(value, c.value);
    if (!match) return kNothing;
  }
  if (!Has(scope.items, probe.item) || !Has(scope.purposes, probe.purpose) ||
      !Has(scope.methods, probe.method) || probe.day < scope.start || probe.day > scope.end) {
    return kNothing;
  }
  return Has(scope.masked_items, probe.item) ? kMasked : kOpen;
}

std::vector<Probe> Probes(Dice* dice) {
  std::vector<Probe> probes;
  const auto value = [&] { return kValues[static_cast<size_t>(dice->Below(5))]; };
  for (const std::string& item : kItems) {
    for (int i = 0; i < 12; ++i) {
      probes.push_back(
          {item, value(), value(), dice->Below(2) == 0 ? Purpose::kWorkReference : Purpose::kOther,
           dice->Below(2) == 0 ? Method::kQuery : Method::kDownload, kFirst + dice->Below(7)});
    }
  }
  return probes;
}

bool Less(uint64_t granted, uint64_t asked) {
  return asked == 0 || (granted != 0 && granted <= asked);
}

TEST_CASE("At random, a scope within what was asked lets nothing more through", "[request]") {
  Dice dice(2025);
  int within = 0;
  int beyond = 0;
  for (int i = 0; i < 4000; ++i) {
    const Scope asked = dice.Any();
    const Scope granted = dice.Near(asked);
    const absl::Status status = CheckWithin(asked, granted, "scope");
    bool wider =
        !Less(granted.day.calls, asked.day.calls) || !Less(granted.day.rows, asked.day.rows);
    for (const Probe& probe : Probes(&dice)) {
      wider = wider || See(granted, probe) > See(asked, probe);
    }
    INFO("round " << i << ": " << status.ToString());
    if (status.ok()) {
      ++within;
      REQUIRE_FALSE(wider);
    } else {
      beyond += wider ? 1 : 0;
      REQUIRE(ReasonOf(status) == Reason::kScopeWidened);
    }
  }
  // Both happen often enough to mean something.
  CHECK(within > 300);
  CHECK(beyond > 300);
}

TEST_CASE("A scope is graded as its highest item, its filter's included", "[request]") {
  Resource resource = Marriages();
  resource.items[2].grading = 3;
  Scope scope = ScopeOver(resource);
  CHECK(GradingOf(scope, resource) == 3);
  scope.items = {"cert_no"};
  CHECK(GradingOf(scope, resource) == 1);
  scope.rows.conditions = {{"wife", filter::Op::kPrefix, "演"}};
  CHECK(GradingOf(scope, resource) == 3);
  scope.rows.conditions = {{"gone", filter::Op::kPrefix, "演"}};
  CHECK(GradingOf(scope, resource) == 3);
  CHECK(GradingOf({}, resource) == 0);
}

}  // namespace
}  // namespace shareway::sharing
