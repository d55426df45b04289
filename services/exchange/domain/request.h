// SPDX-License-Identifier: Apache-2.0
// What the consumer's node signs and the provider's node judges.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/filter/row_filter.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/domain/log_head.h"

namespace shareway::exchange {

// What is asked for.
struct Query {
  std::vector<std::string> items = {};  // empty: all that the grant allows
  filter::RowFilter where = {};
  uint32_t limit = 0;      // rows; 0: kDefaultLimit
  std::string after = {};  // position in the dataset; empty: from the start
};

inline constexpr uint32_t kDefaultLimit = 100;
inline constexpr uint32_t kMaxLimit = 1000;
inline constexpr uint32_t kMaxAttempts = 3;

// The fields of a signed request, by their names in shareway.evidence.v1.ExchangeRequest.
struct Request {
  std::string nonce = {};
  int kind = 0;
  uint32_t version = 0;
  std::string exchange = {};
  uint32_t attempt = 0;
  std::string consumer = {};
  std::string consumer_node = {};
  std::string provider_node = {};
  absl::Time issue_time = {};
  absl::Time expire_time = {};
  std::string grant = {};
  Revision grant_revision = {};
  Method method = Method::kUnspecified;
  Purpose purpose = 0;
  std::string case_digest = {};
  std::string operator_digest = {};
  std::string query = {};  // exact bytes of the demand, by the method
  std::string traceparent = {};
  LogHeadPtr log_head = {};  // the newest that the consumer's node knows
  uint32_t resource_revision = 0;  // of the entry that the consumer's grant is for
};

// The numbers of shareway.evidence.v1.PayloadKind.
inline constexpr int kRequestKind = 1;
inline constexpr int kResponseKind = 2;
inline constexpr int kManifestKind = 3;

// How an exchange ended at the provider, by the numbers of shareway.evidence.v1.Outcome.
enum class Outcome : int { kUnspecified = 0, kDelivered = 1, kRefused = 2 };

// The fields of a signed response.
struct Response {
  std::string nonce = {};
  int kind = 0;
  uint32_t version = 0;
  std::string request_digest = {};  // SHA-256 of the request's payload
  std::string exchange = {};
  uint32_t attempt = 0;
  std::string provider = {};
  std::string provider_node = {};
  absl::Time issue_time = {};
  Outcome outcome = Outcome::kUnspecified;
  std::string reason = {};
  std::string message = {};
  std::string body = {};  // of what was delivered: exact bytes of the answer, by the method
  std::string dataset_version = {};
  LogHeadPtr log_head = {};  // the newest that the provider's node knows
};

// The fields of a signed running manifest.
struct Manifest {
  std::string nonce = {};
  int kind = 0;
  uint32_t version = 0;
  std::string request_digest = {};
  std::string exchange = {};
  uint32_t attempt = 0;
  std::string provider_node = {};
  absl::Time issue_time = {};
  std::string dataset_version = {};
  uint64_t chunks = 0;
  uint64_t records = 0;
  uint64_t size_bytes = 0;
  std::string root = {};  // RFC 6962 over the SHA-256 digests of the chunks so far
  bool final = false;
  std::string reason = {};  // of a cut; then final
};

}  // namespace shareway::exchange
