// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/other_half.h"

#include "absl/strings/str_cat.h"
#include "services/exchange/domain/ask.h"
#include "services/exchange/domain/attempt.h"

namespace shareway::exchange {

absl::Status CheckOther(const evidence::AuditRecord& other, Neighbours* neighbours) {
  if (!IsExchangeId(other.exchange()) || other.attempt() < 1 || other.attempt() > kMaxAttempts) {
    return absl::InvalidArgumentError(absl::StrCat("exchange \"", other.exchange(), "\", attempt ",
                                                   other.attempt(), ": want an id and 1 to ",
                                                   kMaxAttempts));
  }
  if (other.nodes_size() < 1 || other.agencies_size() < 1 ||
      !neighbours->Serves(other.nodes(0), other.agencies(0))) {
    return absl::PermissionDeniedError("the consumer's node does not serve the consumer");
  }
  if (!other.has_request_signature()) return absl::OkStatus();
  return neighbours->VerifyDigest(other.nodes(0), other.request_digest(),
                                  other.request_signature());
}

}  // namespace shareway::exchange
