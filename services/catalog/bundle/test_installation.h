// SPDX-License-Identifier: Apache-2.0
// An installation with its own domain and keys that makes and takes bundles, for tests.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/evidence/envelope.h"
#include "services/catalog/bundle/bundles.h"
#include "services/catalog/world_test.h"
#include "shareway/catalog/v1/catalog_service.pb.h"

namespace shareway::catalog {

inline crypto::PrivateKey TestKey() {
  return crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
}

// A line that pins `key` for `domain`.
inline std::string PinLine(absl::string_view domain, absl::string_view prefix,
                           const crypto::PublicKey& key) {
  return absl::StrCat(domain, " ", prefix, " ", ToBase64(key.spki()), "\n");
}

class TestInstallation {
 public:
  explicit TestInstallation(std::string name) : domain(std::move(name)) {}

  // Who it takes bundles from, as a start with these lines does.
  void Pin(const std::string& lines) {
    origins = Origins::Parse(lines).value();
    if (world.origins != origins.Domains()) {
      bundles.reset();
      world.origins = origins.Domains();
      world.Reopen();
    }
    bundles =
        Bundles::Open(
            {.domain = domain,
             .key = &message_key,
             .origins = &origins,
             .resources = &*world.resources,
             .foreign = &*world.foreign,
             .clock = &world.clock,
             .directory = [this] { return world.registrar->Now(); },
             .announce =
                 [this](absl::string_view entry, const Entry* published) {
                   if (!muted) world.index->Show(entry, published);
                 },
             .learn =
                 [this](const DirectoryObject& object) {
                   if (!muted) world.index->Learn(object);
                 }})
            .value();
  }
  // From now on the index hears nothing of what is taken.
  void Mute() { muted = true; }

  // Publishes the good entry under this code, with the officer's own act.
  std::string Publish(const std::string& code) {
    Entry entry = GoodEntry();
    entry.code = code;
    const auto draft = world.catalog->Create(world.By("editor"), std::move(entry), false).value();
    const std::string name = draft.resource.fields().name;
    auto next = world.catalog->Submit(world.By("editor"), name, "").value();
    next = world.catalog->Approve(world.ActBy("head"), name, Catalog::Etag(next)).value();
    v1::PublishResourceRequest request;
    request.set_name(name);
    request.set_etag(Catalog::Etag(next));
    Cause cause = world.By("officer");
    cause.act = evidence::SignAct(officer_key, "people/officer",
                                  "/shareway.catalog.v1.CatalogService/PublishResource",
                                  request.SerializeAsString(), world.clock.Now())
                    .value();
    world.catalog->Publish(cause, name, request.etag()).value();
    return name;
  }
  void Suspend(const std::string& name) {
    const auto now = world.resources->Load(name).value();
    world.catalog->Suspend(world.ActBy("officer"), name, Catalog::Etag(now), "演示").value();
  }
  void Withdraw(const std::string& name) {
    const auto now = world.resources->Load(name).value();
    world.catalog->Withdraw(world.ActBy("officer"), name, Catalog::Etag(now), "演示", "").value();
  }

  // Everything that is published here, by its origin and its name there.
  std::map<std::string, std::string> Everything() {
    std::map<std::string, std::string> all;
    for (std::string last;;) {
      const auto page = world.resources->List("", last, 3).value();
      if (page.empty()) return all;
      for (const ResourceStore::Loaded& loaded : page) {
        last = loaded.resource.fields().name;
        v1::Resource resource = loaded.published_record.resource();
        if (!IsForeign(last)) {
          resource.set_name(ForeignName(domain, resource.name()));
          resource.set_provider(ForeignName(domain, resource.provider()));
        }
        all[resource.name()] =
            absl::StrCat(resource.SerializeAsString(),
                         loaded.published_record.publication().SerializeAsString());
      }
    }
  }

  const std::string domain;
  const crypto::PrivateKey message_key = TestKey(), officer_key = TestKey(),
                           founder_key = TestKey();
  TestWorld world = TestWorld(absl::StrCat(TestBootstrap(founder_key.public_key()),
                                           KeyLine(officer_key.public_key(), "people/officer")));
  Origins origins;
  bool muted = false;
  std::unique_ptr<Bundles> bundles;
};

}  // namespace shareway::catalog
