// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/actor.h"

#include <cstdint>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/name.h"

namespace shareway::rpc {
namespace {

absl::string_view FactorName(Factor factor) {
  switch (factor) {
    case Factor::kNone: break;
    case Factor::kTotp: return "TOTP";
    case Factor::kWebAuthn: return "WEBAUTHN";
    case Factor::kCertificate: return "CERTIFICATE";
  }
  return "NONE";
}

}  // namespace

std::string ToMetadata(const Actor& actor) {
  return absl::StrCat(actor.person, " ", FactorName(actor.factor), " ",
                      absl::ToUnixSeconds(actor.factor_time));
}

absl::StatusOr<Actor> ParseActor(absl::string_view metadata) {
  const absl::Status malformed = absl::InvalidArgumentError(
      absl::StrCat(kActorKey, " is not \"people/{p} FACTOR SECONDS\""));
  const std::vector<std::string> parts = absl::StrSplit(metadata, ' ');
  if (parts.size() != 3 || !HasForm("people/{p}", parts[0])) return malformed;
  Actor actor;
  actor.person = parts[0];
  for (const Factor factor : {Factor::kTotp, Factor::kWebAuthn, Factor::kCertificate}) {
    if (parts[1] == FactorName(factor)) actor.factor = factor;
  }
  int64_t seconds = 0;
  if (actor.factor == Factor::kNone || !absl::SimpleAtoi(parts[2], &seconds) || seconds < 0) {
    return malformed;
  }
  actor.factor_time = absl::FromUnixSeconds(seconds);
  return actor;
}

}  // namespace shareway::rpc
