// SPDX-License-Identifier: Apache-2.0
// shareway-console: accounts, sessions and what each person was granted.
#include <memory>
#include <utility>

#include "absl/flags/flag.h"
#include "libs/app/app.h"
#include "libs/base/status.h"
#include "services/console/flags.h"
#include "services/console/rpc/console_api.h"
#include "services/console/rpc/directory_view.h"
#include "services/console/rpc/opening.h"
#include "services/console/rpc/web.h"
#include "services/console/upkeep.h"

ABSL_FLAG(std::string, first_codes, "",
          "File to write three one-time codes to, while there is no account: ROLE CODE a line.");
ABSL_FLAG(std::string, factor_key, "",
          "File with the key of TOTP secrets: 32 bytes, or 64 hexadecimal digits.");
ABSL_FLAG(std::string, protection, "mlps3",
          "mlps3: administrators need a cryptographic second factor; basic: any.");
ABSL_FLAG(std::vector<std::string>, webauthn_origins, {},
          "Origins of the console's own pages, on which authenticators sign people in; none of "
          "--act_origins.");

namespace shareway::console {

// Declared first is torn down last: the server drains before the store closes.
absl::Status Serve() {
  SHAREWAY_ASSIGN_OR_RETURN(app::Process process, app::Process::Open(app::OptionsFromFlags()));
  SHAREWAY_ASSIGN_OR_RETURN(const app::Evidence evidence, app::Evidence::Open(process));
  SHAREWAY_ASSIGN_OR_RETURN(ConsoleStore store,
                            ConsoleStore::Open(process.store.get(), evidence.outbox.get()));
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<Passwords> passwords, Passwords::Open());
  SHAREWAY_ASSIGN_OR_RETURN(Desk::Parts parts,
                            PartsFrom({.factor_key = absl::GetFlag(FLAGS_factor_key),
                                       .protection = absl::GetFlag(FLAGS_protection),
                                       .webauthn_id = process.options.webauthn_id,
                                       .origins = absl::GetFlag(FLAGS_webauthn_origins),
                                       .act_origins = process.options.act_origins}));
  Timekeeper time(&SystemClock(), store.latest());
  parts.store = &store;
  parts.time = &time;
  parts.passwords = passwords.get();
  parts.people = PeopleOf(process.directory.get(), &SystemClock());
  const Desk desk(std::move(parts));
  ConsoleApi api(&desk, process.directory.get(), process.act_party);
  SHAREWAY_RETURN_IF_ERROR(FirstStart(api.accounts(), absl::GetFlag(FLAGS_first_codes)));
  api.Register(process.server.get());
  SHAREWAY_ASSIGN_OR_RETURN(auto catalog, process.Connect(process.options.catalog, "catalog"));
  const rpc::DirectoryFeed feed(catalog, process.store.get(), process.directory.get());
  UpkeepLoop upkeep(&desk);
  const Opening opening(
      process.server.get(), [&] { return feed.caught_up(); }, [&] { upkeep.Start(); },
      [&] { return evidence.drain ? evidence.drain->rolled_back() : false; });
  SHAREWAY_ASSIGN_OR_RETURN(Web::Options pages, Web::OptionsFromFlags(process.tls));
  pages.sessions = &api.sessions();
  std::unique_ptr<Web> web;
  const absl::Status served = app::Serve(&process, [&]() -> absl::Status {
    if (pages.listen.empty()) return absl::OkStatus();
    Web::Targets targets = {{"catalog", catalog}};
    SHAREWAY_ASSIGN_OR_RETURN(targets["sharing"], process.Connect(pages.sharing, "sharing"));
    if (!process.options.audit.empty()) {
      SHAREWAY_ASSIGN_OR_RETURN(targets["audit"], process.Connect(process.options.audit, "audit"));
    }
    SHAREWAY_ASSIGN_OR_RETURN(
        targets["console"],
        process.Connect(OwnAddress(process.options.listen, process.server->port()), "console"));
    SHAREWAY_ASSIGN_OR_RETURN(web, Web::Open(pages, std::move(targets), process.metrics.get()));
    return absl::OkStatus();
  });
  web.reset();  // its calls end before the server that answers them
  process.server->Drain();
  return served;
}

}  // namespace shareway::console

int main(int argc, char** argv) {
  return shareway::app::Main(argc, argv, "console", shareway::console::Serve);
}
