// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/pages.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "tests/support/temp_dir.h"

namespace shareway::console {
namespace {

void Write(const std::string& path, const std::string& content) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << content;
}

std::string FieldOf(const HttpAnswer& answer, absl::string_view name) {
  for (const auto& [key, value] : answer.fields) {
    if (key == name) return value;
  }
  return "";
}

HttpRequest Get(const std::string& target, const std::string& codings = "") {
  return {.method = "GET", .target = target, .fields = {{"accept-encoding", codings}}};
}

struct Built {
  shareway::testing::TempDir dir;
  std::string web = dir.path() + "/web";
  Built() {
    Write(web + "/index.html", "<script nonce=SHAREWAY_NONCE></script><b nonce=SHAREWAY_NONCE>");
    Write(web + "/assets/index-B1c2D3e4.js", "plain");
    Write(web + "/assets/index-B1c2D3e4.js.br", "brotli");
    Write(web + "/assets/index-B1c2D3e4.js.gz", "gzip");
    Write(web + "/favicon.svg", "<svg/>");
    Write(dir.path() + "/secret", "secret");
  }
};

TEST_CASE("the index has a nonce of its own each time, and is not kept") {
  Built built;
  const auto pages = Pages::Load(built.web);
  INFO(pages.status());
  REQUIRE(pages.ok());
  const HttpAnswer one = pages->Answer(Get("/")), two = pages->Answer(Get("/"));
  CHECK(one.status == 200);
  CHECK(*one.body != *two.body);
  CHECK_FALSE(absl::StrContains(*one.body, kNoncePlace));
  const std::string csp = FieldOf(one, "Content-Security-Policy");
  const size_t at = csp.find("'nonce-") + 7;
  const std::string nonce = csp.substr(at, csp.find('\'', at) - at);
  CHECK(absl::StrContains(*one.body, "<script nonce=" + nonce + ">"));
  CHECK(absl::StrContains(*one.body, "<b nonce=" + nonce + ">"));
  CHECK(FieldOf(one, "Cache-Control") == "no-store");
  CHECK(*pages->Answer(Get("/requests/42?tab=terms")).body != "");
  CHECK(pages->Answer(Get("/index.html")).status == 200);
}

TEST_CASE("a file goes out as small as the browser takes it") {
  Built built;
  const Pages pages = Pages::Load(built.web).value();
  const std::string js = "/assets/index-B1c2D3e4.js";
  CHECK(*pages.Answer(Get(js)).body == "plain");
  CHECK(*pages.Answer(Get(js, "gzip, deflate, br")).body == "brotli");
  CHECK(*pages.Answer(Get(js, "gzip, br;q=0")).body == "gzip");
  CHECK(*pages.Answer(Get(js, "*;q=0.1, xbr")).body == "plain");
  const HttpAnswer packed = pages.Answer(Get(js, "br"));
  CHECK(FieldOf(packed, "Content-Encoding") == "br");
  CHECK(FieldOf(packed, "Content-Type") == "text/javascript; charset=utf-8");
  CHECK(absl::StrContains(FieldOf(packed, "Cache-Control"), "immutable"));
  CHECK(FieldOf(packed, "ETag") != FieldOf(pages.Answer(Get(js)), "ETag"));
  // The packed files are no pages of their own.
  CHECK(pages.Answer(Get(js + ".br")).status == 404);
}

TEST_CASE("a file without a digest in its name is asked for again") {
  Built built;
  const Pages pages = Pages::Load(built.web).value();
  HttpRequest again = Get("/favicon.svg");
  const HttpAnswer first = pages.Answer(again);
  CHECK(FieldOf(first, "Cache-Control") == "public, no-cache");
  again.fields["if-none-match"] = FieldOf(first, "ETag");
  CHECK(pages.Answer(again).status == 304);
  CHECK(pages.Answer(again).body == nullptr);
}

TEST_CASE("no path leads out of the folder") {
  Built built;
  const Pages pages = Pages::Load(built.web).value();
  for (const char* path : {"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt",
                           "//etc/passwd.txt", "/assets/index-B1c2D3e4.js/", "/.",
                           "/shareway.console.v1.SessionService/Nothing"}) {
    INFO(path);
    const HttpAnswer answer = pages.Answer(Get(path));
    CHECK((answer.status == 404 || FieldOf(answer, "Cache-Control") == "no-store"));
    CHECK((answer.body == nullptr || *answer.body != "secret"));
  }
  CHECK(pages.Answer(Get("/../secret.txt")).status == 404);
  CHECK(pages.Answer(Get("/shareway.console.v1.SessionService/Nothing")).status == 404);
}

TEST_CASE("a folder with links, odd names or no index is refused") {
  {
    Built built;
    std::filesystem::create_symlink(built.dir.path() + "/secret", built.web + "/link.txt");
    CHECK(absl::IsInvalidArgument(Pages::Load(built.web).status()));
  }
  {
    Built built;
    Write(built.web + "/a b.txt", "x");
    CHECK(absl::IsInvalidArgument(Pages::Load(built.web).status()));
  }
  {
    Built built;
    std::filesystem::remove(built.web + "/index.html");
    CHECK(absl::IsInvalidArgument(Pages::Load(built.web).status()));
    CHECK(absl::IsNotFound(Pages::Load(built.web + "/nowhere").status()));
  }
}

}  // namespace
}  // namespace shareway::console
