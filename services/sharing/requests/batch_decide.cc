// SPDX-License-Identifier: Apache-2.0
// One decision on many requests: what can be decided is, in one batch.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/delegation.h"
#include "services/sharing/grants/passing_on.h"
#include "services/sharing/sharing.h"

namespace shareway::sharing {
namespace {

constexpr size_t kMaxBatch = 100;
constexpr int kTries = 3;

absl::Status CheckAsked(const std::vector<Sharing::Seen>& seen, const Decision& decision) {
  std::vector<FieldViolation> out;
  if (seen.empty() || seen.size() > kMaxBatch) {
    out.push_back({"items", absl::StrCat("has ", seen.size(), " requests, want 1 to ", kMaxBatch)});
  }
  std::set<std::string> names;
  for (size_t i = 0; i < seen.size(); ++i) {
    const std::string at = absl::StrCat("items[", i, "].name");
    // What is remembered of the batch is read back by its names.
    if (const absl::Status form = Desk::CheckName("requests", seen[i].name); !form.ok()) {
      out.push_back({at, DetailsOf(form)->fields.front().rule});
    } else if (!names.insert(seen[i].name).second) {
      out.push_back({at, absl::StrCat(seen[i].name, " stands twice")});
    }
  }
  if (decision.verdict != Decision::Verdict::kApprove &&
      decision.verdict != Decision::Verdict::kRefuse) {
    out.push_back({"decision.verdict", "is neither APPROVE nor REFUSE: a scope is cut for one "
                                       "request at a time"});
  }
  return Error::Fields(out);
}

// The highest grading of what is asked for.
int GradingOf(const Request& request, const Resource& resource) {
  int grading = 0;
  for (const std::string& id : request.fields().scope.items) {
    if (const Item* item = resource.item(id)) grading = std::max(grading, item->grading);
  }
  return grading;
}

// What is remembered of a batch: each name, with the reason where it was not decided.
std::string Remember(const std::vector<Sharing::Seen>& seen, const Sharing::Outcomes& outcomes) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < seen.size(); ++i) {
    const absl::Status& status = outcomes[i].status();
    const std::optional<ErrorDetails> details = DetailsOf(status);
    const Reason reason = details ? details->reason : Reason::kUnspecified;
    parts.push_back(status.ok() ? seen[i].name
                                : absl::StrCat(seen[i].name, "=", ReasonName(reason)));
  }
  return absl::StrJoin(parts, " ");
}

absl::Status NotDecided(absl::string_view name, absl::string_view reason) {
  return Error(ParseReason(reason), absl::StatusCode::kFailedPrecondition,
               absl::StrCat(name, " was not decided when this batch was sent first"))
      .With("name", name);
}

}  // namespace

absl::StatusOr<Request> Sharing::DecideOne(const Errand& errand, const Seen& seen,
                                           const Decision& decision, int* grading,
                                           Change* change) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> before, Get(errand.actor, seen.name));
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckEtag(seen.etag, seen.name, before.version));
  const Request::Fields& f = before.value.fields();
  const Parties parties = desk_->PartiesOf(f.consumer, f.provider);
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextCited(f.profile));
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource, desk_->LoadResource(f.resource));
  const absl::Time now = desk_->Now();
  SHAREWAY_ASSIGN_OR_RETURN(Request after, before.value.Decide(errand.actor, parties,
                                                               resource.value, decision, text,
                                                               now));
  SHAREWAY_RETURN_IF_ERROR(CheckChange(after, now));
  SHAREWAY_RETURN_IF_ERROR(AskSources(*desk_, resource.value, after, text, now, nullptr));
  after = InNameOf(std::move(after), errand.actor);
  *grading = GradingOf(before.value, resource.value);
  change->events.push_back(
      Event(evidence::RecordKind::REQUEST_DECIDED, errand, after, parties));
  change->requests.push_back({after, before.version});
  change->rests_on.push_back(std::move(resource));
  return after;
}

absl::StatusOr<Sharing::Outcomes> Sharing::DecideBatch(const Errand& errand,
                                                       const std::vector<Seen>& seen,
                                                       const Decision& decision,
                                                       bool validate_only) {
  // No owners: each request stays in the lists of its own.
  Change change{.once = errand.once};
  Outcomes outcomes;
  std::set<int> gradings;
  for (const Seen& one : seen) {
    int grading = 0;
    absl::StatusOr<Request> after = DecideOne(errand, one, decision, &grading, &change);
    if (!after.ok()) {
      outcomes.emplace_back(after.status());
      continue;
    }
    gradings.insert(grading);
    outcomes.emplace_back(Stored<Request>{*std::move(after), 0});
  }
  if (gradings.size() > 1) {
    return absl::Status(Error(Reason::kGradingMixed, absl::StatusCode::kFailedPrecondition,
                              absl::StrCat("the batch asks for data of the gradings ",
                                           absl::StrJoin(gradings, ", "),
                                           "; decide each grading by itself"))
                            .With("gradings", absl::StrJoin(gradings, ",")));
  }
  if (validate_only || change.requests.empty()) return outcomes;
  change.result = Remember(seen, outcomes);
  SHAREWAY_ASSIGN_OR_RETURN(const Written written, desk_->store().Commit(change, desk_->Now()));
  for (absl::StatusOr<Stored<Request>>& outcome : outcomes) {
    if (outcome.ok()) outcome->version = written.version;
  }
  return outcomes;
}

absl::StatusOr<Sharing::Outcomes> Sharing::DecideAll(const Errand& errand,
                                                     const std::vector<Seen>& seen,
                                                     const Decision& decision,
                                                     bool validate_only) {
  SHAREWAY_RETURN_IF_ERROR(CheckAsked(seen, decision));
  const auto load = [&](absl::string_view result) -> absl::StatusOr<Outcomes> {
    Outcomes outcomes;
    for (absl::string_view part : absl::StrSplit(result, ' ', absl::SkipEmpty())) {
      const size_t cut = part.find('=');
      if (cut == absl::string_view::npos) {
        outcomes.push_back(Get(errand.actor, part));
      } else {
        outcomes.emplace_back(NotDecided(part.substr(0, cut), part.substr(cut + 1)));
      }
    }
    return outcomes;
  };
  return desk_->Once<Outcomes>(errand, load, [&]() -> absl::StatusOr<Outcomes> {
    // Who changed one of them meanwhile must not undo the batch: the others are decided then.
    for (int i = 1;; ++i) {
      absl::StatusOr<Outcomes> outcomes = DecideBatch(errand, seen, decision, validate_only);
      const std::optional<ErrorDetails> details = DetailsOf(outcomes.status());
      const bool raced = details && details->reason == Reason::kChangedMeanwhile;
      if (!raced || i == kTries) return outcomes;
    }
  });
}

}  // namespace shareway::sharing
