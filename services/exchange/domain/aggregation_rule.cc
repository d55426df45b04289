// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/aggregation_rule.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"

namespace shareway::exchange {
namespace {

using Kind = AggregationRule::Kind;

constexpr size_t kMaxIdBytes = 63;
constexpr size_t kMaxItems = 500;

bool IsRuleId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes && absl::ascii_islower(id[0]) &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

void CheckWindow(const AggregationRule& rule, const std::string& at,
                 std::vector<FieldViolation>* out) {
  if (rule.window < absl::Minutes(1) || rule.window > kMaxRuleWindow) {
    out->push_back({at + ".window_minutes", absl::StrCat(absl::FormatDuration(rule.window),
                                                         ", want 1 minute to 31 days")});
  }
  if (rule.action == AggregationRule::Action::kUnspecified) {
    out->push_back({at + ".action", "is unspecified, want ALERT or HOLD"});
  }
  if (!rule.resource.empty() && !ParseName("resources/{r}", rule.resource).ok()) {
    out->push_back({at + ".resource", "want resources/{r}"});
  }
}

void CheckItems(const AggregationRule& rule, const std::string& at,
                std::vector<FieldViolation>* out) {
  if (rule.resource.empty()) out->push_back({at + ".resource", "is required for COMBINE"});
  const std::set<std::string> once(rule.items.begin(), rule.items.end());
  if (rule.items.empty() || rule.items.size() > kMaxItems || once.size() != rule.items.size()) {
    out->push_back({at + ".items", "want 1 to 500 item ids, each once"});
  }
  if (rule.count > rule.items.size()) {
    out->push_back({at + ".count", absl::StrCat(rule.count, " of ", rule.items.size(),
                                                " items is never met")});
  }
}

}  // namespace

absl::Status CheckRules(const std::vector<AggregationRule>& rules) {
  std::vector<FieldViolation> out;
  std::set<std::string> ids;
  int mismatches = 0;
  for (size_t i = 0; i < rules.size(); ++i) {
    const AggregationRule& rule = rules[i];
    const std::string at = absl::StrCat("rules[", i, "]");
    if (!IsRuleId(rule.id)) out.push_back({at + ".id", "want a-z, 0-9 and '-', 1 to 63"});
    if (!ids.insert(rule.id).second) {
      out.push_back({at + ".id", absl::StrCat(rule.id, " is there twice")});
    }
    if (rule.count < 1 || rule.count > kMaxRuleCount) {
      out.push_back({at + ".count", absl::StrCat(rule.count, ", want 1 to ", kMaxRuleCount)});
    }
    if (rule.by != AggregationRule::By::kUnspecified && rule.kind != Kind::kSubjects) {
      out.push_back({at + ".by", "is for SUBJECTS"});
    }
    switch (rule.kind) {
      case Kind::kUnspecified:
        out.push_back({at + ".kind", "is unspecified, want COMBINE, SUBJECTS or MISMATCHES"});
        break;
      case Kind::kCombine:
        CheckItems(rule, at, &out);
        CheckWindow(rule, at, &out);
        break;
      case Kind::kSubjects:
        CheckWindow(rule, at, &out);
        break;
      case Kind::kMismatches:
        if (++mismatches > 1) out.push_back({at + ".kind", "MISMATCHES is there twice"});
        break;
    }
  }
  return Error::Fields(out);
}

}  // namespace shareway::exchange
