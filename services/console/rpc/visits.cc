// SPDX-License-Identifier: Apache-2.0
#include "services/console/rpc/visits.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"
#include "services/console/domain/client.h"

namespace shareway::console {
namespace {

constexpr size_t kMostVisits = 4096;
constexpr size_t kTokenBytes = 32;
constexpr size_t kCodeSize = 43;  // 32 bytes in base64url without padding
constexpr int kMostEntering = 4;
constexpr absl::Duration kLongestAsking = absl::Seconds(5);
constexpr char kRedeem[] = "/shareway.console.v1.SessionService/RedeemEntryCode";
constexpr char kRenew[] = "/shareway.console.v1.SessionService/RenewPass";

absl::Status Over() {
  return Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated,
               "nobody is signed in here; come from the console");
}

bool SaysOver(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details && details->reason == Reason::kSessionOver;
}

absl::Status Overloaded(absl::string_view why) {
  return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted, why);
}

bool IsCode(absl::string_view code) {
  return code.size() == kCodeSize && std::all_of(code.begin(), code.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_';
  });
}

std::string DigestOf(absl::string_view token) { return crypto::Sha256(token).str(); }

}  // namespace

void Visits::Take(v1::GatewayEntry entry, Visit* visit) const {
  visit->pass_end = evidence::FromTimestamp(entry.pass_end_time());
  visit->end = evidence::FromTimestamp(entry.session().end_time());
  visit->renewed = clock_->SinceBoot();
  visit->entry = std::move(entry);
}

absl::StatusOr<v1::GatewayEntry> Visits::Redeem(const std::string& code) {
  if (!IsCode(code)) return Over();
  {
    absl::MutexLock lock(&mutex_);
    if (entering_ >= kMostEntering) return Overloaded("too many people come in at this moment");
    ++entering_;
  }
  v1::RedeemEntryCodeRequest request;
  request.set_code(code);
  absl::StatusOr<v1::GatewayEntry> entry =
      console_->Unary<v1::GatewayEntry>(kRedeem, request, {.timeout = kLongestAsking});
  absl::MutexLock lock(&mutex_);
  --entering_;
  return entry;
}

absl::StatusOr<std::string> Visits::Enter(const Visitor& visitor, const std::string& code) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, VisitorAt(visitor.address, ""));
  SHAREWAY_ASSIGN_OR_RETURN(v1::GatewayEntry entry, Redeem(code));
  Visit visit{.network = client.network, .handle = entry.handle()};
  entry.clear_handle();
  Take(std::move(entry), &visit);
  std::string token;
  absl::WebSafeBase64Escape(crypto::RandomBytes(kTokenBytes), &token);
  const absl::Time now = clock_->Now();
  absl::MutexLock lock(&mutex_);
  for (auto each = visits_.begin(); each != visits_.end();) {
    const bool same = each->second.entry.session().name() == visit.entry.session().name();
    each = same || now >= each->second.end ? visits_.erase(each) : std::next(each);
  }
  if (visits_.size() >= kMostVisits) {
    return Overloaded("too many people are at this gateway");
  }
  visits_.emplace(DigestOf(token), std::move(visit));
  return token;
}

absl::StatusOr<Visits::Table::iterator> Visits::Find(const std::string& digest) {
  const auto found = visits_.find(digest);
  if (found == visits_.end()) return Over();
  if (clock_->Now() < found->second.end) return found;
  visits_.erase(found);
  return Over();
}

absl::StatusOr<v1::GatewayEntry> Visits::Current(const Visitor& visitor,
                                                 const std::string& token) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, VisitorAt(visitor.address, ""));
  const std::string digest = DigestOf(token);
  v1::RenewPassRequest request;
  {
    absl::MutexLock lock(&mutex_);
    SHAREWAY_ASSIGN_OR_RETURN(const auto found, Find(digest));
    Visit& visit = found->second;
    if (visit.network != client.network) {
      // Somebody else has the cookie: nobody uses it any more.
      visits_.erase(found);
      return Error(Reason::kSessionElsewhere, absl::StatusCode::kUnauthenticated,
                   "the visit is bound to another network, and has ended");
    }
    if (clock_->SinceBoot() - visit.renewed < kRenewPassAfter) return visit.entry;
    if (visit.renewing) {
      if (clock_->Now() < visit.pass_end) return visit.entry;
      // What is over is of no use: wait for who renews it.
      const auto settled = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        const auto now = visits_.find(digest);
        return now == visits_.end() || !now->second.renewing;
      };
      mutex_.AwaitWithTimeout(absl::Condition(&settled), kLongestAsking);
      SHAREWAY_ASSIGN_OR_RETURN(const auto after, Find(digest));
      return after->second.entry;
    }
    visit.renewing = true;
    request.set_handle(visit.handle);
  }
  absl::StatusOr<v1::GatewayEntry> entry =
      console_->Unary<v1::GatewayEntry>(kRenew, request, {.timeout = kLongestAsking});
  absl::MutexLock lock(&mutex_);
  SHAREWAY_ASSIGN_OR_RETURN(const auto found, Find(digest));  // he may have left meanwhile
  Visit& visit = found->second;
  visit.renewing = false;
  if (entry.ok()) {
    Take(*std::move(entry), &visit);
  } else if (SaysOver(entry.status())) {
    visits_.erase(found);
    return Over();
  } else if (clock_->Now() >= visit.pass_end) {
    return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
                 "the console does not answer this gateway, and tells of no session");
  }
  return visit.entry;
}

absl::StatusOr<WebSession> Visits::Use(const Visitor& visitor, const std::string& token) {
  SHAREWAY_ASSIGN_OR_RETURN(const v1::GatewayEntry entry, Current(visitor, token));
  return WebSession{.name = entry.session().name(),
                    .actor = {.person = entry.session().person()},
                    .pass = entry.pass()};
}

absl::StatusOr<std::string> Visits::SessionOf(const Visitor& visitor, const std::string& token) {
  SHAREWAY_ASSIGN_OR_RETURN(const v1::GatewayEntry entry, Current(visitor, token));
  return entry.session().SerializeAsString();
}

absl::Status Visits::Stands(const Visitor& visitor, const std::string& token) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, VisitorAt(visitor.address, ""));
  absl::MutexLock lock(&mutex_);
  const auto found = visits_.find(DigestOf(token));
  const bool stands = found != visits_.end() && found->second.network == client.network &&
                      clock_->Now() < found->second.end;
  return stands ? absl::OkStatus() : Over();
}

void Visits::Leave(const std::string& token) {
  absl::MutexLock lock(&mutex_);
  visits_.erase(DigestOf(token));
}

}  // namespace shareway::console
