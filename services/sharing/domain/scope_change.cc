// SPDX-License-Identifier: Apache-2.0
// The change of a live grant: what may be asked for, and what an approval makes of the grant.
#include "services/sharing/domain/scope_change.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

using Kind = ScopeChange::Kind;
using Violations = std::vector<FieldViolation>;

template <typename T>
bool Contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

template <typename T>
std::vector<T> Both(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> both;
  std::copy_if(a.begin(), a.end(), std::back_inserter(both),
               [&](const T& one) { return Contains(b, one); });
  return both;
}

// The smaller of two limits; 0 is none.
uint64_t Tighter(uint64_t a, uint64_t b) { return a == 0 || (b != 0 && b < a) ? b : a; }

void CheckThird(const ChangeAsked& asked, const Grant::Fields& grant, Violations* out) {
  const std::string& third = asked.change.third_party;
  if (asked.scope)
    out->push_back({"scope", "is unset for THIRD_PARTY: what is granted is passed on"});
  if (third.empty() || third == grant.consumer || third == grant.provider) {
    out->push_back({"third_party", absl::StrCat(codes::Quote(third), " is not an agency besides ",
                                                grant.consumer, " and ", grant.provider)});
  } else if (asked.third.name != third || !asked.third.active) {
    out->push_back({"third_party", absl::StrCat(codes::Quote(third), " is not an active agency")});
  } else if (Contains(grant.third_parties, third)) {
    out->push_back({"third_party", absl::StrCat(third, " has the consent already")});
  }
}

void CheckScope(const ChangeAsked& asked, const Grant::Fields& grant, const Scope& present,
                absl::CivilDay today, Violations* out) {
  if (!asked.change.third_party.empty()) {
    out->push_back({"third_party", "is for THIRD_PARTY only"});
  }
  if (!asked.scope) {
    out->push_back({"scope", "is missing; it is the whole new scope"});
    return;
  }
  const Scope& scope = *asked.scope;
  if (scope.start > today) {
    out->push_back(
        {"scope.start_date",
         absl::StrCat(absl::FormatCivilTime(scope.start), " is later than today, ",
                      absl::FormatCivilTime(today), "; a change holds from its approval on")});
  }
  const bool more = std::any_of(scope.purposes.begin(), scope.purposes.end(),
                                [&](Purpose p) { return !Contains(grant.purposes, p); });
  if (asked.change.kind == Kind::kNewPurpose) {
    if (!more) out->push_back({"scope.purposes", absl::StrCat("are all those of ", grant.name)});
    return;
  }
  if (more) {
    out->push_back({"scope.purposes", absl::StrCat("has one that ", grant.name,
                                                   " lacks; the kind is then NEW_PURPOSE")});
  }
  Scope from_today = scope;
  from_today.start = std::max(scope.start, present.start);
  if (CheckWithin(present, from_today, "scope").ok()) {
    out->push_back({"scope", absl::StrCat("lies within ", grant.name, "; nothing is to be asked")});
  }
}

}  // namespace

Scope ScopeOf(const Grant& grant, absl::CivilDay today) {
  const Grant::Fields& f = grant.fields();
  return Scope{.items = f.items,
               .rows = f.rows,
               .purposes = f.purposes,
               .methods = f.methods,
               .start = std::max(statute::LawDay(f.start_time), today),
               .end = statute::LawDay(f.end_time - absl::Nanoseconds(1)),
               .day = f.day,
               .masked_items = f.masked_items};
}

absl::Status CheckLive(const Grant& grant, absl::Time now) {
  const Grant::Fields& f = grant.fields();
  if (f.state != Grant::State::kActive) {
    return WrongState(f.name, Grant::StateName(f.state), "ACTIVE");
  }
  if (now < f.end_time) return absl::OkStatus();
  return WrongState(f.name, "over", "ACTIVE and in its period");
}

absl::StatusOr<Request> DraftChange(const ChangeAsked& asked, const Grant& grant,
                                    const Actor& actor, const Parties& parties,
                                    const Resource& resource, const StatuteText& text,
                                    std::string name, absl::Time now) {
  const Grant::Fields& f = grant.fields();
  if (!parties.OfConsumer(actor) || !actor.applicant) {
    return WrongPerson(f.name, "an applicant of the consumer (R25 25)");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckLive(grant, now));
  const absl::CivilDay today = statute::LawDay(now);
  const Scope present = ScopeOf(grant, today);
  Violations out;
  if (asked.change.kind == Kind::kUnspecified) {
    out.push_back({"kind", "is unspecified, want WIDER_SCOPE, NEW_PURPOSE or THIRD_PARTY"});
  } else if (asked.change.kind == Kind::kThirdParty) {
    CheckThird(asked, f, &out);
  } else {
    CheckScope(asked, f, present, today, &out);
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  absl::StatusOr<Request> draft = Request::Draft({.legal_basis = asked.legal_basis,
                                                  .scenario = asked.scenario,
                                                  .scope = asked.scope ? *asked.scope : present,
                                                  .change = asked.change},
                                                 actor, resource, text, std::move(name), now);
  if (!absl::IsInvalidArgument(draft.status())) return draft;
  // A change states these parts itself.
  const std::optional<ErrorDetails> details = DetailsOf(draft.status());
  if (!details) return draft;
  for (const FieldViolation& v : details->fields) {
    out.push_back({std::string(absl::StripPrefix(v.field, "request.")), v.rule});
  }
  return Error::Fields(out);
}

absl::Status CheckKeeps(const Scope& granted, const Scope& asked, const Grant& grant,
                        absl::Time now) {
  const Scope present = ScopeOf(grant, statute::LawDay(now));
  Scope kept = present;
  kept.items = Both(present.items, asked.items);
  kept.purposes = Both(present.purposes, asked.purposes);
  kept.methods = Both(present.methods, asked.methods);
  kept.start = std::max(present.start, granted.start);
  kept.end = std::min(present.end, asked.end);
  if (!filter::Narrows(present.rows, asked.rows)) kept.rows = granted.rows;
  kept.day = {.calls = Tighter(present.day.calls, asked.day.calls),
              .rows = Tighter(present.day.rows, asked.day.rows),
              .bytes = Tighter(present.day.bytes, asked.day.bytes)};
  kept.masked_items = Both(kept.items, granted.masked_items);
  const bool unmasked =
      std::any_of(kept.masked_items.begin(), kept.masked_items.end(), [&](const std::string& id) {
        return !Contains(present.masked_items, id) && !Contains(asked.masked_items, id);
      });
  const bool nothing =
      kept.items.empty() || kept.purposes.empty() || kept.methods.empty() || kept.end < kept.start;
  if (!unmasked && (nothing || CheckWithin(granted, kept, "scope").ok())) return absl::OkStatus();
  const std::string& name = grant.fields().name;
  return Error(Reason::kGroundRequired, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("the decision would take away what ", name,
                            " gives; that is a revocation, which needs a ground (R25 27(3))"))
      .With("grant", name)
      .With("article", "R25 27(3)");
}

Grant Changed(const Grant& grant, const Request& approved) {
  Grant::Fields next = grant.fields();
  const Request::Fields& request = approved.fields();
  if (request.change.kind == Kind::kThirdParty) {
    next.third_parties.push_back(request.change.third_party);
  } else {
    next.state = Grant::State::kRevoked;
    next.ended_reason = absl::StrCat("REPLACED: ", request.grant, " by ", request.name);
    next.notice = "";
  }
  return Grant::Restore(std::move(next));
}

absl::Status MayPassOn(const Grant& grant, absl::string_view agency, const StatuteText& text,
                       absl::string_view item) {
  const Grant::Fields& f = grant.fields();
  const bool consented =
      std::find(f.third_parties.begin(), f.third_parties.end(), agency) != f.third_parties.end();
  if (agency == f.consumer || agency == f.provider || consented) return absl::OkStatus();
  const std::string rule = text.Cite(text.profile->articles.use_limits);
  Error error(Reason::kConsentRequired, absl::StatusCode::kFailedPrecondition,
              absl::StrCat(item.empty() ? "what" : absl::StrCat("item ", item, " that"),
                           " came under ", f.name, " is not passed on to ", agency,
                           " without the consent of ", f.provider, ": ", f.consumer,
                           " asks for it by ChangeScope, THIRD_PARTY (", rule, ")"));
  error.With("grant", f.name).With("agency", agency).With("want", "ChangeScope");
  if (!item.empty()) error.With("item", item);
  return error.With("rule", rule);
}

}  // namespace shareway::sharing
