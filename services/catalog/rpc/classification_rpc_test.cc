// SPDX-License-Identifier: Apache-2.0
// Categories, codes and extension fields over real mTLS.
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/rpc/test_served.h"

namespace shareway::catalog {
namespace {

TEST_CASE("The tree of categories is listed page by page for everybody", "[catalog][rpc][code]") {
  Served served;
  const std::string path = absl::StrCat(kCatalogService, "ListCategories");
  v1::ListCategoriesRequest request;
  request.set_page_size(2);
  std::vector<std::string> codes;
  for (int pages = 0; pages < 5; ++pages) {
    const auto page = served.Call<v1::ListCategoriesResponse>("tax-editor", path, request).value();
    CHECK(page.version() == "test");
    for (const v1::Category& category : page.categories()) {
      codes.push_back(category.code());
      CHECK(category.label().zh_hant() == "類");
      CHECK(category.coded() == (category.level() == v1::Category::SECTION));
    }
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  CHECK(codes == std::vector<std::string>{"3", "306", "306002", "306003", "306012"});
  request.clear_page_token();
  request.set_parent("306002");
  const auto part = served.Call<v1::ListCategoriesResponse>("sharing", path, request).value();
  REQUIRE(part.categories_size() == 1);
  CHECK(part.categories(0).parent() == "306");
  request.set_parent("9");
  CHECK(absl::IsInvalidArgument(
      served.Call<v1::ListCategoriesResponse>("sharing", path, request).status()));
}

TEST_CASE("An editor asks for a code and drafts the entry that bears it", "[catalog][rpc][code]") {
  Served served;
  const std::string path = absl::StrCat(kCatalogService, "GenerateCode");
  v1::GenerateCodeRequest request;
  request.set_category("306002");
  request.set_request_id("r1");
  const auto code = served.Call<v1::GeneratedCode>("editor", path, request);
  REQUIRE(code.ok());
  CHECK(code->code() == "306002/000001");
  CHECK(served.Call<v1::GeneratedCode>("editor", path, request)->code() == code->code());
  CHECK(DetailsOf(served.Call<v1::GeneratedCode>("head", path, request).status())->reason ==
        Reason::kPolicyDenied);
  Entry entry = GoodEntry();
  entry.code = code->code();
  CHECK(served.Create("editor", entry)->code() == code->code());
  entry.code.clear();
  entry.category = "306002";
  CHECK(served.Create("editor", entry)->name() == "resources/306002-000002");
}

TEST_CASE("The schema of extension fields is served, and an entry is held to it",
          "[catalog][rpc][extension]") {
  Served served;
  ExtensionField field = {.key = "storage",
                          .label = {.zh_hans = "存储载体", .zh_hant = "存儲載體", .en = "Storage"},
                          .type = ExtensionField::Type::kText,
                          .max_length = 20,
                          .required = true};
  served.world().extensions = Extensions::Make("7", {field}).value();
  const auto schema = served.Call<v1::ExtensionSchema>(
      "tax-editor", absl::StrCat(kCatalogService, "GetExtensionSchema"),
      v1::GetExtensionSchemaRequest());
  REQUIRE(schema.ok());
  CHECK(schema->version() == "7");
  CHECK(schema->fields(0).key() == "storage");
  CHECK(schema->fields(0).type() == v1::ExtensionField::TEXT_VALUE);
  const absl::Status missing = served.Create("editor").status();
  REQUIRE(absl::IsInvalidArgument(missing));
  CHECK(DetailsOf(missing)->fields.at(0).field == "resource.extensions[storage]");
  Entry entry = GoodEntry();
  entry.extensions["storage"] = "磁盘阵列";
  const auto made = served.Create("editor", entry);
  REQUIRE(made.ok());
  CHECK(made->extensions().at("storage") == "磁盘阵列");
}

}  // namespace
}  // namespace shareway::catalog
