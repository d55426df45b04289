// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/difference.h"

#include <memory>
#include <set>
#include <string>

#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "services/catalog/domain/revision.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

namespace pb = google::protobuf;
using Row = v1::ResourceDifference;

// False for what is told of an entry and was not compiled.
bool Written(const std::string& field) {
  static const auto* const told = new std::set<std::string>{
      "name",    "publish_time",     "state",  "revision",          "return_reason",
      "etag",    "profile",          "secret", "available_actions", "refresh_time",
      "project", "refresh_due_time", "stale_reminders",    "added_conditions", "consumer_count"};
  return !told->contains(field);
}

bool Has(const pb::Message& message, const pb::FieldDescriptor& field) {
  const pb::Reflection& reflection = *message.GetReflection();
  return field.is_repeated() ? reflection.FieldSize(message, &field) > 0
                             : reflection.HasField(message, &field);
}

// The message with this field alone.
std::unique_ptr<pb::Message> Only(const pb::Message& message, const pb::FieldDescriptor& field) {
  std::unique_ptr<pb::Message> only(message.New());
  only->CopyFrom(message);
  const pb::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i) != &field) only->GetReflection()->ClearField(only.get(), type.field(i));
  }
  return only;
}

std::string JsonOf(const pb::Message& message) {
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  // A message of ours: it holds nothing that could not be written.
  (void)pb::util::MessageToJsonString(message, &text, options);
  return text;
}

// A text or an enumerator as it is, anything else in JSON; empty if the field is not set.
std::string TextOf(const pb::Message& message, const pb::FieldDescriptor& field) {
  if (!Has(message, field)) return "";
  const pb::Reflection& reflection = *message.GetReflection();
  if (!field.is_repeated() && field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING &&
      field.type() != pb::FieldDescriptor::TYPE_BYTES) {
    return reflection.GetString(message, &field);
  }
  // {"field":VALUE}
  const std::string text = JsonOf(*Only(message, field));
  const size_t start = field.name().size() + 4;
  if (text.size() <= start) return "";
  std::string value = text.substr(start, text.size() - start - 1);
  const bool quoted = !field.is_repeated() && value.size() > 1 && value.front() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

bool Same(const pb::Message& before, const pb::Message& after, const pb::FieldDescriptor& field) {
  if (!Has(before, field) && !Has(after, field)) return true;
  return pb::util::MessageDifferencer::Equals(*Only(before, field), *Only(after, field));
}

void Add(Row::Kind kind, const std::string& field, const std::string& id,
         const std::string& subfield, std::string before, std::string after,
         v1::DiffResourceRevisionsResponse* out) {
  Row* const row = out->add_differences();
  row->set_kind(kind);
  row->set_field(field);
  row->set_id(id);
  row->set_subfield(subfield);
  row->set_before(std::move(before));
  row->set_after(std::move(after));
}

// Items, conditions and operations: by id.
template <typename Part>
void CompareParts(const std::string& field, const pb::RepeatedPtrField<Part>& before,
                  const pb::RepeatedPtrField<Part>& after,
                  v1::DiffResourceRevisionsResponse* out) {
  const auto find = [](const pb::RepeatedPtrField<Part>& parts,
                       const std::string& id) -> const Part* {
    for (const Part& part : parts) {
      if (part.id() == id) return &part;
    }
    return nullptr;
  };
  for (const Part& now : after) {
    const Part* was = find(before, now.id());
    if (was == nullptr) {
      Add(Row::ADDED, field, now.id(), "", "", JsonOf(now), out);
      continue;
    }
    const pb::Descriptor& type = *Part::descriptor();
    for (int i = 0; i < type.field_count(); ++i) {
      const pb::FieldDescriptor& part = *type.field(i);
      if (Same(*was, now, part)) continue;
      Add(Row::CHANGED, field, now.id(), std::string(part.name()), TextOf(*was, part),
          TextOf(now, part), out);
    }
  }
  for (const Part& was : before) {
    if (find(after, was.id()) == nullptr) {
      Add(Row::REMOVED, field, was.id(), "", JsonOf(was), "", out);
    }
  }
}

// True if this difference is what makes the narrowing.
bool Makes(const Row& row, const v1::Narrowing& narrowing) {
  if (row.field() != narrowing.field() || row.id() != narrowing.id()) return false;
  if (row.field() != "items") return true;
  if (narrowing.kind() == v1::Narrowing::ITEM_DROPPED) return row.kind() == Row::REMOVED;
  return row.subfield() ==
         (narrowing.kind() == v1::Narrowing::CLASS_TIGHTENED ? "share_class" : "condition_ids");
}

}  // namespace

v1::DiffResourceRevisionsResponse Difference(const v1::Resource& before,
                                             const v1::Resource& after) {
  v1::DiffResourceRevisionsResponse response;
  const pb::Descriptor& type = *v1::Resource::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    const std::string name(field.name());
    if (!Written(name)) continue;
    if (name == "items") {
      CompareParts(name, before.items(), after.items(), &response);
    } else if (name == "conditions") {
      CompareParts(name, before.conditions(), after.conditions(), &response);
    } else if (name == "operations") {
      CompareParts(name, before.operations(), after.operations(), &response);
    } else if (!Same(before, after, field)) {
      const Row::Kind kind = !Has(before, field)  ? Row::ADDED
                             : !Has(after, field) ? Row::REMOVED
                                                  : Row::CHANGED;
      Add(kind, name, "", "", TextOf(before, field), TextOf(after, field), &response);
    }
  }
  for (const Narrowing& narrowing : Narrowings(EntryFrom(before), EntryFrom(after))) {
    *response.add_narrowings() = ToMessage(narrowing);
  }
  for (Row& row : *response.mutable_differences()) {
    for (const v1::Narrowing& narrowing : response.narrowings()) {
      if (Makes(row, narrowing)) row.set_narrows(true);
    }
  }
  return response;
}

}  // namespace shareway::catalog
