// SPDX-License-Identifier: Apache-2.0
// The part that the records of supervision share. For the codecs only.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/sharing/store/case_row.h"
#include "services/sharing/store/record_parts.h"
#include "services/sharing/store/supervision_record.pb.h"

namespace shareway::sharing {

template <typename T>
void PutHead(const T& value, store::CaseHead* head) {
  head->set_name(value.name);
  head->set_consumer(value.consumer);
  head->set_provider(value.provider);
  head->set_profile(value.profile);
  head->set_create_time(Nanos(value.create_time));
}

template <typename T>
void GetHead(const store::CaseHead& head, T* value) {
  value->name = head.name();
  value->consumer = head.consumer();
  value->provider = head.provider();
  value->profile = head.profile();
  value->create_time = TimeOf(head.create_time());
}

// DATA_LOSS unless `bytes` is a Record with a head; else clears *value and fills its head.
template <typename Record, typename T>
absl::Status Read(absl::string_view bytes, Record* record, T* value) {
  const bool parsed = record->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  if (!parsed || record->head().name().empty()) return Unreadable(T::kCollection);
  *value = T{};
  GetHead(record->head(), value);
  return absl::OkStatus();
}

// The row of a case without anything special.
template <typename T>
CaseRow PlainRow(const T& value, uint64_t version) {
  return {.name = value.name,
          .bytes = Encode(value),
          .version = version,
          .create_time = value.create_time};
}

}  // namespace shareway::sharing
