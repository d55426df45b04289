// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_pki.h"

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "openssl/bio.h"
#include "openssl/ec.h"
#include "openssl/pem.h"
#include "openssl/x509v3.h"
#include "tests/support/temp_dir.h"

namespace shareway::testing {
namespace {

EVP_PKEY* FromPem(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  if (key == nullptr) std::abort();
  return key;
}

std::string ToPem(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<size_t>(size));
  BIO_free(bio);
  return pem;
}

void Extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) std::abort();
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

struct TestPki::State {
  std::string dir;
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  int serial = 1;

  X509* Make(EVP_PKEY* subject_key, const std::string& name, absl::Time end) {
    X509* made = X509_new();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial++);
    const time_t start = absl::ToTimeT(std::min(absl::Now(), end) - absl::Hours(1));
    const time_t stop = absl::ToTimeT(end);
    ASN1_TIME_set(X509_getm_notBefore(made), start);
    ASN1_TIME_set(X509_getm_notAfter(made), stop);
    X509_set_pubkey(made, subject_key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made, X509_get_subject_name(certificate ? certificate : made));
    return made;
  }
};

TestPki::TestPki(std::string dir) : state_(new State) {
  state_->dir = std::move(dir);
  state_->key = FromPem(crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256).ToPem());
  X509* ca = state_->Make(state_->key, "test authority", absl::Now() + absl::Hours(240));
  Extend(ca, ca, NID_basic_constraints, "critical,CA:TRUE");
  Extend(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign");
  // Two authorities of one name are told apart by it.
  Extend(ca, ca, NID_subject_key_identifier, "hash");
  X509_sign(ca, state_->key, EVP_sha256());
  state_->certificate = ca;
}

TestPki::~TestPki() {
  X509_free(state_->certificate);
  EVP_PKEY_free(state_->key);
  delete state_;
}

TestIdentity TestPki::Issue(const std::string& label, const std::vector<std::string>& uris,
                            absl::Time end) {
  const crypto::PrivateKey own = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  EVP_PKEY* key = FromPem(own.ToPem());
  X509* made = state_->Make(key, label, end);
  std::string names = "DNS:localhost,IP:127.0.0.1";
  for (const std::string& uri : uris) absl::StrAppend(&names, ",URI:", uri);
  Extend(made, state_->certificate, NID_subject_alt_name, names);
  Extend(made, state_->certificate, NID_ext_key_usage, "serverAuth,clientAuth");
  Extend(made, state_->certificate, NID_authority_key_identifier, "keyid:always");
  X509_sign(made, state_->key, EVP_sha256());
  TestIdentity identity = {{}, state_->dir + "/" + label, own};
  std::filesystem::create_directories(identity.dir);
  WriteFile(identity.dir + "/tls.crt", ToPem(made));
  WriteFile(identity.dir + "/tls.key", own.ToPem());
  WriteFile(identity.dir + "/ca.crt", ToPem(state_->certificate));
  identity.tls = crypto::TlsFiles::In(identity.dir);
  X509_free(made);
  EVP_PKEY_free(key);
  return identity;
}

}  // namespace shareway::testing
