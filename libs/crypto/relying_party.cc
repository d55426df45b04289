// SPDX-License-Identifier: Apache-2.0
// The installation as browsers and authenticators know it.
#include "libs/crypto/relying_party.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace shareway::crypto {
namespace {

bool IsLabel(absl::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](unsigned char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
         });
}

// An address is no domain: browsers bind no credential to it.
bool IsDomain(absl::string_view host) {
  if (host == "localhost") return true;
  const std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  return labels.size() > 1 && std::all_of(labels.begin(), labels.end(), IsLabel) &&
         !absl::ascii_isdigit(static_cast<unsigned char>(labels.back().front()));
}

bool IsPort(absl::string_view text, int usual) {
  int port = 0;
  return absl::SimpleAtoi(text, &port) && absl::StrCat(port) == text && port >= 1 &&
         port <= 65535 && port != usual;
}

// The domain of an origin; nothing if it is not written as a browser writes it.
std::optional<absl::string_view> DomainOf(absl::string_view origin) {
  absl::string_view rest = origin;
  const bool open = absl::ConsumePrefix(&rest, "http://");
  if (!open && !absl::ConsumePrefix(&rest, "https://")) return std::nullopt;
  const size_t colon = rest.find(':');
  if (colon != rest.npos && !IsPort(rest.substr(colon + 1), open ? 80 : 443)) return std::nullopt;
  const absl::string_view host = rest.substr(0, colon);
  if (!IsDomain(host) || (open && host != "localhost")) return std::nullopt;
  return host;
}

}  // namespace

absl::StatusOr<RelyingParty> RelyingParty::From(absl::string_view id,
                                                const std::vector<std::string>& origins) {
  if (!IsDomain(id)) {
    return absl::InvalidArgumentError(absl::StrCat("the relying party's id is ",
                                                   absl::CHexEscape(id.substr(0, 100)),
                                                   ", want a domain in lower case or localhost"));
  }
  if (origins.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("no origin is named for ", id));
  }
  for (const std::string& origin : origins) {
    const std::optional<absl::string_view> domain = DomainOf(origin);
    if (!domain || (*domain != id && !absl::EndsWith(*domain, absl::StrCat(".", id)))) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the origin ", absl::CHexEscape(origin.substr(0, 100)), " is none of ", id,
          ", want https://", id, " or a domain below it, the port unless it is 443, and no path"));
    }
  }
  return RelyingParty(std::string(id), origins);
}

bool RelyingParty::HasOrigin(absl::string_view origin) const {
  return std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

}  // namespace shareway::crypto
