// SPDX-License-Identifier: Apache-2.0
// Revisions, update clocks and freshness over real mTLS.
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/record.h"
#include "services/catalog/rpc/test_served.h"

namespace shareway::catalog {
namespace {

std::string Path(const char* method) { return absl::StrCat(kCatalogService, method); }

v1::ListResourceRevisionsResponse Revisions(Served* served, const std::string& who, int size,
                                            const std::string& token = "") {
  v1::ListResourceRevisionsRequest request;
  request.set_name(kName);
  request.set_page_size(size);
  request.set_page_token(token);
  const auto listed =
      served->Call<v1::ListResourceRevisionsResponse>(who, Path("ListResourceRevisions"), request);
  INFO(listed.status());
  REQUIRE(listed.ok());
  return *listed;
}

// Publishes a second revision, of another title.
void Revise(Served* served) {
  v1::UpdateResourceRequest update;
  *update.mutable_resource() = served->Get("editor").value();
  update.mutable_resource()->set_title("最低生活保障对象信息（新）");
  update.mutable_resource()->set_change_reason("更名。");
  v1::Resource at = served->Call<v1::Resource>("editor", Path("UpdateResource"), update).value();
  v1::SubmitResourceRequest submit;
  submit.set_name(kName);
  at = served->Call<v1::Resource>("editor", Path("SubmitResource"), submit).value();
  v1::ApproveResourceRequest approve;
  approve.set_name(kName);
  approve.set_etag(at.etag());
  at = served->Act<v1::Resource>("head", Path("ApproveResource"), approve).value();
  v1::PublishResourceRequest publish;
  publish.set_name(kName);
  publish.set_etag(at.etag());
  REQUIRE(served->Act<v1::Resource>("officer", Path("PublishResource"), publish).ok());
}

TEST_CASE("Everyone reads who made the revisions of an entry, page by page",
          "[catalog][rpc][revision]") {
  Served served;
  served.Publish();
  Revise(&served);
  const auto first = Revisions(&served, "tax-editor", 1);
  REQUIRE(first.revisions_size() == 1);
  CHECK(first.revisions(0).revision() == 2);
  CHECK(first.revisions(0).change_reason() == "更名。");
  // Who the people of another agency are is told to nobody outside.
  CHECK(first.revisions(0).published_by().empty());
  CHECK(first.revisions(0).compilers_size() == 0);
  CHECK_FALSE(first.revisions(0).has_approval());
  for (const char* who : {"editor", "officer", "sharing"}) {
    CHECK(Revisions(&served, who, 1).revisions(0).published_by() == "people/officer");
    CHECK(Revisions(&served, who, 1).revisions(0).has_publication());
  }
  const auto second = Revisions(&served, "tax-editor", 1, first.next_page_token());
  REQUIRE(second.revisions_size() == 1);
  CHECK(second.revisions(0).revision() == 1);
  CHECK(second.next_page_token().empty());
}

TEST_CASE("A working copy is compared for those who see it, and is absent to others",
          "[catalog][rpc][revision]") {
  Served served;
  served.Publish();
  Revise(&served);
  const auto diff = [&served](const std::string& who, uint32_t from, uint32_t to) {
    v1::DiffResourceRevisionsRequest request;
    request.set_name(kName);
    request.set_from_revision(from);
    request.set_to_revision(to);
    return served.Call<v1::DiffResourceRevisionsResponse>(who, Path("DiffResourceRevisions"),
                                                          request);
  };
  const auto published = diff("tax-editor", 0, 2);
  REQUIRE(published.ok());
  CHECK(published->from_revision() == 1);
  REQUIRE(published->differences_size() == 2);  // the title, and the reason
  CHECK(published->differences(0).field() == "title");
  CHECK(diff("tax-editor", 1, 3).status() == Error::NotVisible(kName));
  CHECK(diff("tax-editor", 3, 1).status() == Error::NotVisible(kName));
  // What is older is not shown as if it had narrowed what came after it.
  const auto reversed = diff("tax-editor", 2, 1).status();
  REQUIRE(absl::IsInvalidArgument(reversed));
  CHECK(DetailsOf(reversed)->fields.at(0).field == "from_revision");
  CHECK(diff("tax-editor", 0, 1)->from_revision() == 1);
  CHECK(diff("tax-editor", 0, 1)->differences_size() == 0);
  CHECK(diff("editor", 0, 0).status() == Error::NotVisible(kName));  // there is none yet

  v1::UpdateResourceRequest update;
  *update.mutable_resource() = served.Get("editor").value();
  update.mutable_resource()->mutable_items()->RemoveLast();
  REQUIRE(served.Call<v1::Resource>("editor", Path("UpdateResource"), update).ok());
  CHECK(diff("tax-editor", 0, 0).status() == Error::NotVisible(kName));
  for (const char* who : {"editor", "officer"}) {
    const auto working = diff(who, 0, 0);
    INFO(who << " " << working.status());
    REQUIRE(working.ok());
    CHECK(working->from_revision() == 2);
    REQUIRE(working->differences_size() == 1);
    CHECK(working->differences(0).narrows());
    CHECK(working->narrowings(0).kind() == v1::Narrowing::ITEM_DROPPED);
  }

  v1::DeleteDraftRequest remove;
  remove.set_name(kName);
  remove.set_etag(served.Get("editor")->etag());
  CHECK(served.Call<v1::DeleteDraftResponse>("tax-editor", Path("DeleteDraft"), remove).status() ==
        Error::NotVisible(kName));
  const auto left = served.Call<v1::DeleteDraftResponse>("editor", Path("DeleteDraft"), remove);
  REQUIRE(left.ok());
  CHECK(left->resource().revision() == 2);
  CHECK(left->resource().etag() == served.Get("editor")->etag());
}

TEST_CASE("An update clock goes from report to consent over the wire", "[catalog][rpc][update]") {
  Served served;
  served.Publish();
  v1::ReportDutyChangeRequest report;
  report.mutable_change()->set_subject("《社会救助暂行办法》修订");
  report.mutable_change()->set_document("国务院令第649号");
  report.mutable_change()->add_agencies(kCivil);
  *report.mutable_change()->mutable_effect_time() =
      evidence::ToTimestamp(served.world().clock.Now());
  CHECK(served.Call<v1::ReportDutyChangeResponse>("tax-editor", Path("ReportDutyChange"), report)
            .status() == Error::NotVisible(kCivil));
  const auto reported =
      served.Call<v1::ReportDutyChangeResponse>("editor", Path("ReportDutyChange"), report);
  INFO(reported.status());
  REQUIRE(reported.ok());
  REQUIRE(reported->clocks_size() == 1);

  const auto list = [&served](const std::string& who) {
    v1::ListUpdateClocksRequest request;
    request.set_kind(v1::UpdateClock::UPDATE);
    return served.Call<v1::ListUpdateClocksResponse>(who, Path("ListUpdateClocks"), request);
  };
  CHECK(list("tax-editor")->clocks_size() == 0);
  CHECK(list("sharing")->clocks_size() == 1);
  const v1::UpdateClock running = list("officer")->clocks(0);
  CHECK(running.state() == v1::UpdateClock::RUNNING);
  CHECK(running.working_days_left() == 10);

  v1::AskUpdateExtensionRequest ask;
  ask.set_name(running.name());
  ask.set_etag(running.etag());
  ask.set_days(5);
  ask.set_reason("系统改造");
  CHECK(served.Call<v1::UpdateClock>("officer", Path("AskUpdateExtension"), ask).status().code() ==
        absl::StatusCode::kPermissionDenied);
  const auto asked = served.Call<v1::UpdateClock>("editor", Path("AskUpdateExtension"), ask);
  REQUIRE(asked.ok());
  CHECK(asked->state() == v1::UpdateClock::EXTENSION_ASKED);
  v1::ConsentUpdateExtensionRequest consent;
  consent.set_name(running.name());
  consent.set_etag(asked->etag());
  consent.set_document("演数函1号");
  const auto consented =
      served.Act<v1::UpdateClock>("officer", Path("ConsentUpdateExtension"), consent);
  INFO(consented.status());
  REQUIRE(consented.ok());
  CHECK(consented->working_days_left() == 15);
  CHECK(consented->superseded_due_times_size() == 1);
  v1::CompleteUpdateRequest complete;
  complete.set_name(running.name());
  complete.set_etag(consented->etag());
  complete.set_statement("该目录不受影响。");
  CHECK(served.Act<v1::UpdateClock>("head", Path("CompleteUpdate"), complete)->state() ==
        v1::UpdateClock::UNCHANGED);
}

TEST_CASE("A provider's node tells that data were refreshed, and all see what is stale",
          "[catalog][rpc][freshness]") {
  Served served;
  served.Publish();
  served.world().clock.Advance(absl::Hours(24 * 60));
  const auto stale = [&served](const std::string& who) {
    return served.Call<v1::ListStaleResponse>(who, Path("ListStale"), v1::ListStaleRequest());
  };
  REQUIRE(stale("tax-editor").ok());
  REQUIRE(stale("tax-editor")->resources_size() == 1);
  CHECK(stale("sharing")->resources(0).freshness().resource() == kName);
  v1::ReportRefreshRequest report;
  report.set_resource(kName);
  report.mutable_refresh()->set_dataset("low-income");
  report.mutable_refresh()->set_version(1);
  *report.mutable_refresh()->mutable_refresh_time() =
      evidence::ToTimestamp(served.world().clock.Now());
  // No person tells this, not of the provider either.
  CHECK(served.Call<v1::Freshness>("editor", Path("ReportRefresh"), report).status().code() ==
        absl::StatusCode::kPermissionDenied);
  CHECK(stale("tax-editor")->resources_size() == 1);
}

}  // namespace
}  // namespace shareway::catalog
