// SPDX-License-Identifier: Apache-2.0
// Random batches against the plainest model there is.
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/kv/test_folder.h"

namespace shareway::kv {
namespace {

using Random = std::mt19937_64;

int Pick(Random& random, int limit) { return std::uniform_int_distribution(0, limit - 1)(random); }

// What a store must hold.
struct Model {
  std::map<std::string, Entry> entries;
  std::map<std::string, std::map<uint64_t, std::string>> logs;
  std::map<std::string, uint64_t> heads;

  bool Accepts(const Batch& batch) const {
    for (const Batch::Expectation& expect : batch.expects()) {
      auto it = entries.find(expect.key);
      if ((it == entries.end() ? 0 : it->second.version) != expect.version) return false;
    }
    return true;
  }

  std::vector<uint64_t> Apply(const Batch& batch, uint64_t version) {
    std::vector<uint64_t> numbers;
    for (const Batch::Op& op : batch.ops()) {
      if (op.kind == Batch::Op::Kind::kPut) entries[op.key] = {op.value, version};
      if (op.kind == Batch::Op::Kind::kDelete) entries.erase(op.key);
      if (op.kind == Batch::Op::Kind::kDeleteRange) {
        std::erase_if(entries, [&](const auto& e) {
          return e.first >= op.key && (op.value.empty() || e.first < op.value);
        });
      }
      if (op.kind == Batch::Op::Kind::kAppend) {
        numbers.push_back(++heads[op.key]);
        logs[op.key][numbers.back()] = op.value;
      }
      if (op.kind == Batch::Op::Kind::kPutNumber) {
        entries[op.key] = {BigEndian64(numbers.at(op.number)), version};
      }
      if (op.kind == Batch::Op::Kind::kTrim) {
        std::erase_if(logs[op.key], [&](const auto& e) { return e.first < op.number; });
      }
    }
    return numbers;
  }
};

std::string RandomKey(Random& random) {
  return std::string(1 + Pick(random, 2), static_cast<char>('a' + Pick(random, 8)));
}
std::string RandomLog(Random& random) { return Pick(random, 2) == 0 ? "log" : "log-b"; }

// A batch that often expects what the model holds now.
Batch RandomBatch(Random& random, const Model& model) {
  Batch batch;
  for (int i = Pick(random, 3); i > 0; --i) {
    const std::string key = RandomKey(random);
    auto it = model.entries.find(key);
    const uint64_t version = it == model.entries.end() ? 0 : it->second.version;
    batch.Expect(key, Pick(random, 8) == 0 ? version + 1 : version);
  }
  std::optional<int> place;
  for (int i = Pick(random, 6); i > 0; --i) {
    const int kind = Pick(random, 12);
    if (kind < 4) batch.Put(RandomKey(random), absl::StrCat("value ", Pick(random, 1000)));
    if (kind == 4 || kind == 5) batch.Delete(RandomKey(random));
    if (kind == 6) {
      batch.DeleteRange(RandomKey(random), Pick(random, 8) == 0 ? "" : RandomKey(random));
    }
    if (kind == 7 || kind == 8) place = batch.Append(RandomLog(random), RandomKey(random));
    if (kind == 9 && place) batch.PutNumber(RandomKey(random), *place);
    if (kind == 10) {
      const std::string log = RandomLog(random);
      auto it = model.heads.find(log);
      batch.Trim(log,
                 Pick(random, 3 + (it == model.heads.end() ? 0 : static_cast<int>(it->second))));
    }
  }
  return batch;
}

// Ingests some of the keys that no batch puts.
void IngestRandomly(Random& random, Store& store, Model* model) {
  std::map<std::string, std::string> sorted;
  for (int i = Pick(random, 5); i > 0; --i) {
    sorted[absl::StrCat("y", Pick(random, 20))] = absl::StrCat("file ", Pick(random, 1000));
  }
  std::vector<Pair> pairs;
  for (const auto& [key, value] : sorted) {
    pairs.push_back({key, value});
    model->entries[key] = {value, 0};
  }
  REQUIRE(store.Ingest(pairs).ok());
}

void CheckSame(const Store& store, const Model& model) {
  std::map<std::string, Entry> entries;
  REQUIRE(store
              .Scan("", "",
                    [&](absl::string_view key, absl::string_view value, uint64_t version) {
                      entries[std::string(key)] = {std::string(value), version};
                      return true;
                    })
              .ok());
  REQUIRE(entries.size() == model.entries.size());
  for (const auto& [key, entry] : model.entries) {
    CAPTURE(key);
    REQUIRE(entries.count(key) == 1);
    REQUIRE(entries[key].value == entry.value);
    REQUIRE(entries[key].version == entry.version);
    REQUIRE(store.Get(key)->version == entry.version);
  }
  for (const auto& [log, head] : model.heads) {
    CAPTURE(log);
    std::map<uint64_t, std::string> kept;
    REQUIRE(store
                .ReadLog(log, 0,
                         [&](uint64_t number, absl::string_view bytes) {
                           kept[number] = std::string(bytes);
                           return true;
                         })
                .ok());
    auto want = model.logs.find(log);
    REQUIRE(kept == want->second);
    REQUIRE(store.LogHead(log) == head);
    REQUIRE(*store.LogTail(log) == (kept.empty() ? head + 1 : kept.begin()->first));
  }
}

// Commits `batches` at once and holds each answer against the model's.
void CommitTogether(Store& store, std::vector<Batch> batches, Model* model, uint64_t* version) {
  std::vector<absl::StatusOr<Committed>> answers(batches.size());
  absl::BlockingCounter left(static_cast<int>(batches.size()));
  for (size_t i = 0; i < batches.size(); ++i) {
    store.CommitAsync(batches[i], [&answers, &left, i](absl::StatusOr<Committed> answer) {
      answers[i] = std::move(answer);
      left.DecrementCount();
    });
  }
  left.Wait();
  for (size_t i = 0; i < batches.size(); ++i) {
    CAPTURE(i, answers[i].status());
    REQUIRE(answers[i].ok() == model->Accepts(batches[i]));
    if (!answers[i].ok()) {
      REQUIRE(absl::IsAborted(answers[i].status()));
      continue;
    }
    REQUIRE(answers[i]->version > *version);
    *version = answers[i]->version;
    REQUIRE(answers[i]->numbers == model->Apply(batches[i], *version));
  }
}

TEST_CASE("Random batches leave a store as they leave a map", "[kv][model]") {
  const bool rocks = GENERATE(true, false);
  const char* fixed = std::getenv("SHAREWAY_KV_SEED");
  const uint64_t seed = fixed ? std::strtoull(fixed, nullptr, 10) : std::random_device()();
  std::cout << "kv model: SHAREWAY_KV_SEED=" << seed << (rocks ? " rocksdb" : " memory") << "\n";
  Random random(seed);
  TestStore store(rocks);
  Model model;
  uint64_t version = 0;
  for (int round = 0; round < 150; ++round) {
    CAPTURE(seed, rocks, round);
    std::vector<Batch> batches;
    for (int i = 1 + Pick(random, 12); i > 0; --i) batches.push_back(RandomBatch(random, model));
    CommitTogether(*store, std::move(batches), &model, &version);
    CheckSame(*store, model);
    if (Pick(random, 5) == 0) IngestRandomly(random, *store, &model);
    if (Pick(random, 30) == 0) store.Reopen();
  }
  store.Reopen();
  CheckSame(*store, model);
}

}  // namespace
}  // namespace shareway::kv
