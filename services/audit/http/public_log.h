// SPDX-License-Identifier: Apache-2.0
// What outsiders check the log by: its pages over HTTP, and the daily stamp.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "libs/metrics/registry.h"
#include "services/audit/audit.h"
#include "services/audit/http/http_server.h"
#include "services/audit/http/log_pages.h"
#include "services/audit/own_record.h"
#include "services/audit/stamp.h"
#include "services/audit/start_gate.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/witnesses.h"

namespace shareway::audit {

// Both parts are off unless their flags are given:
//   --http ADDRESS:PORT        C2SP tlog-tiles below /log (log_pages.h); port 0: any
//   --http_port_file FILE      gets "PORT\n" once it listens
//   --tsa_url http://HOST/…    the timestamp authority, asked once a day (stamp.h)
//   --tsa_ca FILE              its certificate, or that of its root, PEM
class PublicLog {
 public:
  // All must outlive it.
  struct Parts {
    const Audit* audit = nullptr;
    const LogReader* reader = nullptr;
    const Witnesses* witnesses = nullptr;
    const StartGate* gate = nullptr;
    OwnRecords* own = nullptr;
    metrics::Registry* metrics = nullptr;
  };
  // INVALID_ARGUMENT, NOT_FOUND or UNAVAILABLE naming the flag that is wrong. Nothing is
  // shown or stamped before the log serves.
  static absl::StatusOr<std::unique_ptr<PublicLog>> OpenFromFlags(Parts parts);
  ~PublicLog();

 private:
  explicit PublicLog(Parts parts);
  absl::Status OpenPages();
  absl::Status OpenStamper();

  const Parts parts_;
  const LogPages pages_;
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<Stamper> stamper_;
  std::unique_ptr<StampThread> stamping_;
};

// When the newest CHECKPOINT_STAMPED of the service `producer` (a URI) was made; nothing if
// there is none.
absl::StatusOr<std::optional<absl::Time>> LastStamp(const LogReader& reader, const LogState& state,
                                                    absl::string_view origin,
                                                    absl::string_view producer);

}  // namespace shareway::audit
