// SPDX-License-Identifier: Apache-2.0
// The whole service on one store: the log, its witnesses, its upkeep, its methods.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/crypto/key.h"
#include "libs/metrics/registry.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/server.h"
#include "services/audit/audit.h"
#include "services/audit/matcher.h"
#include "services/audit/own_record.h"
#include "services/audit/rpc/audit_rpc.h"
#include "services/audit/rpc/witness_directory.h"
#include "services/audit/store/archive.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/upkeep.h"
#include "services/audit/watched_log.h"

namespace shareway::audit {

// Members are torn down in reverse order; the server must be gone before.
class AuditService {
 public:
  // All must outlive it.
  struct Parts {
    kv::Store* store = nullptr;
    rpc::DirectoryHolder* directory = nullptr;
    rpc::Server* server = nullptr;
    metrics::Registry* metrics = nullptr;
    // Begins to stop the process as a signal does, and returns; see Controls.
    std::function<void()> stop = {};
  };
  struct Options {
    LogKey log_key;
    crypto::PrivateKey message_key;
    std::string producer = {};  // the service's shareway:// URI
    WatchedLog::Options watched = {};
  };
  // Opens the log and registers the methods; mirror and archive are by their flags
  // (upkeep_flags.h). Errors as those of the parts.
  static absl::StatusOr<std::unique_ptr<AuditService>> Open(const Parts& parts, Options options);

  // Serves once the witnesses have reported; see WatchedLog::Start. Once, before the server is
  // ready; `directory_current` must outlive the service.
  absl::Status Start(std::function<bool()> directory_current);

  // Records that the process ends in order; after the server has drained. A log that does not
  // serve takes no record, and what fails is told in the process's log alone.
  void RecordStop();

  Audit* audit() const { return audit_.get(); }
  const LogReader& reader() const { return reader_; }
  OwnRecords* own() { return &own_; }
  const WatchedLog& log() const { return *log_; }

 private:
  AuditService(const Parts& parts, Options options, std::unique_ptr<Archive> archive,
               std::unique_ptr<Audit> audit);
  absl::Status OpenRest(const Parts& parts);

  const Options options_;
  const std::unique_ptr<Archive> archive_;  // null without one
  const std::unique_ptr<Audit> audit_;
  const LogReader reader_;
  OwnRecords own_;
  const WitnessDirectory witnesses_;
  std::unique_ptr<WatchedLog> log_;
  std::unique_ptr<Upkeep> upkeep_;
  std::unique_ptr<AuditRpc> api_;
  std::unique_ptr<Matcher> matcher_;
};

}  // namespace shareway::audit
