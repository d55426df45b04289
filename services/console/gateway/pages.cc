// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/pages.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/identity.h"
#include "nlohmann/json.hpp"
#include "services/console/gateway/guard.h"

namespace shareway::console {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFiles = 4096;
constexpr size_t kMaxBytes = 64u << 20;
constexpr size_t kDigestSize = 8;  // Vite's: NAME-DIGEST.EXTENSION

struct Type {
  const char* extension;
  const char* type;
};
constexpr Type kTypes[] = {{"html", "text/html; charset=utf-8"},
                           {"js", "text/javascript; charset=utf-8"},
                           {"css", "text/css; charset=utf-8"},
                           {"json", "application/json"},
                           {"svg", "image/svg+xml"},
                           {"png", "image/png"},
                           {"ico", "image/x-icon"},
                           {"woff2", "font/woff2"},
                           {"webmanifest", "application/manifest+json"},
                           {"txt", "text/plain; charset=utf-8"}};

std::string TypeOf(absl::string_view path) {
  const absl::string_view extension = path.substr(path.rfind('.') + 1);
  for (const Type& known : kTypes) {
    if (extension == known.extension) return known.type;
  }
  return "application/octet-stream";
}

bool IsPathChar(char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-' || c == '/';
}
bool IsDigestChar(char c) { return absl::ascii_isalnum(c) || c == '_' || c == '-'; }

bool HasDigest(absl::string_view path) {
  if (!absl::StartsWith(path, "/assets/")) return false;
  const absl::string_view stem = path.substr(0, path.rfind('.'));
  if (stem.size() < kDigestSize + 1 || stem[stem.size() - kDigestSize - 1] != '-') return false;
  const absl::string_view digest = stem.substr(stem.size() - kDigestSize);
  return std::all_of(digest.begin(), digest.end(), IsDigestChar);
}

HttpAnswer NotFound() {
  HttpAnswer answer{.status = 404};
  answer.With("Content-Type", "text/plain; charset=utf-8").With("Cache-Control", "no-store");
  answer.body = std::make_shared<const std::string>("there is no such page\n");
  return answer;
}

}  // namespace

absl::StatusOr<std::string> SettingsAtNode(const std::string& folder) {
  nlohmann::json settings = nlohmann::json::object();
  const absl::StatusOr<std::string> given = crypto::ReadFile(folder + "/console.json");
  if (given.ok()) settings = nlohmann::json::parse(*given, nullptr, false);
  if (!settings.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(folder, "/console.json is no JSON object"));
  }
  settings["atNode"] = true;
  return settings.dump() + "\n";
}

bool Accepts(absl::string_view field, absl::string_view coding) {
  for (absl::string_view part : absl::StrSplit(field, ',')) {
    const std::vector<absl::string_view> with = absl::StrSplit(part, absl::MaxSplits(';', 1));
    if (!absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(with[0]), coding)) continue;
    if (with.size() == 1) return true;
    absl::string_view weight = absl::StripAsciiWhitespace(with[1]);
    double q = 0;
    return absl::ConsumePrefix(&weight, "q=") && absl::SimpleAtod(weight, &q) && q > 0;
  }
  return false;
}

absl::StatusOr<Pages> Pages::Load(const std::string& folder) {
  std::map<std::string, Bytes> found;
  size_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const std::string path = entry->path().string().substr(folder.size());
    const std::string name = absl::StartsWith(path, "/") ? path : absl::StrCat("/", path);
    const auto wrong = [&](absl::string_view why) {
      return absl::InvalidArgumentError(absl::StrCat(folder, ": ", name, " ", why));
    };
    if (entry->is_symlink(error)) return wrong("is a link");
    if (!std::all_of(name.begin(), name.end(), IsPathChar)) return wrong("has other characters");
    if (entry->is_directory(error)) continue;
    if (!entry->is_regular_file(error)) return wrong("is no file");
    const uintmax_t size = entry->file_size(error);
    if (error) break;
    bytes += size;
    if (bytes > kMaxBytes || found.size() >= kMaxFiles) {
      return wrong("is one too many: at most 4096 files, 64 MiB");
    }
    SHAREWAY_ASSIGN_OR_RETURN(std::string content, crypto::ReadFile(entry->path().string()));
    found.emplace(name, std::make_shared<const std::string>(std::move(content)));
  }
  if (error) return absl::NotFoundError(absl::StrCat(folder, ": ", error.message()));
  const auto index = found.find("/index.html");
  if (index == found.end()) {
    return absl::InvalidArgumentError(absl::StrCat(folder, " has no index.html"));
  }
  Pages pages;
  pages.index_ = absl::StrSplit(*index->second, kNoncePlace);
  for (const auto& [path, content] : found) {
    absl::string_view plain = path;
    const bool packed = absl::ConsumeSuffix(&plain, ".br") || absl::ConsumeSuffix(&plain, ".gz");
    if (plain == "/index.html" || (packed && found.count(std::string(plain)) > 0)) continue;
    const auto variant = [&found, &name = path](const char* suffix) {
      const auto at = found.find(name + suffix);
      return at == found.end() ? Bytes() : at->second;
    };
    const std::string digest = ToHex(crypto::Sha256(*content).view()).substr(0, 32);
    pages.files_.emplace(path, File{.plain = content,
                                    .br = variant(".br"),
                                    .gz = variant(".gz"),
                                    .type = TypeOf(path),
                                    .etag = absl::StrCat("\"", digest, "\""),
                                    .lasting = HasDigest(path)});
  }
  return pages;
}

HttpAnswer Pages::Index() const {
  const std::string nonce = NewNonce();
  HttpAnswer answer;
  answer.With("Content-Type", "text/html; charset=utf-8").With("Cache-Control", "no-store");
  SecurePage(nonce, &answer);
  answer.body = std::make_shared<const std::string>(absl::StrJoin(index_, nonce));
  return answer;
}

HttpAnswer Pages::Answer(const HttpRequest& request) const {
  const absl::string_view path = request.path();
  const auto found = files_.find(path);
  if (found == files_.end()) {
    const absl::string_view last = path.substr(path.rfind('/') + 1);
    const bool own = path == "/index.html" || !absl::StrContains(last, '.');
    // A script's call that is mistaken for a page would be answered with one.
    return own && !absl::StartsWith(path, "/shareway.") ? Index() : NotFound();
  }
  const File& file = found->second;
  HttpAnswer answer;
  answer.With("Content-Type", file.type)
      .With("Cache-Control",
            file.lasting ? "public, max-age=31536000, immutable" : "public, no-cache")
      .With("Vary", "Accept-Encoding");
  const absl::string_view codings = request.field("accept-encoding");
  const bool br = file.br != nullptr && Accepts(codings, "br");
  const bool gz = !br && file.gz != nullptr && Accepts(codings, "gzip");
  // Other bytes need another tag (RFC 9110, 8.8.3.3).
  const std::string etag =
      absl::StrCat(file.etag.substr(0, file.etag.size() - 1), br ? "-br" : gz ? "-gz" : "", "\"");
  answer.With("ETag", etag);
  if (absl::StripAsciiWhitespace(request.field("if-none-match")) == etag) {
    answer.status = 304;
    return answer;
  }
  if (br || gz) answer.With("Content-Encoding", br ? "br" : "gzip");
  answer.body = br ? file.br : gz ? file.gz : file.plain;
  return answer;
}

}  // namespace shareway::console
