// SPDX-License-Identifier: Apache-2.0
// A printable page without scripts, piece by piece. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/reason.h"

namespace shareway::console {

// Whatever is told is text: it is escaped, and set apart, so that writing from right to left in one
// value turns nothing around it.
class PrintHtml {
 public:
  // `title` and all labels are keys of Word. `path`: of this page, without a query; the other
  // languages are linked by it. `rest`: further parameters of it, each with its '&'.
  PrintHtml(Language language, absl::string_view title, absl::string_view path,
            absl::string_view rest, absl::string_view nonce);

  void Section(absl::string_view label);
  // Nothing for an empty value.
  void Row(absl::string_view label, absl::string_view value);
  void Rows(absl::string_view label, const std::vector<std::string>& values);
  // Digests and notes: as they are, in equal widths, broken anywhere.
  void Exact(absl::string_view label, absl::string_view value);
  void Sentence(absl::string_view key, bool alarming = false);
  // Text that is no key, for example the reason of a refusal.
  void Text(absl::string_view text);
  void Table(const std::vector<std::string>& labels,
             const std::vector<std::vector<std::string>>& rows);
  // All of it, with who read it and when. Nothing may be added any more.
  std::string End(absl::string_view reader, absl::Time now);

  Language language() const { return language_; }

 private:
  void CloseList();

  const Language language_;
  std::string html_;
  bool in_list_ = false;
};

// The time in China (UTC+8), to the second; empty for the epoch and before, which stands for none.
std::string PrintTime(absl::Time time);

}  // namespace shareway::console
