// SPDX-License-Identifier: Apache-2.0
// Three algorithms, three ways through EVP. P-256 is on the path of every
// exchange: it hashes by itself and copies a context prepared once. SM2 and
// Ed25519 prepare one each time, which is small beside their own cost.
#include "libs/crypto/key.h"

#include <openssl/params.h>
#include <openssl/pem.h>

#include <cstdio>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/openssl.h"

namespace shareway::crypto {
namespace {

// Everything in a SubjectPublicKeyInfo before the key's own bytes. One key has
// one spelling, so that it has one id: named curve, uncompressed point.
struct SpkiForm {
  Suite suite;
  absl::string_view prefix;
  size_t size;
  const char* algorithm;
};
constexpr SpkiForm kForms[] = {
    {Suite::kP256Sha256,
     {"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01"
      "\x07\x03\x42\x00\x04",
      27},
     91,
     "EC"},
    {Suite::kSm2Sm3,
     {"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x81\x1c\xcf\x55\x01\x82"
      "\x2d\x03\x42\x00\x04",
      27},
     91,
     "SM2"},
    {Suite::kEd25519, {"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12}, 44, "ED25519"},
};

// GM/T 0009-2012 section 10. OpenSSL 3.0 would take the empty one.
constexpr char kSm2SignerId[] = "1234567812345678";

const SpkiForm* FormOf(absl::string_view der) {
  for (const SpkiForm& form : kForms) {
    if (der.size() == form.size && absl::StartsWith(der, form.prefix)) return &form;
  }
  return nullptr;
}

std::string SpkiOf(const EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  std::string spki;
  if (size > 0) spki.assign(reinterpret_cast<char*>(der), size);
  OPENSSL_free(der);
  return spki;
}

absl::Status WrongAlgorithm(absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, ", want P-256, SM2 or Ed25519 (named curve, uncompressed point)"));
}

// A context ready to sign or verify SHA-256 digests; it is only copied.
OwnedPkeyCtx P256Context(EVP_PKEY* key, int (*init)(EVP_PKEY_CTX*)) {
  OwnedPkeyCtx context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (context == nullptr || init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) != 1) {
    return nullptr;
  }
  return context;
}

using InitMessage = int (*)(EVP_MD_CTX*, EVP_PKEY_CTX**, const char*, OSSL_LIB_CTX*, const char*,
                            EVP_PKEY*, const OSSL_PARAM[]);

// A context ready to sign or verify one message by SM2 or Ed25519. The signer ID is set after the
// initialization: OpenSSL 3.0.19 refuses it among the parameters of that.
OwnedMdCtx MessageContext(Suite suite, EVP_PKEY* key, InitMessage init) {
  const bool sm2 = suite == Suite::kSm2Sm3;
  OwnedMdCtx context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;  // the context's own
  if (context == nullptr || init(context.get(), &key_context, sm2 ? "SM3" : nullptr, nullptr,
                                 nullptr, key, nullptr) != 1) {
    return nullptr;
  }
  if (sm2 && EVP_PKEY_CTX_set1_id(key_context, kSm2SignerId, sizeof(kSm2SignerId) - 1) != 1) {
    return nullptr;
  }
  return context;
}

}  // namespace

struct PublicKey::State {
  Suite suite = Suite::kUnspecified;
  std::string spki;
  Hash32 id;
  OwnedPkey key;
  OwnedPkeyCtx verify;  // P-256 only
};

absl::StatusOr<PublicKey> PublicKey::FromSpki(absl::string_view der) {
  ErrorScope scope;
  const SpkiForm* const form = FormOf(der);
  if (form == nullptr) {
    return WrongAlgorithm(
        absl::StrCat("a public key of ", der.size(), " bytes is of another kind"));
  }
  auto state = std::make_shared<State>();
  const unsigned char* at = Bytes(der);
  state->key.reset(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (state->key == nullptr || EVP_PKEY_is_a(state->key.get(), form->algorithm) != 1) {
    return WrongAlgorithm("the public key is no point of its curve");
  }
  state->suite = form->suite;
  state->spki = std::string(der);
  state->id = Sha256(der);
  if (form->suite == Suite::kP256Sha256) {
    state->verify = P256Context(state->key.get(), EVP_PKEY_verify_init);
    if (state->verify == nullptr) return absl::InternalError("P-256 verification is unavailable");
  }
  PublicKey key;
  key.state_ = std::move(state);
  return key;
}

absl::StatusOr<PublicKey> PublicKey::FromCertificate(absl::string_view pem) {
  ErrorScope scope;
  const OwnedX509 certificate(PEM_read_bio_X509(ReadBio(pem).get(), nullptr, NoPassword, nullptr));
  if (certificate == nullptr) {
    return absl::InvalidArgumentError("the text has no certificate in PEM form");
  }
  EVP_PKEY* const key = X509_get0_pubkey(certificate.get());
  if (key == nullptr) return WrongAlgorithm("the certificate's key cannot be read");
  return FromSpki(SpkiOf(key));
}

Suite PublicKey::suite() const { return state_->suite; }
const std::string& PublicKey::spki() const { return state_->spki; }
const Hash32& PublicKey::id() const { return state_->id; }

absl::Status PublicKey::Verify(absl::string_view message, absl::string_view signature) const {
  ErrorScope scope;
  int verified = 0;
  if (state_->suite == Suite::kP256Sha256) {
    const Hash32 digest = Sha256(message);
    const OwnedPkeyCtx context(EVP_PKEY_CTX_dup(state_->verify.get()));
    if (context == nullptr) return absl::InternalError("P-256 verification is unavailable");
    verified = EVP_PKEY_verify(context.get(), Bytes(signature), signature.size(),
                               digest.bytes.data(), digest.bytes.size());
  } else {
    const OwnedMdCtx context =
        MessageContext(state_->suite, state_->key.get(), EVP_DigestVerifyInit_ex);
    if (context == nullptr) return absl::InternalError("the key's algorithm is unavailable");
    verified = EVP_DigestVerify(context.get(), Bytes(signature), signature.size(), Bytes(message),
                                message.size());
  }
  if (verified == 1) return absl::OkStatus();
  return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss,
               absl::StrCat("the signature is not by ", KeyName(id()), " over these bytes"))
      .With("key", KeyName(id()));
}

struct PrivateKey::State {
  OwnedPkey key;  // wiped when freed
  PublicKey public_key;
  OwnedPkeyCtx sign;  // P-256 only
};

absl::StatusOr<PrivateKey> PrivateKey::FromPkey(void* owned) {
  auto state = std::make_shared<State>();
  state->key.reset(static_cast<EVP_PKEY*>(owned));
  SHAREWAY_ASSIGN_OR_RETURN(state->public_key, PublicKey::FromSpki(SpkiOf(state->key.get())));
  if (state->public_key.suite() == Suite::kP256Sha256) {
    state->sign = P256Context(state->key.get(), EVP_PKEY_sign_init);
    if (state->sign == nullptr) return absl::InternalError("P-256 signing is unavailable");
  }
  PrivateKey key;
  key.state_ = std::move(state);
  return key;
}

absl::StatusOr<PrivateKey> PrivateKey::FromPem(absl::string_view pem) {
  ErrorScope scope;
  EVP_PKEY* const key = PEM_read_bio_PrivateKey(ReadBio(pem).get(), nullptr, NoPassword, nullptr);
  if (key == nullptr) {
    return absl::InvalidArgumentError("the text has no private key in PEM form without password");
  }
  return FromPkey(key);
}

absl::StatusOr<PrivateKey> PrivateKey::FromFile(const std::string& path) {
  SHAREWAY_ASSIGN_OR_RETURN(std::string pem, ReadFile(path));
  absl::StatusOr<PrivateKey> key = FromPem(pem);
  OPENSSL_cleanse(pem.data(), pem.size());
  if (!key.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", key.status().message()));
  }
  return key;
}

PrivateKey PrivateKey::Generate(Suite suite) {
  EVP_PKEY* const key = suite == Suite::kP256Sha256 ? EVP_EC_gen("P-256")
                        : suite == Suite::kSm2Sm3   ? EVP_PKEY_Q_keygen(nullptr, nullptr, "SM2")
                                                  : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  absl::StatusOr<PrivateKey> made =
      key == nullptr ? absl::InternalError("no key was made") : FromPkey(key);
  if (!made.ok()) {
    std::fprintf(stderr, "generating a key failed: %s\n",
                 std::string(made.status().message()).c_str());
    std::abort();
  }
  return *std::move(made);
}

const PublicKey& PrivateKey::public_key() const { return state_->public_key; }

std::string PrivateKey::ToPem() const {
  ErrorScope scope;
  const OwnedBio bio(BIO_new(BIO_s_secmem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), state_->key.get(), nullptr, nullptr, 0, nullptr,
                                nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return std::string(text, static_cast<size_t>(size));
}

absl::StatusOr<std::string> PrivateKey::Sign(absl::string_view message) const {
  ErrorScope scope;
  std::string signature(80, '\0');  // P-256 and SM2 need at most 72 bytes, Ed25519 64
  size_t size = signature.size();
  bool ok = false;
  if (const Suite suite = public_key().suite(); suite == Suite::kP256Sha256) {
    const Hash32 digest = Sha256(message);
    const OwnedPkeyCtx context(EVP_PKEY_CTX_dup(state_->sign.get()));
    ok = context != nullptr && EVP_PKEY_sign(context.get(), Bytes(signature), &size,
                                             digest.bytes.data(), digest.bytes.size()) == 1;
  } else {
    const OwnedMdCtx context = MessageContext(suite, state_->key.get(), EVP_DigestSignInit_ex);
    ok = context != nullptr && EVP_DigestSign(context.get(), Bytes(signature), &size,
                                              Bytes(message), message.size()) == 1;
  }
  if (!ok)
    return absl::InternalError(absl::StrCat("signing by ", KeyName(public_key().id()), " failed"));
  signature.resize(size);
  return signature;
}

std::string KeyName(const Hash32& key_id) {
  return absl::StrCat("keys/", ToHex(key_id.view().substr(0, 16)));
}

}  // namespace shareway::crypto
