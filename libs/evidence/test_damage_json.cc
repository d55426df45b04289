// SPDX-License-Identifier: Apache-2.0
// Odd files: the same JSON in other words, JSON that is not a pack's, and no JSON.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "libs/evidence/test_damage.h"
#include "libs/evidence/test_verdict.h"

namespace shareway::evidence {
namespace {

// Writes JSON with chance in all that does not matter, and at most one thing that does.
class Scribe {
 public:
  explicit Scribe(Dice* dice) : dice_(dice), spaced_(dice->OneIn(2)), escaped_(dice->OneIn(2)) {}

  const void* twice = nullptr;  // the object of which one member comes twice
  std::string number = {};      // how a number, the `number_at`-th, is written
  uint64_t number_at = 0;

  std::string Write(const Json& json) {
    if (json.is_object()) return Object(json);
    if (json.is_array()) {
      std::string out = "[";
      for (const Json& item : json) {
        absl::StrAppend(&out, out.size() > 1 ? "," : "", Space(), Write(item), Space());
      }
      return out + "]";
    }
    if (json.is_string()) return Text(json.get<std::string>());
    if (json.is_number() && !number.empty() && number_at-- == 0) return number;
    return json.dump();
  }

 private:
  std::string Space() {
    static const std::vector<std::string> kSpaces = {"", " ", "\n", "\t", "\r\n", "    "};
    return spaced_ ? dice_->Pick(kSpaces) : "";
  }

  std::string Object(const Json& json) {
    std::vector<std::string> members;
    for (const auto& item : json.items()) {
      members.push_back(absl::StrCat(Text(item.key()), Space(), ":", Space(), Write(item.value())));
    }
    if (&json == twice && !members.empty()) {
      const size_t i = dice_->Below(members.size());
      members.push_back(members[i]);
      if (dice_->OneIn(2)) {  // the name spelled otherwise is the same name
        const size_t at = members.back().find('"') + 1;
        const char c = members.back()[at];
        if (c != '\\') members.back().replace(at, 1, absl::StrFormat("\\u%04x", c));
      }
      std::swap(members.back(), members[dice_->Below(members.size())]);
    }
    std::string out = "{";
    for (const std::string& member : members) {
      absl::StrAppend(&out, out.size() > 1 ? "," : "", Space(), member, Space());
    }
    return out + "}";
  }

  std::string Text(const std::string& text) {
    std::string out = Json(text).dump();
    if (!escaped_) return out;
    std::string spelled;
    bool after_backslash = false;
    for (const char c : out.substr(1, out.size() - 2)) {
      const bool plain = !after_backslash && c != '\\' && static_cast<uint8_t>(c) < 0x80;
      if (plain && c == '/' && dice_->OneIn(2)) {
        spelled += "\\/";
      } else if (plain && dice_->OneIn(20)) {
        if (dice_->OneIn(2)) {
          absl::StrAppendFormat(&spelled, "\\u%04x", c);
        } else {
          absl::StrAppendFormat(&spelled, "\\u%04X", c);
        }
      } else {
        spelled += c;
      }
      after_backslash = !after_backslash && c == '\\';
    }
    return absl::StrCat("\"", spelled, "\"");
  }

  Dice* const dice_;
  const bool spaced_;
  const bool escaped_;
};

// The same members in another order.
Json Shuffled(Dice* dice, const Json& json) {
  if (json.is_array()) {
    Json out = Json::array();
    for (const Json& item : json) out.push_back(Shuffled(dice, item));
    return out;
  }
  if (!json.is_object()) return json;
  std::vector<std::string> names;
  for (const auto& item : json.items()) names.push_back(item.key());
  for (size_t i = names.size(); i > 1; --i) std::swap(names[i - 1], names[dice->Below(i)]);
  Json out = Json::object();
  for (const std::string& name : names) out[name] = Shuffled(dice, json[name]);
  return out;
}

Json AnyValue(Dice* dice) {
  static const std::vector<Json> kValues = {
      nullptr, true,   false,  0,      7,   "7",    "",    Json::array(), Json::object(), -1, 1.5,
      "AAAA",  "====", "AA==", "AB==", "A", "AAA=", "AAA", "中",          "\xe2\x80\xa8"};
  return dice->Pick(kValues);
}

// Something in an object that is a pack or an entry is put otherwise.
void SpoilMember(Dice* dice, Json* object) {
  std::vector<std::string> names;
  for (const auto& item : object->items()) names.push_back(item.key());
  const std::string name = dice->Pick(names);
  Json& value = (*object)[name];
  dice->DoOne({[&] { object->erase(name); }, [&] { (*object)["extra"] = AnyValue(dice); },
               [&] { (*object)[""] = 1; },
               [&] {
                 const Json kept = value;
                 object->erase(name);
                 (*object)[absl::AsciiStrToUpper(name)] = kept;
               },
               [&] {
                 const Json kept = value;
                 object->erase(name);
                 (*object)[name + " "] = kept;
               },
               [&] { value = AnyValue(dice); }, [&] { value = AnyValue(dice); },
               [&] { value = Json::array({value}); },
               [&] {
                 value = Json{{name, value}};
               },
               [&] {
                 if (value.is_array() && !value.empty()) dice->Pick(value) = AnyValue(dice);
               },
               [&] {
                 if (value.is_array()) std::reverse(value.begin(), value.end());
               },
               [&] {
                 if (value.is_string()) value = value.get<std::string>() + std::string(1, '\0');
               },
               [&] {
                 if (!value.is_string()) return;
                 // Base64 in its other spellings.
                 static const std::vector<std::pair<std::string, std::string>> kChanges = {
                     {"=", ""}, {"+", "-"}, {"/", "_"}, {"A", "\n"}, {"=", "=="}, {"A", " A"}};
                 value = absl::StrReplaceAll(value.get<std::string>(), {dice->Pick(kChanges)});
               },
               [&] {
                 // Bits that the last character of base64 has and no byte uses.
                 if (!value.is_string()) return;
                 std::string text = value.get<std::string>();
                 const size_t at = text.find('=');
                 if (at == std::string::npos || at == 0) return;
                 ++text[at - 1];
                 value = text;
               }});
}

}  // namespace

std::string OddSpelling(Dice* dice, const std::string& text) {
  return Scribe(dice).Write(Shuffled(dice, Json::parse(text)));
}

std::string OddJson(Dice* dice, const std::string& text) {
  static const std::vector<std::string> kNumbers = {"7.0",
                                                    "7e0",
                                                    "-7",
                                                    "-0",
                                                    "07",
                                                    "+7",
                                                    "0x7",
                                                    "7.",
                                                    "1e400",
                                                    "NaN",
                                                    "Infinity",
                                                    "18446744073709551615",
                                                    "18446744073709551616",
                                                    "1000000000000000000000000000000000000000",
                                                    "\"7\"",
                                                    "00",
                                                    "0",
                                                    "\xef\xbc\x97",
                                                    "7 7",
                                                    ""};
  Json json = Json::parse(text);
  Scribe scribe(dice);
  Json& entry = dice->Pick(json["entries"]);
  dice->DoOne({[&] { SpoilMember(dice, &json); }, [&] { SpoilMember(dice, &json); },
               [&] { SpoilMember(dice, &entry); }, [&] { SpoilMember(dice, &entry); },
               [&] { scribe.twice = &json; }, [&] { scribe.twice = &entry; },
               [&] { scribe.number = dice->Pick(kNumbers); },
               [&] { std::reverse(json["entries"].begin(), json["entries"].end()); },
               [&] { json["format"] = "shareway-evidence/2"; },
               [&] { json["format"] = "shareway-evidence/1\n"; },
               [&] { json = Json::array({json}); },
               [&] {
                 Json& value = json["checkpoint"];
                 for (int i = dice->OneIn(2) ? 5 : 2000; i > 0; --i) {
                   Json outer = Json::array();
                   outer.push_back(std::move(value));
                   value = std::move(outer);
                 }
               }});
  if (!scribe.number.empty()) scribe.number_at = dice->Below(json["entries"].size());
  return scribe.Write(json);
}

std::string OddText(Dice* dice, std::string text) {
  const size_t at = dice->Below(text.size());
  const auto put = [&](absl::string_view what) { text.insert(at, what.data(), what.size()); };
  dice->DoOne({[&] { text = dice->Spoil(text); },
               [&] { text = dice->Spoil(text); },
               [&] { text = dice->Spoil(text); },
               [&] { text = dice->Spoil(text); },
               [&] { text.resize(at); },
               [&] { text.insert(0, "\xef\xbb\xbf"); },
               [&] { text.insert(0, "\n \t\r"); },
               [&] { text.insert(0, "\xc2\xa0"); },
               [&] { text += "\n\n  \t"; },
               [&] { text += "\x0c"; },
               [&] { text += "x"; },
               [&] { text += "{}"; },
               [&] { text += std::string(1, '\0'); },
               [&] { text.insert(0, "// a remark\n"); },
               [&] { put(std::string(1, '\0')); },
               [&] { put("\xef\xbb\xbf"); },
               [&] { put("\xe2\x80\xa8"); },
               [&] { put("\xed\xa0\x80"); },
               [&] { put("\xc0\xaf"); },
               [&] { put("\xf4\x90\x80\x80"); },
               [&] { put("\x7f"); },
               [&] { put("\x1b"); },
               [&] { put("\\ud800"); },
               [&] { put("\\ud83d\\ude00"); },
               [&] { put("\\ude00\\ud83d"); },
               [&] { put("\\u0000"); },
               [&] { put("\\x41"); },
               [&] { put(","); },
               [&] { put("\""); },
               [&] { put("/* */"); },
               [&] {
                 text = absl::StrReplaceAll(text, {{"\"", "'"}});
               },
               [&] {
                 text = absl::StrReplaceAll(text, {{"\n]", ",\n]"}});
               },
               [&] {
                 text = absl::StrReplaceAll(text, {{"\xe2\x80\x94", "\\u2014"}});
               },
               [&] {
                 text = absl::StrReplaceAll(text, {{"\xe2\x80\x94", "\\u2014\\u0020"}});
               },
               [&] {
                 text = absl::StrReplaceAll(text, {{"index", "\\u0069ndex"}});
               },
               [&] {
                 text = absl::StrReplaceAll(text, {{"index", "\xd1\x96ndex"}});
               },
               [&] {
                 text = absl::StrReplaceAll(text, {{"\\n", "\n"}});
               },
               [&] {
                 std::string wide;
                 for (const char c : text) wide += {c, '\0'};
                 text = wide;
               },
               [&] { text.clear(); },
               [&] { text = std::string(dice->OneIn(2) ? 9 : 100000, '['); }});
  return text;
}

}  // namespace shareway::evidence
