// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/tls_source.h"

#include <fstream>
#include <iterator>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/rpc/test_world.h"

namespace shareway::rpc {
namespace {

constexpr char kUri[] = "shareway://test/service/catalog";

std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_CASE("A file in memory shows one whole content at one path") {
  MemoryFile file;
  CHECK(file.path().empty());
  REQUIRE(file.Replace({"key", "\n", "certificate"}).ok());
  const std::string path = file.path();
  CHECK(ContentOf(path) == "key\ncertificate");
  std::ifstream before(path, std::ios::binary);
  std::string word;
  REQUIRE(std::getline(before, word));
  REQUIRE(file.Replace({"other"}).ok());
  // Who was reading reads to the end what he began.
  CHECK(std::getline(before, word));
  CHECK(word == "certificate");
  CHECK(file.path() == path);
  CHECK(ContentOf(path) == "other");
}

// The files of one process, and what uses them.
struct Renewal {
  Renewal() : pki(dir.path()), identity(pki.Issue("own", {kUri})) {
    auto opened = TlsSource::Open(identity.tls);
    REQUIRE(opened.ok());
    source = *opened;
  }
  std::string KeyInUse() const { return source->facts().key_id; }
  static std::string IdOf(const testing::TestIdentity& of) {
    return of.key.public_key().id().str();
  }

  testing::TempDir dir;
  testing::TestPki pki;
  testing::TestIdentity identity;
  std::shared_ptr<TlsSource> source;
  absl::Time now = absl::Now();
};

TEST_CASE("Renewed TLS files are taken while the process runs") {
  Renewal t;
  CHECK(t.KeyInUse() == Renewal::IdOf(t.identity));
  const auto provider = t.source->provider();
  t.source->Look(t.now);
  CHECK(t.source->provider() == provider);  // nothing is new
  const testing::TestIdentity renewed = t.pki.Issue("own", {kUri});
  REQUIRE(Renewal::IdOf(renewed) != Renewal::IdOf(t.identity));
  t.source->Look(t.now);
  CHECK(t.KeyInUse() == Renewal::IdOf(renewed));
  CHECK(t.source->refused().ok());
}

TEST_CASE("TLS files that do not fit keep the old pair in use, and are an alarm once they stay") {
  Renewal t;
  const testing::TestIdentity other = t.pki.Issue("other", {"shareway://test/service/audit"});
  const testing::TestIdentity expired =
      t.pki.Issue("expired", {kUri}, absl::Now() - absl::Hours(1));
  // Other authorities, whose certificates for the same identity are good in themselves.
  testing::TempDir elsewhere;
  testing::TestPki others(elsewhere.path());
  const testing::TestIdentity foreign = others.Issue("own", {kUri});
  const std::string foreign_ca = ContentOf(foreign.tls.ca);
  struct Spoilt {
    std::string says;
    std::string key = {};
    std::string certificate = {};
    std::string ca = {};
  };
  const std::string key = ContentOf(t.identity.tls.key);
  const std::string certificate = ContentOf(t.identity.tls.certificate);
  const std::string ca = ContentOf(t.identity.tls.ca);
  const std::vector<Spoilt> table = {
      {"is not the key", ContentOf(other.tls.key), certificate, ca},
      {"tls.key", "half a ke", certificate, ca},
      {"tls.crt", key, "", ca},
      {"ca.crt", key, certificate, "-----BEGIN"},
      {"service/audit", ContentOf(other.tls.key), ContentOf(other.tls.certificate), ca},
      {"is valid from", ContentOf(expired.tls.key), ContentOf(expired.tls.certificate), ca},
      {"is not of an authority in", ContentOf(foreign.tls.key), ContentOf(foreign.tls.certificate),
       ca},
      {"is not of an authority in", key, certificate, foreign_ca}};
  for (const Spoilt& row : table) {
    CAPTURE(row.says);
    testing::WriteFile(t.identity.tls.key, row.key);
    testing::WriteFile(t.identity.tls.certificate, row.certificate);
    testing::WriteFile(t.identity.tls.ca, row.ca);
    const absl::Time written = t.now += absl::Hours(1);
    t.source->Look(written);
    CHECK(t.source->refused().ok());  // it may be half written
    t.source->Look(written + absl::Seconds(5));
    CHECK(absl::StrContains(t.source->refused().message(), row.says));
    CHECK(t.KeyInUse() == Renewal::IdOf(t.identity));
    testing::WriteFile(t.identity.tls.key, key);
    testing::WriteFile(t.identity.tls.certificate, certificate);
    testing::WriteFile(t.identity.tls.ca, ca);
    t.source->Look(written + absl::Seconds(6));
    CHECK(t.source->refused().ok());
  }
}

TEST_CASE("A process changes its authority by a ca.crt that names both for a while") {
  Renewal t;
  testing::TempDir elsewhere;
  testing::TestPki others(elsewhere.path());
  const testing::TestIdentity next = others.Issue("own", {kUri});
  const std::string both =
      absl::StrCat(ContentOf(t.identity.tls.ca), "\n", ContentOf(next.tls.ca));
  testing::WriteFile(t.identity.tls.ca, both);
  t.source->Look(t.now);
  testing::WriteFile(t.identity.tls.key, ContentOf(next.tls.key));
  testing::WriteFile(t.identity.tls.certificate, ContentOf(next.tls.certificate));
  t.source->Look(t.now += absl::Seconds(10));
  t.source->Look(t.now += absl::Seconds(10));
  INFO(t.source->refused());
  CHECK(t.KeyInUse() == Renewal::IdOf(next));
  CHECK(t.source->refused().ok());
}

TEST_CASE("Files that do not fit from the start are no source") {
  Renewal t;
  const testing::TestIdentity fresh = t.pki.Issue("fresh", {kUri});
  testing::WriteFile(fresh.tls.key, ContentOf(t.identity.tls.key));
  CHECK(absl::IsInvalidArgument(TlsSource::Of(fresh.tls).status()));
  CHECK(absl::IsNotFound(TlsSource::Of(crypto::TlsFiles::In(t.dir / "none")).status()));
}

TEST_CASE(
    "A new connection shows the renewed certificate, and both keys count while both are listed") {
  World world;
  REQUIRE(world.Get(world.officer).ok());
  const std::shared_ptr<Channel> standing = world.Connect(world.officer);
  catalog::v1::GetAgencyRequest request;
  request.set_name("a");
  REQUIRE(standing->Unary<catalog::v1::Agency>(Path("GetAgency"), request).ok());
  const testing::TestIdentity renewed = world.Issue("officer", "shareway://test/person/officer");
  CHECK(absl::IsUnauthenticated(world.Get(renewed).status()));
  world.Register(renewed, "people/officer");
  CHECK(world.Get(renewed).ok());
  CHECK(standing->Unary<catalog::v1::Agency>(Path("GetAgency"), request).ok());
  world.Register(world.officer, "people/officer", catalog::v1::RETIRED);
  CHECK(world.Get(renewed).ok());
  CHECK(absl::IsUnauthenticated(
      standing->Unary<catalog::v1::Agency>(Path("GetAgency"), request).status()));
}

}  // namespace
}  // namespace shareway::rpc
