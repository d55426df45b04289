// SPDX-License-Identifier: Apache-2.0
// The row language: evaluation, spelling, and what follows from what.
#include "libs/filter/expression.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/filter/expression_node.h"

namespace shareway::filter {
namespace {

using Node = Expression::Node;
using Kind = Node::Kind;

enum class Truth { kFalse, kUnknown, kTrue };

Truth Not(Truth truth) {
  if (truth == Truth::kUnknown) return truth;
  return truth == Truth::kTrue ? Truth::kFalse : Truth::kTrue;
}

bool IsDecimal(absl::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  const size_t point = text.find('.');
  const auto digits = [](absl::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), absl::ascii_isdigit);
  };
  if (point == absl::string_view::npos) return digits(text);
  return digits(text.substr(0, point)) && digits(text.substr(point + 1));
}

// A decimal's parts without zeros that say nothing; the sign of zero is +.
struct Decimal {
  bool negative = false;
  absl::string_view whole = {};
  absl::string_view rest = {};

  explicit Decimal(absl::string_view text) {
    if (text[0] == '-') {
      negative = true;
      text.remove_prefix(1);
    }
    const size_t point = text.find('.');
    whole = text.substr(0, point);
    if (point != absl::string_view::npos) rest = text.substr(point + 1);
    while (!whole.empty() && whole.front() == '0') whole.remove_prefix(1);
    while (!rest.empty() && rest.back() == '0') rest.remove_suffix(1);
    if (whole.empty() && rest.empty()) negative = false;
  }
};

int CompareDecimals(absl::string_view left, absl::string_view right) {
  const Decimal a(left), b(right);
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  int order = 0;
  if (a.whole.size() != b.whole.size()) {
    order = a.whole.size() < b.whole.size() ? -1 : 1;
  } else if (order = a.whole.compare(b.whole); order == 0) {
    order = a.rest.compare(b.rest);
  }
  return a.negative ? -order : order;
}

int Compare(absl::string_view left, absl::string_view right) {
  return IsDecimal(left) && IsDecimal(right) ? CompareDecimals(left, right) : left.compare(right);
}

bool Holds(Node::Op op, absl::string_view value, absl::string_view wanted) {
  switch (op) {
    case Node::Op::kEqual: return value == wanted;
    case Node::Op::kNotEqual: return value != wanted;
    case Node::Op::kLess: return Compare(value, wanted) < 0;
    case Node::Op::kLessEqual: return Compare(value, wanted) <= 0;
    case Node::Op::kGreater: return Compare(value, wanted) > 0;
    case Node::Op::kGreaterEqual: return Compare(value, wanted) >= 0;
    case Node::Op::kPrefix: return absl::StartsWith(value, wanted);
  }
  return false;
}

Truth OfBool(bool truth) { return truth ? Truth::kTrue : Truth::kFalse; }

Truth Evaluate(const Node& node, Lookup row) {
  switch (node.kind) {
    case Kind::kIsNull: return OfBool(!row(node.item));
    case Kind::kCompare:
    case Kind::kIn: {
      const std::optional<absl::string_view> value = row(node.item);
      if (!value) return Truth::kUnknown;
      if (node.kind == Kind::kCompare) return OfBool(Holds(node.op, *value, node.values[0]));
      return OfBool(std::find(node.values.begin(), node.values.end(), *value) !=
                    node.values.end());
    }
    case Kind::kNot: return Not(Evaluate(node.children[0], row));
    case Kind::kAnd:
    case Kind::kOr: {
      const bool all = node.kind == Kind::kAnd;
      Truth truth = all ? Truth::kTrue : Truth::kFalse;
      for (const Node& child : node.children) {
        const Truth one = Evaluate(child, row);
        truth = all ? std::min(truth, one) : std::max(truth, one);
        if (truth == (all ? Truth::kFalse : Truth::kTrue)) break;
      }
      return truth;
    }
  }
  return Truth::kUnknown;
}

void Collect(const Node& node, std::set<std::string>* items) {
  if (!node.item.empty()) items->insert(node.item);
  for (const Node& child : node.children) Collect(child, items);
}

// True if `value` alone, whatever the other items are, makes `node` true.
bool Makes(absl::string_view item, absl::string_view value, const Node& node) {
  std::set<std::string> items;
  Collect(node, &items);
  if (items.size() != 1 || *items.begin() != item) return false;
  return Evaluate(node, [&](absl::string_view) -> std::optional<absl::string_view> {
           return value;
         }) == Truth::kTrue;
}

bool Implies(const Node& a, const Node& b) {
  if (a == b) return true;
  const auto from_a = [&](const Node& child) { return Implies(child, b); };
  const auto to_b = [&](const Node& child) { return Implies(a, child); };
  if (b.kind == Kind::kAnd) return std::all_of(b.children.begin(), b.children.end(), to_b);
  if (a.kind == Kind::kOr) return std::all_of(a.children.begin(), a.children.end(), from_a);
  if (a.kind == Kind::kAnd && std::any_of(a.children.begin(), a.children.end(), from_a)) {
    return true;
  }
  if (b.kind == Kind::kOr && std::any_of(b.children.begin(), b.children.end(), to_b)) return true;
  if (a.kind == Kind::kIn || (a.kind == Kind::kCompare && a.op == Node::Op::kEqual)) {
    return std::all_of(a.values.begin(), a.values.end(), [&](const std::string& value) {
      return Makes(a.item, value, b);
    });
  }
  return a.kind == Kind::kCompare && b.kind == Kind::kCompare && a.item == b.item &&
         a.op == Node::Op::kPrefix && b.op == Node::Op::kPrefix &&
         absl::StartsWith(a.values[0], b.values[0]);
}

bool Before(const Node& a, const Node& b) {
  const auto key = [](const Node& node) {
    return std::tie(node.kind, node.item, node.op, node.values);
  };
  if (key(a) != key(b)) return key(a) < key(b);
  return std::lexicographical_compare(a.children.begin(), a.children.end(), b.children.begin(),
                                      b.children.end(), Before);
}

std::string Quoted(absl::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

absl::string_view OpText(Node::Op op) {
  switch (op) {
    case Node::Op::kEqual: return "=";
    case Node::Op::kNotEqual: return "!=";
    case Node::Op::kLess: return "<";
    case Node::Op::kLessEqual: return "<=";
    case Node::Op::kGreater: return ">";
    case Node::Op::kGreaterEqual: return ">=";
    case Node::Op::kPrefix: return "^=";
  }
  return "";
}

// `inside`: it is a part of something that binds more closely than `or` and `and`.
std::string Print(const Node& node, bool inside) {
  switch (node.kind) {
    case Kind::kIsNull: return absl::StrCat(node.item, " is null");
    case Kind::kCompare:
      return absl::StrCat(node.item, " ", OpText(node.op), " ", Quoted(node.values[0]));
    case Kind::kIn:
      return absl::StrCat(node.item, " in (",
                          absl::StrJoin(node.values, ", ",
                                        [](std::string* out, const std::string& value) {
                                          absl::StrAppend(out, Quoted(value));
                                        }),
                          ")");
    case Kind::kNot: return absl::StrCat("not ", Print(node.children[0], true));
    case Kind::kAnd:
    case Kind::kOr: {
      const bool all = node.kind == Kind::kAnd;
      const std::string joined = absl::StrJoin(
          node.children, all ? " and " : " or ", [&](std::string* out, const Node& child) {
            absl::StrAppend(out, Print(child, all));
          });
      return inside ? absl::StrCat("(", joined, ")") : joined;
    }
  }
  return "";
}

}  // namespace

Node NotOf(Node node) {
  if (node.kind == Kind::kNot) return std::move(node.children[0]);
  Node out{.kind = Kind::kNot};
  out.children.push_back(std::move(node));
  return out;
}

Node Joined(Kind kind, std::vector<Node> parts) {
  Node out{.kind = kind};
  for (Node& part : parts) {
    if (part.kind == kind) {
      std::move(part.children.begin(), part.children.end(), std::back_inserter(out.children));
    } else {
      out.children.push_back(std::move(part));
    }
  }
  std::sort(out.children.begin(), out.children.end(), Before);
  out.children.erase(std::unique(out.children.begin(), out.children.end()), out.children.end());
  return out.children.size() == 1 ? Node(out.children[0]) : out;
}

Expression::Expression(Node root) : root_(std::make_shared<const Node>(std::move(root))) {}

std::string Expression::ToString() const { return empty() ? "" : Print(*root_, false); }

bool Expression::Matches(Lookup row) const {
  return empty() || Evaluate(*root_, row) == Truth::kTrue;
}

std::vector<std::string> Expression::Items() const {
  std::set<std::string> items;
  if (!empty()) Collect(*root_, &items);
  return {items.begin(), items.end()};
}

std::vector<Expression> Expression::Parts() const {
  if (empty()) return {};
  if (root_->kind != Kind::kAnd) return {*this};
  std::vector<Expression> parts;
  for (const Node& child : root_->children) parts.push_back(Expression(child));
  return parts;
}

bool operator==(const Expression& a, const Expression& b) {
  if (a.empty() || b.empty()) return a.empty() == b.empty();
  return a.root_ == b.root_ || *a.root_ == *b.root_;
}

Expression And(const Expression& a, const Expression& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return Expression(Joined(Kind::kAnd, {*a.root_, *b.root_}));
}

bool Narrows(const Expression& inner, const Expression& outer) {
  if (inner.empty() || outer.empty()) return outer.empty();
  return Implies(*inner.root_, *outer.root_);
}

}  // namespace shareway::filter
