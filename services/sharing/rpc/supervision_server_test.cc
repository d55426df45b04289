// SPDX-License-Identifier: Apache-2.0
// The services of supervision are served whole, and their messages say what the values say.
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/evidence/record.h"
#include "services/sharing/rpc/convert_supervision.h"
#include "services/sharing/rpc/feedback_rpc.h"
#include "services/sharing/rpc/finding_rpc.h"
#include "services/sharing/rpc/incident_rpc.h"
#include "services/sharing/rpc/supervision_rpc.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

TEST_CASE("Every method of supervision, feedback and incidents has its handler", "[findings]") {
  TestDesk t;
  metrics::Registry registry;
  const Transitions transitions(&registry);
  SupervisionRpc supervision(&t.desk);
  FindingRpc findings(
      &t.desk, [](absl::string_view) { return std::string(); }, &transitions);
  FeedbackRpc feedback(&t.desk, &transitions);
  IncidentRpc incidents(&t.desk, &transitions);
  const rpc::DirectoryHolder directory;
  rpc::Server server({}, &directory);
  supervision.Register(&server);
  findings.Register(&server);
  feedback.Register(&server);
  incidents.Register(&server);
  // It has no certificate: that is all that is wrong.
  const absl::Status started = server.Start();
  INFO(started.ToString());
  CHECK_FALSE(started.ok());
  CHECK_FALSE(absl::IsFailedPrecondition(started));
}

TEST_CASE("A finding's message has its label and what its reader may do", "[findings]") {
  Finding finding{.name = "findings/f",
                  .consumer = kTax,
                  .provider = kCivil,
                  .profile = "cn-2025-809@1",
                  .origin = Finding::Origin::kAutomatic,
                  .state = Finding::State::kSuspected,
                  .detector = "r25-39-4",
                  .about = kCivil,
                  .evidence = {{.object = "requests/r", .time = Morning(), .note = "已过期限"}},
                  .due = absl::CivilDay(2025, 10, 21),
                  .competent = "authorities/city",
                  .competent_agency = kBureau};
  const auto actions = [&](const Actor& actor) {
    const v1::Finding message = ToProto(Stored<Finding>{finding, 7}, actor);
    return std::vector<std::string>(message.available_actions().begin(),
                                    message.available_actions().end());
  };
  const v1::Finding message = ToProto(Stored<Finding>{finding, 7}, Officer());
  CHECK(message.label() == "疑似问题线索");
  CHECK(message.state() == v1::Finding::SUSPECTED);
  CHECK(message.due_date() == "2025-10-21");
  CHECK(message.etag() == "v7");
  CHECK(evidence::FromTimestamp(message.evidence(0).time()) == Morning());
  CHECK(actions(Officer()) == std::vector<std::string>{"ConfirmFinding", "DismissFinding"});
  CHECK(actions(ProviderHead()) == std::vector<std::string>{"JustifyFinding"});
  CHECK(actions(ConsumerHead()).empty());
  finding.state = Finding::State::kConfirmed;
  CHECK(actions(Officer()).empty());
}

TEST_CASE("An inquiry shows the day on which the entry's data were updated last", "[feedback]") {
  TestDesk t;
  const Feedback feedback(&t.desk);
  const Stored<Inquiry> asked =
      feedback.OpenInquiry(t.By(Applicant()), Marriages().name, "是否含补办登记？").value();
  const auto shown = [&] { return ToProto(asked, Applicant(), t.desk).data_date(); };
  CHECK(shown().empty());  // the catalogue told of no day
  Resource resource = Marriages();
  // 00:30 of the day in Beijing, which is another day elsewhere.
  resource.fresh_time = statute::StartOfDay(absl::CivilDay(2025, 9, 12)) + absl::Minutes(30);
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(shown() == "2025-09-12");
  resource.fresh_time += absl::Hours(24);
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(shown() == "2025-09-13");
  Stored<Inquiry> gone = asked;
  gone.value.resource = "resources/none";
  CHECK(ToProto(gone, Applicant(), t.desk).data_date().empty());
}

TEST_CASE("Every detector is told with what it looks at", "[findings]") {
  for (const Detector& detector : Detectors()) {
    const v1::Detector message = ToProto(detector);
    CHECK(message.queries_size() > 0);
    CHECK((message.queries(0) == "REPORTED") == detector.reported_only());
  }
}

}  // namespace
}  // namespace shareway::sharing
