// SPDX-License-Identifier: Apache-2.0
// What the evidence comes to: every object folded from its events, each change held against the
// state tables. For tests.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/kv/store.h"
#include "tests/year/kind.h"

namespace shareway::sharing {

// One object, as its newest event says.
struct YearObject {
  std::string name = {};
  const YearKind* kind = nullptr;
  std::string bytes = {};
  YearFacts facts = {};
  uint64_t events = 0;           // that changed it
  std::set<std::string> before = {};  // digests of its former records, if they are kept
};

// An edge of a state table.
struct YearEdge {
  std::string object = {};
  std::string method = {};
  std::string from = {};
  std::string to = {};

  friend bool operator<(const YearEdge& a, const YearEdge& b) {
    return std::tie(a.object, a.method, a.from, a.to) < std::tie(b.object, b.method, b.from, b.to);
  }
  std::string text() const;
};

// True of an edge that a table names, since it names states and not pairs of them, and that no rule
// makes: the method keeps the state, or leads from each state to some of those alone.
bool NoRuleMakes(const YearEdge& edge);

class YearFold {
 public:
  // `kinds` must outlive it. With `keep_history` former records are kept by their digests.
  explicit YearFold(const std::vector<YearKind>* kinds, bool keep_history = false);

  // Takes the events that came since the last call, all of them from the call of `method` on
  // `object`; both empty: the service itself acted. Answers the names of what changed.
  std::vector<std::string> Take(const kv::Store& kv, absl::string_view method = "",
                                absl::string_view object = "");
  // The same without holding the changes against the tables: events of another life.
  std::vector<std::string> TakeOld(const kv::Store& kv);

  // Objects that the store and the events do not agree on, each with what is wrong.
  std::vector<std::string> Differences(const kv::Store& kv) const;
  // Clocks that are not what libs/statute makes of their trigger, pauses and extension.
  std::vector<std::string> WrongClocks(const YearWorld& world) const;
  // Edges of the tables of all kinds that no change has gone along and some rule makes.
  std::vector<YearEdge> NotHit() const;
  // How often changes have gone along an edge.
  const std::map<YearEdge, int>& hits() const { return hits_; }
  // True if no change has gone along some edge of this method from this state.
  bool Fresh(const StateTable& table, absl::string_view method, int from) const;

  const std::map<std::string, YearObject, std::less<>>& objects() const { return objects_; }
  const std::vector<std::string>& order() const { return order_; }  // oldest first
  // Names of a collection, oldest first.
  std::vector<std::string> Of(absl::string_view collection) const;
  // One of those that `want` takes, by the world's dice; null if there is none.
  const YearObject* Some(YearWorld& world, absl::string_view collection,
                         absl::FunctionRef<bool(const YearObject&)> want) const;
  const YearObject* Find(absl::string_view name) const;
  // Changes that no table allows, events that do not read.
  const std::vector<std::string>& faults() const { return faults_; }
  uint64_t events() const { return next_ - 1; }

 private:
  void TakeEvent(absl::string_view bytes, absl::string_view method, absl::string_view object,
                 bool judge, std::vector<std::string>* changed);
  void Judge(const YearKind& kind, absl::string_view name, const YearFacts& before,
             const YearFacts& after, absl::string_view method, absl::string_view object);
  void Hit(const StateTable& table, const Transition& transition, int from, int to);
  void Fault(std::string what);
  // Offers each edge of all tables.
  using EdgeVisitor = absl::FunctionRef<void(const Transition&, int from, int to,
                                             const YearEdge& edge)>;
  void EachEdge(EdgeVisitor visit) const;
  const YearKind* KindOf(absl::string_view name) const;

  const std::vector<YearKind>* const kinds_;
  const bool keep_history_;
  uint64_t next_ = 1;
  std::map<std::string, YearObject, std::less<>> objects_;
  std::vector<std::string> order_;
  std::map<YearEdge, int> hits_;
  std::set<std::tuple<const Transition*, int, int>> gone_;  // along, or by no rule
  std::vector<std::string> faults_;
};

// Where the store keeps the record of an object.
std::string RecordKeyOf(absl::string_view name);
// SHA-256 in hex, its first half.
std::string DigestOf(absl::string_view bytes);
// Of every key and log in the store.
std::string DigestOf(const kv::Store& kv);

}  // namespace shareway::sharing
