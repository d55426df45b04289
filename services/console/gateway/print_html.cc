// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/print_html.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/rpc/grpc_status.h"
#include "services/console/gateway/print_words.h"

namespace shareway::console {
namespace {

constexpr char kStyle[] =
    "body{font:14px/1.6 system-ui,\"Noto Sans CJK SC\",sans-serif;color:#111;background:#fff;"
    "max-width:48em;margin:2em auto;padding:0 1em}"
    "h1{font-size:1.5em}h2{font-size:1.15em;border-bottom:1px solid #555;margin-top:1.6em}"
    "dl{display:grid;grid-template-columns:minmax(9em,1fr) 3fr;gap:.3em 1em;margin:0}"
    "dt{color:#333}dd{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}"
    "pre{font:12px/1.5 monospace;margin:0;white-space:pre-wrap;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #777;padding:.2em .5em;"
    "text-align:start;overflow-wrap:anywhere}.alarm{border:2px solid #a00;padding:.5em;"
    "font-weight:bold}footer{margin-top:2em;border-top:1px solid #555;font-size:.9em}"
    "@media print{body{margin:0;max-width:none;font-size:10.5pt}nav{display:none}"
    "h2{break-after:avoid}tr,dd{break-inside:avoid}}";

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"},
                                    {"<", "&lt;"},
                                    {">", "&gt;"},
                                    {"\"", "&quot;"},
                                    {"'", "&#39;"}});
}

std::string Apart(absl::string_view text) { return absl::StrCat("<bdi>", Escaped(text), "</bdi>"); }

}  // namespace

PrintHtml::PrintHtml(Language language, absl::string_view title, absl::string_view path,
                     absl::string_view rest, absl::string_view nonce)
    : language_(language) {
  const std::string name = Escaped(Word(title, language));
  html_ = absl::StrCat("<!DOCTYPE html>\n<html lang=\"", rpc::LanguageTag(language),
                       "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                       "content=\"width=device-width\"><title>",
                       name, "</title><style nonce=\"", nonce, "\">", kStyle,
                       "</style></head><body><nav>");
  constexpr std::pair<const char*, const char*> kLanguages[] = {
      {"zh-Hans", "简体中文"}, {"zh-Hant", "繁體中文"}, {"en", "English"}};
  for (const auto& [tag, own] : kLanguages) {
    absl::StrAppend(&html_, "<a lang=\"", tag, "\" href=\"", Escaped(path), "?lang=", tag,
                    Escaped(rest), "\">", own, "</a> ");
  }
  absl::StrAppend(&html_, "</nav><main><h1>", name, "</h1>");
}

void PrintHtml::CloseList() {
  if (in_list_) html_ += "</dl>";
  in_list_ = false;
}

void PrintHtml::Section(absl::string_view label) {
  CloseList();
  absl::StrAppend(&html_, "\n<h2>", Escaped(Word(label, language_)), "</h2>");
}

void PrintHtml::Row(absl::string_view label, absl::string_view value) {
  if (value.empty()) return;
  if (!in_list_) html_ += "<dl>";
  in_list_ = true;
  absl::StrAppend(&html_, "\n<dt>", Escaped(Word(label, language_)), "</dt><dd>", Apart(value),
                  "</dd>");
}

void PrintHtml::Rows(absl::string_view label, const std::vector<std::string>& values) {
  Row(label, absl::StrJoin(values, "\n"));
}

void PrintHtml::Exact(absl::string_view label, absl::string_view value) {
  if (value.empty()) return;
  if (!in_list_) html_ += "<dl>";
  in_list_ = true;
  absl::StrAppend(&html_, "\n<dt>", Escaped(Word(label, language_)), "</dt><dd><pre>",
                  Escaped(value), "</pre></dd>");
}

void PrintHtml::Sentence(absl::string_view key, bool alarming) {
  CloseList();
  absl::StrAppend(&html_, alarming ? "\n<p class=\"alarm\">" : "\n<p>",
                  Escaped(Word(key, language_)), "</p>");
}

void PrintHtml::Text(absl::string_view text) {
  CloseList();
  absl::StrAppend(&html_, "\n<p>", Apart(text), "</p>");
}

void PrintHtml::Table(const std::vector<std::string>& labels,
                      const std::vector<std::vector<std::string>>& rows) {
  CloseList();
  html_ += "\n<table><thead><tr>";
  for (const std::string& label : labels) {
    absl::StrAppend(&html_, "<th scope=\"col\">", Escaped(Word(label, language_)), "</th>");
  }
  html_ += "</tr></thead><tbody>";
  for (const std::vector<std::string>& row : rows) {
    html_ += "\n<tr>";
    for (const std::string& cell : row) absl::StrAppend(&html_, "<td>", Apart(cell), "</td>");
    html_ += "</tr>";
  }
  html_ += "</tbody></table>";
}

std::string PrintHtml::End(absl::string_view reader, absl::Time now) {
  CloseList();
  absl::StrAppend(&html_, "</main>\n<footer><dl>");
  in_list_ = true;
  Row("read by", reader);
  Row("read at", PrintTime(now));
  CloseList();
  html_ += "</footer></body></html>\n";
  return std::move(html_);
}

std::string PrintTime(absl::Time time) {
  if (time <= absl::UnixEpoch()) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S UTC+8", time, absl::FixedTimeZone(8 * 60 * 60));
}

}  // namespace shareway::console
