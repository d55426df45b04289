// SPDX-License-Identifier: Apache-2.0
// A report as a page.
#include "absl/strings/str_cat.h"
#include "services/sharing/report/report.h"

namespace shareway::sharing::report {
namespace {

constexpr absl::string_view kHead =
    "<!DOCTYPE html>\n<html lang=\"zh-Hans\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";

constexpr absl::string_view kStyle =
    "<style>\nbody{font-family:serif;margin:2em auto;max-width:60em;line-height:1.6}\n"
    "table{border-collapse:collapse;width:100%;margin:1em 0}\n"
    "caption{text-align:left;font-weight:bold}\n"
    "th,td{border:1px solid #888;padding:.3em .6em;text-align:left;vertical-align:top}\n"
    "td.number{text-align:right}\n@media print{body{margin:0;max-width:none}}\n</style>\n";

void Append(const Cell& cell, std::string* out) {
  if (cell.number) {
    absl::StrAppend(out, "<td class=\"number\">", *cell.number, "</td>");
  } else {
    absl::StrAppend(out, "<td>", Escaped(cell.text), "</td>");
  }
}

void Append(const Table& table, std::string* out) {
  absl::StrAppend(out, "<table>\n<caption>", Escaped(table.title), "</caption>\n<thead><tr>");
  for (const std::string& header : table.headers) {
    absl::StrAppend(out, "<th scope=\"col\">", Escaped(header), "</th>");
  }
  absl::StrAppend(out, "</tr></thead>\n<tbody>\n");
  for (const std::vector<Cell>& row : table.rows) {
    absl::StrAppend(out, "<tr>");
    for (const Cell& cell : row) Append(cell, out);
    absl::StrAppend(out, "</tr>\n");
  }
  absl::StrAppend(out, "</tbody>\n</table>\n");
}

}  // namespace

std::string Escaped(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string Html(const Report& report) {
  std::string out = absl::StrCat(kHead, "<title>", Escaped(report.title), "</title>\n", kStyle,
                                 "</head>\n<body>\n<h1>", Escaped(report.title), "</h1>\n");
  for (const std::string& note : report.notes) {
    absl::StrAppend(&out, "<p>", Escaped(note), "</p>\n");
  }
  for (const Table& table : report.tables) Append(table, &out);
  absl::StrAppend(&out, "</body>\n</html>\n");
  return out;
}

}  // namespace shareway::sharing::report
