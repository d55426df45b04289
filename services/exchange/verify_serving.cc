// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/verify_serving.h"

#include <algorithm>
#include <utility>

#include "libs/base/status.h"
#include "services/exchange/domain/verification.h"
#include "services/exchange/query_serving.h"
#include "services/exchange/store/note_message.h"
#include "services/exchange/store/verify_message.h"

namespace shareway::exchange {
namespace {

// The named values in the order of the key items.
std::vector<absl::string_view> KeyOf(const Verification& verification, const Resource& resource) {
  std::vector<absl::string_view> key;
  for (const std::string& item : resource.keys()) {
    for (const filter::Condition& condition : verification.key) {
      if (condition.item == item) key.push_back(condition.value);
    }
  }
  return key;
}

}  // namespace

absl::StatusOr<Demand> VerifyServing::Parse(absl::string_view bytes) const {
  SHAREWAY_ASSIGN_OR_RETURN(Verification verification, DecodeVerification(bytes));
  SHAREWAY_RETURN_IF_ERROR(CheckVerification(verification));
  return Demand(std::move(verification));
}

absl::StatusOr<Wanted> VerifyServing::WantedBy(const Demand& demand,
                                               const Resource& resource) const {
  const Verification& verification = std::get<Verification>(demand);
  SHAREWAY_RETURN_IF_ERROR(CheckKey(verification, resource.keys()));
  return WantedOf(demand);
}

absl::StatusOr<Served> VerifyServing::Serve(const Permitted& permitted) const {
  const Verification& verification = std::get<Verification>(permitted.demand);
  SHAREWAY_ASSIGN_OR_RETURN(RowPage page, source_->Read({.resource = permitted.grant.resource,
                                                         .items = permitted.permission.items,
                                                         .where = permitted.permission.where,
                                                         .limit = 1}));
  SHAREWAY_RETURN_IF_ERROR(CheckForms(verification, page.types));
  const bool there = !page.rows.empty();
  const std::vector<ItemComparison> comparisons =
      Compare(verification, there ? &page.rows.front() : nullptr);
  Served served;
  served.body = EncodeVerifyAnswer(comparisons);
  served.records = there ? 1 : 0;
  served.items = permitted.permission.items;
  served.dataset_version = std::move(page.version);
  (there ? served.recall : served.absent) =
      RecallDigest(secret_, permitted.resource.name, KeyOf(verification, permitted.resource));
  served.body += VerifyNotes(corrections_->On(permitted.resource.name, served.recall,
                                              served.records, permitted.permission.items));
  served.mismatches = static_cast<uint32_t>(
      std::count_if(comparisons.begin(), comparisons.end(), [](const ItemComparison& each) {
        return each.comparison == Comparison::kMismatch;
      }));
  return served;
}

}  // namespace shareway::exchange
