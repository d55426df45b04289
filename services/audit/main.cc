// SPDX-License-Identifier: Apache-2.0
// shareway-audit: the append-only evidence log.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/time/time.h"
#include "libs/app/app.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/audit/http/public_log.h"
#include "services/audit/rpc/audit_service.h"
#include "services/audit/vkey_file.h"

ABSL_FLAG(std::string, log_key, "", "PEM file of the Ed25519 key that signs checkpoints.");
ABSL_FLAG(std::string, national_log_key, "",
          "PEM file of an SM2 key that signs them as well. Empty: none.");
ABSL_FLAG(std::string, origin, "shareway.example/audit", "The log's name in its checkpoints.");
ABSL_FLAG(std::string, vkey_file, "", "File to write the log's note verifier key to.");
ABSL_FLAG(bool, rebuild, false, "If the store is an old copy, take what it lacks from producers.");
ABSL_FLAG(absl::Duration, candidate_interval, absl::Seconds(1),
          "Between two heads that witnesses are asked to cosign.");

namespace shareway::audit {

absl::StatusOr<LogKey> LogKeyFromFlags() {
  SHAREWAY_ASSIGN_OR_RETURN(crypto::PrivateKey key,
                            crypto::PrivateKey::FromFile(absl::GetFlag(FLAGS_log_key)));
  LogKey log_key{.key = std::move(key), .origin = absl::GetFlag(FLAGS_origin)};
  if (const std::string path = absl::GetFlag(FLAGS_national_log_key); !path.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(log_key.national, crypto::PrivateKey::FromFile(path));
    if (log_key.national->public_key().suite() != crypto::Suite::kSm2Sm3) {
      return absl::InvalidArgumentError("--national_log_key: want an SM2 key");
    }
  }
  return log_key;
}

// Declared first is torn down last: the server drains before the log closes.
absl::Status Serve() {
  app::Options options = app::OptionsFromFlags();
  options.log_store = true;
  SHAREWAY_ASSIGN_OR_RETURN(app::Process process, app::Process::Open(std::move(options)));
  SHAREWAY_ASSIGN_OR_RETURN(LogKey log_key, LogKeyFromFlags());
  SHAREWAY_ASSIGN_OR_RETURN(crypto::PrivateKey message_key,
                            crypto::PrivateKey::FromFile(process.options.message_key));
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::unique_ptr<AuditService> service,
      AuditService::Open({.store = process.store.get(),
                          .directory = process.directory.get(),
                          .server = process.server.get(),
                          .metrics = process.metrics.get()},
                         {.log_key = std::move(log_key),
                          .message_key = std::move(message_key),
                          .producer = process.identity.identity.uri(),
                          .watched = {.rebuild = absl::GetFlag(FLAGS_rebuild),
                                      .candidate_interval =
                                          absl::GetFlag(FLAGS_candidate_interval)}}));
  Audit* const audit = service->audit();
  log::Info("log-opened",
            {{"verifier_key", audit->verifier_key()}, {"size", audit->state()->size()}});
  SHAREWAY_RETURN_IF_ERROR(WriteVkeyFile(absl::GetFlag(FLAGS_vkey_file), audit->verifier_key()));
  SHAREWAY_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> catalog,
                            process.Connect(process.options.catalog, "catalog"));
  const rpc::DirectoryFeed feed(std::move(catalog), process.store.get(), process.directory.get());
  SHAREWAY_RETURN_IF_ERROR(service->Start());
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<PublicLog> pages,
                            PublicLog::OpenFromFlags({.audit = audit,
                                                      .reader = &service->reader(),
                                                      .witnesses = service->log().witnesses(),
                                                      .gate = service->log().gate(),
                                                      .own = service->own(),
                                                      .metrics = process.metrics.get()}));
  process.server->SetReady(true);
  const absl::Status served = app::Serve(&process);
  process.server.reset();
  return served;
}

}  // namespace shareway::audit

int main(int argc, char** argv) {
  return shareway::app::Main(argc, argv, "audit", shareway::audit::Serve);
}
