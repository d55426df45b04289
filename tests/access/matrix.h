// SPDX-License-Identifier: Apache-2.0
// The access matrix: every role against every method, as the protos say it and as the document
// proto/POLICY.md does, and the README in small. For tests.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "shareway/policy.pb.h"

namespace shareway::access {

// The columns that are no role.
inline constexpr char kNoRole[] = "--";  // a person who holds none
inline constexpr char kNode[] = "node";
inline constexpr char kSystem[] = "system";
inline constexpr char kService[] = "service";

// The column of a role: two letters. Empty for ROLE_UNSPECIFIED and for what has none yet.
std::string Code(Role role);
// All roles of policy.proto, in its order.
std::vector<Role> AllRoles();

// The services in proto/shareway, by name. NOT_FOUND naming a proto that this program was linked
// without.
absl::StatusOr<std::vector<const google::protobuf::ServiceDescriptor*>> AllServices();

// The matrix as Markdown: a legend, and a table for each service.
std::string Draw(const std::vector<const google::protobuf::ServiceDescriptor*>& services);

// The matrix in small: of each service how many methods a column may call.
std::string DrawSummary(const std::vector<const google::protobuf::ServiceDescriptor*>& services);

// What the drawn matrix says of one method.
struct Row {
  std::map<std::string, std::string> cells = {};  // by column; absent: refused

  // True if the cell admits: `service` is the caller's, for kService.
  bool Admits(const std::string& column, absl::string_view service = "") const;
  // True if a person who holds no role is admitted in a post that a colleague lends him.
  bool AdmitsLent() const;
};
// By path, /package.Service/Method. Reads what Draw writes. INVALID_ARGUMENT naming the line.
absl::StatusOr<std::map<std::string, Row>> Read(absl::string_view matrix);

}  // namespace shareway::access
