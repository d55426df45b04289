// SPDX-License-Identifier: Apache-2.0
// For tests of AuditService: the service on loopback, and who calls it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/kv/memory_store.h"
#include "libs/rpc/audit_sink.h"
#include "libs/rpc/channel.h"
#include "services/audit/rpc/audit_rpc.h"
#include "services/audit/test_log.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::audit {

using catalog::v1::DirectoryChange;

inline constexpr char kServerUri[] = "shareway://test/service/audit";
inline constexpr char kCatalogUri[] = "shareway://test/service/catalog";
inline constexpr char kStranger[] = "agencies/11990100MB00000036";

// An audit service with the people, nodes and services that call it.
class World {
 public:
  World() : World(crypto::Suite::kP256Sha256, TestLogKey()) {}
  // Records are signed in this suite, checkpoints by these keys.
  World(crypto::Suite records, const LogKey& log_key)
      : pki_(dir_.path()), message_key_(crypto::PrivateKey::Generate(records)) {
    Audit::Options options;
    options.metrics = &metrics_;
    options.clock = &clock_;
    options.sign_interval = absl::ZeroDuration();
    audit = *Audit::Open(&store, log_key, options);
    own = std::make_unique<OwnRecords>(audit.get(), &reader_, &own_key_, kServerUri);
    log = *WatchedLog::Open({.store = &store,
                             .audit = audit.get(),
                             .reader = &reader_,
                             .own = own.get(),
                             .metrics = &metrics_,
                             .message_key = own_key_.public_key()},
                            {});
    api_ = std::make_unique<AuditRpc>(log.get(), &directory, &witness_directory_);
    for (const char* agency : {kConsumer, kProvider, kStranger}) {
      DirectoryChange change;
      change.mutable_agency()->set_name(agency);
      change.mutable_agency()->set_standing(catalog::v1::ACTIVE);
      Apply(change);
    }
    AddPerson("auditor", kStranger, Role::AUDITOR);
    AddPerson("head", kConsumer, Role::SHARING_HEAD);
    AddPerson("outsider", kStranger, Role::SHARING_HEAD);
    AddNode(kConsumerNode);
    AddNode(kProviderNode);
    consumer = Connect("consumer", kConsumerUri, kConsumerNode);
    provider = Connect("provider", kProviderUri, kProviderNode);
    catalog = Connect("catalog", kCatalogUri, "services/catalog");
    auditor = Connect("auditor", "shareway://test/person/auditor", "people/auditor");
    head = Connect("head", "shareway://test/person/head", "people/head");
    outsider = Connect("outsider", "shareway://test/person/outsider", "people/outsider");
  }
  ~World() {
    server_.reset();
    log.reset();
    own.reset();
    audit.reset();
  }

  template <typename Resp, typename Req>
  absl::StatusOr<Resp> Call(const std::shared_ptr<rpc::Channel>& channel, const std::string& method,
                            const Req& request) {
    return channel->Unary<Resp>("/shareway.audit.v1.AuditService/" + method, request);
  }
  absl::StatusOr<v1::AppendResponse> Append(const std::shared_ptr<rpc::Channel>& channel,
                                            const std::vector<evidence::AuditRecord>& records) {
    v1::AppendRequest request;
    for (const evidence::AuditRecord& record : records) *request.add_records() = Signed(record);
    return Call<v1::AppendResponse>(channel, "Append", request);
  }
  // Sealed under the message key of its producer.
  evidence::v1::SealedRecord Signed(const evidence::AuditRecord& record) {
    const std::string payload = record.SerializeAsString();
    evidence::v1::Envelope envelope;
    envelope.set_payload(payload);
    *envelope.mutable_signature() = Sign(payload);
    evidence::v1::SealedRecord sealed;
    sealed.set_record(envelope.SerializeAsString());
    sealed.set_salt(std::string(16, 's'));
    return sealed;
  }
  // By the same key.
  evidence::v1::Signature Sign(const std::string& payload) const {
    return evidence::ToProto((*crypto::SignBatch(message_key_, {payload}))[0]);
  }
  // An outside supervisor of the stranger's agency.
  std::shared_ptr<rpc::Channel> AddSupervisor() {
    AddPerson("supervisor", kStranger, Role::OUTSIDE_SUPERVISOR);
    return Connect("supervisor", "shareway://test/person/supervisor", "people/supervisor");
  }
  // A mandate of his over this agency from day to day, YYYY-MM-DD.
  void PutMandate(const std::string& agency, const std::string& from, const std::string& to) {
    DirectoryChange change;
    change.mutable_mandate()->set_name("mandates/m");
    change.mutable_mandate()->add_supervisors("people/supervisor");
    change.mutable_mandate()->add_agencies(agency);
    change.mutable_mandate()->set_start_date(from);
    change.mutable_mandate()->set_end_date(to);
    Apply(change);
  }
  int port() const { return server_->port(); }
  testing::TestPki* pki() { return &pki_; }
  void AwaitSigned() {
    REQUIRE(audit->signer().WaitCovers(audit->state()->size(), absl::Seconds(10)));
  }

 private:
  void Apply(const DirectoryChange& change) {
    rpc::Directory next = *directory.Get();
    next.Apply(change);
    directory.Set(std::make_shared<const rpc::Directory>(next));
  }
  void AddPerson(const std::string& id, const std::string& agency, Role role) {
    DirectoryChange change;
    change.mutable_person()->set_name("people/" + id);
    change.mutable_person()->set_agency(agency);
    change.mutable_person()->set_standing(catalog::v1::ACTIVE);
    change.mutable_person()->add_roles(role);
    Apply(change);
  }
  void AddNode(const std::string& name) {
    DirectoryChange change;
    change.mutable_node()->set_name(name);
    change.mutable_node()->set_standing(catalog::v1::ACTIVE);
    Apply(change);
  }
  void AddKey(const crypto::PublicKey& public_key, const std::string& owner,
              catalog::v1::Key::Use use) {
    DirectoryChange change;
    catalog::v1::Key* key = change.mutable_key();
    key->set_name(crypto::KeyName(public_key.id()));
    key->set_owner(owner);
    key->set_use(use);
    key->set_suite(public_key.suite() == crypto::Suite::kSm2Sm3 ? evidence::v1::SM2_SM3
                                                                : evidence::v1::P256_SHA256);
    key->set_spki(public_key.spki());
    key->set_standing(catalog::v1::ACTIVE);
    Apply(change);
  }
  std::shared_ptr<rpc::Channel> Connect(const std::string& label, const std::string& uri,
                                        const std::string& owner) {
    const testing::TestIdentity identity = pki_.Issue(label, {uri});
    AddKey(identity.key.public_key(), owner, catalog::v1::Key::TLS);
    if (server_ == nullptr) {
      AddKey(message_key_.public_key(), kProviderNode, catalog::v1::Key::MESSAGE);
      AddKey(own_key_.public_key(), "services/audit", catalog::v1::Key::MESSAGE);
      rpc::Server::Options options;
      options.tls = pki_.Issue("server", {kServerUri}).tls;
      options.pool_threads = 4;
      server_ = std::make_unique<rpc::Server>(options, &directory);
      api_->Register(server_.get());
      REQUIRE(server_->Start().ok());
      server_->SetReady(true);
    }
    absl::StatusOr<std::shared_ptr<rpc::Channel>> channel =
        rpc::Channel::Open({absl::StrCat("127.0.0.1:", server_->port()), identity.tls, kServerUri});
    REQUIRE(channel.ok());
    return *channel;
  }

  testing::TempDir dir_;
  testing::TestPki pki_;
  metrics::Registry metrics_;
  std::unique_ptr<AuditRpc> api_;
  std::unique_ptr<rpc::Server> server_;
  const crypto::PrivateKey own_key_ = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  const crypto::PrivateKey message_key_;

 public:
  rpc::DirectoryHolder directory;
  WitnessDirectory witness_directory_{&directory};
  kv::MemoryStore store;
  LogReader reader_{&store};
  FakeClock clock_;
  std::unique_ptr<Audit> audit;
  std::unique_ptr<OwnRecords> own;
  std::unique_ptr<WatchedLog> log;
  std::shared_ptr<rpc::Channel> consumer;
  std::shared_ptr<rpc::Channel> provider;
  std::shared_ptr<rpc::Channel> catalog;
  std::shared_ptr<rpc::Channel> auditor;
  std::shared_ptr<rpc::Channel> head;
  std::shared_ptr<rpc::Channel> outsider;
};

// The reason that an error carries.
inline Reason ReasonOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

}  // namespace shareway::audit
