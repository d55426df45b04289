// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/row.h"

namespace shareway::exchange {
namespace {

constexpr int kMaxVarintBits = 63;

void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

bool TakeVarint(absl::string_view* bytes, uint64_t* value) {
  *value = 0;
  size_t taken = 0;
  for (int shift = 0; shift <= kMaxVarintBits && taken < bytes->size(); shift += 7) {
    const uint8_t byte = static_cast<uint8_t>((*bytes)[taken++]);
    *value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      bytes->remove_prefix(taken);
      return true;
    }
  }
  return false;
}

bool TakeCell(absl::string_view* bytes, CellView* cell) {
  uint64_t mark;
  if (!TakeVarint(bytes, &mark)) return false;
  if (mark == 0) {
    cell->reset();
    return true;
  }
  if (mark - 1 > bytes->size()) return false;
  *cell = bytes->substr(0, mark - 1);
  bytes->remove_prefix(mark - 1);
  return true;
}

}  // namespace

void AppendKeyPrefix(absl::string_view value, std::string* key) {
  for (char c : value) {
    key->push_back(c);
    if (c == '\0') key->push_back('\xff');
  }
}

void AppendKeyItem(absl::string_view value, std::string* key) {
  AppendKeyPrefix(value, key);
  key->push_back('\0');
  key->push_back('\x01');
}

void EncodeCells(int64_t line, absl::Span<const CellView> cells, std::string* out) {
  AppendVarint(static_cast<uint64_t>(line), out);
  for (const CellView& cell : cells) {
    AppendVarint(cell ? cell->size() + 1 : 0, out);
    if (cell) out->append(cell->data(), cell->size());
  }
}

bool FindCells(absl::string_view cells, absl::Span<const size_t> places,
               std::vector<CellView>* found) {
  found->clear();
  uint64_t line;
  if (!TakeVarint(&cells, &line)) return false;
  CellView cell;
  for (size_t at = 0; found->size() < places.size(); ++at) {
    if (!TakeCell(&cells, &cell)) return false;
    if (places[found->size()] == at) found->push_back(cell);
  }
  return true;
}

int64_t LineOf(absl::string_view cells) {
  uint64_t line;
  return TakeVarint(&cells, &line) ? static_cast<int64_t>(line) : 0;
}

}  // namespace shareway::exchange
