// SPDX-License-Identifier: Apache-2.0
// The act behind a hold that a node files: whose word it is, and of what.
#pragma once

#include "absl/status/status.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/relying_party.h"
#include "libs/rpc/directory.h"
#include "services/sharing/store/node_store.h"

namespace shareway::sharing {

// OK if the act of `hold` is one of SourceService.Hold of the same subject, `held` and reason, by a
// person of the hold's agency who stands and may use that method today, with a key that is ACTIVE
// and was valid when it signed; if it is an authenticator's, on a page of `party`, null: it is
// refused. Of any age: a node files when it can. PERMISSION_DENIED, ACT_INVALID, otherwise.
absl::Status CheckHoldAct(const FiledHold& hold, const rpc::Directory& directory,
                          const crypto::RelyingParty* party, crypto::BatchVerifier* verifier);

}  // namespace shareway::sharing
