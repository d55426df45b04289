// SPDX-License-Identifier: Apache-2.0
#include "tests/scenario/canaries.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/kv/rocks_store.h"

namespace shareway::testing {
namespace {

constexpr absl::string_view kStem = "ZQXCANARY";

bool Holds(absl::string_view bytes, absl::string_view part) {
  return memmem(bytes.data(), bytes.size(), part.data(), part.size()) != nullptr;
}

// What base64 writes for `text`, whatever stands before and behind it.
std::string Base64Core(absl::string_view text, size_t before) {
  const auto encoded = [&](char filler) {
    return absl::Base64Escape(
        absl::StrCat(std::string(before, filler), text, std::string(2, filler)));
  };
  const std::string a = encoded('\0'), b = encoded('\xff');
  size_t begin = 0;
  while (begin < a.size() && a[begin] != b[begin]) ++begin;
  size_t end = begin;
  while (end < a.size() && a[end] == b[end]) ++end;
  return a.substr(begin, end - begin);
}

std::vector<std::string> FormsOf(absl::string_view text) {
  std::vector<std::string> forms = {std::string(text), absl::BytesToHexString(text),
                                    absl::AsciiStrToUpper(absl::BytesToHexString(text))};
  for (size_t before = 0; before < 3; ++before) forms.push_back(Base64Core(text, before));
  return forms;
}

}  // namespace

std::string Canaries::Of(absl::string_view kind) { return absl::StrCat(kStem, kind, "0"); }

void Canaries::AddSecret(const std::string& name, absl::string_view bytes) {
  REQUIRE(bytes.size() >= 16);
  secrets_[name] = FormsOf(bytes);
}

std::set<std::string> Canaries::In(absl::string_view bytes) const {
  searched_ += bytes.size();
  std::set<std::string> found;
  static const auto* const stems = new std::vector<std::string>(FormsOf(kStem));
  for (size_t i = 1; i < stems->size(); ++i) {
    if (Holds(bytes, (*stems)[i])) found.insert("?");
  }
  for (size_t at = 0; at < bytes.size();) {
    const absl::string_view rest = bytes.substr(at);
    const void* hit = memmem(rest.data(), rest.size(), kStem.data(), kStem.size());
    if (hit == nullptr) break;
    at = static_cast<size_t>(static_cast<const char*>(hit) - bytes.data()) + kStem.size();
    size_t end = at;
    while (end < bytes.size() && absl::ascii_isupper(bytes[end])) ++end;
    const bool whole = end > at && end < bytes.size() && bytes[end] == '0';
    found.insert(whole ? std::string(bytes.substr(at, end - at)) : "?");
  }
  for (const auto& [name, forms] : secrets_) {
    if (std::any_of(forms.begin(), forms.end(),
                    [&](const std::string& form) { return Holds(bytes, form); })) {
      found.insert(name);
    }
  }
  return found;
}

void Canaries::AddTo(const std::string& place, absl::string_view bytes, Findings* findings) const {
  const std::set<std::string> found = In(bytes);
  if (!found.empty()) (*findings)[place].insert(found.begin(), found.end());
}

Canaries::Findings Canaries::InFiles(const std::string& dir) const {
  Findings findings;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    const std::string name = std::filesystem::relative(entry.path(), dir).string();
    AddTo(name, name, &findings);
    if (!entry.is_regular_file()) continue;
    CAPTURE(name);
    std::ifstream in(entry.path(), std::ios::binary);
    REQUIRE(in.good());
    const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    REQUIRE_FALSE(in.bad());
    AddTo(name, bytes, &findings);
  }
  return findings;
}

Canaries::Findings Canaries::InStore(const std::string& dir) const {
  Findings findings;
  const auto store = kv::OpenRocksReadOnly(dir);
  INFO(dir << " " << store.status());
  REQUIRE(store.ok());
  REQUIRE((*store)
              ->Scan("", "",
                     [&](absl::string_view key, absl::string_view value, uint64_t) {
                       const std::string part(key.substr(0, key.find('/')));
                       AddTo(part, key, &findings);
                       AddTo(part, value, &findings);
                       return true;
                     })
              .ok());
  for (const char* log : {"outbox", "catalog", "directory", "grants"}) {
    const absl::StatusOr<uint64_t> tail = (*store)->LogTail(log);
    if (!tail.ok()) continue;
    REQUIRE((*store)
                ->ReadLog(log, *tail,
                          [&](uint64_t, absl::string_view bytes) {
                            AddTo(absl::StrCat("log ", log), bytes, &findings);
                            return true;
                          })
                .ok());
  }
  return findings;
}

std::string MetricsPage(const std::string& port_file) {
  int port = 0, metrics = 0;
  std::ifstream(port_file) >> port >> metrics;
  const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(metrics));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  constexpr absl::string_view kGet =
      "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  std::string page;
  if (::connect(connection, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 &&
      ::send(connection, kGet.data(), kGet.size(), MSG_NOSIGNAL) > 0) {
    char part[16 << 10];
    for (ssize_t n; (n = ::recv(connection, part, sizeof part, 0)) > 0;) {
      page.append(part, static_cast<size_t>(n));
    }
  }
  ::close(connection);
  return page;
}

}  // namespace shareway::testing
