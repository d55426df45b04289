// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/hosting.h"

#include <memory>
#include <utility>

#include "libs/base/error.h"
#include "libs/evidence/signer.h"
#include "services/exchange/store/message.h"

namespace shareway::exchange {

Hosting::Hosting(Parts parts)
    : parts_(std::move(parts)),
      own_(evidence::AgencyOfNode(parts_.node)),
      hosted_(parts_.hosted.begin(), parts_.hosted.end()) {}

bool Hosting::Serves(absl::string_view agency) const {
  if (agency == own_) return true;
  return hosted_.contains(agency) && parts_.neighbours->Serves(parts_.node, agency);
}

absl::StatusOr<std::string> Hosting::OfCaller(absl::string_view agency) const {
  if (agency == own_ || !hosted_.contains(agency)) return own_;
  if (!parts_.neighbours->LeasesLive()) {
    return Error(Reason::kLeaseStale, absl::StatusCode::kUnavailable,
                 "this node cannot tell whether it still hosts the caller's agency");
  }
  return Serves(agency) ? std::string(agency) : own_;
}

std::string Hosting::OfRequest(const evidence::v1::Envelope& request) const {
  if (alone()) return own_;
  const absl::StatusOr<Request> read = DecodeRequest(request.payload());
  if (!read.ok()) return own_;
  std::shared_ptr<const Grant> grant = parts_.grants->Find(read->grant);
  if (grant == nullptr && parts_.grants->Await(read->grant_revision, kGrantPatience)) {
    grant = parts_.grants->Find(read->grant);
  }
  return grant != nullptr && Serves(grant->provider) ? grant->provider : own_;
}

Hosting::Owed Hosting::OfMissing(const evidence::AuditRecord& other) const {
  const bool consumers_node = other.nodes_size() == 2 && other.nodes(0) == parts_.node;
  const bool providers_node = other.nodes_size() == 2 && other.nodes(1) == parts_.node;
  Owed owed{.agency = own_, .consumer = consumers_node};
  if (consumers_node && providers_node) {
    owed.consumer = other.kind() == evidence::v1::EXCHANGE_DELIVERED ||
                    other.kind() == evidence::v1::EXCHANGE_REFUSED;
  }
  if (other.agencies_size() == 0) return owed;
  // One agency alone is both.
  const std::string& party = other.agencies(owed.consumer ? 0 : other.agencies_size() - 1);
  if (hosted_.contains(party)) owed.agency = party;
  return owed;
}

}  // namespace shareway::exchange
