// SPDX-License-Identifier: Apache-2.0
// The writes of delegations.
#include "services/sharing/requests/delegations.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

// Delegations of one person that are looked at; older ones are over.
constexpr int kNewest = 200;

bool HoldsPost(const Actor& actor, Delegation::Post post) {
  return post == Delegation::Post::kHead ? actor.head : actor.reviewer;
}

}  // namespace

absl::Status Delegations::CheckFree(const Delegation& asked) const {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Page<Delegation> given,
      desk_->store().ListCases<Delegation>({asked.giver}, "", kNewest, [&](const Delegation& d) {
        return d.giver == asked.giver && d.post == asked.post &&
               d.At(desk_->Now()) != Delegation::State::kOver && d.start <= asked.end &&
               asked.start <= d.end;
      }));
  if (given.values.empty()) return absl::OkStatus();
  const Delegation& other = given.values.front().value;
  return Error(Reason::kDelegationInvalid, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(asked.giver, " lends this post to ", other.delegate, " from ",
                            absl::FormatCivilTime(other.start), " to ",
                            absl::FormatCivilTime(other.end), " already: ", other.name))
      .With("delegation", other.name);
}

absl::StatusOr<Stored<Delegation>> Delegations::Give(const Errand& errand, const Delegation& asked,
                                                     bool validate_only) {
  const auto make = [&](absl::Time now, Change* change) -> absl::StatusOr<Delegation> {
    // Before the others are read: who gives at the same time then finds this one, or is found.
    const std::string lent = absl::StrCat("lent/", errand.actor.name, "|", PostName(asked.post));
    SHAREWAY_ASSIGN_OR_RETURN(const RestsOn last, desk_->store().LastHolder(lent));
    if (change != nullptr) change->takes_over.push_back({lent, last.version});
    const Parties parties = desk_->PartiesOf(errand.actor.agency, "");
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextOf(parties.consumer));
    SHAREWAY_RETURN_IF_ERROR(
        RefuseSecrets({{"delegation.reason", asked.reason}}, text.profile->cited()));
    SHAREWAY_ASSIGN_OR_RETURN(
        Delegation given,
        GiveDelegation(asked, errand.actor, find_person_(asked.delegate),
                       Desk::NewName(Delegation::kCollection), text.profile->cited(), now));
    SHAREWAY_RETURN_IF_ERROR(CheckFree(given));
    return given;
  };
  if (validate_only) {
    SHAREWAY_ASSIGN_OR_RETURN(Delegation given, make(desk_->Now(), nullptr));
    return Stored<Delegation>{std::move(given), 0};
  }
  return cases_.Create(errand, evidence::RecordKind::DELEGATION_CHANGED, make);
}

absl::StatusOr<Stored<Delegation>> Delegations::End(const Errand& errand, absl::string_view name,
                                                    absl::string_view etag) {
  return cases_.Write(errand, evidence::RecordKind::DELEGATION_CHANGED,
                      &statute::Articles::sign_off, name, etag,
                      [&](const CaseView<Delegation>& view, Change*) {
                        return EndDelegation(view.value, errand.actor, view.now);
                      });
}

absl::StatusOr<Page<Delegation>> Delegations::List(const Actor& actor, bool holding,
                                                   absl::string_view cursor, int limit) const {
  return cases_.List(actor, {actor.agency}, cursor, limit, [&](const Delegation& d) {
    return !holding || d.At(desk_->Now()) == Delegation::State::kHolds;
  });
}

absl::StatusOr<std::vector<Delegation>> Delegations::Holding(const Actor& actor) const {
  SHAREWAY_ASSIGN_OR_RETURN(
      Page<Delegation> had,
      desk_->store().ListCases<Delegation>({actor.name}, "", kNewest, [&](const Delegation& d) {
        return d.delegate == actor.name && d.At(desk_->Now()) == Delegation::State::kHolds;
      }));
  std::vector<Delegation> holding;
  for (Stored<Delegation>& stored : had.values) {
    const std::optional<Actor> giver = find_person_(stored.value.giver);
    if (giver && giver->agency == actor.agency && HoldsPost(*giver, stored.value.post)) {
      holding.push_back(std::move(stored.value));
    }
  }
  return holding;
}

absl::StatusOr<Actor> Delegations::InPosts(const Actor& actor) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Delegation> holding, Holding(actor));
  Actor in_posts = actor;
  for (const Delegation& delegation : holding) {
    in_posts = InPost(in_posts, delegation, desk_->Now());
  }
  return in_posts;
}

}  // namespace shareway::sharing
