// SPDX-License-Identifier: Apache-2.0
// Reads the installation's files of categories and of extension fields.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/domain/category.h"
#include "services/catalog/domain/extension.h"
#include "services/catalog/store/classification_file.pb.h"

namespace shareway::catalog {

// INVALID_ARGUMENT for text that is not the file's JSON, without version, and as Categories::Make.
absl::StatusOr<Categories> ReadCategories(absl::string_view json);
// INVALID_ARGUMENT likewise, and as Extensions::Make.
absl::StatusOr<Extensions> ReadExtensions(absl::string_view json);

// As they are served.
v1::Category ToMessage(const Categories& categories, const Category& category);
v1::ExtensionSchema ToMessage(const Extensions& extensions);

}  // namespace shareway::catalog
