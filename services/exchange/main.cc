// SPDX-License-Identifier: Apache-2.0
// shareway-exchange: an agency's data plane, and of those that it hosts.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "libs/app/app.h"
#include "libs/base/status.h"
#include "services/exchange/rpc/exchange_node.h"
#include "services/exchange/rpc/hosted_agency.h"

ABSL_FLAG(std::string, sharing, "", "Address of shareway-sharing, host:port.");
ABSL_FLAG(std::string, agency_secret, "",
          "File with the agency's secret, at least 32 bytes: persons, cases and record keys enter "
          "evidence as HMACs under it.");
ABSL_FLAG(std::string, pinned_deciders, "",
          "File with public keys, base64 SubjectPublicKeyInfo, one a line: only grants whose "
          "decision verifies under one of them are honoured. Empty: all.");
ABSL_FLAG(std::string, backends, "",
          "JSON file that names the agency's own systems behind ExchangeService.Call, by operation "
          "(services/exchange/README.md). Empty: no operation can be called.");
ABSL_FLAG(std::string, aggregation_rules, "",
          "File of aggregation rules (deploy/aggregation/rules.json): what one consumer or operator "
          "may put together before somebody is told. Empty: none.");
ABSL_FLAG(std::vector<std::string>, hosted, {},
          "Further agencies that this node serves, as the directory says (hosted_agencies): "
          "agencies/{a}=DIR,... or @FILE with one a line. DIR has the agency's own message.key, "
          "agency.secret and, if it has systems behind Call, backends.json; its store is DIR/store.");
ABSL_FLAG(std::string, witness_key, "",
          "PEM file of the Ed25519 key that cosigns the audit log's checkpoints. Empty: this node "
          "is no witness.");
ABSL_FLAG(std::string, log_fork_settled, "",
          "Id of a fork of the audit log that was cleared up: the head in `theirs` is ignored from "
          "then on, and this node cosigns again. If that is the head it last cosigned, it forgets "
          "it, and a new --witness_key is needed: the old one stands for the wrong history.");

namespace shareway::exchange {

// Some seconds of evidence at full load.
constexpr size_t kMemtableBytes = 32 << 20;
// What was judged waits so long for who does not take it, and no longer than a lease and a second:
// then it is dropped, and a transfer cut. A line must carry the 256 KiB chunks of all transfers at
// once, 32 of one caller, in that time.
constexpr absl::Duration kStalled = absl::Seconds(5);

// Everything is a local, so what is declared first is torn down last: the server
// drains before the node goes, the node before evidence and store.
absl::Status Serve() {
  app::Options options = app::OptionsFromFlags();
  options.ballast = true;
  options.passes = true;  // people look up records by the gateway beside this node
  options.limits.stalled = kStalled;
  options.memtable_bytes = kMemtableBytes;
  SHAREWAY_ASSIGN_OR_RETURN(app::Process process, app::Process::Open(std::move(options)));
  SHAREWAY_ASSIGN_OR_RETURN(app::Evidence evidence, app::Evidence::Open(process));
  NodeParts parts{.identity = process.identity.identity,
                  .tls = process.tls,
                  .own = {.store = process.store.get(),
                          .disk_accepts = [&process] { return process.ballast->Accepts(); },
                          .outbox = evidence.outbox.get(),
                          .message_key = evidence.key.get()},
                  .directory = process.directory.get(),
                  .server = process.server.get(),
                  .metrics = process.metrics.get(),
                  .log_key = evidence.log_key,
                  .settled_fork = absl::GetFlag(FLAGS_log_fork_settled)};
  SHAREWAY_ASSIGN_OR_RETURN(parts.catalog, process.Connect(process.options.catalog, "catalog"));
  SHAREWAY_ASSIGN_OR_RETURN(parts.sharing,
                            process.Connect(absl::GetFlag(FLAGS_sharing), "sharing"));
  parts.own.rolled_back = [&evidence]() -> std::optional<bool> {
    return evidence.drain ? evidence.drain->rolled_back() : false;
  };
  if (evidence.drain) {
    SHAREWAY_ASSIGN_OR_RETURN(parts.audit, process.Connect(process.options.audit, "audit"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(parts.own.agency_secret,
                            crypto::ReadFile(absl::GetFlag(FLAGS_agency_secret)));
  if (const std::string file = absl::GetFlag(FLAGS_pinned_deciders); !file.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(parts.pinned_deciders, crypto::ReadFile(file));
  }
  parts.act_party = process.act_party;
  if (const std::string file = absl::GetFlag(FLAGS_backends); !file.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(parts.own.backends, crypto::ReadFile(file));
  }
  if (const std::string file = absl::GetFlag(FLAGS_aggregation_rules); !file.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(parts.aggregation_rules, crypto::ReadFile(file));
  }
  std::unique_ptr<crypto::PrivateKey> witness_key;
  if (const std::string file = absl::GetFlag(FLAGS_witness_key); !file.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::FromFile(file));
    process.expiry->Watch(catalog::v1::Key::WITNESS, key.public_key().id());
    witness_key = std::make_unique<crypto::PrivateKey>(std::move(key));
  }
  parts.witness_key = witness_key.get();
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::vector<HostedFolder> folders,
      ReadHosted(absl::GetFlag(FLAGS_hosted), process.identity.identity.agency));
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::vector<std::unique_ptr<HostedAgency>> hosted,
      OpenHosted(folders, parts.own,
                 {.producer = process.identity.identity.uri(),
                  .min_free_share = process.options.min_free_share,
                  .audit = parts.audit,
                  .log_key = parts.log_key,
                  .directory = process.directory.get(),
                  .clock = &SystemClock()}));
  for (const auto& agency : hosted) {
    parts.hosted.push_back(agency->parts());
    process.expiry->Watch(catalog::v1::Key::MESSAGE,
                          parts.hosted.back().message_key->public_key().id());
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<ExchangeNode> node,
                            ExchangeNode::Open(std::move(parts)));
  return app::Serve(&process);
}

}  // namespace shareway::exchange

int main(int argc, char** argv) {
  return shareway::app::Main(argc, argv, "exchange", shareway::exchange::Serve);
}
