// SPDX-License-Identifier: Apache-2.0
// 系统对接: calls of operations of the provider's own systems.
#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "services/exchange/domain/correction_table.h"
#include "services/exchange/serving.h"
#include "services/exchange/source/backend.h"

namespace shareway::exchange {

// How many calls run at the systems behind a node, of all its seats together, of at most
// kMostCalls, and for each consumer's node, of at most kMostCallsOfNode. Thread-safe.
struct CallRoom {
  std::atomic<int> running = 0;
  absl::Mutex mutex;
  absl::flat_hash_map<std::string, int> of_node ABSL_GUARDED_BY(mutex);
};

// Serves CALL. Of a typed operation the granted items of the granted rows leave, decoded and encoded
// again, masked where the grant says so; of an opaque one the whole answer as one item, undecoded and
// never cut: under a grant that limits rows or masks the item it does not leave at all, and its
// system is not asked. A parameter that has an item's name is a condition on it: its argument is
// refused as the condition would be. The key is decoded, too, to tell records apart. Thread-safe.
//
// Refusals besides those of the grant: OPERATION_UNKNOWN, FIELD_INVALID, BACKEND_FAILED, OVERLOADED.
class CallServing final : public Serving {
 public:
  // `backends` and `corrections` must outlive it; `secret` is the agency's, for the recall index.
  // `room` is what the node's other seats take of, of which this one takes `most`; null: there
  // are none.
  CallServing(const Backends* backends, const CorrectionTable* corrections, std::string secret,
              CallRoom* room = nullptr, int most = kMostCalls)
      : backends_(backends),
        corrections_(corrections),
        room_(room != nullptr ? room : &own_room_),
        most_(most),
        secret_(std::move(secret)) {}

  absl::StatusOr<Demand> Parse(absl::string_view bytes) const override;
  absl::StatusOr<Wanted> WantedBy(const Demand& demand, const Resource& resource) const override;
  absl::StatusOr<Served> Serve(const Permitted& permitted) const override;

 private:
  // The operation's entry; OPERATION_UNKNOWN if the resource or this node does not have it.
  absl::StatusOr<const Operation*> Find(const Invocation& invocation,
                                        const Resource& resource) const;
  absl::StatusOr<BackendAnswer> Ask(const Permitted& permitted, const Operation& operation,
                                    const std::vector<SchemaItem>& items) const;
  absl::StatusOr<Served> ServeTyped(const Permitted& permitted, const Operation& operation) const;
  absl::StatusOr<Served> ServeOpaque(const Permitted& permitted, const Operation& operation) const;

  const Backends* const backends_;
  const CorrectionTable* const corrections_;
  mutable CallRoom own_room_;  // where there are no other seats
  CallRoom* const room_;
  const int most_;
  mutable std::atomic<int> running_ = 0;  // calls of systems
  const std::string secret_;
};

}  // namespace shareway::exchange
