// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "services/catalog/search/index.h"

namespace shareway::catalog::search {

// Whether the index, which is made in the background, is ready in time. Until then a search answers
// SEARCH_REBUILDING at one call and hits at the next. Each try waits up to a second by itself.
inline bool AwaitReady(Index* index) {
  for (int i = 0; i < 60 && !index->ready(); ++i) (void)index->Search({.words = "等待"});
  return index->ready();
}

}  // namespace shareway::catalog::search
