// SPDX-License-Identifier: Apache-2.0
// Signing in at a provider in place of the password. The second factor is ours in any case: what
// the provider says of its own (acr, amr) counts for nothing.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/console/sessions.h"

namespace shareway::console {
namespace {

constexpr size_t kMaxAway = 4096;
constexpr absl::Duration kAwayLife = absl::Minutes(10);

absl::Status NoProvider() {
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               "nobody signs in at a provider here: there is no --oidc_issuer");
}

absl::Status ProviderAway(const absl::Status& why) {
  log::Warn("provider-away", {{"status", why}});
  return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
               "the identity provider does not answer as it should; try again");
}

}  // namespace

absl::StatusOr<Sessions::Sent> Sessions::StartAtProvider(const Client& client) {
  if (!desk_->oidc()) return NoProvider();
  const absl::StatusOr<OidcVisit> visit = desk_->oidc()->begin();
  if (!visit.ok()) return ProviderAway(visit.status());
  const absl::Time now = desk_->Now();
  absl::MutexLock lock(&mutex_);
  // Anybody can begin as many as he likes: the oldest goes, and begins anew.
  if (away_.size() >= kMaxAway) {
    away_.erase(std::min_element(away_.begin(), away_.end(), [](const auto& a, const auto& b) {
      return a.second.end < b.second.end;
    }));
  }
  away_[visit->state] = {.client = client, .visit = *visit, .end = now + kAwayLife};
  return Sent{.url = visit->url, .state = visit->state};
}

absl::StatusOr<Sessions::Started> Sessions::ReturnFromProvider(const Client& client,
                                                               const std::string& state,
                                                               absl::string_view code) {
  if (!desk_->oidc()) return NoProvider();
  Away away;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = away_.find(state);
    if (found != away_.end()) {
      away = std::move(found->second);
      away_.erase(found);
    }
  }
  const auto refused = [&] {
    desk_->Tally(ReasonName(Reason::kSignInRefused));
    return SignInRefused();
  };
  if (away.visit.state.empty() || desk_->Now() >= away.end || away.client != client) {
    return refused();
  }
  const absl::StatusOr<crypto::IdToken> token =
      desk_->oidc()->finish(away.visit, code, desk_->time().Wall());
  if (absl::IsUnauthenticated(token.status())) {
    log::Warn("id-token-refused", {{"status", token.status()}});
    return refused();
  }
  if (!token.ok()) return ProviderAway(token.status());
  const auto claim = token->texts.find(desk_->oidc()->claim);
  const std::string person =
      absl::StrCat("people/", claim == token->texts.end() ? std::string() : claim->second);
  if (!HasForm("people/{p}", person)) return refused();
  SHAREWAY_ASSIGN_OR_RETURN(const Attempt attempt, lockouts_->AttemptOn(person, client));
  SHAREWAY_RETURN_IF_ERROR(lockouts_->Check(attempt));
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Usable> usable, FindUsable(person));
  if (!usable) return lockouts_->Fail(attempt, SignInRefused());
  return Wait(client, *usable, /*by_provider=*/true);
}

}  // namespace shareway::console
