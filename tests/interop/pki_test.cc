// SPDX-License-Identifier: Apache-2.0
// What deploy/pki/issue makes, read as the services read it and judged by the openssl CLI.
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/key.h"
#include "tests/support/temp_dir.h"

namespace shareway::testing {
namespace {

// What a command printed on both streams, and whether it went well.
struct Ran {
  bool ok = false;
  std::string said = {};
};

Ran Run(const std::string& command) {
  Ran ran;
  std::FILE* const pipe = popen(absl::StrCat("( ", command, " ) 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  for (size_t n = 0; (n = std::fread(buffer, 1, sizeof(buffer), pipe)) > 0;) {
    ran.said.append(buffer, n);
  }
  const int status = pclose(pipe);
  ran.ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return ran;
}

// A DIR of the script with one service.
struct Pki {
  Pki() {
    Issue("init DIR test.example");
    Issue("service DIR catalog --days 10");
  }
  // Runs `issue` with these words, DIR being ours; ends the test if that fails.
  std::string Issue(const std::string& words) const {
    const Ran ran = Try(words);
    INFO(words << ": " << ran.said);
    REQUIRE(ran.ok);
    return ran.said;
  }
  Ran Try(std::string words) const {
    const size_t at = words.find("DIR");
    words.replace(at, 3, dir.path());
    return Run(absl::StrCat(SHAREWAY_SOURCE_DIR, "/deploy/pki/issue ", words));
  }
  std::string Home(const std::string& of) const { return dir / of; }
  crypto::CertificateFacts Facts(const std::string& of) const {
    const auto facts = crypto::CheckTlsFiles(crypto::TlsFiles::In(Home(of)));
    INFO(facts.status().ToString());
    REQUIRE(facts.ok());
    return *facts;
  }
  // As a peer that trusts the root alone would.
  Ran Verify(const std::string& of, const std::string& more = "") const {
    return Run(absl::StrCat("openssl verify ", more, " -CAfile ", dir.path(), "/ca/ca.crt",
                            " -untrusted ", Home(of), "/tls.crt ", Home(of), "/tls.crt"));
  }

  TempDir dir;
};

TEST_CASE("A certificate is issued below the root, for as many days as asked", "[pki]") {
  const Pki pki;
  const crypto::CertificateFacts facts = pki.Facts("service-catalog");
  CHECK(facts.identity.uri() == "shareway://test.example/service/catalog");
  CHECK(facts.end - absl::Now() < absl::Hours(24 * 10 + 1));
  CHECK(facts.end - absl::Now() > absl::Hours(24 * 9));
  const Ran verified = pki.Verify("service-catalog");
  INFO(verified.said);
  CHECK(verified.ok);
  // The root itself signed only the issuing authority.
  CHECK_FALSE(Run(absl::StrCat("openssl verify -CAfile ", pki.Home("ca"), "/ca.crt ",
                               pki.Home("service-catalog"), "/tls.crt"))
                  .ok);
  CHECK_FALSE(pki.Try("service DIR other --days 0").ok);
  CHECK_FALSE(pki.Try("service DIR other --days").ok);
}

TEST_CASE("A renewal keeps the identity, and the old and the new pair are both good", "[pki]") {
  const Pki pki;
  const crypto::CertificateFacts before = pki.Facts("service-catalog");
  const std::string key = pki.Issue("renew DIR service-catalog");
  const crypto::CertificateFacts renewed = pki.Facts("service-catalog/renewed");
  CHECK(renewed.identity == before.identity);
  CHECK(renewed.key_id != before.key_id);
  CHECK(key == crypto::KeyName(Hash32::From(renewed.key_id).value()) + "\n");
  CHECK(pki.Facts("service-catalog").key_id == before.key_id);  // still in use
  CHECK(pki.Verify("service-catalog").ok);
  CHECK(pki.Verify("service-catalog/renewed").ok);
  CHECK_FALSE(pki.Try("renew DIR service-catalog").ok);

  pki.Issue("install DIR service-catalog");
  CHECK(pki.Facts("service-catalog").key_id == renewed.key_id);
  CHECK_FALSE(std::filesystem::exists(pki.Home("service-catalog/renewed")));
  CHECK_FALSE(pki.Try("install DIR service-catalog").ok);

  pki.Issue("renew DIR service-catalog --keep-key --days 30");
  CHECK(pki.Facts("service-catalog/renewed").key_id == renewed.key_id);
  CHECK(pki.Facts("service-catalog/renewed").end < pki.Facts("service-catalog").end);
  // Nobody is told to retire the key that goes on.
  const Ran same = pki.Try("install DIR service-catalog");
  REQUIRE(same.ok);
  CHECK_FALSE(absl::StrContains(same.said, "retire"));
}

TEST_CASE("An installation that was killed is finished by the next", "[pki]") {
  const Pki pki;
  pki.Issue("renew DIR service-catalog");
  const crypto::CertificateFacts renewed = pki.Facts("service-catalog/renewed");
  for (const char* moved : {"/ca.crt", "/tls.key"}) {  // as far as it came
    std::filesystem::rename(pki.Home("service-catalog/renewed") + moved,
                            pki.Home("service-catalog") + moved);
  }
  pki.Issue("install DIR service-catalog");
  CHECK(pki.Facts("service-catalog").key_id == renewed.key_id);
}

TEST_CASE("What its owner wrote in place of a certificate is not renewed", "[pki]") {
  const Pki pki;
  pki.Issue("service DIR audit");
  // Certificates are public; their keys are not.
  std::filesystem::copy_file(pki.Home("service-audit") + "/tls.crt",
                             pki.Home("service-catalog") + "/tls.crt",
                             std::filesystem::copy_options::overwrite_existing);
  CHECK_FALSE(pki.Try("renew DIR service-catalog").ok);
  REQUIRE(Run(absl::StrCat("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ",
                           "-subj /CN=x -addext subjectAltName=URI:shareway://test.example/service/",
                           "audit -keyout ", pki.Home("service-catalog"), "/tls.key -out ",
                           pki.Home("service-catalog"), "/tls.crt"))
              .ok);
  CHECK_FALSE(pki.Try("renew DIR service-catalog").ok);
}

TEST_CASE("A revoked certificate is in the list, and no other", "[pki]") {
  const Pki pki;
  pki.Issue("service DIR audit");
  const std::string chain = absl::StrCat("-crl_check -CRLfile ", pki.Home("ca"), "/crl.pem");
  pki.Issue("crl DIR");
  CHECK(pki.Verify("service-catalog", chain).ok);
  pki.Issue(absl::StrCat("revoke DIR ", pki.Home("service-catalog"), "/tls.crt keyCompromise"));
  const Ran refused = pki.Verify("service-catalog", chain);
  CHECK_FALSE(refused.ok);
  CHECK(absl::StrContains(refused.said, "revoked"));
  const Ran other = pki.Verify("service-audit", chain);
  INFO(other.said);
  CHECK(other.ok);
  CHECK_FALSE(
      pki.Try(absl::StrCat("revoke DIR ", pki.Home("service-catalog"), "/tls.crt")).ok);  // once
  CHECK_FALSE(
      pki.Try(absl::StrCat("revoke DIR ", pki.Home("service-audit"), "/tls.crt whim")).ok);
}

TEST_CASE("A new issuing authority leaves the certificates of the old one valid", "[pki]") {
  const Pki pki;
  pki.Issue("intermediate DIR");
  CHECK(pki.Verify("service-catalog").ok);
  pki.Issue("service DIR audit");
  CHECK(pki.Verify("service-audit").ok);
  // Lists of both: what the old one issued can still be revoked.
  const std::string chain = absl::StrCat("-crl_check -CRLfile ", pki.Home("ca"), "/crl.pem");
  pki.Issue(absl::StrCat("revoke DIR ", pki.Home("service-catalog"), "/tls.crt keyCompromise"));
  CHECK(absl::StrContains(pki.Verify("service-catalog", chain).said, "revoked"));
  const Ran stands = pki.Verify("service-audit", chain);
  INFO(stands.said);
  CHECK(stands.ok);
  // One that is killed before the certificate followed its key: the pair before goes on.
  REQUIRE(Run(absl::StrCat("cd ", pki.Home("ca"), " && serial=$(openssl x509 -in issuing.crt -noout ",
                           "-serial) && cp issuing.key issuing-${serial#serial=}.key && openssl ",
                           "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out issuing.key"))
              .ok);
  // Without the root's key there is no other.
  std::filesystem::remove(pki.Home("ca") + "/ca.key");
  CHECK_FALSE(pki.Try("intermediate DIR").ok);
  pki.Issue("service DIR sharing");
  CHECK(pki.Verify("service-sharing").ok);
}

}  // namespace
}  // namespace shareway::testing
