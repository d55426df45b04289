// SPDX-License-Identifier: Apache-2.0
// For tests of witnesses: the service on a store that outlives it, and nodes that the test plays.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/note.h"
#include "libs/kv/memory_store.h"
#include "libs/rpc/channel.h"
#include "services/audit/rpc/audit_rpc.h"
#include "services/audit/rpc/control_rpc.h"
#include "services/audit/test_log.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::audit {

inline constexpr char kAuditUri[] = "shareway://test/service/audit";
inline constexpr char kWitnessAgency[] = "agencies/11990100MB0000001X";

// A node that witnesses and produces.
struct TestNode {
  std::string name = {};
  std::string uri = {};
  crypto::PrivateKey witness_key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  crypto::PrivateKey message_key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  crypto::TlsFiles tls = {};
  std::shared_ptr<rpc::Channel> channel = {};

  std::string Line(absl::string_view note) const {
    return *evidence::CosignNote(witness_key, name, note, absl::Now());
  }
  std::string verifier_key() const {
    return evidence::WitnessVerifierKey(name, witness_key.public_key());
  }
};

// All that a store holds, in another one.
inline std::unique_ptr<kv::MemoryStore> CopyOf(const kv::Store& store) {
  auto copy = std::make_unique<kv::MemoryStore>();
  kv::Batch batch;
  REQUIRE(store
              .Scan("", "",
                    [&](absl::string_view key, absl::string_view value, uint64_t) {
                      batch.Put(key, value);
                      return true;
                    })
              .ok());
  REQUIRE(copy->Commit(std::move(batch)).ok());
  return copy;
}

inline Reason ReasonFor(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

class WatchedWorld {
 public:
  // `nodes` nodes, of which the first `witnesses` have a witness key in the directory.
  WatchedWorld(size_t node_count, size_t witness_count) : pki_(dir_.path()) {
    catalog::v1::DirectoryChange agency;
    agency.mutable_agency()->set_name(kWitnessAgency);
    agency.mutable_agency()->set_standing(catalog::v1::ACTIVE);
    Apply(agency);
    AddPerson("first");
    AddPerson("second");
    AddPerson("security", Role::SECURITY_ADMINISTRATOR);
    AddPerson("auditing", Role::AUDIT_ADMINISTRATOR);
    for (size_t i = 0; i < node_count; ++i) {
      TestNode node;
      node.name = absl::StrCat(kWitnessAgency, "/nodes/n", i);
      node.uri = absl::StrCat("shareway://test/agency/11990100MB0000001X/node/n", i);
      const testing::TestIdentity identity = pki_.Issue(absl::StrCat("n", i), {node.uri});
      node.tls = identity.tls;
      SetNode(node.name, catalog::v1::ACTIVE);
      AddKey(identity.key.public_key(), node.name, catalog::v1::Key::TLS);
      AddKey(node.message_key.public_key(), node.name, catalog::v1::Key::MESSAGE);
      if (i < witness_count) {
        AddKey(node.witness_key.public_key(), node.name, catalog::v1::Key::WITNESS);
      }
      nodes.push_back(std::move(node));
    }
    AddKey(own_key.public_key(), "services/audit", catalog::v1::Key::MESSAGE);
    server_tls_ = pki_.Issue("server", {kAuditUri}).tls;
  }
  ~WatchedWorld() { Close(); }

  // Starts the service on `store`; the channels lead to it from here on. A log that names no
  // witnesses serves once it returns: the first nodes report that they never cosigned.
  void Open(kv::Store* store, bool rebuild = false) {
    OpenSilent(store, rebuild);
    if (rebuild || !log->witnesses()->set().empty()) return;
    const WitnessSet listed = *witness_directory_.Set();
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (listed.Find(nodes[i].name) != nullptr) REQUIRE(Report(i, "").ok());
    }
    REQUIRE(log->gate()->WaitServing(absl::Seconds(10)));
  }
  // The same, but nobody reports.
  void OpenSilent(kv::Store* store, bool rebuild = false) {
    Close();
    metrics = std::make_unique<metrics::Registry>();
    Audit::Options options;
    options.metrics = metrics.get();
    options.sign_interval = absl::ZeroDuration();
    options.max_bytes = max_bytes;
    absl::StatusOr<std::unique_ptr<Audit>> opened = Audit::Open(store, TestLogKey(), options);
    INFO(opened.status());
    REQUIRE(opened.ok());
    audit = *std::move(opened);
    reader = std::make_unique<LogReader>(store);
    own = std::make_unique<OwnRecords>(audit.get(), reader.get(), &own_key, kAuditUri);
    absl::StatusOr<std::unique_ptr<WatchedLog>> watched =
        WatchedLog::Open({.store = store,
                          .audit = audit.get(),
                          .reader = reader.get(),
                          .own = own.get(),
                          .metrics = metrics.get(),
                          .message_key = own_key.public_key(),
                          .witnesses_today = [this] { return witness_directory_.Set(); },
                          .message_key_of =
                              [this](const Hash32& id, absl::string_view owner) {
                                return witness_directory_.MessageKey(id, owner);
                              },
                          .stop = [this] { ++stops; },
                          .roles_today =
                              [this](absl::string_view person, const evidence::SignedAct& act) {
                                return RolesToday(*directory.Get(), person, act, absl::Now());
                              }},
                         {.rebuild = rebuild,
                          .set_aside = set_aside,
                          .candidate_interval = absl::ZeroDuration()});
    INFO(watched.status());
    REQUIRE(watched.ok());
    log = *std::move(watched);
    api_ = std::make_unique<AuditRpc>(log.get(), &directory, &witness_directory_,
                                      [this] { return safe_size.load(); });
    rpc::Server::Options server;
    server.tls = server_tls_;
    server.pool_threads = 4;
    server_ = std::make_unique<rpc::Server>(server, &directory);
    api_->Register(server_.get());
    REQUIRE(server_->Start().ok());
    REQUIRE(log->Start([this] { return directory_current.load(); }).ok());
    server_->SetReady(true);
    for (TestNode& node : nodes) node.channel = Connect(node.tls);
    for (auto& [name, person] : people) person.channel = Connect(person.tls);
  }
  void Close() {
    server_.reset();
    api_.reset();
    log.reset();
    own.reset();
    audit.reset();
  }

  template <typename Resp, typename Req>
  absl::StatusOr<Resp> Call(size_t node, const std::string& method, const Req& request) {
    return nodes[node].channel->Unary<Resp>("/shareway.audit.v1.AuditService/" + method, request);
  }
  // The sealed record of `node` with this sequence, and so many bytes of state.
  evidence::v1::SealedRecord RecordOf(size_t node, uint64_t sequence, size_t bytes = 0) {
    evidence::AuditRecord record = GoodRecord(sequence);
    record.set_producer(nodes[node].uri);
    record.set_state(std::string(bytes, 's'));
    evidence::v1::Envelope envelope;
    envelope.set_payload(record.SerializeAsString());
    *envelope.mutable_signature() = evidence::ToProto(
        (*crypto::SignBatch(nodes[node].message_key, {envelope.payload()}))[0]);
    evidence::v1::SealedRecord sealed = Seal(record);
    sealed.set_record(envelope.SerializeAsString());
    return sealed;
  }
  absl::StatusOr<v1::AppendResponse> Append(size_t node, uint64_t first, uint64_t count,
                                            size_t bytes = 0) {
    v1::AppendRequest request;
    for (uint64_t i = 0; i < count; ++i) *request.add_records() = RecordOf(node, first + i, bytes);
    return Call<v1::AppendResponse>(node, "Append", request);
  }
  rpc::ReadStream<v1::WatchCheckpointsResponse> Watch(size_t node, uint64_t own_from) {
    v1::WatchCheckpointsRequest request;
    request.set_own_entries_from(own_from);
    rpc::CallOptions options;
    options.timeout = absl::Seconds(20);
    return nodes[node].channel->ServerStream<v1::WatchCheckpointsResponse>(
        "/shareway.audit.v1.AuditService/WatchCheckpoints", request, options);
  }
  // The first candidate with at least `size` entries; `own` gets the log's own entries below it.
  v1::Checkpoint AwaitCandidate(uint64_t size, std::vector<v1::LogEntry>* own_entries = nullptr) {
    auto stream = Watch(0, 0);
    for (;;) {
      const auto message = stream.Read();
      INFO(message.status());
      REQUIRE(message.ok());
      REQUIRE(message->has_value());
      if (own_entries != nullptr) {
        own_entries->insert(own_entries->end(), (*message)->own_entries().begin(),
                            (*message)->own_entries().end());
      }
      if ((*message)->more() || (*message)->checkpoint().size() < size) continue;
      stream.Cancel();
      return (*message)->checkpoint();
    }
  }
  absl::StatusOr<v1::AddCosignatureResponse> Cosign(size_t node, const std::string& note,
                                                    const std::string& line) {
    v1::AddCosignatureRequest request;
    request.set_note(note);
    request.set_cosignature(line);
    return Call<v1::AddCosignatureResponse>(node, "AddCosignature", request);
  }
  // The candidate that covers all there is, cosigned by the first `count` nodes.
  v1::Checkpoint Witness(size_t count, std::vector<v1::LogEntry>* own_entries = nullptr) {
    const v1::Checkpoint candidate = AwaitCandidate(audit->state()->size(), own_entries);
    for (size_t i = 0; i < count; ++i) {
      const auto answer = Cosign(i, candidate.note(), nodes[i].Line(candidate.note()));
      INFO(answer.status());
      REQUIRE(answer.ok());
    }
    return candidate;
  }
  absl::StatusOr<v1::ReportCosignedResponse> Report(size_t node, const std::string& note,
                                                    const std::string& line) {
    v1::ReportCosignedRequest request;
    request.set_note(note);
    request.set_cosignature(line);
    return Call<v1::ReportCosignedResponse>(node, "ReportCosigned", request);
  }
  absl::StatusOr<v1::ReportCosignedResponse> Report(size_t node, const std::string& note) {
    return Report(node, note, note.empty() ? "" : nodes[node].Line(note));
  }
  // Cosigns what the log asks for, as these nodes, until `done`; the last note.
  std::string CosignUntil(const std::vector<size_t>& by, const std::function<bool()>& done) {
    const absl::Time end = absl::Now() + absl::Seconds(10);
    std::string last;
    while (!done() && absl::Now() < end) {
      last = AwaitCandidate(0).note();
      for (const size_t node : by) (void)Cosign(node, last, nodes[node].Line(last));
      log->witnesses()->WaitCandidate(~uint64_t{0}, absl::Milliseconds(5));
    }
    REQUIRE(done());
    return last;
  }
  // All records of the log's own, oldest first.
  std::vector<evidence::AuditRecord> OwnRecordsThere() const {
    const std::shared_ptr<const LogState> state = audit->state();
    std::vector<evidence::AuditRecord> records;
    for (uint64_t index = 0; index < state->size(); ++index) {
      const std::vector<Found> found = *reader->Entries(*state, index, index + 1, 1);
      evidence::AuditRecord record = evidence::Open(found[0].stored.sealed)->record;
      if (record.producer() == kAuditUri) records.push_back(std::move(record));
    }
    return records;
  }
  // Waits until the log has `count` starts.
  void AwaitStarts(size_t count) const {
    const absl::Time end = absl::Now() + absl::Seconds(10);
    const auto starts = [&] {
      const std::vector<evidence::AuditRecord> all = OwnRecordsThere();
      return static_cast<size_t>(std::count_if(all.begin(), all.end(), [](const auto& record) {
        return record.kind() == evidence::v1::SERVICE_STARTED;
      }));
    };
    while (starts() < count && absl::Now() < end) {
      log->witnesses()->WaitCandidate(~uint64_t{0}, absl::Milliseconds(5));
    }
    REQUIRE(starts() == count);
  }
  absl::StatusOr<v1::Checkpoint> Newest() {
    return Call<v1::Checkpoint>(0, "GetCheckpoint", v1::GetCheckpointRequest());
  }
  absl::StatusOr<v1::NameWitnessesResponse> Name(const std::string& person,
                                                 const std::vector<size_t>& named,
                                                 const std::string& reason = "fire in the hall") {
    constexpr char kMethod[] = "/shareway.audit.v1.AuditService/NameWitnesses";
    v1::NameWitnessesRequest request;
    for (const size_t node : named) request.add_nodes(nodes[node].name);
    request.set_reason(reason);
    Person& as = people.at(person);
    v1::NameWitnessesRequest wire;
    *wire.mutable_signed_act() =
        *evidence::SignAct(as.key, absl::StrCat("people/", person), kMethod,
                           request.SerializeAsString(), absl::Now());
    return as.channel->Unary<v1::NameWitnessesResponse>(kMethod, wire);
  }

  void SetNode(const std::string& name, catalog::v1::Standing standing) {
    catalog::v1::DirectoryChange change;
    change.mutable_node()->set_name(name);
    change.mutable_node()->set_standing(standing);
    Apply(change);
  }
  void AddKey(const crypto::PublicKey& public_key, const std::string& owner,
              catalog::v1::Key::Use use, catalog::v1::Standing standing = catalog::v1::ACTIVE) {
    Apply(KeyChange(public_key, owner, use, standing));
  }
  void SetPerson(const std::string& id, Role role, catalog::v1::Standing standing) {
    catalog::v1::DirectoryChange change;
    change.mutable_person()->set_name("people/" + id);
    change.mutable_person()->set_agency(kWitnessAgency);
    change.mutable_person()->set_standing(standing);
    change.mutable_person()->add_roles(role);
    Apply(change);
  }
  // Lists the witness keys of these nodes in one step: nobody sees a set with some of them.
  void ListWitnesses(const std::vector<size_t>& fresh) {
    rpc::Directory next = *directory.Get();
    for (const size_t node : fresh) {
      next.Apply(KeyChange(nodes[node].witness_key.public_key(), nodes[node].name,
                           catalog::v1::Key::WITNESS, catalog::v1::ACTIVE));
    }
    directory.Set(std::make_shared<const rpc::Directory>(next));
  }

 private:
  static catalog::v1::DirectoryChange KeyChange(const crypto::PublicKey& public_key,
                                                const std::string& owner,
                                                catalog::v1::Key::Use use,
                                                catalog::v1::Standing standing) {
    catalog::v1::DirectoryChange change;
    catalog::v1::Key* key = change.mutable_key();
    key->set_name(crypto::KeyName(public_key.id()));
    key->set_owner(owner);
    key->set_use(use);
    if (use != catalog::v1::Key::WITNESS) key->set_suite(evidence::v1::P256_SHA256);
    key->set_spki(public_key.spki());
    key->set_standing(standing);
    return change;
  }
  struct Person {
    crypto::TlsFiles tls = {};
    crypto::PrivateKey key;
    std::shared_ptr<rpc::Channel> channel = {};
  };
  void Apply(const catalog::v1::DirectoryChange& change) {
    rpc::Directory next = *directory.Get();
    next.Apply(change);
    directory.Set(std::make_shared<const rpc::Directory>(next));
  }
  void AddPerson(const std::string& id, Role role = Role::SYSTEM_ADMINISTRATOR) {
    catalog::v1::DirectoryChange change;
    change.mutable_person()->set_name("people/" + id);
    change.mutable_person()->set_agency(kWitnessAgency);
    change.mutable_person()->set_standing(catalog::v1::ACTIVE);
    change.mutable_person()->add_roles(role);
    Apply(change);
    const testing::TestIdentity identity = pki_.Issue(id, {"shareway://test/person/" + id});
    AddKey(identity.key.public_key(), "people/" + id, catalog::v1::Key::TLS);
    people.emplace(id, Person{.tls = identity.tls, .key = identity.key});
  }
  std::shared_ptr<rpc::Channel> Connect(const crypto::TlsFiles& tls) {
    absl::StatusOr<std::shared_ptr<rpc::Channel>> channel =
        rpc::Channel::Open({absl::StrCat("127.0.0.1:", server_->port()), tls, kAuditUri});
    REQUIRE(channel.ok());
    return *channel;
  }

  testing::TempDir dir_;
  testing::TestPki pki_;
  crypto::TlsFiles server_tls_;

 public:
  rpc::DirectoryHolder directory;
  WitnessDirectory witness_directory_{&directory};
  std::vector<TestNode> nodes;
  std::map<std::string, Person> people;
  const crypto::PrivateKey own_key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  std::atomic<uint64_t> safe_size = 0;
  std::atomic<bool> directory_current = true;
  std::atomic<int> stops = 0;  // that two administrators ended in
  size_t max_bytes = 64 << 20;  // that may be queued
  std::set<std::string> set_aside;  // ids of heads
  std::unique_ptr<metrics::Registry> metrics;
  std::unique_ptr<Audit> audit;
  std::unique_ptr<LogReader> reader;
  std::unique_ptr<OwnRecords> own;
  std::unique_ptr<WatchedLog> log;

 private:
  std::unique_ptr<AuditRpc> api_;
  std::unique_ptr<rpc::Server> server_;
};

// A log with a witnessed history in `store`; the head that all of the nodes cosigned.
inline v1::Checkpoint MakeHistory(WatchedWorld* world, kv::MemoryStore* store) {
  world->Open(store);
  REQUIRE(world->Append(0, 1, 5).ok());
  world->AwaitCandidate(7);  // with a start and a set
  const v1::Checkpoint head = world->Witness(world->log->witnesses()->set().size());
  world->Close();
  return head;
}

// A head of the same log key that the log itself never signed.
inline std::string OtherNote(uint64_t size) {
  return TestLogKey().Sign(size, crypto::Sha256("another history"), absl::Now())->note;
}

}  // namespace shareway::audit
