// SPDX-License-Identifier: Apache-2.0
// What every case of the service needs.
#include "services/sharing/desk.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/crypto/hash.h"

namespace shareway::sharing {

std::string Errand::act_bytes() const { return act ? act->SerializeAsString() : std::string(); }

Parties Desk::PartiesOf(absl::string_view consumer, absl::string_view provider) const {
  const auto find = [this](absl::string_view name) {
    std::optional<Agency> agency = find_agency_(name);
    return agency ? *std::move(agency) : Agency{.name = std::string(name)};
  };
  return Parties{find(consumer), find(provider)};
}

std::vector<std::string> Desk::Owners(const Parties& parties) {
  std::vector<std::string> owners = {parties.consumer.name, parties.provider.name,
                                     parties.consumer.authority.name,
                                     parties.provider.authority.name};
  std::sort(owners.begin(), owners.end());
  owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
  owners.erase(std::remove(owners.begin(), owners.end(), ""), owners.end());
  return owners;
}

std::vector<std::string> Desk::OwnersFor(const Actor& actor) const {
  std::vector<std::string> owners = {actor.agency};
  const std::optional<Agency> agency = find_agency_(actor.agency);
  if (agency && (actor.officer || actor.recorder) && agency->authority.agency == actor.agency) {
    owners.push_back(agency->authority.name);
  }
  return owners;
}

absl::StatusOr<StatuteText> Desk::TextOf(const Agency& provider) const {
  return TextCited(provider.authority.profile.empty() ? default_profile_
                                                      : provider.authority.profile);
}

absl::StatusOr<StatuteText> Desk::TextCited(absl::string_view cited) const {
  const absl::string_view id = cited.substr(0, cited.find('@'));
  absl::StatusOr<const statute::Profile*> profile = profiles_->Find(id);
  if (!profile.ok()) {
    return absl::Status(Error(Reason::kNotSupported, absl::StatusCode::kFailedPrecondition,
                              profile.status().message())
                            .With("profile", id));
  }
  return StatuteText{*profile, calendars_->Get()};
}

absl::StatusOr<Stored<Resource>> Desk::LoadResource(absl::string_view name) const {
  SHAREWAY_RETURN_IF_ERROR(CheckName("resources", name));
  absl::StatusOr<Stored<Resource>> resource = store_->LoadResource(name);
  if (absl::IsNotFound(resource.status())) return Error::NotVisible(name);
  return resource;
}

std::string Desk::NewName(absl::string_view collection) {
  return absl::StrCat(collection, "/", IdFromRandom(crypto::RandomBytes(15)));
}

absl::Status Desk::CheckName(absl::string_view collection, absl::string_view name) {
  const absl::Status form = ParseName(absl::StrCat(collection, "/{id}"), name).status();
  return form.ok() ? form : Error::Field("name", form.message());
}

std::string Desk::EtagOf(uint64_t version) { return absl::StrCat("v", version); }

absl::Status Desk::CheckEtag(absl::string_view etag, absl::string_view name, uint64_t version) {
  if (etag.empty()) {
    return Error::Field("etag", "is empty, want the etag of what you have seen");
  }
  if (etag == EtagOf(version)) return absl::OkStatus();
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               absl::StrCat(name, " has etag ", EtagOf(version), " now"))
      .With("name", name)
      .With("etag", EtagOf(version));
}

evidence::AuditRecord Desk::Event(evidence::RecordKind kind, const Errand& errand,
                                  const Parties& parties, absl::string_view object) const {
  evidence::AuditRecord event;
  event.set_kind(kind);
  *event.mutable_time() = evidence::ToTimestamp(Now());
  for (const std::string* side : {&parties.consumer.name, &parties.provider.name}) {
    if (side->empty() || (event.agencies_size() == 1 && event.agencies(0) == *side)) continue;
    event.add_agencies(*side);
  }
  event.set_object(std::string(object));
  event.set_traceparent(errand.traceparent);
  return event;
}

void Desk::TellOnly(const std::vector<std::string>& readers, evidence::AuditRecord* event) {
  event->clear_agencies();
  for (const std::string& agency : readers) {
    const auto& told = event->agencies();
    if (agency.empty() || std::find(told.begin(), told.end(), agency) != told.end()) continue;
    event->add_agencies(agency);
  }
}

void Desk::TellOnly(const Request& request, evidence::AuditRecord* event) {
  TellOnly(request.Readers(), event);
}

}  // namespace shareway::sharing
