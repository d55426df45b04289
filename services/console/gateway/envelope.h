// SPDX-License-Identifier: Apache-2.0
// Messages of a Connect stream: a byte of flags, four of length (big endian), and as many of
// message (connectrpc.com/docs/protocol). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace shareway::console {

inline constexpr uint8_t kPlain = 0;
// Of the last message of an answer: JSON, {"error": …} or {}.
inline constexpr uint8_t kEndOfStream = 2;

std::string Enveloped(uint8_t flags, absl::string_view message);

// Cuts bytes that come piece by piece into messages. Holds one message at most, and the rest of the
// piece that it was given last.
class EnvelopeReader {
 public:
  explicit EnvelopeReader(size_t max_message) : max_message_(max_message) {}

  void Feed(absl::string_view bytes) {
    bytes_.erase(0, std::exchange(at_, 0));
    absl::StrAppend(&bytes_, bytes);
  }
  // The next message; nothing while it has not come whole. RESOURCE_EXHAUSTED for one of more than
  // `max_message` bytes, as soon as its length is known; INTERNAL, which the protocol asks for, for a
  // compressed one; INVALID_ARGUMENT for other flags: a client has none to set.
  absl::StatusOr<std::optional<std::string>> Next();
  // True between two messages.
  bool empty() const { return at_ == bytes_.size(); }

 private:
  const size_t max_message_;
  std::string bytes_;
  size_t at_ = 0;  // of the first byte that Next has not given
};

}  // namespace shareway::console
