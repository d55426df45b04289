// SPDX-License-Identifier: Apache-2.0
// shareway-sharing: requests, decisions, grants, disputes, statute clocks.
#include <memory>

#include "absl/flags/flag.h"
#include "libs/app/app.h"
#include "libs/base/status.h"
#include "services/sharing/rpc/catalog_feed.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/dispute_rpc.h"
#include "services/sharing/rpc/grant_rpc.h"
#include "services/sharing/rpc/node_rpc.h"
#include "services/sharing/rpc/readiness.h"
#include "services/sharing/rpc/request_rpc.h"
#include "services/sharing/rpc/supervision_rpc.h"
#include "services/sharing/upkeep.h"

ABSL_FLAG(std::string, statutes, "", "Folder of statute profiles (deploy/statutes).");
ABSL_FLAG(std::string, calendars, "", "Folder of holiday calendars (deploy/calendars).");
ABSL_FLAG(std::string, default_profile, "cn-2025-809",
          "The profile where an authority names none.");

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
                  absl::GetFlag(FLAGS_default_profile), AgenciesOf(process.directory.get()));
  Sharing sharing(&desk);
  Grants grants(&desk);
  Disputes disputes(&desk, &sharing);
  NodeStore node_store(process.store.get(), evidence.outbox.get());
  Nodes nodes(&desk, &node_store, [directory = process.directory.get()](absl::string_view node,
                                                                       absl::string_view agency) {
    return directory->Get()->Serves(node, agency);
  });
  const Transitions transitions(process.metrics.get());
  RequestRpc requests(&desk, &sharing, &transitions);
  GrantRpc grant_api(&desk, &grants, process.directory.get(), &transitions);
  DisputeRpc dispute_api(&desk, &disputes, &transitions);
  SupervisionRpc supervision(&desk);
  requests.Register(process.server.get());
  grant_api.Register(process.server.get());
  dispute_api.Register(process.server.get());
  supervision.Register(process.server.get());
  RegisterNodes(&nodes, process.server.get());

  SHAREWAY_ASSIGN_OR_RETURN(auto catalog, process.Connect(process.options.catalog, "catalog"));
  const rpc::DirectoryFeed directory(catalog, process.store.get(), process.directory.get());
  SHAREWAY_ASSIGN_OR_RETURN(auto resources, CatalogFeed::Open(catalog, &store, &grants));
  const Readiness readiness(
      process.server.get(), [&] { return directory.caught_up() && resources->complete(); },
      [&] { Upkeep(&desk); },
      [&] { return evidence.drain ? evidence.drain->rolled_back() : false; });
  const absl::Status served = app::Serve(&process);
  process.server->Drain();
  return served;
}

}  // namespace shareway::sharing

int main(int argc, char** argv) {
  return shareway::app::Main(argc, argv, "sharing", shareway::sharing::Serve);
}
