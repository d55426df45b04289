// SPDX-License-Identifier: Apache-2.0
// The first objects of a small city's directory, for tests and benchmarks.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/crypto/key.h"

namespace shareway::catalog {

inline constexpr char kBureau[] = "agencies/1199010000010001X0";
inline constexpr char kCivil[] = "agencies/11990100000100036T";
inline constexpr char kTax[] = "agencies/11990100000100060B";

// The line of a bootstrap file that registers `key` for `owner`.
inline std::string KeyLine(const crypto::PublicKey& key, absl::string_view owner,
                           absl::string_view use = "TLS") {
  return absl::StrCat(R"({"key":{"owner":")", owner, R"(","use":")", use,
                      R"(","suite":"P256_SHA256","spki":")", ToBase64(key.spki()), "\"}}\n");
}

inline std::string AgencyLine(absl::string_view name, absl::string_view display_name) {
  return absl::StrCat(R"({"agency":{"name":")", name, R"(","displayName":")", display_name,
                      R"(","kind":"ORGAN","level":"CITY","division":"990100",)",
                      R"("authority":"authorities/city"}})", "\n");
}

inline std::string PersonLine(absl::string_view id, absl::string_view agency,
                              absl::string_view role) {
  return absl::StrCat(R"({"person":{"name":"people/)", id, R"(","displayName":"演示人员)", id,
                      R"(","agency":")", agency, R"(","roles":[")", role, "\"]}}\n");
}

// One city under the text of 2025: its bureau, civil affairs and tax, their
// people, and the security administrator "admin".
inline std::string TestBootstrap(const crypto::PublicKey& admin_key) {
  return absl::StrCat(
      "# the first objects\n\n",
      R"({"authority":{"name":"authorities/city","displayName":"演示市数据管理局","level":"CITY",)",
      R"("division":"990100","ownGovernment":"演示市人民政府","profile":"cn-2025-809","agency":")",
      kBureau, "\"}}\n", AgencyLine(kBureau, "演示市数据管理局"),
      AgencyLine(kCivil, "演示市民政局"), AgencyLine(kTax, "演示市税务局"),
      PersonLine("admin", kBureau, "SECURITY_ADMINISTRATOR"),
      PersonLine("officer", kBureau, "SHARING_AUTHORITY"),
      PersonLine("editor", kCivil, "CATALOGUE_EDITOR"),
      PersonLine("head", kCivil, "DEPARTMENT_HEAD"),
      PersonLine("tax-editor", kTax, "CATALOGUE_EDITOR"), KeyLine(admin_key, "people/admin"));
}

}  // namespace shareway::catalog
