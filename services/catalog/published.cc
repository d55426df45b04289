// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/published.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

constexpr size_t kPage = 1000;

using Shown = std::vector<std::pair<std::string, std::optional<Entry>>>;

void Add(const v1::Resource& resource, Shown* shown) {
  std::optional<Entry> entry;
  if (resource.state() == v1::Resource::PUBLISHED) entry = EntryFrom(resource);
  shown->emplace_back(resource.name(), std::move(entry));
}

absl::StatusOr<Shown> ListOwn(const ResourceStore& store, absl::string_view name, size_t limit) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<v1::CatalogChange> page,
                            store.ListPublished(name, limit));
  Shown shown;
  for (const v1::CatalogChange& change : page) Add(change.resource(), &shown);
  return shown;
}

}  // namespace

absl::StatusOr<std::vector<std::pair<std::string, std::optional<Entry>>>> ListShown(
    const ResourceStore& store, const ForeignStore& foreign, absl::string_view name,
    size_t limit) {
  if (!name.empty() && !IsForeign(name)) return ListOwn(store, name, limit);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<v1::Resource> page, foreign.List(name, limit));
  if (page.empty()) return ListOwn(store, "", limit);
  Shown shown;
  for (const v1::Resource& resource : page) Add(resource, &shown);
  return shown;
}

absl::Status ForEachShown(const ResourceStore& store,
                          absl::FunctionRef<void(absl::string_view, const Entry*)> tell) {
  for (std::string last;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto page, ListOwn(store, last, kPage));
    if (page.empty()) return absl::OkStatus();
    for (const auto& [name, entry] : page) tell(name, entry ? &*entry : nullptr);
    last = page.back().first;
  }
}

std::string PublishedState(const ResourceStore& store, const ForeignStore& foreign) {
  const absl::StatusOr<std::string> others = foreign.State();
  if (!others.ok()) return "";
  return absl::StrCat(store.log().epoch(), "/", store.log().head(), ";", *others);
}

}  // namespace shareway::catalog
