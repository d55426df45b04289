// SPDX-License-Identifier: Apache-2.0
// What people print: the record of a decision, and the proof of a piece of evidence.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/rpc/channel.h"
#include "services/console/gateway/message.h"

namespace shareway::console {

// Pages without scripts, in the language that ?lang= names or the browser prefers:
//   /print/requests/{r}      a request, its decision, law, dates, steps, and their proof in the log
//   /print/evidence/{index}  an entry of the log, its inclusion proof and the checkpoint
// All that is shown is what the services tell the person by the same calls that everybody makes
// (GetRequest, SearchEntries, GetEntries, GetInclusionProof, GetCheckpoint): whoever may not read by
// those reads nothing here. ?inspected=agencies/{a} goes along as for any call of a supervisor. Nothing
// is kept by a cache. Thread-safe.
class PrintPages {
 public:
  using Targets = std::map<std::string, std::shared_ptr<rpc::Channel>, std::less<>>;
  // Of `targets`, sharing and audit are asked; without one of them its part is refused.
  PrintPages(Targets targets, const Clock* clock) : targets_(std::move(targets)), clock_(clock) {}

  // `caller`: the options of calls in the person's name, or why there is none. May block, for as
  // long as four calls. An HTML page in any case, with the status of its refusal.
  HttpAnswer Answer(const HttpRequest& request,
                    const absl::StatusOr<rpc::CallOptions>& caller) const;

 private:
  const Targets targets_;
  const Clock* const clock_;
};

}  // namespace shareway::console
