// SPDX-License-Identifier: Apache-2.0
// Written beside and renamed: readers wait for the file to appear.
#include "services/audit/vkey_file.h"

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace shareway::audit {

absl::Status WriteVkeyFile(const std::string& path, const std::string& verifier_key) {
  if (path.empty()) return absl::OkStatus();
  const std::string temporary = path + ".new";
  std::ofstream file(temporary, std::ios::trunc);
  file << verifier_key << "\n";
  file.close();
  if (file && std::rename(temporary.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("--vkey_file: cannot write ", path));
}

}  // namespace shareway::audit
