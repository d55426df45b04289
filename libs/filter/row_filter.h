// SPDX-License-Identifier: Apache-2.0
// Row filters: which rows of a dataset a grant allows or a query asks for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/filter/expression.h"

namespace shareway::filter {

// Comparison is byte for byte; there is no folding of case, width or script.
enum class Op { kEquals, kPrefix };

// One item compared with one value.
struct Condition {
  std::string item;  // [A-Za-z][A-Za-z0-9_]{0,63}
  Op op = Op::kEquals;
  std::string value;  // text, 1 to 512 code points

  friend bool operator==(const Condition&, const Condition&) = default;
  friend auto operator<=>(const Condition&, const Condition&) = default;
};

// Conditions joined by *and*, and an expression that must hold besides. Neither: every row.
// Queries have conditions only, which indexes serve; grants may have both.
struct RowFilter {
  std::vector<Condition> conditions = {};
  Expression expression = {};

  bool every_row() const { return conditions.empty() && expression.empty(); }
  // The items that it reads, sorted, each once.
  std::vector<std::string> Items() const;

  friend bool operator==(const RowFilter&, const RowFilter&) = default;
};

inline constexpr size_t kMaxConditions = 16;

// Reads `KEY=VALUE` (equal) and `KEY^=VALUE` (starts with); the first `=` ends
// the key, all after it is the value. INVALID_ARGUMENT as Validate, with the
// text's number in the field: where[2].
absl::StatusOr<RowFilter> Parse(absl::Span<const std::string> texts);

// INVALID_ARGUMENT naming each field under `field` (as where[2].value), its value
// and the rule, if there are more than 16 conditions or an item or value has
// another form than stated above.
absl::Status Validate(const RowFilter& filter, absl::string_view field);

// One spelling for filters that hold the same conditions, whatever their order:
// sorted, repeated ones once, values in quotes when they would be ambiguous;
// "all rows" for every row. Two different sets never share a spelling.
std::string ToString(const RowFilter& filter);

// True if every condition and the expression hold. Null meets no condition.
bool Matches(const RowFilter& filter, Lookup row);

// True only if every row that `inner` matches is matched by `outer` too: the test
// that a query stays inside its grant. Each condition of `outer` must follow from
// one of `inner` on the same item (an equal value, an equal or longer prefix), and its expression
// from that of `inner`.
// Never wrong when it says true; says false where it would need to reason about
// two conditions of `inner` together.
bool Narrows(const RowFilter& inner, const RowFilter& outer);

// True if no row can match: two conditions on one item that no value meets. Expressions are not
// reasoned about.
bool Contradicts(const RowFilter& filter);

// True if no row can match both. As Contradicts(And(a, b)), and makes nothing.
bool Contradict(const RowFilter& a, const RowFilter& b);

// The rows that both match, in the fewest conditions that Narrows can see. The
// result may hold more than kMaxConditions: the limit is for what people write.
RowFilter And(const RowFilter& a, const RowFilter& b);

}  // namespace shareway::filter
