// SPDX-License-Identifier: Apache-2.0
// 预先同意: the provider's head agrees beforehand to requests for a resource.
#include "services/sharing/domain/consent.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {

bool Consent::Answers(const Resource& asked) const {
  return !withdraw_time && asked.name == resource &&
         asked.share_class == ShareClass::kUnconditional;
}

absl::StatusOr<Consent> GiveConsent(const Actor& actor, const Resource& resource,
                                    std::string name, std::string act, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  if (resource.share_class != ShareClass::kUnconditional) {
    return absl::Status(
        Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
              absl::StrCat(resource.name, " is ", ShareClassName(resource.share_class),
                           "; a standing consent is for UNCONDITIONAL resources (R25 21)"))
            .With("resource", resource.name)
            .With("share_class", ShareClassName(resource.share_class)));
  }
  return Consent{.name = std::move(name),
                 .resource = resource.name,
                 .provider = resource.provider,
                 .signer = actor.name,
                 .act = std::move(act),
                 .create_time = now,
                 .withdraw_time = {}};
}

absl::StatusOr<Consent> WithdrawConsent(const Consent& consent, absl::Time now) {
  if (consent.withdraw_time) return WrongState(consent.name, "withdrawn", "a live consent");
  Consent next = consent;
  next.withdraw_time = now;
  return next;
}

}  // namespace shareway::sharing
