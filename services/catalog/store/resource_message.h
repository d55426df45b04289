// SPDX-License-Identifier: Apache-2.0
// Catalogue entries as messages, in the store, in the log and on the wire.
#pragma once

#include "services/catalog/domain/resource.h"
#include "services/catalog/domain/revision.h"
#include "services/catalog/store/catalog_record.pb.h"

namespace shareway::catalog {

// What a compiler writes; output-only fields are left out.
Entry EntryFrom(const v1::Resource& message);

// One face of `resource`, which must have it. Etag and available actions depend
// on the reader and are left out.
v1::Resource ToMessage(const Resource& resource, Resource::Face face);
v1::Resource ToMessage(absl::string_view name, const Resource::Published& published);

v1::Narrowing ToMessage(const Narrowing& narrowing);

// As ToMessage wrote it.
Resource::Published PublishedFrom(const v1::Resource& message);

}  // namespace shareway::catalog
