// SPDX-License-Identifier: Apache-2.0
// The audit log against its limits and peers in one run, interleaved: gRPC echo
// over the same mTLS, SHA-256 of the very records, etcd, PostgreSQL. P5 to P8,
// P12, P14 of the project's goals, and the speed of verification.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/merkle/verify.h"
#include "nlohmann/json.hpp"
#include "tests/support/held_port.h"
#include "tools/bench_audit/bench_log.h"
#include "tools/bench_audit/peers.h"

ABSL_FLAG(std::string, json, "", "File for the figures.");
ABSL_FLAG(int, repeats, 3, "Interleaved repeats; medians are reported.");
ABSL_FLAG(double, seconds, 4, "Seconds counted in each run, after one second of warm-up.");
ABSL_FLAG(int, outstanding, 256, "Calls in flight.");
ABSL_FLAG(uint64_t, leaves, 10'000'000, "Entries of the large log.");
ABSL_FLAG(uint64_t, start_entries, 1'000'000, "Entries of the log whose start is timed.");
ABSL_FLAG(std::vector<std::string>, only, {}, "Goals to measure, for example P5,P8; empty: all.");
ABSL_FLAG(std::string, etcd, "", "The etcd binary; empty: without etcd.");
ABSL_FLAG(std::string, postgres, "", "PostgreSQL's folder of binaries; empty: without it.");

namespace shareway::bench {
namespace {

constexpr int kBatch = 256;
constexpr int kBatchesOutstanding = 8;
constexpr uint64_t kSmallLog = 10'000;

// True if a goal is to be measured.
bool Wanted(const char* goal) {
  const std::vector<std::string> only = absl::GetFlag(FLAGS_only);
  return only.empty() || std::find(only.begin(), only.end(), goal) != only.end();
}

absl::Duration Length() { return absl::Seconds(absl::GetFlag(FLAGS_seconds)); }

// The echo server under the audit service's own certificate.
class Echo {
 public:
  explicit Echo(testing::Cluster* cluster) {
    const int port = port_.number();
    child_ = std::make_unique<testing::Child>(
        std::vector<std::string>{absl::StrCat(SHAREWAY_BENCH_BIN_DIR, "/bench_echo"),
                                 absl::StrCat("--listen=127.0.0.1:", port),
                                 "--tls=" + cluster->identity("audit").dir},
        cluster->dir() / "echo.log");
    auto opened = rpc::Channel::Open({absl::StrCat("127.0.0.1:", port),
                                      cluster->identity("statistics-node").tls,
                                      "shareway://test/service/audit"});
    Check(opened.status(), "echo");
    channel_ = *opened;
    for (int i = 0;; ++i) {
      const absl::Status status = channel_->RawUnary("/bench/echo", "x", {}).status();
      if (status.ok()) break;
      if (i == 200) Check(status, "echo");
      absl::SleepFor(absl::Milliseconds(20));
    }
  }

  // Requests of some bytes, answers of some.
  Run Measure(size_t request_bytes, size_t answer_bytes, int outstanding) {
    const std::string request(request_bytes, 'q');
    const std::string method = absl::StrCat("/bench/", answer_bytes);
    return RunLoad(
        [&](std::function<void(absl::Status)> done) {
          channel_->RawUnaryAsync(method, request, {},
                                  [done, answer_bytes](absl::StatusOr<std::string> bytes) {
                                    if (bytes.ok() && bytes->size() != answer_bytes) {
                                      return done(absl::DataLossError("another answer"));
                                    }
                                    done(bytes.status());
                                  });
        },
        outstanding, absl::Seconds(1), Length(), {child_->pid()});
  }

 private:
  const testing::HeldPort port_;
  std::unique_ptr<testing::Child> child_;
  std::shared_ptr<rpc::Channel> channel_;
};

// Entries a second of what a party does with a proof: commitment, leaf, path.
double VerifiedPerSecond(const RecordMold& mold, int levels) {
  evidence::v1::SealedRecord sealed;
  if (!sealed.ParseFromString(mold.Sealed(1, 0))) return 0;
  const merkle::Hasher& hasher = crypto::LogHasher();
  // The first leaf of a full tree.
  const uint64_t size = uint64_t{1} << levels;
  std::vector<Hash32> path(static_cast<size_t>(levels), crypto::Sha256("sibling"));
  Hash32 root = hasher.leaf(evidence::Commitment(sealed).view());
  for (const Hash32& sibling : path) root = hasher.node(root, sibling);
  uint64_t count = 0;
  const absl::Time start = absl::Now();
  while (absl::Now() - start < absl::Seconds(1)) {
    for (int i = 0; i < 100; ++i, ++count) {
      const Hash32 leaf = hasher.leaf(evidence::Commitment(sealed).view());
      Check(merkle::VerifyInclusion(hasher, leaf, 0, size, path, root), "verify");
    }
  }
  return static_cast<double>(count) / absl::ToDoubleSeconds(absl::Now() - start);
}

void Print(const char* what, const Run& run) {
  std::printf("  %-34s %9.0f/s  %7.1f us CPU/call  p50 %6.2f ms  p99 %6.2f ms\n", what,
              run.per_second, run.cpu_micros, absl::ToDoubleMilliseconds(run.p50),
              absl::ToDoubleMilliseconds(run.p99));
  std::fflush(stdout);
  if (run.errors > 0) {
    std::fprintf(stderr, "%ld errors under load, the first: %s\n", run.errors,
                 run.first_error.ToString().c_str());
    std::exit(1);
  }
}

// Figures by name, each with the values of its runs.
class Figures {
 public:
  void Add(const std::string& name, double value) { runs_[name].push_back(value); }
  double AddRun(const std::string& name, const Run& run) {
    Print(name.c_str(), run);
    Add(name, run.per_second);
    return run.per_second;
  }
  double operator[](const std::string& name) const {
    const auto found = runs_.find(name);
    return found == runs_.end() ? 0 : Median(found->second);
  }
  const std::vector<double>& runs(const std::string& name) const {
    static const std::vector<double> none;
    const auto found = runs_.find(name);
    return found == runs_.end() ? none : found->second;
  }
  bool has(const std::string& name) const { return runs_.contains(name); }

 private:
  std::map<std::string, std::vector<double>> runs_;
};

// One goal: what was measured, against what.
class Report {
 public:
  void Add(const char* id, double value, const char* unit, const char* against,
           const std::vector<double>& runs) {
    metrics_.push_back(
        {{"id", id}, {"value", value}, {"unit", unit}, {"against", against}, {"runs", runs}});
    std::printf("%-28s %12.3f %-9s %s\n", id, value, unit, against);
  }
  // The ratio of two figures, if both were measured.
  void Ratio(const char* id, const Figures& figures, const char* of, const char* to,
             const char* against) {
    if (figures.has(of) && figures.has(to)) {
      Add(id, figures[of] / figures[to], "ratio", against, figures.runs(of));
    }
  }
  void Write(const std::string& file) const {
    if (file.empty()) return;
    const nlohmann::json out = {{"bench", "audit"}, {"metrics", metrics_}};
    std::ofstream(file) << out.dump(2) << "\n";
  }

 private:
  nlohmann::json metrics_ = nlohmann::json::array();
};

double Percentile99(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() * 99 / 100];
}

struct Subjects {
  BenchLog small, large;
  std::unique_ptr<Echo> echo;
  std::unique_ptr<Etcd> etcd;
  std::unique_ptr<Postgres> postgres;
};

void Repeat(Subjects& s, Figures* f) {
  const int outstanding = absl::GetFlag(FLAGS_outstanding);
  const size_t record = s.small.mold().bytes();
  if (Wanted("P5")) {
    f->AddRun("echo", s.echo->Measure(record, 16, outstanding));
    f->AddRun("append", s.small.Append(1, outstanding, Length()));
    if (s.etcd) f->AddRun("etcd put", s.etcd->Measure(record, outstanding, Length()));
    if (s.postgres) {
      f->Add("postgres insert", s.postgres->InsertsPerSecond(record, outstanding, Length()));
      std::printf("  %-34s %9.0f/s\n", "postgres insert", f->runs("postgres insert").back());
    }
  }
  if (Wanted("P7")) {
    std::vector<double> seen, made;
    f->AddRun("append, watched", s.small.AppendWatched(outstanding, Length(), &seen, &made));
    f->Add("covered p99 ms", Percentile99(std::move(seen)));
    f->Add("covered p99 ms, by its time", Percentile99(std::move(made)));
  }
  if (Wanted("P14")) f->AddRun("append, large log", s.large.Append(1, outstanding, Length()));
  if (Wanted("P6")) {
    f->Add("leaf hashes", LeafHashesPerSecond(s.small.mold(), absl::Seconds(1)));
    std::printf("  %-34s %9.0f/s\n", "leaf hashes, one core", f->runs("leaf hashes").back());
    const Run batches = s.small.Append(kBatch, kBatchesOutstanding, Length());
    Print("append, batches of 256", batches);
    f->Add("append batched", batches.per_second * kBatch);
    f->Add("append until found", s.small.AppendUntilFound(kBatch, kBatchesOutstanding, Length()));
    std::printf("  %-34s %9.0f entries/s\n", "batches until searchable",
                f->runs("append until found").back());
  }
  if (Wanted("P8")) {
    f->AddRun("inclusion proof, large log", s.large.Prove(outstanding, Length()));
    f->AddRun("echo of a proof's size", s.echo->Measure(12, s.large.proof_bytes(), outstanding));
  }
}

void TimeStarts(BenchLog& log, int repeats, Figures* f) {
  log.FillTo(absl::GetFlag(FLAGS_start_entries));
  for (int i = 0; i < repeats; ++i) {
    f->Add("start", log.StartSeconds(/*after_kill=*/false));
    const Run load = log.Append(kBatch, kBatchesOutstanding, absl::Seconds(1));
    Print("  load before kill -9", load);
    f->Add("start after kill", log.StartSeconds(/*after_kill=*/true));
    std::printf("  start to serving %.2f s, after kill -9 %.2f s\n", f->runs("start").back(),
                f->runs("start after kill").back());
  }
  f->Add("fsck", log.FsckPerSecond());
}

int Main() {
  const int repeats = absl::GetFlag(FLAGS_repeats);
  Subjects s;
  s.small.FillTo(kSmallLog);
  if (Wanted("P8") || Wanted("P14")) s.large.FillTo(absl::GetFlag(FLAGS_leaves));
  s.echo = std::make_unique<Echo>(&s.small.cluster());
  if (const std::string etcd = absl::GetFlag(FLAGS_etcd); !etcd.empty()) {
    s.etcd = std::make_unique<Etcd>(etcd);
  }
  if (const std::string bin = absl::GetFlag(FLAGS_postgres); !bin.empty()) {
    s.postgres = std::make_unique<Postgres>(bin);
  }
  Figures f;
  for (int i = 0; i < repeats; ++i) {
    std::printf("repeat %d\n", i + 1);
    Repeat(s, &f);
  }
  if (Wanted("P12")) {
    TimeStarts(s.small, repeats, &f);
    f.Add("verify", VerifiedPerSecond(s.small.mold(), 24));
  }

  Report report;
  report.Ratio("P5", f, "append", "echo", "gRPC echo with mTLS");
  report.Ratio("P5e", f, "append", "etcd put", "etcd put without TLS");
  report.Ratio("P6", f, "append batched", "leaf hashes", "SHA-256 leaf hashes of one core");
  report.Ratio("P6i", f, "append until found", "leaf hashes", "SHA-256 leaf hashes of one core");
  for (const auto& [id, name] : std::vector<std::pair<const char*, const char*>>{
           {"P7", "covered p99 ms"}, {"P7_signed", "covered p99 ms, by its time"}}) {
    if (f.has(name)) report.Add(id, f[name], "ms", "", f.runs(name));
  }
  report.Ratio("P8", f, "inclusion proof, large log", "echo of a proof's size",
               "gRPC echo with mTLS");
  for (const auto& [id, name] : std::vector<std::pair<const char*, const char*>>{
           {"P12", "start"}, {"P12_kill", "start after kill"}}) {
    if (f.has(name)) report.Add(id, f[name], "s", "", f.runs(name));
  }
  report.Ratio("P14_append", f, "append", "append, large log", "the same at 10 k entries");
  for (const auto& [id, name] : std::vector<std::pair<const char*, const char*>>{
           {"echo_per_second", "echo"},
           {"append_per_second", "append"},
           {"append_large_per_second", "append, large log"},
           {"append_batched_per_second", "append batched"},
           {"append_searchable_per_second", "append until found"},
           {"proofs_per_second", "inclusion proof, large log"},
           {"leaf_hashes_per_second", "leaf hashes"},
           {"etcd_per_second", "etcd put"},
           {"postgres_per_second", "postgres insert"},
           {"fsck_per_second", "fsck"},
           {"verify_per_second", "verify"}}) {
    if (f.has(name)) report.Add(id, f[name], "1/s", "", f.runs(name));
  }
  report.Write(absl::GetFlag(FLAGS_json));
  return 0;
}

}  // namespace
}  // namespace shareway::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return shareway::bench::Main();
}
