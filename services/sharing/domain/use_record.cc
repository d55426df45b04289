// SPDX-License-Identifier: Apache-2.0
// 使用记录: what a consumer does with shared data, who looked at the records, and what went by hand.
#include "services/sharing/domain/use_record.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

constexpr size_t kDigestBytes = 32;

std::string Day(absl::CivilDay day) { return absl::FormatCivilTime(day); }

void CheckPerson(absl::string_view name, absl::string_view field,
                 std::vector<FieldViolation>* out) {
  if (HasForm("people/{p}", name)) return;
  out->push_back({std::string(field), absl::StrCat(codes::Quote(name), " is not people/{p}")});
}

absl::Status CheckUse(const UseRecord& use, const StatuteText& text, absl::CivilDay first,
                      absl::CivilDay today) {
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"scenario", use.scenario},
                                          {"process", use.process},
                                          {"effect", use.effect},
                                          {"storage", use.storage},
                                          {"destruction", use.destruction}},
                                         text.profile->cited()));
  std::vector<FieldViolation> out;
  CheckText(use.scenario, 1, 1000, "scenario", &out);
  CheckText(use.process, 1, 2000, "process", &out);
  CheckText(use.effect, 1, 1000, "effect", &out);
  CheckText(use.storage, 1, 1000, "storage", &out);
  CheckText(use.destruction, 1, 1000, "destruction", &out);
  if (use.start < first) {
    out.push_back({"start_date", absl::StrCat(Day(use.start), " is before the grant, ",
                                              Day(first))});
  }
  if (use.end < use.start || use.end > today) {
    out.push_back({"end_date", absl::StrCat(Day(use.end), " is not from ", Day(use.start), " to ",
                                            Day(today))});
  }
  return Error::Fields(out);
}

// A rule of a grant's state that is not a transition.
absl::Status WantActive(const Grant::Fields& grant) {
  if (grant.state == Grant::State::kActive) return absl::OkStatus();
  return WrongState(grant.name, Grant::StateName(grant.state), "ACTIVE");
}

absl::Status CheckHandedOver(const OfflineDelivery& delivery, const Grant::Fields& grant,
                             absl::CivilDay today) {
  std::vector<FieldViolation> out;
  if (delivery.medium == OfflineDelivery::Medium::kUnspecified) {
    out.push_back({"medium", "is unspecified"});
  }
  CheckText(delivery.label, 1, 100, "label", &out);
  if (delivery.digest.size() != kDigestBytes) {
    out.push_back({"digest", absl::StrCat("has ", delivery.digest.size(), " bytes, want ",
                                          kDigestBytes, " (SHA-256)")});
  }
  CheckPerson(delivery.giver, "giver", &out);
  CheckPerson(delivery.receiver, "receiver", &out);
  if (delivery.giver == delivery.receiver) {
    out.push_back({"receiver", "is the giver, want a person of the other side"});
  }
  const absl::CivilDay last =
      std::min(today, statute::LawDay(grant.end_time - absl::Nanoseconds(1)));
  if (delivery.day < statute::LawDay(grant.start_time) || delivery.day > last) {
    out.push_back({"delivery_date",
                   absl::StrCat(Day(delivery.day), " is not from ",
                                Day(statute::LawDay(grant.start_time)), " to ", Day(last))});
  }
  return Error::Fields(out);
}

}  // namespace

absl::StatusOr<UseRecord> ReportUse(UseRecord facts, const Grant& grant, const Actor& actor,
                                    const Parties& parties, const StatuteText& text,
                                    absl::Time now) {
  const Grant::Fields& f = grant.fields();
  if (!parties.OfConsumer(actor) || !actor.applicant) {
    return WrongPerson(f.name, "an applicant of the consumer (R25 29)");
  }
  if (f.state == Grant::State::kPendingTerms) {
    return WrongState(f.name, "PENDING_TERMS", "a grant that is or was in force");
  }
  const absl::CivilDay today = statute::LawDay(now);
  SHAREWAY_RETURN_IF_ERROR(CheckUse(facts, text, statute::LawDay(f.create_time), today));
  UseRecord use = std::move(facts);
  use.consumer = f.consumer;
  use.provider = f.provider;
  use.profile = text.profile->cited();
  use.grant = f.name;
  use.recorder = actor.name;
  use.create_time = now;
  if (const std::optional<int> years = text.profile->usage_record_years) {
    use.keep = absl::CivilDay(today.year() + *years, today.month(), today.day());
  }
  return use;
}

absl::StatusOr<UseInspection> InspectUse(const Grant& grant, const Actor& actor,
                                         const Parties& parties, absl::string_view reason,
                                         uint32_t records, const StatuteText& text,
                                         std::string name, absl::Time now) {
  const Grant::Fields& f = grant.fields();
  const bool provider = parties.OfProvider(actor) && (actor.reviewer || actor.head);
  if (!provider && !(parties.InCharge(actor) && actor.officer)) {
    return WrongPerson(f.name, "a reviewer or the head of the provider, or the authority (R25 29)");
  }
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, text.profile->cited()));
  std::vector<FieldViolation> out;
  CheckText(reason, 1, 500, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  return UseInspection{.name = std::move(name),
                       .consumer = f.consumer,
                       .provider = f.provider,
                       .profile = text.profile->cited(),
                       .grant = f.name,
                       .inspector = actor.agency,
                       .person = actor.name,
                       .reason = std::string(reason),
                       .records = records,
                       .create_time = now};
}

absl::StatusOr<OfflineDelivery> RecordOfflineDelivery(OfflineDelivery facts, const Grant& grant,
                                                      const Actor& actor, const Parties& parties,
                                                      const StatuteText& text, absl::Time now) {
  const Grant::Fields& f = grant.fields();
  if (!parties.OfProvider(actor) || !(actor.reviewer || actor.head)) {
    return WrongPerson(f.name, "a reviewer or the head of the provider (R25 22)");
  }
  SHAREWAY_RETURN_IF_ERROR(WantActive(f));
  if (std::find(f.methods.begin(), f.methods.end(), Method::kDownload) == f.methods.end()) {
    return absl::Status(Error(Reason::kMethodNotGranted, absl::StatusCode::kFailedPrecondition,
                              absl::StrCat(f.name, " does not grant DOWNLOAD, and a medium is one"))
                            .With("grant", f.name));
  }
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"label", facts.label}}, text.profile->cited()));
  SHAREWAY_RETURN_IF_ERROR(CheckHandedOver(facts, f, statute::LawDay(now)));
  OfflineDelivery delivery = std::move(facts);
  delivery.consumer = f.consumer;
  delivery.provider = f.provider;
  delivery.profile = text.profile->cited();
  delivery.grant = f.name;
  delivery.recorder = actor.name;
  delivery.create_time = now;
  return delivery;
}

}  // namespace shareway::sharing
