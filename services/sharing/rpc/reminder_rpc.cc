// SPDX-License-Identifier: Apache-2.0
// The adapter of ReminderService.
#include "services/sharing/rpc/reminder_rpc.h"

#include <memory>
#include <string>

#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

static_assert(static_cast<int>(Reminder::What::kGrantExpiring) == v1::Reminder::GRANT_EXPIRING);

void ToProto(const Reminder& reminder, v1::Reminder* out) {
  out->set_key(reminder.key);
  out->set_stage(reminder.stage);
  out->set_what(static_cast<v1::Reminder::What>(reminder.what));
  out->set_subject(reminder.subject);
  out->set_title(reminder.title);
  out->set_due_date(reminder.due);
}

}  // namespace

void ReminderRpc::Register(rpc::Server* server) {
  server->Unary<v1::ListRemindersRequest, v1::ListRemindersResponse>(
      "/shareway.sharing.v1.ReminderService/ListReminders",
      [this](const rpc::Call&, const v1::ListRemindersRequest& request) { return List(request); });
}

absl::StatusOr<Actor> ReminderRpc::Receiver(const std::string& name) const {
  const std::shared_ptr<const rpc::Directory> now = directory_->Get();
  if (HasForm("agencies/{a}", name)) {
    const catalog::v1::Agency* agency = now->agency(name);
    if (agency == nullptr || agency->standing() != catalog::v1::ACTIVE) {
      return Error::NotVisible(name);
    }
    return Actor{.name = name,
                 .agency = name,
                 .applicant = true,
                 .head = true,
                 .reviewer = true,
                 .officer = true};
  }
  if (!HasForm("people/{p}", name)) {
    return Error::Field("receiver", "is neither people/{p} nor agencies/{a}");
  }
  const catalog::v1::Person* person = now->person(name);
  if (person == nullptr || !now->Stands(name)) return Error::NotVisible(name);
  rpc::Caller caller;
  caller.identity.name = name;
  caller.agency = person->agency();
  for (const int role : person->roles()) caller.roles.push_back(static_cast<Role>(role));
  return delegations_->InPosts(ActorOf(caller));
}

absl::StatusOr<v1::ListRemindersResponse> ReminderRpc::List(
    const v1::ListRemindersRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Actor actor, Receiver(request.receiver()));
  SHAREWAY_ASSIGN_OR_RETURN(const Reminders::Outlook outlook,
                            reminders_.For(actor, request.cursor()));
  v1::ListRemindersResponse out;
  for (const Reminder& reminder : outlook.standing) ToProto(reminder, out.add_standing());
  out.set_more_standing(outlook.more);
  for (const Reminder& reminder : outlook.changes) ToProto(reminder, out.add_changes());
  out.set_cursor(outlook.cursor);
  out.set_working_day(outlook.working_day);
  return out;
}

}  // namespace shareway::sharing
