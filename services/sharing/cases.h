// SPDX-License-Identifier: Apache-2.0
// The write of every further kind of case: load, decide, store. One batch each, with its events.
//
// A kind T (store/case_row.h) is a plain value with these fields besides:
//   std::string name, consumer, provider   the two sides, agencies/{a}; one may be empty
//   std::string profile                    profile@version that governs it
//   absl::Time create_time
// and, found by argument-dependent lookup,
//   bool Visible(const T&, const Actor&, const Parties&)   all others are strangers
//   std::vector<std::string> EvidenceReaders(const T&)     if they are not its two sides
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// The agencies that evidence of a case names, which its people read there whole: nobody learns from
// evidence what he may not read. Both sides, unless the kind says otherwise beside it.
template <typename T>
std::vector<std::string> EvidenceReaders(const T& value) {
  return {value.consumer, value.provider};
}

// What a transition of a case needs.
template <typename T>
struct CaseView {
  const T& value;
  const Parties& parties;
  const StatuteText& text;  // that the case cites
  absl::Time now;
};

// Thread-safe. Errors of every write: PERMISSION_DENIED, NOT_VISIBLE, alike for what is not there
// and what is not the actor's; ABORTED for a stale etag, a lost race or a replayed act; any error
// of the store whose outcome is unknown; and those of the transition.
template <typename T>
class Cases {
 public:
  // `desk` must outlive it.
  explicit Cases(const Desk* desk) : desk_(desk) {}

  absl::StatusOr<Stored<T>> Get(const Actor& actor, absl::string_view name) const {
    SHAREWAY_RETURN_IF_ERROR(Desk::CheckName(T::kCollection, name));
    absl::StatusOr<Stored<T>> stored = desk_->store().template LoadCase<T>(name);
    if (absl::IsNotFound(stored.status())) return Error::NotVisible(name);
    SHAREWAY_RETURN_IF_ERROR(stored.status());
    const T& value = stored->value;
    if (!Visible(value, actor, desk_->PartiesOf(value.consumer, value.provider))) {
      return Error::NotVisible(name);
    }
    return stored;
  }

  // Stores what `make` answers: the case, and what goes with it added to the change. The event has
  // the case's name, parties and text; `make` may add to change->events, the case's is put before.
  using Make = absl::FunctionRef<absl::StatusOr<T>(absl::Time now, Change* change)>;
  absl::StatusOr<Stored<T>> Create(const Errand& errand, evidence::RecordKind kind,
                                   Make make) const {
    const auto load = [&](absl::string_view seen) { return Get(errand.actor, seen); };
    return desk_->template Once<Stored<T>>(
        errand, load, [&]() -> absl::StatusOr<Stored<T>> {
          Change change;
          SHAREWAY_ASSIGN_OR_RETURN(T value, make(desk_->Now(), &change));
          return Commit(errand, kind, "", std::move(value), 0, std::move(change));
        });
  }

  // Stores what `step` makes of the case. An empty `etag` is refused unless `any_etag`.
  // `rule` of the event: the article that `article` picks from the text, for example
  // &statute::Articles::correction.
  using Step = absl::FunctionRef<absl::StatusOr<T>(const CaseView<T>&, Change* change)>;
  absl::StatusOr<Stored<T>> Write(const Errand& errand, evidence::RecordKind kind,
                                  std::string statute::Articles::*article, absl::string_view name,
                                  absl::string_view etag, Step step, bool any_etag = false) const {
    const auto load = [&](absl::string_view seen) { return Get(errand.actor, seen); };
    return desk_->template Once<Stored<T>>(
        errand, load, [&]() -> absl::StatusOr<Stored<T>> {
          SHAREWAY_ASSIGN_OR_RETURN(Stored<T> before, Get(errand.actor, name));
          if (!any_etag || !etag.empty()) {
            SHAREWAY_RETURN_IF_ERROR(Desk::CheckEtag(etag, name, before.version));
          }
          return Advance(errand, kind, article, before, step);
        });
  }

  // The same by the service itself, for a rule of law: nobody acts, nothing is remembered.
  absl::StatusOr<Stored<T>> WriteByRule(evidence::RecordKind kind,
                                        std::string statute::Articles::*article,
                                        const Stored<T>& before, Step step) const {
    return Advance(Errand{}, kind, article, before, step);
  }

  // In the lists of `owners` (Desk::OwnersFor, or a list that rows name), newest first, what the
  // actor may see and `want` takes.
  absl::StatusOr<Page<T>> List(const Actor& actor, const std::vector<std::string>& owners,
                               absl::string_view cursor, int limit,
                               absl::FunctionRef<bool(const T&)> want) const {
    return desk_->store().template ListCases<T>(owners, cursor, limit, [&](const T& value) {
      return Visible(value, actor, desk_->PartiesOf(value.consumer, value.provider)) &&
             want(value);
    });
  }

  const Desk& desk() const { return *desk_; }

 private:
  absl::StatusOr<Stored<T>> Advance(const Errand& errand, evidence::RecordKind kind,
                                  std::string statute::Articles::*article,
                                  const Stored<T>& before, Step step) const {
    const Parties parties = desk_->PartiesOf(before.value.consumer, before.value.provider);
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextCited(before.value.profile));
    Change change;
    SHAREWAY_ASSIGN_OR_RETURN(
        T after, step(CaseView<T>{before.value, parties, text, desk_->Now()}, &change));
    return Commit(errand, kind, text.Cite(text.profile->articles.*article), std::move(after),
                  before.version, std::move(change));
  }

  absl::StatusOr<Stored<T>> Commit(const Errand& errand, evidence::RecordKind kind,
                                   std::string rule, T value, uint64_t version,
                                   Change change) const {
    const Parties parties = desk_->PartiesOf(value.consumer, value.provider);
    evidence::AuditRecord event = desk_->Event(kind, errand, parties, value.name);
    Desk::TellOnly(EvidenceReaders(value), &event);
    event.set_rule(rule.empty() ? value.profile : std::move(rule));
    if (errand.act) *event.mutable_act() = *errand.act;
    change.events.insert(change.events.begin(), std::move(event));
    if (change.owners.empty()) change.owners = Desk::Owners(parties);
    change.once = errand.once;
    change.result = value.name;
    change.cases.push_back(RowOf(value, version));
    SHAREWAY_ASSIGN_OR_RETURN(const Written written, desk_->store().Commit(change, desk_->Now()));
    return Stored<T>{std::move(value), written.version};
  }

  const Desk* const desk_;
};

}  // namespace shareway::sharing
