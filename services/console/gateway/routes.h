// SPDX-License-Identifier: Apache-2.0
// Which methods the gateway takes, read from the descriptors: a method is there because its policy
// admits persons, or systems beside a node, and for no other reason.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "shareway/policy.pb.h"

namespace shareway::console {

struct Route {
  std::string path = {};    // /package.Service/Method
  std::string target = {};  // who serves it: the part of the package after "shareway.", "catalog"
  const google::protobuf::Descriptor* input = nullptr;
  const google::protobuf::Descriptor* output = nullptr;
  CallerKind callers = PERSON;  // for whom it is a route
  bool server_stream = false;
  bool client_stream = false;  // never both
  bool streams() const { return server_stream || client_stream; }
  // The request names the visitor (`client`): the console asks in its own name, with no actor.
  const google::protobuf::FieldDescriptor* client = nullptr;
  // Of such a request: the session's token. It comes from the cookie, never from the body.
  const google::protobuf::FieldDescriptor* token = nullptr;
  // Of its answer: a token. It goes into the cookie, never into the body.
  const google::protobuf::FieldDescriptor* new_token = nullptr;
};

// The services of catalog, sharing, audit and console, by full name.
const std::vector<std::string>& ServicesForPeople();

// Those of an exchange node that its agency's systems call.
const std::vector<std::string>& ServicesOfNode();

// The methods of `services` that admit `callers`. Methods that stream both ways are left out:
// HTTP/1.1 has no place for them. Immutable, and so thread-safe.
class Routes {
 public:
  // FAILED_PRECONDITION naming a service that is not compiled in.
  static absl::StatusOr<Routes> Of(const std::vector<std::string>& services,
                                   CallerKind callers = PERSON);
  // Adds one method of a service, whomever it admits; FAILED_PRECONDITION if there is none.
  absl::Status Add(const std::string& service, const std::string& method);
  // The route of exactly this path, as sent; nothing is decoded. Null for any other.
  const Route* Find(absl::string_view path) const;
  const std::map<std::string, Route, std::less<>>& all() const { return routes_; }

 private:
  std::map<std::string, Route, std::less<>> routes_;
};

}  // namespace shareway::console
