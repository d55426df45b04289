// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/hosted_agency.h"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"

namespace shareway::exchange {
namespace {

constexpr size_t kLeastSecret = 32;

absl::Status Bad(absl::string_view entry, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("--hosted: \"", entry, "\" ", why));
}

absl::Status Named(const HostedFolder& folder, absl::string_view file, const absl::Status& why) {
  return absl::Status(why.code(), absl::StrCat("--hosted ", folder.agency, ": ", folder.dir, "/",
                                               file, ": ", why.message()));
}

absl::StatusOr<std::vector<std::string>> LinesOf(const std::string& path) {
  absl::StatusOr<std::string> text = crypto::ReadFile(path);
  if (!text.ok()) {
    return absl::Status(text.status().code(),
                        absl::StrCat("--hosted: ", text.status().message()));
  }
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(*text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty() && line[0] != '#') lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

absl::StatusOr<std::vector<HostedFolder>> ReadHosted(const std::vector<std::string>& entries,
                                                     absl::string_view own) {
  std::vector<std::string> lines = entries;
  if (entries.size() == 1 && absl::StartsWith(entries[0], "@")) {
    SHAREWAY_ASSIGN_OR_RETURN(lines, LinesOf(entries[0].substr(1)));
  }
  std::vector<HostedFolder> folders;
  std::set<std::string> agencies, dirs;
  for (const std::string& line : lines) {
    const size_t equals = line.find('=');
    HostedFolder folder{.agency = line.substr(0, equals)};
    if (equals != std::string::npos) folder.dir = line.substr(equals + 1);
    if (!HasForm("agencies/{a}", folder.agency) || folder.dir.empty()) {
      return Bad(line, "is not of the form agencies/{a}=DIR");
    }
    if (folder.agency == own) return Bad(line, "is the node's own agency");
    if (!agencies.insert(folder.agency).second) return Bad(line, "names an agency twice");
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(folder.dir, error);
    if (error || !std::filesystem::is_directory(real, error)) {
      return Bad(line, "names no folder that is there");
    }
    if (!dirs.insert(real.string()).second) return Bad(line, "names a folder twice");
    folders.push_back(std::move(folder));
  }
  return folders;
}

absl::Status HostedAgency::Fill(const HostedFolder& folder, const Surroundings& around) {
  agency_ = folder.agency;
  absl::StatusOr<crypto::PrivateKey> key =
      crypto::PrivateKey::FromFile(folder.dir + "/message.key");
  if (!key.ok()) return Named(folder, "message.key", key.status());
  if (key->public_key().suite() == crypto::Suite::kEd25519) {
    return Named(folder, "message.key", absl::InvalidArgumentError("is Ed25519, want P-256 or SM2"));
  }
  key_ = std::make_unique<crypto::PrivateKey>(*std::move(key));
  absl::StatusOr<std::string> secret = crypto::ReadFile(folder.dir + "/agency.secret");
  if (!secret.ok()) return Named(folder, "agency.secret", secret.status());
  if (secret->size() < kLeastSecret) {
    return Named(folder, "agency.secret",
                 absl::InvalidArgumentError(absl::StrCat("has ", secret->size(),
                                                         " bytes, want at least ", kLeastSecret)));
  }
  secret_ = *std::move(secret);
  absl::StatusOr<std::string> backends = crypto::ReadFile(folder.dir + "/backends.json");
  if (backends.ok()) {
    backends_ = *std::move(backends);
  } else if (!absl::IsNotFound(backends.status())) {
    return Named(folder, "backends.json", backends.status());
  }
  absl::StatusOr<SeatStore> store =
      SeatStore::Open(folder.dir + "/store", around.min_free_share, around.clock);
  if (!store.ok()) return Named(folder, "store", store.status());
  store_ = *std::move(store);
  SHAREWAY_ASSIGN_OR_RETURN(
      outbox_, outbox::Outbox::Open(store_.store.get(), around.producer, around.clock));
  if (around.audit == nullptr) return absl::OkStatus();
  sink_ = std::make_unique<rpc::AuditSink>(around.audit, around.log_key, around.directory);
  drain_ = std::make_unique<outbox::Drain>(outbox_.get(), sink_.get(), key_.get());
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<HostedAgency>> HostedAgency::Open(
    const HostedFolder& folder, const Surroundings& surroundings) {
  std::unique_ptr<HostedAgency> agency(new HostedAgency());
  SHAREWAY_RETURN_IF_ERROR(agency->Fill(folder, surroundings));
  return agency;
}

SeatParts HostedAgency::parts() const {
  return {.agency = agency_,
          .store = store_.store.get(),
          .disk_accepts = [ballast = store_.ballast.get()] { return ballast->Accepts(); },
          .outbox = outbox_.get(),
          .message_key = key_.get(),
          .rolled_back = [drain = drain_.get()]() -> std::optional<bool> {
            return drain != nullptr ? drain->rolled_back() : false;
          },
          .agency_secret = secret_,
          .backends = backends_};
}

absl::StatusOr<std::vector<std::unique_ptr<HostedAgency>>> OpenHosted(
    const std::vector<HostedFolder>& folders, const SeatParts& own,
    const HostedAgency::Surroundings& surroundings) {
  std::vector<std::unique_ptr<HostedAgency>> opened;
  std::map<std::string, std::string> keys, secrets;  // whose
  const auto differs = [&](const SeatParts& parts, const std::string& name) -> absl::Status {
    const auto [key, new_key] = keys.emplace(parts.message_key->public_key().id().str(), name);
    const auto [secret, new_secret] = secrets.emplace(parts.agency_secret, name);
    if (new_key && new_secret) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("--hosted: ", name, " has the ", new_key ? "secret" : "message key", " of ",
                     (new_key ? secret : key)->second, ", want one of its own"));
  };
  SHAREWAY_RETURN_IF_ERROR(differs(own, "the node's own agency"));
  for (const HostedFolder& folder : folders) {
    SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<HostedAgency> agency,
                              HostedAgency::Open(folder, surroundings));
    SHAREWAY_RETURN_IF_ERROR(differs(agency->parts(), folder.agency));
    opened.push_back(std::move(agency));
  }
  return opened;
}

}  // namespace shareway::exchange
