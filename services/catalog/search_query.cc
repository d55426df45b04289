// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search_query.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::catalog {
namespace {

template <typename Enum>
absl::Status Take(absl::string_view field, const google::protobuf::RepeatedField<int>& values,
                  int last, std::vector<Enum>* to) {
  for (int i = 0; i < values.size(); ++i) {
    if (values[i] < 1 || values[i] > last) {
      return Error::Field(absl::StrCat(field, "[", i, "]"),
                          absl::StrCat("is ", values[i], ", want 1 to ", last));
    }
    to->push_back(static_cast<Enum>(values[i]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<search::Query> QueryFrom(const v1::SearchResourcesRequest& request) {
  search::Query query = {.words = request.query(),
                         .provider = request.provider(),
                         .category = request.category(),
                         .division = request.division()};
  SHAREWAY_RETURN_IF_ERROR(
      Take("share_classes", request.share_classes(), v1::ShareClass_MAX, &query.share_classes));
  SHAREWAY_RETURN_IF_ERROR(
      Take("formats", request.formats(), v1::ResourceFormat_MAX, &query.formats));
  SHAREWAY_RETURN_IF_ERROR(
      Take("update_cycles", request.update_cycles(), v1::UpdateCycle_MAX, &query.update_cycles));
  SHAREWAY_RETURN_IF_ERROR(Take("gradings", request.gradings(), v1::Grading_MAX, &query.gradings));
  return query;
}

}  // namespace shareway::catalog
