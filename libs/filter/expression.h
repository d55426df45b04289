// SPDX-License-Identifier: Apache-2.0
// The row language: expressions over item values that narrow which rows may leave.
//
//   expression := conjunction { "or" conjunction }
//   conjunction := factor { "and" factor }
//   factor := "not" factor | "(" expression ")" | comparison
//   comparison := ITEM ("=" | "!=" | "<" | "<=" | ">" | ">=" | "^=") VALUE
//               | ITEM "in" "(" VALUE { "," VALUE } ")" | ITEM "is" "null"
//   ITEM := [A-Za-z][A-Za-z0-9_]{0,63}, none of the words above
//   VALUE := "…" with \" and \\, 1 to 512 characters
//
// It is total: each row gives true, false or unknown, there are no functions, no loops and no
// errors. A comparison with an absent value is unknown, `not` unknown is unknown, and a row
// matches only if the whole is true: what is not known does not leave. `=` and `!=` compare byte
// by byte, `^=` is a prefix; `<` and its kin compare as decimal numbers where both sides are
// (-?[0-9]+(.[0-9]+)?, of any length), else byte by byte, which orders days and codes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::filter {

// The value of an item in the row at hand; nothing if it is null or absent.
using Lookup = absl::FunctionRef<std::optional<absl::string_view>(absl::string_view item)>;

inline constexpr int kMaxExpressionText = 4096;  // characters
inline constexpr int kMaxComparisons = 64;
inline constexpr int kMaxSet = 100;  // values of one `in`
inline constexpr int kMaxDepth = 8;  // of parentheses and `not`

// One expression. A value, cheap to copy; two that say the same up to order, repetition and double
// `not` are equal and print alike.
class Expression {
 public:
  struct Node;  // libs/filter/expression_node.h

  Expression() = default;  // every row

  // Empty text: every row. INVALID_ARGUMENT naming `field`, the character and what was wanted
  // there, or the limit.
  static absl::StatusOr<Expression> Parse(absl::string_view text, absl::string_view field);

  // One spelling: Parse(ToString()) gives the same expression. Empty for every row.
  std::string ToString() const;

  bool empty() const { return root_ == nullptr; }

  bool Matches(Lookup row) const;

  // The items that it reads, sorted, each once.
  std::vector<std::string> Items() const;

  // The parts that all must hold; none for every row.
  std::vector<Expression> Parts() const;

  friend bool operator==(const Expression& a, const Expression& b);
  friend Expression And(const Expression& a, const Expression& b);
  friend bool Narrows(const Expression& inner, const Expression& outer);

 private:
  explicit Expression(Node root);

  std::shared_ptr<const Node> root_;  // null: every row
};

// Both hold.
Expression And(const Expression& a, const Expression& b);

// True only if every row that `inner` matches is matched by `outer`, too: that a reduced scope
// stays inside what was asked. Never wrong when it says true; says false where it would need to
// reason about ranges or about several parts of `inner` together.
bool Narrows(const Expression& inner, const Expression& outer);

}  // namespace shareway::filter
