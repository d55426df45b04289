// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/consultation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"

namespace shareway::catalog {
namespace {

using Change = ResourceUse::Change;

// So many are named; how many there are is told beside them.
constexpr size_t kNamed = 20;

// What keeps `change` from carrying the cut; empty: nothing.
std::string Missing(Cut cut, const Change& change, absl::CivilDay today) {
  const bool filed =
      change.state == Change::State::kFiled || change.state == Change::State::kInEffect;
  if (!filed) {
    return change.state == Change::State::kConsulting ? "is not filed yet" : "was taken back";
  }
  if (cut == Cut::kNarrowerRevision) return "";
  if (change.kind != Change::Kind::kEnd) return "changes the service and does not end it";
  if (change.effect > today) {
    return absl::StrCat("takes effect on ", absl::FormatCivilTime(change.effect));
  }
  return "";
}

// How many have a live grant and were not consulted, and some of them. Of those that sharing did not
// name nobody knows whether they were.
std::pair<int64_t, std::vector<std::string>> Unheard(const ResourceUse& use,
                                                     const Change& change) {
  std::vector<std::string> unheard;
  for (const std::string& consumer : use.consumers) {
    const auto& asked = change.consulted;
    if (std::find(asked.begin(), asked.end(), consumer) == asked.end()) unheard.push_back(consumer);
  }
  const int64_t unnamed = use.consumer_count - static_cast<int64_t>(use.consumers.size());
  return {static_cast<int64_t>(unheard.size()) + unnamed, std::move(unheard)};
}

std::string Names(const std::vector<std::string>& all) {
  const size_t count = std::min(all.size(), kNamed);
  return absl::StrJoin(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), ", ");
}

}  // namespace

absl::Status CheckConsulted(Cut cut, absl::string_view resource, const ResourceUse& use,
                            absl::string_view service_change, absl::CivilDay today,
                            absl::string_view article) {
  std::string missing;
  if (!service_change.empty()) {
    if (!use.asked) {
      return Error::Field("service_change",
                          absl::StrCat("is no change of service over ", resource));
    }
    missing = Missing(cut, *use.asked, today);
  }
  if (use.consumer_count == 0) {
    // Evidence cites no change that carried nothing.
    return missing.empty() ? absl::OkStatus() : Error::Field("service_change", missing);
  }
  if (!service_change.empty() && missing.empty()) {
    // Who came after the consultation has to be heard, too: before a withdrawal suspend the entry,
    // so that nobody comes any more.
    const auto [count, unheard] = Unheard(use, *use.asked);
    if (count > 0) missing = absl::StrCat("was not put to ", count, " of them: ", Names(unheard));
  }
  if (!service_change.empty() && missing.empty()) return absl::OkStatus();
  std::vector<std::string> standing;
  for (const Change& change : use.changes) standing.push_back(change.name);
  const std::string why =
      service_change.empty()
          ? absl::StrCat("name a filed change of service over it",
                         cut == Cut::kWithdrawal ? ", an END whose day has come" : "")
          : absl::StrCat(service_change, " ", missing);
  Error error = Error(Reason::kConsumersLive, absl::StatusCode::kFailedPrecondition,
                      absl::StrCat(resource, " is used by ", use.consumer_count, " agencies: ",
                                   Names(use.consumers), "; ", why,
                                   article.empty() ? "" : absl::StrCat(" (", article, ")")));
  error.With("resource", resource)
      .With("consumers", Names(use.consumers))
      .With("consumer_count", absl::StrCat(use.consumer_count));
  if (!standing.empty()) error.With("service_changes", Names(standing));
  if (!article.empty()) error.With("article", article);
  return error;
}

}  // namespace shareway::catalog
