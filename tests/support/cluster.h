// SPDX-License-Identifier: Apache-2.0
// A small Shareway of real processes on loopback: two cities, their agencies,
// people and nodes. Scenario tests, fault tests and benchmarks live in it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/error.h"
#include "libs/evidence/envelope.h"
#include "libs/rpc/channel.h"
#include "shareway/catalog/v1/directory.pb.h"
#include "tests/support/child.h"
#include "tests/support/held_port.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::testing {

// Agencies of the new city (profile cn-2025-809), each with node n1 and system s1.
inline constexpr char kStatistics[] = "statistics";
inline constexpr char kCivil[] = "civil";
inline constexpr char kTax[] = "tax";
inline constexpr char kHousing[] = "housing";  // no node
inline constexpr char kBureau[] = "bureau";    // the authority's officers; no node
// Agencies of the old city (profile cn-2016-51); nodes only as asked for.
inline constexpr char kOldCivil[] = "oldcivil";
inline constexpr char kOldSchool[] = "oldschool";
inline constexpr char kOldBureau[] = "oldbureau";

class Cluster {
 public:
  struct Options {
    // What its identities begin with: two installations differ in it.
    std::string domain = "test";
    std::vector<std::string> nodes = {kStatistics, kCivil, kTax};
    // Agencies of these nodes that have a second one: n2, process {alias}-node2.
    std::vector<std::string> replicas = {};
    // Agencies that the node n1 of another serves, too: alias of the guest to that of the host.
    std::map<std::string, std::string> hosted = {};
    // Starts the console, too, and puts people/system-administrator and people/audit-administrator,
    // of the bureau, into the directory; people/security is there anyway.
    bool console = false;
    // Extra flags of one process, by its name.
    std::map<std::string, std::vector<std::string>> flags = {};
    // Where `from`, a process, finds `to`, which listens on `port`; an empty `from`: where the
    // directory says that a node is, for all. Empty: at its own port.
    std::function<int(const std::string& from, const std::string& to, int port)> port_of = {};
  };
  // Starts catalog, audit, sharing, the console if asked, and the nodes, and waits until all are
  // ready.
  explicit Cluster(Options options);
  Cluster() : Cluster(Options()) {}
  ~Cluster();

  // agencies/{credit code}.
  std::string Agency(const std::string& alias) const;
  std::string Node(const std::string& alias, const std::string& name = "n1") const {
    return absl::StrCat(Agency(alias), "/nodes/", name);
  }
  // people/{alias}-{role}, role one of editor, head, sharing-head, reviewer, applicant, steward.
  // Of bureaus: officer, recording. Besides: people/security, people/auditor.
  static std::string Person(const std::string& who) { return "people/" + who; }

  // A channel of an identity ("tax-applicant", "tax-system", "statistics-node") to a
  // process ("catalog", "sharing", "audit", "console", "tax-node").
  std::shared_ptr<rpc::Channel> Channel(const std::string& as, const std::string& to);

  // One call as somebody.
  template <typename Resp, typename Req>
  absl::StatusOr<Resp> Call(const std::string& as, const std::string& to, const std::string& path,
                            const Req& request, absl::Duration timeout = absl::Seconds(10)) {
    rpc::CallOptions options;
    options.timeout = timeout;
    return Channel(as, to)->Unary<Resp>(path, request, options);
  }
  // The same as a signed act of a person.
  template <typename Resp, typename Req>
  absl::StatusOr<Resp> Act(const std::string& person, const std::string& to,
                           const std::string& path, const Req& request,
                           absl::Duration timeout = absl::Seconds(15)) {
    absl::StatusOr<evidence::v1::SignedAct> act =
        evidence::SignAct(identities_.at(person).key, Person(person), path,
                          request.SerializeAsString(), absl::Now());
    if (!act.ok()) return act.status();
    Req outer;
    *outer.mutable_signed_act() = *act;
    return Call<Resp>(person, to, path, outer, timeout);
  }

  // Processes by name: catalog, audit, sharing, statistics-node …
  void Kill(const std::string& process);    // SIGKILL, waits for the end
  int Stop(const std::string& process);     // SIGTERM; the exit code
  void Start(const std::string& process);   // on the same store and port
  int WaitEnd(const std::string& process);  // of one that ends by itself; the exit code
  // Extra flags of the process from its next start on, in place of those it had.
  void SetFlags(const std::string& process, std::vector<std::string> flags) {
    options_.flags[process] = std::move(flags);
  }
  // Waits until a call to the process is not refused as unready. Fails the test after `limit`.
  void AwaitReady(const std::string& process, absl::Duration limit = absl::Seconds(20));
  int pid(const std::string& process) { return children_.at(process)->pid(); }
  std::string StoreOf(const std::string& process) const;
  // The folder of a hosted agency, with its key, secret and store.
  std::string HostedDir(const std::string& alias) const;
  // The message key of a node ("tax-node"), a service or a hosted agency, by its alias.
  const crypto::PrivateKey& message_key(const std::string& label) const {
    return message_keys_.at(label);
  }
  // Where the console's first start leaves its codes.
  std::string FirstCodesPath() const { return dir_ / "first-codes"; }
  std::string Address(const std::string& process) const;
  std::string log_key() const { return log_key_; }
  const TempDir& dir() const { return dir_; }
  // The tail of a process's log, for failure messages.
  std::string LogOf(const std::string& process) const;
  const TestIdentity& identity(const std::string& label) const { return identities_.at(label); }

 private:
  void MakeIdentities();
  void WriteBootstrap();
  std::vector<std::string> CommandOf(const std::string& process) const;
  int PortOf(const std::string& from, const std::string& to) const;

  Options options_;
  TempDir dir_;
  TestPki pki_;
  std::map<std::string, std::string> codes_;   // alias -> credit code
  std::map<std::string, TestIdentity> identities_;
  std::map<std::string, crypto::PrivateKey> message_keys_;
  std::map<std::string, std::string> uris_;    // process -> its identity
  std::map<std::string, HeldPort> ports_;      // process -> its port
  std::vector<catalog::v1::DirectoryChange> bootstrap_;
  std::string log_key_;
  std::map<std::string, std::unique_ptr<Child>> children_;
  std::map<std::string, std::shared_ptr<rpc::Channel>> channels_;
};

// The reason of an error; kUnspecified if there is none.
Reason ReasonOf(const absl::Status& status);

}  // namespace shareway::testing
