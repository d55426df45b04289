// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/identity.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/crypto/key.h"
#include "libs/crypto/openssl.h"

namespace shareway::crypto {
namespace {

constexpr char kNode[] = "shareway://demo.example/agency/11330100MB0000001X/node/n1";

std::string TextOf(BIO* bio) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio, &text);
  return std::string(text, static_cast<size_t>(size));
}

// A certificate signed by its own key, valid for an hour from 2026-01-01, with
// these alternative names in OpenSSL's notation.
std::string CertificateFor(const PrivateKey& key, const std::string& names) {
  const OwnedPkey pkey(
      PEM_read_bio_PrivateKey(ReadBio(key.ToPem()).get(), nullptr, NoPassword, nullptr));
  const OwnedX509 certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), 1767225600);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), 1767229200);
  X509_set_pubkey(certificate.get(), pkey.get());
  if (!names.empty()) {
    X509_EXTENSION* const extension =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    REQUIRE(extension != nullptr);
    X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  REQUIRE(X509_sign(certificate.get(), pkey.get(), EVP_sha256()) > 0);
  const OwnedBio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate.get());
  return TextOf(bio.get());
}

// A folder for one test.
struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "identity-XXXXXX").string();
    path = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(path + "/" + name) << text;
  }
  std::string path;
};

TEST_CASE("the four kinds of identity read and write the same") {
  const std::vector<std::pair<std::string, Identity>> good = {
      {kNode,
       {Identity::Kind::kNode, "demo.example", "agencies/11330100MB0000001X",
        "agencies/11330100MB0000001X/nodes/n1"}},
      {"shareway://demo.example/agency/11330100MB0000001X/system/hr-2",
       {Identity::Kind::kSystem, "demo.example", "agencies/11330100MB0000001X",
        "agencies/11330100MB0000001X/systems/hr-2"}},
      {"shareway://localhost/service/audit",
       {Identity::Kind::kService, "localhost", "", "services/audit"}},
      {"shareway://a-b.gov.cn/person/wang",
       {Identity::Kind::kPerson, "a-b.gov.cn", "", "people/wang"}}};
  for (const auto& [uri, identity] : good) {
    CAPTURE(uri);
    const auto parsed = Identity::Parse(uri);
    REQUIRE(parsed.ok());
    CHECK(*parsed == identity);
    CHECK(parsed->uri() == uri);
  }
}

TEST_CASE("anything else is no identity") {
  const std::vector<std::string> bad = {
      "",
      "shareway://",
      "https://demo.example/service/audit",
      "Shareway://demo.example/service/audit",
      "shareway://demo.example",
      "shareway://demo.example/",
      "shareway:///service/audit",
      "shareway://Demo.example/service/audit",
      "shareway://demo..example/service/audit",
      "shareway://-demo/service/audit",
      "shareway://demo.example:443/service/audit",
      "shareway://user@demo.example/service/audit",
      "shareway://demo.example/service/",
      "shareway://demo.example/service/audit/",
      "shareway://demo.example/service/audit?x",
      "shareway://demo.example/service/au dit",
      "shareway://demo.example/service/..",
      "shareway://demo.example//service/audit",
      "shareway://demo.example/agency/1/node",
      "shareway://demo.example/agency//node/n1",
      "shareway://demo.example/agency/1/node/n1/x",
      "shareway://demo.example/agency/1/door/n1",
      "shareway://demo.example/people/wang",
      absl::StrCat("shareway://demo.example/service/", std::string(64, 'a')),
      absl::StrCat(kNode, absl::string_view("\0", 1))};
  for (const std::string& uri : bad) {
    CAPTURE(uri);
    CHECK(Identity::Parse(uri).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("a certificate with one identity among other names is read") {
  const PrivateKey key = PrivateKey::Generate(Suite::kP256Sha256);
  const auto facts =
      ReadCertificate(CertificateFor(key, absl::StrCat("DNS:localhost,IP:127.0.0.1,URI:", kNode)));
  REQUIRE(facts.ok());
  CHECK(facts->identity.uri() == kNode);
  CHECK(facts->key_id == key.public_key().id().str());
  CHECK(facts->start == absl::FromUnixSeconds(1767225600));
  CHECK(facts->end == absl::FromUnixSeconds(1767229200));
  const auto public_key = PublicKey::FromCertificate(CertificateFor(key, ""));
  REQUIRE(public_key.ok());
  CHECK(public_key->spki() == key.public_key().spki());
}

TEST_CASE("a certificate without exactly one identity is refused") {
  const PrivateKey key = PrivateKey::Generate(Suite::kP256Sha256);
  const std::string uri = absl::StrCat("URI:", kNode);
  for (const std::string& names :
       {std::string(), std::string("DNS:localhost"), uri + "," + uri,
        uri + ",URI:shareway://demo.example/service/audit", uri + ",URI:https://demo.example/",
        std::string("URI:https://demo.example/"), std::string("DNS:shareway")}) {
    CAPTURE(names);
    CHECK(ReadCertificate(CertificateFor(key, names)).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
  CHECK(ReadCertificate("").status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(ReadCertificate(key.ToPem()).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("the files of a process are checked together") {
  const PrivateKey key = PrivateKey::Generate(Suite::kP256Sha256);
  const std::string certificate = CertificateFor(key, absl::StrCat("URI:", kNode));
  const Folder folder;
  folder.Write("tls.crt", certificate);
  folder.Write("tls.key", key.ToPem());
  folder.Write("ca.crt", certificate);
  const TlsFiles files = TlsFiles::In(folder.path);
  const auto facts = CheckTlsFiles(files);
  REQUIRE(facts.ok());
  CHECK(facts->identity.name == "agencies/11330100MB0000001X/nodes/n1");

  struct Spoilt {
    std::string file;
    std::string text;
  };
  const std::vector<Spoilt> table = {{"tls.key", PrivateKey::Generate(Suite::kP256Sha256).ToPem()},
                                     {"tls.key", "no key"},
                                     {"tls.crt", CertificateFor(key, "DNS:localhost")},
                                     {"tls.crt", "no certificate"},
                                     {"ca.crt", "no certificate"}};
  for (const Spoilt& spoilt : table) {
    CAPTURE(spoilt.file);
    const std::string before = *ReadFile(folder.path + "/" + spoilt.file);
    folder.Write(spoilt.file, spoilt.text);
    const absl::Status status = CheckTlsFiles(files).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(status.message(), spoilt.file));
    folder.Write(spoilt.file, before);
  }
  for (const std::string name : {"tls.crt", "tls.key", "ca.crt"}) {
    const std::string before = *ReadFile(folder.path + "/" + name);
    std::filesystem::remove(folder.path + "/" + name);
    CHECK(CheckTlsFiles(files).status().code() == absl::StatusCode::kNotFound);
    folder.Write(name, before);
  }
  CHECK(ReadFile(folder.path).status().code() == absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace shareway::crypto
