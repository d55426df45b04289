// SPDX-License-Identifier: Apache-2.0
// Whose key may have sealed what a producer gives back.
#include "services/audit/rpc/witness_directory.h"

#include <memory>
#include <string>

#include "catch2/catch.hpp"

namespace shareway::audit {
namespace {

using catalog::v1::Key;

constexpr char kNode[] = "agencies/11990100MB0000001X/nodes/n1";
constexpr char kGuest[] = "agencies/11990100MB0000002Y";

TEST_CASE("A node's records are sealed by its key, or by that of an agency that it hosts",
          "[audit]") {
  rpc::Directory directory;
  const auto put = [&](const std::string& owner, Key::Use use) {
    const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
    catalog::v1::DirectoryChange change;
    change.mutable_key()->set_name(crypto::KeyName(key.public_key().id()));
    change.mutable_key()->set_owner(owner);
    change.mutable_key()->set_use(use);
    change.mutable_key()->set_spki(key.public_key().spki());
    change.mutable_key()->set_standing(catalog::v1::RETIRED);  // what it sealed before counts
    directory.Apply(change);
    return key.public_key().id();
  };
  const Hash32 own = put(kNode, Key::MESSAGE);
  const Hash32 guest = put(kGuest, Key::MESSAGE);
  const Hash32 other = put("agencies/11990100MB0000003Z/nodes/n1", Key::MESSAGE);
  const Hash32 service = put("services/sharing", Key::MESSAGE);
  const Hash32 tls = put(kNode, Key::TLS);
  rpc::DirectoryHolder holder;
  holder.Set(std::make_shared<const rpc::Directory>(directory));
  const WitnessDirectory known(&holder);
  CHECK(known.MessageKey(own, kNode).has_value());
  CHECK(known.MessageKey(guest, kNode).has_value());
  CHECK_FALSE(known.MessageKey(other, kNode).has_value());
  CHECK_FALSE(known.MessageKey(service, kNode).has_value());
  CHECK_FALSE(known.MessageKey(tls, kNode).has_value());
  CHECK(known.MessageKey(service, "services/sharing").has_value());
  CHECK_FALSE(known.MessageKey(guest, "services/sharing").has_value());
}

}  // namespace
}  // namespace shareway::audit
