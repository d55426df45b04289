// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/classification_file.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"

namespace shareway::catalog {
namespace {

constexpr size_t kSectionDigits = 6;  // of 目, from which on codes are given out

Label LabelFrom(const v1::Label& label) {
  return {.zh_hans = label.zh_hans(), .zh_hant = label.zh_hant(), .en = label.en()};
}

void Write(const Label& label, v1::Label* out) {
  out->set_zh_hans(label.zh_hans);
  out->set_zh_hant(label.zh_hant);
  out->set_en(label.en);
}

template <typename File>
absl::Status Parse(absl::string_view what, absl::string_view json, File* file) {
  const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(json), file);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(what, ": ", parsed.ToString()));
  }
  if (!file->version().empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " states no version"));
}

v1::Category::Level LevelOf(absl::string_view code) {
  if (code.size() == 1) return v1::Category::CLASS;
  if (code.size() == 3) return v1::Category::GROUP;
  return code.size() == kSectionDigits ? v1::Category::SECTION : v1::Category::DETAIL;
}

ExtensionField FieldFrom(const v1::ExtensionField& line) {
  ExtensionField field = {.key = line.key(),
                          .label = LabelFrom(line.label()),
                          .type = static_cast<ExtensionField::Type>(line.type()),
                          .max_length = line.max_length(),
                          .pattern = line.pattern(),
                          .minimum = line.minimum(),
                          .maximum = line.maximum(),
                          .required = line.required(),
                          .categories = {line.categories().begin(), line.categories().end()},
                          .divisions = {line.divisions().begin(), line.divisions().end()},
                          .profiles = {line.profiles().begin(), line.profiles().end()}};
  for (const v1::ExtensionField::Choice& choice : line.choices()) {
    field.choices.push_back({.value = choice.value(), .label = LabelFrom(choice.label())});
  }
  for (int share_class : line.share_classes()) {
    field.share_classes.push_back(static_cast<ShareClass>(share_class));
  }
  return field;
}

}  // namespace

absl::StatusOr<Categories> ReadCategories(absl::string_view json) {
  store::CategoryFile file;
  if (absl::Status parsed = Parse("the file of categories", json, &file); !parsed.ok()) {
    return parsed;
  }
  Categories::Parts parts = {.version = file.version()};
  for (const v1::Category& line : file.categories()) {
    parts.categories.push_back(
        {.code = line.code(), .label = LabelFrom(line.label()), .verified = line.verified()});
  }
  for (const store::CodeRuleLine& line : file.rules()) {
    parts.rules.push_back({.category = line.category(),
                           .strategy = static_cast<CodeRule::Strategy>(line.strategy()),
                           .digits = line.digits()});
  }
  for (const auto& [agency, number] : file.organisations()) {
    parts.organisations.emplace(agency, number);
  }
  return Categories::Make(std::move(parts));
}

absl::StatusOr<Extensions> ReadExtensions(absl::string_view json) {
  v1::ExtensionSchema file;
  if (absl::Status parsed = Parse("the file of extension fields", json, &file); !parsed.ok()) {
    return parsed;
  }
  std::vector<ExtensionField> fields;
  for (const v1::ExtensionField& line : file.fields()) fields.push_back(FieldFrom(line));
  return Extensions::Make(file.version(), std::move(fields));
}

v1::Category ToMessage(const Categories& categories, const Category& category) {
  v1::Category message;
  message.set_code(category.code);
  Write(category.label, message.mutable_label());
  message.set_parent(categories.ParentOf(category.code));
  message.set_level(LevelOf(category.code));
  message.set_verified(category.verified);
  message.set_coded(category.code.size() >= kSectionDigits);
  return message;
}

v1::ExtensionSchema ToMessage(const Extensions& extensions) {
  v1::ExtensionSchema message;
  message.set_version(extensions.version());
  for (const ExtensionField& field : extensions.fields()) {
    v1::ExtensionField* out = message.add_fields();
    out->set_key(field.key);
    Write(field.label, out->mutable_label());
    out->set_type(static_cast<v1::ExtensionField::Type>(field.type));
    out->set_max_length(field.max_length);
    out->set_pattern(field.pattern);
    out->set_minimum(field.minimum);
    out->set_maximum(field.maximum);
    for (const ExtensionField::Choice& choice : field.choices) {
      v1::ExtensionField::Choice* to = out->add_choices();
      to->set_value(choice.value);
      Write(choice.label, to->mutable_label());
    }
    out->set_required(field.required);
    for (ShareClass share_class : field.share_classes) {
      out->add_share_classes(static_cast<v1::ShareClass>(share_class));
    }
    for (const std::string& category : field.categories) out->add_categories(category);
    for (const std::string& division : field.divisions) out->add_divisions(division);
    for (const std::string& profile : field.profiles) out->add_profiles(profile);
  }
  return message;
}

}  // namespace shareway::catalog
