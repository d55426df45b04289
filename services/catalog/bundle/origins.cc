// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/bundle/origins.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/bytes.h"

namespace shareway::catalog {
namespace {

// A name of the DNS in lower case; it stands in names and keys.
bool IsDomain(absl::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '.' || c == '-';
         });
}

absl::Status Wrong(int line, absl::string_view rule) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", rule));
}

}  // namespace

bool IsDivisionPrefix(absl::string_view text) {
  return text.size() <= kMaxDivisionPrefix &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(c); });
}

absl::StatusOr<Origins> Origins::Parse(absl::string_view text) {
  Origins origins;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
    if (words.size() != 3) return Wrong(number, "want DOMAIN PREFIX KEY, parted by blanks");
    if (!IsDomain(words[0])) return Wrong(number, absl::StrCat(words[0], " is no domain"));
    const std::string prefix = words[1] == "-" ? "" : std::string(words[1]);
    if (!IsDivisionPrefix(prefix)) {
      return Wrong(number,
                   absl::StrCat(prefix, " is no beginning of a division code: want - or 1 to ",
                                kMaxDivisionPrefix, " digits"));
    }
    const absl::StatusOr<std::string> spki = FromBase64(words[2]);
    if (!spki.ok()) return Wrong(number, "the key is not in Base64");
    absl::StatusOr<crypto::PublicKey> key = crypto::PublicKey::FromSpki(*spki);
    if (!key.ok()) return Wrong(number, key.status().message());
    if (key->suite() == crypto::Suite::kEd25519) {
      return Wrong(number, "the key is of Ed25519, which signs no bundles");
    }
    auto [it, added] = origins.origins_.try_emplace(std::string(words[0]));
    if (added) {
      it->second.domain = std::string(words[0]);
      it->second.division_prefix = prefix;
    } else if (it->second.division_prefix != prefix) {
      return Wrong(number, absl::StrCat(words[0], " has another prefix on an earlier line"));
    }
    it->second.keys.push_back(*std::move(key));
  }
  return origins;
}

std::set<std::string, std::less<>> Origins::Domains() const {
  std::set<std::string, std::less<>> domains;
  for (const auto& [domain, pinned] : origins_) domains.insert(domain);
  return domains;
}

const PinnedOrigin* Origins::Find(absl::string_view domain) const {
  auto it = origins_.find(domain);
  return it == origins_.end() ? nullptr : &it->second;
}

}  // namespace shareway::catalog
