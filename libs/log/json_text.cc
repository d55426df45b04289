// SPDX-License-Identifier: Apache-2.0
// Hardens text that may come from anywhere.
#include "libs/log/json_text.h"

#include "absl/strings/str_format.h"

namespace shareway::log {
namespace {

struct CodePoint {
  char32_t value = 0xFFFD;
  size_t bytes = 1;
  bool valid = false;
};

// The code point at the beginning of `text`, which is not empty.
CodePoint Decode(absl::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const char32_t lead = at(0);
  if (lead < 0x80) return {lead, 1, true};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t value = lead & (0x7F >> length);
  for (size_t i = 1; i < length; value = value << 6 | (at(i++) & 0x3F)) {
    if ((at(i) & 0xC0) != 0x80) return {};
  }
  const char32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;  // less is overlong
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length, true};
}

// Characters that move a terminal's cursor, end a line for some reader, or make
// text read otherwise than it is stored.
bool Harmful(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF;
}

}  // namespace

void AppendJsonText(absl::string_view text, std::string* line) {
  line->push_back('"');
  CodePoint c;
  for (size_t used = 0; used < text.size(); used += c.bytes) {
    c = Decode(text.substr(used));
    if (used + c.bytes > kMaxValueBytes) {
      line->append("…");
      break;
    }
    if (c.value == '"' || c.value == '\\') {
      line->append({'\\', static_cast<char>(c.value)});
    } else if (!c.valid || Harmful(c.value)) {
      absl::StrAppendFormat(line, "\\u%04x", static_cast<unsigned>(c.value));
    } else {
      line->append(text.data() + used, c.bytes);
    }
  }
  line->push_back('"');
}

}  // namespace shareway::log
