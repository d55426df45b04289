// SPDX-License-Identifier: Apache-2.0
// Nodes of expressions in their one form. Private to libs/filter.
#pragma once

#include <string>
#include <vector>

#include "libs/filter/expression.h"

namespace shareway::filter {

struct Expression::Node {
  enum class Kind { kCompare, kIn, kIsNull, kNot, kAnd, kOr };
  enum class Op { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kPrefix };
  Kind kind = Kind::kCompare;
  Op op = Op::kEqual;
  std::string item = {};
  std::vector<std::string> values = {};  // one, or those of `in`, sorted
  std::vector<Node> children = {};       // of not, and, or: sorted, each once

  friend bool operator==(const Node& a, const Node& b) = default;
};

// `not` of a node; twice is none.
Expression::Node NotOf(Expression::Node node);

// kAnd or kOr of two or more nodes: those of its own kind are taken apart, parts are sorted and
// stand once each, and one part alone is that part.
Expression::Node Joined(Expression::Node::Kind kind, std::vector<Expression::Node> parts);

}  // namespace shareway::filter
