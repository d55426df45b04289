// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/query_serving.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/exchange/domain/ask.h"
#include "services/exchange/store/message.h"
#include "services/exchange/store/note_message.h"

namespace shareway::exchange {

static_assert(kRecallBytes == kRecordDigestBytes);

std::string RecallDigest(absl::string_view secret, absl::string_view resource,
                         const std::vector<absl::string_view>& key) {
  std::string text = absl::StrCat("shareway/v1/record\n", resource, "\n");
  // With its length: a value may hold a line feed.
  for (const absl::string_view value : key) {
    absl::StrAppend(&text, value.size(), ":", value, "\n");
  }
  return std::string(crypto::HmacSha256(secret, text).view().substr(0, kRecallBytes));
}

namespace {

// What the consumer may compare, as far as this query shows: what it compares, and what leaves as
// it is. Both are granted, unmasked and within clearance by now.
std::vector<std::string> ComparableOf(const Query& query, const Permission& permission) {
  std::vector<std::string> items;
  for (const filter::Condition& condition : query.where.conditions) {
    items.push_back(condition.item);
  }
  for (size_t i = 0; i < permission.items.size(); ++i) {
    if (permission.masks[i] == MaskKind::kNone) items.push_back(permission.items[i]);
  }
  return items;
}

}  // namespace

absl::StatusOr<Demand> QueryServing::Parse(absl::string_view bytes) const {
  SHAREWAY_ASSIGN_OR_RETURN(Query query, DecodeQuery(bytes));
  SHAREWAY_RETURN_IF_ERROR(CheckQuery(query, Method::kQuery));
  return Demand(std::move(query));
}

absl::StatusOr<Wanted> QueryServing::WantedBy(const Demand& demand, const Resource&) const {
  return WantedOf(demand);
}

std::string QueryServing::RecallOf(const Permitted& permitted,
                                   const std::vector<std::string>& behind,
                                   const std::vector<Row>& rows) const {
  std::vector<std::string> read = permitted.permission.items;
  read.insert(read.end(), behind.begin(), behind.end());
  std::vector<size_t> columns;
  for (const std::string& key : permitted.resource.keys()) {
    columns.push_back(static_cast<size_t>(std::find(read.begin(), read.end(), key) - read.begin()));
  }
  if (columns.empty()) return "";
  std::string recall;
  std::vector<absl::string_view> key(columns.size());
  for (const Row& row : rows) {
    for (size_t i = 0; i < columns.size(); ++i) {
      // A version of before its entry had this key: recall goes by the version.
      if (!row[columns[i]]) return "";
      key[i] = *row[columns[i]];
    }
    absl::StrAppend(&recall, RecallDigest(secret_, permitted.resource.name, key));
  }
  return recall;
}

absl::StatusOr<Served> QueryServing::Serve(const Permitted& permitted) const {
  const Query& query = std::get<Query>(permitted.demand);
  const Permission& permission = permitted.permission;
  const uint32_t limit = query.limit == 0 ? kDefaultLimit : query.limit;
  std::vector<std::string> behind;
  for (std::string& key : permitted.resource.keys()) {
    const bool leaves = std::find(permission.items.begin(), permission.items.end(), key) !=
                        permission.items.end();
    if (!leaves) behind.push_back(std::move(key));
  }
  SHAREWAY_ASSIGN_OR_RETURN(RowPage page,
                            source_->Read({.resource = permitted.resource.name,
                                           .items = permission.items,
                                           .keys = behind,
                                           .where = permission.where,
                                           .compared = ComparableOf(query, permission),
                                           .after = query.after,
                                           .holder = absl::StrCat(permitted.request.consumer, "|",
                                                                  permitted.grant.name),
                                           .time = permitted.request.issue_time,
                                           .limit = static_cast<int>(limit)}));
  std::string recall = RecallOf(permitted, behind, page.rows);  // by the keys as they are
  for (Row& row : page.rows) row.resize(permission.items.size());
  MaskRows(permission.masks, &page.types, &page.rows);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string batch,
                            EncodeBatch(permission.items, page.types, page.rows));
  const std::vector<CorrectionNote> notes =
      corrections_->On(permitted.resource.name, recall, page.rows.size(), permission.items);
  return Served{.body = absl::StrCat(EncodeAnswer(batch, page.next), QueryNotes(notes)),
                .records = page.rows.size(),
                .items = permission.items,
                .dataset_version = page.version,
                .recall = std::move(recall)};
}

}  // namespace shareway::exchange
