// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/item_ids.h"

#include "catch2/catch.hpp"

namespace shareway::catalog {
namespace {

Entry WithItems(std::vector<std::pair<std::string, std::string>> items) {
  Entry entry;
  for (auto& [id, name] : items) entry.items.push_back({.id = id, .name = name});
  return entry;
}

std::vector<std::string> IdsOf(const Entry& entry) {
  std::vector<std::string> ids;
  for (const Item& item : entry.items) ids.push_back(item.id);
  return ids;
}

using Ids = std::vector<std::string>;

TEST_CASE("Items of a sheet without identifiers are numbered, and keep those that they had") {
  Entry entry = WithItems({{"", "姓名"}, {"i2", "住址"}, {"", "证件号码"}});
  IdentifyItems(nullptr, &entry);
  CHECK(IdsOf(entry) == Ids{"i1", "i2", "i3"});

  Resource::Fields fields;
  fields.published = {.entry = WithItems({{"full_name", "姓名"}, {"i1", "住址"}})};
  fields.working.emplace();
  fields.working->entry = WithItems({{"full_name", "姓名"}, {"tel", "电话"}});
  fields.item_types = {{"full_name", ItemType::kText}, {"i1", ItemType::kText}, {"i2", ItemType::kDate}};
  const Resource known = Resource::Restore(fields);
  entry = WithItems({{"", "电话"}, {"", "性别"}, {"", "姓名"}, {"", "住址"}});
  IdentifyItems(&known, &entry);
  CHECK(IdsOf(entry) == Ids{"tel", "i3", "full_name", "i1"});
}

TEST_CASE("Two items of one name are two, as the rules of entries then say") {
  Resource::Fields fields;
  fields.published = {.entry = WithItems({{"full_name", "姓名"}})};
  const Resource known = Resource::Restore(fields);
  Entry entry = WithItems({{"", "姓名"}, {"", "姓名"}});
  IdentifyItems(&known, &entry);
  CHECK(IdsOf(entry) == Ids{"full_name", "i1"});
}

}  // namespace
}  // namespace shareway::catalog
