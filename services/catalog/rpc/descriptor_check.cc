// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/descriptor_check.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "libs/base/error.h"

namespace shareway::catalog {
namespace {

// Faults are told by the answer alone.
class Silent final : public google::protobuf::DescriptorPool::ErrorCollector {
  void AddError(const std::string&, const std::string&, const google::protobuf::Message*,
                ErrorLocation, const std::string&) override {}
};

bool Describes(const v1::Operation& operation) {
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromString(operation.descriptor_set())) return false;
  google::protobuf::DescriptorPool pool;
  Silent silent;
  for (const google::protobuf::FileDescriptorProto& file : set.file()) {
    if (pool.BuildFileCollectingErrors(file, &silent) == nullptr) return false;
  }
  const auto* method =
      pool.FindMethodByName(absl::StrReplaceAll(operation.method(), {{"/", "."}}));
  return method != nullptr && !method->client_streaming() && !method->server_streaming();
}

}  // namespace

absl::Status CheckDescriptors(const v1::Resource& resource) {
  std::vector<FieldViolation> faults;
  for (int i = 0; i < resource.operations_size(); ++i) {
    const v1::Operation& operation = resource.operations(i);
    if (operation.form() != v1::PROTOBUF_FORM || Describes(operation)) continue;
    faults.push_back({absl::StrCat("resource.operations[", i, "].descriptor_set"),
                      absl::StrCat("is no FileDescriptorSet that holds all files it needs, in "
                                   "order, and unary method ",
                                   operation.method())});
  }
  return Error::Fields(faults);
}

}  // namespace shareway::catalog
