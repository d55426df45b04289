// SPDX-License-Identifier: Apache-2.0
// Keeps how far the sequences of resource codes are, and which codes are kept for whom.
//
// Keys ({c} is a classification code, {r} the id of resources/{r}):
//   code/n/{c}  -> next number of the sequence, 8 bytes big-endian; it never goes back
//   code/r/{r}  -> GeneratedCode: kept for its agency until an entry bears it
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/domain/category.h"
#include "services/catalog/store/cause.h"
#include "services/catalog/store/classification_file.pb.h"

namespace shareway::catalog {

// The key of a code that is kept; `resource` is resources/{r} or {r}.
std::string CodeKey(absl::string_view resource);

// Thread-safe.
class CodeStore {
 public:
  // Both must outlive it.
  CodeStore(kv::Store* kv, const outbox::Outbox* outbox) : kv_(kv), outbox_(outbox) {}

  // The next free code of `space`, without taking it. FAILED_PRECONDITION, CODE_SPACE_FULL, if none
  // is left.
  absl::StatusOr<std::string> Peek(const Categories::Space& space) const;
  // Codes that one agency may have kept under one classification: who asks for more without using
  // them would use up the sequence for all others.
  static constexpr size_t kMaxKept = 100;

  // Takes it for the first of `agencies`, which its record names, durably before it answers, so
  // that nobody is ever given it again. The record is that of a draft of which there is nothing yet
  // but code, provider and who took it (RESOURCE_DRAFTED, a ResourceChange without a working
  // revision).
  // FAILED_PRECONDITION, STATE_FORBIDS, while kMaxKept of its codes wait for entries.
  // A request id that was taken gets the same one. Errors as Peek's; ABORTED after many that came
  // at once.
  absl::StatusOr<v1::GeneratedCode> Take(const Categories::Space& space, absl::string_view category,
                                         const std::vector<std::string>& agencies,
                                         const Cause& cause, absl::Time now);

 private:
  // A number that is free, and what the counter was.
  struct Free {
    std::string code = {};
    uint64_t number = 0;
    uint64_t version = 0;  // of the counter; 0: absent
  };
  absl::StatusOr<Free> Find(const Categories::Space& space) const;
  absl::Status CheckKept(const Categories::Space& space, absl::string_view agency) const;
  // What a repeated request gets.
  absl::StatusOr<v1::GeneratedCode> Again(const std::string& code, v1::GeneratedCode taken) const;

  kv::Store* const kv_;
  const outbox::Outbox* const outbox_;
};

}  // namespace shareway::catalog
