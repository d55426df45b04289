// SPDX-License-Identifier: Apache-2.0
// What an attachment can belong to.
#include "services/sharing/subjects.h"

#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/store/correction_codec.h"
#include "services/sharing/store/grant_life_codec.h"
#include "services/sharing/store/notice_codec.h"
#include "services/sharing/store/service_codec.h"
#include "services/sharing/store/supervision_codec.h"

namespace shareway::sharing {
namespace {

absl::StatusOr<Subject> OfRequest(const Desk& desk, const Actor& actor, absl::string_view name) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> request, desk.store().LoadRequest(name));
  const Request::Fields& f = request.value.fields();
  if (!request.value.VisibleTo(actor, desk.PartiesOf(f.consumer, f.provider))) {
    return Error::NotVisible(name);
  }
  Subject subject{f.consumer, f.provider, f.profile, request.value.Readers()};
  subject.answer_waits = f.state == Request::State::kDecided;
  return subject;
}

absl::StatusOr<Subject> OfGrant(const Desk& desk, const Actor& actor, absl::string_view name) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> grant, desk.store().LoadGrant(name));
  const Grant::Fields& f = grant.value.fields();
  if (!desk.PartiesOf(f.consumer, f.provider).Knows(actor)) return Error::NotVisible(name);
  const std::string profile = f.rule.substr(0, f.rule.find(' '));
  return Subject{f.consumer, f.provider, profile, {f.consumer, f.provider}};
}

absl::StatusOr<Subject> OfDispute(const Desk& desk, const Actor& actor, absl::string_view name) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Dispute> dispute, desk.store().LoadDispute(name));
  const Dispute::Fields& f = dispute.value.fields();
  if (!dispute.value.VisibleTo(actor, desk.PartiesOf(f.consumer, f.provider))) {
    return Error::NotVisible(name);
  }
  return Subject{f.consumer, f.provider, f.profile, {f.consumer, f.provider}};
}

}  // namespace

Subjects::Subjects(const Desk* desk) : desk_(desk) {
  const auto add = [&](const char* collection, auto find) {
    finders_[collection] = [desk, collection, find](const Actor& actor, absl::string_view name) {
      const absl::Status named = Desk::CheckName(collection, name);
      return named.ok() ? find(*desk, actor, name) : absl::StatusOr<Subject>(named);
    };
  };
  add("requests", OfRequest);
  add("grants", OfGrant);
  add("disputes", OfDispute);
  Add<Correction>();
  Add<Demand>();
  Add<Notice>();
  Add<Disposal>();
  Add<ServiceChange>();
  Add<Finding>();
  Add<Inquiry>();
  Add<Complaint>();
  Add<Incident>();
}

absl::StatusOr<Subject> Subjects::Find(const Actor& actor, absl::string_view name) const {
  const auto finder = finders_.find(name.substr(0, name.find('/')));
  if (finder == finders_.end()) return Error::NotVisible(name);
  absl::StatusOr<Subject> subject = finder->second(actor, name);
  if (absl::IsNotFound(subject.status())) return Error::NotVisible(name);
  return subject;
}

}  // namespace shareway::sharing
