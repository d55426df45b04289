// SPDX-License-Identifier: Apache-2.0
#include "libs/base/wire.h"

namespace shareway {

WireWriter& WireWriter::Time(int field, absl::Time time) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  const int64_t nanos = absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds));
  WireWriter inner(20);
  inner.Number(1, static_cast<uint64_t>(seconds));  // as protobuf has negative ones, too
  inner.Number(2, static_cast<uint64_t>(nanos));
  return Message(field, inner.out_);
}

}  // namespace shareway
