// SPDX-License-Identifier: Apache-2.0
// Reads the row language by recursive descent, at most kMaxDepth deep.
#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/filter/expression_node.h"

namespace shareway::filter {
namespace {

using Node = Expression::Node;
using Kind = Node::Kind;

constexpr size_t kMaxItem = 64;
constexpr int kMaxValue = 512;

bool IsWord(absl::string_view text) {
  static constexpr std::array<absl::string_view, 6> kWords = {"and", "or", "not",
                                                              "in",  "is", "null"};
  return std::find(kWords.begin(), kWords.end(), text) != kWords.end();
}

class Parser {
 public:
  Parser(absl::string_view text, absl::string_view field) : text_(text), field_(field) {}

  absl::StatusOr<Node> Read() {
    SHAREWAY_ASSIGN_OR_RETURN(Node node, Sum(kMaxDepth));
    Blanks();
    if (at_ != text_.size()) return Wanted("and, or, or the end");
    return node;
  }

 private:
  absl::Status Fault(absl::string_view what) const {
    return Error::Field(field_, absl::StrCat("at character ", CodePoints(text_.substr(0, at_)) + 1,
                                             ": ", what));
  }
  absl::Status Wanted(absl::string_view what) const {
    return Fault(at_ == text_.size() ? absl::StrCat("want ", what, ", found the end")
                                     : absl::StrCat("want ", what));
  }

  void Blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool Take(absl::string_view sign) {
    Blanks();
    if (text_.substr(at_, sign.size()) != sign) return false;
    at_ += sign.size();
    return true;
  }
  absl::string_view PeekName() {
    Blanks();
    size_t end = at_;
    while (end < text_.size() && (absl::ascii_isalnum(text_[end]) || text_[end] == '_')) ++end;
    return text_.substr(at_, end - at_);
  }
  bool TakeWord(absl::string_view word) {
    if (PeekName() != word) return false;
    at_ += word.size();
    return true;
  }

  absl::StatusOr<Node> Sum(int depth) {
    SHAREWAY_ASSIGN_OR_RETURN(Node first, Product(depth));
    if (PeekName() != "or") return first;
    std::vector<Node> parts = {std::move(first)};
    while (TakeWord("or")) {
      SHAREWAY_ASSIGN_OR_RETURN(parts.emplace_back(), Product(depth));
    }
    return Joined(Kind::kOr, std::move(parts));
  }

  absl::StatusOr<Node> Product(int depth) {
    SHAREWAY_ASSIGN_OR_RETURN(Node first, Factor(depth));
    if (PeekName() != "and") return first;
    std::vector<Node> parts = {std::move(first)};
    while (TakeWord("and")) {
      SHAREWAY_ASSIGN_OR_RETURN(parts.emplace_back(), Factor(depth));
    }
    return Joined(Kind::kAnd, std::move(parts));
  }

  absl::StatusOr<Node> Factor(int depth) {
    if (depth == 0) return Fault(absl::StrCat("is more than ", kMaxDepth, " levels deep"));
    if (TakeWord("not")) {
      SHAREWAY_ASSIGN_OR_RETURN(Node node, Factor(depth - 1));
      return NotOf(std::move(node));
    }
    if (Take("(")) {
      SHAREWAY_ASSIGN_OR_RETURN(Node node, Sum(depth - 1));
      if (!Take(")")) return Wanted(")");
      return node;
    }
    return Comparison();
  }

  absl::StatusOr<Node> Comparison() {
    const absl::string_view item = PeekName();
    if (item.empty() || item.size() > kMaxItem || !absl::ascii_isalpha(item[0]) || IsWord(item)) {
      return Wanted("an item id, [A-Za-z][A-Za-z0-9_]{0,63}, or not, or (");
    }
    if (++comparisons_ > kMaxComparisons) {
      return Fault(absl::StrCat("has more than ", kMaxComparisons, " comparisons"));
    }
    at_ += item.size();
    Node node{.kind = Kind::kCompare, .item = std::string(item)};
    if (TakeWord("is")) {
      if (!TakeWord("null")) return Wanted("null");
      node.kind = Kind::kIsNull;
      return node;
    }
    if (TakeWord("in")) return Set(std::move(node));
    // Longer signs first: "<" begins "<=".
    static constexpr std::pair<absl::string_view, Node::Op> kSigns[] = {
        {"!=", Node::Op::kNotEqual},     {"<=", Node::Op::kLessEqual}, {"<", Node::Op::kLess},
        {">=", Node::Op::kGreaterEqual}, {">", Node::Op::kGreater},    {"^=", Node::Op::kPrefix},
        {"=", Node::Op::kEqual}};
    for (const auto& [sign, op] : kSigns) {
      if (!Take(sign)) continue;
      node.op = op;
      SHAREWAY_ASSIGN_OR_RETURN(node.values.emplace_back(), Value());
      return node;
    }
    return Wanted("=, !=, <, <=, >, >=, ^=, in or is");
  }

  absl::StatusOr<Node> Set(Node node) {
    if (!Take("(")) return Wanted("(");
    do {
      if (node.values.size() == kMaxSet) {
        return Fault(absl::StrCat("has more than ", kMaxSet, " values in one set"));
      }
      SHAREWAY_ASSIGN_OR_RETURN(node.values.emplace_back(), Value());
    } while (Take(","));
    if (!Take(")")) return Wanted(", or )");
    std::sort(node.values.begin(), node.values.end());
    node.values.erase(std::unique(node.values.begin(), node.values.end()), node.values.end());
    if (node.values.size() == 1) {
      node.kind = Kind::kCompare;  // a set of one is that one
      node.op = Node::Op::kEqual;
    } else {
      node.kind = Kind::kIn;
    }
    return node;
  }

  absl::StatusOr<std::string> Value() {
    if (!Take("\"")) return Wanted("a value in quotes");
    std::string value;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
        if (at_ == text_.size() || (text_[at_] != '"' && text_[at_] != '\\')) {
          return Wanted("\" or \\ after \\");
        }
      }
      value.push_back(text_[at_]);
    }
    if (at_ == text_.size()) return Wanted("the closing quote");
    ++at_;
    if (const int n = CodePoints(value); n < 1 || n > kMaxValue) {
      return Fault(absl::StrCat("the value before has ", n, " characters, want 1 to ", kMaxValue));
    }
    return value;
  }

  const absl::string_view text_;
  const absl::string_view field_;
  size_t at_ = 0;
  int comparisons_ = 0;
};

}  // namespace

absl::StatusOr<Expression> Expression::Parse(absl::string_view text, absl::string_view field) {
  if (text.empty()) return Expression();
  if (!IsText(text)) return Error::Field(field, "is not UTF-8 text without controls");
  if (const int n = CodePoints(text); n > kMaxExpressionText) {
    return Error::Field(field,
                        absl::StrCat("has ", n, " characters, at most ", kMaxExpressionText));
  }
  SHAREWAY_ASSIGN_OR_RETURN(Node root, Parser(text, field).Read());
  return Expression(std::move(root));
}

}  // namespace shareway::filter
