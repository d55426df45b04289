// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/other_half.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/evidence/signer.h"
#include "services/exchange/domain/ask.h"
#include "services/exchange/domain/attempt.h"
#include "services/exchange/store/half.h"

namespace shareway::exchange {

absl::Status CheckOther(const evidence::AuditRecord& other, Neighbours* neighbours) {
  if (!IsExchangeId(other.exchange()) || other.attempt() < 1 || other.attempt() > kMaxAttempts) {
    return absl::InvalidArgumentError(absl::StrCat("exchange \"", other.exchange(), "\", attempt ",
                                                   other.attempt(), ": want an id and 1 to ",
                                                   kMaxAttempts));
  }
  if (other.nodes_size() < 1 || other.agencies_size() < 1) {
    return absl::InvalidArgumentError("the record names no consumer and its node");
  }
  if (!other.has_request_signature()) {
    return absl::InvalidArgumentError("the record has no signature of the consumer's request");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckWhole(other.request_signature()));
  return neighbours->VerifyDigest(evidence::SignerOf(other.nodes(0), other.agencies(0)),
                                  other.request_digest(), other.request_signature());
}

}  // namespace shareway::exchange
