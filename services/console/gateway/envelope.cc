// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/envelope.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::console {
namespace {

constexpr size_t kHead = 5;
constexpr uint8_t kCompressed = 1;

}  // namespace

std::string Enveloped(uint8_t flags, absl::string_view message) {
  std::string out;
  out.reserve(kHead + message.size());
  out.push_back(static_cast<char>(flags));
  const auto size = static_cast<uint32_t>(message.size());
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(size >> shift));
  absl::StrAppend(&out, message);
  return out;
}

absl::StatusOr<std::optional<std::string>> EnvelopeReader::Next() {
  const absl::string_view rest = absl::string_view(bytes_).substr(at_);
  if (rest.size() < kHead) return std::optional<std::string>();
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(rest[i]); };
  if ((byte(0) & kCompressed) != 0) {
    return absl::InternalError("a message is compressed, and no compression was agreed on");
  }
  if (byte(0) != kPlain) {
    return Error::Field("body", absl::StrCat("a message has the flags ", byte(0), ", want 0"));
  }
  size_t size = 0;
  for (size_t i = 1; i < kHead; ++i) size = size << 8 | byte(i);
  if (size > max_message_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a message has ", size, " bytes, more than ", max_message_));
  }
  if (rest.size() < kHead + size) return std::optional<std::string>();
  at_ += kHead + size;
  return std::optional<std::string>(std::string(rest.substr(kHead, size)));
}

}  // namespace shareway::console
