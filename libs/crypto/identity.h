// SPDX-License-Identifier: Apache-2.0
// TLS identities: the one URI in a certificate, and the files of a process.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace shareway::crypto {

// Who a certificate says it is: shareway://DOMAIN/agency/A/node/N, .../system/S,
// shareway://DOMAIN/service/S or shareway://DOMAIN/person/P.
struct Identity {
  enum class Kind { kNode, kSystem, kService, kPerson };
  Kind kind = Kind::kNode;
  std::string domain = {};
  std::string agency = {};  // agencies/{a}; nodes and systems only
  std::string name =
      {};  // agencies/{a}/nodes/{n}, agencies/{a}/systems/{s}, services/{s} or people/{p}

  // INVALID_ARGUMENT for anything else.
  static absl::StatusOr<Identity> Parse(absl::string_view uri);
  std::string uri() const;
  friend bool operator==(const Identity&, const Identity&) = default;
};

// Where a process keeps its certificate chain, its key and the authorities it trusts, PEM.
struct TlsFiles {
  std::string certificate = {};
  std::string key = {};
  std::string ca = {};

  // tls.crt, tls.key and ca.crt in `dir`.
  static TlsFiles In(const std::string& dir);
};

// What a certificate holds.
struct CertificateFacts {
  Identity identity;
  std::string key_id = {};  // SHA-256 of the SPKI, 32 bytes
  absl::Time start = {};
  absl::Time end = {};
};

// INVALID_ARGUMENT unless `pem` has exactly one URI SAN and it is an identity.
absl::StatusOr<CertificateFacts> ReadCertificate(absl::string_view pem);

// What lies in those files, PEM. The key is wiped.
struct TlsPems {
  std::string certificate = {};
  std::string key = {};
  std::string ca = {};
  ~TlsPems();
};

// NOT_FOUND naming the path.
absl::StatusOr<TlsPems> ReadTlsFiles(const TlsFiles& files);

// Checks them together: the key fits the certificate, the identity reads.
// Without this, one wrong file would refuse every caller. INVALID_ARGUMENT naming
// the one of `files` that is wrong.
absl::StatusOr<CertificateFacts> CheckTls(const TlsPems& pems, const TlsFiles& files);

// OK if the certificate, with those that follow it in its file, leads to one of the authorities in `ca`.
// What it is valid for in time is not asked. INVALID_ARGUMENT naming files and reason.
absl::Status CheckTrust(const TlsPems& pems, const TlsFiles& files);

// Both for the files of a process.
absl::StatusOr<CertificateFacts> CheckTlsFiles(const TlsFiles& files);

// The whole of a file. NOT_FOUND naming the path.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace shareway::crypto
