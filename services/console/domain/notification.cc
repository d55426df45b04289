// SPDX-License-Identifier: Apache-2.0
// Who wants to be told what, where and when.
#include "services/console/domain/notification.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace shareway::console {
namespace {

constexpr size_t kMostAddressBytes = 254;
constexpr size_t kMostLocalBytes = 64;
constexpr size_t kMostLabelBytes = 63;

bool IsAtom(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != absl::string_view::npos;
  });
}

bool IsLabel(absl::string_view text) {
  return !text.empty() && text.size() <= kMostLabelBytes && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
         });
}

bool IsHostName(absl::string_view text) {
  const std::vector<absl::string_view> labels = absl::StrSplit(text, '.');
  return std::all_of(labels.begin(), labels.end(), IsLabel);
}

// The bytes of an address in brackets or in dotted digits; empty for a name.
std::string LiteralAddress(absl::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    std::string bytes(16, '\0');
    const std::string text(host.substr(1, host.size() - 2));
    return inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1 ? bytes : "";
  }
  std::string bytes(4, '\0');
  return inet_pton(AF_INET, std::string(host).c_str(), bytes.data()) == 1 ? bytes : "";
}

// True for what some readers take for an IPv4 address: 127.1, 0x7f000001, 2130706433.
bool LooksNumeric(absl::string_view host) {
  const size_t dot = host.rfind('.');
  const absl::string_view last = dot == absl::string_view::npos ? host : host.substr(dot + 1);
  return !last.empty() && absl::ascii_isdigit(static_cast<unsigned char>(last.front()));
}

struct Block {
  uint32_t prefix;
  int bits;
};
// RFC 6890 and its successors in the registry of special-purpose IPv4 addresses; multicast and what is
// reserved.
constexpr std::array<Block, 15> kSpecial4 = {{{0x00000000, 8},   // this network
                                              {0x0A000000, 8},   // private
                                              {0x64400000, 10},  // shared, of carriers
                                              {0x7F000000, 8},   // loopback
                                              {0xA9FE0000, 16},  // link-local
                                              {0xAC100000, 12},  // private
                                              {0xC0000000, 24},  // protocol assignments
                                              {0xC0000200, 24},  // documentation
                                              {0xC0586300, 24},  // 6to4 relays
                                              {0xC0A80000, 16},  // private
                                              {0xC6120000, 15},  // benchmarks
                                              {0xC6336400, 24},  // documentation
                                              {0xCB007100, 24},  // documentation
                                              {0xE0000000, 4},   // multicast
                                              {0xF0000000, 4}}};  // reserved, broadcast

bool Special4(absl::string_view bytes) {
  uint32_t address = 0;
  for (const char c : bytes) address = address << 8 | static_cast<unsigned char>(c);
  return std::any_of(kSpecial4.begin(), kSpecial4.end(), [address](const Block& block) {
    return (address ^ block.prefix) >> (32 - block.bits) == 0;
  });
}

// Only 2000::/3 is the public internet's; of it, not what carries IPv4 addresses or is documentation.
bool Special6(absl::string_view bytes) {
  const auto at = [bytes](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (at(0) >> 5 != 1) return true;
  if (at(0) == 0x20 && at(1) == 0x02) return true;                                       // 6to4
  if (at(0) == 0x20 && at(1) == 0x01 && at(2) < 0x02) return true;                       // 2001::/23
  if (at(0) == 0x20 && at(1) == 0x01 && at(2) == 0x0D && at(3) == 0xB8) return true;     // examples
  return at(0) == 0x3F && at(1) == 0xFF && at(2) < 0x10;                                 // examples
}

// `last`: the last kind that may stand there, and `want` names them all.
void CheckKinds(const ReminderKinds& kinds, ReminderKind last, absl::string_view want,
                absl::string_view field, std::vector<FieldViolation>* faults) {
  for (size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] < ReminderKind::kTasks || kinds[i] > last) {
      faults->push_back({absl::StrCat(field, "[", i, "]"), absl::StrCat("is none of ", want)});
    } else if (std::count(kinds.begin(), kinds.end(), kinds[i]) > 1) {
      faults->push_back({absl::StrCat(field, "[", i, "]"), "is there twice"});
    }
  }
}

}  // namespace

NotificationSettings DefaultSettings(absl::string_view person) {
  return {.person = std::string(person),
          .kinds = {ReminderKind::kTasks, ReminderKind::kDecisions, ReminderKind::kGrants,
                    ReminderKind::kCatalogue}};
}

absl::Status CheckSettings(const SettingsWish& wish) {
  std::vector<FieldViolation> faults;
  if (!wish.mail_address.empty()) {
    const absl::Status address = CheckMailAddress(wish.mail_address, "settings.mail_address");
    if (const auto details = DetailsOf(address)) {
      faults.insert(faults.end(), details->fields.begin(), details->fields.end());
    }
  }
  CheckKinds(wish.kinds, ReminderKind::kCatalogue, "TASKS, DECISIONS, GRANTS, CATALOGUE",
             "settings.kinds", &faults);
  if (wish.timing != ReminderTiming::kAtOnce && wish.timing != ReminderTiming::kDaily) {
    faults.push_back({"settings.timing", "is neither AT_ONCE nor DAILY"});
  }
  if (!wish.language) faults.push_back({"settings.language", "is none of ZH_HANS, ZH_HANT, EN"});
  return Error::Fields(faults);
}

absl::StatusOr<Changed> WithWish(const NotificationSettings& before, const SettingsWish& wish,
                                 absl::string_view code_digest, absl::Time now) {
  const absl::Status good = CheckSettings(wish);
  if (!good.ok()) return good;
  Changed changed{.settings = before};
  NotificationSettings& after = changed.settings;
  after.kinds = wish.kinds;
  after.timing = wish.timing;
  after.language = *wish.language;
  const bool waits = wish.mail_address == before.pending_address && now < before.code_end;
  if (wish.mail_address.empty() || wish.mail_address == before.mail_address || !waits) {
    after.pending_address.clear();
    after.code_digest.clear();
    after.code_tries = 0;
  }
  if (wish.mail_address.empty()) {
    after.mail_address.clear();
  } else if (wish.mail_address != before.mail_address && !waits) {
    after.codes.erase(std::remove_if(after.codes.begin(), after.codes.end(),
                                     [now](absl::Time at) { return now - at >= absl::Hours(24); }),
                      after.codes.end());
    if (after.codes.size() >= kMostCodesADay) {
      return Error(Reason::kRateLimited, absl::StatusCode::kResourceExhausted,
                   absl::StrCat(before.person, " was mailed ", kMostCodesADay,
                                " codes within 24 hours; try again later"));
    }
    after.codes.push_back(now);
    after.pending_address = wish.mail_address;
    after.code_digest = std::string(code_digest);
    after.code_end = now + kMailCodeLife;
    changed.needs_code = true;
  }
  return changed;
}

Typed TypeCode(const NotificationSettings& before, absl::string_view digest, absl::Time now) {
  Typed typed{.settings = before};
  NotificationSettings& after = typed.settings;
  if (before.code_digest.empty()) return typed;
  typed.right = now < before.code_end && digest == before.code_digest;
  if (typed.right) after.mail_address = before.pending_address;
  ++after.code_tries;
  if (typed.right || now >= before.code_end || after.code_tries >= kMostCodeTries) {
    after.pending_address.clear();
    after.code_digest.clear();
    after.code_tries = 0;
  }
  return typed;
}

absl::Status CheckMailAddress(absl::string_view address, absl::string_view field) {
  const auto bad = [field](absl::string_view why) { return Error::Field(field, why); };
  if (address.size() < 3 || address.size() > kMostAddressBytes) {
    return bad(absl::StrCat("has ", address.size(), " bytes, want 3 to ", kMostAddressBytes));
  }
  const size_t at = address.rfind('@');
  if (at == absl::string_view::npos) return bad("has no @");
  const absl::string_view local = address.substr(0, at);
  const absl::string_view host = address.substr(at + 1);
  const std::vector<absl::string_view> atoms = absl::StrSplit(local, '.');
  if (local.size() > kMostLocalBytes || !std::all_of(atoms.begin(), atoms.end(), IsAtom)) {
    return bad("has before the @ something else than letters, digits and marks of an address, or "
               "more than 64 of them");
  }
  if (!IsHostName(host) || !absl::StrContains(host, '.') || LooksNumeric(host)) {
    return bad("has after the @ no host name");
  }
  return absl::OkStatus();
}

absl::Status CheckWebhook(const std::string& url, const ReminderKinds& kinds,
                          const std::vector<std::string>& listed) {
  std::vector<FieldViolation> faults;
  if (const auto details = DetailsOf(CheckWebhookUrl(url, listed, "webhook.url"))) {
    faults = details->fields;
  }
  if (kinds.empty()) faults.push_back({"webhook.kinds", "is empty, want what the agency is told"});
  CheckKinds(kinds, ReminderKind::kGrants, "TASKS, DECISIONS, GRANTS", "webhook.kinds", &faults);
  return Error::Fields(faults);
}

std::optional<HostAndPort> HostOf(absl::string_view url) {
  constexpr absl::string_view kScheme = "https://";
  if (!absl::StartsWithIgnoreCase(url, kScheme)) return std::nullopt;
  absl::string_view rest = url.substr(kScheme.size());
  rest = rest.substr(0, rest.find_first_of("/?#"));
  HostAndPort where{.port = 443};
  const size_t bracket = rest.rfind(']');
  const size_t colon = rest.rfind(':');
  const bool has_port =
      colon != absl::string_view::npos && (bracket == absl::string_view::npos || colon > bracket);
  if (has_port) {
    const absl::string_view digits = rest.substr(colon + 1);
    if (digits.empty() || digits.size() > 5 || !absl::SimpleAtoi(digits, &where.port) ||
        !absl::ascii_isdigit(static_cast<unsigned char>(digits.front())) || where.port < 1 ||
        where.port > 65535) {
      return std::nullopt;
    }
    rest = rest.substr(0, colon);
  }
  where.host = absl::AsciiStrToLower(rest);
  return where;
}

bool Listed(const HostAndPort& where, const std::vector<std::string>& listed) {
  return std::any_of(listed.begin(), listed.end(), [&where](const std::string& one) {
    const std::string low = absl::AsciiStrToLower(one);
    return low == where.host || low == absl::StrCat(where.host, ":", where.port);
  });
}

absl::Status CheckWebhookUrl(absl::string_view url, const std::vector<std::string>& listed,
                             absl::string_view field) {
  const auto bad = [field](absl::string_view why) { return Error::Field(field, why); };
  if (url.empty() || url.size() > kMostUrlBytes) {
    return bad(absl::StrCat("has ", url.size(), " characters, want 1 to ", kMostUrlBytes));
  }
  if (!std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7F; }) ||
      url.find_first_of("\\\"<>^`{|}#@") != absl::string_view::npos) {
    return bad("has blanks, credentials, a fragment or characters that no URL has");
  }
  const std::optional<HostAndPort> where = HostOf(url);
  if (!where) return bad("is not https://HOST or https://HOST:PORT with a path");
  const std::string literal = LiteralAddress(where->host);
  if (literal.empty() && (!IsHostName(where->host) || LooksNumeric(where->host))) {
    return bad("has no host name, and no address as usually written");
  }
  if (Listed(*where, listed)) return absl::OkStatus();
  if (!literal.empty() && SpecialAddress(literal)) {
    return bad("leads to a loopback, private, link-local or otherwise special address, which the "
               "operator does not list");
  }
  if (literal.empty() && !absl::StrContains(where->host, '.')) {
    return bad("has a host without a dot, which the operator does not list");
  }
  return absl::OkStatus();
}

bool SpecialAddress(absl::string_view bytes) {
  if (bytes.size() == 4) return Special4(bytes);
  return bytes.size() != 16 || Special6(bytes);
}

}  // namespace shareway::console
