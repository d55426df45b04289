// SPDX-License-Identifier: Apache-2.0
// Reading is strict, so that two programs never see two packs in one file.
#include "libs/evidence/pack.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/batch.h"
#include "libs/evidence/act_signature.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/note.h"
#include "libs/merkle/verify.h"
#include "nlohmann/json.hpp"

namespace shareway::evidence {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kFormat[] = "shareway-evidence/1";
constexpr int kMaxDepth = 8;  // a pack has 4

// ---- Reading.

absl::StatusOr<Json> ParseStrictly(absl::string_view text) {
  // The parser takes a NUL for the end and skips a byte order mark.
  if (absl::StrContains(text, absl::string_view("\0", 1)) ||
      absl::StartsWith(text, "\xef\xbb\xbf")) {
    return absl::InvalidArgumentError("the pack is not JSON in UTF-8");
  }
  std::string repeated;
  bool deep = false;
  std::vector<std::set<std::string>> members;
  auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) members.emplace_back();
    if (event == Json::parse_event_t::object_end) members.pop_back();
    if (event == Json::parse_event_t::key) {
      const std::string name = parsed.get<std::string>();
      if (!members.back().insert(name).second && repeated.empty()) repeated = name.substr(0, 40);
    }
    deep = deep || depth > kMaxDepth;
    return !deep;
  };
  Json json = Json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
  if (deep || (json.is_discarded() && repeated.empty())) {
    return absl::InvalidArgumentError("the pack is not JSON in UTF-8 of the expected shape");
  }
  if (!repeated.empty()) return Error::Field(repeated, "the member is there twice, want once");
  return json;
}

// OK if `json` is an object with exactly these members.
absl::Status CheckMembers(const std::string& where, const Json& json,
                          const std::vector<std::string>& names) {
  if (!json.is_object()) return Error::Field(where, "is no object");
  for (const std::string& name : names) {
    if (!json.contains(name)) return Error::Field(where + name, "is missing");
  }
  for (const auto& item : json.items()) {
    if (std::find(names.begin(), names.end(), item.key()) == names.end()) {
      return Error::Field(where + item.key().substr(0, 40), "is no member of a pack");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> TextOf(const std::string& where, const Json& json) {
  if (!json.is_string()) return Error::Field(where, "is no string");
  return json.get<std::string>();
}

absl::StatusOr<std::string> BytesOf(const std::string& where, const Json& json) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, TextOf(where, json));
  absl::StatusOr<std::string> raw = FromBase64(text);
  if (!raw.ok()) return Error::Field(where, "is not strict base64");
  return raw;
}

// The items of an array of strings, each through `read`.
template <typename T, typename Read>
absl::StatusOr<std::vector<T>> ListOf(const std::string& where, const Json& json, Read read) {
  if (!json.is_array()) return Error::Field(where, "is no array");
  std::vector<T> list;
  for (const Json& item : json) {
    SHAREWAY_ASSIGN_OR_RETURN(T value, read(absl::StrCat(where, "[", list.size(), "]"), item));
    list.push_back(std::move(value));
  }
  return list;
}

absl::StatusOr<Hash32> HashOf(const std::string& where, const Json& json) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string raw, BytesOf(where, json));
  absl::StatusOr<Hash32> hash = Hash32::From(raw);
  if (!hash.ok()) return Error::Field(where, absl::StrCat("has ", raw.size(), " bytes, want 32"));
  return hash;
}

absl::StatusOr<PackEntry> EntryOf(const std::string& where, const Json& json) {
  const std::string at = where + ".";
  SHAREWAY_RETURN_IF_ERROR(CheckMembers(at, json, {"index", "salt", "record", "path"}));
  if (!json["index"].is_number_unsigned()) return Error::Field(at + "index", "is no whole number");
  PackEntry entry;
  entry.index = json["index"].get<uint64_t>();
  SHAREWAY_ASSIGN_OR_RETURN(const std::string salt, BytesOf(at + "salt", json["salt"]));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string record, BytesOf(at + "record", json["record"]));
  entry.sealed.set_salt(salt);
  entry.sealed.set_record(record);
  SHAREWAY_ASSIGN_OR_RETURN(entry.path, ListOf<Hash32>(at + "path", json["path"], HashOf));
  return entry;
}

// ---- Verifying.

using Keys = absl::flat_hash_map<std::string, crypto::PublicKey>;

absl::StatusOr<Keys> KeysOf(const Pack& pack) {
  Keys keys;
  for (size_t i = 0; i < pack.keys.size(); ++i) {
    absl::StatusOr<crypto::PublicKey> key = crypto::PublicKey::FromSpki(pack.keys[i]);
    const std::string where = absl::StrCat("keys[", i, "]");
    if (!key.ok()) return Error::Field(where, key.status().message());
    if (key->suite() == crypto::Suite::kEd25519) return Error::Field(where, "signs no records");
    if (!keys.emplace(key->id().str(), *key).second) return Error::Field(where, "is there twice");
  }
  return keys;
}

// Verifies the entries of one pack.
class EntryCheck {
 public:
  EntryCheck(TreeHead head, Keys keys) : head_(std::move(head)), keys_(std::move(keys)) {}

  absl::Status Check(const PackEntry& entry) {
    if (entry.sealed.salt().size() != 16) {
      return absl::DataLossError(
          absl::StrCat("the salt has ", entry.sealed.salt().size(), " bytes, want 16"));
    }
    const merkle::Hasher& hasher = crypto::LogHasher();
    SHAREWAY_RETURN_IF_ERROR(
        merkle::VerifyInclusion(hasher, hasher.leaf(Commitment(entry.sealed).view()), entry.index,
                                head_.size, entry.path, head_.root));
    SHAREWAY_ASSIGN_OR_RETURN(const OpenedRecord opened, Open(entry.sealed));
    SHAREWAY_RETURN_IF_ERROR(CheckSigned("the producer's signature", opened.envelope.payload(),
                                         opened.envelope.signature()));
    const v1::AuditRecord& record = opened.record;
    if (record.has_request_signature()) {
      SHAREWAY_RETURN_IF_ERROR(CheckDigest("the request's signature", record.request_digest(),
                                           record.request_signature()));
    }
    if (record.has_response_signature()) {
      SHAREWAY_RETURN_IF_ERROR(CheckDigest("the response's signature", record.response_digest(),
                                           record.response_signature()));
    }
    if (!record.has_act()) return absl::OkStatus();
    return WithKey("the act's signature", record.act().signature(),
                   [&](const crypto::PublicKey& key) {
                     return VerifyAct(&verifier_, key, record.act());
                   });
  }

 private:
  absl::Status CheckSigned(absl::string_view what, absl::string_view payload,
                           const v1::Signature& signature) {
    return WithKey(what, signature, [&](const crypto::PublicKey& key) {
      return Verify(&verifier_, key, payload, signature);
    });
  }

  absl::Status CheckDigest(absl::string_view what, absl::string_view digest,
                           const v1::Signature& signature) {
    return WithKey(what, signature, [&](const crypto::PublicKey& key) {
      return VerifyDigest(&verifier_, key, digest, signature);
    });
  }

  template <typename Check>
  absl::Status WithKey(absl::string_view what, const v1::Signature& signature, Check check) {
    const auto key = keys_.find(signature.key_id());
    if (key == keys_.end()) {
      return absl::DataLossError(absl::StrCat(what, " is by key ", ToHex(signature.key_id()),
                                              ", which the pack does not have"));
    }
    const absl::Status status = check(key->second);
    if (status.ok()) return status;
    return absl::DataLossError(absl::StrCat(what, ": ", status.message()));
  }

  const TreeHead head_;
  const Keys keys_;
  crypto::BatchVerifier verifier_;
};

}  // namespace

std::string WritePack(const Pack& pack) {
  std::vector<const PackEntry*> entries;
  for (const PackEntry& entry : pack.entries) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(),
            [](const PackEntry* a, const PackEntry* b) { return a->index < b->index; });
  Json json = {{"format", kFormat},
               {"checkpoint", pack.checkpoint},
               {"cosignatures", Json::array()},
               {"keys", Json::array()},
               {"entries", Json::array()}};
  for (const std::string& line : pack.cosignatures) json["cosignatures"].push_back(line);
  for (const std::string& key : pack.keys) json["keys"].push_back(ToBase64(key));
  for (const PackEntry* entry : entries) {
    Json path = Json::array();
    for (const Hash32& hash : entry->path) path.push_back(ToBase64(hash.view()));
    json["entries"].push_back({{"index", entry->index},
                               {"salt", ToBase64(entry->sealed.salt())},
                               {"record", ToBase64(entry->sealed.record())},
                               {"path", std::move(path)}});
  }
  // What is not UTF-8 cannot verify anyway; it must not end the process.
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Pack> ReadPack(absl::string_view text) {
  SHAREWAY_ASSIGN_OR_RETURN(const Json json, ParseStrictly(text));
  SHAREWAY_RETURN_IF_ERROR(
      CheckMembers("", json, {"format", "checkpoint", "cosignatures", "keys", "entries"}));
  if (json["format"] != kFormat) {
    return Error::Field("format", absl::StrCat("is another, want ", kFormat));
  }
  Pack pack;
  SHAREWAY_ASSIGN_OR_RETURN(pack.checkpoint, TextOf("checkpoint", json["checkpoint"]));
  SHAREWAY_ASSIGN_OR_RETURN(pack.cosignatures,
                            ListOf<std::string>("cosignatures", json["cosignatures"], TextOf));
  SHAREWAY_ASSIGN_OR_RETURN(pack.keys, ListOf<std::string>("keys", json["keys"], BytesOf));
  SHAREWAY_ASSIGN_OR_RETURN(pack.entries, ListOf<PackEntry>("entries", json["entries"], EntryOf));
  return pack;
}

absl::StatusOr<uint64_t> VerifyPack(const Pack& pack,
                                    const std::vector<std::string>& verifier_keys) {
  SHAREWAY_ASSIGN_OR_RETURN(const TreeHead head,
                            OpenCheckpoint(pack.checkpoint, pack.cosignatures, verifier_keys));
  SHAREWAY_ASSIGN_OR_RETURN(Keys keys, KeysOf(pack));
  if (pack.entries.empty()) return Error::Field("entries", "is empty, want at least 1");
  EntryCheck check(head, std::move(keys));
  std::optional<uint64_t> before;
  for (const PackEntry& entry : pack.entries) {
    // Ascending, so that "verified N entries" counts none twice.
    const absl::Status status = before.has_value() && entry.index <= *before
                                    ? absl::DataLossError(absl::StrCat("follows entry ", *before,
                                                                       ", want ascending indices"))
                                    : check.Check(entry);
    if (!status.ok()) {
      return Error(Reason::kProofInvalid, absl::StatusCode::kDataLoss,
                   absl::StrCat("entry ", entry.index, ": ", status.message()))
          .With("entry", absl::StrCat(entry.index));
    }
    before = entry.index;
  }
  return head.size;
}

}  // namespace shareway::evidence
