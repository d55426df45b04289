// SPDX-License-Identifier: Apache-2.0
// Matching records against a search.
#include "services/audit/domain/query.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::audit {
namespace {

constexpr size_t kMaxTermBytes = 255;

bool Contains(const std::vector<std::string>& list, const std::string& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

}  // namespace

bool Reader::MayRead(const Facts& facts) const {
  return all || std::any_of(agencies.begin(), agencies.end(), [&facts](const std::string& agency) {
           return !agency.empty() && Contains(facts.agencies, agency);
         });
}

absl::Status Query::Check() const {
  std::vector<FieldViolation> violations;
  if (agency.empty() && exchange.empty() && grant.empty() && object.empty() && person.empty() &&
      resource.empty() && request.empty()) {
    violations.push_back({"agency",
                          "one of agency, exchange, grant, object, person, resource and request "
                          "is required"});
  }
  const auto limit = [&violations](absl::string_view field, const std::string& text) {
    if (text.size() <= kMaxTermBytes) return;
    violations.push_back(
        {std::string(field),
         absl::StrCat("is ", text.size(), " bytes, want at most ", kMaxTermBytes)});
  };
  limit("agency", agency);
  limit("exchange", exchange);
  limit("grant", grant);
  limit("object", object);
  limit("person", person);
  limit("resource", resource);
  limit("request", request);
  limit("reason", reason);
  if (start >= end) {
    violations.push_back({"end_time", absl::StrCat(absl::FormatTime(end, absl::UTCTimeZone()),
                                                   " is not after start_time ",
                                                   absl::FormatTime(start, absl::UTCTimeZone()))});
  }
  return Error::Fields(violations);
}

bool Query::Matches(const Facts& facts) const {
  if (!agency.empty() && !Contains(facts.agencies, agency)) return false;
  if (!exchange.empty() && facts.exchange != exchange) return false;
  if (!grant.empty() && facts.grant != grant) return false;
  if (!object.empty() && facts.object != object) return false;
  if (!person.empty() && facts.person != person) return false;
  if (!resource.empty() && facts.resource != resource) return false;
  if (!request.empty() && facts.request != request) return false;
  if (kind != 0 && facts.kind != kind) return false;
  if (result == Result::kSucceeded && !facts.reason.empty()) return false;
  if (result == Result::kFailed && facts.reason.empty()) return false;
  if (!reason.empty() && facts.reason != reason) return false;
  return start <= facts.time && facts.time < end;
}

Term Query::term() const {
  if (!exchange.empty()) return {Term::Kind::kExchange, exchange};
  if (!object.empty()) return {Term::Kind::kObject, object};
  if (!request.empty()) return {Term::Kind::kRequest, request};
  if (!person.empty()) return {Term::Kind::kPerson, person};
  if (!grant.empty()) return {Term::Kind::kGrant, grant};
  if (!resource.empty()) return {Term::Kind::kResource, resource};
  return {Term::Kind::kAgency, agency};
}

}  // namespace shareway::audit
