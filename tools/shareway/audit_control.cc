// SPDX-License-Identifier: Apache-2.0
// Flags into requests of AuditService.
#include "tools/shareway/audit_control.h"

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

constexpr char kService[] = "/shareway.audit.v1.AuditService/";

struct ControlArgs {
  std::string name, why;
  int32_t exchange_days = -1;  // none: what nobody proposes
  int32_t calls_days = -1;
  bool stop = false;
};

absl::Status Propose(Session* session, const audit::v1::ProposeControlRequest& propose) {
  return session->Show<audit::v1::Control>(absl::StrCat(kService, "ProposeControl"), propose);
}

absl::Status ProposeStop(Session* session, const ControlArgs& args) {
  audit::v1::ProposeControlRequest propose;
  propose.set_stop(true);
  propose.set_reason(args.why);
  return Propose(session, propose);
}

absl::Status ProposeRetention(Session* session, const ControlArgs& args) {
  audit::v1::ProposeControlRequest propose;
  propose.mutable_retention()->set_exchange_days(args.exchange_days);
  propose.mutable_retention()->set_calls_days(args.calls_days);
  propose.set_reason(args.why);
  return Propose(session, propose);
}

// The person types what is to be done again: nobody signs a digest alone.
absl::Status Confirm(Session* session, const ControlArgs& args) {
  audit::v1::ConfirmControlRequest confirm;
  confirm.set_name(FullName("controls", args.name));
  confirm.set_stop(args.stop);
  if (!args.stop) {
    confirm.mutable_retention()->set_exchange_days(args.exchange_days);
    confirm.mutable_retention()->set_calls_days(args.calls_days);
  }
  return session->Show<audit::v1::Control>(absl::StrCat(kService, "ConfirmControl"), confirm);
}

absl::Status PrintControls(Session* session) {
  return session->Show<audit::v1::GetControlsResponse>(absl::StrCat(kService, "GetControls"),
                                                       audit::v1::GetControlsRequest());
}

}  // namespace

void AddControlCommands(CLI::App* audit, Session* session) {
  auto args = std::make_shared<ControlArgs>();
  CLI::App* stop = Verb(audit, session, "propose-stop",
                        "Propose to stop the log; a second administrator confirms within an hour",
                        [=] { return ProposeStop(session, *args); });
  stop->add_option("--reason", args->why, "Why")->required();

  CLI::App* retention = Verb(audit, session, "propose-retention",
                             "Propose how long the log keeps records; confirmed in the same way",
                             [=] { return ProposeRetention(session, *args); });
  retention
      ->add_option("--exchange-days", args->exchange_days,
                   "Records of exchanges: at least 1096; 0: for ever")
      ->required();
  retention
      ->add_option("--calls-days", args->calls_days,
                   "Records of refused calls: at least 184; 0: for ever")
      ->required();
  retention->add_option("--reason", args->why, "Why")->required();

  CLI::App* confirm =
      Verb(audit, session, "confirm", "Confirm what another administrator proposed: see `controls`",
           [=] { return Confirm(session, *args); });
  confirm->add_option("NAME", args->name, "controls/{c}")->required();
  CLI::Option* days =
      confirm->add_option("--exchange-days", args->exchange_days, "As it was proposed");
  CLI::Option* calls = confirm->add_option("--calls-days", args->calls_days, "As it was proposed");
  days->needs(calls);
  calls->needs(days);
  confirm->add_flag("--stop", args->stop, "It is a stop")->excludes(days)->excludes(calls);

  Verb(audit, session, "controls", "The retention in force, and proposals that wait",
       [=] { return PrintControls(session); });
}

}  // namespace shareway::cli
