// SPDX-License-Identifier: Apache-2.0
// Entries as a JSON array, one a line, as OpenJson reads them.
#include <google/protobuf/util/json_util.h>

#include <memory>
#include <string>
#include <utility>

#include "libs/base/status.h"
#include "services/catalog/files/file_out.h"
#include "services/catalog/files/formats.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog::files {
namespace {

class JsonWriter : public Writer {
 public:
  explicit JsonWriter(FileOut out) : out_(std::move(out)) {}

  absl::Status Add(const ListedEntry& entry) override {
    v1::Resource message = ToMessage(entry.name, Resource::Published{.entry = entry.entry});
    // Of what only the service says: name, state and revision.
    message.clear_share_class();
    message.clear_publish_time();
    message.clear_profile();
    message.clear_refresh_time();
    message.clear_refresh_due_time();
    message.clear_stale_reminders();
    message.clear_added_conditions();
    v1::Resource::State state = v1::Resource::STATE_UNSPECIFIED;
    (void)v1::Resource::State_Parse(entry.state, &state);
    message.set_state(state);
    message.set_revision(entry.revision);
    std::string line;
    if (!google::protobuf::util::MessageToJsonString(message, &line).ok()) {
      return absl::InternalError(absl::StrCat(entry.name, " cannot be written as JSON"));
    }
    SHAREWAY_RETURN_IF_ERROR(out_.Append(first_ ? "[\n" : ",\n"));
    first_ = false;
    return out_.Append(line);
  }

  absl::Status Finish() override {
    SHAREWAY_RETURN_IF_ERROR(out_.Append(first_ ? "[]\n" : "\n]\n"));
    return out_.Close();
  }

 private:
  FileOut out_;
  bool first_ = true;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> CreateJson(const std::string& path) {
  SHAREWAY_ASSIGN_OR_RETURN(FileOut out, FileOut::Create(path));
  return std::make_unique<JsonWriter>(std::move(out));
}

}  // namespace shareway::catalog::files
