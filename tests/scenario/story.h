// SPDX-License-Identifier: Apache-2.0
// The steps that scenario, fault and benchmark programs share: publish a
// resource, load its data, get a grant, ask.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "shareway/catalog/v1/resource.pb.h"
#include "shareway/exchange/v1/exchange_service.pb.h"
#include "shareway/sharing/v1/dispute.pb.h"
#include "shareway/sharing/v1/grant.pb.h"
#include "shareway/sharing/v1/request.pb.h"
#include "tests/support/cluster.h"

namespace shareway::testing {

// Full method names.
std::string CatalogMethod(const std::string& method);
std::string RequestMethod(const std::string& method);
std::string GrantMethod(const std::string& method);
std::string DisputeMethod(const std::string& method);
std::string ExchangeMethod(const std::string& method);
std::string DatasetMethod(const std::string& method);
std::string AuditMethod(const std::string& method);

// A resource of statistics: items code (key), name, level; UNCONDITIONAL.
catalog::v1::Resource Divisions(const Cluster& cluster);
// A resource of civil affairs: cert_no (key), husband, wife, id_a, id_b, married_on; CONDITIONAL.
catalog::v1::Resource Marriages(const Cluster& cluster);
// Adds the condition that admits all purposes with a name, as conditional sharing under R25 15 needs one.
void AddPurposes(catalog::v1::Resource* draft);
// Leaves the first items of a draft like Marriages, and its condition over them.
void KeepItems(int count, catalog::v1::Resource* draft);
// A resource of civil affairs that is NOT_SHARED, with its basis.
catalog::v1::Resource Adoptions(const Cluster& cluster);

// Create, submit, approve, publish, by the agency's people and the authority's officer.
absl::StatusOr<catalog::v1::Resource> Publish(Cluster& cluster, const std::string& alias,
                                              const catalog::v1::Resource& draft,
                                              const std::string& bureau = kBureau);

// The same from a revision that was drafted: submit, approve, publish.
absl::StatusOr<catalog::v1::Resource> PublishRevision(Cluster& cluster, const std::string& alias,
                                                      const catalog::v1::Resource& drafted,
                                                      const std::string& bureau = kBureau);

// Loads CSV text as the agency's system, into its node n1 or the process named.
absl::StatusOr<exchange::v1::DatasetVersion> Load(Cluster& cluster, const std::string& alias,
                                                  const std::string& resource,
                                                  const std::string& csv,
                                                  const std::string& process = "");

// A draft request of tax for these items.
sharing::v1::CreateRequestRequest Ask(const std::string& resource,
                                      const std::vector<std::string>& items);

// Draft, sign off, submit, as the people of `consumer`.
absl::StatusOr<sharing::v1::SharingRequest> SubmitRequest(
    Cluster& cluster, const std::string& consumer, const sharing::v1::CreateRequestRequest& ask);

// The provider decides and its head signs off; where the grant waits for its terms, tax's head accepts
// them.
absl::StatusOr<sharing::v1::SharingRequest> Decide(Cluster& cluster, const std::string& provider,
                                                   const sharing::v1::SharingRequest& request,
                                                   const sharing::v1::Decision& decision);

// A query by equality on one item, for a case, as `consumer`'s system.
exchange::v1::QueryRequest QueryBy(const std::string& grant, const std::string& item,
                                   const std::string& value);
absl::StatusOr<exchange::v1::QueryResponse> Query(Cluster& cluster, const std::string& consumer,
                                                  const exchange::v1::QueryRequest& query);
// The same, asked again while the grant or lease has not reached both nodes yet.
absl::StatusOr<exchange::v1::QueryResponse> QueryWhenKnown(
    Cluster& cluster, const std::string& consumer, const exchange::v1::QueryRequest& query,
    absl::Duration limit = absl::Seconds(10));

}  // namespace shareway::testing
