// SPDX-License-Identifier: Apache-2.0
// An audit log in a process of its own, for faults: no network, no clients, does
// what it is told over one socket and tells each acknowledgement at once.
//
//   lone_audit --store=DIR --key=FILE --channel=FD [--power_cut="AT AFTER LOSS SEED LYING"]
//
// Commands, one a line: open; append COUNT FIRST (one after another); batch COUNT
// FIRST (together); sign (waits for a head over everything); index (waits for the search
// index of all complete spans); archive (moves a segment); mirror (copies what is new);
// load FIRST SEED (appends from four threads without end); backup DIR; close; judge DIR ORACLE FILE
// OFFSET MASK (what a copy of the closed store DIR serves with one byte changed, by
// what the file ORACLE knows). Answers: ack NUMBER INDEX and head SIZE ROOT as they
// happen, then done or error CODE MESSAGE, or what Judge says.
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "libs/kv/power_cut_disk.h"
#include "libs/kv/rocks_engine.h"
#include "services/audit/audit.h"
#include "services/audit/store/archive.h"
#include "services/audit/store/posting.h"
#include "tests/fault/judge.h"
#include "tests/fault/lone_log.h"
#include "tests/support/temp_dir.h"

ABSL_FLAG(std::string, store, "", "The store's folder.");
ABSL_FLAG(std::string, key, "", "PEM file of the log's key.");
ABSL_FLAG(int, channel, -1, "The socket of commands and answers.");
ABSL_FLAG(std::string, power_cut, "", "When the power fails, and what it takes.");

namespace shareway::testing {
namespace {

// Small, so that tables are written and merged within a test.
constexpr kv::RocksOptions kSmall = {.cache_bytes = 512 << 10, .for_log = true};

absl::StatusOr<std::unique_ptr<kv::Store>> OpenStore() {
  const std::string dir = absl::GetFlag(FLAGS_store);
  const std::string plan = absl::GetFlag(FLAGS_power_cut);
  if (plan.empty()) return kv::OpenRocks(dir, kSmall);
  unsigned long at = 0;
  unsigned after = 0, loss = 0, seed = 0, lying = 0;
  if (std::sscanf(plan.c_str(), "%lu %u %u %u %u", &at, &after, &loss, &seed, &lying) != 5) {
    return absl::InvalidArgumentError(plan);
  }
  return kv::OpenRocksOn(
      std::make_shared<kv::PowerCutDisk>(
          kv::PowerCutDisk::Plan{.at_sync = at,
                                 .after = after != 0,
                                 .loss = static_cast<kv::PowerCutDisk::Loss>(loss % 3),
                                 .seed = seed,
                                 .ignore_syncs = lying != 0},
          dir + ".stash"),
      dir, kSmall);
}

std::vector<audit::EntryPtr> Entries(uint64_t first, uint64_t count) {
  std::vector<audit::EntryPtr> entries;
  for (uint64_t n = first; n < first + count; ++n) {
    entries.push_back(std::make_shared<const audit::Entry>(*audit::OpenEntry(RecordOf(n))));
  }
  return entries;
}

// Lines that LogOracle::Take takes.
LogOracle ReadOracle(const std::string& file) {
  LogOracle oracle(absl::GetFlag(FLAGS_key));
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) (void)oracle.Take(line);
  return oracle;
}

std::string JudgeFlip(const std::vector<std::string>& words) {
  static const LogOracle& oracle = *new LogOracle(ReadOracle(words[2]));
  static const Judge& judge = *new Judge(oracle);
  long at = 0;
  int mask = 0;
  if (!absl::SimpleAtoi(words[4], &at) || !absl::SimpleAtoi(words[5], &mask)) return "error";
  const TempDir copy;
  if (!CopyStore(words[1], copy / "store").ok()) return "error";
  std::fstream file(copy / ("store/" + words[3]), std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(at);
  const char byte = static_cast<char>(file.get() ^ mask);
  file.seekp(at);
  file.put(byte);
  file.close();
  return judge.Of(copy / "store");
}

class LoneAudit {
 public:
  explicit LoneAudit(int channel) : channel_(channel) {}

  // False at the end of commands.
  bool Obey() {
    std::string line;
    for (char c; line.empty() || line.back() != '\n'; line += c) {
      if (::recv(channel_, &c, 1, 0) != 1) return false;
    }
    line.pop_back();
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words[0] == "judge" && words.size() == 6) {
      Say(JudgeFlip(words));
      return true;
    }
    const absl::Status status = Do(words);
    Say(status.ok() ? std::string("done")
                    : absl::StrCat("error ", absl::StatusCodeToString(status.code()), " ",
                                   status.message()));
    return true;
  }

 private:
  // A send of a line is whole, and no write that faults are injected into.
  void Say(const std::string& line) {
    const std::string bytes = line + "\n";
    (void)::send(channel_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  absl::Status Do(const std::vector<std::string>& words) {
    uint64_t count = 0, first = 0;
    if (words.size() > 2) {
      (void)absl::SimpleAtoi(words[1], &count);
      (void)absl::SimpleAtoi(words[2], &first);
    }
    if (words[0] == "open") return Open();
    if (words[0] == "close") return Close();
    if (audit_ == nullptr) return absl::FailedPreconditionError("not open");
    if (words[0] == "append") {
      absl::Status status;
      for (uint64_t n = first; n < first + count && status.ok(); ++n) status = Append(n, 1);
      return status;
    }
    if (words[0] == "batch") return Append(first, count);
    if (words[0] == "sign") return Sign();
    if (words[0] == "load") return Load(count, static_cast<unsigned>(first));
    if (words[0] == "index") return AwaitIndex();
    if (words[0] == "archive") return archive_->Take(*reader_, *audit_->state());
    if (words[0] == "mirror") {
      return FollowInMirror(absl::GetFlag(FLAGS_store), *audit_, *reader_, store_.get());
    }
    if (words[0] == "backup" && words.size() > 1) return store_->Checkpoint(words[1]);
    return absl::InvalidArgumentError(words[0]);
  }

  absl::Status Open() {
    absl::StatusOr<std::unique_ptr<kv::Store>> store = OpenStore();
    if (!store.ok()) return store.status();
    store_ = *std::move(store);
    const std::string dir = absl::GetFlag(FLAGS_store);
    const audit::LogKey key = LogKeyIn(absl::GetFlag(FLAGS_key));
    absl::StatusOr<std::unique_ptr<audit::Archive>> archive =
        audit::OpenArchive(ArchiveOf(dir), store_.get(), key.verifier_key());
    if (!archive.ok()) return archive.status();
    archive_ = *std::move(archive);
    reader_ = std::make_unique<audit::LogReader>(store_.get(), archive_.get());
    metrics_ = std::make_unique<metrics::Registry>();
    audit::Audit::Options options;
    options.metrics = metrics_.get();
    options.archive = archive_.get();
    absl::StatusOr<std::unique_ptr<audit::Audit>> audit =
        audit::Audit::Open(store_.get(), key, options);
    if (!audit.ok()) return audit.status();
    audit_ = *std::move(audit);
    TellHead();
    return absl::OkStatus();
  }

  absl::Status Close() {
    audit_.reset();
    reader_.reset();
    archive_.reset();
    store_.reset();
    return absl::OkStatus();
  }

  absl::Status Append(uint64_t first, uint64_t count) {
    absl::StatusOr<std::vector<uint64_t>> indices = audit_->AppendAndWait(Entries(first, count));
    if (!indices.ok()) return indices.status();
    std::string lines;
    for (uint64_t i = 0; i < count; ++i) {
      absl::StrAppend(&lines, i == 0 ? "" : "\n", "ack ", first + i, " ", (*indices)[i]);
    }
    Say(lines);
    return absl::OkStatus();
  }

  // Heads that are told to anyone are durable before.
  void TellHead() {
    const auto newest = audit_->signer().newest();
    Say(absl::StrCat("head ", newest->size, " ", ToHex(newest->root.view())));
  }

  absl::Status Sign() {
    if (!audit_->signer().WaitCovers(audit_->state()->size(), absl::Seconds(10))) {
      return absl::DeadlineExceededError("no head covers the log");
    }
    TellHead();
    return absl::OkStatus();
  }

  absl::Status AwaitIndex() {
    const absl::Time limit = absl::Now() + absl::Seconds(20);
    while (audit_->state()->recent->view().bundles.size() >= audit::kIndexBundles) {
      if (absl::Now() > limit) return absl::DeadlineExceededError("no index");
      absl::SleepFor(absl::Milliseconds(1));
    }
    return absl::OkStatus();
  }

  absl::Status Load(uint64_t first, unsigned seed) {
    std::atomic<uint64_t> next = first;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t) {
      threads.emplace_back([this, &next, random = std::mt19937(seed + t)]() mutable {
        for (int turn = 0; turn < 5000; ++turn) {
          const uint64_t count = random() % 4 == 0 ? 1 + random() % 60 : 1;
          if (!Append(next.fetch_add(count), count).ok()) return;
          if (turn % 4 == 0) TellHead();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return absl::OkStatus();
  }

  const int channel_;
  std::unique_ptr<kv::Store> store_;
  std::unique_ptr<audit::Archive> archive_;
  std::unique_ptr<audit::LogReader> reader_;
  std::unique_ptr<metrics::Registry> metrics_;
  std::unique_ptr<audit::Audit> audit_;
};

}  // namespace
}  // namespace shareway::testing

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  // Where only a parent may trace its children, a sibling may trace this one.
  (void)::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  shareway::testing::LoneAudit audit(absl::GetFlag(FLAGS_channel));
  while (audit.Obey()) {
  }
  return 0;
}
