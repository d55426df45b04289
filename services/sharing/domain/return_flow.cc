// SPDX-License-Identifier: Apache-2.0
// 回流: higher levels give lower ones the records of their own division back.
#include "services/sharing/domain/return_flow.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/codes/division_code.h"
#include "libs/codes/quote.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

using State = ReturnRequest::State;

constexpr int kRequested = static_cast<int>(State::kRequested);
constexpr int kActivated = static_cast<int>(State::kActivated);

absl::string_view NameOf(int state) { return ReturnRequest::StateName(static_cast<State>(state)); }

absl::Status Foreign(const Agency& consumer, absl::string_view what) {
  return Error(Reason::kDivisionForeign, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(consumer.name, " ", what,
                            "; data flow back to the division that they are about (R25 24)"))
      .With("agency", consumer.name)
      .With("division", consumer.division);
}

bool SharesItem(const Resource& resource, absl::string_view id) {
  const Item* item = resource.item(id);
  return item != nullptr && item->share_class != ShareClass::kNotShared;
}

absl::Status CheckPurposes(const std::vector<Purpose>& purposes) {
  std::vector<FieldViolation> out;
  if (purposes.empty()) out.push_back({"purposes", "is empty, want at least one"});
  std::set<Purpose> seen;
  for (size_t i = 0; i < purposes.size(); ++i) {
    const std::string at = absl::StrCat("purposes[", i, "]");
    if (purposes[i] == Purpose::kUnspecified) out.push_back({at, "is unspecified"});
    if (!seen.insert(purposes[i]).second) {
      out.push_back({at, absl::StrCat(PurposeName(purposes[i]), " is named twice")});
    }
  }
  return Error::Fields(out);
}

// The digits of the division, which is the consumer's own or lies inside it.
absl::StatusOr<std::string> OwnDivision(const Agency& consumer, absl::string_view division) {
  const absl::StatusOr<codes::DivisionCode> own = codes::ParseDivisionCode(consumer.division);
  if (!own.ok() || own->prefix.empty()) {
    return Foreign(consumer, "has no division below the nation in the directory");
  }
  if (division.empty()) return own->prefix;
  const absl::StatusOr<codes::DivisionCode> asked = codes::ParseDivisionCode(division);
  if (!asked.ok()) return Error::Field("division", asked.status().message());
  if (own->Covers(*asked)) return asked->prefix;
  return Foreign(consumer, absl::StrCat("is of division ", consumer.division, ", and ",
                                        codes::Quote(division), " is not inside it"));
}

}  // namespace

absl::string_view ReturnRequest::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kRequested: return "REQUESTED";
    case State::kActivated: return "ACTIVATED";
  }
  return "STATE_UNSPECIFIED";
}

const StateTable& ReturnRequestTable() {
  static const auto* const table = new StateTable{
      .object = "return request",
      .name = NameOf,
      .states = {kRequested, kActivated},
      .transitions = {
          {.method = "ActivateReturnFlow",
           .from = {kRequested},
           .to = {kActivated},
           .who = {{Side::kProvider, Post::kHead}},
           .by = "the head of the provider's sharing body (R25 24)"},
      }};
  return *table;
}

absl::StatusOr<ReturnFlow> DeclareReturnFlow(const Actor& actor, const Resource& resource,
                                             absl::string_view item, const StatuteText& text,
                                             std::string name, absl::Time now) {
  if (text.profile->articles.return_flow.empty()) {
    return absl::Status(Error(Reason::kTextForbids, absl::StatusCode::kFailedPrecondition,
                              absl::StrCat(text.profile->cited(),
                                           " knows no return flow; R25 24 does"))
                            .With("profile", text.profile->cited()));
  }
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  if (!SharesItem(resource, item)) {
    return Error::Field("division_item",
                        absl::StrCat(codes::Quote(item), " is not an item that ", resource.name,
                                     " revision ", resource.revision, " shares"));
  }
  return ReturnFlow{.name = std::move(name),
                    .consumer = {},
                    .provider = resource.provider,
                    .profile = text.profile->cited(),
                    .resource = resource.name,
                    .division_item = std::string(item),
                    .signer = actor.name,
                    .create_time = now};
}

absl::StatusOr<ReturnRequest> RequestReturnFlow(const Actor& actor, const Parties& parties,
                                                const ReturnFlow& flow, absl::string_view division,
                                                std::vector<Purpose> purposes,
                                                const StatuteText& text, std::string name,
                                                absl::Time now) {
  if (!parties.OfConsumer(actor) || !actor.head) {
    return WrongPerson(flow.name, "the head of the asking agency's sharing body (R25 20)");
  }
  if (parties.consumer.level <= parties.provider.level) {
    return Foreign(parties.consumer,
                   absl::StrCat("is of level ", LevelName(parties.consumer.level), ", not below ",
                                LevelName(parties.provider.level)));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckPurposes(purposes));
  ReturnRequest request{.name = std::move(name),
                        .consumer = parties.consumer.name,
                        .provider = flow.provider,
                        .profile = text.profile->cited(),
                        .flow = flow.name,
                        .resource = flow.resource,
                        .division = {},
                        .purposes = std::move(purposes),
                        .state = State::kRequested,
                        .grant = {},
                        .clock = {},
                        .asker = actor.name,
                        .create_time = now};
  SHAREWAY_ASSIGN_OR_RETURN(request.division, OwnDivision(parties.consumer, division));
  if (statute::TermOf(*text.profile, statute::ClockKind::kSupply)) {
    SHAREWAY_ASSIGN_OR_RETURN(request.clock,
                              statute::StartClock(*text.profile, *text.calendars,
                                                  statute::ClockKind::kSupply, now));
  }
  return request;
}

absl::StatusOr<ReturnRequest> ActivateReturnFlow(const ReturnRequest& request, const Actor& actor,
                                                 const Parties& parties, const ReturnFlow& flow,
                                                 const Resource& resource, std::string grant,
                                                 absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admit(ReturnRequestTable(), "ActivateReturnFlow", request.name,
                                 static_cast<int>(request.state), actor, parties));
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  if (!SharesItem(resource, flow.division_item)) {
    return WrongState(resource.name,
                      absl::StrCat("without the shared item ", flow.division_item),
                      "an entry that shares the item of its return flow");
  }
  ReturnRequest next = request;
  next.state = State::kActivated;
  next.grant = std::move(grant);
  if (next.clock) {
    SHAREWAY_ASSIGN_OR_RETURN(next.clock, statute::StopClock(*next.clock, now));
  }
  return next;
}

absl::StatusOr<std::optional<ReturnRequest>> OweAnew(const ReturnRequest& before,
                                                     absl::string_view dispute,
                                                     const StatuteText& text, absl::Time now) {
  if (before.state != State::kRequested) return std::nullopt;
  ReturnRequest next = before;
  next.dispute = std::string(dispute);
  if (next.clock) {
    SHAREWAY_ASSIGN_OR_RETURN(statute::Clock stopped, statute::StopClock(*next.clock, now));
    next.earlier.push_back(std::move(stopped));
    next.clock.reset();
  }
  if (statute::TermOf(*text.profile, statute::ClockKind::kSupply)) {
    SHAREWAY_ASSIGN_OR_RETURN(next.clock,
                              statute::StartClock(*text.profile, *text.calendars,
                                                  statute::ClockKind::kSupply, now));
  }
  return std::optional<ReturnRequest>(std::move(next));
}

}  // namespace shareway::sharing
