// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/call_serving.h"

#include <algorithm>
#include <optional>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/exchange/query_serving.h"
#include "services/exchange/store/call_message.h"
#include "services/exchange/store/message.h"
#include "services/exchange/store/note_message.h"

namespace shareway::exchange {
namespace {

// What is decoded of a typed answer: the permitted items in their order, then those that only the
// conditions on rows look at, then the key items, which tell records apart.
std::vector<SchemaItem> ItemsToRead(const Permitted& permitted) {
  std::vector<SchemaItem> items;
  const auto find = [](const auto& all, absl::string_view id) {
    return std::find_if(all.begin(), all.end(), [id](const auto& one) { return one.id == id; });
  };
  const auto add = [&](const std::string& id) {
    const auto known = find(permitted.resource.items, id);
    items.push_back({.id = id});
    if (known == permitted.resource.items.end()) return;
    items.back().type = known->type;
    items.back().length = known->length;
  };
  for (const std::string& id : permitted.permission.items) add(id);
  for (const std::string& id : permitted.permission.where.Items()) {
    if (find(items, id) == items.end()) add(id);
  }
  for (const std::string& key : permitted.resource.keys()) {
    if (find(items, key) == items.end()) add(key);
  }
  return items;
}

bool Granted(const filter::RowFilter& where, const std::vector<SchemaItem>& items, const Row& row) {
  return filter::Matches(where, [&](absl::string_view id) -> std::optional<absl::string_view> {
    for (size_t i = 0; i < items.size(); ++i) {
      if (items[i].id == id && row[i]) return absl::string_view(*row[i]);
    }
    return std::nullopt;
  });
}

// Keyed digests of the rows, or nothing if their keys are not whole.
std::string RecallOf(const Permitted& permitted, const std::vector<SchemaItem>& items,
                     const std::vector<Row>& rows, absl::string_view secret) {
  const std::vector<std::string> keys = permitted.resource.keys();
  if (keys.empty()) return "";
  std::vector<size_t> columns;
  for (const std::string& key : keys) {
    const auto found = std::find_if(items.begin(), items.end(),
                                    [&key](const SchemaItem& item) { return item.id == key; });
    if (found == items.end()) return "";
    columns.push_back(static_cast<size_t>(found - items.begin()));
  }
  std::string recall;
  for (const Row& row : rows) {
    std::vector<absl::string_view> key;
    for (const size_t column : columns) {
      if (!row[column]) return "";
      key.push_back(*row[column]);
    }
    absl::StrAppend(&recall, RecallDigest(secret, permitted.resource.name, key));
  }
  return recall;
}

Error Refused(Reason reason, const Permitted& permitted, absl::string_view why) {
  return Error(reason, absl::StatusCode::kPermissionDenied,
               absl::StrCat(permitted.grant.name, ": ", why))
      .With("grant", permitted.grant.name);
}

}  // namespace

absl::StatusOr<Demand> CallServing::Parse(absl::string_view bytes) const {
  SHAREWAY_ASSIGN_OR_RETURN(Invocation invocation, DecodeInvocation(bytes));
  SHAREWAY_RETURN_IF_ERROR(CheckInvocation(invocation));
  return Demand(std::move(invocation));
}

absl::StatusOr<const Operation*> CallServing::Find(const Invocation& invocation,
                                                   const Resource& resource) const {
  const std::string name = OperationName(resource.name, invocation.operation);
  const Operation* operation = resource.FindOperation(invocation.operation);
  if (operation != nullptr && operation->known() && backends_->contains(name)) return operation;
  return Error(Reason::kOperationUnknown, absl::StatusCode::kPermissionDenied,
               absl::StrCat(name, operation == nullptr ? " is not in the catalogue"
                                  : !operation->known()
                                      ? " answers in a form that the provider's node does not know"
                                      : " has no system at the provider's node"))
      .With("operation", name);
}

absl::StatusOr<Wanted> CallServing::WantedBy(const Demand& demand, const Resource& resource) const {
  const Invocation& invocation = std::get<Invocation>(demand);
  SHAREWAY_ASSIGN_OR_RETURN(const Operation* operation, Find(invocation, resource));
  SHAREWAY_RETURN_IF_ERROR(CheckInvocation(invocation, *operation));
  Wanted wanted;
  wanted.items = operation->opaque() ? std::vector<std::string>{operation->item} : invocation.items;
  // Whether a row comes tells whether its item has the value: a parameter of an item's name is a
  // condition on it.
  for (const auto& [name, value] : invocation.arguments) {
    const bool item = std::any_of(resource.items.begin(), resource.items.end(),
                                  [&](const Resource::Item& one) { return one.id == name; });
    if (item) wanted.compared.push_back(name);
  }
  return wanted;
}

absl::StatusOr<Served> CallServing::Serve(const Permitted& permitted) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Operation* operation,
                            Find(std::get<Invocation>(permitted.demand), permitted.resource));
  return operation->opaque() ? ServeOpaque(permitted, *operation)
                             : ServeTyped(permitted, *operation);
}

absl::StatusOr<BackendAnswer> CallServing::Ask(const Permitted& permitted,
                                               const Operation& operation,
                                               const std::vector<SchemaItem>& items) const {
  const std::string& node = permitted.request.consumer_node;
  const auto leave = absl::MakeCleanup([this, &node] {
    --running_;
    --room_->running;
    absl::MutexLock lock(&room_->mutex);
    if (--room_->of_node[node] == 0) room_->of_node.erase(node);
  });
  const bool full = ++room_->running > kMostCalls;
  const bool beyond = ++running_ > most_;
  int of_node = 0;
  {
    absl::MutexLock lock(&room_->mutex);
    of_node = ++room_->of_node[node];
  }
  if (full || beyond) return BackendBusy(full ? kMostCalls : most_);
  if (of_node > kMostCallsOfNode) return BackendBusy(kMostCallsOfNode);
  const std::string name = OperationName(permitted.resource.name, operation.id);
  absl::StatusOr<BackendAnswer> answer =
      backends_->find(name)->second->Call({.operation = operation,
                                           .invocation = std::get<Invocation>(permitted.demand),
                                           .request = permitted.request,
                                           .items = items,
                                           .timeout = kBackendTimeout});
  if (!answer.ok()) {
    log::Warn("backend-failed", {{"operation", name},
                                 {"exchange", permitted.request.exchange},
                                 {"status", answer.status()}});
  }
  return answer;
}

absl::StatusOr<Served> CallServing::ServeOpaque(const Permitted& permitted,
                                                const Operation& operation) const {
  if (!permitted.grant.rows.every_row()) {
    return Refused(Reason::kRowNotGranted, permitted,
                   absl::StrCat("allows ", filter::ToString(permitted.grant.rows), ", and ",
                                operation.id, " answers with one piece that is never cut"));
  }
  for (const MaskKind mask : permitted.permission.masks) {
    if (mask == MaskKind::kNone) continue;
    return Refused(Reason::kItemNotGranted, permitted,
                   absl::StrCat("item ", operation.item, " is granted masked, and ", operation.id,
                                " answers with one piece that is never cut"))
        .With("item", operation.item);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const BackendAnswer answer, Ask(permitted, operation, {}));
  const std::vector<CorrectionNote> notes =
      corrections_->On(permitted.resource.name, "", 1, permitted.permission.items);
  return Served{.body = absl::StrCat(EncodeOpaqueAnswer(operation.item, answer.content_type,
                                                        answer.content),
                                     CallNotes(notes)),
                .records = 1,
                .items = permitted.permission.items,
                .operation = operation.id,
                .opaque = true};
}

absl::StatusOr<Served> CallServing::ServeTyped(const Permitted& permitted,
                                               const Operation& operation) const {
  const Permission& permission = permitted.permission;
  const std::vector<SchemaItem> items = ItemsToRead(permitted);
  SHAREWAY_ASSIGN_OR_RETURN(BackendAnswer answer, Ask(permitted, operation, items));
  std::vector<Row>& rows = answer.rows;
  std::erase_if(rows, [&](const Row& row) { return !Granted(permission.where, items, row); });
  std::string recall = RecallOf(permitted, items, rows, secret_);  // by the keys as they are
  // What only conditions and keys needed comes after what leaves.
  for (Row& row : rows) row.resize(permission.items.size());
  std::vector<ItemType> types;
  for (size_t i = 0; i < permission.items.size(); ++i) types.push_back(items[i].type);
  MaskRows(permission.masks, &types, &rows);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string batch, EncodeBatch(permission.items, types, rows));
  if (batch.size() > kMaxCallAnswer) {
    return BackendFailed(absl::StrCat("what may leave of its answer has more than ", kMaxCallAnswer,
                                      " bytes"));
  }
  const std::vector<CorrectionNote> notes =
      corrections_->On(permitted.resource.name, recall, rows.size(), permission.items);
  return Served{.body = absl::StrCat(EncodeTypedAnswer(batch), CallNotes(notes)),
                .records = rows.size(),
                .items = permission.items,
                .recall = std::move(recall),
                .operation = operation.id};
}

}  // namespace shareway::exchange
