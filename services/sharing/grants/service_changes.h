// SPDX-License-Identifier: Apache-2.0
// The writes of changes of service.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/service_change.h"
#include "services/sharing/store/service_codec.h"

namespace shareway::sharing {

// At most so many consumers are consulted on one change: their answers are one record of evidence.
inline constexpr size_t kMaxConsulted = 60;

// Puts, by rule, every filed change in effect whose day has come. How many; what somebody else changed
// at the same time is left to the next call. Errors of the store.
absl::StatusOr<int> ServiceChangesDue(const Desk& desk);

// Provider, its authority and the consumers that are consulted: in whose lists it stands.
std::vector<std::string> OwnersOf(const Desk& desk, const ServiceChange& change);

// What stands over a resource at one moment.
struct ResourceUse {
  std::vector<std::string> consumers = {};    // agencies/{a} with a live grant, by name
  std::vector<ServiceChange> changes = {};    // newest first, up to kMaxStanding
  std::optional<ServiceChange> asked = {};
};
inline constexpr size_t kMaxStanding = 100;

// Changes of service (R25 27(3)). Thread-safe. Errors: as Cases.
class ServiceChanges {
 public:
  // `desk` must outlive it.
  explicit ServiceChanges(const Desk* desk) : desk_(desk), cases_(desk) {}

  // `facts` has resource, kind, reason and effect. PERMISSION_DENIED unless the resource is the
  // agency's own. Consults every consumer that has a live grant of it now; RESOURCE_EXHAUSTED if they
  // are more than kMaxConsulted.
  // With `validate_only` nothing is stored and the version is 0.
  absl::StatusOr<Stored<ServiceChange>> Propose(const Errand& errand, const ServiceChange& facts,
                                                bool validate_only = false);
  absl::StatusOr<Stored<ServiceChange>> Answer(const Errand& errand, absl::string_view name,
                                               absl::string_view etag, bool agrees,
                                               absl::string_view comment);
  absl::StatusOr<Stored<ServiceChange>> File(const Errand& errand, absl::string_view name,
                                             absl::string_view etag, absl::string_view receipt,
                                             absl::string_view reply);
  absl::StatusOr<Stored<ServiceChange>> Withdraw(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag);

  // For the catalogue, which may know all of it: who has a live grant of `resource` now, CONSULTING and
  // FILED changes over it, and the one that is named, which may be empty. Of a resource that was never
  // heard of, nothing. INVALID_ARGUMENT for names of another form; errors of the store.
  absl::StatusOr<ResourceUse> UseOf(absl::string_view resource,
                                    absl::string_view service_change) const;

  const Cases<ServiceChange>& cases() const { return cases_; }
  // As the actor stands to it: its own agency is the consumer if it was consulted.
  Parties PartiesFor(const ServiceChange& change, const Actor& actor) const;

 private:
  using Step = absl::FunctionRef<absl::StatusOr<ServiceChange>(const CaseView<ServiceChange>&,
                                                               const Parties&)>;
  absl::StatusOr<Stored<ServiceChange>> Write(const Errand& errand, absl::string_view name,
                                              absl::string_view etag, Step step);
  // Agencies with a live grant of the resource, sorted.
  absl::StatusOr<std::vector<std::string>> ConsumersOf(absl::string_view resource) const;

  const Desk* const desk_;
  const Cases<ServiceChange> cases_;
};

}  // namespace shareway::sharing
