// SPDX-License-Identifier: Apache-2.0
// Bundles that an origin signed, in which something is not what its authority published: each is
// refused whole.
#include <functional>
#include <string>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/evidence/record.h"
#include "services/catalog/bundle/test_installation.h"

namespace shareway::catalog {
namespace {

using Kind = v1::BundleConflict;

constexpr char kPublish[] = "/shareway.catalog.v1.CatalogService/PublishResource";
constexpr char kFirst[] = "resources/306002-000001";

// A province that pins a city, whose bundles are altered before they are sealed.
struct Forged {
  Forged() {
    city.Pin(PinLine("nobody.example", "-", province.message_key.public_key()));
    province.Pin(PinLine("city.example", "99", city.message_key.public_key()));
    city.Publish("306002/000001");
    city.world.clock.Advance(absl::Hours(1));
    city.Publish("306002/000002");
  }

  // What becomes of the city's whole catalogue after `alter`.
  Bundles::Outcome Import(const std::function<void(Bundle*)>& alter) {
    Bundle bundle =
        OpenBundle(city.bundles->Export("99", 0, 0).value(), province.origins).value();
    alter(&bundle);
    const std::string bytes =
        SealBundle(bundle, city.message_key, city.world.clock.Now()).value();
    return province.bundles->Import(province.world.By("officer"), bytes, false).value();
  }
  void CheckRefused(Kind::Kind kind, const std::function<void(Bundle*)>& alter) {
    const auto before = province.Everything();
    const Bundles::Outcome outcome = Import(alter);
    CHECK_FALSE(outcome.taken);
    REQUIRE(outcome.conflicts.count > 0);
    CHECK(outcome.conflicts.first[0].kind() == kind);
    CHECK(outcome.conflicts.first[0].resource() == kFirst);
    CHECK(outcome.conflicts.count == 1);
    CHECK(province.Everything() == before);
  }
  // An act of `person` that publishes `resource`, by `key`.
  evidence::SignedAct Publication(const crypto::PrivateKey& key, const std::string& resource,
                                  absl::Time time, const std::string& method = kPublish) {
    v1::PublishResourceRequest request;
    request.set_name(resource);
    return evidence::SignAct(key, "people/officer", method, request.SerializeAsString(), time)
        .value();
  }
  static absl::Time Published(const Bundle& bundle) {
    return evidence::FromTimestamp(bundle.entries[0].resource().publish_time());
  }
  // The officer's key in the bundle.
  static v1::Key* KeyOf(Bundle* bundle) {
    for (v1::DirectoryChange& object : bundle->objects) {
      if (object.has_key()) return object.mutable_key();
    }
    FAIL("the bundle has no key");
    return nullptr;
  }

  TestInstallation city{"city.example"}, province{"province.example"};
};

TEST_CASE("A bundle as it was made is taken, and sealed anew it is, too") {
  Forged forged;
  CHECK(forged.Import([](Bundle*) {}).taken);
  CHECK(forged.province.Everything().size() == 2);
}

TEST_CASE("The same revision with other content is refused") {
  Forged forged;
  REQUIRE(forged.Import([](Bundle*) {}).taken);
  forged.CheckRefused(Kind::CONTENT_DIFFERS, [](Bundle* bundle) {
    bundle->entries[0].mutable_resource()->set_title("别的标题");
  });
}

TEST_CASE("What nobody may write here is not taken from elsewhere either") {
  Forged forged;
  forged.CheckRefused(Kind::CONTENT_REFUSED, [](Bundle* bundle) {
    bundle->entries[0].mutable_resource()->set_title("机密★10年 演示");
  });
  forged.CheckRefused(Kind::CONTENT_REFUSED, [](Bundle* bundle) {
    bundle->entries[0].mutable_resource()->set_abstract(std::string(kMaxEntryBytes, 'x'));
  });
  // Nor an agency whose name is marked.
  const Bundles::Outcome outcome = forged.Import([](Bundle* bundle) {
    for (v1::DirectoryChange& object : bundle->objects) {
      if (object.has_agency()) {
        object.mutable_agency()->set_display_name("绝密★30年 演示局");
        return;
      }
    }
  });
  CHECK_FALSE(outcome.taken);
  REQUIRE(outcome.conflicts.count == 1);
  CHECK(outcome.conflicts.first[0].kind() == Kind::CONTENT_REFUSED);
}

TEST_CASE("What was withdrawn does not come back") {
  Forged forged;
  forged.city.Suspend(kFirst);
  forged.city.Withdraw(kFirst);
  REQUIRE(forged.Import([](Bundle*) {}).taken);
  forged.CheckRefused(Kind::WITHDRAWN, [](Bundle* bundle) {
    bundle->entries[0].mutable_resource()->set_state(v1::Resource::PUBLISHED);
  });
}

TEST_CASE("A publication that is not the authority's of this revision is refused") {
  Forged forged;
  const crypto::PrivateKey stranger = TestKey();
  const auto act_of = [&](const crypto::PrivateKey& key, absl::Duration later,
                          const std::string& resource, const std::string& method) {
    return [&forged, &key, later, resource, method](Bundle* bundle) {
      *bundle->entries[0].mutable_publication() = forged.Publication(
          key, resource, Forged::Published(*bundle) + later, method);
    };
  };
  const crypto::PrivateKey& officer = forged.city.officer_key;
  const std::vector<std::pair<std::string, std::function<void(Bundle*)>>> table = {
      {"none", [](Bundle* bundle) { bundle->entries[0].clear_publication(); }},
      {"of another entry",
       [](Bundle* bundle) {
         *bundle->entries[0].mutable_publication() = bundle->entries[1].publication();
       }},
      {"of another revision, an hour before",
       act_of(officer, -absl::Hours(1), kFirst, kPublish)},
      {"of another revision, an hour after", act_of(officer, absl::Hours(1), kFirst, kPublish)},
      {"another act of the same person",
       act_of(officer, absl::ZeroDuration(), kFirst,
              "/shareway.catalog.v1.CatalogService/ApproveResource")},
      {"by a key that the bundle does not list",
       act_of(stranger, absl::ZeroDuration(), kFirst, kPublish)},
      {"by a key under the name of the officer's",
       [&](Bundle* bundle) {
         const std::string claimed =
             bundle->entries[0].publication().signature().key_id();
         *bundle->entries[0].mutable_publication() =
             forged.Publication(stranger, kFirst, Forged::Published(*bundle));
         bundle->entries[0].mutable_publication()->mutable_signature()->set_key_id(claimed);
       }},
      {"with one bit changed", [](Bundle* bundle) {
         std::string act = bundle->entries[0].publication().act();
         act.back() = static_cast<char>(act.back() ^ 1);
         bundle->entries[0].mutable_publication()->set_act(act);
       }}};
  for (const auto& [what, alter] : table) {
    INFO(what);
    forged.CheckRefused(Kind::PUBLICATION, alter);
  }
  CHECK(forged.province.Everything().empty());
}

TEST_CASE("A publication by a key that did not count is refused") {
  Forged forged;
  const std::vector<std::pair<std::string, std::function<void(v1::Key*, absl::Time)>>> table = {
      {"suspended",
       [](v1::Key* key, absl::Time) { key->set_standing(v1::STANDING_SUSPENDED); }},
      {"ended before",
       [](v1::Key* key, absl::Time at) {
         *key->mutable_end_time() = evidence::ToTimestamp(at - absl::Minutes(1));
       }},
      {"of somebody else",
       [](v1::Key* key, absl::Time) { key->set_owner("people/editor"); }},
      {"for another use",
       [](v1::Key* key, absl::Time) { key->set_use(v1::Key::MESSAGE); }},
      {"another key", [](v1::Key* key, absl::Time) {
         key->set_spki(TestKey().public_key().spki());
       }}};
  for (const auto& [what, alter] : table) {
    INFO(what);
    const Bundles::Outcome outcome = forged.Import([&, &change = alter](Bundle* bundle) {
      change(Forged::KeyOf(bundle), Forged::Published(*bundle));
    });
    CHECK_FALSE(outcome.taken);
    CHECK(outcome.conflicts.count >= 1);
    for (const v1::BundleConflict& conflict : outcome.conflicts.first) {
      CHECK(conflict.kind() == Kind::PUBLICATION);
    }
    CHECK(forged.province.Everything().empty());
  }
  // Between the two publications the key began to count: one of them falls, and the other with it.
  const Bundles::Outcome outcome = forged.Import([](Bundle* bundle) {
    *Forged::KeyOf(bundle)->mutable_start_time() =
        evidence::ToTimestamp(Forged::Published(*bundle) + absl::Minutes(30));
  });
  CHECK_FALSE(outcome.taken);
  CHECK(outcome.conflicts.count == 1);
  CHECK(forged.province.Everything().empty());
  // A retired key's evidence stays.
  CHECK(forged.Import([](Bundle* bundle) {
          Forged::KeyOf(bundle)->set_standing(v1::RETIRED);
        }).taken);
}

}  // namespace
}  // namespace shareway::catalog
