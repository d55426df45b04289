// SPDX-License-Identifier: Apache-2.0
// A file that lies in memory only, at one path, whose whole content changes at once.
#pragma once

#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace shareway::rpc {

// For libraries that take a secret by the name of a file and read it again. Whoever
// opens the path reads one content to its end, whatever is put there meanwhile.
// Not thread-safe.
class MemoryFile {
 public:
  MemoryFile() = default;
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  // Puts these parts, one behind the other, in the place of what is there. Each
  // content has a time of modification of its own, in whole seconds, which is no
  // hour of the day. INTERNAL if the system gives no memory; what was there stays.
  absl::Status Replace(std::initializer_list<absl::string_view> parts);

  // Where this process opens it. Empty before the first Replace. A reader that
  // outlives the MemoryFile finds another one's content there, never another file.
  std::string path() const;

 private:
  int descriptor_ = -1;
};

}  // namespace shareway::rpc
