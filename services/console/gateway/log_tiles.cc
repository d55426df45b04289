// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/log_tiles.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace shareway::console {
namespace {

constexpr size_t kMaxPath = 100;
constexpr size_t kWholeTile = 256 * 32;           // hashes
constexpr size_t kWholeEntries = 256 * (2 + 32);  // commitments, each after its length
constexpr char kForEver[] = "public, max-age=31536000, immutable";

bool IsTileChar(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == 'x' || c == 'p' || c == '.' ||
         c == '/';
}

// What the log itself reads more closely: no query, nothing encoded, no way up.
bool MayBePage(absl::string_view path) {
  if (path == "/log/checkpoint" || path == "/log/keys") return true;
  if (path.size() > kMaxPath || !absl::ConsumePrefix(&path, "/log/tile/")) return false;
  absl::ConsumePrefix(&path, "entries/");
  return !path.empty() && std::all_of(path.begin(), path.end(), IsTileChar) &&
         !absl::StrContains(path, "..") && !absl::StrContains(path, "//");
}

bool IsTile(absl::string_view path) { return absl::StartsWith(path, "/log/tile/"); }
bool IsPart(absl::string_view path) { return absl::StrContains(path, ".p/"); }
bool IsEntries(absl::string_view path) { return absl::StartsWith(path, "/log/tile/entries/"); }

HttpAnswer Text(int status, const char* text) {
  HttpAnswer answer{.status = status};
  answer.With("Content-Type", "text/plain; charset=utf-8").With("Cache-Control", "no-store");
  if (status == 503) answer.With("Retry-After", "1");
  answer.body = std::make_shared<const std::string>(text);
  return answer;
}

HttpAnswer Shown(const std::string& path, std::shared_ptr<const std::string> bytes) {
  HttpAnswer answer;
  answer
      .With("Content-Type",
            IsTile(path) ? "application/octet-stream" : "text/plain; charset=utf-8")
      .With("Cache-Control", IsTile(path) ? kForEver : "no-cache");
  answer.body = std::move(bytes);
  return answer;
}

}  // namespace

HttpAnswer LogTiles::Answer(const HttpRequest& request) {
  const std::string& path = request.target;
  if (!MayBePage(path)) return Text(404, "the log has no such page\n");
  if (Bytes kept = Kept(path); kept != nullptr) return Shown(path, std::move(kept));
  absl::StatusOr<Page> page = ask_(path);
  if (!page.ok()) return Text(503, "the log does not answer\n");
  if (page->status == 404) return Text(404, "the log has no such page\n");
  if (page->status != 200) return Text(503, "the log may not be read now\n");
  const bool whole = IsTile(path) && !IsPart(path);
  // Anything else is no tile, and would be kept for ever.
  if (whole && page->body.size() != (IsEntries(path) ? kWholeEntries : kWholeTile)) {
    return Text(503, "the log does not answer as a log does\n");
  }
  auto bytes = std::make_shared<const std::string>(std::move(page->body));
  if (whole) Keep(path, bytes);
  return Shown(path, std::move(bytes));
}

LogTiles::Bytes LogTiles::Kept(const std::string& path) {
  absl::MutexLock lock(&mutex_);
  const auto found = kept_.find(path);
  return found == kept_.end() ? nullptr : found->second;
}

void LogTiles::Keep(const std::string& path, Bytes bytes) {
  absl::MutexLock lock(&mutex_);
  const size_t size = bytes->size();
  if (size > max_bytes_ || !kept_.emplace(path, std::move(bytes)).second) return;
  order_.push_back(path);
  bytes_ += size;
  while (bytes_ > max_bytes_) {
    const auto oldest = kept_.find(order_.front());
    bytes_ -= oldest->second->size();
    kept_.erase(oldest);
    order_.pop_front();
  }
}

}  // namespace shareway::console
