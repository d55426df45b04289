// SPDX-License-Identifier: Apache-2.0
// Printed pages: what is on them, for whom, in which language, and that nothing on them runs.
#include "services/console/rpc/print.h"

#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "services/console/gateway/test_channel.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/sharing/v1/request_message.pb.h"
#include "shareway/sharing/v1/sharing_request.pb.h"

namespace shareway::console {
namespace {

using absl::StrContains;
using sharing::v1::SharingRequest;

SharingRequest Refused() {
  SharingRequest request;
  request.set_name("requests/7");
  request.set_resource("resources/3");
  request.set_resource_revision(2);
  request.set_consumer("agencies/11990100MB0000001X");
  request.set_provider("agencies/11990100MB0000002W");
  request.set_legal_basis("条例第十八条");
  request.set_state(SharingRequest::REFUSED);
  request.mutable_submit_time()->set_seconds(1764000000);
  request.mutable_decide_time()->set_seconds(1764300000);
  request.set_due_date("2025-12-08");
  request.set_profile("cn-2025-809@1");
  request.set_article("R25 21");
  auto* decision = request.mutable_decision();
  decision->set_verdict(sharing::v1::Decision::REFUSE);
  decision->set_ground(sharing::v1::Decision::LEGAL_BAR);
  decision->set_citation("统计法第二十五条");
  decision->set_reason("<script>alert(1)</script>");
  auto* step = request.add_steps();
  step->set_action("SignOffDecision");
  step->set_actor("people/li");
  step->set_state(SharingRequest::REFUSED);
  return request;
}

// A log of two entries, of which the second is the decision.
struct Log {
  evidence::v1::SealedRecord sealed;
  audit::v1::Checkpoint checkpoint;
  audit::v1::InclusionProof inclusion;

  Log() {
    evidence::v1::AuditRecord record;
    record.set_kind(evidence::v1::DECISION_SIGNED_OFF);
    record.set_object("requests/7");
    record.set_producer("shareway://test/service/sharing");
    evidence::v1::Envelope envelope;
    envelope.set_payload(record.SerializeAsString());
    sealed.set_record(envelope.SerializeAsString());
    sealed.set_salt(std::string(16, 's'));
    const merkle::Hasher& hasher = crypto::LogHasher();
    const Hash32 first = hasher.leaf("another");
    const Hash32 root = hasher.node(first, hasher.leaf(evidence::Commitment(sealed).view()));
    checkpoint.set_size(2);
    checkpoint.set_root(root.str());
    checkpoint.set_note("example.log\n2\nroot\n\n— example.log sig\n");
    inclusion.set_index(1);
    inclusion.set_size(2);
    inclusion.add_path(first.str());
  }
  audit::v1::LogEntry Entry(bool readable) const {
    audit::v1::LogEntry entry;
    entry.set_index(1);
    entry.set_commitment(evidence::Commitment(sealed).str());
    if (readable) *entry.mutable_sealed() = sealed;
    return entry;
  }
};

struct World {
  Log log;
  SharingRequest request = Refused();
  bool readable = true;
  absl::Status search = absl::OkStatus();
  std::shared_ptr<TestChannel> sharing = std::make_shared<TestChannel>();
  std::shared_ptr<TestChannel> audit = std::make_shared<TestChannel>();
  PrintPages pages{{{"sharing", sharing}, {"audit", audit}}, &SystemClock()};

  World() {
    sharing->answer = [this](const TestChannel::Asked& asked) -> absl::StatusOr<std::string> {
      sharing::v1::GetRequestRequest get;
      if (!get.ParseFromString(asked.request) || get.name() != request.name()) {
        return Error::NotVisible("requests/8");
      }
      return request.SerializeAsString();
    };
    audit->answer = [this](const TestChannel::Asked& asked) { return Audit(asked); };
  }
  absl::StatusOr<std::string> Audit(const TestChannel::Asked& asked) {
    if (absl::EndsWith(asked.path, "/GetCheckpoint")) return log.checkpoint.SerializeAsString();
    if (absl::EndsWith(asked.path, "/GetInclusionProof")) {
      return log.inclusion.SerializeAsString();
    }
    if (absl::EndsWith(asked.path, "/SearchEntries")) {
      if (!search.ok()) return search;
      audit::v1::SearchEntriesRequest wanted;
      REQUIRE(wanted.ParseFromString(asked.request));
      CHECK(wanted.object() == "requests/7");
      audit::v1::SearchEntriesResponse found;
      if (wanted.kind() == evidence::v1::DECISION_SIGNED_OFF && wanted.page_token().empty()) {
        found.set_next_page_token("more");  // a page may be empty and not the last
      } else if (wanted.kind() == evidence::v1::DECISION_SIGNED_OFF) {
        *found.add_entries() = log.Entry(readable);
      }
      return found.SerializeAsString();
    }
    audit::v1::GetEntriesRequest wanted;
    REQUIRE(wanted.ParseFromString(asked.request));
    if (wanted.begin() != 1) return Error::NotVisible("entry");
    audit::v1::GetEntriesResponse entries;
    *entries.add_entries() = log.Entry(readable);
    return entries.SerializeAsString();
  }
  HttpAnswer Get(const std::string& target, const std::string& languages = "en") {
    rpc::CallOptions caller;
    caller.actor = "people/wang TOTP 1000";
    return pages.Answer(
        {.method = "GET", .target = target, .fields = {{"accept-language", languages}}}, caller);
  }
};

std::string FieldOf(const HttpAnswer& answer, absl::string_view name) {
  for (const auto& [key, value] : answer.fields) {
    if (key == name) return value;
  }
  return "";
}

TEST_CASE("a decision's record tells answer, reasons, law, dates and its proof", "[print]") {
  World world;
  const HttpAnswer answer = world.Get("/print/requests/7");
  REQUIRE(answer.status == 200);
  for (const char* text :
       {"Record of a decision", "requests/7", "resources/3", "revision 2", "条例第十八条", "Refused",
        "The law bars it", "统计法第二十五条", "cn-2025-809@1", "R25 21", "2025-12-08", "UTC+8",
        "SignOffDecision", "people/li", "Checked by this console: the record fits",
        "DECISION_SIGNED_OFF", "— example.log sig", "people/wang"}) {
    INFO(text);
    CHECK(StrContains(*answer.body, text));
  }
  CHECK_FALSE(StrContains(*answer.body, "FAILED"));
  // The person's own calls, with nothing of the console's own.
  for (const auto& channel : {world.sharing, world.audit}) {
    for (const TestChannel::Asked& asked : channel->asked()) {
      CHECK(asked.options.actor == "people/wang TOTP 1000");
      CHECK(asked.options.inspected.empty());
    }
  }
}

TEST_CASE("nothing that was typed runs on a printed page, and nothing on it is kept", "[print]") {
  World world;
  world.request.set_scenario("\"'><img src=x onerror=alert(1)> \u202E gnp.exe");
  const HttpAnswer answer = world.Get("/print/requests/7");
  CHECK_FALSE(StrContains(*answer.body, "<script"));
  CHECK_FALSE(StrContains(*answer.body, "<img"));
  CHECK(StrContains(*answer.body, "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>"));
  const std::string policy = FieldOf(answer, "Content-Security-Policy");
  CHECK(absl::StartsWith(policy, "default-src 'none'; "));
  CHECK_FALSE(StrContains(policy, "script-src"));
  CHECK_FALSE(StrContains(policy, "unsafe"));
  const size_t at = policy.find("'nonce-") + 7;
  const std::string nonce = policy.substr(at, policy.find('\'', at) - at);
  CHECK(StrContains(*answer.body, absl::StrCat("<style nonce=\"", nonce, "\">")));
  CHECK_FALSE(StrContains(*world.Get("/print/requests/7").body, nonce));
  CHECK(FieldOf(answer, "Cache-Control") == "no-store");
}

TEST_CASE("a printed page speaks the language of its address, or else of the browser", "[print]") {
  World world;
  CHECK(StrContains(*world.Get("/print/requests/7", "zh-CN").body, "<html lang=\"zh-Hans\">"));
  CHECK(StrContains(*world.Get("/print/requests/7", "zh-CN").body, "不予共享"));
  CHECK(StrContains(*world.Get("/print/requests/7", "zh-TW").body, "適用規定"));
  const HttpAnswer chosen = world.Get("/print/requests/7?lang=zh-Hant", "en");
  CHECK(StrContains(*chosen.body, "適用規定"));
  CHECK(FieldOf(chosen, "Content-Language") == "zh-Hant");
  CHECK(StrContains(*chosen.body, "href=\"/print/requests/7?lang=en\""));
  CHECK(world.Get("/print/requests/7?lang=%3Cscript%3E", "en").status == 200);
}

TEST_CASE("a supervisor's reading says for which agency it is", "[print]") {
  World world;
  const HttpAnswer answer = world.Get("/print/requests/7?inspected=agencies/11990100MB0000001X");
  REQUIRE(answer.status == 200);
  CHECK(world.sharing->asked().at(0).options.inspected == "agencies/11990100MB0000001X");
  CHECK(StrContains(*answer.body, "?lang=en&amp;inspected=agencies/11990100MB0000001X"));
}

TEST_CASE("who may not read by the services reads nothing here", "[print]") {
  World world;
  const HttpAnswer hidden = world.Get("/print/requests/8");
  CHECK(hidden.status == 403);  // as the service says: there is none, or it is not yours
  CHECK(FieldOf(hidden, "Content-Type") == "text/html; charset=utf-8");
  for (const char* wrong : {"/print/", "/print/other/1", "/print/evidence/x",
                            "/print/evidence/01", "/print/evidence/-1",
                            "/print/evidence/18446744073709551615"}) {
    INFO(wrong);
    CHECK(world.Get(wrong).status == 404);
  }
  const HttpAnswer out = world.pages.Answer(
      {.method = "GET", .target = "/print/requests/7"},
      Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated, "over"));
  CHECK(out.status == 401);
  CHECK_FALSE(StrContains(*out.body, "resources/3"));
}

TEST_CASE("the record is told to who may read no log, without a proof", "[print]") {
  World world;
  world.search = Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied, "no role");
  const HttpAnswer answer = world.Get("/print/requests/7");
  CHECK(answer.status == 200);
  CHECK(StrContains(*answer.body, "统计法第二十五条"));
  CHECK(StrContains(*answer.body, "The log gives no proof"));
  CHECK_FALSE(StrContains(*answer.body, "Checked by this console"));
}

TEST_CASE("evidence is proved under the checkpoint, and its record shown to its readers", "[print]") {
  World world;
  const HttpAnswer answer = world.Get("/print/evidence/1");
  REQUIRE(answer.status == 200);
  for (const char* text : {"Proof of evidence", "the record fits the commitment",
                           "shareway://test/service/sharing", "— example.log sig"}) {
    INFO(text);
    CHECK(StrContains(*answer.body, text));
  }
  world.readable = false;
  const HttpAnswer withheld = world.Get("/print/evidence/1");
  CHECK(StrContains(*withheld.body, "only its commitment is shown"));
  CHECK(StrContains(*withheld.body, "the path leads to the checkpoint"));
  CHECK_FALSE(StrContains(*withheld.body, "shareway://test/service/sharing"));
}

TEST_CASE("a proof that does not come out is shouted, not printed as one", "[print]") {
  const auto printed = [](const std::function<void(World*)>& alter) {
    World world;
    alter(&world);
    const HttpAnswer answer = world.Get("/print/evidence/1");
    CHECK(answer.status == 200);
    CHECK_FALSE(StrContains(*answer.body, "Checked by this console"));
    return *answer.body;
  };
  CHECK(StrContains(printed([](World* w) { w->log.inclusion.set_path(0, std::string(32, 'x')); }),
                    "FAILED"));
  CHECK(StrContains(printed([](World* w) { w->log.inclusion.clear_path(); }), "FAILED"));
  CHECK(StrContains(printed([](World* w) { w->log.inclusion.set_index(0); }), "FAILED"));
  CHECK(StrContains(printed([](World* w) { w->log.checkpoint.set_root("short"); }), "FAILED"));
  CHECK(StrContains(printed([](World* w) { w->log.checkpoint.set_size(1); }),
                    "No witnessed checkpoint covers it yet"));
}

TEST_CASE("a record that is not the one in the tree does not pass for it", "[print]") {
  World world;
  const audit::v1::LogEntry right = world.log.Entry(true);
  world.audit->answer = [&](const TestChannel::Asked& asked) -> absl::StatusOr<std::string> {
    if (!absl::EndsWith(asked.path, "/GetEntries")) return world.Audit(asked);
    audit::v1::GetEntriesResponse entries;
    *entries.add_entries() = right;
    entries.mutable_entries(0)->mutable_sealed()->set_salt(std::string(16, 'x'));
    return entries.SerializeAsString();
  };
  CHECK(StrContains(*world.Get("/print/evidence/1").body, "FAILED"));
}

}  // namespace
}  // namespace shareway::console
