// SPDX-License-Identifier: Apache-2.0
// Where to call and as whom: named contexts in one JSON file of mode 0600.
//
//   {"current": "x", "contexts": {"x": {"identity": "DIR", "catalog": "host:port", …}}}
#pragma once

#include <array>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/shareway/output.h"

namespace shareway::cli {

// What a context can say. `identity` is a folder with tls.crt, tls.key and ca.crt;
// `log_key` the log's note verifier key; the others are addresses, host:port, and
// the URI of the node's certificate.
inline constexpr std::array<absl::string_view, 8> kContextKeys = {
    "identity", "catalog", "sharing", "audit", "console", "node", "node_uri", "log_key"};

using Context = std::map<std::string, std::string>;

struct Contexts {
  std::string current;
  std::map<std::string, Context> by_name;

  // $SHAREWAY_CONFIG, or ~/.config/shareway/contexts.json.
  static std::string DefaultPath();
  // An absent or empty file reads as no contexts. INVALID_ARGUMENT naming path and member.
  static absl::StatusOr<Contexts> Load(const std::string& path);
  // Replaces the file as a whole.
  absl::Status Save(const std::string& path) const;

  // The context `name`, or the current one if it is empty; an empty one if there
  // is none. NOT_FOUND for a name that is not there.
  absl::StatusOr<Context> Get(const std::string& name) const;
  Json ToJson() const;
};

}  // namespace shareway::cli
