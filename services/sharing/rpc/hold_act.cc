// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/rpc/hold_act.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/rpc/gate.h"
#include "libs/rpc/signed_act.h"
#include "shareway/exchange/v1/exchange_service.pb.h"

namespace shareway::sharing {
namespace {

constexpr char kMethod[] = "/shareway.exchange.v1.SourceService/Hold";

absl::Status Invalid(absl::string_view why) {
  return Error(Reason::kActInvalid, absl::StatusCode::kPermissionDenied, why);
}

// The node's own gate asked the same before it took the act.
absl::Status CheckPerson(const std::string& name, const std::string& agency,
                         const rpc::Directory& directory) {
  const catalog::v1::Person* person = directory.person(name);
  if (person == nullptr || person->agency() != agency || !directory.Stands(name)) {
    return Invalid(absl::StrCat("the act is by ", name, ", want a person of ", agency,
                                " who stands"));
  }
  std::vector<Role> roles;
  for (const int role : person->roles()) roles.push_back(static_cast<Role>(role));
  const auto* method = exchange::v1::HoldRequest::descriptor()
                           ->file()
                           ->FindServiceByName("SourceService")
                           ->FindMethodByName("Hold");
  if (!rpc::Gate::HasRole(method->options().GetExtension(policy), roles)) {
    return Invalid(absl::StrCat("the act is by ", name, ", who has no role that may hold"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckHoldAct(const FiledHold& hold, const rpc::Directory& directory,
                          const crypto::RelyingParty* party, crypto::BatchVerifier* verifier) {
  evidence::SignedAct signed_act;
  if (!signed_act.ParseFromString(hold.act)) return Invalid("the act does not parse");
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::v1::Act act,
                            rpc::VerifyTakenAct(signed_act, kMethod, directory, party, verifier));
  SHAREWAY_RETURN_IF_ERROR(CheckPerson(act.person(), hold.agency, directory));
  exchange::v1::HoldRequest asked;
  if (!asked.ParseFromString(act.request())) return Invalid("the act's request does not parse");
  if (asked.subject() != hold.subject || asked.held() != hold.held ||
      asked.reason() != hold.reason) {
    return Invalid(absl::StrCat("the act is for ", asked.subject(),
                                asked.held() ? ", held" : ", released",
                                ": subject, held and reason filed are others"));
  }
  return absl::OkStatus();
}

}  // namespace shareway::sharing
