// SPDX-License-Identifier: Apache-2.0
// The notice of each publication to everybody (R25 16), kept for ever.
//
// Keys:
//   notice/p/{~time}{r}/{n} -> Publication of revision n (4 bytes big-endian); {~time} is the
//                              complement of microseconds, 8 bytes big-endian: newest first
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/cause.h"

namespace shareway::catalog {

// Adds the notice to the batch that publishes `resource`, whose publish_time it takes. A null cause
// names nobody.
void PutPublication(const v1::Resource& resource, const Cause* cause, kv::Batch* batch);

// Offers notices from the newest on, or after `cursor`, to `visit` until it answers false or those
// before `since` come. The cursor of one is its key. DATA_LOSS if one cannot be read.
absl::Status VisitPublications(
    const kv::Store& kv, absl::string_view cursor, absl::Time since,
    absl::FunctionRef<bool(absl::string_view key, const v1::Publication&)> visit);

}  // namespace shareway::catalog
