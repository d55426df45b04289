// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/difference.h"

#include <set>
#include <string>
#include <vector>

#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "services/catalog/domain/revision.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

namespace pb = google::protobuf;
using Json = nlohmann::json;
using Row = v1::ResourceDifference;

bool Written(const std::string& field) {
  static const auto* const told = new std::set<std::string>{
      "name",    "publish_time", "state",   "revision",          "return_reason",
      "etag",    "profile",      "secret",  "available_actions", "refresh_time",
      "project", "refresh_due_time", "stale_reminders"};
  return !told->contains(field);
}

// Our own message: writing it cannot fail, and what it writes parses.
Json JsonOf(const pb::Message& message) {
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  if (!pb::util::MessageToJsonString(message, &text, options).ok()) return Json::object();
  return Json::parse(text, nullptr, false);
}

std::string TextOf(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json Member(const Json& object, const std::string& name) {
  const auto it = object.find(name);
  return it == object.end() ? Json() : *it;
}

class Comparison {
 public:
  Comparison(const Json& before, const Json& after, v1::DiffResourceRevisionsResponse* out)
      : before_(before), after_(after), out_(out) {}

  void Compare(const pb::FieldDescriptor& field) {
    const Json was = Member(before_, field.name());
    const Json is = Member(after_, field.name());
    if (was == is) return;
    if (field.is_repeated() && !field.is_map() && field.message_type() != nullptr &&
        field.message_type()->FindFieldByName("id") != nullptr) {
      return CompareParts(field, was, is);
    }
    Add(KindOf(was, is), field.name(), "", "", TextOf(was), TextOf(is));
  }

 private:
  static Row::Kind KindOf(const Json& was, const Json& is) {
    if (was.is_null()) return Row::ADDED;
    return is.is_null() ? Row::REMOVED : Row::CHANGED;
  }

  static const Json* WithId(const Json& parts, const Json& id) {
    for (const Json& part : parts) {
      if (Member(part, "id") == id) return &part;
    }
    return nullptr;
  }

  void CompareParts(const pb::FieldDescriptor& field, const Json& was, const Json& is) {
    for (const Json& now : is) {
      const Json id = Member(now, "id");
      const Json* before = WithId(was, id);
      if (before == nullptr) {
        Add(Row::ADDED, field.name(), TextOf(id), "", "", TextOf(now));
        continue;
      }
      for (int i = 0; i < field.message_type()->field_count(); ++i) {
        const std::string name(field.message_type()->field(i)->name());
        const Json from = Member(*before, name);
        const Json to = Member(now, name);
        if (from == to) continue;
        Add(Row::CHANGED, field.name(), TextOf(id), name, TextOf(from), TextOf(to));
      }
    }
    for (const Json& before : was) {
      const Json id = Member(before, "id");
      if (WithId(is, id) != nullptr) continue;
      Add(Row::REMOVED, field.name(), TextOf(id), "", TextOf(before), "");
    }
  }

  void Add(Row::Kind kind, const std::string& field, const std::string& id,
           const std::string& subfield, const std::string& before, const std::string& after) {
    Row* const added = out_->add_differences();
    added->set_kind(kind);
    added->set_field(field);
    added->set_id(id);
    added->set_subfield(subfield);
    added->set_before(before);
    added->set_after(after);
  }

  const Json& before_;
  const Json& after_;
  v1::DiffResourceRevisionsResponse* const out_;
};

// True if this difference is what makes the narrowing.
bool Makes(const Row& difference, const v1::Narrowing& narrowing) {
  if (difference.field() != narrowing.field() || difference.id() != narrowing.id()) return false;
  if (difference.field() != "items") return true;
  if (narrowing.kind() == v1::Narrowing::ITEM_DROPPED) {
    return difference.kind() == Row::REMOVED;
  }
  return difference.subfield() == (narrowing.kind() == v1::Narrowing::CLASS_TIGHTENED
                                       ? "share_class"
                                       : "condition_ids");
}

}  // namespace

v1::DiffResourceRevisionsResponse Difference(const v1::Resource& before,
                                             const v1::Resource& after) {
  v1::DiffResourceRevisionsResponse response;
  const Json was = JsonOf(before);
  const Json is = JsonOf(after);
  Comparison comparison(was, is, &response);
  const pb::Descriptor& type = *v1::Resource::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (Written(std::string(type.field(i)->name()))) comparison.Compare(*type.field(i));
  }
  for (const Narrowing& narrowing : Narrowings(EntryFrom(before), EntryFrom(after))) {
    *response.add_narrowings() = ToMessage(narrowing);
  }
  for (Row& difference : *response.mutable_differences()) {
    for (const v1::Narrowing& narrowing : response.narrowings()) {
      if (Makes(difference, narrowing)) difference.set_narrows(true);
    }
  }
  return response;
}

}  // namespace shareway::catalog
