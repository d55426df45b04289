// SPDX-License-Identifier: Apache-2.0
// Keys that sign and keys that verify.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"

namespace shareway::crypto {

// A public key. A value; copies share. Thread-safe.
class PublicKey {
 public:
  // INVALID_ARGUMENT unless `der` is a SubjectPublicKeyInfo of P-256, SM2 or Ed25519.
  static absl::StatusOr<PublicKey> FromSpki(absl::string_view der);
  // From the first certificate in `pem`.
  static absl::StatusOr<PublicKey> FromCertificate(absl::string_view pem);

  Suite suite() const;
  // SubjectPublicKeyInfo, DER.
  const std::string& spki() const;
  // SHA-256 of the SPKI.
  const Hash32& id() const;
  // OK if `signature` is ours over `message`; DATA_LOSS otherwise.
  absl::Status Verify(absl::string_view message, absl::string_view signature) const;

 private:
  struct State;
  // Shared because keys are copied into snapshots and threads; what it points to never changes.
  std::shared_ptr<const State> state_;
};

// A private key. A value; copies share. Thread-safe.
class PrivateKey {
 public:
  // PKCS#8 or SEC1 PEM without password. INVALID_ARGUMENT for other algorithms.
  static absl::StatusOr<PrivateKey> FromPem(absl::string_view pem);
  // NOT_FOUND or INVALID_ARGUMENT, naming the path.
  static absl::StatusOr<PrivateKey> FromFile(const std::string& path);
  // From a device by its PKCS #11 URI (RFC 7512), for example
  //   pkcs11:token=gov;object=message?module-path=/usr/lib/…/module.so&pin-source=file:/run/pin
  // or, where `uri` is none, from a file. The private key stays in the device; ToPem is empty.
  // P-256 only. INVALID_ARGUMENT without a PIN; NOT_FOUND if the device does not give the key;
  // FAILED_PRECONDITION without libengine-pkcs11-openssl or with a module that does not load. No
  // error names a PIN.
  static absl::StatusOr<PrivateKey> FromUri(const std::string& uri);
  static PrivateKey Generate(Suite suite);

  const PublicKey& public_key() const;
  // PKCS#8 PEM.
  std::string ToPem() const;
  // DER for P-256 and SM2, 64 bytes for Ed25519. INTERNAL if the library fails.
  absl::StatusOr<std::string> Sign(absl::string_view message) const;

 private:
  struct State;
  // Takes the library's key.
  static absl::StatusOr<PrivateKey> FromPkey(void* owned);
  std::shared_ptr<const State> state_;
};

// keys/{k}, the directory's name of a key: the first 32 hex digits of its id.
std::string KeyName(const Hash32& key_id);

}  // namespace shareway::crypto
