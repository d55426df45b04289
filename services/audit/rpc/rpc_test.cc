// SPDX-License-Identifier: Apache-2.0
// AuditService over real mTLS on loopback: who may what, and what the wire carries.
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/evidence/note.h"
#include "libs/evidence/pack.h"
#include "libs/kv/memory_store.h"
#include "libs/rpc/audit_sink.h"
#include "libs/rpc/channel.h"
#include "services/audit/rpc/append_request.h"
#include "services/audit/rpc/audit_rpc.h"
#include "services/audit/test_log.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::audit {
namespace {

using catalog::v1::DirectoryChange;

constexpr char kServerUri[] = "shareway://test/service/audit";
constexpr char kCatalogUri[] = "shareway://test/service/catalog";
constexpr char kStranger[] = "agencies/11990100MB00000036";

class World {
 public:
  World() : pki_(dir_.path()), reader_(&store_) {
    Audit::Options options;
    options.metrics = &metrics_;
    options.clock = &clock_;
    options.sign_interval = absl::ZeroDuration();
    audit = *Audit::Open(&store_, TestLogKey(), options);
    api_ = std::make_unique<AuditRpc>(audit.get(), &reader_, &directory_);
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
    *envelope.mutable_signature() =
        evidence::ToProto((*crypto::SignBatch(message_key_, {payload}))[0]);
    evidence::v1::SealedRecord sealed;
    sealed.set_record(envelope.SerializeAsString());
    sealed.set_salt(std::string(16, 's'));
    return sealed;
  }
  void AwaitSigned() {
    REQUIRE(audit->signer().WaitCovers(audit->state()->size(), absl::Seconds(10)));
  }

 private:
  void Apply(const DirectoryChange& change) {
    rpc::Directory next = *directory_.Get();
    next.Apply(change);
    directory_.Set(std::make_shared<const rpc::Directory>(next));
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
    key->set_suite(evidence::v1::P256_SHA256);
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
      rpc::Server::Options options;
      options.tls = pki_.Issue("server", {kServerUri}).tls;
      options.pool_threads = 4;
      server_ = std::make_unique<rpc::Server>(options, &directory_);
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
  kv::MemoryStore store_;
  metrics::Registry metrics_;
  rpc::DirectoryHolder directory_;
  LogReader reader_;
  std::unique_ptr<AuditRpc> api_;
  std::unique_ptr<rpc::Server> server_;
  const crypto::PrivateKey message_key_ = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);

 public:
  FakeClock clock_;
  std::unique_ptr<Audit> audit;
  std::shared_ptr<rpc::Channel> consumer;
  std::shared_ptr<rpc::Channel> provider;
  std::shared_ptr<rpc::Channel> catalog;
  std::shared_ptr<rpc::Channel> auditor;
  std::shared_ptr<rpc::Channel> head;
  std::shared_ptr<rpc::Channel> outsider;
};

Reason ReasonOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

v1::AppendRequest GoodAppend() {
  v1::AppendRequest request;
  for (uint64_t i = 1; i <= 3; ++i) *request.add_records() = Seal(GoodRecord(i));
  return request;
}

TEST_CASE("A malformed append is refused whole, naming the field", "[audit]") {
  struct Row {
    const char* field;
    void (*spoil)(v1::AppendRequest&);
  };
  const Row row = GENERATE(values<Row>({
      {"records", [](v1::AppendRequest& r) { r.clear_records(); }},
      {"records",
       [](v1::AppendRequest& r) {
         for (int i = 0; i < 254; ++i) *r.add_records() = r.records(0);
       }},
      {"records",
       [](v1::AppendRequest& r) {
         evidence::AuditRecord large = GoodRecord(1);
         large.set_state(std::string(60000, 's'));
         for (int i = 0; i < 18; ++i) *r.add_records() = Seal(large);
       }},
      {"records[1].salt", [](v1::AppendRequest& r) { r.mutable_records(1)->clear_salt(); }},
      {"records[2].salt",
       [](v1::AppendRequest& r) { r.mutable_records(2)->mutable_salt()->push_back('x'); }},
      {"records[0].record", [](v1::AppendRequest& r) { r.mutable_records(0)->clear_record(); }},
      {"records[0].record",
       [](v1::AppendRequest& r) {
         r.mutable_records(0)->set_record(std::string(kMaxRecordBytes + 1, 'x'));
       }},
      {"records[1].record",
       [](v1::AppendRequest& r) { r.mutable_records(1)->set_record("\xff\xff\xff"); }},
      {"records[1].record",
       [](v1::AppendRequest& r) {
         evidence::v1::Envelope envelope;
         envelope.set_payload("\xff\xff\xff");
         r.mutable_records(1)->set_record(envelope.SerializeAsString());
       }},
  }));
  REQUIRE(ParseAppend(GoodAppend(), kProviderUri)->size() == 3);
  v1::AppendRequest request = GoodAppend();
  row.spoil(request);
  const absl::Status status = ParseAppend(request, kProviderUri).status();
  INFO(status);
  CHECK(absl::IsInvalidArgument(status));
  REQUIRE(DetailsOf(status)->fields.size() == 1);
  CHECK(DetailsOf(status)->fields[0].field == row.field);
}

TEST_CASE("The largest append is taken", "[audit]") {
  v1::AppendRequest request;
  for (uint64_t i = 0; i < 256; ++i) *request.add_records() = Seal(GoodRecord(i));
  CHECK(ParseAppend(request, kProviderUri)->size() == 256);
  evidence::AuditRecord large = GoodRecord(1);
  large.set_state(std::string(kMaxRecordBytes - Seal(large).record().size() - 16, 's'));
  while (Seal(large).record().size() < kMaxRecordBytes) large.mutable_state()->push_back('s');
  request.clear_records();
  *request.add_records() = Seal(large);
  CHECK(request.records(0).record().size() == kMaxRecordBytes);
  CHECK(ParseAppend(request, kProviderUri).ok());
}

TEST_CASE("Nobody appends in another's name", "[audit]") {
  World world;
  const absl::Status status = world.Append(world.consumer, {GoodRecord(1)}).status();
  CHECK(absl::IsPermissionDenied(status));
  CHECK(ReasonOf(status) == Reason::kProducerUnknown);
  CHECK(absl::IsPermissionDenied(world.Append(world.auditor, {GoodRecord(1)}).status()));
  CHECK(world.audit->state()->size() == 0);
}

TEST_CASE("What the audit client appends it can prove", "[audit]") {
  World world;
  rpc::AuditSink sink(world.provider, TestLogKey().verifier_key());
  std::vector<evidence::v1::SealedRecord> records;
  std::vector<Hash32> commitments;
  for (uint64_t i = 1; i <= 20; ++i) {
    records.push_back(world.Signed(GoodRecord(i)));
    commitments.push_back(evidence::Commitment(records.back()));
  }
  absl::StatusOr<outbox::Sink::Appended> appended = sink.Append(records);
  INFO(appended.status());
  REQUIRE(appended.ok());
  CHECK(appended->indices == Numbers(0, 20));
  CHECK(appended->safe_size == 0);
  world.AwaitSigned();
  CHECK(sink.ProveIncluded(appended->indices, commitments).ok());
  CHECK(*sink.LastSequence(std::string(16, 'i')) == 20);
  std::swap(commitments[3], commitments[4]);
  CHECK(absl::IsDataLoss(sink.ProveIncluded(appended->indices, commitments)));
}

TEST_CASE("A checkpoint carries the note that the pinned key verifies", "[audit]") {
  World world;
  REQUIRE(world.Append(world.provider, {GoodRecord(1)}).ok());
  world.AwaitSigned();
  absl::StatusOr<v1::Checkpoint> checkpoint =
      world.Call<v1::Checkpoint>(world.head, "GetCheckpoint", v1::GetCheckpointRequest());
  REQUIRE(checkpoint.ok());
  absl::StatusOr<evidence::TreeHead> head =
      evidence::OpenNote(checkpoint->note(), TestLogKey().verifier_key());
  REQUIRE(head.ok());
  CHECK(head->size == 1);
  CHECK(checkpoint->size() == 1);
  CHECK(checkpoint->root() == head->root.str());
  CHECK(checkpoint->verifier_key() == TestLogKey().verifier_key());
  CHECK(checkpoint->has_time());
}

TEST_CASE("Parties and auditors read records, others commitments only, services nothing", "[audit]") {
  World world;
  REQUIRE(world.Append(world.provider, {GoodRecord(1), GoodRecord(2)}).ok());
  v1::GetEntriesRequest request;
  request.set_end(2);
  const auto get = [&](const std::shared_ptr<rpc::Channel>& as) {
    absl::StatusOr<v1::GetEntriesResponse> response =
        world.Call<v1::GetEntriesResponse>(as, "GetEntries", request);
    REQUIRE(response.ok());
    REQUIRE(response->entries_size() == 2);
    return response->entries(1);
  };
  for (const auto& as :
       {world.provider, world.consumer, world.head, world.auditor}) {
    const v1::LogEntry entry = get(as);
    CHECK(entry.index() == 1);
    CHECK(evidence::Commitment(entry.sealed()).str() == entry.commitment());
  }
  const v1::LogEntry entry = get(world.outsider);
  CHECK(entry.commitment().size() == 32);
  CHECK_FALSE(entry.has_sealed());
  CHECK(ReasonOf(
            world.Call<v1::GetEntriesResponse>(world.catalog, "GetEntries", request).status()) ==
        Reason::kPolicyDenied);

  request.set_end(3);
  CHECK(ReasonOf(world.Call<v1::GetEntriesResponse>(world.head, "GetEntries", request).status()) ==
        Reason::kLogTooSmall);
  request.set_end(257);
  CHECK(absl::IsInvalidArgument(
      world.Call<v1::GetEntriesResponse>(world.head, "GetEntries", request).status()));
}

TEST_CASE("A search pages, and shows each reader only what is theirs", "[audit]") {
  World world;
  std::vector<evidence::AuditRecord> records;
  for (uint64_t i = 1; i <= 25; ++i) records.push_back(GoodRecord(i));
  REQUIRE(world.Append(world.provider, records).ok());
  v1::SearchEntriesRequest request;
  request.set_agency(kProvider);
  request.set_page_size(10);
  const auto search = [&](const std::shared_ptr<rpc::Channel>& as) {
    request.clear_page_token();
    std::vector<uint64_t> found;
    do {
      absl::StatusOr<v1::SearchEntriesResponse> response =
          world.Call<v1::SearchEntriesResponse>(as, "SearchEntries", request);
      INFO(response.status());
      REQUIRE(response.ok());
      for (const v1::LogEntry& entry : response->entries()) found.push_back(entry.index());
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    return found;
  };
  std::vector<uint64_t> newest_first = Numbers(0, 25);
  std::reverse(newest_first.begin(), newest_first.end());
  CHECK(search(world.auditor) == newest_first);
  CHECK(search(world.head) == newest_first);
  CHECK(search(world.provider) == newest_first);
  CHECK(search(world.outsider).empty());

  request.clear_agency();
  request.set_exchange("x7");
  CHECK(search(world.head) == std::vector<uint64_t>{6});
  request.set_page_token("forged");
  CHECK(ReasonOf(
            world.Call<v1::SearchEntriesResponse>(world.head, "SearchEntries", request).status()) ==
        Reason::kPageTokenInvalid);
  v1::SearchEntriesRequest nothing;
  CHECK(absl::IsInvalidArgument(
      world.Call<v1::SearchEntriesResponse>(world.head, "SearchEntries", nothing).status()));
  nothing.set_agency(kProvider);
  nothing.set_page_size(-1);
  CHECK(absl::IsInvalidArgument(
      world.Call<v1::SearchEntriesResponse>(world.head, "SearchEntries", nothing).status()));
}

TEST_CASE("A node is told of halves that it owes, once they are a minute old", "[audit]") {
  World world;
  REQUIRE(world.Append(world.provider, {GoodRecord(1), GoodRecord(2)}).ok());
  REQUIRE(world.Append(world.consumer, {GoodReceipt(2)}).ok());
  const auto list = [&](const std::shared_ptr<rpc::Channel>& as) {
    absl::StatusOr<v1::ListUnmatchedResponse> response =
        world.Call<v1::ListUnmatchedResponse>(as, "ListUnmatched", v1::ListUnmatchedRequest());
    REQUIRE(response.ok());
    return *response;
  };
  CHECK(list(world.consumer).exchanges().empty());
  world.clock_.Advance(absl::Minutes(2));
  const v1::ListUnmatchedResponse owed = list(world.consumer);
  REQUIRE(owed.exchanges_size() == 1);
  CHECK(owed.exchanges(0).exchange() == "x1");
  CHECK(owed.exchanges(0).attempt() == 1);
  CHECK(owed.exchanges(0).index() == 0);
  CHECK(evidence::Open(owed.exchanges(0).sealed())->record.exchange() == "x1");
  CHECK(list(world.provider).exchanges().empty());
}

TEST_CASE("A pack of an exchange verifies offline, and strangers get none", "[audit]") {
  World world;
  REQUIRE(world.Append(world.provider, {GoodRecord(1), GoodRecord(2)}).ok());
  REQUIRE(world.Append(world.consumer, {GoodReceipt(2)}).ok());
  v1::ExportEvidenceRequest request;
  request.set_exchange("x2");
  for (const auto& as : {world.head, world.auditor, world.provider}) {
    absl::StatusOr<v1::ExportEvidenceResponse> response =
        world.Call<v1::ExportEvidenceResponse>(as, "ExportEvidence", request);
    INFO(response.status());
    REQUIRE(response.ok());
    absl::StatusOr<evidence::Pack> pack = evidence::ReadPack(response->pack());
    REQUIRE(pack.ok());
    CHECK(pack->entries.size() == 2);
    CHECK(pack->keys.size() == 1);
    absl::StatusOr<uint64_t> verified = evidence::VerifyPack(*pack, {TestLogKey().verifier_key()});
    INFO(verified.status());
    CHECK(verified.ok());
  }
  const auto status = [&](const std::shared_ptr<rpc::Channel>& as) {
    return world.Call<v1::ExportEvidenceResponse>(as, "ExportEvidence", request).status();
  };
  const absl::Status not_yours = status(world.outsider);
  CHECK(ReasonOf(not_yours) == Reason::kNotVisible);
  request.set_exchange("x9");
  const absl::Status absent = status(world.head);
  CHECK(ReasonOf(absent) == Reason::kNotVisible);
  CHECK(absent.code() == not_yours.code());

  request.clear_exchange();
  request.add_indices(0);
  CHECK(status(world.head).ok());
  CHECK(ReasonOf(status(world.outsider)) == Reason::kNotVisible);
  request.add_indices(3);
  CHECK(ReasonOf(status(world.head)) == Reason::kLogTooSmall);
  request.set_exchange("x2");
  CHECK(absl::IsInvalidArgument(status(world.head)));
  request.Clear();
  CHECK(absl::IsInvalidArgument(status(world.head)));
}

}  // namespace
}  // namespace shareway::audit
