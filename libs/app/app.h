// SPDX-License-Identifier: Apache-2.0
// What every main does: flags, signals, exit code; and the flags that every service has.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/app/key_expiry.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/key.h"
#include "libs/crypto/relying_party.h"
#include "libs/kv/ballast.h"
#include "libs/kv/store.h"
#include "libs/metrics/exposer.h"
#include "libs/metrics/registry.h"
#include "libs/outbox/outbox.h"
#include "libs/rpc/audit_sink.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/server.h"
#include "libs/rpc/watch.h"

namespace shareway::app {

// Parses flags, blocks SIGTERM and SIGINT before any thread starts, runs
// `serve`, and turns its status into an exit code: 0, or 1 with one line on stderr.
int Main(int argc, char** argv, absl::string_view service, std::function<absl::Status()> serve);

// Options of one process, from these flags, which every service has:
//   --listen host:port     --store rocksdb:PATH     --tls DIR (tls.crt, tls.key, ca.crt)
//   --message_key FILE or pkcs11: URI
//   --metrics host:port (empty: none)     --port_file FILE
//   --catalog ADDRESS      --audit ADDRESS          --audit_key KEY or @FILE (note verifier key)
//   --reflection           --min_free_share SHARE
//   --webauthn_id DOMAIN   --act_origins ORIGIN,… (see ActParty)
//   --caller_calls N       --caller_rate N          --caller_mib N (0: not limited)
struct Options {
  std::string listen = {};
  std::string store = {};
  std::string tls = {};
  std::string message_key = {};
  std::string metrics = {};
  std::string port_file = {};  // written when listening: "PORT METRICS_PORT\n"
  std::string catalog = {};
  std::string audit = {};
  std::string audit_key = {};
  bool reflection = false;
  double min_free_share = 0;
  std::string webauthn_id = {};               // domain that people's authenticators are bound to
  std::vector<std::string> act_origins = {};  // empty: authenticators sign no acts
  rpc::Limits limits = {};
  bool passes = false;     // see rpc::Server::Options; no flag
  bool log_store = false;  // see kv::RocksOptions::for_log; no flag
  // See kv::RocksOptions; no flags. 0: as there.
  size_t cache_bytes = 0;
  size_t memtable_bytes = 0;
  // A ballast beside the store; no flag. Then `min_free_share`, 10 % if it is 0, is for
  // accepting: the store itself writes until the volume is full.
  bool ballast = false;
};
Options OptionsFromFlags();

// On whose pages authenticators may sign acts: `act_origins` are those of signing pages
// (tools/signing_page) and of nothing else, above all not of the console. An authenticator shows
// its person the site, never what is signed: whoever makes the page decides about that.
// Nothing without origins; INVALID_ARGUMENT for origins that are none of `webauthn_id`.
absl::StatusOr<std::optional<crypto::RelyingParty>> ActParty(
    const std::string& webauthn_id, const std::vector<std::string>& act_origins);

// What every process holds. Members are torn down in reverse order.
struct Process {
  Options options;
  crypto::CertificateFacts identity;
  crypto::TlsFiles tls;
  std::optional<crypto::RelyingParty> act_party;  // see ActParty; the server has it, too
  std::unique_ptr<metrics::Registry> metrics;
  std::unique_ptr<metrics::Exposer> exposer;  // null without --metrics
  std::unique_ptr<kv::Ballast> ballast;  // null without Options::ballast
  std::unique_ptr<kv::Store> store;
  std::unique_ptr<rpc::DirectoryHolder> directory;
  std::unique_ptr<rpc::Server> server;
  std::unique_ptr<KeyExpiry> expiry;  // of the TLS key and, with Evidence, the message key

  // Opens store, identity and server (not started). Errors say what is wrong with which flag.
  static absl::StatusOr<Process> Open(Options options, const Clock* clock = &SystemClock());
  // The URI of a service in this process's domain.
  std::string ServiceUri(absl::string_view service) const;
  // A channel to a service of this domain.
  absl::StatusOr<std::shared_ptr<rpc::Channel>> Connect(const std::string& address,
                                                        absl::string_view service) const;
};

// The way of evidence out of a process: outbox, audit client, drain. Publishes
// shareway_audit_rolled_back: 1 while audit has less than it proved to have.
struct Evidence {
  std::unique_ptr<crypto::PrivateKey> key;
  std::unique_ptr<outbox::Outbox> outbox;
  std::string log_key;                   // audit's note verifier key; empty without --audit
  std::unique_ptr<rpc::AuditSink> sink;  // null without --audit
  std::unique_ptr<outbox::Drain> drain;  // null without --audit

  static absl::StatusOr<Evidence> Open(const Process& process,
                                       const Clock* clock = &SystemClock());
};

// Starts the server, runs `started`, which may ask for the server's port, writes the port file,
// serves until a signal.
absl::Status Serve(Process* process, const std::function<absl::Status()>& started = {});

}  // namespace shareway::app
