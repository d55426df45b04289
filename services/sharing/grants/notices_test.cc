// SPDX-License-Identifier: Apache-2.0
// Rectification notices over the store: the path, the deadline, the superior.
#include "services/sharing/grants/notices.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

struct NoticeDesk : TestDesk {
  Notices notices{&desk};
  std::string grant = NameOf(Granted());
  std::string name = grants.Suspend(By(ProviderHead()), grant, SuspendGround::kMisuse, "超出用途")
                         .value()
                         .value.fields()
                         .notice;

  Stored<Notice> Now() { return store.LoadCase<Notice>(name).value(); }
  std::string Etag() { return Desk::EtagOf(Now().version); }
};

TEST_CASE("A notice is answered, rejected, answered again and accepted, and closed by resuming",
          "[notice]") {
  NoticeDesk t;
  CHECK(t.Now().value.profile == "cn-2025-809@1");
  REQUIRE(t.notices.Answer(t.By(ConsumerHead()), t.name, t.Etag(), "已停用").ok());
  REQUIRE(t.notices.Reject(t.By(ProviderHead()), t.name, t.Etag(), "仍有导出").ok());
  REQUIRE(t.notices.Answer(t.By(ConsumerHead()), t.name, t.Etag(), "已删除导出").ok());
  CHECK(absl::IsAborted(t.notices.Accept(t.By(ProviderHead()), t.name, "v1").status()));
  REQUIRE(t.notices.Accept(t.By(ProviderHead()), t.name, t.Etag()).ok());
  const Notice rectified = t.Now().value;
  CHECK(rectified.state == Notice::State::kRectified);
  CHECK(rectified.measures == "已删除导出");
  CHECK(rectified.rejection == "仍有导出");
  CHECK(t.Events().back().kind() == evidence::RecordKind::NOTICE_CHANGED);
  CHECK(t.Events().back().state() == Encode(rectified));
  // What was rectified is no ground to revoke.
  t.clock.Advance(absl::Hours(24 * 40));
  CHECK(NoticesDue(t.desk).value() == 0);
  CHECK(ReasonOf(t.grants
                     .Revoke(t.By(ProviderHead()), t.grant, RevokeGround::kRectificationFailed,
                             t.name)
                     .status()) == Reason::kGroundRequired);
  REQUIRE(t.grants.Resume(t.By(ProviderHead()), t.grant, "已整改").ok());
  CHECK(t.Now().value.state == Notice::State::kClosed);
}

TEST_CASE("A notice's clock is listed, fails by rule, and its report reaches the superior",
          "[notice]") {
  NoticeDesk t;
  const auto clocks = [&](const std::string& owner) {
    return t.store
        .ListClocks({owner}, "", 100,
                    [&](const ClockRow& row, const Request*, const Dispute*) {
                      return row.subject == t.name;
                    })
        .value()
        .values;
  };
  REQUIRE(clocks(kTax).size() == 1);
  CHECK(clocks(kTax)[0].value.clock.kind == statute::ClockKind::kRectification);
  CHECK(clocks(kTax)[0].value.debtor == kTax);
  CHECK(clocks(kHousing).empty());
  CHECK(ReasonOf(t.notices.Report(t.By(ProviderHead()), t.name, t.Etag(), "逾期").status()) ==
        Reason::kDeadlineRunning);

  t.clock.Advance(statute::DueInstant(t.Now().value.clock) - t.clock.Now());
  CHECK(NoticesDue(t.desk).value() == 1);
  CHECK(NoticesDue(t.desk).value() == 0);
  CHECK(t.Now().value.state == Notice::State::kFailed);
  CHECK(ReasonOf(t.notices.Answer(t.By(ConsumerHead()), t.name, t.Etag(), "迟到").status()) ==
        Reason::kStateForbids);

  t.agencies[kTax].authority.superior = "authorities/province";
  t.agencies["agencies/provincial"] = AgencyOf("agencies/provincial");
  t.authorities["authorities/province"] = {.name = "authorities/province",
                                           .agency = "agencies/provincial"};
  const Actor superior = {.name = "people/po", .agency = "agencies/provincial", .officer = true};
  CHECK(ReasonOf(t.notices.cases().Get(superior, t.name).status()) == Reason::kNotVisible);
  REQUIRE(t.notices.Report(t.By(Officer()), t.name, t.Etag(), "逾期未整改").ok());
  CHECK(t.notices.cases().Get(superior, t.name)->value.state == Notice::State::kReported);
  CHECK(t.notices.cases()
            .List(superior, {"authorities/province"}, "", 10, [](const Notice&) { return true; })
            ->values.size() == 1);
  CHECK(ReasonOf(t.notices.cases().Get(Stranger(), t.name).status()) == Reason::kNotVisible);
  REQUIRE(t.grants
              .Revoke(t.By(Officer()), t.grant, RevokeGround::kRectificationFailed, t.name)
              .ok());
  CHECK(t.Now().value.state == Notice::State::kClosed);
}

TEST_CASE("The consumer's own end closes its notice", "[notice]") {
  NoticeDesk t;
  REQUIRE(t.grants.End(t.By(ConsumerHead()), t.grant, EndGround::kNoLongerNeeded, "停用").ok());
  CHECK(t.Now().value.state == Notice::State::kClosed);
  CHECK(t.Now().value.close_reason == "NO_LONGER_NEEDED: 停用");
}

}  // namespace
}  // namespace shareway::sharing
