// SPDX-License-Identifier: Apache-2.0
// What this library says about a pack, in the form of proto/vectors.
#pragma once

#include <string>
#include <vector>

#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/evidence/pack.h"
#include "nlohmann/json.hpp"

namespace shareway::evidence {

using Json = nlohmann::ordered_json;

// A vector: `valid`, and in `want` the counts of a good pack or the first failing entry.
inline Json PackVector(const std::string& name, const std::string& text,
                       const std::vector<std::string>& keys) {
  Json vector = {{"name", name}, {"valid", false}};
  vector[IsText(text) ? "pack" : "pack_base64"] = IsText(text) ? text : ToBase64(text);
  vector["keys"] = keys;
  const absl::StatusOr<Pack> pack = ReadPack(text);
  if (!pack.ok()) return vector;
  const absl::StatusOr<uint64_t> size = VerifyPack(*pack, keys);
  if (size.ok()) {
    vector["valid"] = true;
    vector["want"] = {{"entries", pack->entries.size()}, {"size", *size}};
    return vector;
  }
  const auto details = DetailsOf(size.status());
  if (details.has_value() && details->metadata.count("entry") == 1) {
    vector["want"] = {{"entry", std::stoull(details->metadata.at("entry"))}};
  }
  return vector;
}

}  // namespace shareway::evidence
