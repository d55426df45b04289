// SPDX-License-Identifier: Apache-2.0
// Guessing.
#include "tests/privacy/attacker.h"

#include <algorithm>
#include <future>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"

namespace shareway::testing {
namespace {

constexpr size_t kWindow = 8;       // false hits: below 2^-20 in all of a test
constexpr size_t kMostUsed = 64;    // longer fields are no salts
constexpr size_t kLeastUsed = 16;
constexpr size_t kHmacBlock = 64;

std::string HmacSm3(absl::string_view key, absl::string_view text) {
  std::string inner(kHmacBlock, '\x36');
  std::string outer(kHmacBlock, '\x5c');
  const std::string padded = key.size() > kHmacBlock ? crypto::Sm3(key).str() : std::string(key);
  for (size_t i = 0; i < padded.size(); ++i) {
    inner[i] = static_cast<char>(inner[i] ^ padded[i]);
    outer[i] = static_cast<char>(outer[i] ^ padded[i]);
  }
  return crypto::Sm3(absl::StrCat(outer, crypto::Sm3(absl::StrCat(inner, text)).view())).str();
}

Hash32 Hash(const std::string& bytes) { return *Hash32::From(bytes); }

const std::vector<std::string>& Secrets() {
  static const auto* const secrets = new std::vector<std::string>{
      "", std::string(16, '\0'), std::string(32, '\0'), std::string(32, '\xff'), "secret",
      "shareway", "0123456789abcdef0123456789abcdef"};
  return *secrets;
}

// Fields of a message and of those in it that may be salts, nonces or digests.
void CollectUsed(const google::protobuf::Message& message, Attacker* attacker) {
  const google::protobuf::Reflection* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) {
        CollectUsed(field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                         : reflection->GetMessage(message, field),
                    attacker);
      } else if (field->type() == google::protobuf::FieldDescriptor::TYPE_BYTES) {
        const std::string value = field->is_repeated()
                                      ? reflection->GetRepeatedString(message, field, i)
                                      : reflection->GetString(message, field);
        if (value.size() >= kLeastUsed && value.size() <= kMostUsed) attacker->Use(value);
      }
    }
  }
}

// Runs of at least `least` characters for which `in` holds.
template <typename In, typename Visit>
void ForRuns(absl::string_view text, size_t least, In in, Visit visit) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin;
    while (end < text.size() && in(text[end])) ++end;
    if (end - begin >= least) visit(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace

void Attacker::AddWindows(absl::string_view bytes) {
  for (size_t i = 0; i + kWindow <= bytes.size(); ++i) {
    windows_.insert(ReadBigEndian64(bytes.substr(i)));
  }
}

void Attacker::Read(absl::string_view bytes) {
  absl::StrAppend(&clear_, bytes, "\n");
  AddWindows(bytes);
  ForRuns(bytes, 2 * kWindow, [](char c) { return absl::ascii_isxdigit(c); },
          [this](absl::string_view run) {
            for (size_t shift : {0, 1}) {
              const absl::string_view rest = run.substr(shift);
              AddWindows(absl::HexStringToBytes(rest.substr(0, rest.size() / 2 * 2)));
            }
          });
  const auto base64 = [](char c) {
    return absl::ascii_isalnum(c) || c == '+' || c == '/' || c == '-' || c == '_';
  };
  ForRuns(bytes, 12, base64, [this](absl::string_view run) {
    for (size_t shift = 0; shift < 4; ++shift) {
      const absl::string_view rest = run.substr(shift);
      const absl::string_view whole = rest.substr(0, rest.size() / 4 * 4);
      std::string decoded;
      if (absl::Base64Unescape(whole, &decoded) || absl::WebSafeBase64Unescape(whole, &decoded)) {
        AddWindows(decoded);
      }
    }
  });
}

void Attacker::Read(const evidence::v1::SealedRecord& sealed) {
  Read(sealed.salt());
  Read(sealed.record());
  Use(sealed.salt());
  const absl::StatusOr<evidence::OpenedRecord> opened = evidence::Open(sealed);
  if (!opened.ok()) return;
  CollectUsed(opened->envelope.signature(), this);
  CollectUsed(opened->record, this);
  evidence::v1::Act act;
  if (act.ParseFromString(opened->record.act().act())) CollectUsed(act, this);
}

bool Attacker::Saw(const Hash32& digest) const {
  return windows_.contains(ReadBigEndian64(digest.view()));
}

bool Attacker::SawText(absl::string_view text) const {
  return absl::string_view(clear_).find(text) != absl::string_view::npos;
}

std::string Attacker::HowHashed(const std::string& text) const {
  for (const std::string& input : {text, absl::StrCat(text, "\n")}) {
    const Hash32 sha256 = crypto::Sha256(input);
    const Hash32 sm3 = crypto::Sm3(input);
    if (Saw(sha256)) return "SHA-256";
    if (Saw(sm3)) return "SM3";
    if (Saw(crypto::Sha256(sha256.view())) || Saw(crypto::Sm3(sm3.view()))) return "twice";
    if (Saw(crypto::LogHasher().leaf(input)) || Saw(crypto::LogHasher().leaf(sha256.view()))) {
      return "a leaf of the log";
    }
    for (const crypto::Suite suite : {crypto::Suite::kP256Sha256, crypto::Suite::kSm2Sm3}) {
      if (Saw(crypto::StatementLeafOfDigest(suite, crypto::Digest(suite, input)))) {
        return "a leaf of a batch signature";
      }
    }
  }
  return "";
}

std::string Attacker::HowKeyed(const std::string& text) const {
  for (const std::string& secret : Secrets()) {
    if (Saw(crypto::HmacSha256(secret, text))) return "HMAC-SHA-256 under a guessed secret";
    if (Saw(Hash(HmacSm3(secret, text)))) return "HMAC-SM3 under a guessed secret";
  }
  return "";
}

std::string Attacker::HowSalted(const std::string& text) const {
  for (const std::string& value : used_) {
    if (Saw(crypto::Sha256(absl::StrCat(value, text)))) return "SHA-256 after a visible value";
    if (Saw(crypto::Sha256(absl::StrCat(text, value)))) return "SHA-256 before a visible value";
    if (Saw(crypto::Sm3(absl::StrCat(value, text)))) return "SM3 after a visible value";
    if (Saw(crypto::HmacSha256(value, text))) return "HMAC-SHA-256 under a visible value";
    if (Saw(crypto::Sha256(absl::StrCat("shareway/v1/entry\n", value, text)))) {
      return "a commitment under a visible salt";
    }
  }
  return "";
}

std::string Attacker::HowSeen(const Candidate& candidate) const {
  static const std::vector<std::string> kLabels = {
      "shareway/v1/operator\n", "shareway/v1/case\n", "shareway/v1/dataset\n",
      "shareway/v1/statement\n", "shareway/v1/batch\n", "shareway/v1/entry\n"};
  for (const std::string& text : candidate.texts) {
    for (const std::string& label : kLabels) {
      if (Saw(crypto::Sha256(absl::StrCat(label, text)))) return "SHA-256";
      if (Saw(crypto::Sm3(absl::StrCat(label, text)))) return "SM3";
    }
    for (const std::string& input : {text, absl::StrCat(candidate.label, text)}) {
      if (std::string how = HowHashed(input); !how.empty()) return how;
      if (std::string how = HowKeyed(input); !how.empty()) return how;
      if (std::string how = HowSalted(input); !how.empty()) return how;
    }
  }
  return "";
}

std::vector<std::string> Attacker::Guess(const std::vector<Candidate>& candidates) const {
  const size_t parts = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::future<std::vector<std::string>>> guesses;
  for (size_t part = 0; part < parts; ++part) {
    guesses.push_back(std::async(std::launch::async, [&, part] {
      std::vector<std::string> recognised;
      const size_t end = candidates.size() * (part + 1) / parts;
      for (size_t i = candidates.size() * part / parts; i < end; ++i) {
        const std::string how = HowSeen(candidates[i]);
        if (!how.empty()) recognised.push_back(absl::StrCat(candidates[i].name, ": ", how));
      }
      return recognised;
    }));
  }
  std::vector<std::string> all;
  for (auto& guess : guesses) {
    for (std::string& one : guess.get()) all.push_back(std::move(one));
  }
  return all;
}

}  // namespace shareway::testing
