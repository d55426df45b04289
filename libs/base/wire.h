// SPDX-License-Identifier: Apache-2.0
// Writes messages in protobuf's wire format field by field, for the few of the hot path:
// what is large is copied once, and nothing is built before. A caller that goes by the
// numbers in order and leaves out nothing gets the bytes that protobuf makes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace shareway {

class WireWriter {
 public:
  explicit WireWriter(size_t expected) { out_.reserve(expected); }

  // A string, bytes or message of these bytes. An empty one is written only by Message.
  WireWriter& Bytes(int field, absl::string_view bytes) {
    return bytes.empty() ? *this : Message(field, bytes);
  }
  WireWriter& Message(int field, absl::string_view bytes) {
    Varint(static_cast<uint64_t>(field) << 3 | 2);
    Varint(bytes.size());
    out_.append(bytes.data(), bytes.size());
    return *this;
  }
  // A protobuf message: has ByteSizeLong and AppendToString.
  template <typename AnyMessage>
  WireWriter& Proto(int field, const AnyMessage& message) {
    Varint(static_cast<uint64_t>(field) << 3 | 2);
    Varint(message.ByteSizeLong());
    message.AppendToString(&out_);
    return *this;
  }
  // An integer or enum that is not negative; nothing if it is 0.
  WireWriter& Number(int field, uint64_t number) {
    if (number == 0) return *this;
    Varint(static_cast<uint64_t>(field) << 3);
    Varint(number);
    return *this;
  }
  // A google.protobuf.Timestamp.
  WireWriter& Time(int field, absl::Time time);

  std::string Take() && { return std::move(out_); }

 private:
  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<char>(0x80 | (value & 0x7f)));
    out_.push_back(static_cast<char>(value));
  }

  std::string out_;
};

}  // namespace shareway
