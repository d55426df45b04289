// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/rpc/sharing_api.h"

#include <utility>
#include <vector>

#include "libs/crypto/batch.h"
#include "libs/log/log.h"
#include "services/sharing/requests/attachments.h"
#include "services/sharing/requests/comments.h"
#include "services/sharing/rpc/attachment_rpc.h"
#include "services/sharing/rpc/correction_rpc.h"
#include "services/sharing/rpc/delegation_rpc.h"
#include "services/sharing/rpc/demand_rpc.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/dispute_rpc.h"
#include "services/sharing/rpc/feedback_rpc.h"
#include "services/sharing/rpc/finding_rpc.h"
#include "services/sharing/rpc/grant_life_rpc.h"
#include "services/sharing/rpc/grant_rpc.h"
#include "services/sharing/rpc/hold_act.h"
#include "services/sharing/rpc/inbox_rpc.h"
#include "services/sharing/rpc/incident_rpc.h"
#include "services/sharing/rpc/node_rpc.h"
#include "services/sharing/rpc/reminder_rpc.h"
#include "services/sharing/rpc/request_rpc.h"
#include "services/sharing/rpc/statute_rpc.h"
#include "services/sharing/rpc/supervision_rpc.h"
#include "services/sharing/subjects.h"

namespace shareway::sharing {

// Use cases first, in the order in which one rests on another; then an adapter for each.
struct SharingApi::Calls {
  explicit Calls(SharingParts given) : parts(std::move(given)) {}

  const SharingParts parts;
  const Desk* const desk = parts.desk;
  const rpc::DirectoryHolder* const directory = parts.directory;
  const Nodes::Serves serves = [this](absl::string_view node, absl::string_view agency) {
    return directory->Get()->Serves(node, agency);
  };
  crypto::BatchVerifier acts;
  const Transitions transitions{parts.metrics};

  const Subjects subjects{desk};
  Attachments attachments{desk, &subjects, parts.attachment_key};
  Sharing sharing{desk};
  Grants grants{desk};
  Disputes disputes{desk, &sharing};
  Nodes nodes{desk, parts.node_store, serves, [this](const FiledHold& hold) {
                const auto& party = parts.act_party;
                return CheckHoldAct(hold, *directory->Get(), party ? &*party : nullptr, &acts);
              }};
  const Corrections corrections{desk, serves};
  const Demands demands{desk};
  Delegations delegations{desk, PersonsOf(directory)};
  Comments comments{desk, &sharing};

  RequestRpc request_rpc{desk, &sharing, &delegations, directory, &transitions};
  InboxRpc inbox_rpc{desk, &sharing, &comments, &delegations, &transitions};
  DelegationRpc delegation_rpc{desk, &delegations};
  ReminderRpc reminder_rpc{desk, &delegations, directory};
  StatuteRpc statute_rpc{desk, parts.statutes};
  AttachmentRpc attachment_rpc{&attachments};
  GrantRpc grant_rpc{desk, &grants, directory, &transitions};
  GrantLifeRpc grant_life_rpc{desk, &transitions};
  DisputeRpc dispute_rpc{desk, &disputes, &transitions};
  CorrectionRpc correction_rpc{&corrections, directory, &transitions};
  DemandRpc demand_rpc{&demands, &transitions};
  SupervisionRpc supervision_rpc{desk};
  FindingRpc finding_rpc{desk, TitlesOf(directory), &transitions};
  FeedbackRpc feedback_rpc{desk, &transitions};
  IncidentRpc incident_rpc{desk, &transitions};
};

namespace {

// The roles of the posts that are lent to the person today. None if they cannot be read.
std::vector<Role> LentTo(const Delegations& delegations, const rpc::Caller& person) {
  std::vector<Role> lent;
  const absl::StatusOr<Actor> actor = delegations.InPosts(ActorOf(person));
  if (!actor.ok()) {
    log::Warn("delegations-unread", {{"person", person.name()}, {"status", actor.status()}});
    return lent;
  }
  if (!actor->head_for.empty()) lent.push_back(SHARING_HEAD);
  if (!actor->reviewer_for.empty()) lent.push_back(PROVIDER_REVIEWER);
  return lent;
}

}  // namespace

SharingApi::SharingApi(SharingParts parts, rpc::Server* server)
    : calls_(std::make_unique<Calls>(std::move(parts))) {
  Calls& calls = *calls_;
  server->SetLent(
      [&calls](const rpc::Caller& person) { return LentTo(calls.delegations, person); });
  calls.request_rpc.Register(server);
  calls.inbox_rpc.Register(server);
  calls.delegation_rpc.Register(server);
  calls.reminder_rpc.Register(server);
  calls.statute_rpc.Register(server);
  calls.attachment_rpc.Register(server);
  calls.grant_rpc.Register(server);
  calls.grant_life_rpc.Register(server);
  calls.dispute_rpc.Register(server);
  calls.correction_rpc.Register(server);
  calls.demand_rpc.Register(server);
  calls.supervision_rpc.Register(server);
  calls.finding_rpc.Register(server);
  calls.feedback_rpc.Register(server);
  calls.incident_rpc.Register(server);
  RegisterNodes(&calls.nodes, server);
}

SharingApi::~SharingApi() = default;

Grants* SharingApi::grants() { return &calls_->grants; }

}  // namespace shareway::sharing
