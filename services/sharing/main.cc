// SPDX-License-Identifier: Apache-2.0
// shareway-sharing: requests, decisions, grants, disputes, statute clocks.
#include <memory>

#include "absl/flags/flag.h"
#include "libs/app/app.h"
#include "libs/base/status.h"
#include "services/sharing/attachments.h"
#include "services/sharing/comments.h"
#include "services/sharing/rpc/attachment_rpc.h"
#include "services/sharing/rpc/catalog_feed.h"
#include "services/sharing/rpc/correction_rpc.h"
#include "services/sharing/rpc/demand_rpc.h"
#include "services/sharing/rpc/delegation_rpc.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/dispute_rpc.h"
#include "services/sharing/rpc/grant_life_rpc.h"
#include "services/sharing/rpc/feedback_rpc.h"
#include "services/sharing/rpc/finding_rpc.h"
#include "services/sharing/rpc/grant_rpc.h"
#include "services/sharing/rpc/hold_act.h"
#include "services/sharing/rpc/incident_rpc.h"
#include "services/sharing/rpc/inbox_rpc.h"
#include "services/sharing/rpc/node_rpc.h"
#include "services/sharing/rpc/readiness.h"
#include "services/sharing/rpc/request_rpc.h"
#include "services/sharing/rpc/statute_rpc.h"
#include "services/sharing/rpc/supervision_rpc.h"
#include "services/sharing/statutes.h"
#include "services/sharing/subjects.h"
#include "services/sharing/upkeep.h"

ABSL_FLAG(std::string, statutes, "", "Folder of statute profiles (deploy/statutes).");
ABSL_FLAG(std::string, calendars, "", "Folder of holiday calendars (deploy/calendars).");
ABSL_FLAG(std::string, default_profile, "cn-2025-809",
          "The profile where an authority names none.");
ABSL_FLAG(std::string, attachment_key, "",
          "File with the key that attachments are kept under: 32 bytes, or 64 hexadecimal digits. "
          "Empty: none are taken.");

namespace shareway::sharing {

// Declared first is torn down last: the server drains before the store closes.
absl::Status Serve() {
  SHAREWAY_ASSIGN_OR_RETURN(auto profiles,
                            statute::ProfileSet::Load(absl::GetFlag(FLAGS_statutes)));
  SHAREWAY_ASSIGN_OR_RETURN(auto calendars,
                            statute::CalendarSet::Load(absl::GetFlag(FLAGS_calendars)));
  SHAREWAY_ASSIGN_OR_RETURN(app::Process process, app::Process::Open(app::OptionsFromFlags()));
  SHAREWAY_ASSIGN_OR_RETURN(app::Evidence evidence, app::Evidence::Open(process));
  SharingStore store(process.store.get(), evidence.outbox.get());
  SHAREWAY_RETURN_IF_ERROR(store.Prepare());
  const Desk desk(&store, &SystemClock(), &profiles, &calendars,
                  absl::GetFlag(FLAGS_default_profile), AgenciesOf(process.directory.get()),
                  AuthoritiesOf(process.directory.get()));
  Statutes statutes(&desk);
  SHAREWAY_RETURN_IF_ERROR(statutes.Restore());
  std::string attachment_key = absl::GetFlag(FLAGS_attachment_key);
  if (!attachment_key.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(attachment_key, ReadAttachmentKey(attachment_key));
  }
  const Subjects subjects(&desk);
  Attachments attachments(&desk, &subjects, attachment_key);
  Sharing sharing(&desk);
  Grants grants(&desk);
  Disputes disputes(&desk, &sharing);
  NodeStore node_store(process.store.get(), evidence.outbox.get());
  crypto::BatchVerifier acts;
  Nodes nodes(
      &desk, &node_store,
      [directory = process.directory.get()](absl::string_view node, absl::string_view agency) {
        return directory->Get()->Serves(node, agency);
      },
      [directory = process.directory.get(), &acts](const FiledHold& hold) {
        return CheckHoldAct(hold, *directory->Get(), &acts);
      });
  const Corrections corrections(
      &desk, [directory = process.directory.get()](absl::string_view node, absl::string_view agency) {
        return directory->Get()->Serves(node, agency);
      });
  const Demands demands(&desk);
  const Transitions transitions(process.metrics.get());
  CorrectionRpc correction_api(&corrections, process.directory.get(), &transitions);
  DemandRpc demand_api(&demands, &transitions);
  Delegations delegations(&desk, PersonsOf(process.directory.get()));
  RequestRpc requests(&desk, &sharing, &delegations, &transitions);
  Comments comments(&desk, &sharing);
  InboxRpc inbox(&desk, &sharing, &comments, &delegations, &transitions);
  DelegationRpc delegation_api(&desk, &delegations);
  StatuteRpc statute_api(&desk, &statutes);
  AttachmentRpc attachment_api(&attachments);
  GrantRpc grant_api(&desk, &grants, process.directory.get(), &transitions);
  GrantLifeRpc grant_life(&desk, &transitions);
  DisputeRpc dispute_api(&desk, &disputes, &transitions);
  SupervisionRpc supervision(&desk);
  FindingRpc findings(&desk, TitlesOf(process.directory.get()), &transitions);
  FeedbackRpc feedback(&desk, &transitions);
  IncidentRpc incidents(&desk, &transitions);
  requests.Register(process.server.get());
  inbox.Register(process.server.get());
  delegation_api.Register(process.server.get());
  statute_api.Register(process.server.get());
  attachment_api.Register(process.server.get());
  grant_api.Register(process.server.get());
  grant_life.Register(process.server.get());
  dispute_api.Register(process.server.get());
  correction_api.Register(process.server.get());
  demand_api.Register(process.server.get());
  supervision.Register(process.server.get());
  findings.Register(process.server.get());
  feedback.Register(process.server.get());
  incidents.Register(process.server.get());
  RegisterNodes(&nodes, process.server.get());

  SHAREWAY_ASSIGN_OR_RETURN(auto catalog, process.Connect(process.options.catalog, "catalog"));
  const rpc::DirectoryFeed directory(catalog, process.store.get(), process.directory.get());
  SHAREWAY_ASSIGN_OR_RETURN(auto resources, CatalogFeed::Open(catalog, &store, &grants));
  UpkeepLoop upkeep(&desk);
  const Readiness readiness(
      process.server.get(), [&] { return directory.caught_up() && resources->complete(); },
      [&] { upkeep.Start(); },
      [&] { return evidence.drain ? evidence.drain->rolled_back() : false; });
  const absl::Status served = app::Serve(&process);
  process.server->Drain();
  return served;
}

}  // namespace shareway::sharing

int main(int argc, char** argv) {
  return shareway::app::Main(argc, argv, "sharing", shareway::sharing::Serve);
}
