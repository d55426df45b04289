// SPDX-License-Identifier: Apache-2.0
// What the evidence comes to: every object folded from its events.
#include "tests/year/fold.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"
#include "services/sharing/store/keys.h"

namespace shareway::sharing {
namespace {

constexpr char kOutboxLog[] = "outbox";
constexpr size_t kMaxFaults = 100;

// Keys that hold no object: lists, what is derived, other services' objects, and what by its rules
// has no evidence (a proposed value, content of attachments, how far detectors have read).
constexpr const char* kOther[] = {
    "by/",   "held/",  "wake/",   "clock-of/",    "clock/",       "ended/",  "running/",
    "meta/", "rows/",  "look/",   "provisional/", "live-consent/", "open-dispute/",
    "once/", "outbox/", "warned/", "resources/",   "proposals/",    "detections/",
    "attachment-chunk/"};

bool Has(const std::vector<int>& states, int state) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

// The object of a key; empty if it is none.
std::string ObjectOf(absl::string_view key) {
  for (const char* other : kOther) {
    if (absl::StartsWith(key, other)) return "";
  }
  if (!absl::StartsWith(key, "grants/")) return std::string(key);
  return absl::EndsWith(key, "/r") ? std::string(key.substr(0, key.size() - 2)) : "";
}

bool SameClock(const statute::Clock& a, const statute::Clock& b) {
  return a.kind == b.kind && a.trigger == b.trigger;
}

// Empty if what is stopped stays as it was, and due dates are superseded, never overwritten.
std::string ClockFault(const YearFacts& before, const YearFacts& after) {
  for (const statute::Clock& was : before.clocks) {
    bool kept = false, overwritten = false;
    for (const statute::Clock& is : after.clocks) {
      if (!SameClock(was, is)) continue;
      if (was.stop) {
        kept = kept || (is.stop == was.stop && is.due == was.due);
        continue;
      }
      kept = true;
      if (is.due == was.due) continue;
      overwritten = is.superseded.size() <= was.superseded.size() ||
                    !(is.superseded[was.superseded.size()].due == was.due);
    }
    const absl::string_view kind = statute::ClockKindName(was.kind);
    if (!kept) return absl::StrCat(kind, was.stop ? " was stopped and changed" : " is gone");
    if (overwritten) return absl::StrCat(kind, ": its due date was overwritten");
  }
  return "";
}

// The clock as libs/statute makes it of what happened to it.
absl::StatusOr<statute::Clock> Replay(const statute::Clock& clock,
                                      const statute::ProfileSet& profiles,
                                      const statute::CalendarSet& calendars) {
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Profile* profile, profiles.Find(clock.profile));
  SHAREWAY_ASSIGN_OR_RETURN(
      statute::Clock again,
      statute::StartClock(*profile, calendars, clock.kind, clock.trigger, clock.area));
  bool extended = !clock.extension;
  const auto extend = [&]() -> absl::Status {
    SHAREWAY_ASSIGN_OR_RETURN(again, statute::ExtendClock(again, calendars, *clock.extension));
    extended = true;
    return absl::OkStatus();
  };
  for (const statute::Pause& pause : clock.pauses) {
    if (!extended && clock.extension->consented <= pause.from) SHAREWAY_RETURN_IF_ERROR(extend());
    SHAREWAY_ASSIGN_OR_RETURN(again, statute::PauseClock(again, pause.from, pause.reason));
    if (!pause.to) continue;
    SHAREWAY_ASSIGN_OR_RETURN(again, statute::ResumeClock(again, calendars, *pause.to));
  }
  if (!extended) SHAREWAY_RETURN_IF_ERROR(extend());
  return again;
}

bool SameDue(const statute::Clock& clock, const absl::StatusOr<statute::Clock>& again) {
  return again.ok() && again->due.day == clock.due.day &&
         again->due.provisional == clock.due.provisional && again->days == clock.days &&
         again->profile_version == clock.profile_version;
}

}  // namespace

std::string RecordKeyOf(absl::string_view name) {
  return absl::StartsWith(name, "grants/") ? GrantRecordKey(name) : std::string(name);
}

std::string DigestOf(absl::string_view bytes) {
  return ToHex(crypto::Sha256(bytes).view().substr(0, 16));
}

std::string DigestOf(const kv::Store& kv) {
  crypto::Sha256Stream stream;
  const auto add = [&](absl::string_view part) {
    stream.Update(BigEndian64(part.size()));
    stream.Update(part);
  };
  (void)kv.Scan("", "", [&](absl::string_view key, absl::string_view value, uint64_t version) {
    add(key);
    add(value);
    add(BigEndian64(version));
    return true;
  });
  for (const char* log : {kOutboxLog, kGrantLog, kRequestLog, "corrections"}) {
    add(BigEndian64(kv.LogHead(log)));
  }
  return ToHex(stream.Digest().view());
}

std::string YearEdge::text() const {
  return absl::StrCat(object, ": ", method, " ", from, " -> ", to);
}

bool NoRuleMakes(const YearEdge& edge) {
  const std::string& m = edge.method;
  const bool keeps = m == "RespondDispute" || m == "ProposeSettlement" ||
                     m == "RecallCorrection" || m == "NotifyBody";
  if (keeps) return edge.from != edge.to;
  if (m == "AcceptSettlement") {
    // Both heads accept only what a mediator proposed, and none does in NEGOTIATION.
    return edge.to != "CLOSED" && (edge.from != edge.to || edge.from == "NEGOTIATION");
  }
  if (m == "EscalateDispute") {
    return edge.to != (edge.from == "NEGOTIATION" ? "COORDINATION" : "DECISION");
  }
  if (m == "JustifyFinding") {
    return edge.to != (edge.from == "PREWARNING" ? "PREWARNING" : "JUSTIFIED");
  }
  return false;
}

YearFold::YearFold(const std::vector<YearKind>* kinds, bool keep_history)
    : kinds_(kinds), keep_history_(keep_history) {
  EachEdge([this](const Transition& t, int from, int to, const YearEdge& edge) {
    if (NoRuleMakes(edge)) gone_.insert({&t, from, to});
  });
}

const YearKind* YearFold::KindOf(absl::string_view name) const {
  const absl::string_view collection = name.substr(0, name.find('/'));
  for (const YearKind& kind : *kinds_) {
    if (kind.collection == collection) return &kind;
  }
  return nullptr;
}

void YearFold::Fault(std::string what) {
  if (faults_.size() < kMaxFaults) faults_.push_back(std::move(what));
}

std::vector<std::string> YearFold::Take(const kv::Store& kv, absl::string_view method,
                                        absl::string_view object) {
  std::vector<std::string> changed;
  (void)kv.ReadLog(kOutboxLog, next_, [&](uint64_t number, absl::string_view bytes) {
    TakeEvent(bytes, method, object, true, &changed);
    next_ = number + 1;
    return true;
  });
  return changed;
}

std::vector<std::string> YearFold::TakeOld(const kv::Store& kv) {
  std::vector<std::string> changed;
  (void)kv.ReadLog(kOutboxLog, next_, [&](uint64_t number, absl::string_view bytes) {
    TakeEvent(bytes, "", "", false, &changed);
    next_ = number + 1;
    return true;
  });
  return changed;
}

void YearFold::TakeEvent(absl::string_view bytes, absl::string_view method,
                         absl::string_view object, bool judge,
                         std::vector<std::string>* changed) {
  evidence::AuditRecord event;
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Fault("an event does not read");
  }
  if (event.state().empty()) return;
  const std::string& name = event.object();
  const YearKind* kind = KindOf(name);
  if (kind == nullptr) return Fault(absl::StrCat("nobody knows the kind of ", name));
  const absl::StatusOr<YearFacts> facts = kind->read(event.state());
  if (!facts.ok()) return Fault(absl::StrCat(name, ": ", facts.status().ToString()));
  const auto [found, made] = objects_.try_emplace(name);
  YearObject& now = found->second;
  if (made) {
    now.name = name;
    now.kind = kind;
    order_.push_back(name);
  } else if (judge && now.bytes != event.state()) {
    Judge(*kind, name, now.facts, *facts, method, object);
  }
  if (!made && keep_history_) now.before.insert(DigestOf(now.bytes));
  now.bytes = event.state();
  now.facts = *facts;
  ++now.events;
  changed->push_back(name);
}

void YearFold::Judge(const YearKind& kind, absl::string_view name, const YearFacts& before,
                     const YearFacts& after, absl::string_view method, absl::string_view object) {
  if (const std::string fault = ClockFault(before, after); !fault.empty()) {
    Fault(absl::StrCat(name, " after ", method, ": ", fault));
  }
  for (size_t i = 0; i < kind.tables.size(); ++i) {
    const StateTable& table = *kind.tables[i];
    const int from = before.states[i], to = after.states[i];
    if (from == 0) continue;
    std::vector<const Transition*> fit;
    for (const Transition& t : table.transitions) {
      if (!Has(t.from, from) || !Has(t.to, to)) continue;
      if (name == object ? t.method == method : method.empty() ? t.who.empty() : true) {
        fit.push_back(&t);
      }
    }
    // Of several that lead there the one that was called, on whatever it was.
    const auto called = std::find_if(fit.begin(), fit.end(),
                                     [&](const Transition* t) { return t->method == method; });
    if (called != fit.end()) fit = {*called};
    if (fit.size() == 1 && (from != to || name == object)) {
      Hit(table, *fit.front(), from, to);
    } else if (fit.empty() && from != to) {
      Fault(absl::StrCat(name, ": ", method.empty() ? "the service" : method, " led from ",
                         table.name(from), " to ", table.name(to), ", which ", table.object,
                         "'s table does not allow"));
    }
  }
}

void YearFold::Hit(const StateTable& table, const Transition& transition, int from, int to) {
  const YearEdge edge{std::string(table.object), std::string(transition.method),
                      std::string(table.name(from)), std::string(table.name(to))};
  if (NoRuleMakes(edge)) Fault(absl::StrCat(edge.text(), " was gone along"));
  ++hits_[edge];
  gone_.insert({&transition, from, to});
}

bool YearFold::Fresh(const StateTable& table, absl::string_view method, int from) const {
  for (const Transition& t : table.transitions) {
    if (t.method != method || !Has(t.from, from)) continue;
    for (const int to : t.to) {
      if (gone_.count({&t, from, to}) == 0) return true;
    }
  }
  return false;
}

void YearFold::EachEdge(EdgeVisitor visit) const {
  for (const YearKind& kind : *kinds_) {
    for (const StateTable* table : kind.tables) {
      for (const Transition& t : table->transitions) {
        for (const int from : t.from) {
          for (const int to : t.to) {
            visit(t, from, to, {std::string(table->object), std::string(t.method),
                                std::string(table->name(from)), std::string(table->name(to))});
          }
        }
      }
    }
  }
}

std::vector<YearEdge> YearFold::NotHit() const {
  std::vector<YearEdge> missing;
  EachEdge([&](const Transition&, int, int, const YearEdge& edge) {
    if (hits_.count(edge) == 0 && !NoRuleMakes(edge)) missing.push_back(edge);
  });
  return missing;
}

std::vector<std::string> YearFold::Differences(const kv::Store& kv) const {
  std::vector<std::string> wrong;
  for (const std::string& name : order_) {
    const absl::StatusOr<kv::Entry> entry = kv.Get(RecordKeyOf(name));
    if (!entry.ok()) {
      wrong.push_back(absl::StrCat(name, ": ", entry.status().ToString()));
    } else if (entry->value != objects_.find(name)->second.bytes) {
      wrong.push_back(absl::StrCat(name, " is not what its events come to"));
    }
  }
  (void)kv.Scan("", "", [&](absl::string_view key, absl::string_view, uint64_t) {
    const std::string name = ObjectOf(key);
    if (!name.empty() && objects_.find(name) == objects_.end()) {
      wrong.push_back(absl::StrCat(name, " has no event"));
    }
    return true;
  });
  return wrong;
}

std::vector<std::string> YearFold::WrongClocks(const YearWorld& world) const {
  std::vector<std::string> wrong;
  // Around the day on which the last year is loaded a clock may rest on either set of calendars;
  // a stopped one was judged by what was known then.
  const absl::Time from = statute::StartOfDay(world.calendar_day());
  const absl::Time until = from + absl::Hours(48);
  for (const auto& [name, object] : objects_) {
    for (const statute::Clock& clock : object.facts.clocks) {
      const bool may_be_early = world.now() < until || (clock.stop && *clock.stop < until);
      const auto late = Replay(clock, world.desk.profiles(), world.late_calendars());
      if (world.now() >= from && SameDue(clock, late)) continue;
      if (may_be_early && SameDue(clock, Replay(clock, world.desk.profiles(),
                                                world.early_calendars()))) {
        continue;
      }
      wrong.push_back(absl::StrCat(
          name, ": ", statute::ClockKindName(clock.kind), " is due on ",
          absl::FormatCivilTime(clock.due.day), clock.due.provisional ? " (provisional)" : "",
          clock.stop ? " (stopped)" : "", ", want ",
          late.ok() ? absl::FormatCivilTime(late->due.day) : late.status().ToString()));
    }
  }
  return wrong;
}

std::vector<std::string> YearFold::Of(absl::string_view collection) const {
  std::vector<std::string> names;
  for (const std::string& name : order_) {
    if (name.substr(0, name.find('/')) == collection) names.push_back(name);
  }
  return names;
}

const YearObject* YearFold::Some(YearWorld& world, absl::string_view collection,
                                 absl::FunctionRef<bool(const YearObject&)> want) const {
  std::vector<const YearObject*> fit;
  for (const std::string& name : Of(collection)) {
    const YearObject& object = objects_.find(name)->second;
    if (want(object)) fit.push_back(&object);
  }
  return fit.empty() ? nullptr : world.Any(fit);
}

const YearObject* YearFold::Find(absl::string_view name) const {
  const auto found = objects_.find(name);
  return found == objects_.end() ? nullptr : &found->second;
}

}  // namespace shareway::sharing
