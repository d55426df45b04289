// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/directory_act.h"

#include "shareway/catalog/v1/directory_service.pb.h"
#include "tools/bench_exchange/check.h"

namespace shareway::bench {
namespace {

namespace cat = catalog::v1;

std::string Method(const char* name) {
  return absl::StrCat("/shareway.catalog.v1.DirectoryService/", name);
}

}  // namespace

void PutNode(testing::Cluster* cluster, const std::string& node) {
  cat::PutNodeRequest put;
  put.mutable_node()->set_name(node);
  put.mutable_node()->set_address("127.0.0.1:1");  // nobody calls it
  CheckStep(cluster->Act<cat::Node>("security", "catalog", Method("PutNode"), put).status(),
            "put node");
}

void PutKey(testing::Cluster* cluster, const std::string& owner, const crypto::PublicKey& key,
            cat::Key::Use use) {
  cat::PutKeyRequest put;
  put.mutable_key()->set_owner(owner);
  put.mutable_key()->set_use(use);
  put.mutable_key()->set_suite(key.suite() == crypto::Suite::kSm2Sm3 ? evidence::v1::SM2_SM3
                                                                     : evidence::v1::P256_SHA256);
  put.mutable_key()->set_spki(key.spki());
  CheckStep(cluster->Act<cat::Key>("security", "catalog", Method("PutKey"), put).status(),
            "put key");
}

}  // namespace shareway::bench
