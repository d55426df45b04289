// SPDX-License-Identifier: Apache-2.0
// Wires pages and stamper to the log.
#include "services/audit/http/public_log.h"

#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/log/log.h"
#include "services/audit/http/http_client.h"

ABSL_FLAG(std::string, http, "",
          "Where to serve the log's tiles (C2SP tlog-tiles), ADDRESS:PORT. Empty: nowhere.");
ABSL_FLAG(std::string, http_port_file, "", "File to write the port of --http to.");
ABSL_FLAG(std::string, tsa_url, "",
          "The timestamp authority that stamps a checkpoint a day, http://HOST[:PORT]/PATH.");
ABSL_FLAG(std::string, tsa_ca, "", "PEM file of the authority's certificate, or its root's.");

namespace shareway::audit {
namespace {

// Whole or not at all: readers wait for the file to appear.
absl::Status WritePort(const std::string& path, int port) {
  if (path.empty()) return absl::OkStatus();
  const std::string temporary = path + ".new";
  std::ofstream file(temporary, std::ios::trunc);
  file << port << "\n";
  file.close();
  if (file && std::rename(temporary.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("--http_port_file: cannot write ", path));
}

absl::Status Prefixed(absl::string_view flag, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(flag, ": ", status.message()));
}

// The newest head that outsiders may see.
std::optional<WitnessedCheckpoint> Newest(const PublicLog::Parts& parts) {
  if (!parts.gate->serving()) return std::nullopt;
  const std::shared_ptr<const WitnessedCheckpoint> newest = parts.witnesses->newest();
  if (newest->checkpoint.note.empty()) return std::nullopt;
  return *newest;
}

std::vector<std::string> Keys(const PublicLog::Parts& parts) {
  std::vector<std::string> keys = {parts.audit->verifier_key()};
  if (const std::string national = parts.audit->signer().national_verifier_key();
      !national.empty()) {
    keys.push_back(national);
  }
  const WitnessSet set = parts.witnesses->set();
  for (const Witness& witness : set.witnesses()) keys.push_back(witness.verifier_key);
  return keys;
}

std::string OriginOf(const Audit& audit) {
  const std::string& key = audit.verifier_key();
  return key.substr(0, key.find('+'));
}

}  // namespace

absl::StatusOr<std::optional<absl::Time>> LastStamp(const LogReader& reader, const LogState& state,
                                                    absl::string_view origin,
                                                    absl::string_view producer) {
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::Identity self, crypto::Identity::Parse(producer));
  Query query;
  query.object = std::string(origin);
  query.kind = evidence::v1::CHECKPOINT_STAMPED;
  for (uint64_t below = state.size(); below > 0;) {
    SHAREWAY_ASSIGN_OR_RETURN(const SearchPage page,
                              reader.Search(state, query, {.all = true}, below, {}));
    for (const Found& found : page.found) {
      // Anyone may append a record that looks like it.
      if (found.facts.producer == self.name) return found.facts.time;
    }
    below = page.below;
  }
  return std::nullopt;
}

PublicLog::PublicLog(Parts parts)
    : parts_(parts),
      pages_({.reader = parts.reader,
              .state = [parts] { return parts.audit->state(); },
              .newest = [parts] { return Newest(parts); },
              .keys = [parts] { return Keys(parts); }}) {}

PublicLog::~PublicLog() = default;

absl::Status PublicLog::OpenPages() {
  const std::string address = absl::GetFlag(FLAGS_http);
  if (address.empty()) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<HttpServer>> server = HttpServer::Open(
      {.address = address, .metrics = parts_.metrics, .clock = &parts_.audit->clock()},
      [this](absl::string_view path) { return pages_.Answer(path); });
  SHAREWAY_RETURN_IF_ERROR(Prefixed("--http", server.status()));
  server_ = *std::move(server);
  log::Info("http-listening", {{"address", address}, {"port", server_->port()}});
  return WritePort(absl::GetFlag(FLAGS_http_port_file), server_->port());
}

absl::Status PublicLog::OpenStamper() {
  const std::string url = absl::GetFlag(FLAGS_tsa_url);
  if (url.empty()) return absl::OkStatus();
  const absl::StatusOr<HttpAddress> address = HttpAddress::Parse(url);
  SHAREWAY_RETURN_IF_ERROR(Prefixed("--tsa_url", address.status()));
  const absl::StatusOr<std::string> authority = crypto::ReadFile(absl::GetFlag(FLAGS_tsa_ca));
  SHAREWAY_RETURN_IF_ERROR(Prefixed("--tsa_ca", authority.status()));
  const std::string origin = OriginOf(*parts_.audit);
  stamper_ = std::make_unique<Stamper>(
      Stamper::Ways{.ask =
                        [to = *address](const std::string& query) {
                          return Post({.to = to,
                                       .content_type = "application/timestamp-query",
                                       .body = query});
                        },
                    .newest = [this]() -> std::optional<Checkpoint> {
                      const std::optional<WitnessedCheckpoint> newest = Newest(parts_);
                      if (!newest) return std::nullopt;
                      return newest->checkpoint;
                    },
                    .last =
                        [this, origin] {
                          return LastStamp(*parts_.reader, *parts_.audit->state(), origin,
                                           parts_.own->producer());
                        },
                    .keep =
                        [this](evidence::AuditRecord record) {
                          return parts_.own->Append(std::move(record)).status();
                        }},
      Stamper::Options{.authority = *authority,
                       .origin = origin,
                       .metrics = parts_.metrics,
                       .clock = &parts_.audit->clock()});
  stamping_ = std::make_unique<StampThread>(stamper_.get());
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<PublicLog>> PublicLog::OpenFromFlags(Parts parts) {
  std::unique_ptr<PublicLog> log(new PublicLog(parts));
  SHAREWAY_RETURN_IF_ERROR(log->OpenPages());
  SHAREWAY_RETURN_IF_ERROR(log->OpenStamper());
  return log;
}

}  // namespace shareway::audit
