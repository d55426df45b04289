// SPDX-License-Identifier: Apache-2.0
// OpenSSL's TS module, asked for one digest and one set of trusted certificates.
#include "libs/crypto/timestamp.h"

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509_vfy.h>

#include <ctime>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/openssl.h"

namespace shareway::crypto {
namespace {

using OwnedRequest = std::unique_ptr<TS_REQ, Free<TS_REQ_free>>;
using OwnedResponse = std::unique_ptr<TS_RESP, Free<TS_RESP_free>>;
using OwnedImprint = std::unique_ptr<TS_MSG_IMPRINT, Free<TS_MSG_IMPRINT_free>>;
using OwnedAlgorithm = std::unique_ptr<X509_ALGOR, Free<X509_ALGOR_free>>;
using OwnedInteger = std::unique_ptr<ASN1_INTEGER, Free<ASN1_INTEGER_free>>;
using OwnedNumber = std::unique_ptr<BIGNUM, Free<BN_free>>;
using OwnedToken = std::unique_ptr<PKCS7, Free<PKCS7_free>>;
using OwnedInfo = std::unique_ptr<TS_TST_INFO, Free<TS_TST_INFO_free>>;
using OwnedCheck = std::unique_ptr<TS_VERIFY_CTX, Free<TS_VERIFY_CTX_free>>;
using OwnedStore = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;

constexpr size_t kNonceBytes = 8;
constexpr size_t kMaxBytes = 64 << 10;  // no authority's answer is near it

absl::Status Failed() { return absl::InternalError("a timestamp query cannot be made"); }

absl::Status Unproven(absl::string_view why) {
  return Error(Reason::kProofInvalid, absl::StatusCode::kDataLoss,
               absl::StrCat("the timestamp does not verify: ", why));
}

// The library's last word.
std::string LastError() {
  const unsigned long code = ERR_peek_last_error();
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "no reason given" : reason;
}

// `nonce` may be empty: none.
absl::StatusOr<OwnedRequest> MakeRequest(const Hash32& sha256, absl::string_view nonce) {
  OwnedRequest request(TS_REQ_new());
  const OwnedImprint imprint(TS_MSG_IMPRINT_new());
  const OwnedAlgorithm algorithm(X509_ALGOR_new());
  if (request == nullptr || imprint == nullptr || algorithm == nullptr) return Failed();
  std::string digest = sha256.str();
  if (X509_ALGOR_set0(algorithm.get(), OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nullptr) != 1 ||
      TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) != 1 ||
      TS_MSG_IMPRINT_set_msg(imprint.get(), Bytes(digest), static_cast<int>(digest.size())) != 1 ||
      TS_REQ_set_version(request.get(), 1) != 1 ||
      TS_REQ_set_msg_imprint(request.get(), imprint.get()) != 1 ||
      TS_REQ_set_cert_req(request.get(), 1) != 1) {
    return Failed();
  }
  if (nonce.empty()) return request;
  const OwnedNumber number(BN_bin2bn(Bytes(nonce), static_cast<int>(nonce.size()), nullptr));
  const OwnedInteger integer(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
  if (integer == nullptr || TS_REQ_set_nonce(request.get(), integer.get()) != 1) return Failed();
  return request;
}

absl::StatusOr<absl::Time> TimeOf(const TS_TST_INFO* info) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &parts) != 1) {
    return Unproven("its time cannot be read");
  }
  return absl::FromTimeT(timegm(&parts));
}

// Trusts each certificate in `pem` as it stands, at that time.
absl::StatusOr<OwnedStore> MakeStore(absl::string_view pem, absl::Time at) {
  OwnedStore store(X509_STORE_new());
  const OwnedBio bio = ReadBio(pem);
  if (store == nullptr || bio == nullptr) return Failed();
  int count = 0;
  for (;;) {
    const OwnedX509 certificate(PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr));
    if (certificate == nullptr) break;
    if (X509_STORE_add_cert(store.get(), certificate.get()) != 1) return Failed();
    ++count;
  }
  if (count == 0) {
    return absl::InvalidArgumentError(
        "the authority's certificates: there is none in PEM form, want at least 1");
  }
  X509_VERIFY_PARAM* const param = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_time(param, absl::ToTimeT(at));
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
  return store;
}

std::string SerialOf(const TS_TST_INFO* info) {
  const OwnedNumber number(ASN1_INTEGER_to_BN(TS_TST_INFO_get_serial(info), nullptr));
  char* const hex = number ? BN_bn2hex(number.get()) : nullptr;
  const std::string serial = hex == nullptr ? "" : hex;
  OPENSSL_free(hex);
  return serial;
}

std::string PolicyOf(TS_TST_INFO* info) {
  char text[128] = {};
  OBJ_obj2txt(text, sizeof(text), TS_TST_INFO_get_policy_id(info), 1);
  return text;
}

std::string Der(PKCS7* token) {
  unsigned char* der = nullptr;
  const int size = i2d_PKCS7(token, &der);
  std::string out;
  if (size > 0) out.assign(reinterpret_cast<char*>(der), size);
  OPENSSL_free(der);
  return out;
}

// Verifies a token against the request that it answers.
absl::StatusOr<Timestamp> Check(PKCS7* token, TS_REQ* request, absl::string_view authority) {
  const OwnedInfo info(PKCS7_to_TS_TST_INFO(token));
  if (info == nullptr) return Unproven("the token has no TSTInfo");
  SHAREWAY_ASSIGN_OR_RETURN(const absl::Time time, TimeOf(info.get()));
  SHAREWAY_ASSIGN_OR_RETURN(OwnedStore store, MakeStore(authority, time));
  const OwnedCheck check(TS_REQ_to_TS_VERIFY_CTX(request, nullptr));
  if (check == nullptr) return Failed();
  TS_VERIFY_CTX_set_store(check.get(), store.release());  // owned by `check` from here on
  TS_VERIFY_CTX_add_flags(check.get(), TS_VFY_SIGNATURE);
  if (TS_RESP_verify_token(check.get(), token) != 1) return Unproven(LastError());
  return Timestamp{.token = Der(token),
                   .time = time,
                   .serial = SerialOf(info.get()),
                   .policy = PolicyOf(info.get())};
}

// OK if the authority granted a token.
absl::Status CheckGranted(TS_RESP* response) {
  TS_STATUS_INFO* const status = TS_RESP_get_status_info(response);
  const long number = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
  if (number == TS_STATUS_GRANTED || number == TS_STATUS_GRANTED_WITH_MODS) {
    return absl::OkStatus();
  }
  std::string words;
  const STACK_OF(ASN1_UTF8STRING)* const texts = TS_STATUS_INFO_get0_text(status);
  for (int i = 0; texts != nullptr && i < sk_ASN1_UTF8STRING_num(texts); ++i) {
    const ASN1_UTF8STRING* const text = sk_ASN1_UTF8STRING_value(texts, i);
    absl::StrAppend(&words, ": ",
                    absl::string_view(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                      static_cast<size_t>(ASN1_STRING_length(text)))
                        .substr(0, 200));
  }
  if (!IsText(words)) words = ": (its words are not UTF-8)";
  return absl::UnavailableError(
      absl::StrCat("the timestamp authority answered with status ", number, words));
}

}  // namespace

absl::StatusOr<std::string> TimestampQuery(const Hash32& sha256, absl::string_view nonce) {
  ErrorScope scope;
  if (nonce.size() != kNonceBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a nonce of ", nonce.size(), " bytes, want ", kNonceBytes));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const OwnedRequest request, MakeRequest(sha256, nonce));
  unsigned char* der = nullptr;
  const int size = i2d_TS_REQ(request.get(), &der);
  if (size <= 0) return Failed();
  const std::string query(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return query;
}

absl::StatusOr<Timestamp> OpenTimestampResponse(absl::string_view response, const Hash32& sha256,
                                                absl::string_view nonce,
                                                absl::string_view authority) {
  ErrorScope scope;
  const unsigned char* at = Bytes(response);
  const unsigned char* const end = at + response.size();
  const OwnedResponse parsed(response.size() > kMaxBytes
                                 ? nullptr
                                 : d2i_TS_RESP(nullptr, &at, static_cast<long>(response.size())));
  if (parsed == nullptr || at != end) {
    return absl::InvalidArgumentError(
        absl::StrCat("the authority's answer of ", response.size(), " bytes is no TimeStampResp"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckGranted(parsed.get()));
  PKCS7* const token = TS_RESP_get_token(parsed.get());
  if (token == nullptr) return Unproven("the answer has no token");
  SHAREWAY_ASSIGN_OR_RETURN(const OwnedRequest request, MakeRequest(sha256, nonce));
  return Check(token, request.get(), authority);
}

absl::StatusOr<Timestamp> OpenTimestampToken(absl::string_view token, const Hash32& sha256,
                                             absl::string_view authority) {
  ErrorScope scope;
  const unsigned char* at = Bytes(token);
  const unsigned char* const end = at + token.size();
  const OwnedToken parsed(token.size() > kMaxBytes
                              ? nullptr
                              : d2i_PKCS7(nullptr, &at, static_cast<long>(token.size())));
  if (parsed == nullptr || at != end) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file of ", token.size(), " bytes is no timestamp token in DER"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const OwnedRequest request, MakeRequest(sha256, ""));
  return Check(parsed.get(), request.get(), authority);
}

}  // namespace shareway::crypto
