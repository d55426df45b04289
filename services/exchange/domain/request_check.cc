// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/request_check.h"

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/exchange/domain/ask.h"

namespace shareway::exchange {
namespace {

constexpr size_t kNonceBytes = 16;
constexpr size_t kDigestBytes = 32;
constexpr size_t kMaxTraceparent = 128;

absl::Status Malformed(absl::string_view field, absl::string_view rule) {
  return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kInvalidArgument,
               absl::StrCat(field, ": ", rule))
      .With("field", field);
}

absl::Status Mismatch(absl::string_view field) {
  return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss,
               absl::StrCat("the answer's ", field, " is not what was asked"))
      .With("field", field);
}

absl::Status CheckName(absl::string_view field, absl::string_view pattern, absl::string_view name) {
  if (HasForm(pattern, name)) return absl::OkStatus();
  return Malformed(field, absl::StrCat("want ", pattern));
}

absl::Status Expired(absl::string_view message) {
  return Error(Reason::kEnvelopeExpired, absl::StatusCode::kPermissionDenied, message);
}

// An answer is issued after its request, and not ahead of our clock.
absl::Status CheckAnswerTime(absl::Time issued, const Request& request, absl::Time now) {
  if (issued <= now + kMaxSkew && issued >= request.issue_time - kMaxSkew) return absl::OkStatus();
  return Error(Reason::kEnvelopeExpired, absl::StatusCode::kDataLoss,
               absl::StrCat("the answer was issued at ", absl::FormatTime(issued),
                            ", want from 2 s before its request to 2 s from now"));
}

}  // namespace

absl::Status CheckForm(const Request& r) {
  if (r.kind != kRequestKind) return Malformed("kind", absl::StrCat(r.kind, ", want 1"));
  if (r.version != 1) return Malformed("version", absl::StrCat(r.version, ", want 1"));
  if (r.nonce.size() != kNonceBytes) {
    return Malformed("nonce", absl::StrCat(r.nonce.size(), " bytes, want 16"));
  }
  if (!IsExchangeId(r.exchange)) {
    return Malformed("exchange", "want 1 to 63 of A-Z a-z 0-9 and '-'");
  }
  if (r.attempt < 1 || r.attempt > kMaxAttempts) {
    return Malformed("attempt", absl::StrCat(r.attempt, ", want 1 to 3"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckName("consumer", "agencies/{a}", r.consumer));
  SHAREWAY_RETURN_IF_ERROR(CheckName("consumer_node", "agencies/{a}/nodes/{n}", r.consumer_node));
  SHAREWAY_RETURN_IF_ERROR(CheckName("provider_node", "agencies/{a}/nodes/{n}", r.provider_node));
  SHAREWAY_RETURN_IF_ERROR(CheckName("grant", "grants/{g}", r.grant));
  if (!r.case_digest.empty() && r.case_digest.size() != kDigestBytes) {
    return Malformed("case_digest", absl::StrCat(r.case_digest.size(), " bytes, want 0 or 32"));
  }
  if (r.operator_digest.size() != kDigestBytes) {
    return Malformed("operator_digest", absl::StrCat(r.operator_digest.size(), " bytes, want 32"));
  }
  if (const size_t most = MostDemandBytes(r.method); r.query.size() > most) {
    return Malformed("query", absl::StrCat(r.query.size(), " bytes, want at most ", most));
  }
  if (r.traceparent.size() > kMaxTraceparent) {
    return Malformed("traceparent", absl::StrCat(r.traceparent.size(), " bytes, want at most 128"));
  }
  return absl::OkStatus();
}

absl::Status CheckAudience(const Request& request, absl::string_view node, absl::Time now) {
  if (request.provider_node != node) {
    return Error(Reason::kWrongNode, absl::StatusCode::kPermissionDenied,
                 absl::StrCat("the request is for ", request.provider_node, ", this is ", node));
  }
  if (request.issue_time > now + kMaxSkew) {
    return Expired(absl::StrCat("issued at ", absl::FormatTime(request.issue_time),
                                ", more than 2 s ahead of ", absl::FormatTime(now)));
  }
  if (request.expire_time > request.issue_time + kMaxValidity) {
    return Expired("valid for longer than 60 s");
  }
  if (now > request.expire_time + kMaxSkew) {
    return Expired(absl::StrCat("expired at ", absl::FormatTime(request.expire_time), ", it is ",
                                absl::FormatTime(now)));
  }
  return absl::OkStatus();
}

absl::Status CheckResponse(const Response& response, const Request& request,
                           absl::string_view request_digest, absl::string_view provider,
                           absl::Time now) {
  if (response.kind != kResponseKind) return Mismatch("kind");
  if (response.version != 1) return Mismatch("version");
  if (response.nonce.size() != kNonceBytes) return Mismatch("nonce");
  if (response.request_digest != request_digest) return Mismatch("request_digest");
  if (response.exchange != request.exchange) return Mismatch("exchange");
  if (response.attempt != request.attempt) return Mismatch("attempt");
  if (response.provider != provider) return Mismatch("provider");
  if (response.provider_node != request.provider_node) return Mismatch("provider_node");
  if (response.outcome != Outcome::kDelivered && response.outcome != Outcome::kRefused) {
    return Mismatch("outcome");
  }
  if (response.outcome == Outcome::kRefused && !response.body.empty()) return Mismatch("body");
  return CheckAnswerTime(response.issue_time, request, now);
}

absl::Status CheckManifest(const Manifest& manifest, const Request& request,
                           absl::string_view request_digest, absl::Time now) {
  if (manifest.kind != kManifestKind) return Mismatch("kind");
  if (manifest.version != 1) return Mismatch("version");
  if (manifest.nonce.size() != kNonceBytes) return Mismatch("nonce");
  if (manifest.request_digest != request_digest) return Mismatch("request_digest");
  if (manifest.exchange != request.exchange) return Mismatch("exchange");
  if (manifest.attempt != request.attempt) return Mismatch("attempt");
  if (manifest.provider_node != request.provider_node) return Mismatch("provider_node");
  return CheckAnswerTime(manifest.issue_time, request, now);
}

}  // namespace shareway::exchange
