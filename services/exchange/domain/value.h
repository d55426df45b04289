// SPDX-License-Identifier: Apache-2.0
// Which texts are values of an item.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "services/exchange/domain/schema.h"

namespace shareway::exchange {

// The rule that a value of `item` breaks, naming value and limit; nothing if it
// keeps all. No `value`: null. Well-formed UTF-8 is the caller's to check.
//   TEXT      at most `length` code points
//   DECIMAL   -?\d{1,38}(\.\d{1,18})?
//   INTEGER   64 bits, in its one spelling: no plus sign, no leading zero, no -0
//   DATE      CCYY-MM-DD, a day of the Gregorian calendar from 0001 on
//   DATETIME  RFC 3339 with capital T and Z, up to 9 digits of fraction, seconds
//             00 to 59 (a leap second has no place in the products that read it)
//   BOOLEAN   true or false
std::optional<std::string> BrokenRule(const SchemaItem& item,
                                      std::optional<absl::string_view> value);

// A value inside a message: escaped, at most 64 bytes of it, in quotes.
std::string ShownValue(absl::string_view value);

}  // namespace shareway::exchange
