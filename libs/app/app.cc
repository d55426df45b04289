// SPDX-License-Identifier: Apache-2.0
#include "libs/app/app.h"

#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/status.h"
#include "libs/kv/rocks_store.h"
#include "libs/log/log.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "Where to serve gRPC, host:port; port 0: any.");
ABSL_FLAG(std::string, store, "", "The store: rocksdb:PATH. Created if absent.");
ABSL_FLAG(std::string, tls, "", "Folder with tls.crt, tls.key and ca.crt.");
ABSL_FLAG(std::string, message_key, "",
          "The key that signs messages and evidence: a PEM file or a pkcs11: URI with its PIN's "
          "source.");
ABSL_FLAG(std::string, metrics, "", "Where to serve /metrics, host:port. Empty: nowhere.");
ABSL_FLAG(std::string, port_file, "", "File to write the chosen ports to once they listen.");
ABSL_FLAG(std::string, catalog, "", "Address of shareway-catalog, host:port.");
ABSL_FLAG(std::string, audit, "", "Address of shareway-audit, host:port.");
ABSL_FLAG(std::string, audit_key, "", "The audit log's note verifier key, or @FILE holding it.");
ABSL_FLAG(bool, reflection, false, "Serve gRPC reflection.");
ABSL_FLAG(std::string, webauthn_id, "",
          "Domain that people's authenticators are bound to. Empty: they are not used.");
ABSL_FLAG(std::vector<std::string>, act_origins, {},
          "Origins of the signing pages: on these alone authenticators sign acts, and the console "
          "signs nobody in on them. Empty: authenticators sign no acts.");
ABSL_FLAG(double, min_free_share, 0.0,
          "Below this free share of the volume, 0 to 1, nothing new is taken. An exchange node, "
          "which goes on recording what it took, reads 0 as 0.1.");

ABSL_FLAG(int, caller_calls, 512, "Calls of one caller in progress; 0: not limited.");
ABSL_FLAG(double, caller_rate, 20000, "Calls of one caller begun a second; 0: not limited.");
ABSL_FLAG(int, caller_mib, 256, "MiB of requests and untaken answers of one caller; 0: not limited.");

namespace shareway::app {

int Main(int argc, char** argv, absl::string_view service, std::function<absl::Status()> serve) {
  absl::ParseCommandLine(argc, argv);
  log::SetService(service);
  // Debian's Abseil looks for deadlocks at every lock, ours and gRPC's: 5 % of a node's CPU.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Payloads and keys are in memory: no core files, no debugger of another user.
  prctl(PR_SET_DUMPABLE, 0);
  const rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  // gRPC 1.51 stops listening for good when descriptors run out.
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread; Server waits for them

  const absl::Status status = serve();
  if (status.ok()) return 0;
  log::Error("stopped", {{"status", status}});
  return 1;
}

Options OptionsFromFlags() {
  return {.listen = absl::GetFlag(FLAGS_listen),
          .store = absl::GetFlag(FLAGS_store),
          .tls = absl::GetFlag(FLAGS_tls),
          .message_key = absl::GetFlag(FLAGS_message_key),
          .metrics = absl::GetFlag(FLAGS_metrics),
          .port_file = absl::GetFlag(FLAGS_port_file),
          .catalog = absl::GetFlag(FLAGS_catalog),
          .audit = absl::GetFlag(FLAGS_audit),
          .audit_key = absl::GetFlag(FLAGS_audit_key),
          .reflection = absl::GetFlag(FLAGS_reflection),
          .min_free_share = absl::GetFlag(FLAGS_min_free_share),
          .webauthn_id = absl::GetFlag(FLAGS_webauthn_id),
          .act_origins = absl::GetFlag(FLAGS_act_origins),
          .limits = {.concurrent = absl::GetFlag(FLAGS_caller_calls),
                     .per_second = absl::GetFlag(FLAGS_caller_rate),
                     .burst = absl::GetFlag(FLAGS_caller_rate),
                     .bytes = static_cast<size_t>(absl::GetFlag(FLAGS_caller_mib)) << 20}};
}

absl::StatusOr<std::optional<crypto::RelyingParty>> ActParty(
    const std::string& webauthn_id, const std::vector<std::string>& act_origins) {
  if (act_origins.empty()) return std::optional<crypto::RelyingParty>();
  absl::StatusOr<crypto::RelyingParty> party =
      crypto::RelyingParty::From(webauthn_id, act_origins);
  if (!party.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--webauthn_id, --act_origins: ", party.status().message()));
  }
  return std::optional<crypto::RelyingParty>(*std::move(party));
}

absl::StatusOr<Process> Process::Open(Options options, const Clock* clock) {
  if (options.store.empty()) return absl::InvalidArgumentError("--store is empty");
  if (options.tls.empty()) return absl::InvalidArgumentError("--tls is empty");
  Process process;
  SHAREWAY_ASSIGN_OR_RETURN(process.act_party,
                            ActParty(options.webauthn_id, options.act_origins));
  process.tls = crypto::TlsFiles::In(options.tls);
  SHAREWAY_ASSIGN_OR_RETURN(process.identity, crypto::CheckTlsFiles(process.tls));
  process.metrics = std::make_unique<metrics::Registry>();
  if (!options.metrics.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(process.exposer,
                              metrics::Exposer::Open(options.metrics, *process.metrics));
  }
  kv::RocksOptions rocks;
  if (options.ballast) {
    kv::Ballast::Options ballast{.dir = std::string(absl::StripPrefix(options.store, "rocksdb:")),
                                 .clock = clock};
    if (options.min_free_share > 0) ballast.min_free_share = options.min_free_share;
    SHAREWAY_ASSIGN_OR_RETURN(process.ballast, kv::Ballast::Open(std::move(ballast)));
    rocks.ballast = process.ballast.get();
  } else {
    rocks.min_free_share = options.min_free_share;
  }
  rocks.for_log = options.log_store;
  if (options.cache_bytes > 0) rocks.cache_bytes = options.cache_bytes;
  rocks.memtable_bytes = options.memtable_bytes;
  SHAREWAY_ASSIGN_OR_RETURN(process.store, kv::OpenStore(options.store, rocks));
  process.directory = std::make_unique<rpc::DirectoryHolder>();
  rpc::Server::Options server;
  server.listen = options.listen;
  server.tls = process.tls;
  server.reflection = options.reflection;
  server.limits = options.limits;
  server.party = process.act_party;
  server.passes = options.passes;
  server.clock = clock;
  server.metrics = process.metrics.get();
  process.server = std::make_unique<rpc::Server>(server, process.directory.get());
  SHAREWAY_ASSIGN_OR_RETURN(std::shared_ptr<rpc::TlsSource> source,
                            rpc::TlsSource::Of(process.tls));
  process.expiry =
      std::make_unique<KeyExpiry>(KeyExpiry::Parts{.tls = std::move(source),
                                                   .directory = process.directory.get(),
                                                   .metrics = process.metrics.get(),
                                                   .clock = clock});
  process.expiry->Start();
  process.options = std::move(options);
  return process;
}

std::string Process::ServiceUri(absl::string_view service) const {
  return absl::StrCat("shareway://", identity.identity.domain, "/service/", service);
}

absl::StatusOr<std::shared_ptr<rpc::Channel>> Process::Connect(const std::string& address,
                                                               absl::string_view service) const {
  if (address.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the address of ", service, " is not given"));
  }
  return rpc::Channel::Open({address, tls, ServiceUri(service)});
}

absl::StatusOr<Evidence> Evidence::Open(const Process& process, const Clock* clock) {
  Evidence evidence;
  if (process.options.message_key.empty()) {
    return absl::InvalidArgumentError("--message_key is empty");
  }
  SHAREWAY_ASSIGN_OR_RETURN(crypto::PrivateKey key,
                            crypto::PrivateKey::FromUri(process.options.message_key));
  process.expiry->Watch(catalog::v1::Key::MESSAGE, key.public_key().id());
  evidence.key = std::make_unique<crypto::PrivateKey>(std::move(key));
  SHAREWAY_ASSIGN_OR_RETURN(
      evidence.outbox,
      outbox::Outbox::Open(process.store.get(), process.identity.identity.uri(), clock));
  if (process.options.audit.empty()) return evidence;

  std::string& log_key = evidence.log_key;
  log_key = process.options.audit_key;
  if (!log_key.empty() && log_key[0] == '@') {
    SHAREWAY_ASSIGN_OR_RETURN(log_key, crypto::ReadFile(log_key.substr(1)));
    absl::StripAsciiWhitespace(&log_key);
  }
  if (log_key.empty()) return absl::InvalidArgumentError("--audit needs --audit_key");
  SHAREWAY_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> channel,
                            process.Connect(process.options.audit, "audit"));
  evidence.sink = std::make_unique<rpc::AuditSink>(std::move(channel), log_key,
                                                   process.directory.get());
  const metrics::Gauge rolled_back = process.metrics->AddGauge(
      "shareway_audit_rolled_back", "1 while the audit log lacks entries that it proved to hold.");
  evidence.drain = std::make_unique<outbox::Drain>(
      evidence.outbox.get(), evidence.sink.get(), evidence.key.get(),
      outbox::Drain::Options{.audit_rolled_back = [gauge = rolled_back](bool behind) mutable {
        gauge.Set(behind ? 1 : 0);
      }});
  return evidence;
}

namespace {

// Whole or not at all: readers wait for the file to appear.
absl::Status WritePortFile(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  FILE* file = std::fopen(temporary.c_str(), "w");
  if (file == nullptr) return absl::InvalidArgumentError(absl::StrCat("cannot write ", temporary));
  const bool written = std::fputs(text.c_str(), file) >= 0;
  if (std::fclose(file) != 0 || !written || std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("cannot write ", path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Serve(Process* process, const std::function<absl::Status()>& started) {
  SHAREWAY_RETURN_IF_ERROR(process->server->Start());
  if (started) SHAREWAY_RETURN_IF_ERROR(started());
  if (!process->options.port_file.empty()) {
    const int metrics_port = process->exposer ? process->exposer->port() : 0;
    SHAREWAY_RETURN_IF_ERROR(
        WritePortFile(process->options.port_file,
                      absl::StrCat(process->server->port(), " ", metrics_port, "\n")));
  }
  return process->server->ServeUntilSignal();
}

}  // namespace shareway::app
