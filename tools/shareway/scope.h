// SPDX-License-Identifier: Apache-2.0
// The scope of a request from flags, of a change of a request or grant, and of a decision.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "shareway/sharing/v1/grant.pb.h"
#include "shareway/sharing/v1/request.pb.h"

namespace shareway::cli {

// What the flags say of a scope; what is empty says nothing.
struct ScopeFlags {
  std::vector<std::string> items = {};
  std::vector<std::string> where = {};
  std::string row_expression = {};  // of the row language, libs/filter/expression.h
  std::vector<std::string> purposes = {};
  std::vector<std::string> methods = {};
  std::string start = {};
  std::string end = {};
  std::vector<std::string> masked = {};
  uint64_t day_calls = 0;
  uint64_t day_rows = 0;
  uint64_t day_bytes = 0;
};

// The flags of every part but the items.
void AddScopeFlags(CLI::App* verb, ScopeFlags* scope);
// True if the flags say nothing.
bool Empty(const ScopeFlags& flags);

// Replaces what the flags name. A usage error for a malformed condition.
absl::Status ApplyFlags(const ScopeFlags& flags, sharing::v1::Scope* scope);

// The answer that grants `asked` without the cuts, each SUBJECT=REASON. An item's
// id strikes the item; row_filter, purposes, methods, period, quota and masked_items
// take the new value from the flags (row_filter: further conditions; quota: the limits
// named; masked_items: all that are masked). A usage error for a cut
// of what was not asked, one without its new value, and a new value without its cut.
absl::StatusOr<sharing::v1::Decision> Reduce(const sharing::v1::Scope& asked,
                                             const std::vector<std::string>& cuts,
                                             const ScopeFlags& flags);

// What UpdateRequest is to change of `read`, under its etag: the texts that are not empty, and the
// scope if the flags say anything of it. A usage error if nothing is to change.
absl::StatusOr<sharing::v1::UpdateRequestRequest> Revise(const sharing::v1::SharingRequest& read,
                                                         const std::string& legal_basis,
                                                         const std::string& scenario,
                                                         const ScopeFlags& flags);

// What the grant gives, from `today` on: where a change of it begins.
sharing::v1::Scope ScopeOf(const sharing::v1::Grant& grant, absl::CivilDay today);

}  // namespace shareway::cli
