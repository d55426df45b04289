// SPDX-License-Identifier: Apache-2.0
// shareway-audit: the append-only evidence log.
#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "libs/app/app.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/audit/audit.h"
#include "services/audit/own_record.h"
#include "services/audit/rpc/audit_rpc.h"
#include "services/audit/vkey_file.h"

ABSL_FLAG(std::string, log_key, "", "PEM file of the Ed25519 key that signs checkpoints.");
ABSL_FLAG(std::string, origin, "shareway.example/audit", "The log's name in its checkpoints.");
ABSL_FLAG(std::string, vkey_file, "", "File to write the log's note verifier key to.");

namespace shareway::audit {

// Declared first is torn down last: the server drains before the log closes.
absl::Status Serve() {
  SHAREWAY_ASSIGN_OR_RETURN(app::Process process, app::Process::Open(app::OptionsFromFlags()));
  SHAREWAY_ASSIGN_OR_RETURN(crypto::PrivateKey key,
                            crypto::PrivateKey::FromFile(absl::GetFlag(FLAGS_log_key)));
  SHAREWAY_ASSIGN_OR_RETURN(crypto::PrivateKey message_key,
                            crypto::PrivateKey::FromFile(process.options.message_key));
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<Audit> audit,
      Audit::Open(process.store.get(), {std::move(key), absl::GetFlag(FLAGS_origin)},
                  {.metrics = process.metrics.get()}));
  log::Info("log-opened",
            {{"verifier_key", audit->verifier_key()}, {"size", audit->state()->size()}});
  SHAREWAY_RETURN_IF_ERROR(WriteVkeyFile(absl::GetFlag(FLAGS_vkey_file), audit->verifier_key()));
  const LogReader reader(process.store.get());
  SHAREWAY_RETURN_IF_ERROR(
      RecordStart(audit.get(), reader, message_key, process.identity.identity.uri()).status());

  AuditRpc api(audit.get(), &reader, process.directory.get());
  api.Register(process.server.get());
  SHAREWAY_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> catalog,
                            process.Connect(process.options.catalog, "catalog"));
  const rpc::DirectoryFeed feed(std::move(catalog), process.store.get(), process.directory.get());
  process.server->SetReady(true);
  const absl::Status served = app::Serve(&process);
  process.server.reset();
  return served;
}

}  // namespace shareway::audit

int main(int argc, char** argv) {
  return shareway::app::Main(argc, argv, "audit", shareway::audit::Serve);
}
