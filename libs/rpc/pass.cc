// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/pass.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"
#include "shareway/console/v1/pass.pb.h"

namespace shareway::rpc {
namespace {

// Stands before what is signed, so that no other statement of the same key passes for a pass: those
// are messages that begin with their first field.
constexpr absl::string_view kLabel = "shareway/v1/pass\n";
// Far more than a pass has; what is longer is not parsed.
constexpr size_t kMostBytes = 4096;
// How far the console's clock may be ahead of ours.
constexpr absl::Duration kAhead = absl::Minutes(1);

absl::Status Refused(absl::string_view why) {
  return absl::UnauthenticatedError(absl::StrCat("a pass ", why));
}

console::v1::Factor ToProto(Factor factor) {
  switch (factor) {
    case Factor::kNone: break;
    case Factor::kTotp: return console::v1::TOTP;
    case Factor::kWebAuthn: return console::v1::WEBAUTHN;
    case Factor::kCertificate: return console::v1::CERTIFICATE;
  }
  return console::v1::FACTOR_UNSPECIFIED;
}

Factor FromProto(console::v1::Factor factor) {
  for (const Factor each : {Factor::kTotp, Factor::kWebAuthn, Factor::kCertificate}) {
    if (ToProto(each) == factor) return each;
  }
  return Factor::kNone;
}

std::optional<Pass> Read(const std::string& bytes) {
  console::v1::Pass message;
  if (!message.ParseFromString(bytes)) return std::nullopt;
  Pass pass;
  pass.actor = {.person = message.person(),
                .factor = FromProto(message.factor()),
                .factor_time = evidence::FromTimestamp(message.factor_time())};
  pass.system = message.system();
  const absl::StatusOr<Hash32> key = Hash32::From(message.key_id());
  if (!key.ok() || !message.has_factor_time() || !message.has_issue_time() ||
      !message.has_end_time() || pass.actor.factor == Factor::kNone ||
      !HasForm("people/{p}", pass.actor.person) ||
      !HasForm("agencies/{a}/systems/{s}", pass.system)) {
    return std::nullopt;
  }
  pass.system_key = *key;
  pass.issued = evidence::FromTimestamp(message.issue_time());
  pass.end = evidence::FromTimestamp(message.end_time());
  return pass;
}

}  // namespace

absl::StatusOr<std::string> SignPass(const crypto::PrivateKey& key, const Pass& pass) {
  console::v1::Pass message;
  message.set_person(pass.actor.person);
  message.set_factor(ToProto(pass.actor.factor));
  *message.mutable_factor_time() = evidence::ToTimestamp(pass.actor.factor_time);
  message.set_system(pass.system);
  message.set_key_id(pass.system_key.str());
  *message.mutable_issue_time() = evidence::ToTimestamp(pass.issued);
  *message.mutable_end_time() = evidence::ToTimestamp(pass.end);
  console::v1::SignedPass whole;
  whole.set_pass(message.SerializeAsString());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<crypto::BatchSignature> signatures,
                            crypto::SignBatch(key, {absl::StrCat(kLabel, whole.pass())}));
  *whole.mutable_signature() = evidence::ToProto(signatures.front());
  return whole.SerializeAsString();
}

absl::StatusOr<Pass> OpenPass(absl::string_view metadata, const Directory& directory,
                              crypto::BatchVerifier* verifier, absl::Time now) {
  console::v1::SignedPass whole;
  if (metadata.size() > kMostBytes || !whole.ParseFromString(std::string(metadata))) {
    return Refused("does not parse");
  }
  std::optional<Pass> pass = Read(whole.pass());
  if (!pass) return Refused("lacks something");
  if (now >= pass->end) return Refused("is over");
  if (pass->issued > now + kAhead) return Refused("is issued ahead of time");
  if (pass->end - pass->issued > kLongestPass) return Refused("lives too long");
  const absl::StatusOr<Hash32> key_id = Hash32::From(whole.signature().key_id());
  if (!key_id.ok()) return Refused("names no key");
  const DirectoryKey* key =
      directory.ValidKey(*key_id, kConsole, catalog::v1::Key::MESSAGE, now);
  if (key == nullptr) return Refused("is signed by no valid key of the console");
  const absl::Status verified = evidence::Verify(
      verifier, key->parsed, absl::StrCat(kLabel, whole.pass()), whole.signature());
  if (!verified.ok()) return Refused(verified.message());
  pass->signed_by = *key_id;
  return *std::move(pass);
}

}  // namespace shareway::rpc
