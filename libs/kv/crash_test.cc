// SPDX-License-Identifier: Apache-2.0
// kill -9 at any moment: what was answered is there, and nothing has a hole.
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/kv/test_child_process.h"
#include "libs/kv/test_folder.h"

namespace shareway::kv {
namespace {

constexpr int kRounds = 10;
constexpr int kOutstanding = 32;

// What the child tells for each commit that was answered OK.
struct Answer {
  uint64_t number = 0;   // in the log
  uint64_t version = 0;  // of the key
  uint64_t id = 0;       // of the commit, chosen by the child
};

std::string KeyOf(uint64_t id) { return absl::StrCat("key ", id); }

TEST_CASE("Child that commits until it is killed", "[.writer]") {
  const char* folder = std::getenv(kChildFolder);
  if (folder == nullptr) return;
  const int pipe = std::atoi(std::getenv(kChildPipe));
  const std::unique_ptr<Store> store = MustOpen(folder);
  std::atomic<uint64_t> next = uint64_t{static_cast<uint32_t>(::getpid())} << 32;
  std::atomic<int> outstanding = 0;
  for (;;) {
    if (outstanding >= kOutstanding) continue;
    ++outstanding;
    const uint64_t id = ++next;
    Batch batch;
    const int place = batch.Append("log", BigEndian64(id));
    batch.ExpectAbsent(KeyOf(id)).PutNumber(KeyOf(id), place);
    if (id % 50 == 0) batch.DeleteRange("absent", "absent z");
    store->CommitAsync(std::move(batch), [&outstanding, pipe, id](absl::StatusOr<Committed> c) {
      if (!c.ok()) ::_exit(1);
      const Answer answer = {c->numbers.at(0), c->version, id};
      if (::write(pipe, &answer, sizeof answer) != sizeof answer) ::_exit(2);
      --outstanding;
    });
  }
}

// Reads answers until there are `count`, or `milliseconds` are over, or the pipe ends.
void ReadAnswers(int pipe, size_t count, int milliseconds, std::map<uint64_t, Answer>* answers) {
  pollfd ready = {pipe, POLLIN, 0};
  for (size_t n = 0; n<count&& ::poll(&ready, 1, milliseconds)> 0; ++n) {
    Answer answer;
    // Small writes to a pipe arrive whole.
    if (::read(pipe, &answer, sizeof answer) != sizeof answer) return;
    (*answers)[answer.number] = answer;
  }
}

TEST_CASE("After kill -9 everything that was answered is there, without a gap", "[kv][crash]") {
  TestFolder folder;
  const unsigned seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::map<uint64_t, Answer> answers;
  uint64_t head = 0;
  for (int round = 0; round < kRounds; ++round) {
    CAPTURE(round);
    {
      ChildProcess child("[.writer]", folder.File("store"));
      // Some are killed while they open the store, some while they write.
      if (round % 5 == 4) {
        ReadAnswers(child.read_end(), 1, std::uniform_int_distribution(0, 100)(random), &answers);
      } else {
        ReadAnswers(child.read_end(), std::uniform_int_distribution(1, 3000)(random), 30'000,
                    &answers);
      }
      const int status = child.Kill();
      REQUIRE(WIFSIGNALED(status));
      ReadAnswers(child.read_end(), SIZE_MAX, 30'000, &answers);
    }
    const std::unique_ptr<Store> store = MustOpen(folder.File("store"));
    uint64_t last = 0;
    int wrong = 0;
    CHECK(store
              ->ReadLog("log", 0,
                        [&](uint64_t number, absl::string_view bytes) {
                          if (number != ++last) ++wrong;
                          auto it = answers.find(number);
                          if (it != answers.end() && it->second.id != ReadBigEndian64(bytes))
                            ++wrong;
                          return true;
                        })
              .ok());
    CHECK(wrong == 0);
    CHECK(store->LogHead("log") == last);
    CHECK(last >= head);
    head = last;
    for (const auto& [number, answer] : answers) {
      const absl::StatusOr<Entry> entry = store->Get(KeyOf(answer.id));
      if (!entry.ok() || entry->value != BigEndian64(number) || entry->version != answer.version) {
        ++wrong;
      }
    }
    CHECK(wrong == 0);
    CHECK((answers.empty() || answers.rbegin()->first <= head));
  }
  CHECK(answers.size() > 100);
}

}  // namespace
}  // namespace shareway::kv
