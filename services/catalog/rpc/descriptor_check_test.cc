// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/descriptor_check.h"

#include <string>

#include "catch2/catch.hpp"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/text_format.h"
#include "libs/base/error.h"

namespace shareway::catalog {
namespace {

constexpr char kSet[] = R"(
  file { name: "a.proto" package: "demo.v1" syntax: "proto3"
    message_type { name: "Ask" field { name: "no" number: 1 label: LABEL_OPTIONAL
                                       type: TYPE_STRING } } }
  file { name: "b.proto" package: "demo.v1" syntax: "proto3" dependency: "a.proto"
    service { name: "Aid"
      method { name: "Check" input_type: ".demo.v1.Ask" output_type: ".demo.v1.Ask" }
      method { name: "Watch" input_type: ".demo.v1.Ask" output_type: ".demo.v1.Ask"
               server_streaming: true } } }
)";

v1::Resource With(const google::protobuf::FileDescriptorSet& set, const std::string& method) {
  v1::Resource resource;
  resource.add_operations()->set_form(v1::JSON_FORM);  // needs none
  v1::Operation* operation = resource.add_operations();
  operation->set_form(v1::PROTOBUF_FORM);
  operation->set_descriptor_set(set.SerializeAsString());
  operation->set_method(method);
  return resource;
}

TEST_CASE("Descriptors hold all files that they need, and the method", "[catalog]") {
  google::protobuf::FileDescriptorSet set;
  REQUIRE(google::protobuf::TextFormat::ParseFromString(kSet, &set));
  CHECK(CheckDescriptors(With(set, "demo.v1.Aid/Check")).ok());
  const auto refused = [](const v1::Resource& resource) {
    const absl::Status status = CheckDescriptors(resource);
    REQUIRE(absl::IsInvalidArgument(status));
    REQUIRE(DetailsOf(status)->fields.size() == 1);
    CHECK(DetailsOf(status)->fields[0].field == "resource.operations[1].descriptor_set");
  };
  refused(With(set, "demo.v1.Aid/Delete"));
  refused(With(set, "demo.v1.Aid/Watch"));
  refused(With({}, "demo.v1.Aid/Check"));
  google::protobuf::FileDescriptorSet part = set;
  part.mutable_file()->DeleteSubrange(0, 1);
  refused(With(part, "demo.v1.Aid/Check"));
  part = set;
  part.mutable_file()->SwapElements(0, 1);
  refused(With(part, "demo.v1.Aid/Check"));
  v1::Resource noise = With(set, "demo.v1.Aid/Check");
  noise.mutable_operations(1)->set_descriptor_set("\xff");
  refused(noise);
}

}  // namespace
}  // namespace shareway::catalog
