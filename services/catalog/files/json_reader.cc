// SPDX-License-Identifier: Apache-2.0
// Entries in protobuf's JSON mapping of Resource: an array, or one object after another.
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "nlohmann/json.hpp"
#include "services/catalog/files/sheet.h"
#include "services/catalog/files/formats.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog::files {
namespace {

constexpr size_t kMaxObjectBytes = 1 << 20;
constexpr size_t kMaxRuleBytes = 200;

// At most kMaxRuleBytes of `text`, whole characters.
std::string Short(absl::string_view text) {
  size_t size = std::min(text.size(), kMaxRuleBytes);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
    --size;
  }
  return std::string(text.substr(0, size));
}

bool IsSpace(int c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class JsonReader : public Reader {
 public:
  explicit JsonReader(std::FILE* file) : file_(file) {}

  absl::StatusOr<std::optional<FileEntry>> Next() override {
    if (ended_) return std::nullopt;
    absl::StatusOr<std::optional<FileEntry>> next = Read();
    ended_ = !next.ok() || !next->has_value();
    return next;
  }

  uint32_t rows() const override { return number_; }

 private:
  static constexpr int kEnd = -1;

  // The next byte, which stays, or kEnd; also kEnd after an error of the disk, which `failed_` tells.
  int Peek() {
    if (at_ == size_) {
      size_ = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
      at_ = 0;
      if (size_ == 0) {
        failed_ = std::ferror(file_.get()) != 0;
        return kEnd;
      }
      bytes_ += size_;
    }
    return static_cast<unsigned char>(buffer_[at_]);
  }
  int Take() {
    const int c = Peek();
    if (c != kEnd) ++at_;
    return c;
  }
  int PeekPastSpace() {
    while (IsSpace(Peek())) ++at_;
    return Peek();
  }

  // What is wrong with entry number_ + 1.
  absl::Status Broken(absl::string_view why) const {
    if (failed_) return absl::UnavailableError("the file cannot be read");
    return Refused(absl::StrCat("entry ", number_ + 1, ": ", why));
  }

  // Past what stands before an entry; whether there is one.
  absl::StatusOr<bool> Begin() {
    if (!begun_) {
      begun_ = true;
      if (Peek() == 0xEF) {  // a byte order mark
        if (Take() != 0xEF || Take() != 0xBB || Take() != 0xBF) return Broken("this is no JSON");
      }
      array_ = PeekPastSpace() == '[';
      if (array_) ++at_;
      if (array_ && PeekPastSpace() == ']') return End();
    } else if (array_) {
      const int c = PeekPastSpace();
      if (c == ']') return End();
      if (c != ',') return Broken("a comma or the end of the array is missing before it");
      ++at_;
    }
    const int c = PeekPastSpace();
    if (c == kEnd && !array_ && !failed_) {
      // A file of nothing at all is no file of entries.
      if (number_ == 0) return Broken("the file is empty");
      return false;
    }
    if (c != '{') return Broken("it does not begin with {");
    return true;
  }

  // Past the array's end, after which there is nothing.
  absl::StatusOr<bool> End() {
    ++at_;
    if (PeekPastSpace() != kEnd || failed_) return Broken("there is more after the array's end");
    return false;
  }

  // Cuts the object out that begins here.
  absl::StatusOr<std::string> Object() {
    std::string object;
    int depth = 0;
    bool quoted = false;
    bool escaped = false;
    do {
      const int c = Take();
      if (c == kEnd) return Broken("the file ends within it");
      if (object.size() == kMaxObjectBytes) {
        return TooLarge(absl::StrCat("entry ", number_ + 1, " has more than ", kMaxObjectBytes,
                                     " bytes"));
      }
      object.push_back(static_cast<char>(c));
      if (quoted) {
        if (escaped) {
          escaped = false;
        } else if (c == '\\') {
          escaped = true;
        } else if (c == '"') {
          quoted = false;
        }
      } else if (c == '"') {
        quoted = true;
      } else if (c == '{' || c == '[') {
        if (++depth > kMaxJsonDepth) {
          return Broken(absl::StrCat("it nests deeper than ", kMaxJsonDepth));
        }
      } else if (c == '}' || c == ']') {
        --depth;
      }
      if (bytes_ > kMaxFileBytes) {
        return TooLarge(absl::StrCat("the file has more than ", kMaxFileBytes, " bytes"));
      }
    } while (depth > 0);
    return object;
  }

  absl::StatusOr<std::optional<FileEntry>> Read() {
    SHAREWAY_ASSIGN_OR_RETURN(const bool more, Begin());
    if (!more) return std::nullopt;
    if (number_ == kMaxEntries) {
      return TooLarge(absl::StrCat("the file has more than ", kMaxEntries, " entries"));
    }
    SHAREWAY_ASSIGN_OR_RETURN(const std::string object, Object());
    // protobuf reads more than JSON has, and tells form and content by one error.
    if (!nlohmann::json::accept(object)) return Broken("this is no JSON");
    FileEntry entry;
    entry.number = entry.first_row = entry.last_row = ++number_;
    v1::Resource message;
    const auto parsed = google::protobuf::util::JsonStringToMessage(object, &message);
    if (parsed.ok()) {
      entry.entry = EntryFrom(message);
    } else {
      const std::string text = parsed.ToString();
      entry.faults.push_back({.spot = {.row = number_}, .field = "resource", .rule = Short(text)});
    }
    return entry;
  }

  struct Closer {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Closer> file_;
  std::array<char, 64 << 10> buffer_ = {};
  size_t at_ = 0;
  size_t size_ = 0;
  uint64_t bytes_ = 0;
  uint32_t number_ = 0;
  bool begun_ = false;
  bool array_ = false;
  bool failed_ = false;
  bool ended_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Reader>> OpenJson(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return absl::UnavailableError("the file cannot be read");
  return std::make_unique<JsonReader>(file);
}

}  // namespace shareway::catalog::files
