// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/bundle/bundle.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/base/error.h"

namespace shareway::catalog {
namespace {

crypto::PrivateKey NewKey() { return crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256); }

std::string Pin(absl::string_view domain, const crypto::PublicKey& key) {
  return absl::StrCat(domain, " - ", ToBase64(key.spki()), "\n");
}

Bundle GoodBundle() {
  Bundle bundle;
  bundle.manifest.set_domain("city.example");
  bundle.manifest.set_epoch(1);
  bundle.manifest.set_number(7);
  for (const char* agency : {"agencies/a", "agencies/b"}) {
    bundle.objects.emplace_back().mutable_agency()->set_name(agency);
  }
  for (const char* name : {"resources/1", "resources/2", "resources/3"}) {
    v1::Resource* resource = bundle.entries.emplace_back().mutable_resource();
    resource->set_name(name);
    resource->set_provider("agencies/a");
    resource->set_state(v1::Resource::PUBLISHED);
  }
  return bundle;
}

// Of bytes that are not taken.
Reason WhyNot(absl::string_view bytes, const Origins& origins) {
  const absl::StatusOr<Bundle> opened = OpenBundle(bytes, origins);
  const auto details = DetailsOf(opened.status());
  return details ? details->reason : Reason::kUnspecified;
}

TEST_CASE("A bundle is opened as it was sealed") {
  const crypto::PrivateKey key = NewKey();
  const Origins origins = Origins::Parse(Pin("city.example", key.public_key())).value();
  const std::string bytes = SealBundle(GoodBundle(), key, absl::UnixEpoch()).value();
  const Bundle opened = OpenBundle(bytes, origins).value();
  CHECK(opened.manifest.number() == 7);
  CHECK(opened.objects.size() == 2);
  REQUIRE(opened.entries.size() == 3);
  CHECK(opened.entries[2].resource().name() == "resources/3");
}

TEST_CASE("No byte of a bundle can be changed, cut off or added") {
  const crypto::PrivateKey key = NewKey();
  const Origins origins = Origins::Parse(Pin("city.example", key.public_key())).value();
  const std::string bytes = SealBundle(GoodBundle(), key, absl::UnixEpoch()).value();
  for (size_t at = 0; at < bytes.size(); ++at) {
    INFO("byte " << at);
    std::string other = bytes;
    other[at] = static_cast<char>(other[at] ^ 1);
    CHECK_FALSE(OpenBundle(other, origins).ok());
    CHECK_FALSE(OpenBundle(absl::string_view(bytes).substr(0, at), origins).ok());
  }
  CHECK(WhyNot(absl::StrCat(bytes, "x"), origins) == Reason::kBundleDamaged);
  // Two entries of one length change places.
  std::string moved = bytes;
  const size_t one = moved.rfind("resources/1"), two = moved.rfind("resources/2");
  std::swap(moved[one + 10], moved[two + 10]);
  CHECK(WhyNot(moved, origins) == Reason::kBundleDamaged);
}

TEST_CASE("Whoever is not pinned for a domain does not speak for it") {
  const crypto::PrivateKey key = NewKey(), other = NewKey();
  const Origins origins = Origins::Parse(absl::StrCat(Pin("city.example", key.public_key()),
                                                      Pin("county.example", other.public_key())))
                              .value();
  const std::string forged = SealBundle(GoodBundle(), other, absl::UnixEpoch()).value();
  CHECK(WhyNot(forged, origins) == Reason::kOriginUnknown);
  Bundle bundle = GoodBundle();
  bundle.manifest.set_domain("elsewhere.example");
  CHECK(WhyNot(SealBundle(bundle, key, absl::UnixEpoch()).value(), origins) ==
        Reason::kOriginUnknown);
}

TEST_CASE("A signed bundle that breaks the form is refused all the same") {
  const crypto::PrivateKey key = NewKey();
  const Origins origins = Origins::Parse(Pin("city.example", key.public_key())).value();
  const auto refused = [&](const Bundle& bundle) {
    return WhyNot(SealBundle(bundle, key, absl::UnixEpoch()).value(), origins);
  };
  Bundle bundle = GoodBundle();
  std::swap(bundle.entries[0], bundle.entries[1]);
  CHECK(refused(bundle) == Reason::kBundleDamaged);
  bundle = GoodBundle();
  bundle.entries[1] = bundle.entries[0];
  CHECK(refused(bundle) == Reason::kBundleDamaged);
  bundle = GoodBundle();
  bundle.entries[0].mutable_resource()->set_state(v1::Resource::DRAFT);
  CHECK(refused(bundle) == Reason::kBundleDamaged);
  bundle = GoodBundle();
  bundle.objects[0].mutable_person()->set_name("people/p");
  CHECK(refused(bundle) == Reason::kBundleDamaged);
  bundle = GoodBundle();
  bundle.manifest.set_since(8);
  CHECK(refused(bundle) == Reason::kBundleDamaged);
}

TEST_CASE("What is too large is neither made nor read") {
  const crypto::PrivateKey key = NewKey();
  const Origins origins = Origins::Parse(Pin("city.example", key.public_key())).value();
  Bundle bundle = GoodBundle();
  bundle.entries[0].mutable_resource()->set_abstract(std::string(kMaxStatementBytes, 'x'));
  CHECK(absl::IsResourceExhausted(SealBundle(bundle, key, absl::UnixEpoch()).status()));
  CHECK(WhyNot(std::string(kMaxBundleBytes + 1, 'x'), origins) == Reason::kBundleTooLarge);
}

TEST_CASE("Entries without provider or publication are conflicts") {
  const crypto::PrivateKey key = NewKey();
  const Origins origins = Origins::Parse(Pin("city.example", key.public_key())).value();
  Bundle bundle = GoodBundle();
  bundle.entries[0].mutable_resource()->set_provider("agencies/elsewhere");
  const Conflicts conflicts = CheckBundle(bundle, *origins.Find("city.example"));
  REQUIRE(conflicts.count == 3);
  CHECK(conflicts.first[0].kind() == v1::BundleConflict::PROVIDER);
  CHECK(conflicts.first[1].kind() == v1::BundleConflict::PUBLICATION);
}

TEST_CASE("A line of pinned origins that is wrong is named") {
  const std::string key = ToBase64(NewKey().public_key().spki());
  for (const std::string& line :
       {absl::StrCat("City - ", key), absl::StrCat("city.example ", key),
        absl::StrCat("city.example 44x ", key), std::string("city.example - AAAA"),
        absl::StrCat("city.example - ", key, "\ncity.example 44 ", key)}) {
    INFO(line);
    const absl::Status status = Origins::Parse(line).status();
    CHECK(absl::StartsWith(status.message(), "line "));
  }
  CHECK(Origins::Parse(absl::StrCat("# all\n\ncity.example 44 ", key, " # the city\n"))
            ->all()
            .size() == 1);
}

}  // namespace
}  // namespace shareway::catalog
