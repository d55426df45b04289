// SPDX-License-Identifier: Apache-2.0
// shareway-audit: the append-only evidence log.
#include <csignal>
#include <memory>
#include <unistd.h>
#include <utility>

#include "libs/app/app.h"
#include "libs/base/status.h"
#include "services/audit/http/public_log.h"
#include "services/audit/rpc/audit_service.h"
#include "services/audit/rpc/service_flags.h"

namespace shareway::audit {

// Declared first is torn down last: the server drains before the log closes.
absl::Status Serve() {
  app::Options options = app::OptionsFromFlags();
  options.log_store = true;
  SHAREWAY_ASSIGN_OR_RETURN(app::Process process, app::Process::Open(std::move(options)));
  SHAREWAY_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> catalog,
                            process.Connect(process.options.catalog, "catalog"));
  const rpc::DirectoryFeed feed(std::move(catalog), process.store.get(), process.directory.get());
  SHAREWAY_ASSIGN_OR_RETURN(
      AuditService::Options log,
      ServiceOptionsFromFlags(process.options.message_key, process.identity.identity.uri()));
  process.expiry->Watch(catalog::v1::Key::MESSAGE, log.message_key.public_key().id());
  process.expiry->Watch(catalog::v1::Key::LOG, log.log_key.key.public_key().id());
  if (log.log_key.national) {
    process.expiry->Watch(catalog::v1::Key::LOG, log.log_key.national->public_key().id());
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<AuditService> service,
                            AuditService::Open({.store = process.store.get(),
                                                .directory = process.directory.get(),
                                                .server = process.server.get(),
                                                .metrics = process.metrics.get(),
                                                // To the process: app::Main blocked it for all
                                                // threads, and the server waits for it.
                                                .stop = [] { ::kill(::getpid(), SIGTERM); }},
                                               std::move(log)));
  SHAREWAY_RETURN_IF_ERROR(AnnounceLog(*service->audit()));
  SHAREWAY_RETURN_IF_ERROR(service->Start([&feed] { return feed.caught_up(); }));
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<PublicLog> pages,
                            PublicLog::OpenFromFlags({.audit = service->audit(),
                                                      .reader = &service->reader(),
                                                      .witnesses = service->log().witnesses(),
                                                      .gate = service->log().gate(),
                                                      .own = service->own(),
                                                      .metrics = process.metrics.get()}));
  process.server->SetReady(true);
  const absl::Status served = app::Serve(&process);
  process.server.reset();
  service->RecordStop();
  return served;
}

}  // namespace shareway::audit

int main(int argc, char** argv) {
  return shareway::app::Main(argc, argv, "audit", shareway::audit::Serve);
}
