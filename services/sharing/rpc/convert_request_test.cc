// SPDX-License-Identifier: Apache-2.0
// What people send about requests, as values, and what they are shown.
#include "services/sharing/rpc/convert_request.h"

#include "catch2/catch.hpp"
#include "libs/evidence/record.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

std::string FieldOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details && !details->fields.empty() ? details->fields.front().field : "";
}

TEST_CASE("An update takes what its mask names and nothing else", "[request]") {
  v1::UpdateRequestRequest update;
  update.mutable_request()->set_legal_basis("依据");
  update.mutable_request()->set_scenario("场景");
  update.mutable_update_mask()->add_paths("scenario");
  const Request::Revision one = FromProto(update).value();
  CHECK(one.scenario == "场景");
  CHECK_FALSE(one.legal_basis.has_value());
  CHECK_FALSE(one.scope.has_value());
  update.mutable_update_mask()->add_paths("state");
  CHECK(FieldOf(FromProto(update).status()) == "update_mask");
  update.clear_update_mask();
  CHECK(FieldOf(FromProto(update).status()) == "request.scope.start_date");  // all: the scope, too
  update.mutable_request()->mutable_scope()->set_start_date("2025-10-01");
  update.mutable_request()->mutable_scope()->set_end_date("2025-10-02");
  const Request::Revision all = FromProto(update).value();
  CHECK(all.legal_basis == "依据");
  CHECK(all.scope.has_value());
}

TEST_CASE("A ground or a kind that this version does not know is no ground and no kind",
          "[request]") {
  v1::Decision decision;
  decision.set_verdict(v1::Decision::REFUSE);
  decision.set_ground(v1::Decision::OTHER);
  CHECK(FromProto(decision)->ground == Decision::Ground::kOther);
  decision.set_ground(static_cast<v1::Decision::Ground>(9));
  CHECK(FieldOf(FromProto(decision).status()) == "decision.ground");

  v1::ChangeScopeRequest change;
  change.set_grant("grants/g");
  change.set_kind(v1::ScopeChange::THIRD_PARTY);
  change.set_third_party("agencies/x");
  CHECK(FromProto(change)->change ==
        ScopeChange{ScopeChange::Kind::kThirdParty, "grants/g", "agencies/x"});
  CHECK_FALSE(FromProto(change)->scope.has_value());
  change.set_kind(static_cast<v1::ScopeChange::Kind>(9));
  CHECK(FromProto(change)->change.kind == ScopeChange::Kind::kUnspecified);
  change.mutable_scope()->set_start_date("soon");
  CHECK(FieldOf(FromProto(change).status()) == "scope.start_date");
}

TEST_CASE("A request shows each who may do what next", "[request]") {
  TestDesk t;
  const Stored<Request> approved = t.Answered();
  const auto offered = [&](const Actor& actor) {
    const v1::SharingRequest shown = ToProto(approved, actor, t.desk);
    return std::vector<std::string>(shown.available_actions().begin(),
                                    shown.available_actions().end());
  };
  CHECK(offered(Applicant()) == std::vector<std::string>{"ConfirmProvisioned"});
  CHECK(offered(Reviewer()) == std::vector<std::string>{"ReportProvisioned"});
  CHECK(offered(ProviderHead()).empty());
  CHECK(ToProto(approved, Applicant(), t.desk).supply().state() == v1::Supply::AWAITED);
  CHECK(ToProto(approved, Applicant(), t.desk).decision().ground() ==
        v1::Decision::GROUND_UNSPECIFIED);
  CHECK_FALSE(ToProto(approved, Applicant(), t.desk).has_change());
}

TEST_CASE("A request and its clock show the promised time beside the statute's", "[request]") {
  TestDesk t;
  CHECK_FALSE(ToProto(t.Submitted(), Reviewer(), t.desk).has_promised_due_time());
  Resource resource = Marriages();
  resource.promised_days = 5;
  REQUIRE(t.grants.Follow(resource).ok());
  const Stored<Request> request = t.Submitted();
  const Stored<Request> kept = t.store.LoadRequest(t.NameOf(request)).value();
  const v1::SharingRequest shown = ToProto(kept, Reviewer(), t.desk);
  const statute::Clock& clock = *request.value.fields().clock;
  CHECK(shown.due_date() == absl::FormatCivilTime(clock.due.day));
  CHECK(evidence::FromTimestamp(shown.promised_due_time()) == statute::PromisedInstant(clock));
  const ClockRow row = {.subject = t.NameOf(request), .debtor = kCivil, .clock = clock};
  CHECK(evidence::FromTimestamp(ToProto(row, t.desk).promised_due_time()) ==
        statute::PromisedInstant(clock));
}

}  // namespace
}  // namespace shareway::sharing
