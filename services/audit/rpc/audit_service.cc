// SPDX-License-Identifier: Apache-2.0
// Composition, nothing else.
#include "services/audit/rpc/audit_service.h"

#include <utility>

#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "services/audit/rpc/control_rpc.h"
#include "services/audit/upkeep_flags.h"

namespace shareway::audit {
namespace {

// Most halves of exchanges meet within it, and then cost no key.
constexpr absl::Duration kSettle = absl::Seconds(5);
// What is appended on a busy machine is covered within 100 ms, though nobody waits for it.
constexpr absl::Duration kSignInterval = absl::Milliseconds(50);

}  // namespace

absl::StatusOr<std::unique_ptr<AuditService>> AuditService::Open(const Parts& parts,
                                                                 Options options) {
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<Archive> archive,
                            ArchiveFromFlags(parts.store, options.log_key.verifier_key()));
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<Audit> audit,
      Audit::Open(parts.store, options.log_key,
                  {.metrics = parts.metrics,
                   .sign_interval = kSignInterval,
                   .settle = kSettle,
                   .archive = archive.get()}));
  std::unique_ptr<AuditService> service(
      new AuditService(parts, std::move(options), std::move(archive), std::move(audit)));
  SHAREWAY_RETURN_IF_ERROR(service->OpenRest(parts));
  return service;
}

AuditService::AuditService(const Parts& parts, Options options, std::unique_ptr<Archive> archive,
                           std::unique_ptr<Audit> audit)
    : options_(std::move(options)),
      archive_(std::move(archive)),
      audit_(std::move(audit)),
      reader_(parts.store, archive_.get()),
      own_(audit_.get(), &reader_, &options_.message_key, options_.producer),
      witnesses_(parts.directory) {}

absl::Status AuditService::OpenRest(const Parts& parts) {
  SHAREWAY_ASSIGN_OR_RETURN(
      log_, WatchedLog::Open({.store = parts.store,
                              .audit = audit_.get(),
                              .reader = &reader_,
                              .own = &own_,
                              .metrics = parts.metrics,
                              .message_key = options_.message_key.public_key(),
                              .witnesses_today = [this] { return witnesses_.Set(); },
                              .message_key_of =
                                  [this](const Hash32& id, absl::string_view owner) {
                                    return witnesses_.MessageKey(id, owner);
                                  },
                              .stop = parts.stop,
                              .roles_today =
                                  [directory = parts.directory](absl::string_view person,
                                                                const evidence::SignedAct& act) {
                                    return RolesToday(*directory->Get(), person, act,
                                                      SystemClock().Now());
                                  }},
                             options_.watched));
  SHAREWAY_ASSIGN_OR_RETURN(upkeep_, UpkeepFromFlags({.store = parts.store,
                                                      .audit = audit_.get(),
                                                      .reader = &reader_,
                                                      .archive = archive_.get(),
                                                      .witnesses = log_->witnesses(),
                                                      .gate = log_->gate(),
                                                      .own = &own_,
                                                      .controls = log_->controls(),
                                                      .metrics = parts.metrics}));
  api_ = std::make_unique<AuditRpc>(log_.get(), parts.directory, &witnesses_,
                                    [this] { return upkeep_->safe_size(); });
  api_->Register(parts.server);
  matcher_ = std::make_unique<Matcher>(
      Matcher::Parts{.store = parts.store,
                     .audit = audit_.get(),
                     .reader = &reader_,
                     .own = &own_,
                     .metrics = parts.metrics,
                     .serving = [this] { return log_->gate()->serving(); }});
  return absl::OkStatus();
}

absl::Status AuditService::Start(std::function<bool()> directory_current) {
  SHAREWAY_RETURN_IF_ERROR(log_->Start(std::move(directory_current)));
  matcher_->Start();
  upkeep_->Start();
  return absl::OkStatus();
}

void AuditService::RecordStop() {
  evidence::AuditRecord stop;
  stop.set_kind(evidence::v1::SERVICE_STOPPED);
  const absl::Status recorded = own_.Append(std::move(stop)).status();
  if (!recorded.ok()) log::Warn("stop-not-recorded", {{"status", recorded}});
}

}  // namespace shareway::audit
