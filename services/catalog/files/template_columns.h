// SPDX-License-Identifier: Apache-2.0
// The columns of the guide's template, and what their cells say.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace shareway::catalog::files {

enum class Of { kEntry, kAssessment, kItem, kShown };

// A column: its heading, whose field it is, and the field. kShown columns are written for people and
// skipped when read, for they follow from others or belong to the authority.
struct Column {
  const char* heading;
  Of of;
  const char* field;
};

// A heading that sheets in use have beside ours, or in place of one.
struct Heading {
  const char* heading;
  const char* column;  // ours with the same meaning; nullptr: none
  // Without a column of ours: what its cells may say, as it is understood anyway. A cell that says
  // more would be lost, and is refused. nullptr: anything, for it follows from what other columns say.
  const char* understood;
};
const std::vector<Heading>& OtherHeadings();

// In the order in which they are written: guide section 2.1 and the template in use first, then what
// they have no column for.
const std::vector<Column>& Columns();
// The column's field, of Resource, Assessment or Item. Not for kShown.
const google::protobuf::FieldDescriptor& FieldOf(const Column& column);

// A field as a cell: the guide's word or the enumerator's name, 是 or 否, a list by lines, and what has
// parts of its own as JSON. Empty for what is not set, but for false.
std::string CellOf(const google::protobuf::Message& message,
                   const google::protobuf::FieldDescriptor& field);
// Sets the field from a cell that is not blank, by those words; lists may be parted by 、 and ； too.
// What is wrong with it, for a person, or nothing.
std::string TakeCell(google::protobuf::Message& message,
                     const google::protobuf::FieldDescriptor& field, const std::string& cell);
// The fault of a cell whose list has more than kMaxCellParts.
std::string TooManyParts();
// At most 60 bytes of whole characters, in quotation marks.
std::string Quoted(absl::string_view text);

}  // namespace shareway::catalog::files
