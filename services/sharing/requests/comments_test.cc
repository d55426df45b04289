// SPDX-License-Identifier: Apache-2.0
// Who reads which remark on a request.
#include "services/sharing/requests/comments.h"

#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

std::vector<std::string> Texts(const Comments& comments, const Actor& actor,
                               const std::string& request) {
  std::vector<std::string> texts;
  const absl::StatusOr<Page<Comment>> page = comments.List(actor, request, "", 10);
  if (!page.ok()) return {std::string(ReasonName(ReasonOf(page.status())))};
  for (const Stored<Comment>& comment : page->values) texts.push_back(comment.value.text);
  return texts;
}

TEST_CASE("An internal remark stays in its agency, a visible one reaches both sides",
          "[comments]") {
  TestDesk t;
  Comments comments(&t.desk, &t.sharing);
  const std::string request = t.NameOf(t.Submitted());
  REQUIRE(comments.Add(t.By(Reviewer()), {.request = request, .text = "内部", .internal = true})
              .ok());
  CHECK(t.Events().back().agencies_size() == 1);
  CHECK(t.Events().back().agencies(0) == kCivil);
  t.clock.Advance(absl::Seconds(1));
  REQUIRE(comments.Add(t.By(Applicant()), {.request = request, .text = "公开"}).ok());
  CHECK(t.Events().back().agencies_size() == 2);
  CHECK(Texts(comments, Reviewer(), request) == std::vector<std::string>{"公开", "内部"});
  CHECK(Texts(comments, Applicant(), request) == std::vector<std::string>{"公开"});
  CHECK(Texts(comments, Officer(), request) == std::vector<std::string>{"公开"});
  CHECK(Texts(comments, Stranger(), request) == std::vector<std::string>{"NOT_VISIBLE"});
}

TEST_CASE("Nobody remarks on what he may not read", "[comments]") {
  TestDesk t;
  Comments comments(&t.desk, &t.sharing);
  const std::string draft = t.NameOf(t.Draft());
  const auto refused = [&](const Actor& actor, const Comment& comment) {
    return ReasonOf(comments.Add(t.By(actor), comment).status());
  };
  CHECK(refused(Reviewer(), {.request = draft, .text = "a"}) == Reason::kNotVisible);
  CHECK(refused(Applicant(), {.request = "requests/none", .text = "a"}) == Reason::kNotVisible);
  CHECK(refused(Applicant(), {.request = draft, .text = ""}) == Reason::kFieldInvalid);
  CHECK(refused(Applicant(), {.request = draft, .text = std::string(2001, 'a')}) ==
        Reason::kFieldInvalid);
  CHECK(refused(Applicant(), {.request = draft, .text = std::string("a\0b", 3)}) ==
        Reason::kFieldInvalid);
  CHECK(refused(Applicant(), {.request = draft, .text = std::string(2000, 'a')}) ==
        Reason::kUnspecified);
}

}  // namespace
}  // namespace shareway::sharing
