// SPDX-License-Identifier: Apache-2.0
// Digests and keys against published vectors.
#include <openssl/params.h>
#include <openssl/pem.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/key.h"
#include "libs/crypto/openssl.h"

namespace shareway::crypto {
namespace {

std::string Hex(const Hash32& hash) { return ToHex(hash.view()); }
std::string FromHex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

// SPKIs before the point; of P-256, SM2 and Ed25519.
constexpr char kP256Prefix[] = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
constexpr char kSm2Prefix[] = "3059301306072a8648ce3d020106082a811ccf5501822d03420004";
constexpr char kEd25519Prefix[] = "302a300506032b6570032100";

TEST_CASE("digests are those of FIPS 180-4 and GB/T 32905") {
  CHECK(Hex(Sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(Hex(Sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Hex(Sm3("abc")) == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  std::string sixteen_times;
  for (int i = 0; i < 16; ++i) sixteen_times += "abcd";
  CHECK(Hex(Sm3(sixteen_times)) ==
        "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
  CHECK(Digest(Suite::kP256Sha256, "abc") == Sha256("abc"));
  CHECK(Digest(Suite::kSm2Sm3, "abc") == Sm3("abc"));
}

TEST_CASE("a stream digests what came so far, and goes on") {
  Sha256Stream stream;
  CHECK(stream.Digest() == Sha256(""));
  stream.Update("ab");
  CHECK(stream.Digest() == Sha256("ab"));
  stream.Update("c");
  Sha256Stream moved = std::move(stream);
  CHECK(moved.Digest() == Sha256("abc"));
}

TEST_CASE("keyed digests are those of RFC 4231") {
  CHECK(Hex(HmacSha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(Hex(HmacSha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(Hex(HmacSha256("", "")) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  CHECK(Hex(HmacSha256(std::string(131, '\xaa'),
                       "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("random bytes have the length asked for and do not repeat") {
  CHECK(RandomBytes(0).empty());
  CHECK(RandomBytes(16).size() == 16);
  CHECK(RandomBytes(16) != RandomBytes(16));
  std::set<std::string> all;
  for (int i = 0; i < 2000; ++i) all.insert(RandomBytes(i % 3 == 0 ? 15 : 16));
  CHECK(all.size() == 2000);
  CHECK(RandomBytes(5000).size() == 5000);
}

TEST_CASE("a forked child has random bytes of its own") {
  (void)RandomBytes(16);  // fetched ahead before the fork
  int pipe_ends[2];
  REQUIRE(::pipe(pipe_ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string bytes = RandomBytes(16);
    (void)!::write(pipe_ends[1], bytes.data(), bytes.size());
    ::_exit(0);
  }
  const std::string own = RandomBytes(16);
  std::string its(16, '\0');
  CHECK(::read(pipe_ends[0], its.data(), its.size()) == 16);
  CHECK(its != own);
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child);
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
  CHECK(SameBytes("abc", "abc"));
  CHECK_FALSE(SameBytes("abc", "abd"));
  CHECK_FALSE(SameBytes("abc", "abcd"));
}

TEST_CASE("the log's hash rules are RFC 6962's") {
  CHECK(Hex(LogHasher().empty) == Hex(Sha256("")));
  CHECK(Hex(LogHasher().leaf("")) ==
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  const Hash32 l = Sha256("l");
  const Hash32 r = Sha256("r");
  CHECK(LogHasher().node(l, r) == Sha256(absl::StrCat("\x01", l.view(), r.view())));
}

TEST_CASE("a statement's leaf hashes label and digest by the suite's digest") {
  const std::string zero(1, '\0');
  CHECK(StatementHasher(Suite::kP256Sha256).leaf("abc") ==
        Sha256(absl::StrCat(zero, "shareway/v1/statement\n", Sha256("abc").view())));
  CHECK(StatementHasher(Suite::kSm2Sm3).leaf("abc") ==
        Sm3(absl::StrCat(zero, "shareway/v1/statement\n", Sm3("abc").view())));
  CHECK(StatementLeafOfDigest(Suite::kSm2Sm3, Sm3("abc")) ==
        StatementHasher(Suite::kSm2Sm3).leaf("abc"));
  const Hash32 l = Sha256("l");
  CHECK(StatementHasher(Suite::kSm2Sm3).node(l, l) ==
        Sm3(absl::StrCat("\x01", l.view(), l.view())));
}

TEST_CASE("the example of GM/T 0003.5 verifies under the national signer ID") {
  const auto key = PublicKey::FromSpki(
      FromHex(absl::StrCat(kSm2Prefix,
                           "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                           "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13")));
  REQUIRE(key.ok());
  CHECK(key->suite() == Suite::kSm2Sm3);
  const std::string signature = FromHex(
      "3046"
      "022100f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
      "022100b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa");
  CHECK(key->Verify("message digest", signature).ok());
  CHECK(key->Verify("message digesT", signature).code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("an SM2 signature under the empty signer ID is refused") {
  const PrivateKey key = PrivateKey::Generate(Suite::kSm2Sm3);
  const OwnedPkey pkey(
      PEM_read_bio_PrivateKey(ReadBio(key.ToPem()).get(), nullptr, NoPassword, nullptr));
  const auto sign_with_id = [&](std::string id) {
    const OwnedMdCtx context(EVP_MD_CTX_new());
    std::string signature(80, '\0');
    size_t size = signature.size();
    EVP_PKEY_CTX* key_context = nullptr;
    REQUIRE(EVP_DigestSignInit_ex(context.get(), &key_context, "SM3", nullptr, nullptr, pkey.get(),
                                  nullptr) == 1);
    REQUIRE(EVP_PKEY_CTX_set1_id(key_context, id.data(), static_cast<int>(id.size())) == 1);
    REQUIRE(EVP_DigestSign(context.get(), Bytes(signature), &size, Bytes("m"), 1) == 1);
    signature.resize(size);
    return signature;
  };
  CHECK(key.public_key().Verify("m", sign_with_id("1234567812345678")).ok());
  CHECK_FALSE(key.public_key().Verify("m", sign_with_id("")).ok());
}

TEST_CASE("Ed25519 signs test 1 of RFC 8032 section 7.1") {
  // PKCS#8 around the vector's secret key.
  const std::string der = FromHex(
      "302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc4"
      "4449c5697b326919703bac031cae7f60");
  const auto key = PrivateKey::FromPem(absl::StrCat("-----BEGIN PRIVATE KEY-----\n", ToBase64(der),
                                                    "\n-----END PRIVATE KEY-----\n"));
  REQUIRE(key.ok());
  CHECK(ToHex(key->public_key().spki()) ==
        absl::StrCat(kEd25519Prefix,
                     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  const auto signature = key->Sign("");
  REQUIRE(signature.ok());
  CHECK(ToHex(*signature) ==
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
        "1cf9b46bd25bf5f0595bbe24655141438e7a100b");
}

TEST_CASE("every kind of key signs, verifies, and survives PEM") {
  for (const Suite suite : {Suite::kP256Sha256, Suite::kSm2Sm3, Suite::kEd25519}) {
    CAPTURE(static_cast<int>(suite));
    const PrivateKey key = PrivateKey::Generate(suite);
    CHECK(key.public_key().suite() == suite);
    CHECK(key.public_key().id() == Sha256(key.public_key().spki()));
    const auto again = PrivateKey::FromPem(key.ToPem());
    REQUIRE(again.ok());
    CHECK(again->public_key().spki() == key.public_key().spki());
    const auto read = PublicKey::FromSpki(key.public_key().spki());
    REQUIRE(read.ok());
    const auto signature = again->Sign("message");
    REQUIRE(signature.ok());
    CHECK(read->Verify("message", *signature).ok());

    CHECK_FALSE(read->Verify("massage", *signature).ok());
    CHECK_FALSE(read->Verify("", *signature).ok());
    CHECK_FALSE(read->Verify("message", "").ok());
    CHECK_FALSE(read->Verify("message", signature->substr(1)).ok());
    CHECK_FALSE(read->Verify("message", *signature + '\0').ok());
    CHECK_FALSE(PrivateKey::Generate(suite).public_key().Verify("message", *signature).ok());
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("a public key that is not spelled in the one way is refused") {
  const std::string p256 = PrivateKey::Generate(Suite::kP256Sha256).public_key().spki();
  const std::string point = p256.substr(27);
  const std::string compressed = FromHex("3039301306072a8648ce3d020106082a8648ce3d030107032200") +
                                 ((point.back() & 1) != 0 ? '\x03' : '\x02') + point.substr(0, 32);
  std::string off_curve = p256;
  off_curve.back() ^= 1;
  const std::vector<std::pair<std::string, std::string>> spoilt = {
      {"empty", ""},
      {"cut", p256.substr(0, 90)},
      {"longer", p256 + '\0'},
      {"point in compressed form", compressed},
      {"point not on the curve", off_curve},
      {"another curve's name", FromHex(kSm2Prefix) + point},
      {"no point at all", FromHex(kP256Prefix) + std::string(64, '\0')},
      {"text", "-----BEGIN PUBLIC KEY-----"}};
  for (const auto& [name, der] : spoilt) {
    CAPTURE(name);
    CHECK(PublicKey::FromSpki(der).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("private keys of other algorithms, with a password or missing are refused") {
  EVP_PKEY* const rsa = EVP_RSA_gen(2048);
  const OwnedBio plain(BIO_new(BIO_s_mem()));
  REQUIRE(PEM_write_bio_PrivateKey(plain.get(), rsa, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  const OwnedPkey p256(EVP_EC_gen("P-256"));
  const OwnedBio locked(BIO_new(BIO_s_mem()));
  REQUIRE(PEM_write_bio_PrivateKey(locked.get(), p256.get(), EVP_aes_128_cbc(), Bytes("pass"), 4,
                                   nullptr, nullptr) == 1);
  EVP_PKEY_free(rsa);
  for (BIO* bio : {plain.get(), locked.get()}) {
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio, &text);
    CHECK(PrivateKey::FromPem({text, static_cast<size_t>(size)}).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
  CHECK(PrivateKey::FromPem("").status().code() == absl::StatusCode::kInvalidArgument);
  const absl::Status missing = PrivateKey::FromFile("/nonexistent/key.pem").status();
  CHECK(missing.code() == absl::StatusCode::kNotFound);
  CHECK(std::string(missing.message()).find("/nonexistent/key.pem") != std::string::npos);
}

// What `openssl ecparam -genkey` and OpenSSL 1.1 write; keys of this test alone.
constexpr char kP256Sec1[] =
    "-----BEGIN EC PARAMETERS-----\n"
    "BggqhkjOPQMBBw==\n"
    "-----END EC PARAMETERS-----\n"
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIFpwCU4ueE4VbHV0W56D6xId+ayTl0s5D4WrvgmBKvHFoAoGCCqGSM49\n"
    "AwEHoUQDQgAEaDahBnVFY5mg9inBH9P00SpaoSPt4mrZyWpsNT9N5cpKM2qz1GUy\n"
    "CAWb7RCs3DTVh/FmTxVNpFwj7+FG7rO4ZQ==\n"
    "-----END EC PRIVATE KEY-----\n";
constexpr char kSm2Sec1[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEILfhLRA5B5uIU460g3FKMbPt4EoIkQaDrUBDiVKvISOWoAoGCCqBHM9V\n"
    "AYItoUQDQgAERj6RA9e37P+rTxFRMWh5Ghu6JLnKUrlj0cYIvfyFk4uqITpfwGff\n"
    "A5r98S2Lo/lkACeOBjubtWLplHKOZNnFtg==\n"
    "-----END EC PRIVATE KEY-----\n";

TEST_CASE("keys in SEC1 form are read, on both curves") {
  const std::vector<std::pair<Suite, std::string>> table = {{Suite::kP256Sha256, kP256Sec1},
                                                            {Suite::kSm2Sm3, kSm2Sec1}};
  for (const auto& [suite, pem] : table) {
    CAPTURE(pem);
    const auto key = PrivateKey::FromPem(pem);
    REQUIRE(key.ok());
    CHECK(key->public_key().suite() == suite);
    const auto signature = key->Sign("message");
    REQUIRE(signature.ok());
    CHECK(key->public_key().Verify("message", *signature).ok());
    const auto again = PrivateKey::FromPem(key->ToPem());
    REQUIRE(again.ok());
    CHECK(again->public_key().id() == key->public_key().id());
  }
}

TEST_CASE("a key's name is the first 32 hex digits of its id") {
  CHECK(KeyName(Sha256("abc")) == "keys/ba7816bf8f01cfea414140de5dae2223");
}

}  // namespace
}  // namespace shareway::crypto
