// SPDX-License-Identifier: Apache-2.0
// What an append costs audit without the network: requests of 256 records, parsed,
// checked, sequenced, durable, indexed, against the SHA-256 of the same records. For
// `perf record` and `perf stat -e instructions:u`, which other work does not disturb.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "libs/crypto/hash.h"
#include "libs/kv/rocks_store.h"
#include "libs/merkle/proof.h"
#include "services/audit/audit.h"
#include "services/audit/rpc/append_request.h"
#include "services/audit/store/log_reader.h"
#include "tests/support/temp_dir.h"
#include "tools/bench_audit/peers.h"
#include "tools/bench_audit/records.h"

ABSL_FLAG(std::string, dir, "", "Folder of the store, which must be absent; empty: a new one.");
ABSL_FLAG(int, batch, 256, "Records of a request.");
ABSL_FLAG(int, outstanding, 8, "Requests in flight.");
ABSL_FLAG(uint64_t, entries, 500'000, "How many are appended.");
ABSL_FLAG(uint64_t, proofs, 20'000, "Inclusion proofs of random entries made afterwards.");

namespace shareway::bench {
namespace {

constexpr char kConsumer[] = "agencies/statistics";
constexpr char kProvider[] = "agencies/tax";

void Check(const absl::Status& status, const char* step) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench_write_path: %s: %s\n", step, status.ToString().c_str());
  std::exit(1);
}

// Appends `entries`, the halves of both nodes in turn; entries a second.
double Append(audit::Audit* log, uint64_t entries) {
  const RecordMold molds[] = {{"test", kConsumer, kProvider, /*received=*/false, /*slim=*/false},
                              {"test", kConsumer, kProvider, /*received=*/true, /*slim=*/false}};
  const int batch = absl::GetFlag(FLAGS_batch);
  const int most = absl::GetFlag(FLAGS_outstanding);
  absl::Mutex mutex;
  int outstanding = 0;
  const auto room = [&] { return outstanding < most; };
  const auto idle = [&] { return outstanding == 0; };
  const absl::Time start = absl::Now();
  for (uint64_t n = 0, done = 0; done < entries; ++n, done += static_cast<uint64_t>(batch)) {
    const RecordMold& mold = molds[n % 2];
    const std::string bytes =
        AppendRequestOf(mold, n / 2 * static_cast<uint64_t>(batch), batch, /*life=*/1);
    audit::v1::AppendRequest request;
    if (!request.ParseFromString(bytes)) std::abort();
    absl::StatusOr<std::vector<audit::EntryPtr>> parsed =
        audit::ParseAppend(std::move(request), mold.producer());
    Check(parsed.status(), "parse");
    mutex.LockWhen(absl::Condition(&room));
    ++outstanding;
    mutex.Unlock();
    log->Append(*std::move(parsed), [&](const auto& indices) {
      Check(indices.status(), "append");
      absl::MutexLock lock(&mutex);
      --outstanding;
    });
  }
  mutex.LockWhen(absl::Condition(&idle));
  mutex.Unlock();
  return static_cast<double>(entries) / absl::ToDoubleSeconds(absl::Now() - start);
}

// Inclusion proofs of random entries a second, on one thread.
double Prove(const kv::Store& store, const audit::LogState& state, uint64_t proofs) {
  const audit::LogReader reader(&store);
  const absl::Time start = absl::Now();
  for (uint64_t n = 0; n < proofs; ++n) {
    const uint64_t index = (n * 0x9e3779b97f4a7c15u) % state.size();
    Check(merkle::MakeInclusionProof(
              crypto::LogHasher(), index, state.size(),
              [&](merkle::NodeId node) { return reader.Node(state, node); })
              .status(),
          "prove");
  }
  return static_cast<double>(proofs) / absl::ToDoubleSeconds(absl::Now() - start);
}

int Main() {
  const testing::TempDir own;
  std::string dir = absl::GetFlag(FLAGS_dir);
  if (dir.empty()) dir = own / "store";
  absl::StatusOr<std::unique_ptr<kv::Store>> store = kv::OpenRocks(dir, {.for_log = true});
  Check(store.status(), "open store");
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  metrics::Registry metrics;
  audit::Audit::Options options;
  options.metrics = &metrics;
  options.settle = absl::Seconds(5);
  double rate = 0;
  {
    absl::StatusOr<std::unique_ptr<audit::Audit>> log =
        audit::Audit::Open(store->get(), {key, "test.example/audit"}, options);
    Check(log.status(), "open log");
    rate = Append(log->get(), absl::GetFlag(FLAGS_entries));
    if (const uint64_t proofs = absl::GetFlag(FLAGS_proofs); proofs > 0) {
      std::printf("%.1f us a proof\n", 1e6 / Prove(**store, *(*log)->state(), proofs));
    }
  }
  const RecordMold mold("test", kConsumer, kProvider, /*received=*/false, /*slim=*/false);
  const double hashes = LeafHashesPerSecond(mold, absl::Seconds(1));
  std::printf("%.0f entries/s of %zu bytes, %.0f leaf hashes/s: %.3f\n", rate, mold.bytes(),
              hashes, rate / hashes);
  return 0;
}

}  // namespace
}  // namespace shareway::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return shareway::bench::Main();
}
