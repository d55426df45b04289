// SPDX-License-Identifier: Apache-2.0
// shareway-sharing: requests, decisions, grants, disputes, statute clocks.
#include <memory>
#include <utility>

#include "absl/flags/flag.h"
#include "libs/app/app.h"
#include "libs/attachment/contents.h"
#include "libs/base/status.h"
#include "libs/rpc/mandate_reads.h"
#include "services/sharing/rpc/catalog_feed.h"
#include "services/sharing/rpc/catalog_look.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/readiness.h"
#include "services/sharing/rpc/sharing_api.h"
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
  app::Options options = app::OptionsFromFlags();
  options.cache_bytes = kCacheBytes;
  options.memtable_bytes = kMemtableBytes;
  SHAREWAY_ASSIGN_OR_RETURN(app::Process process, app::Process::Open(std::move(options)));
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
    SHAREWAY_ASSIGN_OR_RETURN(attachment_key, attachment::ReadKey(attachment_key));
  }
  process.server->SetOnMandateRead(
      rpc::MandateReads(process.store.get(), evidence.outbox.get()));
  NodeStore node_store(process.store.get(), evidence.outbox.get());
  SharingApi api({.desk = &desk,
                  .node_store = &node_store,
                  .statutes = &statutes,
                  .directory = process.directory.get(),
                  .metrics = process.metrics.get(),
                  .attachment_key = attachment_key,
                  .act_party = process.act_party},
                 process.server.get());

  SHAREWAY_ASSIGN_OR_RETURN(auto catalog, process.Connect(process.options.catalog, "catalog"));
  const rpc::DirectoryFeed directory(catalog, process.store.get(), process.directory.get());
  SHAREWAY_ASSIGN_OR_RETURN(auto resources, CatalogFeed::Open(catalog, &store, api.grants()));
  UpkeepLoop upkeep(&desk);
  CatalogLook look(catalog, &desk);
  const Readiness readiness(
      process.server.get(), [&] { return directory.caught_up() && resources->complete(); },
      [&] {
        upkeep.Start();
        look.Start();
      },
      [&] { return evidence.drain ? evidence.drain->rolled_back() : false; });
  const absl::Status served = app::Serve(&process);
  process.server->Drain();
  return served;
}

}  // namespace shareway::sharing

int main(int argc, char** argv) {
  return shareway::app::Main(argc, argv, "sharing", shareway::sharing::Serve);
}
