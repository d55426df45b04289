// SPDX-License-Identifier: Apache-2.0
// A year of simulated time in which everybody acts: requests are asked, decided, disputed, granted,
// suspended, disposed of; periods end; calls that must be refused are refused. For tests.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "libs/kv/store.h"
#include "tests/year/fold.h"
#include "tests/year/kind.h"
#include "tests/year/world.h"

namespace shareway::sharing {

class Year {
 public:
  struct Options {
    unsigned seed = 1;
    absl::CivilDay last = absl::CivilDay(2026, 1, 31);
    // It goes on until then while no change has gone along some edge of a table.
    absl::CivilDay latest = absl::CivilDay(2026, 1, 31);
    int acts_a_day = 45;      // on working days; a tenth of it on others
    int spoilt_percent = 6;   // of the acts are to be refused
    int digests = 40;         // so many refusals are held against a digest of the whole store
    bool keep_history = false;
  };
  // On a store that a year was in before it goes on where that ended. `kv` must outlive it.
  Year(kv::Store* kv, Options options);

  // The next act, or the next night. False once the year is over.
  bool Step();
  // All steps.
  void Run() {
    while (Step()) {
    }
  }
  // Takes what the service did by rule outside of a step.
  void TakeRule();
  // What the last step changed.
  const std::vector<std::string>& changed() const { return changed_; }

  // What went wrong: acts that were refused with another status than rules give, spoilt acts that
  // were taken, refusals that left a trace, duties that failed; and the fold's own faults.
  std::vector<std::string> Faults() const;
  // Requests that became APPROVED by nobody's act, or without the grant that they name.
  std::vector<std::string> ApprovedBySilence() const;

  YearWorld& world() { return world_; }
  const YearFold& fold() const { return fold_; }
  int acts() const { return acts_; }
  int refused() const { return refused_; }
  // Refusals that were held against a digest of the whole store, and acts that were done twice
  // under one request id.
  int digests() const { return options_.digests - digests_left_; }
  int repeated() const { return repeated_; }
  // How often each act and read was taken, by the name of YearOpening or the method.
  const std::map<std::string, int>& taken() const { return taken_; }
  // How often a method was refused with a status, as "Method: CODE".
  const std::map<std::string, int>& refusals() const { return refusals_; }

 private:
  // An object's place in the year beside what its record says.
  struct Rest {
    absl::Time until = {};  // nobody touches it before
    bool long_one = false;  // even for an edge that nobody went along
    std::map<std::string, absl::CivilDay> tried = {};  // in vain, on that day
  };
  struct Choice {
    const YearObject* object = nullptr;
    const Transition* transition = nullptr;
    const Actor* actor = nullptr;
    bool fresh = false;
  };

  // What the store was before a call.
  struct Before {
    uint64_t events = 0;
    std::string digest = {};  // of all of it; empty: not taken
  };

  void Night();
  void PlanDay();
  void FollowCatalogue();
  void Act();
  void Open(const YearOpening& opening);
  void Read(const YearOpening& read);
  std::vector<Choice> ChoicesOf(const YearObject& object) const;
  // Remembers what moves the object along a rule's edge that nobody went along.
  void FindMover(const YearObject& object);
  // Objects that somebody can move along an edge that nobody went along.
  void FindFresh();
  Choice Choose();
  Choice ChooseSpoilt(Spoil how);
  void Do(const Choice& choice, Spoil how);
  // A call that was taken, once more under its request id: it answers and leaves no trace.
  void Repeat(const YearKind& kind, const YearAct& act);
  // `closely`: with a digest now and then, while there are some left.
  Before See(bool closely);
  bool LeftTrace(const Before& before) const;
  // Holds what a call answered against the rules; true if it was taken.
  bool Judge(const std::string& method, const std::string& what, const absl::Status& status,
             bool spoilt, const Before& before);
  Parties PartiesOf(const YearObject& object, const Actor& actor) const;
  void LetRest(const std::string& name);
  void Fault(std::string what);

  const Options options_;
  const std::vector<YearKind> kinds_;
  const std::vector<YearOpening> reads_ = YearReads();
  YearWorld world_;
  YearFold fold_;
  std::map<std::string, Rest> rests_;
  std::vector<std::string> live_;  // objects that somebody may still act on, oldest first
  std::vector<std::string> fresh_;  // of those, with an edge that nobody went along, this morning
  std::vector<std::string> movers_;  // whose acts move others along such an edge of a rule
  std::vector<std::string> urgent_;  // to be among them in any case
  std::vector<const YearOpening*> today_;  // what is left of today; null: an act on an object
  bool planned_ = false;
  int acts_ = 0;
  int refused_ = 0;
  int digests_left_ = 0;
  int repeated_ = 0;
  bool calendar_loaded_ = false;
  std::map<std::string, int> taken_;
  std::map<std::string, int> refusals_;
  std::vector<std::string> changed_;
  std::vector<std::string> faults_;
};

}  // namespace shareway::sharing
