// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/identity.h"

#include <openssl/asn1.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/key.h"
#include "libs/crypto/openssl.h"

namespace shareway::crypto {
namespace {

constexpr absl::string_view kScheme = "shareway://";

// A host name in lower case, at most 253 characters (RFC 1123 section 2.1).
bool IsDomain(absl::string_view domain) {
  if (domain.empty() || domain.size() > 253) return false;
  for (absl::string_view label : absl::StrSplit(domain, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
      return false;
    }
    if (!std::all_of(label.begin(), label.end(), [](char c) {
          return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
        })) {
      return false;
    }
  }
  return true;
}

absl::StatusOr<absl::Time> TimeOf(const ASN1_TIME* time) {
  std::tm tm = {};
  if (ASN1_TIME_to_tm(time, &tm) != 1) {
    return absl::InvalidArgumentError("the certificate's validity cannot be read");
  }
  return absl::FromTM(tm, absl::UTCTimeZone());
}

absl::StatusOr<OwnedX509> ParseCertificate(absl::string_view pem) {
  OwnedX509 certificate(PEM_read_bio_X509(ReadBio(pem).get(), nullptr, NoPassword, nullptr));
  if (certificate == nullptr) {
    return absl::InvalidArgumentError("the text has no certificate in PEM form");
  }
  return certificate;
}

// Of a stack, not of what lies in it.
struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};

// All that the text has, in its order.
std::vector<OwnedX509> ParseCertificates(absl::string_view pem) {
  std::vector<OwnedX509> all;
  const OwnedBio text = ReadBio(pem);
  while (X509* one = PEM_read_bio_X509(text.get(), nullptr, NoPassword, nullptr)) {
    all.emplace_back(one);
  }
  return all;
}

using OwnedNames = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;

// All URIs among the subject's alternative names.
std::vector<std::string> UrisOf(const X509* certificate) {
  std::vector<std::string> uris;
  const OwnedNames names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* const uri = name->d.uniformResourceIdentifier;
    uris.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(uri)),
                      static_cast<size_t>(ASN1_STRING_length(uri)));
  }
  return uris;
}

absl::Status In(const std::string& path, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

}  // namespace

absl::StatusOr<Identity> Identity::Parse(absl::string_view uri) {
  const absl::Status malformed = absl::InvalidArgumentError(absl::StrCat(
      "\"", uri.substr(0, 300), "\" is no identity, want shareway://DOMAIN/agency/A/node/N, ",
      ".../system/S, shareway://DOMAIN/service/S or shareway://DOMAIN/person/P"));
  if (!absl::StartsWith(uri, kScheme)) return malformed;
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(uri.substr(kScheme.size()), absl::MaxSplits('/', 1));
  Identity identity;
  identity.domain = std::string(halves.first);
  if (!IsDomain(identity.domain)) return malformed;
  if (auto node = ParseName("agency/{a}/node/{n}", halves.second); node.ok()) {
    identity.agency = absl::StrCat("agencies/", (*node)[0]);
    identity.name = absl::StrCat(identity.agency, "/nodes/", (*node)[1]);
    return identity;
  }
  if (auto system = ParseName("agency/{a}/system/{s}", halves.second); system.ok()) {
    identity.kind = Kind::kSystem;
    identity.agency = absl::StrCat("agencies/", (*system)[0]);
    identity.name = absl::StrCat(identity.agency, "/systems/", (*system)[1]);
    return identity;
  }
  if (auto service = ParseName("service/{s}", halves.second); service.ok()) {
    identity.kind = Kind::kService;
    identity.name = absl::StrCat("services/", (*service)[0]);
    return identity;
  }
  if (auto person = ParseName("person/{p}", halves.second); person.ok()) {
    identity.kind = Kind::kPerson;
    identity.name = absl::StrCat("people/", (*person)[0]);
    return identity;
  }
  return malformed;
}

std::string Identity::uri() const {
  const std::string id = name.substr(name.rfind('/') + 1);
  const std::string owner = agency.substr(agency.rfind('/') + 1);
  switch (kind) {
    case Kind::kNode:
      return absl::StrCat(kScheme, domain, "/agency/", owner, "/node/", id);
    case Kind::kSystem:
      return absl::StrCat(kScheme, domain, "/agency/", owner, "/system/", id);
    case Kind::kService:
      return absl::StrCat(kScheme, domain, "/service/", id);
    case Kind::kPerson:
      return absl::StrCat(kScheme, domain, "/person/", id);
  }
  return "";
}

TlsFiles TlsFiles::In(const std::string& dir) {
  return {dir + "/tls.crt", dir + "/tls.key", dir + "/ca.crt"};
}

absl::StatusOr<CertificateFacts> ReadCertificate(absl::string_view pem) {
  ErrorScope scope;
  SHAREWAY_ASSIGN_OR_RETURN(const OwnedX509 certificate, ParseCertificate(pem));
  const std::vector<std::string> uris = UrisOf(certificate.get());
  if (uris.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("the certificate has ", uris.size(), " URI names, want exactly 1"));
  }
  CertificateFacts facts;
  SHAREWAY_ASSIGN_OR_RETURN(facts.identity, Identity::Parse(uris[0]));
  unsigned char* spki = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &spki);
  if (size <= 0) return absl::InvalidArgumentError("the certificate's key cannot be read");
  facts.key_id = Sha256({reinterpret_cast<const char*>(spki), static_cast<size_t>(size)}).str();
  OPENSSL_free(spki);
  SHAREWAY_ASSIGN_OR_RETURN(facts.start, TimeOf(X509_get0_notBefore(certificate.get())));
  SHAREWAY_ASSIGN_OR_RETURN(facts.end, TimeOf(X509_get0_notAfter(certificate.get())));
  return facts;
}

TlsPems::~TlsPems() { OPENSSL_cleanse(key.data(), key.size()); }

absl::StatusOr<TlsPems> ReadTlsFiles(const TlsFiles& files) {
  TlsPems pems;
  SHAREWAY_ASSIGN_OR_RETURN(pems.certificate, ReadFile(files.certificate));
  SHAREWAY_ASSIGN_OR_RETURN(pems.key, ReadFile(files.key));
  SHAREWAY_ASSIGN_OR_RETURN(pems.ca, ReadFile(files.ca));
  return pems;
}

absl::StatusOr<CertificateFacts> CheckTlsFiles(const TlsFiles& files) {
  SHAREWAY_ASSIGN_OR_RETURN(const TlsPems pems, ReadTlsFiles(files));
  return CheckTls(pems, files);
}

absl::StatusOr<CertificateFacts> CheckTls(const TlsPems& pems, const TlsFiles& files) {
  ErrorScope scope;
  const OwnedPkey key(
      PEM_read_bio_PrivateKey(ReadBio(pems.key).get(), nullptr, NoPassword, nullptr));
  absl::StatusOr<CertificateFacts> facts = ReadCertificate(pems.certificate);
  if (!facts.ok()) return crypto::In(files.certificate, facts.status());
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(files.key, ": no private key in PEM form without password"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const OwnedX509 certificate, ParseCertificate(pems.certificate));
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(files.key, " is not the key of the certificate in ", files.certificate));
  }
  const absl::StatusOr<OwnedX509> authority = ParseCertificate(pems.ca);
  if (!authority.ok()) return crypto::In(files.ca, authority.status());
  return facts;
}

absl::Status CheckTrust(const TlsPems& pems, const TlsFiles& files) {
  ErrorScope scope;
  const std::vector<OwnedX509> chain = ParseCertificates(pems.certificate);
  if (chain.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(files.certificate, " has no certificate"));
  }
  const std::unique_ptr<X509_STORE, Free<X509_STORE_free>> trusted(X509_STORE_new());
  for (const OwnedX509& authority : ParseCertificates(pems.ca)) {
    X509_STORE_add_cert(trusted.get(), authority.get());
  }
  const std::unique_ptr<STACK_OF(X509), FreeStack> between(sk_X509_new_null());
  for (size_t i = 1; i < chain.size(); ++i) sk_X509_push(between.get(), chain[i].get());
  const std::unique_ptr<X509_STORE_CTX, Free<X509_STORE_CTX_free>> check(X509_STORE_CTX_new());
  if (X509_STORE_CTX_init(check.get(), trusted.get(), chain[0].get(), between.get()) != 1) {
    return absl::InternalError("a certificate's chain cannot be checked");
  }
  // The period has a message of its own, and ca.crt may name an authority below the root.
  X509_STORE_CTX_set_flags(check.get(), X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN);
  if (X509_verify_cert(check.get()) == 1) return absl::OkStatus();
  const int why = X509_STORE_CTX_get_error(check.get());
  return absl::InvalidArgumentError(
      absl::StrCat(files.certificate, " is not of an authority in ", files.ca, ": ",
                   X509_verify_cert_error_string(why)));
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, Free<std::fclose>> file(std::fopen(path.c_str(), "rb"));
  std::string text;
  char buffer[16384];
  size_t n = 0;
  while (file != nullptr && (n = std::fread(buffer, 1, sizeof(buffer), file.get())) > 0) {
    text.append(buffer, n);
  }
  OPENSSL_cleanse(buffer, sizeof(buffer));  // the file may be a key
  // A folder opens, too; only reading from it fails.
  if (file == nullptr || std::ferror(file.get()) != 0) {
    return absl::NotFoundError(absl::StrCat(path, " cannot be read"));
  }
  return text;
}

}  // namespace shareway::crypto
