// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/feed_message.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/unknown_field_set.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/batch.h"
#include "libs/evidence/act_signature.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/sharing/v1/dispute.pb.h"
#include "shareway/sharing/v1/request.pb.h"
#include "shareway/sharing/v1/return_flow.pb.h"

namespace shareway::exchange {
namespace {

constexpr char kPublish[] = "/shareway.catalog.v1.CatalogService/PublishResource";

// Rests on no one's decision but the publication.
bool IsDirect(const sharing::v1::Grant& grant) {
  return grant.request().empty() && grant.dispute().empty() && grant.standing_consent().empty() &&
         grant.return_request().empty();
}

// A compromised sharing service may attach a true act to a false grant: it must be
// one that gives, and name what the grant rests on.
bool IsAbout(const evidence::v1::Act& act, const sharing::v1::Grant& grant) {
  if (act.method() == "/shareway.sharing.v1.RequestService/SignOffDecision") {
    sharing::v1::SignOffDecisionRequest request;
    return request.ParseFromString(act.request()) && !request.name().empty() &&
           request.name() == grant.request();
  }
  if (act.method() == "/shareway.sharing.v1.GrantService/GiveStandingConsent") {
    sharing::v1::GiveStandingConsentRequest request;
    return request.ParseFromString(act.request()) && !request.resource().empty() &&
           request.resource() == grant.resource();
  }
  if (act.method() == "/shareway.sharing.v1.DisputeService/RecordDecision") {
    sharing::v1::RecordDecisionRequest request;
    return request.ParseFromString(act.request()) && !request.name().empty() &&
           request.name() == grant.dispute() && request.outcome() == sharing::v1::Dispute::GRANT;
  }
  // A settlement rests on the act of the provider's head, who proposed or accepted it.
  if (act.method() == "/shareway.sharing.v1.DisputeService/AcceptSettlement") {
    sharing::v1::AcceptSettlementRequest request;
    return request.ParseFromString(act.request()) && !request.name().empty() &&
           request.name() == grant.dispute() && request.outcome() == sharing::v1::Dispute::GRANT;
  }
  if (act.method() == "/shareway.sharing.v1.DisputeService/ProposeSettlement") {
    sharing::v1::ProposeSettlementRequest request;
    return request.ParseFromString(act.request()) && !request.name().empty() &&
           request.name() == grant.dispute() &&
           request.terms().outcome() == sharing::v1::Dispute::GRANT;
  }
  if (act.method() == "/shareway.sharing.v1.GrantService/ActivateReturnFlow") {
    sharing::v1::ActivateReturnFlowRequest request;
    return request.ParseFromString(act.request()) && !request.name().empty() &&
           request.name() == grant.return_request();
  }
  if (act.method() == kPublish) {
    catalog::v1::PublishResourceRequest request;
    return IsDirect(grant) && request.ParseFromString(act.request()) && !request.name().empty() &&
           request.name() == grant.resource();
  }
  return false;
}

// Sets `pinned_decision` and `by_publication` of `grant`.
void JudgeDecision(const PinnedKeys& pinned, const sharing::v1::Grant& message, Grant* grant) {
  evidence::v1::Act act;
  grant->pinned_decision = false;
  if (!act.ParseFromString(message.decision().act()) || !IsAbout(act, message)) return;
  grant->by_publication = act.method() == kPublish;
  if (message.decision().has_webauthn() &&
      !(pinned.party && evidence::CheckParty(*pinned.party, message.decision()).ok())) {
    return;
  }
  crypto::BatchVerifier verifier;
  grant->pinned_decision =
      std::any_of(pinned.keys.begin(), pinned.keys.end(), [&](const crypto::PublicKey& key) {
        return evidence::VerifyAct(&verifier, key, message.decision()).ok();
      });
}

// A mask that this version does not know leaves nothing.
MaskKind MaskFromMessage(catalog::v1::Mask mask) {
  switch (mask) {
    case catalog::v1::KEEP_FIRST:
      return MaskKind::kKeepFirst;
    case catalog::v1::KEEP_LAST:
      return MaskKind::kKeepLast;
    case catalog::v1::KEEP_ENDS:
      return MaskKind::kKeepEnds;
    default:
      return MaskKind::kAll;
  }
}

filter::RowFilter RowsOf(const sharing::v1::Grant& message, bool* unknown) {
  filter::RowFilter rows;
  for (const evidence::v1::Condition& condition : message.row_filter()) {
    const bool prefix = condition.operator_() == evidence::v1::Condition::PREFIX;
    *unknown = *unknown || (!prefix && condition.operator_() != evidence::v1::Condition::EQUALS);
    rows.conditions.push_back(
        {condition.item(), prefix ? filter::Op::kPrefix : filter::Op::kEquals, condition.value()});
  }
  absl::StatusOr<filter::Expression> expression =
      filter::Expression::Parse(message.row_expression(), "row_expression");
  *unknown = *unknown || !expression.ok();
  if (expression.ok()) rows.expression = *std::move(expression);
  return rows;
}

bool Narrows(const google::protobuf::UnknownFieldSet& fields) {
  for (int i = 0; i < fields.field_count(); ++i) {
    const int number = fields.field(i).number();
    if (number >= kFirstNarrowing && number <= kLastNarrowing) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<PinnedKeys> ReadPinnedKeys(absl::string_view text) {
  PinnedKeys pinned;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    absl::StatusOr<std::string> der = FromBase64(line);
    absl::StatusOr<crypto::PublicKey> key =
        der.ok() ? crypto::PublicKey::FromSpki(*der) : der.status();
    if (!key.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, " is no public key: ", key.status().message()));
    }
    pinned.keys.push_back(*std::move(key));
  }
  return pinned;
}

Revision RevisionFromMessage(const evidence::v1::Revision& message) {
  return {message.epoch(), message.number()};
}

Grant GrantFromMessage(const sharing::v1::Grant& message, const PinnedKeys& pinned) {
  Grant grant;
  bool unknown = false;
  grant.name = message.name();
  grant.consumer = message.consumer();
  grant.provider = message.provider();
  grant.resource = message.resource();
  grant.resource_revision = message.resource_revision();
  grant.items.assign(message.items().begin(), message.items().end());
  grant.masked_items.assign(message.masked_items().begin(), message.masked_items().end());
  grant.rows = RowsOf(message, &unknown);
  for (const int purpose : message.purposes()) grant.purposes.push_back(purpose);
  for (const int method : message.methods()) grant.methods.push_back(static_cast<Method>(method));
  grant.start_time = evidence::FromTimestamp(message.start_time());
  grant.end_time = evidence::FromTimestamp(message.end_time());
  grant.case_required = message.case_required();
  grant.day = {
      .calls = message.day_quota(), .rows = message.day_rows(), .bytes = message.day_bytes()};
  grant.state = static_cast<Grant::State>(message.state());
  grant.revision = RevisionFromMessage(message.revision());
  grant.request = message.request();
  grant.rule = message.rule();
  grant.limited = unknown || Narrows(message.GetReflection()->GetUnknownFields(message));
  if (!pinned.empty()) JudgeDecision(pinned, message, &grant);
  grant.message = message.SerializeAsString();
  return grant;
}

ItemType TypeOf(catalog::v1::ItemType type) {
  switch (type) {
    case catalog::v1::DECIMAL:
      return ItemType::kDecimal;
    case catalog::v1::INTEGER:
      return ItemType::kInteger;
    case catalog::v1::DATE:
      return ItemType::kDate;
    case catalog::v1::DATETIME:
      return ItemType::kDatetime;
    case catalog::v1::BOOLEAN:
      return ItemType::kBoolean;
    default:
      return ItemType::kText;
  }
}

Resource ResourceFromMessage(const catalog::v1::Resource& message) {
  Resource resource;
  resource.name = message.name();
  for (const catalog::v1::Item& item : message.items()) {
    resource.items.push_back(
        {.id = item.id(),
         .key = item.key(),
         .grading = std::max<uint32_t>(1, static_cast<uint32_t>(item.grading())),
         .mask = MaskFromMessage(item.mask()),
         .type = TypeOf(item.type()),
         .length = item.length(),
         .unconditional = (item.share_class() != catalog::v1::SHARE_CLASS_UNSPECIFIED
                               ? item.share_class()
                               : message.declared_class()) == catalog::v1::UNCONDITIONAL});
  }
  for (const catalog::v1::Operation& operation : message.operations()) {
    resource.operations.push_back(
        {.id = operation.id(),
         .form = static_cast<Operation::Form>(operation.form()),
         .item = operation.item(),
         .parameters = {operation.parameters().begin(), operation.parameters().end()},
         .descriptor_set = operation.descriptor_set(),
         .method = operation.method()});
  }
  return resource;
}

}  // namespace shareway::exchange
