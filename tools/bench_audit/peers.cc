// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_audit/peers.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"

namespace shareway::bench {
namespace {

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "bench_audit: %s\n", why.c_str());
  std::exit(1);
}

std::string TextOf(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace

double LeafHashesPerSecond(const RecordMold& mold, absl::Duration length) {
  evidence::v1::SealedRecord sealed;
  if (!sealed.ParseFromString(mold.Sealed(1, 0))) Die("the mold makes no record");
  const merkle::Hasher& hasher = crypto::LogHasher();
  Hash32 last = {};
  uint64_t count = 0;
  const absl::Time start = absl::Now();
  while (absl::Now() - start < length) {
    for (int i = 0; i < 1000; ++i, ++count) {
      last = hasher.node(last, hasher.leaf(evidence::Commitment(sealed).view()));
    }
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (last == Hash32{}) Die("no hash");
  return static_cast<double>(count) / seconds;
}

struct Etcd::Stub {
  explicit Stub(std::shared_ptr<grpc::Channel> channel) : stub(std::move(channel)) {}
  // A PutRequest: key = 1, value = 2.
  void Put(const std::string& key, const std::string& value,
           std::function<void(absl::Status)> done) {
    struct Call {
      grpc::ClientContext context;
      grpc::ByteBuffer request, response;
    };
    auto call = std::make_shared<Call>();
    call->context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    std::string bytes =
        absl::StrCat("\x0a", std::string(1, static_cast<char>(key.size())), key, "\x12");
    for (size_t left = value.size(); left > 0; left >>= 7) {
      bytes.push_back(static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0)));
    }
    bytes += value;
    const grpc::Slice slice(bytes);
    call->request = grpc::ByteBuffer(&slice, 1);
    stub.UnaryCall(
        &call->context, "/etcdserverpb.KV/Put", {}, &call->request, &call->response,
        [call, done](grpc::Status status) {
          done(status.ok() ? absl::OkStatus() : absl::UnavailableError(status.error_message()));
        });
  }
  grpc::GenericStub stub;
};

Etcd::Etcd(const std::string& binary) {
  const std::string url = absl::StrCat("http://127.0.0.1:", port_.number());
  const std::string peers = absl::StrCat("http://127.0.0.1:", peer_port_.number());
  child_ = std::make_unique<testing::Child>(
      std::vector<std::string>{binary, "--data-dir", dir_ / "data", "--listen-client-urls", url,
                               "--advertise-client-urls", url, "--listen-peer-urls", peers,
                               "--initial-advertise-peer-urls", peers, "--initial-cluster",
                               "default=" + peers, "--logger", "zap", "--log-level", "error"},
      dir_ / "etcd.log");
  stub_ = std::make_unique<Stub>(
      grpc::CreateChannel(url.substr(7), grpc::InsecureChannelCredentials()));
  for (int i = 0;; ++i) {
    absl::Notification put;
    absl::Status status;
    stub_->Put("k", "v", [&](absl::Status s) {
      status = s;
      put.Notify();
    });
    put.WaitForNotification();
    if (status.ok()) return;
    if (i == 200) Die(absl::StrCat("etcd does not answer\n", TextOf(dir_ / "etcd.log")));
    absl::SleepFor(absl::Milliseconds(50));
  }
}

Etcd::~Etcd() {
  child_->Signal(SIGTERM);
  child_->Wait(absl::Seconds(10));
}

Run Etcd::Measure(size_t value_bytes, int outstanding, absl::Duration length) {
  const std::string value(value_bytes, 'v');
  std::atomic<uint64_t> next = next_;
  const Run run = RunLoad(
      [&](std::function<void(absl::Status)> done) {
        stub_->Put(absl::StrCat("entry/", absl::Dec(next++, absl::kZeroPad16)), value,
                   std::move(done));
      },
      outstanding, absl::Seconds(1), length, {child_->pid()});
  next_ = next;
  return run;
}

std::vector<std::string> Postgres::AsUser(std::vector<std::string> argv) const {
  argv[0] = bin_ + "/" + argv[0];
  if (::geteuid() == 0) {
    argv.insert(argv.begin(),
                // Another user's process forgets whose death it should end with.
                {"/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups",
                 "--pdeathsig=SIGINT"});
  }
  return argv;
}

Postgres::Postgres(const std::string& bin) : bin_(bin) {
  ::chmod(dir_.path().c_str(), 0777);
  testing::Child init(AsUser({"initdb", "-D", dir_ / "data", "-U", "bench", "-A", "trust"}),
                      dir_ / "initdb.log");
  if (init.Wait(absl::Minutes(1)) != 0) Die(TextOf(dir_ / "initdb.log"));
  child_ = std::make_unique<testing::Child>(
      AsUser({"postgres", "-D", dir_ / "data", "-k", dir_.path(), "-c", "listen_addresses=", "-c",
              "max_connections=400", "-c", "synchronous_commit=on", "-c", "shared_buffers=256MB",
              "-c", "max_wal_size=4GB"}),
      dir_ / "postgres.log");
  for (int i = 0;; ++i) {
    testing::Child psql(
        AsUser({"psql", "-h", dir_.path(), "-U", "bench", "-d", "postgres", "-c",
                "CREATE TABLE entries (index bigserial PRIMARY KEY, record bytea)"}),
        dir_ / "psql.log");
    if (psql.Wait(absl::Minutes(1)) == 0) return;
    if (i == 200) Die(TextOf(dir_ / "postgres.log"));
    absl::SleepFor(absl::Milliseconds(50));
  }
}

Postgres::~Postgres() {
  child_->Signal(SIGTERM);  // a smart shutdown
  child_->Wait(absl::Seconds(20));
}

double Postgres::InsertsPerSecond(size_t value_bytes, int clients, absl::Duration length) {
  testing::WriteFile(dir_ / "insert.sql",
                     absl::StrCat("INSERT INTO entries (record) VALUES (convert_to(repeat('r', ",
                                  value_bytes, "), 'UTF8'));\n"));
  const std::string log = dir_ / "pgbench.log";
  std::filesystem::remove(log);
  testing::Child bench(AsUser({"pgbench", "-h", dir_.path(), "-U", "bench", "-n", "-M", "prepared",
                               "-c", absl::StrCat(clients), "-j", "2", "-T",
                               absl::StrCat(absl::ToInt64Seconds(length + absl::Milliseconds(999))),
                               "-f", dir_ / "insert.sql", "postgres"}),
                       log);
  if (bench.Wait(absl::Minutes(5)) != 0) Die(TextOf(log));
  const std::string text = TextOf(log);
  const size_t at = text.find("tps = ");
  double rate = 0;
  if (at == std::string::npos ||
      !absl::SimpleAtod(text.substr(at + 6, text.find(' ', at + 6) - at - 6), &rate)) {
    Die(text);
  }
  return rate;
}

}  // namespace shareway::bench
