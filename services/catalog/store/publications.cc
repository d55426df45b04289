// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/publications.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"

namespace shareway::catalog {
namespace {

constexpr char kPublications[] = "notice/p/";

std::string Newest(absl::Time time) {
  return BigEndian64(~static_cast<uint64_t>(absl::ToUnixMicros(time)));
}

}  // namespace

void PutPublication(const v1::Resource& resource, const Cause* cause, kv::Batch* batch) {
  v1::Publication publication;
  publication.set_resource(resource.name());
  publication.set_revision(resource.revision());
  publication.set_title(resource.title());
  publication.set_provider(resource.provider());
  publication.set_division(resource.division());
  *publication.mutable_publish_time() = resource.publish_time();
  if (cause != nullptr) {
    publication.set_publisher(cause->caller.name);
    publication.set_publishing_agency(cause->caller.agency);
  }
  batch->Put(absl::StrCat(kPublications, Newest(evidence::FromTimestamp(resource.publish_time())),
                          absl::StripPrefix(resource.name(), "resources/"), "/",
                          BigEndian64(resource.revision()).substr(4)),
             publication.SerializeAsString());
}

absl::Status VisitPublications(
    const kv::Store& kv, absl::string_view cursor, absl::Time since,
    absl::FunctionRef<bool(absl::string_view key, const v1::Publication&)> visit) {
  // A key goes on with characters that a longer one has, too: the one after it ends with NUL.
  const std::string start =
      cursor.empty() ? kPublications : absl::StrCat(cursor, std::string(1, '\0'));
  std::string limit = PrefixEnd(kPublications);
  if (since > absl::UnixEpoch()) {
    limit = PrefixEnd(absl::StrCat(kPublications, Newest(since)));
  }
  bool readable = true;
  SHAREWAY_RETURN_IF_ERROR(
      kv.Scan(start, limit, [&](absl::string_view key, absl::string_view value, uint64_t) {
        v1::Publication publication;
        readable = publication.ParseFromArray(value.data(), static_cast<int>(value.size()));
        return readable && visit(key, publication);
      }));
  if (!readable) return absl::DataLossError("a stored publication cannot be read");
  return absl::OkStatus();
}

}  // namespace shareway::catalog
