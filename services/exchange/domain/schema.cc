// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/schema.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::exchange {

std::optional<size_t> DatasetSchema::Find(absl::string_view id) const {
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].id == id) return i;
  }
  return std::nullopt;
}

std::vector<size_t> DatasetSchema::KeyItems() const {
  std::vector<size_t> places;
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].key) places.push_back(i);
  }
  return places;
}

absl::Status DatasetSchema::CheckLoadable() const {
  const auto refuse = [this](absl::string_view why) -> absl::Status {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(resource, " revision ", revision, " cannot be loaded: ", why))
        .With("resource", resource);
  };
  if (items.empty() || items.size() > kMaxItems) {
    return refuse(absl::StrCat("it has ", items.size(), " items, want 1 to ", kMaxItems));
  }
  if (KeyItems().empty()) return refuse("it names no key item");
  return absl::OkStatus();
}

}  // namespace shareway::exchange
