// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/grants_rpc.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/exchange/domain/permission.h"

namespace shareway::exchange {
namespace {

constexpr char kService[] = "/shareway.exchange.v1.ExchangeService/";
// How often a quiet stream looks whether its watcher is still there.
constexpr absl::Duration kWatchTick = absl::Milliseconds(100);

}  // namespace

void GrantsRpc::Register(SeatOf<GrantsRpc> of, rpc::Server* server) {
  server->Unary<v1::ListGrantsRequest, v1::ListGrantsResponse>(
      absl::StrCat(kService, "ListGrants"),
      [of](const rpc::Call& call,
           const v1::ListGrantsRequest& request) -> absl::StatusOr<v1::ListGrantsResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(const GrantsRpc* const rpc, of(call.caller()));
        return rpc->ListGrants(call, request);
      });
  server->ServerStream<v1::WatchMyGrantsRequest, v1::MyGrant>(
      absl::StrCat(kService, "WatchMyGrants"),
      [of](const rpc::Call& call, const v1::WatchMyGrantsRequest&,
           rpc::Writer<v1::MyGrant>& writer) -> absl::Status {
        SHAREWAY_ASSIGN_OR_RETURN(const GrantsRpc* const rpc, of(call.caller()));
        return rpc->WatchMyGrants(call, writer);
      });
}

absl::StatusOr<v1::ListGrantsResponse> GrantsRpc::ListGrants(
    const rpc::Call& call, const v1::ListGrantsRequest& request) const {
  if (call.caller().agency != parts_.agency) return Error::NotVisible("grants/-");
  SHAREWAY_ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  const std::string query = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(std::string after, tokens_.Open(query, request.page_token()));
  const absl::Time now = parts_.clock->Now();
  v1::ListGrantsResponse response;
  for (;;) {
    const auto held = parts_.grants->ListOf(parts_.agency, after, static_cast<size_t>(page_size));
    for (const auto& grant : held) {
      after = grant->name;
      const bool in_force = grant->state == Grant::State::kActive && now >= grant->start_time &&
                            now < grant->end_time;
      if (!in_force) continue;
      if (!response.add_grants()->ParseFromString(grant->message)) {
        return absl::DataLossError(absl::StrCat(grant->name, " cannot be read"));
      }
      if (response.grants_size() == page_size) {
        response.set_next_page_token(tokens_.Make(query, after));
        return response;
      }
    }
    if (held.size() < static_cast<size_t>(page_size)) return response;
  }
}

v1::MyGrant GrantsRpc::FactsOf(const Grant& grant) const {
  const absl::Time now = parts_.clock->Now();
  // The one rule, asked for a call that only state, time and lease can refuse.
  const absl::Status usable =
      !parts_.neighbours->LeasesLive()
          ? Error(Reason::kLeaseStale, absl::StatusCode::kUnavailable, "the lease ran out")
          : Permit(grant,
                   {.consumer = grant.consumer,
                    .method = grant.methods.empty() ? Method::kUnspecified : grant.methods[0],
                    .purpose = grant.purposes.empty() ? 0 : grant.purposes[0],
                    .names_case = true},
                   now)
                .status();
  v1::MyGrant facts;
  facts.set_usable(usable.ok());
  if (const std::optional<ErrorDetails> details = DetailsOf(usable)) {
    facts.set_reason(std::string(ReasonName(details->reason)));
  }
  const absl::Duration left = std::max(grant.end_time - now, absl::ZeroDuration());
  facts.set_days_left(static_cast<int32_t>(
      std::min<int64_t>(left / absl::Hours(24), std::numeric_limits<int32_t>::max())));
  if (parts_.quota_left) {
    if (const std::optional<v1::QuotaLeft> quota = parts_.quota_left(grant)) {
      *facts.mutable_quota_left() = *quota;
    }
  }
  return facts;
}

absl::Status GrantsRpc::TellChanges(ToldOf* told, rpc::Writer<v1::MyGrant>& writer) const {
  const auto held =
      parts_.grants->ListOf(parts_.agency, "", std::numeric_limits<size_t>::max());
  ToldOf now;
  for (const auto& grant : held) {
    v1::MyGrant message = FactsOf(*grant);
    Told fresh{grant->revision, message.SerializeAsString()};
    const auto before = told->find(grant->name);
    const bool same = before != told->end() && before->second == fresh;
    now.emplace(grant->name, std::move(fresh));
    if (same) continue;
    if (!message.mutable_grant()->ParseFromString(grant->message)) {
      return absl::DataLossError(absl::StrCat(grant->name, " cannot be read"));
    }
    SHAREWAY_RETURN_IF_ERROR(writer.Write(message));
  }
  for (const auto& [name, before] : *told) {
    if (now.contains(name)) continue;
    v1::MyGrant message;
    message.mutable_grant()->set_name(name);
    message.set_reason(std::string(ReasonName(Reason::kGrantUnknown)));
    message.set_removed(true);
    SHAREWAY_RETURN_IF_ERROR(writer.Write(message));
  }
  told->swap(now);
  return absl::OkStatus();
}

absl::Status GrantsRpc::WatchMyGrants(const rpc::Call& call,
                                      rpc::Writer<v1::MyGrant>& writer) const {
  if (call.caller().agency != parts_.agency) return Error::NotVisible("grants/-");
  ToldOf told;
  absl::Duration looked = -absl::InfiniteDuration();
  while (!call.cancelled()) {
    if (const absl::Duration now = parts_.clock->SinceBoot(); now - looked >= kWatchEvery) {
      looked = now;
      if (!parts_.host.empty() && !parts_.neighbours->Serves(parts_.host, parts_.agency)) {
        return Error::NotVisible("grants/-");
      }
      SHAREWAY_RETURN_IF_ERROR(TellChanges(&told, writer));
    }
    absl::SleepFor(kWatchTick);
  }
  return absl::CancelledError("the watcher went away or the node drains");
}

}  // namespace shareway::exchange
