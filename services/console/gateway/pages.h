// SPDX-License-Identifier: Apache-2.0
// The built web application, as files in memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/console/gateway/message.h"

namespace shareway::console {

// What stands in index.html in the place of the nonce, which is another for each answer.
inline constexpr char kNoncePlace[] = "SHAREWAY_NONCE";

// Read once, at the start: a request names one of the files that were there then, or none, and no
// path of a request ever reaches the file system. Immutable, and so thread-safe.
class Pages {
 public:
  // Beside FILE, FILE.br and FILE.gz are the same bytes compressed. INVALID_ARGUMENT naming what
  // the folder must not have: names with other characters than letters, digits, '.', '_' and '-',
  // links, no index.html, more than 4,096 files or 64 MiB. NOT_FOUND if it cannot be read.
  static absl::StatusOr<Pages> Load(const std::string& folder);

  // 404 for what is no file. A path without a '.' in its last part is one of the application's
  // own, and gets index.html, never cached. A file with a digest in its name (in assets/, as
  // Vite names them) is good for a year; others are asked for again, by ETag.
  HttpAnswer Answer(const HttpRequest& request) const;

 private:
  using Bytes = std::shared_ptr<const std::string>;
  struct File {
    Bytes plain = {}, br = {}, gz = {};
    std::string type = {};
    std::string etag = {};  // of the plain bytes
    bool lasting = false;
  };
  HttpAnswer Index() const;

  std::map<std::string, File, std::less<>> files_;  // by path, with '/'
  std::vector<std::string> index_;                  // index.html, cut at the nonce's places
};

// What the application reads of its installation, console.json of the folder or nothing, and that it
// is beside a node ("atNode"): most of its pages are the console's. INVALID_ARGUMENT if that file is no
// JSON object.
absl::StatusOr<std::string> SettingsAtNode(const std::string& folder);

// True if `field`, an Accept-Encoding, allows `coding` by its name.
bool Accepts(absl::string_view field, absl::string_view coding);

}  // namespace shareway::console
