// SPDX-License-Identifier: Apache-2.0
// The file in which a first start leaves its codes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "libs/crypto/secret.h"
#include "services/console/accounts.h"

namespace shareway::console {
namespace {

absl::Status Failed(absl::string_view what, const std::string& path) {
  return absl::InvalidArgumentError(
      absl::StrCat("cannot ", what, " ", path, ": ", std::strerror(errno)));
}

}  // namespace

absl::Status WriteFirstCodes(const std::string& path,
                             const std::array<Accounts::FirstCode, 3>& codes) {
  const std::string temporary = path + ".new";
  // What a crash left is another's to read if its mode is: begin anew, with our own.
  if (unlink(temporary.c_str()) != 0 && errno != ENOENT) return Failed("remove", temporary);
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                        S_IRUSR | S_IWUSR);
  if (file < 0) return Failed("create", temporary);
  std::string text;
  for (const Accounts::FirstCode& code : codes) {
    absl::StrAppend(&text, RoleName(code.role), " ", code.code, "\n");
  }
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = written && fsync(file) == 0;
  crypto::Cleanse(&text);
  if (close(file) != 0 || !synced) return Failed("write", temporary);
  if (rename(temporary.c_str(), path.c_str()) != 0) return Failed("rename to", path);
  return absl::OkStatus();
}

}  // namespace shareway::console
