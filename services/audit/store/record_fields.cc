// SPDX-License-Identifier: Apache-2.0
// One pass over the wire format of protobuf, refusing whatever is not plain.
#include "services/audit/store/record_fields.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace shareway::audit {
namespace {

enum WireType : uint32_t { kVarint = 0, kBytes = 2 };

// Walks the fields of one message. All methods return false at the first byte
// that is not plain.
class FieldCursor {
 public:
  explicit FieldCursor(absl::string_view bytes) : bytes_(bytes) {}

  bool done() const { return bytes_.empty(); }
  uint32_t number() const { return tag_ >> 3; }
  bool is(WireType type) const { return (tag_ & 7) == type; }

  // The next tag.
  bool Next() {
    uint64_t tag = 0;
    if (!Varint(&tag) || tag > std::numeric_limits<uint32_t>::max()) return false;
    tag_ = static_cast<uint32_t>(tag);
    return number() != 0;
  }
  // The value behind the tag, in its shortest spelling.
  bool Varint(uint64_t* value) {
    uint64_t read = 0;
    for (size_t i = 0; i < bytes_.size() && i < 9; ++i) {
      const auto byte = static_cast<uint8_t>(bytes_[i]);
      read |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
      if ((byte & 0x80) != 0) continue;
      if (byte == 0 && i > 0) return false;
      bytes_.remove_prefix(i + 1);
      *value = read;
      return true;
    }
    return false;
  }
  bool Bytes(absl::string_view* value) {
    uint64_t length = 0;
    if (!is(kBytes) || !Varint(&length) || length > bytes_.size()) return false;
    *value = bytes_.substr(0, length);
    bytes_.remove_prefix(length);
    return true;
  }
  bool Text(absl::string_view* value) { return Bytes(value) && IsAscii(*value); }
  bool Number32(uint32_t* value) {
    uint64_t wide = 0;
    if (!is(kVarint) || !Varint(&wide) || wide > std::numeric_limits<int32_t>::max()) return false;
    *value = static_cast<uint32_t>(wide);
    return true;
  }
  bool Number64(uint64_t* value) { return is(kVarint) && Varint(value); }

 private:
  static bool IsAscii(absl::string_view text) {
    uint64_t high = 0;
    size_t i = 0;
    for (; i + sizeof(uint64_t) <= text.size(); i += sizeof(uint64_t)) {
      uint64_t word = 0;
      std::memcpy(&word, text.data() + i, sizeof(word));
      high |= word;
    }
    for (; i < text.size(); ++i) high |= static_cast<uint8_t>(text[i]);
    return (high & 0x8080808080808080u) == 0;
  }

  absl::string_view bytes_;
  uint32_t tag_ = 0;
};

// True once for each number: a message that comes again would have to be merged.
class Once {
 public:
  bool operator()(uint32_t number) {
    const bool first = (seen_ >> number & 1) == 0;
    seen_ |= uint64_t{1} << number;
    return first;
  }

 private:
  uint64_t seen_ = 0;
};

// evidence.v1.Signature. Its values are not looked at, only their form.
bool IsSignature(absl::string_view bytes) {
  absl::string_view ignored;
  uint32_t number = 0;
  for (FieldCursor field(bytes); !field.done();) {
    if (!field.Next()) return false;
    switch (field.number()) {
      case 1:  // suite
      case 3:  // index
      case 4:  // size
        if (!field.Number32(&number)) return false;
        break;
      case 2:  // key_id
      case 5:  // path
      case 6:  // bytes
        if (!field.Bytes(&ignored)) return false;
        break;
      default:
        return false;
    }
  }
  return true;
}

// evidence.v1.Revision.
bool IsRevision(absl::string_view bytes) {
  uint64_t ignored = 0;
  for (FieldCursor field(bytes); !field.done();) {
    if (!field.Next() || field.number() > 2 || !field.Number64(&ignored)) return false;
  }
  return true;
}

// google.protobuf.Timestamp from 1970 on.
bool ReadTime(absl::string_view bytes, absl::Time* time) {
  uint64_t seconds = 0;
  uint32_t nanos = 0;
  for (FieldCursor field(bytes); !field.done();) {
    if (!field.Next()) return false;
    if (field.number() == 1 ? !field.Number64(&seconds)
                            : field.number() != 2 || !field.Number32(&nanos)) {
      return false;
    }
  }
  *time = absl::FromUnixSeconds(static_cast<int64_t>(seconds)) + absl::Nanoseconds(nanos);
  return true;
}

// The person of an evidence.v1.Act.
bool ReadPerson(absl::string_view act, absl::string_view* person) {
  absl::string_view ignored;
  absl::Time time;
  Once first;
  for (FieldCursor field(act); !field.done();) {
    if (!field.Next()) return false;
    switch (field.number()) {
      case 1:  // nonce
      case 5:  // request
        if (!field.Bytes(&ignored)) return false;
        break;
      case 2:
        if (!field.Text(person)) return false;
        break;
      case 3:  // method
        if (!field.Text(&ignored)) return false;
        break;
      case 4:
        if (!first(4) || !field.Bytes(&ignored) || !ReadTime(ignored, &time)) return false;
        break;
      default:
        return false;
    }
  }
  return true;
}

// evidence.v1.WebauthnProof.
bool IsWebauthnProof(absl::string_view bytes) {
  absl::string_view ignored;
  for (FieldCursor field(bytes); !field.done();) {
    if (!field.Next() || field.number() > 2 || !field.Bytes(&ignored)) return false;
  }
  return true;
}

// evidence.v1.SignedAct.
bool ReadSignedAct(absl::string_view bytes, absl::string_view* person) {
  absl::string_view act;
  absl::string_view signature;
  absl::string_view proof;
  Once first;
  for (FieldCursor field(bytes); !field.done();) {
    if (!field.Next()) return false;
    if (field.number() == 1) {
      if (!field.Bytes(&act)) return false;
    } else if (field.number() == 3) {
      if (!first(3) || !field.Bytes(&proof) || !IsWebauthnProof(proof)) return false;
    } else if (field.number() != 2 || !first(2) || !field.Bytes(&signature) ||
               !IsSignature(signature)) {
      return false;
    }
  }
  return ReadPerson(act, person);
}

// One field of evidence.v1.AuditRecord.
bool ReadField(FieldCursor* field, Once* first, RecordFields* record) {
  absl::string_view bytes;
  uint64_t number = 0;
  uint32_t small = 0;
  switch (field->number()) {
    case 2:
      if (!field->Number32(&small)) return false;
      record->kind = static_cast<int>(small);
      return true;
    case 3:
      return field->Text(&record->producer);
    case 4:
      return field->Bytes(&record->incarnation);
    case 5:
      return field->Number64(&record->sequence);
    case 6:
      return (*first)(6) && field->Bytes(&bytes) && ReadTime(bytes, &record->time);
    case 7:
      return field->Text(&record->agencies.emplace_back());
    case 9:
      return field->Text(&record->resource);
    case 10:
      return field->Text(&record->request);
    case 11:
      return field->Text(&record->grant);
    case 12:  // grant_revision
      return (*first)(12) && field->Bytes(&bytes) && IsRevision(bytes);
    case 13:
      return field->Text(&record->exchange);
    case 14:
      return field->Number32(&record->attempt);
    case 15:  // purpose
      return field->Number32(&small);
    case 20:  // record_count
    case 21:  // payload_bytes
      return field->Number64(&number);
    case 22:
      return field->Text(&record->reason);
    case 24:
      return field->Text(&record->object);
    case 25:
      return (*first)(25) && field->Bytes(&bytes) && ReadSignedAct(bytes, &record->person);
    case 27:  // request_signature
    case 28:  // response_signature
      return (*first)(field->number()) && field->Bytes(&bytes) && IsSignature(bytes);
    case 29:
      return field->Text(&record->nodes.emplace_back());
    case 23:  // traceparent
    case 30:  // rule
      return field->Text(&bytes);
    case 1:   // nonce
    case 8:   // operator_digest
    case 16:  // case_digest
    case 17:  // request_digest
    case 18:  // response_digest
    case 19:  // item_set_digest
    case 26:  // state
      return field->Bytes(&bytes);
    default:
      return false;
  }
}

bool ReadRecord(absl::string_view bytes, RecordFields* record) {
  Once first;
  for (FieldCursor field(bytes); !field.done();) {
    if (!field.Next() || !ReadField(&field, &first, record)) return false;
  }
  return true;
}

}  // namespace

std::optional<RecordFields> ReadRecordFields(absl::string_view envelope) {
  absl::string_view payload;
  absl::string_view signature;
  Once first;
  for (FieldCursor field(envelope); !field.done();) {
    if (!field.Next()) return std::nullopt;
    if (field.number() == 1) {
      if (!field.Bytes(&payload)) return std::nullopt;
    } else if (field.number() != 2 || !first(2) || !field.Bytes(&signature) ||
               !IsSignature(signature)) {
      return std::nullopt;
    }
  }
  RecordFields record;
  if (!ReadRecord(payload, &record)) return std::nullopt;
  return record;
}

}  // namespace shareway::audit
