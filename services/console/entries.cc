// SPDX-License-Identifier: Apache-2.0
#include "services/console/entries.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"

namespace shareway::console {
namespace {

constexpr size_t kSecretBytes = 32;
// Of each kind. A session has one code, and one handle a gateway.
constexpr size_t kMostSecrets = 16384;

absl::string_view AgencyOf(absl::string_view system) {
  return system.substr(0, system.find("/systems/"));
}

absl::Status NoEntry() {
  return Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated,
               "there is no such entry, or its session is over; come again from the console");
}

// What a code or handle is kept under; empty for what can be none.
std::string DigestOf(absl::string_view secret) {
  std::string raw;
  if (!absl::WebSafeBase64Unescape(secret, &raw) || raw.size() != kSecretBytes) return "";
  return crypto::Sha256(raw).str();
}

// https://HOST[:PORT], and nothing behind it.
bool IsUrl(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, "https://") || url.empty()) return false;
  return std::all_of(url.begin(), url.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

absl::StatusOr<AgencyGateways> ReadAgencyGateways(const std::vector<std::string>& flags) {
  AgencyGateways gateways;
  for (const std::string& flag : flags) {
    const size_t equals = flag.find('=');
    const std::string system = flag.substr(0, equals);
    const std::string url = equals == std::string::npos ? "" : flag.substr(equals + 1);
    if (!HasForm("agencies/{a}/systems/{s}", system) || !IsUrl(url)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--agency_gateways has \"", flag,
                       "\", want agencies/{a}/systems/{s}=https://HOST[:PORT]"));
    }
    if (!gateways.emplace(system, url).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("--agency_gateways names ", system, " twice"));
    }
  }
  return gateways;
}

absl::StatusOr<std::string> Entries::Tell(For what, bool any_system, Table* table) {
  const absl::Time now = desk_->time().Now();
  for (auto each = table->begin(); each != table->end();) {
    const bool same = each->second.session == what.session &&
                      (any_system || each->second.system == what.system);
    each = same || now >= each->second.end ? table->erase(each) : std::next(each);
  }
  if (table->size() >= kMostSecrets) {
    return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
                 "too many people are on their way to gateways");
  }
  const std::string raw = crypto::RandomBytes(kSecretBytes);
  table->emplace(crypto::Sha256(raw).str(), std::move(what));
  std::string told;
  absl::WebSafeBase64Escape(raw, &told);
  return told;
}

absl::StatusOr<Entries::Opened> Entries::Open(const Client& client, absl::string_view token,
                                              absl::string_view system) {
  SHAREWAY_ASSIGN_OR_RETURN(const LiveSession live, sessions_->Use(client, token));
  const std::string& agency = live.person.agency;
  const auto found = system.empty() ? gateways_.lower_bound(absl::StrCat(agency, "/systems/"))
                                    : gateways_.find(system);
  if (found == gateways_.end() || AgencyOf(found->first) != agency) {
    if (!system.empty()) return Error::NotVisible(system);
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(agency, " has no gateway for people beside its node"));
  }
  Opened opened{.system = found->first,
                .url = found->second,
                .code = "",
                .end = desk_->Now() + kEntryCodeLife};
  absl::MutexLock lock(&mutex_);
  SHAREWAY_ASSIGN_OR_RETURN(opened.code,
                            Tell({.session = live.session.value.name,
                                  .system = opened.system,
                                  .end = opened.end},
                                 true, &codes_));
  return opened;
}

absl::StatusOr<LiveSession> Entries::Live(const For& what) {
  absl::StatusOr<LiveSession> live = sessions_->Continue(what.session);
  if (absl::IsUnauthenticated(live.status()) || absl::IsFailedPrecondition(live.status())) {
    return NoEntry();
  }
  if (live.ok() && live->person.agency != AgencyOf(what.system)) return NoEntry();
  return live;
}

absl::StatusOr<Entries::Entered> Entries::Redeem(absl::string_view system,
                                                 absl::string_view code) {
  For what;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = codes_.find(DigestOf(code));
    if (found != codes_.end()) {
      what = std::move(found->second);
      codes_.erase(found);
    }
  }
  const absl::Time now = desk_->Now();
  if (what.session.empty() || what.system != system || now >= what.end) {
    desk_->Tally(ReasonName(Reason::kSessionOver));
    return NoEntry();
  }
  Entered entered;
  SHAREWAY_ASSIGN_OR_RETURN(entered.live, Live(what));
  // Recorded before anybody is let in by it.
  Change change;
  change.events.push_back(Desk::SessionEvent(evidence::RecordKind::SESSION_STARTED, what.session,
                                             entered.live.person.agency,
                                             absl::StrCat("AT_GATEWAY ", what.system)));
  SHAREWAY_RETURN_IF_ERROR(
      desk_->store().Commit(nullptr, "", std::move(change), now).status());
  what.end = entered.live.session.value.end();
  absl::MutexLock lock(&mutex_);
  SHAREWAY_ASSIGN_OR_RETURN(entered.handle, Tell(std::move(what), false, &handles_));
  return entered;
}

absl::StatusOr<LiveSession> Entries::Renew(absl::string_view system, absl::string_view handle) {
  const std::string digest = DigestOf(handle);
  For what;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = handles_.find(digest);
    if (found != handles_.end() && found->second.system == system) what = found->second;
  }
  if (what.session.empty()) {
    desk_->Tally(ReasonName(Reason::kSessionOver));
    return NoEntry();
  }
  absl::StatusOr<LiveSession> live = Live(what);
  if (absl::IsUnauthenticated(live.status())) {
    absl::MutexLock lock(&mutex_);
    handles_.erase(digest);
  }
  return live;
}

}  // namespace shareway::console
