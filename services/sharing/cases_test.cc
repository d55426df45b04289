// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/cases.h"

#include "absl/strings/str_split.h"
#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {

// A case of the simplest kind: a sentence that the two sides pass to each other.
struct Letter {
  static constexpr char kCollection[] = "letters";
  std::string name = {};
  std::string consumer = {};
  std::string provider = {};
  std::string profile = {};
  absl::Time create_time = {};
  std::string text = {};
  std::optional<statute::Clock> clock = {};  // is not kept: the list of clocks has it
};

std::string Encode(const Letter& letter) {
  return absl::StrCat(letter.name, "\n", letter.consumer, "\n", letter.provider, "\n",
                      letter.profile, "\n", absl::ToUnixNanos(letter.create_time), "\n",
                      letter.text);
}

absl::Status Decode(absl::string_view bytes, Letter* letter) {
  const std::vector<std::string> parts = absl::StrSplit(bytes, '\n');
  int64_t nanos = 0;
  if (parts.size() != 6 || !absl::SimpleAtoi(parts[4], &nanos)) {
    return absl::DataLossError("a letter does not read");
  }
  *letter = {parts[0], parts[1], parts[2], parts[3], absl::FromUnixNanos(nanos), parts[5], {}};
  return absl::OkStatus();
}

CaseRow RowOf(const Letter& letter, uint64_t version) {
  CaseRow row{.name = letter.name,
              .bytes = Encode(letter),
              .version = version,
              .create_time = letter.create_time,
              .lists = {"about/weather"}};
  if (version == 0) row.takes = {absl::StrCat("letter-of/", letter.consumer)};
  if (letter.text == "goodbye") row.gives_up = {absl::StrCat("letter-of/", letter.consumer)};
  if (letter.text == "goodbye") row.left = {"about/weather"};
  if (letter.text == "goodbye") row.lists.clear();
  if (letter.clock) row.clocks = {{*letter.clock, letter.provider}};
  return row;
}

bool Visible(const Letter&, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor);
}

namespace {

using evidence::RecordKind;

class Letters : public TestDesk {
 public:
  absl::StatusOr<Stored<Letter>> Post(const Errand& errand, const std::string& text,
                                      std::optional<statute::Clock> letter_clock = {}) {
    return cases.Create(errand, RecordKind::COMMENT_ADDED, [&](absl::Time now, Change*) {
      return absl::StatusOr<Letter>(Letter{.name = Desk::NewName("letters"),
                                           .consumer = kTax,
                                           .provider = kCivil,
                                           .profile = "cn-2025-809@1",
                                           .create_time = now,
                                           .text = text,
                                           .clock = letter_clock});
    });
  }
  absl::StatusOr<Stored<Letter>> Rewrite(const Errand& errand, const Stored<Letter>& letter,
                                         const std::string& text, const std::string& etag) {
    const auto rewrite = [&](const CaseView<Letter>& view,
                             Change*) -> absl::StatusOr<Letter> {
      Letter after = view.value;
      after.text = text;
      return after;
    };
    return cases.Write(errand, RecordKind::COMMENT_ADDED, &statute::Articles::dispute,
                       letter.value.name, etag, rewrite);
  }
  size_t Count(const std::vector<std::string>& owners, const Actor& actor = Applicant()) {
    return cases.List(actor, owners, "", 10, [](const Letter&) { return true; })->values.size();
  }
  const Cases<Letter> cases{&desk};
};

TEST_CASE("A case is kept with its event, listed, and hidden from strangers", "[cases]") {
  Letters world;
  const absl::StatusOr<Stored<Letter>> letter = world.Post(world.By(Applicant()), "hello");
  REQUIRE(letter.ok());
  const std::vector<evidence::AuditRecord> events = world.Events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].object() == letter->value.name);
  CHECK(events[0].state() == Encode(letter->value));
  CHECK(events[0].rule() == "cn-2025-809@1");
  CHECK(world.cases.Get(Reviewer(), letter->value.name)->value.text == "hello");
  const absl::Status stranger = world.cases.Get(Stranger(), letter->value.name).status();
  CHECK(ReasonOf(stranger) == Reason::kNotVisible);
  CHECK(world.cases.Get(Applicant(), Desk::NewName("letters")).status().code() ==
        stranger.code());
  CHECK(world.Count({kTax}) == 1);
  CHECK(world.Count({kCivil}, Reviewer()) == 1);
  CHECK(world.Count({"about/weather"}) == 1);
  CHECK(world.Count({"about/weather"}, Stranger()) == 0);
}

TEST_CASE("A case is changed by who saw it, once", "[cases]") {
  Letters world;
  const Stored<Letter> letter = *world.Post(world.By(Applicant()), "hello");
  const std::string etag = Desk::EtagOf(letter.version);
  CHECK(ReasonOf(world.Rewrite(world.By(Reviewer()), letter, "no", "v0").status()) ==
        Reason::kChangedMeanwhile);
  CHECK(world.Rewrite(world.By(Reviewer()), letter, "no", "").status().code() ==
        absl::StatusCode::kInvalidArgument);
  const Errand errand = world.By(Reviewer(), "id-1");
  REQUIRE(world.Rewrite(errand, letter, "goodbye", etag).ok());
  CHECK(world.Rewrite(errand, letter, "goodbye", etag)->value.text == "goodbye");  // as before
  CHECK(world.Events().size() == 2);
  CHECK(world.Count({"about/weather"}) == 0);
  CHECK(world.Count({kTax}) == 1);
}

TEST_CASE("What one case alone may hold is held by one", "[cases]") {
  Letters world;
  const Stored<Letter> first = *world.Post(world.By(Applicant()), "hello");
  CHECK(*world.store.HolderOf(absl::StrCat("letter-of/", kTax)) == first.value.name);
  CHECK(absl::IsAborted(world.Post(world.By(Applicant()), "again").status()));
  REQUIRE(world.Rewrite(world.By(Applicant()), first, "goodbye", Desk::EtagOf(first.version)).ok());
  CHECK(world.store.HolderOf(absl::StrCat("letter-of/", kTax))->empty());
  CHECK(world.Post(world.By(Applicant()), "again").ok());
}

TEST_CASE("A page has a next one only if that has something for who reads", "[cases]") {
  Letters world;
  const Stored<Letter> first = *world.Post(world.By(Applicant()), "hello");
  REQUIRE(world.Rewrite(world.By(Applicant()), first, "goodbye", Desk::EtagOf(first.version)).ok());
  world.clock.Advance(absl::Seconds(1));
  REQUIRE(world.Post(world.By(Applicant()), "hello").ok());  // before the other in the list
  const auto page = [&](const std::string& text) {
    return world.cases
        .List(Applicant(), {kTax}, "", 1,
              [&](const Letter& letter) { return text.empty() || letter.text == text; })
        .value();
  };
  CHECK_FALSE(page("").next.empty());
  CHECK(page("hello").values.size() == 1);
  CHECK(page("hello").next.empty());
  CHECK(page("goodbye").values.size() == 1);
  CHECK(page("goodbye").next.empty());
}

TEST_CASE("Clocks of cases stand in the list of clocks, and only as they are now", "[cases]") {
  Letters world;
  const StatuteText text = *world.desk.TextCited("cn-2025-809");
  const statute::Clock clock =
      *statute::StartClock(*text.profile, *text.calendars, statute::ClockKind::kCorrection,
                           world.desk.Now());
  const Stored<Letter> letter = *world.Post(world.By(Applicant()), "hello", clock);
  const auto rows = [&] {
    return world.store
        .ListClocks({kCivil}, "", 10,
                    [](const ClockRow&, const Request*, const Dispute*) { return true; })
        ->values;
  };
  REQUIRE(rows().size() == 1);
  CHECK(rows()[0].value.subject == letter.value.name);
  CHECK(rows()[0].value.debtor == kCivil);
  CHECK(rows()[0].value.clock.due.day == clock.due.day);
}

TEST_CASE("Pages of cases follow each other without a gap", "[cases]") {
  Letters world;
  std::string cursor;
  size_t seen = 0;
  for (int i = 0; i < 5; ++i) {
    world.clock.Advance(absl::Seconds(1));
    const Stored<Letter> letter = *world.Post(world.By(Applicant()), "hello");
    REQUIRE(
        world.Rewrite(world.By(Applicant()), letter, "goodbye", Desk::EtagOf(letter.version)).ok());
  }
  for (int page = 0; page < 3; ++page) {
    const Page<Letter> letters =
        *world.cases.List(Applicant(), {kTax}, cursor, 2, [](const Letter&) { return true; });
    seen += letters.values.size();
    cursor = letters.next;
    CHECK(cursor.empty() == (page == 2));
  }
  CHECK(seen == 5);
}

}  // namespace
}  // namespace shareway::sharing
