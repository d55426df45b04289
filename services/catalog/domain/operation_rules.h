// SPDX-License-Identifier: Apache-2.0
// The rules of an entry's operations (系统对接).
#pragma once

#include "services/catalog/domain/entry.h"
#include "services/catalog/domain/faults.h"

namespace shareway::catalog {

inline constexpr size_t kMaxOperations = 50;
inline constexpr size_t kMaxParameters = 50;
inline constexpr size_t kMaxDescriptorSet = 256 << 10;   // bytes, of one operation
inline constexpr size_t kMaxDescriptorSets = 512 << 10;  // bytes, of all: an entry is one record

// Adds every rule that the operations of `entry` break. That a descriptor set has the method is
// not asked here: it needs protobuf.
void CheckOperations(const Entry& entry, Faults* faults);

}  // namespace shareway::catalog
