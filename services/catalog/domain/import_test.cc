// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/import.h"

#include <map>
#include <utility>

#include <catch2/catch.hpp>

namespace shareway::catalog {
namespace {

using S = ImportState;
using E = ImportEvent;

TEST_CASE("An import goes only where its table lets it") {
  const std::map<std::pair<S, E>, S> ways = {
      {{S::kChecking, E::kWrite}, S::kWriting},     {{S::kChecking, E::kFinish}, S::kDone},
      {{S::kChecking, E::kRefuse}, S::kRefused},    {{S::kChecking, E::kCancel}, S::kCancelled},
      {{S::kWriting, E::kFinish}, S::kDone},        {{S::kWriting, E::kCancel}, S::kCancelled},
  };
  for (S state : {S::kUnspecified, S::kChecking, S::kWriting, S::kDone, S::kRefused,
                  S::kCancelled}) {
    for (E event : {E::kWrite, E::kFinish, E::kRefuse, E::kCancel}) {
      INFO(StateName(state) << " " << static_cast<int>(event));
      const auto way = ways.find({state, event});
      CHECK(After(state, event) == (way == ways.end() ? S::kUnspecified : way->second));
      if (IsOver(state)) CHECK(After(state, event) == S::kUnspecified);
    }
  }
}

}  // namespace
}  // namespace shareway::catalog
