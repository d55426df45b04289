// SPDX-License-Identifier: Apache-2.0
// The writes of changes of service.
#include "services/sharing/grants/service_changes.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/try_out.h"
#include "services/sharing/wake.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kAtOnce = 100;
constexpr int kPage = 500;

}  // namespace

std::vector<std::string> OwnersOf(const Desk& desk, const ServiceChange& change) {
  std::set<std::string> owners;
  for (std::string& owner : Desk::Owners(desk.PartiesOf("", change.provider))) {
    owners.insert(std::move(owner));
  }
  for (const ServiceChange::Answer& answer : change.answers) owners.insert(answer.consumer);
  return {owners.begin(), owners.end()};
}

Parties ServiceChanges::PartiesFor(const ServiceChange& change, const Actor& actor) const {
  const bool asked = change.AnswerOf(actor.agency) != nullptr;
  return desk_->PartiesOf(asked ? actor.agency : "", change.provider);
}

absl::StatusOr<std::vector<std::string>> ServiceChanges::ConsumersOf(
    absl::string_view resource) const {
  std::set<std::string> consumers;
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(
        const Page<Grant> page,
        desk_->store().ListGrants({std::string(resource)}, cursor, kPage, [&](const Grant& grant) {
          return grant.Live() && consumers.count(grant.fields().consumer) == 0;
        }));
    for (const Stored<Grant>& grant : page.values) {
      consumers.insert(grant.value.fields().consumer);
    }
    cursor = page.next;
  } while (!cursor.empty());
  return std::vector<std::string>(consumers.begin(), consumers.end());
}

absl::StatusOr<ResourceUse> ServiceChanges::UseOf(absl::string_view resource,
                                                  absl::string_view service_change) const {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("resources", resource));
  ResourceUse use;
  // Before the grants: a consultation that ends meanwhile is told as it was, never as more.
  if (!service_change.empty()) {
    SHAREWAY_RETURN_IF_ERROR(Desk::CheckName(ServiceChange::kCollection, service_change));
    absl::StatusOr<Stored<ServiceChange>> asked =
        desk_->store().LoadCase<ServiceChange>(service_change);
    if (!asked.ok() && !absl::IsNotFound(asked.status())) return asked.status();
    if (asked.ok() && asked->value.resource == resource) use.asked = std::move(asked->value);
  }
  const absl::StatusOr<Stored<Resource>> known = desk_->store().LoadResource(resource);
  if (!known.ok() && !absl::IsNotFound(known.status())) return known.status();
  if (known.ok()) {
    SHAREWAY_ASSIGN_OR_RETURN(
        Page<ServiceChange> page,
        desk_->store().ListCases<ServiceChange>(
            {known->value.provider}, "", static_cast<int>(kMaxStanding),
            [&](const ServiceChange& change) {
              return change.resource == resource &&
                     (change.state == ServiceChange::State::kConsulting ||
                      change.state == ServiceChange::State::kFiled);
            }));
    for (Stored<ServiceChange>& change : page.values) {
      use.changes.push_back(std::move(change.value));
    }
  }
  SHAREWAY_ASSIGN_OR_RETURN(use.consumers, ConsumersOf(resource));
  return use;
}

absl::StatusOr<Stored<ServiceChange>> ServiceChanges::Propose(const Errand& errand,
                                                              const ServiceChange& facts,
                                                              bool validate_only) {
  const auto make = [&](absl::Time now, Change* change) -> absl::StatusOr<ServiceChange> {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource, desk_->LoadResource(facts.resource));
    if (resource.value.provider != errand.actor.agency || !errand.actor.head) {
      return WrongPerson(facts.resource, "the head of the provider's sharing body (R25 27(3))");
    }
    const Parties parties = desk_->PartiesOf("", resource.value.provider);
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(parties.provider));
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> consumers,
                              ConsumersOf(facts.resource));
    if (consumers.size() > kMaxConsulted) {
      return absl::Status(
          Error(Reason::kFieldInvalid, absl::StatusCode::kResourceExhausted,
                absl::StrCat(facts.resource, " has ", consumers.size(), " consumers, at most ",
                             kMaxConsulted, " are consulted on one change"))
              .With("resource", facts.resource));
    }
    ServiceChange named = facts;
    named.name = Desk::NewName(ServiceChange::kCollection);
    SHAREWAY_ASSIGN_OR_RETURN(
        ServiceChange proposed,
        ProposeServiceChange(std::move(named), resource.value, consumers, text, now));
    change->rests_on.push_back(std::move(resource));
    change->owners = OwnersOf(*desk_, proposed);
    return proposed;
  };
  if (validate_only) return TryOut<ServiceChange>(*desk_, make);
  return cases_.Create(errand, RecordKind::SERVICE_CHANGE_CHANGED, make);
}

absl::StatusOr<Stored<ServiceChange>> ServiceChanges::Write(const Errand& errand,
                                                            absl::string_view name,
                                                            absl::string_view etag, Step step) {
  const auto write = [&](const CaseView<ServiceChange>& c,
                         Change* change) -> absl::StatusOr<ServiceChange> {
    SHAREWAY_ASSIGN_OR_RETURN(ServiceChange after, step(c, PartiesFor(c.value, errand.actor)));
    change->owners = OwnersOf(*desk_, after);
    return after;
  };
  return cases_.Write(errand, RecordKind::SERVICE_CHANGE_CHANGED,
                      &statute::Articles::service_change, name, etag, write);
}

absl::StatusOr<Stored<ServiceChange>> ServiceChanges::Answer(const Errand& errand,
                                                             absl::string_view name,
                                                             absl::string_view etag, bool agrees,
                                                             absl::string_view comment) {
  return Write(errand, name, etag, [&](const CaseView<ServiceChange>& c, const Parties& parties) {
    return AnswerServiceChange(c.value, errand.actor, parties, agrees, comment, c.now);
  });
}

absl::StatusOr<Stored<ServiceChange>> ServiceChanges::File(const Errand& errand,
                                                           absl::string_view name,
                                                           absl::string_view etag,
                                                           absl::string_view receipt,
                                                           absl::string_view reply) {
  return Write(errand, name, etag, [&](const CaseView<ServiceChange>& c, const Parties& parties) {
    return FileServiceChange(c.value, errand.actor, parties, receipt, reply, c.now);
  });
}

absl::StatusOr<Stored<ServiceChange>> ServiceChanges::Withdraw(const Errand& errand,
                                                               absl::string_view name,
                                                               absl::string_view etag) {
  return Write(errand, name, etag, [&](const CaseView<ServiceChange>& c, const Parties& parties) {
    return WithdrawServiceChange(c.value, errand.actor, parties, c.now);
  });
}

absl::StatusOr<int> ServiceChangesDue(const Desk& desk) {
  const Cases<ServiceChange> cases(&desk);
  const auto take = [&](const CaseView<ServiceChange>& c,
                        Change* change) -> absl::StatusOr<ServiceChange> {
    std::optional<ServiceChange> after = TakeEffect(c.value, c.now);
    if (!after) return absl::AbortedError("its day has not come any more");
    change->owners = OwnersOf(desk, *after);
    return *std::move(after);
  };
  return WakeAll<ServiceChange>(desk, kAtOnce, [&](const Stored<ServiceChange>& before) {
    return cases
        .WriteByRule(RecordKind::SERVICE_CHANGE_CHANGED, &statute::Articles::service_change,
                     before, take)
        .status();
  });
}

}  // namespace shareway::sharing
