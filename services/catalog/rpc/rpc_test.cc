// SPDX-License-Identifier: Apache-2.0
// Both services over real mTLS on loopback: people by their certificates, a
// service as watcher.
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/rpc/channel.h"
#include "services/catalog/rpc/test_served.h"
#include "services/catalog/search/test_ready.h"
#include "services/catalog/store/resource_message.h"
#include "shareway/catalog/v1/catalog_service.pb.h"

namespace shareway::catalog {
namespace {

TEST_CASE("An entry is published by three people with certificates and found by all",
          "[catalog][rpc]") {
  Served served;
  auto draft = served.Create("editor");
  REQUIRE(draft.ok());
  CHECK(draft->state() == v1::Resource::DRAFT);
  CHECK(draft->share_class() == v1::CONDITIONAL);
  CHECK(draft->available_actions_size() == 3);
  CHECK(served.Get("tax-editor").status() == Error::NotVisible(kName));
  CHECK(served.Get("sharing").status() == Error::NotVisible(kName));
  CHECK(served.Get("officer")->state() == v1::Resource::DRAFT);
}

TEST_CASE("A supervisor reads the drafts of the agency under his mandate, recorded",
          "[catalog][rpc][mandate]") {
  Served served;
  REQUIRE(served.Create("editor").ok());
  const absl::Status stranger = served.Get("tax-editor").status();
  CHECK(served.Get("supervisor").status() == stranger);
  served.FollowMandate(kCivil, "2001-01-01", "2001-12-31");
  CHECK(served.Get("supervisor").status() == stranger);
  served.FollowMandate(kBureau, "2001-01-01", "2999-12-31");
  CHECK(served.Get("supervisor").status() == stranger);
  CHECK(served.Readings() == 0);
  served.FollowMandate(kCivil, "2001-01-01", "2999-12-31");
  const absl::StatusOr<v1::Resource> draft = served.Get("supervisor");
  INFO(draft.status());
  REQUIRE(draft.ok());
  CHECK(draft->state() == v1::Resource::DRAFT);
  CHECK(draft->available_actions_size() == 0);
  CHECK(served.Readings() == 1);
  CHECK_FALSE(served.Create("supervisor").ok());
}

TEST_CASE("A published entry is read, listed and found with what each may do", "[catalog][rpc]") {
  Served served;
  const v1::Resource published = served.Publish();
  CHECK(published.state() == v1::Resource::PUBLISHED);
  CHECK(published.revision() == 1);
  CHECK(published.available_actions(0) == "SuspendResource");
  CHECK(served.Get("tax-editor")->etag().empty());
  CHECK(served.Get("editor")->available_actions(0) == "UpdateResource");
  CHECK(served.Get("sharing", 1)->title() == GoodEntry().title);
  CHECK(served.Get("sharing", 2).status() == Error::NotVisible(kName));

  v1::SearchResourcesRequest search;
  search.set_query("低保 民政局");
  REQUIRE(search::AwaitReady(served.world().index.get()));
  auto found = served.Call<v1::SearchResourcesResponse>(
      "tax-editor", absl::StrCat(kCatalogService, "SearchResources"), search);
  REQUIRE(found.ok());
  CHECK(found->total() == 1);
  CHECK(found->hits(0).resource().name() == kName);
  REQUIRE(found->hits(0).highlights_size() == 1);
  CHECK(found->hits(0).highlights(0).field() == "keywords[0]");
  CHECK(found->hits(0).highlights(0).pieces(0).found());
  REQUIRE(found->facets_size() > 0);
  CHECK(found->facets(0).field() == "share_class");
  CHECK(found->facets(0).values(0).value() == "CONDITIONAL");
  search.add_gradings(v1::CORE);
  found = served.Call<v1::SearchResourcesResponse>(
      "tax-editor", absl::StrCat(kCatalogService, "SearchResources"), search);
  REQUIRE(found.ok());
  CHECK(found->total() == 0);

  // A revision under way hides nothing from the others.
  v1::UpdateResourceRequest update;
  *update.mutable_resource() = *served.Get("editor");
  update.mutable_resource()->set_title("低保对象");
  REQUIRE(
      served.Call<v1::Resource>("editor", absl::StrCat(kCatalogService, "UpdateResource"), update)
          .ok());
  CHECK(served.Get("sharing")->title() == GoodEntry().title);
  CHECK(served.Get("editor")->title() == "低保对象");
  v1::ListResourcesRequest list;
  for (const auto& [who, state, count] :
       std::vector<std::tuple<std::string, v1::Resource::State, int>>{
           {"sharing", v1::Resource::STATE_UNSPECIFIED, 1},
           {"sharing", v1::Resource::DRAFT, 0},
           {"editor", v1::Resource::DRAFT, 1},
           {"editor", v1::Resource::PUBLISHED, 1}}) {
    list.set_state(state);
    auto listed = served.Call<v1::ListResourcesResponse>(
        who, absl::StrCat(kCatalogService, "ListResources"), list);
    REQUIRE(listed.ok());
    CHECK(listed->resources_size() == count);
  }
}

TEST_CASE("An entry says which items were received, and gives none of them away",
          "[catalog][rpc]") {
  Served served;
  Entry entry = GoodEntry();
  entry.items[2].received_under = "grants/abc";
  const auto draft = served.Create("editor", entry);
  REQUIRE(draft.ok());
  CHECK(draft->items(2).received_under() == "grants/abc");
  CHECK(served.Get("officer")->items(2).received_under() == "grants/abc");
  entry.code = "306002/000002";
  entry.items[2].share_class = ShareClass::kUnconditional;
  const absl::Status refused = served.Create("editor", entry).status();
  REQUIRE(absl::IsInvalidArgument(refused));
  REQUIRE(DetailsOf(refused)->fields.size() == 1);
  CHECK(DetailsOf(refused)->fields[0].field == "resource.items[2].share_class");
  CHECK(absl::StrContains(DetailsOf(refused)->fields[0].rule, "第二十五条"));
}

TEST_CASE("Pages follow each other without gap or repeat", "[catalog][rpc]") {
  Served served;
  for (int i = 1; i <= 7; ++i) {
    Entry entry = GoodEntry();
    entry.code = absl::StrCat("306002/00000", i);
    REQUIRE(served.Create("editor", entry).ok());
  }
  v1::ListResourcesRequest list;
  list.set_page_size(3);
  std::vector<std::string> names;
  for (int page = 0; page < 4; ++page) {
    auto listed = served.Call<v1::ListResourcesResponse>(
        "editor", absl::StrCat(kCatalogService, "ListResources"), list);
    REQUIRE(listed.ok());
    for (const v1::Resource& resource : listed->resources()) names.push_back(resource.name());
    if (listed->next_page_token().empty()) break;
    list.set_page_token(listed->next_page_token());
  }
  CHECK(names.size() == 7);
  CHECK(std::is_sorted(names.begin(), names.end()));
  // A token is good for its own query only.
  CHECK(
      absl::IsInvalidArgument(served
                                  .Call<v1::ListResourcesResponse>(
                                      "head", absl::StrCat(kCatalogService, "ListResources"), list)
                                  .status()));
  v1::ListAgenciesRequest agencies;
  agencies.set_page_size(2);
  auto first = served.Call<v1::ListAgenciesResponse>(
      "sharing", absl::StrCat(kDirectoryService, "ListAgencies"), agencies);
  REQUIRE(first.ok());
  CHECK(first->agencies_size() == 2);
  agencies.set_page_token(first->next_page_token());
  auto second = served.Call<v1::ListAgenciesResponse>(
      "sharing", absl::StrCat(kDirectoryService, "ListAgencies"), agencies);
  CHECK(second->agencies_size() == 1);
  CHECK(second->next_page_token().empty());
}

TEST_CASE(
    "A watcher of the directory gets a snapshot, then each change, and knows when it is current",
    "[catalog][rpc]") {
  Served served;
  const auto channel = served.As("sharing");
  auto watch = channel->ServerStream<v1::DirectoryChange>(
      absl::StrCat(kDirectoryService, "WatchDirectory"), v1::WatchDirectoryRequest(), {});
  CHECK(watch.Read()->value().snapshot_begin());
  int objects = 0;
  evidence::v1::Revision revision;
  for (;;) {
    const v1::DirectoryChange change = watch.Read()->value();
    if (change.snapshot_end()) {
      revision = change.revision();
      break;
    }
    CHECK_FALSE(change.has_revision());
    ++objects;
  }
  CHECK(objects == 18);
  CHECK(revision.epoch() == 1);
  CHECK(revision.number() == 18);

  v1::SetStandingRequest suspend;
  suspend.set_name("people/tax-editor");
  suspend.set_standing(v1::STANDING_SUSPENDED);
  suspend.set_reason("离岗");
  auto suspended = served.Act<v1::SetStandingResponse>(
      "admin", absl::StrCat(kDirectoryService, "SetStanding"), suspend);
  REQUIRE(suspended.ok());
  const v1::DirectoryChange change = watch.Read()->value();
  CHECK(change.person().standing() == v1::STANDING_SUSPENDED);
  CHECK(change.revision().number() == suspended->revision().number());
  // The server itself knows at once.
  CHECK(absl::IsUnauthenticated(served.Get("tax-editor").status()));

  v1::RenewLeaseRequest renew;
  renew.set_nonce("n");
  auto lease = served.Call<v1::RenewLeaseResponse>(
      "sharing", absl::StrCat(kDirectoryService, "RenewLease"), renew);
  REQUIRE(lease.ok());
  CHECK(lease->nonce() == "n");
  CHECK(lease->head().number() == 19);
  watch.Cancel();

  v1::WatchDirectoryRequest resume;
  *resume.mutable_from_revision() = revision;
  auto resumed = channel->ServerStream<v1::DirectoryChange>(
      absl::StrCat(kDirectoryService, "WatchDirectory"), resume, {});
  CHECK(resumed.Read()->value().person().name() == "people/tax-editor");
  resumed.Cancel();
}

TEST_CASE("A mandate is put and ended by the authority, and seen by whom it concerns",
          "[catalog][rpc]") {
  Served served;
  CHECK(DetailsOf(served.PutMandate("head").status())->reason == Reason::kPolicyDenied);
  const auto put = served.PutMandate("officer");
  REQUIRE(put.ok());
  CHECK(put->has_create_time());
  const evidence::AuditRecord event = served.world().Events().back();
  CHECK(event.kind() == evidence::v1::MANDATE_CHANGED);
  CHECK(event.object() == "mandates/m1");
  CHECK(event.agencies_size() == 1);
  CHECK(event.agencies(0) == kCivil);
  CHECK(event.has_act());
  // Authority, administrator, supervisor and the agency in scope.
  for (const char* who : {"officer", "admin", "tax-editor", "editor", "head"}) {
    CAPTURE(who);
    REQUIRE(served.GetMandate(who).ok());
    CHECK(served.GetMandate(who)->SerializeAsString() == put->SerializeAsString());
    CHECK(served.Listed(who) == 1);
  }
  v1::PutPersonRequest other;
  other.mutable_person()->set_name("people/other");
  other.mutable_person()->set_display_name("演示人员");
  other.mutable_person()->set_agency(kTax);
  REQUIRE(
      served.Act<v1::Person>("admin", absl::StrCat(kDirectoryService, "PutPerson"), other).ok());
  served.Admit("other", "person/other", "people/other");
  CHECK(DetailsOf(served.GetMandate("other").status())->reason == Reason::kNotVisible);
  CHECK(served.Listed("other") == 0);

  v1::EndMandateRequest end;
  end.set_name("mandates/m1");
  end.set_reason("检查结束");
  const std::string path = absl::StrCat(kDirectoryService, "EndMandate");
  CHECK_FALSE(served.Act<v1::Mandate>("head", path, end).ok());
  const auto ended = served.Act<v1::Mandate>("officer", path, end);
  REQUIRE(ended.ok());
  CHECK(ended->has_ended_time());
  CHECK(ended->ended_reason() == "检查结束");
  CHECK(served.GetMandate("tax-editor")->has_ended_time());
  CHECK(absl::IsFailedPrecondition(served.Act<v1::Mandate>("officer", path, end).status()));
}

TEST_CASE("A service is told of a mandate, a node of its revision alone", "[catalog][rpc]") {
  Served served;
  const std::string node = absl::StrCat(kCivil, "/nodes/n1");
  v1::PutNodeRequest put;
  put.mutable_node()->set_name(node);
  put.mutable_node()->set_address("127.0.0.1:7004");
  REQUIRE(served.Act<v1::Node>("admin", absl::StrCat(kDirectoryService, "PutNode"), put).ok());
  served.Admit("node", absl::StrCat(kCivil, "/node/n1").replace(0, 9, "agency/"), node);
  const auto watch_as = [&](const std::string& who) {
    return served.As(who)->ServerStream<v1::DirectoryChange>(
        absl::StrCat(kDirectoryService, "WatchDirectory"), v1::WatchDirectoryRequest(), {});
  };
  // The mandates in the snapshot, up to its end.
  const auto in_snapshot = [](auto& watch) {
    for (int mandates = 0;;) {
      const v1::DirectoryChange change = watch.Read()->value();
      mandates += change.has_mandate();
      if (change.snapshot_end()) return mandates;
    }
  };
  auto service = watch_as("sharing");
  auto its_node = watch_as("node");
  CHECK(in_snapshot(service) == 0);
  CHECK(in_snapshot(its_node) == 0);
  REQUIRE(served.PutMandate("officer").ok());
  CHECK(service.Read()->value().has_person());
  CHECK(its_node.Read()->value().has_person());
  const v1::DirectoryChange told = service.Read()->value();
  CHECK(told.mandate().name() == "mandates/m1");
  const v1::DirectoryChange left = its_node.Read()->value();
  CHECK(left.change_case() == v1::DirectoryChange::CHANGE_NOT_SET);
  CHECK(left.revision().number() == told.revision().number());
  service.Cancel();
  its_node.Cancel();

  auto service_anew = watch_as("sharing");
  auto node_anew = watch_as("node");
  CHECK(in_snapshot(service_anew) == 1);
  CHECK(in_snapshot(node_anew) == 0);
  service_anew.Cancel();
  node_anew.Cancel();
}

TEST_CASE("A directory on an old copy of its store renews no lease and tells nothing",
          "[catalog][rpc]") {
  Served served(true);
  const absl::Status refused =
      served
          .Call<v1::RenewLeaseResponse>("sharing", absl::StrCat(kDirectoryService, "RenewLease"),
                                        v1::RenewLeaseRequest())
          .status();
  REQUIRE(DetailsOf(refused));
  CHECK(DetailsOf(refused)->reason == Reason::kRolledBack);
  auto watch = served.As("sharing")->ServerStream<v1::DirectoryChange>(
      absl::StrCat(kDirectoryService, "WatchDirectory"), v1::WatchDirectoryRequest(), {});
  CHECK(DetailsOf(watch.Read().status())->reason == Reason::kRolledBack);
}

TEST_CASE("A watcher of the catalogue sees publication and suspension", "[catalog][rpc]") {
  Served served;
  const v1::Resource published = served.Publish();
  auto watch = served.As("sharing")->ServerStream<v1::CatalogChange>(
      absl::StrCat(kCatalogService, "WatchCatalog"), v1::WatchCatalogRequest(), {});
  CHECK(watch.Read()->value().snapshot_begin());
  const v1::CatalogChange kept = watch.Read()->value();
  CHECK(kept.resource().name() == kName);
  // Direct grants rest on the authority's act: it comes in a snapshot and with each change.
  evidence::v1::Act act;
  REQUIRE(act.ParseFromString(kept.publication().act()));
  CHECK(act.method() == absl::StrCat(kCatalogService, "PublishResource"));
  CHECK(act.person() == "people/officer");
  v1::PublishResourceRequest publish;
  REQUIRE(publish.ParseFromString(act.request()));
  CHECK(publish.name() == kName);
  CHECK(watch.Read()->value().revision().number() == 1);
  v1::SuspendResourceRequest suspend;
  suspend.set_name(kName);
  suspend.set_etag(published.etag());
  suspend.set_reason("数据核查");
  auto answer = served.Act<v1::Resource>(
      "officer", absl::StrCat(kCatalogService, "SuspendResource"), suspend);
  REQUIRE(answer.ok());
  CHECK(answer->state() == v1::Resource::SUSPENDED);
  const v1::CatalogChange change = watch.Read()->value();
  CHECK(change.resource().state() == v1::Resource::SUSPENDED);
  CHECK(change.publication().SerializeAsString() == kept.publication().SerializeAsString());
  CHECK(change.revision().number() == 2);
  watch.Cancel();
}

TEST_CASE("A head applies for the agency's node and the administrator lets it in",
          "[catalog][rpc]") {
  Served served;
  const std::string name = absl::StrCat(kCivil, "/nodes/n1");
  const auto key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  v1::ApplyNodeRequest apply;
  v1::NodeApplication* asked = apply.mutable_application();
  asked->mutable_node()->set_name(name);
  asked->mutable_node()->set_address("n1.example:7004");
  asked->mutable_protection()->set_level(1);
  v1::Key* tls = asked->add_keys();
  tls->set_use(v1::Key::TLS);
  tls->set_suite(evidence::v1::P256_SHA256);
  tls->set_spki(key.public_key().spki());
  const std::string apply_path = absl::StrCat(kDirectoryService, "ApplyNode");
  CHECK(absl::IsPermissionDenied(
      served.Act<v1::NodeApplication>("admin", apply_path, apply).status()));
  CHECK_FALSE(served.Call<v1::NodeApplication>("head", apply_path, apply).ok());  // unsigned
  auto at = served.Act<v1::NodeApplication>("head", apply_path, apply);
  REQUIRE(at.ok());
  CHECK(at->state() == v1::NodeApplication::APPLIED);
  CHECK(at->keys(0).owner() == name);
  auto listed = served.Call<v1::ListNodeApplicationsResponse>(
      "admin", absl::StrCat(kDirectoryService, "ListNodeApplications"),
      v1::ListNodeApplicationsRequest());
  REQUIRE(listed.ok());
  REQUIRE(listed->applications_size() == 1);
  v1::ApproveNodeRequest approve;
  approve.set_name(name);
  approve.set_etag(listed->applications(0).etag());
  const std::string approve_path = absl::StrCat(kDirectoryService, "ApproveNode");
  CHECK(absl::IsPermissionDenied(
      served.Act<v1::NodeApplication>("head", approve_path, approve).status()));
  at = served.Act<v1::NodeApplication>("admin", approve_path, approve);
  REQUIRE(at.ok());
  CHECK(at->state() == v1::NodeApplication::APPROVED);
  CHECK(served.world().registrar->Now()->Find<Node>(name)->standing == Standing::kActive);
  v1::GetNodeApplicationRequest get;
  get.set_name(name);
  CHECK(served
            .Call<v1::NodeApplication>("head",
                                       absl::StrCat(kDirectoryService, "GetNodeApplication"), get)
            ->decided_by() == "people/admin");
}

TEST_CASE("Roles and signatures are asked for", "[catalog][rpc]") {
  Served served;
  CHECK(absl::IsPermissionDenied(served.Create("head").status()));
  CHECK(absl::IsPermissionDenied(served.Create("sharing").status()));
  v1::PutAgencyRequest put;
  put.mutable_agency()->set_name(kTax);
  const std::string path = absl::StrCat(kDirectoryService, "PutAgency");
  CHECK_FALSE(served.Call<v1::Agency>("admin", path, put).ok());  // unsigned
  CHECK(absl::IsPermissionDenied(served.Act<v1::Agency>("officer", path, put).status()));
  const absl::Status malformed = served.Act<v1::Agency>("admin", path, put).status();
  REQUIRE(absl::IsInvalidArgument(malformed));
  CHECK(DetailsOf(malformed)->fields.size() == 4);
  // All that a malformed entry breaks comes back over the wire.
  Entry bad = GoodEntry();
  bad.title.clear();
  bad.items[1].id = "1";
  const absl::Status refused = served.Create("editor", bad).status();
  CHECK(DetailsOf(refused)->fields.size() == 2);
  CHECK(DetailsOf(refused)->fields[1].field == "resource.items[1].id");
}

}  // namespace
}  // namespace shareway::catalog
