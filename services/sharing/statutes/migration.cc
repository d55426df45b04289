// SPDX-License-Identifier: Apache-2.0
// The migration report from one legal text to another.
#include "services/sharing/statutes/migration.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/store/record_codec.h"

namespace shareway::sharing {
namespace {

constexpr int kRead = 2000;  // objects a call

// The sections of the report; a cursor is the section's letter and the place in it.
constexpr char kTerms = 't';
constexpr char kResources = 'r';
constexpr char kGrants = 'g';
constexpr char kRequests = 'q';

struct Report {
  const Desk& desk;
  const Actor& actor;
  const statute::Profile& from;
  const statute::Profile& to;
  Page<MigrationItem> page = {};

  // True if the actor's authority is in charge of the provider.
  bool Concerns(absl::string_view provider) const {
    const Authority authority = desk.PartiesOf("", provider).provider.authority;
    return !authority.agency.empty() && authority.agency == actor.agency;
  }
  void Add(MigrationItem matter) { page.values.push_back({std::move(matter), 0}); }
};

absl::StatusOr<const statute::Profile*> FindProfile(const Desk& desk, const std::string& id,
                                                    absl::string_view field) {
  const absl::StatusOr<const statute::Profile*> profile = desk.profiles().Find(id);
  if (profile.ok()) return profile;
  return Error::Field(field, absl::StrCat(codes::Quote(id), " is not loaded"));
}

// Sections answer where the next call begins in them; empty: they are at their end.
absl::StatusOr<std::string> AddResources(Report* report, const std::string& after, int limit) {
  std::string at;
  int read = 0;
  absl::Status broken;
  const std::string start =
      after.empty() ? "resources/" : absl::StrCat(after, absl::string_view("\0", 1));
  SHAREWAY_RETURN_IF_ERROR(report->desk.store().engine()->Scan(
      start, PrefixEnd("resources/"),
      [&](absl::string_view key, absl::string_view bytes, uint64_t) {
        if (read++ == kRead || static_cast<int>(report->page.values.size()) >= limit) return false;
        absl::StatusOr<Resource> resource = DecodeResource(bytes);
        broken = resource.status();
        if (!resource.ok()) return false;
        at = std::string(key);
        if (!report->Concerns(resource->provider)) return true;
        for (MigrationItem& matter : AskedOf(*resource, report->to)) report->Add(std::move(matter));
        return true;
      }));
  SHAREWAY_RETURN_IF_ERROR(broken);
  const bool more = read > kRead || static_cast<int>(report->page.values.size()) >= limit;
  return more ? at : "";
}

absl::StatusOr<bool> HasUseRecords(const Desk& desk, absl::string_view grant) {
  const std::string prefix = ListPrefix("uses", grant);
  bool any = false;
  SHAREWAY_RETURN_IF_ERROR(desk.store().engine()->Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view, absl::string_view, uint64_t) {
        any = true;
        return false;
      }));
  return any;
}

absl::StatusOr<std::string> AddGrants(Report* report, const std::string& after, int limit) {
  const auto want = [&](const Grant& grant) {
    const Grant::Fields& f = grant.fields();
    return absl::StartsWith(f.rule, absl::StrCat(report->from.id, "@")) &&
           f.state != Grant::State::kRevoked && report->Concerns(f.provider) &&
           f.end_time > report->desk.Now();
  };
  SHAREWAY_ASSIGN_OR_RETURN(
      const Page<Grant> grants,
      report->desk.store().ListGrants(report->desk.OwnersFor(report->actor), after, limit, want));
  for (const Stored<Grant>& grant : grants.values) {
    const Grant::Fields& f = grant.value.fields();
    SHAREWAY_ASSIGN_OR_RETURN(const bool has, HasUseRecords(report->desk, f.name));
    if (has || !report->to.usage_record_years) continue;
    report->Add({.kind = MigrationItem::Kind::kGrantWithoutRecord,
                 .subject = f.name,
                 .provider = f.provider,
                 .present = absl::StrCat("granted under ", f.rule),
                 .wanted = absl::StrCat("records of use, kept ", *report->to.usage_record_years,
                                        " years"),
                 .fields = {"use_records"},
                 .article = report->to.articles.use_records});
  }
  return grants.next;
}

absl::StatusOr<std::string> AddRequests(Report* report, const std::string& after, int limit) {
  const auto want = [&](const Request& request) {
    return report->Concerns(request.fields().provider) &&
           AskedOf(request, report->from, report->to).has_value();
  };
  SHAREWAY_ASSIGN_OR_RETURN(const Page<Request> requests,
                            report->desk.store().ListRequests(
                                report->desk.OwnersFor(report->actor), after, limit, want));
  for (const Stored<Request>& request : requests.values) {
    report->Add(*AskedOf(request.value, report->from, report->to));
  }
  return requests.next;
}

}  // namespace

absl::StatusOr<Page<MigrationItem>> CompareProfiles(const Desk& desk, const Actor& actor,
                                             const std::string& from, const std::string& to,
                                             const std::string& cursor, int limit) {
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Profile* old_text, FindProfile(desk, from, "from"));
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Profile* new_text, FindProfile(desk, to, "to"));
  if (old_text == new_text) return Error::Field("to", absl::StrCat(to, " is `from` as well"));
  Report report{desk, actor, *old_text, *new_text};
  char section = cursor.empty() ? kTerms : cursor[0];
  std::string after = cursor.empty() ? "" : cursor.substr(1);
  if (section == kTerms) {
    for (MigrationItem& matter : ChangedTerms(*old_text, *new_text)) report.Add(std::move(matter));
    report.page.next = std::string(1, kResources);  // terms are few: they are one page
    return std::move(report.page);
  }
  if (section == kResources) {
    SHAREWAY_ASSIGN_OR_RETURN(after, AddResources(&report, after, limit));
    report.page.next = after.empty() ? std::string(1, kGrants) : kResources + after;
    return std::move(report.page);
  }
  if (section == kGrants) {
    SHAREWAY_ASSIGN_OR_RETURN(after, AddGrants(&report, after, limit));
    report.page.next = after.empty() ? std::string(1, kRequests) : kGrants + after;
    return std::move(report.page);
  }
  SHAREWAY_ASSIGN_OR_RETURN(after, AddRequests(&report, after, limit));
  report.page.next = after.empty() ? "" : kRequests + after;
  return std::move(report.page);
}

}  // namespace shareway::sharing
