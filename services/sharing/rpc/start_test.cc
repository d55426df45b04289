// SPDX-License-Identifier: Apache-2.0
// Every method of every service of sharing.v1 is served: the server starts.
#include "catch2/catch.hpp"
#include "services/sharing/requests/attachments.h"
#include "services/sharing/requests/comments.h"
#include "services/sharing/rpc/attachment_rpc.h"
#include "services/sharing/rpc/correction_rpc.h"
#include "services/sharing/rpc/delegation_rpc.h"
#include "services/sharing/rpc/demand_rpc.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/dispute_rpc.h"
#include "services/sharing/rpc/feedback_rpc.h"
#include "services/sharing/rpc/finding_rpc.h"
#include "services/sharing/rpc/grant_life_rpc.h"
#include "services/sharing/rpc/grant_rpc.h"
#include "services/sharing/rpc/inbox_rpc.h"
#include "services/sharing/rpc/incident_rpc.h"
#include "services/sharing/rpc/node_rpc.h"
#include "services/sharing/rpc/request_rpc.h"
#include "services/sharing/rpc/statute_rpc.h"
#include "services/sharing/rpc/supervision_rpc.h"
#include "services/sharing/test_desk.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::sharing {
namespace {

TEST_CASE("The service starts with a handler and a policy for every method", "[start]") {
  const testing::TempDir dir;
  testing::TestPki pki(dir.path());
  rpc::DirectoryHolder directory;
  metrics::Registry registry;
  rpc::Server::Options options;
  options.tls = pki.Issue("sharing", {"shareway://test/service/sharing"}).tls;
  options.pool_threads = 1;
  rpc::Server server(options, &directory);

  TestDesk t;
  const Transitions transitions(&registry);
  Statutes statutes(&t.desk);
  const Subjects subjects(&t.desk);
  Attachments attachments(&t.desk, &subjects, "");
  Comments comments(&t.desk, &t.sharing);
  Delegations delegations(&t.desk, PersonsOf(&directory));
  const auto serves = [](absl::string_view, absl::string_view) { return true; };
  const Corrections corrections(&t.desk, serves);
  const Demands demands(&t.desk);
  NodeStore node_store(&t.kv, t.outbox.get());
  Nodes nodes(&t.desk, &node_store, serves, [](const FiledHold&) { return absl::OkStatus(); });

  RequestRpc requests(&t.desk, &t.sharing, &delegations, &directory, &transitions);
  InboxRpc inbox(&t.desk, &t.sharing, &comments, &delegations, &transitions);
  DelegationRpc delegation_api(&t.desk, &delegations);
  StatuteRpc statute_api(&t.desk, &statutes);
  AttachmentRpc attachment_api(&attachments);
  CorrectionRpc correction_api(&corrections, &directory, &transitions);
  DemandRpc demand_api(&demands, &transitions);
  GrantRpc grant_api(&t.desk, &t.grants, &directory, &transitions);
  GrantLifeRpc grant_life(&t.desk, &transitions);
  DisputeRpc dispute_api(&t.desk, &t.disputes, &transitions);
  SupervisionRpc supervision(&t.desk);
  FindingRpc findings(&t.desk, TitlesOf(&directory), &transitions);
  FeedbackRpc feedback(&t.desk, &transitions);
  IncidentRpc incidents(&t.desk, &transitions);
  requests.Register(&server);
  inbox.Register(&server);
  delegation_api.Register(&server);
  statute_api.Register(&server);
  attachment_api.Register(&server);
  correction_api.Register(&server);
  demand_api.Register(&server);
  grant_api.Register(&server);
  grant_life.Register(&server);
  dispute_api.Register(&server);
  supervision.Register(&server);
  findings.Register(&server);
  feedback.Register(&server);
  incidents.Register(&server);
  RegisterNodes(&nodes, &server);
  const absl::Status started = server.Start();
  INFO(started);
  CHECK(started.ok());
  server.Drain(absl::ZeroDuration());
}

}  // namespace
}  // namespace shareway::sharing
