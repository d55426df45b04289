// SPDX-License-Identifier: Apache-2.0
// A region that shares data for a year of simulated time.
#include "tests/year/world.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "libs/evidence/record.h"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

constexpr char kOutboxLog[] = "outbox";
constexpr char kLastCalendar[] = SHAREWAY_SOURCE_DIR "/deploy/calendars/cn/2026.yaml";

void Must(const absl::Status& status, absl::string_view what) {
  if (status.ok()) return;
  std::cerr << what << ": " << status << std::endl;
  std::abort();
}

std::string FileText(const char* path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

// All years but the last, which is published in the autumn.
statute::CalendarSet EarlyCalendars() {
  statute::CalendarSet early;
  for (const statute::Calendar* calendar : Calendars().all()) {
    if (calendar->year >= 2026) continue;
    absl::StatusOr<statute::CalendarSet> more = early.With(*calendar);
    Must(more.status(), "calendar");
    early = *std::move(more);
  }
  return early;
}

// The time of the newest event; the first morning in a new store.
absl::Time LastTime(const kv::Store& store) {
  absl::Time last = YearMorning();
  const uint64_t head = store.LogHead(kOutboxLog);
  (void)store.ReadLog(kOutboxLog, head, [&](uint64_t, absl::string_view bytes) {
    evidence::AuditRecord event;
    if (event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      last = std::max(last, evidence::FromTimestamp(event.time()));
    }
    return true;
  });
  return last;
}

}  // namespace

absl::Time YearMorning() {
  return statute::StartOfDay(absl::CivilDay(2025, 1, 2)) + absl::Hours(8);
}

YearWorld::YearWorld(kv::Store* given, unsigned seed)
    : random_(seed),
      early_(std::make_unique<statute::CalendarSet>(EarlyCalendars())),
      late_(std::make_unique<statute::CalendarSet>(Calendars())),
      last_calendar_(FileText(kLastCalendar)),
      life_(absl::StrCat(seed, "/", given->LogHead(kOutboxLog))),
      kv(given),
      clock(LastTime(*given)),
      outbox(outbox::Outbox::Open(given, "shareway://test/service/sharing", &clock).value()),
      store(given, outbox.get()),
      desk(&store, &clock, &Profiles(), early_.get(), "cn-2025-809",
           [this](absl::string_view name) -> std::optional<Agency> {
             const auto found = agencies.find(name);
             if (found == agencies.end()) return std::nullopt;
             return found->second;
           },
           [this](absl::string_view name) -> std::optional<Authority> {
             const auto found = authorities.find(name);
             if (found == authorities.end()) return std::nullopt;
             return found->second;
           }) {
  const auto authority = [&](std::string name, std::string agency, std::string government,
                             std::string profile, Level level, std::string division,
                             std::string superior) {
    authorities[name] = {name, std::move(agency), std::move(government), std::move(profile), level,
                         std::move(division), std::move(superior)};
  };
  authority("authorities/state", "agencies/state-bureau", "国务院", "cn-2025-809", Level::kCentral,
            "00", "");
  authority("authorities/province", "agencies/province-bureau", "演示省人民政府", "cn-2016-51",
            Level::kProvince, "99", "authorities/state");
  authority("authorities/city", "agencies/city-bureau", "演示市人民政府", "cn-2025-809",
            Level::kCity, "9901", "authorities/province");
  authority("authorities/county", "agencies/county-bureau", "演示县人民政府",
            "cn-2025-809/county-2-5-10", Level::kCounty, "990101", "authorities/city");
  for (const auto& [name, of] : authorities) {
    agencies[of.agency] = {.name = of.agency, .level = of.level, .vertical = false, .active = true,
                           .authority = of, .division = of.division, .clearance = 3};
    AddPeople(of.agency, true);
  }
  const char* const kPlaces[] = {"province", "city", "county"};
  const char* const kOffices[] = {"tax", "civil", "housing"};
  for (const char* place : kPlaces) {
    const Authority& of = authorities[absl::StrCat("authorities/", place)];
    for (const char* office : kOffices) {
      const std::string name = absl::StrCat("agencies/", place, "-", office);
      agencies[name] = {.name = name, .level = of.level, .vertical = false, .active = true,
                        .authority = of, .division = of.division, .clearance = 3};
      AddPeople(name, false);
      providers.push_back(name);
      AddResources(name, static_cast<int>(providers.size()));
    }
  }
  Start();
}

void YearWorld::AddPeople(absl::string_view agency, bool bureau) {
  const std::string own = std::string(agency.substr(agency.find('/') + 1));
  const auto add = [&](absl::string_view post, auto set) {
    Actor person{.name = absl::StrCat("people/", own, "-", post), .agency = std::string(agency)};
    set(person);
    people.push_back(std::move(person));
  };
  add("a1", [](Actor& a) { a.applicant = true; });
  add("a2", [](Actor& a) { a.applicant = true; });
  add("head", [](Actor& a) { a.head = true; });
  add("r1", [](Actor& a) { a.reviewer = true; });
  add("r2", [](Actor& a) { a.reviewer = true; });
  add("steward", [](Actor& a) { a.steward = true; });
  add("clerk", [](Actor& a) { a.clerk = true; });
  if (!bureau) return;
  add("o1", [](Actor& a) { a.officer = true; });
  add("o2", [](Actor& a) { a.officer = true; });
  add("recorder", [](Actor& a) { a.recorder = true; });
}

void YearWorld::AddResources(absl::string_view provider, int number) {
  int place = 0;
  const auto add = [&](Resource resource, absl::string_view title) {
    resource.name = absl::StrCat("resources/30", 1000 + number, "-00000", ++place);
    resource.title = absl::StrCat(provider, " ", title);
    resource.provider = std::string(provider);
    resource.profile = absl::StrCat(
        agencies[std::string(provider)].authority.profile, "@1");
    resources.push_back(std::move(resource));
  };
  add(Divisions(), "行政区划");
  add(Marriages(), "婚姻登记");
  add(Adoptions(), "收养登记");
  Resource core = Marriages();
  core.items[1].grading = 3;
  add(std::move(core), "核心登记");
}

void YearWorld::Start() {
  Must(store.Prepare(), "prepare");
  Must(statutes.Restore(), "restore");
  for (const Resource& resource : resources) {
    if (store.LoadResource(resource.name).ok()) continue;
    Must(Follow(resource), "follow");
  }
}

int YearWorld::Pick(int count) {
  return static_cast<int>(random_() % static_cast<unsigned>(std::max(count, 1)));
}

std::string YearWorld::Text(absl::string_view good) {
  if (spoil_ != Spoil::kText) return std::string(good);
  spoil_used_ = true;
  return std::string(20001, 'x');
}

std::string YearWorld::Etag(uint64_t version) {
  if (spoil_ != Spoil::kEtag) return Desk::EtagOf(version);
  spoil_used_ = true;
  return Desk::EtagOf(version + 1'000'000);
}

Errand YearWorld::By(const Actor& actor) {
  Errand errand{.actor = actor,
                .once = {.caller = actor.name,
                         .method = "/year",
                         .request_id = request_id_,
                         .body = ""},
                .act = evidence::SignedAct(),
                .traceparent = {}};
  errand.act->set_act(absl::StrCat("act ", life_, "/", ++acts_));
  return errand;
}

std::vector<const Actor*> YearWorld::PeopleOf(absl::string_view consumer,
                                              absl::string_view provider) const {
  std::vector<const Actor*> found;
  for (const Actor& person : people) {
    const bool party = person.agency == consumer || person.agency == provider;
    if (party || person.officer || person.recorder) found.push_back(&person);
  }
  return found;
}

namespace {

bool InPost(const Actor& person, Post post) {
  switch (post) {
    case Post::kAnyone: return true;
    case Post::kApplicant: return person.applicant;
    case Post::kHead: return person.head;
    case Post::kReviewer: return person.reviewer;
    case Post::kOfficer: return person.officer;
    case Post::kRecorder: return person.recorder;
    case Post::kClerk: return person.clerk;
    case Post::kSteward: return person.steward;
  }
  return false;
}

}  // namespace

const Actor& YearWorld::Someone(absl::string_view agency, Post post) {
  std::vector<const Actor*> fit;
  for (const Actor& person : people) {
    if ((agency.empty() || person.agency == agency) && InPost(person, post)) fit.push_back(&person);
  }
  if (fit.empty()) return people.front();
  return *Any(fit);
}

const Actor& YearWorld::Someone(Post post) {
  return post == Post::kOfficer || post == Post::kRecorder ? Someone("", post)
                                                           : Someone(Any(providers), post);
}

std::optional<Actor> YearWorld::Person(absl::string_view name) const {
  for (const Actor& person : people) {
    if (person.name == name) return person;
  }
  return std::nullopt;
}

Resource YearWorld::AnyResource(absl::string_view agency) {
  while (true) {
    const Resource& first = Any(resources);
    if (first.provider == agency) continue;
    return store.LoadResource(first.name).value().value;
  }
}

Scope YearWorld::AnyScope(const Resource& resource) {
  const absl::CivilDay start = today() + Pick(4);
  Scope scope{.items = {},
              .rows = {},
              .purposes = {Purpose::kAdministrativeBasis},
              .methods = {Method::kQuery},
              .start = start,
              .end = start + (Chance(50) ? 5 + Pick(40) : 60 + Pick(300))};
  if (Chance(50)) scope.purposes.push_back(Purpose::kDataVerification);
  if (Chance(50) && resource.methods.size() > 1) scope.methods.push_back(resource.methods[1]);
  const bool unconditional = Chance(25);
  for (const Item& item : resource.items) {
    if (unconditional && item.share_class == ShareClass::kConditional) continue;
    scope.items.push_back(item.id);
  }
  if (scope.items.size() > 1 && Chance(20)) scope.items.pop_back();
  return scope;
}

}  // namespace shareway::sharing
