// SPDX-License-Identifier: Apache-2.0
// The terms that a record is found by.
#include "services/audit/domain/facts.h"

#include <algorithm>

namespace shareway::audit {

std::vector<Term> TermsOf(const Facts& facts) {
  std::vector<Term> terms;
  terms.reserve(std::min(facts.agencies.size(), kMaxAgencyTerms) + 6);
  const auto add = [&terms](Term::Kind kind, const std::string& text) {
    if (text.empty()) return;
    const Term term{kind, text};
    if (std::find(terms.begin(), terms.end(), term) == terms.end()) {
      terms.push_back(term);
    }
  };
  for (const std::string& agency : facts.agencies) {
    if (terms.size() == kMaxAgencyTerms) break;
    add(Term::Kind::kAgency, agency);
  }
  add(Term::Kind::kExchange, facts.exchange);
  add(Term::Kind::kGrant, facts.grant);
  add(Term::Kind::kObject, facts.object);
  add(Term::Kind::kPerson, facts.person);
  add(Term::Kind::kResource, facts.resource);
  add(Term::Kind::kRequest, facts.request);
  return terms;
}

}  // namespace shareway::audit
