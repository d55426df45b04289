// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/node_application_message.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/store/directory_message.h"

namespace shareway::catalog {
namespace {

std::string DayText(const std::optional<absl::CivilDay>& day) {
  return day ? absl::FormatCivilTime(*day) : "";
}

// Nothing for an empty text, and for a wrong one, which is a fault of `field`.
std::optional<absl::CivilDay> DayIn(absl::string_view field, const std::string& text,
                                    Faults* faults) {
  if (text.empty()) return std::nullopt;
  absl::CivilDay day;
  if (absl::ParseCivilTime(text, &day) && absl::FormatCivilTime(day) == text) return day;
  faults->Add(field, absl::StrCat(codes::Quote(text), ", want YYYY-MM-DD"));
  return std::nullopt;
}

}  // namespace

v1::NodeApplication ToMessage(const NodeApplication& application) {
  const NodeApplication::Fields& fields = application.fields();
  const Protection& protection = fields.request.protection;
  v1::NodeApplication message;
  *message.mutable_node() = ToMessage(fields.request.node);
  v1::Protection* out = message.mutable_protection();
  out->set_level(protection.level);
  out->set_filing_number(protection.filing_number);
  out->set_last_test_date(DayText(protection.last_test));
  out->set_next_test_date(DayText(protection.next_test));
  out->set_contractor(protection.contractor);
  out->set_contract(protection.contract);
  out->set_contract_end_date(DayText(protection.contract_end));
  for (const Key& key : fields.request.keys) *message.add_keys() = ToMessage(key);
  message.set_state(static_cast<v1::NodeApplication::State>(fields.state));
  message.set_applicant(fields.applicant);
  message.set_decided_by(fields.decided_by);
  message.set_return_reason(fields.return_reason);
  return message;
}

absl::StatusOr<NodeApplication::Request> RequestIn(const v1::NodeApplication& message) {
  const v1::Protection& in = message.protection();
  Faults faults("protection.");
  NodeApplication::Request request;
  request.node = FromMessage(message.node());
  request.node.standing = Standing::kActive;
  request.protection = {
      .level = in.level(),
      .filing_number = in.filing_number(),
      .last_test = DayIn("last_test_date", in.last_test_date(), &faults),
      .next_test = DayIn("next_test_date", in.next_test_date(), &faults),
      .contractor = in.contractor(),
      .contract = in.contract(),
      .contract_end = DayIn("contract_end_date", in.contract_end_date(), &faults)};
  for (const v1::Key& key : message.keys()) {
    Key& added = request.keys.emplace_back(FromMessage(key));
    added.owner = request.node.name;
    added.standing = Standing::kActive;
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults.Take()));
  return request;
}

absl::StatusOr<NodeApplication> FromMessage(const v1::NodeApplication& message) {
  SHAREWAY_ASSIGN_OR_RETURN(NodeApplication::Request request, RequestIn(message));
  return NodeApplication::Restore({.request = std::move(request),
                                   .state = static_cast<NodeApplication::State>(message.state()),
                                   .applicant = message.applicant(),
                                   .decided_by = message.decided_by(),
                                   .return_reason = message.return_reason()});
}

}  // namespace shareway::catalog
