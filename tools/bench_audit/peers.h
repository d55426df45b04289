// SPDX-License-Identifier: Apache-2.0
// What the audit log is measured against: the machine's hashes, etcd, PostgreSQL.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/child.h"
#include "tests/support/held_port.h"
#include "tests/support/temp_dir.h"
#include "tools/bench_audit/records.h"
#include "tools/bench_exchange/load.h"

namespace shareway::bench {

// Leaves a second of one core: the commitment of the very record, its leaf and one node.
double LeafHashesPerSecond(const RecordMold& mold, absl::Duration length);

// One etcd with its own durable settings, without TLS.
class Etcd {
 public:
  // `binary` is started in a folder of its own. Ends the program if it does not answer.
  explicit Etcd(const std::string& binary);
  ~Etcd();
  // Puts of `value_bytes` under ever new keys.
  Run Measure(size_t value_bytes, int outstanding, absl::Duration length);

 private:
  struct Stub;
  const testing::TempDir dir_;
  const testing::HeldPort port_, peer_port_;
  std::unique_ptr<testing::Child> child_;
  std::unique_ptr<Stub> stub_;
  uint64_t next_ = 0;
};

// One PostgreSQL with synchronous_commit=on, run as a user who is not root.
class Postgres {
 public:
  // `bin` has initdb, postgres and pgbench.
  explicit Postgres(const std::string& bin);
  ~Postgres();
  // Single-row inserts of `value_bytes` a second, over a Unix socket.
  double InsertsPerSecond(size_t value_bytes, int clients, absl::Duration length);

 private:
  std::vector<std::string> AsUser(std::vector<std::string> argv) const;

  const std::string bin_;
  const testing::TempDir dir_;
  std::unique_ptr<testing::Child> child_;
};

}  // namespace shareway::bench
