// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/source.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/codes/fold.h"
#include "libs/codes/quote.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/domain/secrecy.h"

namespace shareway::catalog {
namespace {

constexpr int kMaxLevels = 16;  // of authorities; the register admits no circle

absl::Status CheckRequest(const Source::Request& request) {
  Faults faults("source.");
  const absl::string_view id = absl::StripPrefix(request.name, "sources/");
  if (id.size() == request.name.size() || !IsId(id)) {
    faults.Add("name", absl::StrCat(codes::Quote(request.name),
                                    ", want sources/ and 1 to 63 of a-z, 0-9 and '-'"));
  }
  faults.Text("title", request.title, 1, 100);
  if (IsText(request.title) && !request.title.empty() && codes::FoldName(request.title).empty()) {
    faults.Add("title", absl::StrCat(codes::Quote(request.title), " has nothing that counts"));
  }
  if (!HasForm("resources/{r}", request.resource)) {
    faults.Add("resource", absl::StrCat(codes::Quote(request.resource), ", want resources/{r}"));
  }
  faults.Text("item", request.item, 1, 64);
  faults.Text("document", request.document, 1, 200);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults.Take()));
  for (const auto& [field, text] :
       {std::pair<const char*, const std::string*>{"source.title", &request.title},
        std::pair<const char*, const std::string*>{"source.document", &request.document}}) {
    if (!IsMarkedSecret(*text)) continue;
    return Error(Reason::kSecretRefused, absl::StatusCode::kInvalidArgument,
                 absl::StrCat(field, " is marked as a state or work secret and is refused "
                                     "(R25 第三条)"))
        .With("field", field);
  }
  return absl::OkStatus();
}

absl::Status CheckItem(const Source::Request& request, const Source::Facts& facts) {
  const Entry* published = facts.published;
  const auto refuse = [&](absl::string_view why) -> absl::Status {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat("item ", codes::Quote(request.item), " of ", request.resource, " ",
                              why))
        .With("resource", request.resource)
        .With("item", request.item);
  };
  if (published == nullptr) return refuse("is not published, so it is nobody's source");
  const auto item = std::find_if(published->items.begin(), published->items.end(),
                                 [&](const Item& known) { return known.id == request.item; });
  if (item == published->items.end()) return refuse("is not in the published entry");
  if (!item->received_under.empty()) {
    return refuse(absl::StrCat("was received under ", item->received_under,
                               ": the source is the department that gave it (", facts.article, ")"));
  }
  return absl::OkStatus();
}

// True if `authority` is `other` or a superior of it.
bool IsAtOrAbove(const Register& all, absl::string_view authority, absl::string_view other) {
  std::string at = std::string(other);
  for (int level = 0; level < kMaxLevels && !at.empty(); ++level) {
    if (at == authority) return true;
    const Authority* next = all.Find<Authority>(at);
    at = next == nullptr ? "" : next->superior;
  }
  return false;
}

// The authority by which someone of `facts.agency` decides; the one of the lowest name if several.
absl::StatusOr<std::string> DecidingAuthority(const Source::Facts& facts) {
  std::string outside;
  for (const Authority* authority : AuthoritiesOf(*facts.all, facts.agency)) {
    const auto missing = std::find_if_not(
        facts.concerned.begin(), facts.concerned.end(), [&](const std::string& agency) {
          return InChargeFromAbove(*facts.all, authority->name, agency);
        });
    if (missing == facts.concerned.end() &&
        InChargeFromAbove(*facts.all, authority->name, facts.published->provider)) {
      return authority->name;
    }
    outside = missing == facts.concerned.end() ? facts.published->provider : *missing;
  }
  if (outside.empty()) {
    return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
                 absl::StrCat(facts.agency, " acts for no sharing authority"));
  }
  return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
               absl::StrCat(outside, " is concerned and not in your authority's charge: the common "
                                     "superior designates the source (", facts.article, ")"))
      .With("agency", outside);
}

}  // namespace

bool InChargeFromAbove(const Register& all, absl::string_view authority, absl::string_view agency) {
  const Agency* known = all.Find<Agency>(agency);
  std::string at = known == nullptr ? "" : known->authority;
  for (int level = 0; level < kMaxLevels && !at.empty(); ++level) {
    if (at == authority) return true;
    const Authority* next = all.Find<Authority>(at);
    at = next == nullptr ? "" : next->superior;
  }
  return false;
}

std::vector<const Authority*> AuthoritiesOf(const Register& all, absl::string_view agency) {
  std::vector<const Authority*> found;
  if (agency.empty()) return found;
  for (auto it = all.objects().lower_bound("authorities/");
       it != all.objects().end() && absl::StartsWith(it->first, "authorities/"); ++it) {
    const auto* authority = std::get_if<Authority>(it->second.get());
    if (authority != nullptr && authority->agency == agency) found.push_back(authority);
  }
  return found;
}

absl::StatusOr<Source> Source::Designate(const std::optional<Source>& before, const Actor& actor,
                                         Request request, const Facts& facts) {
  if (!actor.person || actor.roles.count(Role::kSharingAuthority) == 0) {
    return Error::NotVisible(request.name);
  }
  SHAREWAY_RETURN_IF_ERROR(CheckRequest(request));
  SHAREWAY_RETURN_IF_ERROR(CheckItem(request, facts));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string authority, DecidingAuthority(facts));
  if (before && !IsAtOrAbove(*facts.all, authority, before->fields().authority)) {
    return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
                 absl::StrCat(before->fields().authority, " designated ", before->fields().provider,
                              " as the source: only it or its superior replaces that (",
                              facts.article, ")"))
        .With("agency", before->fields().provider);
  }
  Fields fields;
  fields.request = std::move(request);
  fields.provider = facts.published->provider;
  fields.authority = authority;
  fields.designation = before ? before->fields().designation + 1 : 1;
  fields.designate_time = facts.now;
  fields.designated_by = actor.name;
  return Source(std::move(fields));
}

}  // namespace shareway::catalog
