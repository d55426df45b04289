// SPDX-License-Identifier: Apache-2.0
// shareway doctor, completion: for those who run it.
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/evidence/record.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "shareway/exchange/v1/exchange_service.pb.h"
#include "shareway/sharing/v1/statute.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/completion.h"

namespace shareway::cli {
namespace {

constexpr absl::Duration kExpiresSoon = absl::Hours(24 * 14);
// Acts are refused beyond 5 minutes, leases end at 1 second.
constexpr absl::Duration kMaxClockDifference = absl::Seconds(2);

// The findings of a doctor, one line each.
class Doctor {
 public:
  explicit Doctor(Session* session) : session_(session) {}

  absl::Status Run() {
    CheckCertificate();
    CheckPeer("catalog", "/shareway.catalog.v1.DirectoryService/ListAgencies",
              catalog::v1::ListAgenciesRequest(), catalog::v1::ListAgenciesResponse());
    CheckPeer("sharing", "/shareway.sharing.v1.StatuteService/ListProfiles",
              sharing::v1::ListProfilesRequest(), sharing::v1::ListProfilesResponse());
    CheckPeer("audit", "/shareway.audit.v1.AuditService/GetCheckpoint",
              audit::v1::GetCheckpointRequest(), audit::v1::Checkpoint());
    CheckPeer("node", "/shareway.exchange.v1.ExchangeService/ListGrants",
              exchange::v1::ListGrantsRequest(), exchange::v1::ListGrantsResponse());
    session_->Print(findings_, {{"CHECK", "check"}, {"RESULT", "result"}, {"FOUND", "found"}});
    return bad_ ? FailedQuietly() : absl::OkStatus();
  }

 private:
  void Find(absl::string_view check, bool good, absl::string_view found) {
    bad_ = bad_ || !good;
    findings_.push_back({{"check", std::string(check)},
                         {"result", good ? "ok" : "bad"},
                         {"found", std::string(found)}});
  }

  void CheckCertificate() {
    const absl::StatusOr<crypto::CertificateFacts> facts = session_->Certificate();
    if (!facts.ok()) return Find("certificate", false, facts.status().message());
    const absl::Time now = SystemClock().Now();
    const absl::Duration left = facts->end - now;
    Find("certificate", facts->start <= now && left > kExpiresSoon,
         absl::StrCat(facts->identity.uri(), ", ", absl::ToInt64Hours(left) / 24, " days left"));
  }

  // A refusal is an answer: the service is there and knows who asks.
  template <typename Req, typename Resp>
  void CheckPeer(const std::string& name, const std::string& path, Req request, Resp response) {
    const absl::StatusOr<std::string> address = session_->SettingOrEmpty(name);
    if (!address.ok() || address->empty()) return;
    if constexpr (!std::is_same_v<Resp, audit::v1::Checkpoint>) request.set_page_size(1);
    const absl::Time sent = SystemClock().Now();
    const absl::Status status = session_->Invoke(path, request, &response);
    const absl::Duration took = SystemClock().Now() - sent;
    const bool there = status.ok() || absl::IsPermissionDenied(status);
    Find(name, there,
         there ? absl::StrCat(*address, ", ", absl::ToInt64Milliseconds(took), " ms")
               : absl::StrCat(*address, ": ", status.message()));
    if constexpr (std::is_same_v<Resp, audit::v1::Checkpoint>) {
      if (status.ok()) CheckCheckpoint(response);
    }
  }

  void CheckCheckpoint(const audit::v1::Checkpoint& checkpoint) {
    const absl::Duration age = SystemClock().Now() - evidence::FromTimestamp(checkpoint.time());
    Find("checkpoint", age > -kMaxClockDifference,
         age > -kMaxClockDifference
             ? absl::StrCat(checkpoint.size(), " entries, signed ",
                            absl::FormatDuration(absl::Trunc(age, absl::Seconds(1))), " ago")
             : absl::StrCat("signed ", absl::FormatDuration(-age),
                            " in the future: the clocks of audit and this machine differ"));
  }

  Session* const session_;
  Json findings_ = Json::array();
  bool bad_ = false;
};

}  // namespace

void AddOperationCommands(CLI::App* app, Session* session) {
  auto text = std::make_shared<std::string>();
  AddFsckCommand(app, session);
  Verb(app, session, "doctor", "Certificate, services and clocks; exit 1 if any is bad",
       [=] { return Doctor(session).Run(); });
  Verb(app, session, "completion", "A completion script for your shell",
       [=] {
         *session->out << Completion(*text, *app);
         return absl::OkStatus();
       })
      ->add_option("SHELL", *text)
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace shareway::cli
