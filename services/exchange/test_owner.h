// SPDX-License-Identifier: Apache-2.0
// A provider's node between its check of signatures and its own, on a table of a test.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "libs/base/status.h"
#include "services/exchange/call_serving.h"
#include "services/exchange/domain/permission.h"
#include "services/exchange/query_serving.h"
#include "services/exchange/source/json_rows.h"
#include "services/exchange/test_chance.h"
#include "services/exchange/test_datasets.h"
#include "services/exchange/test_naive.h"
#include "services/exchange/verify_serving.h"

namespace shareway::exchange {

// What an opaque operation answers.
inline constexpr char kWhole[] = "WHOLE";
inline const std::string& OwnerSecret() {
  static const std::string secret(32, 's');
  return secret;
}

// Answers with every record that the owner has, and with members that nobody knows.
class OpenSystem final : public Backend {
 public:
  explicit OpenSystem(const naive::Table* table) : table_(table) {}
  mutable int asked = 0;

  absl::StatusOr<BackendAnswer> Call(const BackendCall& call) const override {
    ++asked;
    if (call.operation.opaque()) return BackendAnswer{.content_type = "a/b", .content = kWhole};
    if (json_.empty()) Write();
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<Row> rows, ReadJsonRows(json_, call.items));
    return BackendAnswer{.rows = std::move(rows)};
  }

 private:
  static std::string Quoted(const std::string& text) {
    return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
  }
  void Write() const {
    json_ = "[";
    for (const naive::Record& record : table_->records) {
      absl::StrAppend(&json_, json_.size() > 1 ? "," : "", R"({"more":{"a_0":"CANARY"})");
      for (const auto& [id, value] : record) {
        const bool plain = naive::ItemOf(*table_, id)->type == ItemType::kBoolean;
        absl::StrAppend(&json_, ",", Quoted(id), ":", plain ? value : Quoted(value));
      }
      json_ += "}";
    }
    json_ += "]";
  }
  const naive::Table* const table_;
  mutable std::string json_;
};

// A provider's node that hosts the table, but for its signatures.
class Owner {
 public:
  explicit Owner(const naive::Table* table) : table_(table), host_(&kv_) {
    host_.schema.items.clear();
    for (const Resource::Item& item : table->resource.items) {
      host_.schema.items.push_back({.id = item.id, .type = item.type, .key = item.key});
    }
    // One index comes by the load, the others behind it, by what grants filter by.
    for (const std::string& item : table->indexes) {
      (host_.indexes.empty() ? host_.indexes : behind_).push_back(item);
    }
    const auto loaded = host_.Load(CsvOf(*table));
    INFO(CsvOf(*table));
    INFO(loaded.status());
    REQUIRE(loaded.ok());
    host_.filtered = behind_;
    REQUIRE(host_.datasets->Index([] { return false; }).ok());
    for (const auto& [correction, place] : table->corrections) corrections_.Put(correction);
    for (const Operation& operation : table->resource.operations) {
      auto system = std::make_unique<OpenSystem>(table);
      systems_.push_back(system.get());
      backends_.emplace(OperationName(table->resource.name, operation.id), std::move(system));
    }
  }

  // As Provider does between its check of signature and replay, and its own signature.
  absl::StatusOr<Served> Serve(Method method, absl::string_view bytes, const Grant& grant,
                               const naive::Caller& caller) const {
    const Serving& serving = method == Method::kQuery ? static_cast<const Serving&>(query_)
                             : method == Method::kVerify
                                 ? static_cast<const Serving&>(verify_)
                                 : static_cast<const Serving&>(call_);
    SHAREWAY_ASSIGN_OR_RETURN(const Demand demand, serving.Parse(bytes));
    SHAREWAY_ASSIGN_OR_RETURN(Wanted wanted, serving.WantedBy(demand, table_->resource));
    const std::vector<std::string> compared = ComparedBy(wanted);
    SHAREWAY_ASSIGN_OR_RETURN(Permission permission,
                              PermitFor(std::move(wanted), method, grant, caller));
    SetMasks(table_->resource, &permission);
    SHAREWAY_RETURN_IF_ERROR(CheckPublication(table_->resource, grant));
    SHAREWAY_RETURN_IF_ERROR(
        CheckClearance(table_->resource, permission.items, caller.clearance));
    SHAREWAY_RETURN_IF_ERROR(CheckClearance(table_->resource, compared, caller.clearance));
    return serving.Serve({request_, demand, grant, table_->resource, permission});
  }
  static absl::StatusOr<Permission> PermitFor(Wanted wanted, Method method, const Grant& grant,
                                              const naive::Caller& caller) {
    wanted.consumer = caller.agency;
    wanted.method = method;
    wanted.purpose = caller.purpose;
    wanted.names_case = caller.names_case;
    return Permit(grant, wanted, caller.now);
  }
  int asked() const {
    int asked = 0;
    for (const OpenSystem* system : systems_) asked += system->asked;
    return asked;
  }

 private:
  const naive::Table* const table_;
  kv::MemoryStore kv_;
  Host host_;
  std::vector<std::string> behind_;
  CorrectionTable corrections_;
  Backends backends_;
  std::vector<const OpenSystem*> systems_;
  const Request request_ = {.exchange = "x1", .attempt = 1};
  const QueryServing query_{host_.source.get(), &corrections_, OwnerSecret()};
  const VerifyServing verify_{host_.source.get(), &corrections_, OwnerSecret()};
  const CallServing call_{&backends_, &corrections_, OwnerSecret()};
};

}  // namespace shareway::exchange
