// SPDX-License-Identifier: Apache-2.0
// Keys in a cryptographic device, by PKCS #11 through OpenSSL's engine of libp11. Apart from
// key.cc for the engine interface, which OpenSSL 3 calls deprecated but offers no other way
// that Debian 12 ships.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/engine.h>

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/status.h"
#include "libs/crypto/key.h"
#include "libs/crypto/openssl.h"

namespace shareway::crypto {
namespace {

constexpr absl::string_view kScheme = "pkcs11:";
constexpr absl::string_view kModule = "module-path=";

// What an error may tell of a URI: everything but its PIN.
absl::string_view WithoutQuery(absl::string_view uri) { return uri.substr(0, uri.find('?')); }

// A URI that libp11 understands, and the module that it named besides.
struct TokenUri {
  std::string uri = {};
  std::string module = {};
};

// INVALID_ARGUMENT unless it is pkcs11:…?… with a PIN: without one the engine asks the terminal.
absl::StatusOr<TokenUri> ParseTokenUri(absl::string_view uri) {
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(uri, absl::MaxSplits('?', 1));
  TokenUri parsed;
  bool pin = false;
  std::vector<absl::string_view> kept;
  for (absl::string_view attribute : absl::StrSplit(halves.second, '&', absl::SkipEmpty())) {
    if (absl::StartsWith(attribute, kModule)) {
      parsed.module = std::string(absl::StripPrefix(attribute, kModule));
      continue;
    }
    pin = pin || absl::StartsWith(attribute, "pin-source=") ||
          absl::StartsWith(attribute, "pin-value=");
    kept.push_back(attribute);
  }
  if (!absl::StartsWith(uri, kScheme) || !pin) {
    return absl::InvalidArgumentError(
        absl::StrCat(WithoutQuery(uri), ": want pkcs11:token=…;object=…?pin-source=file:PATH"));
  }
  parsed.uri = absl::StrCat(halves.first, "?", absl::StrJoin(kept, "&"));
  return parsed;
}

// The engine for a module, ready to load keys. It stays for the life of the process, as the
// keys do. Empty `module`: what PKCS11_MODULE_PATH or p11-kit say.
absl::StatusOr<ENGINE*> EngineOf(const std::string& module) {
  static absl::Mutex mutex(absl::kConstInit);
  static auto& engines = *new std::map<std::string, ENGINE*>;
  absl::MutexLock lock(&mutex);
  if (auto known = engines.find(module); known != engines.end()) return known->second;
  if (!engines.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "keys of one process lie behind one PKCS #11 module, not behind ",
        engines.begin()->first, " and ", module));
  }
  ENGINE_load_builtin_engines();
  ENGINE* const engine = ENGINE_by_id("pkcs11");
  if (engine == nullptr) {
    return absl::FailedPreconditionError(
        "OpenSSL has no engine pkcs11; install libengine-pkcs11-openssl");
  }
  // Not QUIET it writes URIs to standard error, and with them the PIN.
  const bool ready =
      ENGINE_ctrl_cmd_string(engine, "QUIET", nullptr, 0) == 1 &&
      (module.empty() ||
       ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module.c_str(), 0) == 1) &&
      ENGINE_init(engine) == 1;
  if (!ready) {
    ENGINE_free(engine);
    return absl::FailedPreconditionError(
        absl::StrCat("the PKCS #11 module ", module, " cannot be used"));
  }
  engines.emplace(module, engine);
  return engine;
}

}  // namespace

absl::StatusOr<PrivateKey> PrivateKey::FromUri(const std::string& uri) {
  if (!absl::StartsWith(uri, kScheme)) return FromFile(uri);
  ErrorScope scope;
  SHAREWAY_ASSIGN_OR_RETURN(const TokenUri token, ParseTokenUri(uri));
  SHAREWAY_ASSIGN_OR_RETURN(ENGINE* const engine, EngineOf(token.module));
  EVP_PKEY* const key = ENGINE_load_private_key(engine, token.uri.c_str(), nullptr, nullptr);
  if (key == nullptr) {
    return absl::NotFoundError(absl::StrCat(
        WithoutQuery(uri), " cannot be had from the device: no such key, or another PIN"));
  }
  return FromPkey(key);
}

}  // namespace shareway::crypto
