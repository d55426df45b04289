// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/rule_file.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "libs/base/status.h"
#include "services/exchange/store/rule_file.pb.h"

namespace shareway::exchange {

absl::StatusOr<std::vector<AggregationRule>> ReadRules(absl::string_view json) {
  store::RuleFile file;
  const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(json), &file);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file of aggregation rules: ", parsed.ToString()));
  }
  std::vector<AggregationRule> rules;
  for (const store::Rule& rule : file.rules()) {
    rules.push_back({.id = rule.id(),
                     .kind = static_cast<AggregationRule::Kind>(rule.kind()),
                     .count = rule.count(),
                     .window = absl::Minutes(rule.window_minutes()),
                     .resource = rule.resource(),
                     .items = {rule.items().begin(), rule.items().end()},
                     .action = static_cast<AggregationRule::Action>(rule.action()),
                     .by = static_cast<AggregationRule::By>(rule.by())});
  }
  SHAREWAY_RETURN_IF_ERROR(CheckRules(rules));
  return rules;
}

}  // namespace shareway::exchange
