// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/bootstrap.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"
#include "services/catalog/store/directory_message.h"

namespace shareway::catalog {

absl::StatusOr<std::vector<DirectoryObject>> ReadBootstrap(absl::string_view text) {
  std::vector<DirectoryObject> objects;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || absl::StartsWith(line, "#")) continue;
    v1::DirectoryChange change;
    const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(line), &change);
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": ", std::string(parsed.message())));
    }
    absl::StatusOr<DirectoryObject> object = FromChange(change);
    if (!object.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("line ", number, " holds no object"));
    }
    objects.push_back(*std::move(object));
  }
  return objects;
}

}  // namespace shareway::catalog
