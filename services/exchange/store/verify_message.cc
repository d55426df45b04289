// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/verify_message.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/exchange/store/condition_message.h"

namespace shareway::exchange {
namespace {

namespace v1 = evidence::v1;

template <typename Message>
bool Read(absl::string_view bytes, Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

std::string Encode(const Verification& verification) {
  v1::Verification message;
  AppendConditions(verification.key, message.mutable_key());
  for (const Verification::Claim& claim : verification.claims) {
    v1::Verification::Claim* out = message.add_claims();
    out->set_item(claim.item);
    out->set_value(claim.value);
  }
  return message.SerializeAsString();
}

absl::StatusOr<Verification> DecodeVerification(absl::string_view bytes) {
  v1::Verification message;
  if (!Read(bytes, &message)) {
    return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kInvalidArgument,
                 absl::StrCat("the ", bytes.size(), " bytes are no Verification"));
  }
  Verification verification;
  SHAREWAY_ASSIGN_OR_RETURN(verification.key, ReadConditions(message.key(), "verification.key"));
  for (const v1::Verification::Claim& claim : message.claims()) {
    verification.claims.push_back({.item = claim.item(), .value = claim.value()});
  }
  return verification;
}

std::string EncodeVerifyAnswer(const std::vector<ItemComparison>& comparisons) {
  v1::VerifyAnswer answer;
  for (const ItemComparison& each : comparisons) {
    v1::VerifyAnswer::ItemComparison* out = answer.add_comparisons();
    out->set_item(each.item);
    out->set_comparison(static_cast<v1::Comparison>(each.comparison));
  }
  return answer.SerializeAsString();
}

absl::StatusOr<std::vector<ItemComparison>> ReadVerifyAnswer(absl::string_view bytes) {
  v1::VerifyAnswer answer;
  std::vector<ItemComparison> comparisons;
  bool known = Read(bytes, &answer);
  for (const v1::VerifyAnswer::ItemComparison& each : answer.comparisons()) {
    known = known && v1::Comparison_IsValid(each.comparison()) &&
            each.comparison() != v1::COMPARISON_UNSPECIFIED;
    comparisons.push_back({each.item(), static_cast<Comparison>(each.comparison())});
  }
  if (known) return comparisons;
  return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss,
               "the answer's body is no VerifyAnswer");
}

}  // namespace shareway::exchange
