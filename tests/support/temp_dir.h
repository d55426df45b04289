// SPDX-License-Identifier: Apache-2.0
// A folder that is gone when the test is.
#pragma once

#include <string>

namespace shareway::testing {

class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// Writes a whole file; ends the test program if it cannot.
void WriteFile(const std::string& path, const std::string& text);

}  // namespace shareway::testing
