// SPDX-License-Identifier: Apache-2.0
// A year of simulated time in which everybody acts.
#include "tests/year/year.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/sharing/statutes/recompute.h"
#include "services/sharing/upkeep.h"

namespace shareway::sharing {
namespace {

constexpr size_t kMaxFaults = 100;
constexpr char kNotices[] = "notices";
constexpr int kTries = 40;
constexpr size_t kUrgent = 20;  // as many times among the fresh ones

bool Has(const std::vector<int>& states, int state) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

// How much more often than the rarest a method is taken.
int WeightOf(absl::string_view method) {
  static const auto* const weights = new std::map<absl::string_view, int>{
      {"RecallCorrection", 2}, {"WithdrawCorrection", 2}, {"ConfirmProvisioned", 3},
      {"DisputeProvisioned", 5}, {"AddMeasure", 3}, {"NotifyBody", 3},
      {"WithdrawDispute", 2},  {"RespondDispute", 3},  {"EscalateDispute", 30},
      {"WithdrawRequest", 1},  {"UpdateRequest", 3},   {"AskSupplement", 4}, {"AskExtension", 4},
      {"ReturnRequest", 4},    {"EndGrant", 1},        {"RevokeGrant", 1},   {"SuspendGrant", 2},
      {"AskRenewal", 1},       {"DeclineRenewal", 5},  {"AnswerNotice", 40},
      {"RejectRectification", 40}, {"SignOffDecision", 40}, {"ConfirmDecision", 40},
  };
  const auto found = weights->find(method);
  return found == weights->end() ? 12 : found->second;
}

bool HoldsAny(const Transition& t, const Actor& actor, const Parties& parties) {
  return std::any_of(t.who.begin(), t.who.end(),
                     [&](const Who& who) { return Holds(who, actor, parties); });
}

// True if the states of all tables allow the method.
bool StatesAllow(const YearObject& object, absl::string_view method) {
  for (size_t i = 0; i < object.kind->tables.size(); ++i) {
    for (const Transition& t : object.kind->tables[i]->transitions) {
      if (t.method == method && !Has(t.from, object.facts.states[i])) return false;
    }
  }
  return true;
}

// True if nobody has gone along an edge of the method from the state that the object is in.
bool IsFresh(const YearFold& fold, const YearObject& object, absl::string_view method) {
  for (size_t i = 0; i < object.kind->tables.size(); ++i) {
    const StateTable& table = *object.kind->tables[i];
    for (const Transition& t : table.transitions) {
      if (t.method == method && fold.Fresh(table, method, object.facts.states[i])) return true;
    }
  }
  return false;
}

bool Living(const YearObject& object) {
  if (object.kind->tables.empty()) return false;
  const std::vector<Transition>& all = object.kind->tables.front()->transitions;
  return std::any_of(all.begin(), all.end(), [&](const Transition& t) {
    return !t.who.empty() && StatesAllow(object, t.method);
  });
}

}  // namespace

std::vector<YearKind> YearKinds() {
  std::vector<YearKind> kinds;
  AddRequestKinds(&kinds);
  AddGrantKinds(&kinds);
  AddGrantLifeKinds(&kinds);
  AddServiceKinds(&kinds);
  AddDisputeKinds(&kinds);
  AddCorrectionKinds(&kinds);
  AddSupervisionKinds(&kinds);
  AddDeskKinds(&kinds);
  return kinds;
}

Year::Year(kv::Store* kv, Options options)
    : options_(options),
      kinds_(YearKinds()),
      world_(kv, options.seed),
      fold_(&kinds_, options.keep_history),
      digests_left_(options.digests) {
  world_.fold = &fold_;
  fold_.TakeOld(*kv);
  for (const std::string& name : fold_.order()) {
    if (Living(*fold_.Find(name))) live_.push_back(name);
  }
  calendar_loaded_ = fold_.Find("calendars/cn/2026") != nullptr;
}

void Year::Fault(std::string what) {
  if (faults_.size() < kMaxFaults) {
    faults_.push_back(absl::StrCat(absl::FormatCivilTime(world_.today()), " ", what));
  }
}

std::vector<std::string> Year::Faults() const {
  std::vector<std::string> all = faults_;
  all.insert(all.end(), fold_.faults().begin(), fold_.faults().end());
  return all;
}

bool Year::Step() {
  changed_.clear();
  if (!today_.empty()) {
    Act();
    return true;
  }
  const absl::CivilDay today = world_.today();
  if (today >= options_.last && (today >= options_.latest || fold_.NotHit().empty())) return false;
  if (planned_) Night();
  PlanDay();
  planned_ = true;
  return true;
}

void Year::PlanDay() {
  const absl::CivilDay day = world_.today();
  const absl::Time morning = statute::StartOfDay(day) + absl::Hours(8);
  if (world_.now() < morning) world_.clock.Advance(morning - world_.now());
  const bool works = world_.desk.calendars().Look("cn", day).working;
  today_.assign(static_cast<size_t>(options_.acts_a_day / (works ? 1 : 10)), nullptr);
  const auto plan = [&](const std::vector<YearOpening>& openings) {
    for (const YearOpening& opening : openings) {
      const int whole = static_cast<int>(opening.a_day);
      const int part = static_cast<int>((opening.a_day - whole) * 1000);
      const int times = whole + (world_.Pick(1000) < part ? 1 : 0);
      today_.insert(today_.end(), static_cast<size_t>(times), &opening);
    }
  };
  if (works) {
    for (const YearKind& kind : kinds_) plan(kind.openings);
    plan(reads_);
  }
  FindFresh();
  for (size_t i = today_.size(); i > 1; --i) {
    std::swap(today_[i - 1], today_[static_cast<size_t>(world_.Pick(static_cast<int>(i)))]);
  }
}

void Year::Night() {
  const absl::Time midnight = statute::EndOfDay(world_.today()) + absl::Minutes(10);
  world_.clock.Advance(midnight - world_.now());
  if (!calendar_loaded_ && world_.today() >= world_.calendar_day()) {
    const Actor& officer = world_.Someone("agencies/state-bureau", Post::kOfficer);
    const auto loaded = world_.statutes.Load(world_.By(officer), world_.last_calendar(), false);
    if (!loaded.ok()) Fault(absl::StrCat("LoadCalendar: ", loaded.status().ToString()));
    if (loaded.ok()) ++taken_["LoadCalendar"];
    calendar_loaded_ = true;
  }
  FollowCatalogue();
  if (const auto done = RecomputeClocks(world_.desk); !done.ok()) {
    Fault(absl::StrCat("recompute: ", done.status().ToString()));
  }
  // Some nights the service is down, rather when a notice runs out: people then meet what no rule
  // has looked at yet.
  bool down = world_.Chance(8);
  for (const std::string& name : fold_.Of(kNotices)) {
    const YearFacts& facts = fold_.Find(name)->facts;
    if (facts.clocks.empty() || facts.clocks[0].due.day != world_.today() - 1) continue;
    down = down || world_.Chance(60);
    if (!down || !Living(*fold_.Find(name))) continue;
    rests_[name].until = world_.now();
    urgent_.insert(urgent_.end(), kUrgent, name);
  }
  for (const Duty& duty : Duties()) {
    if (down) break;
    const absl::StatusOr<int> done = duty.run(world_.desk);
    if (!done.ok()) Fault(absl::StrCat(duty.name, ": ", done.status().ToString()));
  }
  TakeRule();
}

void Year::TakeRule() {
  changed_ = fold_.Take(*world_.kv);
  for (const std::string& name : changed_) LetRest(name);
}

void Year::FollowCatalogue() {
  for (const Resource& first : world_.resources) {
    Resource resource = world_.store.LoadResource(first.name).value().value;
    const bool published = resource.state == Resource::State::kPublished;
    if (world_.Pick(1000) >= (published ? 2 : 120)) continue;
    resource.state = published ? Resource::State::kSuspended : Resource::State::kPublished;
    ++resource.revision;
    if (const absl::Status followed = world_.Follow(resource); !followed.ok()) {
      Fault(absl::StrCat("Follow: ", followed.ToString()));
    }
  }
}

void Year::LetRest(const std::string& name) {
  const YearObject& object = *fold_.Find(name);
  const auto at = std::find(live_.begin(), live_.end(), name);
  if (!Living(object)) {
    if (at != live_.end()) live_.erase(at);
    rests_.erase(name);
    return;
  }
  if (at == live_.end()) live_.push_back(name);
  const int dice = world_.Pick(100);
  int days = dice < 60 ? world_.Pick(3) : dice < 85 ? 3 + world_.Pick(9) : 15 + world_.Pick(30);
  // Some are left to the rule that does something to them by itself, rather if it never has.
  for (size_t i = 0; i < object.kind->tables.size(); ++i) {
    const StateTable& table = *object.kind->tables[i];
    for (const Transition& t : table.transitions) {
      const int state = object.facts.states[i];
      if (!t.who.empty() || !Has(t.from, state)) continue;
      if (world_.Chance(fold_.Fresh(table, t.method, state) ? 60 : 20)) days = 70;
    }
  }
  rests_[name] = {
      .until = world_.now() + absl::Hours(24 * days), .long_one = days > 2, .tried = {}};
  // A notice runs out only while its grant is left alone.
  if (days < 70 || object.kind->collection != kNotices) return;
  rests_[object.kind->mover(world_, object.bytes)] = {
      .until = world_.now() + absl::Hours(24 * 25), .long_one = true, .tried = {}};
}

Parties Year::PartiesOf(const YearObject& object, const Actor& actor) const {
  if (object.kind->parties) return object.kind->parties(world_, object.bytes, actor);
  return world_.desk.PartiesOf(object.facts.consumer, object.facts.provider);
}

std::vector<Year::Choice> Year::ChoicesOf(const YearObject& object) const {
  struct Open {
    const Transition* transition;
    bool fresh;
  };
  std::vector<Open> open;
  const auto rest = rests_.find(object.name);
  for (const Transition& t : object.kind->tables.front()->transitions) {
    if (t.who.empty() || !StatesAllow(object, t.method)) continue;
    if (rest != rests_.end()) {
      const auto tried = rest->second.tried.find(std::string(t.method));
      if (tried != rest->second.tried.end() && tried->second == world_.today()) continue;
    }
    open.push_back({&t, IsFresh(fold_, object, t.method)});
  }
  std::vector<Choice> choices;
  if (open.empty()) return choices;
  Parties parties = PartiesOf(object, world_.people.front());
  for (const Actor& person : world_.people) {
    if (object.kind->parties) parties = PartiesOf(object, person);
    for (const Open& one : open) {
      if (!HoldsAny(*one.transition, person, parties)) continue;
      choices.push_back({&object, one.transition, &person, one.fresh});
    }
  }
  return choices;
}

void Year::FindFresh() {
  movers_.clear();
  fresh_ = std::move(urgent_);
  urgent_.clear();
  for (const std::string& name : live_) {
    const YearObject& object = *fold_.Find(name);
    const bool left_alone = rests_[name].long_one && rests_[name].until > world_.now();
    if (!left_alone || object.kind->collection != kNotices) FindMover(object);
    if (left_alone) continue;
    const std::vector<Transition>& all = object.kind->tables.front()->transitions;
    const bool fresh = std::any_of(all.begin(), all.end(), [&](const Transition& t) {
      return !t.who.empty() && StatesAllow(object, t.method) && IsFresh(fold_, object, t.method);
    });
    if (fresh) fresh_.push_back(name);
  }
}

void Year::FindMover(const YearObject& object) {
  if (!object.kind->mover) return;
  for (size_t i = 0; i < object.kind->tables.size(); ++i) {
    const StateTable& table = *object.kind->tables[i];
    const int state = object.facts.states[i];
    for (const Transition& t : table.transitions) {
      if (!t.who.empty() || !fold_.Fresh(table, t.method, state)) continue;
      const std::string mover = object.kind->mover(world_, object.bytes);
      if (fold_.Find(mover) != nullptr && Living(*fold_.Find(mover))) movers_.push_back(mover);
      return;
    }
  }
}

Year::Choice Year::Choose() {
  if (live_.empty()) return {};
  if (!movers_.empty() && world_.Chance(10)) {
    const std::vector<Choice> choices = ChoicesOf(*fold_.Find(world_.Any(movers_)));
    if (!choices.empty()) return world_.Any(choices);
  }
  const auto resting = [&](const std::string& name) {
    const auto rest = rests_.find(name);
    return rest != rests_.end() && rest->second.until > world_.now();
  };
  for (int i = 0; i < kTries && !fresh_.empty() && world_.Chance(50); ++i) {
    std::vector<Choice> choices = ChoicesOf(*fold_.Find(world_.Any(fresh_)));
    choices.erase(std::remove_if(choices.begin(), choices.end(),
                                 [](const Choice& c) { return !c.fresh; }),
                  choices.end());
    if (!choices.empty()) return world_.Any(choices);
  }
  for (int i = 0; i < kTries; ++i) {
    const std::string& name = world_.Any(live_);
    if (resting(name)) continue;
    const std::vector<Choice> choices = ChoicesOf(*fold_.Find(name));
    std::vector<Choice> weighted;
    for (const Choice& choice : choices) {
      weighted.insert(weighted.end(),
                      static_cast<size_t>(WeightOf(choice.transition->method)), choice);
    }
    if (!weighted.empty()) return world_.Any(weighted);
  }
  return {};
}

Year::Choice Year::ChooseSpoilt(Spoil how) {
  if (how != Spoil::kPerson && how != Spoil::kState) return Choose();
  for (int i = 0; i < kTries && !fold_.order().empty(); ++i) {
    const YearObject& object = *fold_.Find(world_.Any(fold_.order()));
    if (object.kind->tables.empty()) continue;
    const Transition& t = world_.Any(object.kind->tables.front()->transitions);
    const Actor& person = world_.Any(world_.people);
    if (t.who.empty()) continue;
    const bool holds = HoldsAny(t, person, PartiesOf(object, person));
    const bool fits = StatesAllow(object, t.method);
    if (how == Spoil::kPerson ? !holds && fits : holds && !fits) {
      return {&object, &t, &person, false};
    }
  }
  return {};
}

void Year::Act() {
  const YearOpening* opening = today_.back();
  today_.pop_back();
  world_.clock.Advance(absl::Minutes(1 + world_.Pick(15)));
  if (opening != nullptr) return opening->reads ? Read(*opening) : Open(*opening);
  Spoil how = Spoil::kNone;
  if (world_.Chance(options_.spoilt_percent)) how = static_cast<Spoil>(1 + world_.Pick(4));
  if (const Choice choice = ChooseSpoilt(how); choice.object != nullptr) Do(choice, how);
}

void Year::Read(const YearOpening& read) {
  const Before before = See(true);
  const YearCall called = read.call(world_);
  if (!called) return;
  ++taken_[read.method];
  if (!called->ok()) Fault(absl::StrCat(read.method, ": ", called->ToString()));
  if (LeftTrace(before)) Fault(absl::StrCat(read.method, " was read and left a trace"));
}

void Year::Open(const YearOpening& opening) {
  const Spoil how = world_.Chance(options_.spoilt_percent) ? Spoil::kText : Spoil::kNone;
  const Before before = See(how != Spoil::kNone);
  world_.SetSpoil(how);
  const YearCall called = opening.call(world_);
  const bool spoilt = how != Spoil::kNone && world_.SpoilUsed();
  world_.SetSpoil(Spoil::kNone);
  if (!called) return;
  if (!Judge(opening.method, opening.method, *called, spoilt, before)) return;
  changed_ = fold_.Take(*world_.kv, opening.method);
  for (const std::string& name : changed_) LetRest(name);
}

void Year::Do(const Choice& choice, Spoil how) {
  const YearObject& object = *choice.object;
  const absl::StatusOr<kv::Entry> entry = world_.kv->Get(RecordKeyOf(object.name));
  if (!entry.ok()) return Fault(absl::StrCat(object.name, ": ", entry.status().ToString()));
  const YearAct act{.name = object.name,
                    .bytes = object.bytes,
                    .version = entry->version,
                    .method = std::string(choice.transition->method),
                    .actor = *choice.actor};
  const Before before = See(how != Spoil::kNone);
  const bool offered = !object.kind->offers || object.kind->offers(world_, act);
  const bool twice = how == Spoil::kNone && world_.Chance(5);
  if (twice) world_.SetRequestId(absl::StrCat("twice-", absl::ToUnixNanos(world_.now())));
  world_.SetSpoil(how);
  const YearCall called = object.kind->call(world_, act);
  const bool spoilt = how != Spoil::kNone && world_.SpoilUsed();
  world_.SetSpoil(Spoil::kNone);
  if (twice && called && called->ok()) Repeat(*object.kind, act);
  world_.SetRequestId("");
  if (!called) return;
  const std::string what = absl::StrCat(act.method, " of ", act.name, " by ", act.actor.name);
  if (called->ok() && !offered) Fault(absl::StrCat(what, " was taken but not offered"));
  if (absl::IsPermissionDenied(*called) && how == Spoil::kNone && offered &&
      object.kind->offers) {
    Fault(absl::StrCat(what, " was offered but denied: ", called->ToString()));
  }
  if (!Judge(act.method, what, *called, spoilt, before)) {
    rests_[act.name].tried[act.method] = world_.today();
    return;
  }
  changed_ = fold_.Take(*world_.kv, act.method, act.name);
  if (std::find(changed_.begin(), changed_.end(), act.name) == changed_.end()) {
    Fault(absl::StrCat(what, " was taken without an event of it"));
  }
  for (const std::string& name : changed_) LetRest(name);
}

void Year::Repeat(const YearKind& kind, const YearAct& act) {
  ++repeated_;
  const uint64_t events = world_.kv->LogHead("outbox");
  const YearCall again = kind.call(world_, act);
  if (!again || (again->ok() && world_.kv->LogHead("outbox") == events)) return;
  Fault(absl::StrCat(act.method, " of ", act.name, " under the same request id: ",
                     again->ToString()));
}

Year::Before Year::See(bool closely) {
  Before before{.events = world_.kv->LogHead("outbox"), .digest = ""};
  if (closely && digests_left_ > 0 && world_.Chance(20)) {
    before.digest = DigestOf(*world_.kv);
    --digests_left_;
  }
  return before;
}

bool Year::LeftTrace(const Before& before) const {
  return world_.kv->LogHead("outbox") != before.events ||
         (!before.digest.empty() && DigestOf(*world_.kv) != before.digest);
}

bool Year::Judge(const std::string& method, const std::string& what, const absl::Status& status,
                 bool spoilt, const Before& before) {
  ++acts_;
  if (status.ok()) {
    ++taken_[method];
    if (spoilt) Fault(absl::StrCat(what, " was spoilt and yet taken"));
    return true;
  }
  ++refused_;
  ++refusals_[absl::StrCat(method, ": ", absl::StatusCodeToString(status.code()))];
  if (LeftTrace(before)) {
    Fault(absl::StrCat(what, " was refused and left a trace: ", status.ToString()));
  }
  const bool by_rule = absl::IsFailedPrecondition(status) || absl::IsPermissionDenied(status) ||
                       absl::IsAlreadyExists(status);
  const bool by_spoil = spoilt && (absl::IsInvalidArgument(status) || absl::IsAborted(status) ||
                                   absl::IsNotFound(status));
  if (!by_rule && !by_spoil) {
    Fault(absl::StrCat(what, spoilt ? " (spoilt)" : "", ": ", status.ToString()));
  }
  return false;
}

}  // namespace shareway::sharing
