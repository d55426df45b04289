// SPDX-License-Identifier: Apache-2.0
// The writes of use records, their inspections, and offline deliveries.
#include "services/sharing/grants/uses.h"

#include "libs/base/error.h"
#include "services/sharing/try_out.h"

namespace shareway::sharing {

using evidence::RecordKind;

absl::StatusOr<Uses::Case> Uses::Load(const Actor& actor, absl::string_view grant) const {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("grants", grant));
  absl::StatusOr<Stored<Grant>> stored = desk_->store().LoadGrant(grant);
  if (absl::IsNotFound(stored.status())) return Error::NotVisible(grant);
  SHAREWAY_RETURN_IF_ERROR(stored.status());
  const Grant::Fields& f = stored->value.fields();
  Parties parties = desk_->PartiesOf(f.consumer, f.provider);
  if (!parties.Knows(actor)) return Error::NotVisible(grant);
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextCited(f.rule));
  return Case{*std::move(stored), std::move(parties), text};
}

absl::StatusOr<Stored<UseRecord>> Uses::Report(const Errand& errand, absl::string_view grant,
                                               const UseRecord& facts, bool validate_only) {
  const auto make = [&](absl::Time now, Change* change) -> absl::StatusOr<UseRecord> {
    SHAREWAY_ASSIGN_OR_RETURN(const Case c, Load(errand.actor, grant));
    UseRecord named = facts;
    named.name = Desk::NewName(UseRecord::kCollection);
    // The list of the consumer alone: nobody else reads it but by an inspection.
    change->owners = {c.parties.consumer.name};
    return ReportUse(std::move(named), c.grant.value, errand.actor, c.parties, c.text, now);
  };
  if (validate_only) return TryOut<UseRecord>(*desk_, make);
  return uses_.Create(errand, RecordKind::USE_REPORTED, make);
}

absl::StatusOr<std::vector<UseRecord>> Uses::Records(absl::string_view grant,
                                                     absl::Time before) const {
  SHAREWAY_ASSIGN_OR_RETURN(
      Page<UseRecord> page,
      desk_->store().ListCases<UseRecord>(
          {std::string(grant)}, "", kInspectAtOnce,
          [&](const UseRecord& use) { return use.create_time < before; }));
  std::vector<UseRecord> uses;
  for (Stored<UseRecord>& use : page.values) uses.push_back(std::move(use.value));
  return uses;
}

absl::StatusOr<Inspected> Uses::Inspect(const Errand& errand, absl::string_view grant,
                                        absl::string_view reason, absl::Time before) {
  absl::Time until = before;
  SHAREWAY_ASSIGN_OR_RETURN(
      Stored<UseInspection> inspection,
      inspections_.Create(
          errand, RecordKind::USE_INSPECTED,
          [&](absl::Time now, Change*) -> absl::StatusOr<UseInspection> {
            SHAREWAY_ASSIGN_OR_RETURN(const Case c, Load(errand.actor, grant));
            until = std::min(before, now);
            SHAREWAY_ASSIGN_OR_RETURN(const std::vector<UseRecord> uses, Records(grant, until));
            return InspectUse(c.grant.value, errand.actor, c.parties, reason,
                              static_cast<uint32_t>(uses.size()), c.text,
                              Desk::NewName(UseInspection::kCollection), now);
          }));
  until = std::min(before, inspection.value.create_time);
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<UseRecord> uses, Records(grant, until));
  return Inspected{std::move(inspection.value), std::move(uses)};
}

absl::StatusOr<Stored<OfflineDelivery>> Uses::RecordDelivery(const Errand& errand,
                                                             absl::string_view grant,
                                                             const OfflineDelivery& facts,
                                                             bool validate_only) {
  const auto make = [&](absl::Time now, Change*) -> absl::StatusOr<OfflineDelivery> {
    SHAREWAY_ASSIGN_OR_RETURN(const Case c, Load(errand.actor, grant));
    OfflineDelivery named = facts;
    named.name = Desk::NewName(OfflineDelivery::kCollection);
    return RecordOfflineDelivery(std::move(named), c.grant.value, errand.actor, c.parties, c.text,
                                 now);
  };
  if (validate_only) return TryOut<OfflineDelivery>(*desk_, make);
  return deliveries_.Create(errand, RecordKind::OFFLINE_DELIVERY_RECORDED, make);
}

template <typename T>
absl::StatusOr<Page<T>> Uses::List(const Cases<T>& cases, const Actor& actor,
                                   absl::string_view grant, absl::string_view cursor,
                                   int limit) const {
  const auto all = [](const T&) { return true; };
  if (grant.empty()) return cases.List(actor, desk_->OwnersFor(actor), cursor, limit, all);
  SHAREWAY_RETURN_IF_ERROR(Load(actor, grant).status());
  return cases.List(actor, {std::string(grant)}, cursor, limit, all);
}

absl::StatusOr<Page<UseRecord>> Uses::ListUses(const Actor& actor, absl::string_view grant,
                                               absl::string_view cursor, int limit) const {
  return List(uses_, actor, grant, cursor, limit);
}

absl::StatusOr<Page<UseInspection>> Uses::ListInspections(const Actor& actor,
                                                          absl::string_view grant,
                                                          absl::string_view cursor,
                                                          int limit) const {
  return List(inspections_, actor, grant, cursor, limit);
}

absl::StatusOr<Page<OfflineDelivery>> Uses::ListDeliveries(const Actor& actor,
                                                           absl::string_view grant,
                                                           absl::string_view cursor,
                                                           int limit) const {
  return List(deliveries_, actor, grant, cursor, limit);
}

}  // namespace shareway::sharing
