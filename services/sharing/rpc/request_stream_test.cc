// SPDX-License-Identifier: Apache-2.0
// The stream of requests: what reaches whom, and from where it resumes.
#include "services/sharing/rpc/request_stream.h"

#include "catch2/catch.hpp"
#include "libs/rpc/channel.h"
#include "services/sharing/requests/comments.h"
#include "services/sharing/rpc/convert_request.h"
#include "services/sharing/rpc/delegation_rpc.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/inbox_rpc.h"
#include "services/sharing/rpc/request_rpc.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/test_desk.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::sharing {
namespace {

using catalog::v1::DirectoryChange;
using Sent = std::vector<std::string>;

constexpr char kSystem[] = "agencies/tax/systems/s1";
constexpr char kDeputy[] = "people/d";

rpc::Caller PersonCalled(const std::string& name) {
  rpc::Caller caller;
  caller.identity.kind = crypto::Identity::Kind::kPerson;
  caller.identity.name = name;
  return caller;
}
rpc::Caller SystemCalled(const std::string& name, const std::string& agency) {
  rpc::Caller caller;
  caller.identity.kind = crypto::Identity::Kind::kSystem;
  caller.identity.name = name;
  caller.agency = agency;
  return caller;
}

Sent Actions(const v1::SharingRequest& request) {
  return {request.available_actions().begin(), request.available_actions().end()};
}

struct Fixture : TestDesk {
  rpc::DirectoryHolder directory;
  Delegations delegations{&desk, PersonsOf(&directory)};
  std::vector<v1::RequestChange> sent;

  Fixture() {
    DirectoryChange change;
    for (const char* agency : {kTax, kCivil, kHousing, kBureau}) {
      change.mutable_agency()->set_name(agency);
      change.mutable_agency()->set_standing(catalog::v1::ACTIVE);
      Apply(change);
    }
    change.mutable_system()->set_name(kSystem);
    change.mutable_system()->set_standing(catalog::v1::ACTIVE);
    Apply(change);
    Person("people/a", kTax, {APPLICANT});
    Person("people/r", kCivil, {PROVIDER_REVIEWER});
    Person("people/ph", kCivil, {SHARING_HEAD});
    Person(kDeputy, kCivil, {});
    Person("people/o", kBureau, {SHARING_AUTHORITY});
    Person("people/s", kHousing,
           {APPLICANT, SHARING_HEAD, PROVIDER_REVIEWER, SHARING_AUTHORITY, RECORDING_OFFICER});
  }

  void Apply(const DirectoryChange& change) {
    rpc::Directory next = *directory.Get();
    next.Apply(change);
    directory.Set(std::make_shared<const rpc::Directory>(next));
  }
  void Person(const std::string& name, const std::string& agency, const std::vector<Role>& roles,
              catalog::v1::Standing standing = catalog::v1::ACTIVE) {
    DirectoryChange change;
    change.mutable_person()->set_name(name);
    change.mutable_person()->set_agency(agency);
    change.mutable_person()->set_standing(standing);
    for (const Role role : roles) change.mutable_person()->add_roles(role);
    Apply(change);
  }
  RequestStream Stream(const rpc::Caller& caller) {
    return RequestStream(&desk, &delegations, &directory, caller,
                         [this](const v1::RequestChange& change) {
                           sent.push_back(change);
                           return absl::OkStatus();
                         });
  }
  RequestStream Stream(const std::string& person) { return Stream(PersonCalled(person)); }
  // A snapshot for this person.
  Sent Snapshot(const std::string& person) {
    REQUIRE(Stream(person).Begin({}, "").ok());
    return Take();
  }
  // What was sent since the last look, in short.
  Sent Take() {
    Sent out;
    for (const v1::RequestChange& change : sent) {
      const std::string at =
          change.has_revision() ? absl::StrCat("@", change.revision().number()) : "";
      switch (change.change_case()) {
        case v1::RequestChange::kSnapshotBegin: out.push_back("begin" + at); break;
        case v1::RequestChange::kSnapshotEnd: out.push_back("end" + at); break;
        case v1::RequestChange::kRequest:
          out.push_back(v1::SharingRequest::State_Name(change.request().state()) + at);
          break;
        case v1::RequestChange::kProgress: out.push_back("progress" + at); break;
        case v1::RequestChange::CHANGE_NOT_SET: out.push_back("?"); break;
      }
    }
    sent.clear();
    return out;
  }
  std::string Digest() const { return sent.back().view_digest(); }
  evidence::v1::Revision At(uint64_t epoch, uint64_t number) const {
    evidence::v1::Revision revision;
    revision.set_epoch(epoch);
    revision.set_number(number);
    return revision;
  }
  // A draft, then a request in review, then one withdrawn: 6 writes.
  void ThreeRequests() {
    Draft();
    clock.Advance(absl::Seconds(1));
    Submitted();
    clock.Advance(absl::Seconds(1));
    const Stored<Request> draft = Draft();
    REQUIRE(sharing.Withdraw(By(Applicant()), NameOf(draft), EtagOf(draft)).ok());
  }
};

TEST_CASE("A snapshot holds what is open, newest first, and each change follows with its revision",
          "[request-stream]") {
  Fixture t;
  t.ThreeRequests();
  RequestStream stream = t.Stream("people/a");
  REQUIRE(stream.Begin({}, "").ok());
  CHECK(t.Take() == Sent{"begin", "IN_REVIEW", "DRAFT", "end@6"});
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take().empty());
  const Stored<Request> signed_off = t.SignedOff();
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  // Both entries tell of the one request as it is now.
  CHECK(t.sent.back().request().name() == t.NameOf(signed_off));
  CHECK(t.Take() == Sent{"SIGNED_OFF@7", "SIGNED_OFF@8"});
  REQUIRE(
      t.sharing.Withdraw(t.By(Applicant()), t.NameOf(signed_off), t.EtagOf(signed_off)).ok());
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"WITHDRAWN@9"});
}

TEST_CASE("Nobody but its agency hears of a draft, and a stranger of nothing",
          "[request-stream]") {
  Fixture t;
  t.ThreeRequests();
  RequestStream reviewer = t.Stream("people/r");
  REQUIRE(reviewer.Begin({}, "").ok());
  CHECK(t.Take() == Sent{"begin", "IN_REVIEW", "end@6"});
  RequestStream stranger = t.Stream("people/s");
  REQUIRE(stranger.Begin({}, "").ok());
  CHECK(t.Take() == Sent{"begin", "end@6"});
  RequestStream system = t.Stream(SystemCalled(kSystem, kTax));
  REQUIRE(system.Begin({}, "").ok());
  CHECK(Actions(t.sent.at(1).request()).empty());
  CHECK(t.Take() == Sent{"begin", "IN_REVIEW", "DRAFT", "end@6"});

  const Stored<Request> signed_off = t.SignedOff();
  REQUIRE(reviewer.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take().empty());
  REQUIRE(t.sharing.Submit(t.By(Applicant()), t.NameOf(signed_off), t.EtagOf(signed_off)).ok());
  REQUIRE(reviewer.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"IN_REVIEW@9"});
  REQUIRE(stranger.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take().empty());
}

TEST_CASE("Who hears of nothing learns how far the log is after 256 changes of others",
          "[request-stream]") {
  Fixture t;
  RequestStream stranger = t.Stream("people/s");
  REQUIRE(stranger.Begin({}, "").ok());
  CHECK(t.Take() == Sent{"begin", "end@0"});
  for (int i = 0; i < 255; ++i) t.Draft();
  REQUIRE(stranger.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take().empty());
  t.Draft();
  REQUIRE(stranger.Continue(absl::ZeroDuration()).ok());
  CHECK(t.Take() == Sent{"progress@256"});

  // Of one page and of one read of the log there are 256.
  for (int i = 0; i < 4; ++i) t.Draft();
  RequestStream own = t.Stream("people/a");
  REQUIRE(own.Begin({}, "").ok());
  const std::string digest = t.Digest();
  CHECK(t.Take().size() == 260 + 2);
  REQUIRE(t.Stream("people/a").Begin(t.At(1, 1), digest).ok());
  CHECK(t.sent.back().revision().number() == 260);
  CHECK(t.Take().size() == 259);
}

TEST_CASE("Each is shown the request as GetRequest shows it: no unsigned decision to the consumer",
          "[request-stream]") {
  Fixture t;
  RequestStream consumer = t.Stream("people/a");
  REQUIRE(consumer.Begin({}, "").ok());
  RequestStream head = t.Stream("people/ph");
  REQUIRE(head.Begin({}, "").ok());
  const Stored<Request> decided = t.Decided();
  const auto last = [&](RequestStream* stream) {
    t.sent.clear();
    REQUIRE(stream->Continue(absl::ZeroDuration()).ok());
    return t.sent.back().request();
  };
  const auto same = [&](const v1::SharingRequest& shown, const Stored<Request>& is,
                        const Actor& actor) {
    return shown.SerializeAsString() == ToProto(is, actor, t.desk).SerializeAsString();
  };
  const v1::SharingRequest to_consumer = last(&consumer);
  CHECK(to_consumer.state() == v1::SharingRequest::DECIDED);
  CHECK_FALSE(to_consumer.has_decision());
  CHECK(to_consumer.reviewer().empty());
  CHECK(same(to_consumer, decided, Applicant()));
  const v1::SharingRequest to_head = last(&head);
  CHECK(to_head.decision().verdict() == v1::Decision::APPROVE);
  CHECK(Actions(to_head) == Sent{"SignOffDecision"});
  CHECK(same(to_head, decided, ProviderHead()));

  const Stored<Request> approved =
      t.sharing.SignOffDecision(t.By(ProviderHead()), t.NameOf(decided), t.EtagOf(decided))
          .value();
  const v1::SharingRequest at_last = last(&consumer);
  CHECK(at_last.decision().verdict() == v1::Decision::APPROVE);
  CHECK(same(at_last, approved, Applicant()));
}

TEST_CASE("A known revision resumes with what came after it, anything else with a snapshot",
          "[request-stream]") {
  Fixture t;
  t.ThreeRequests();
  const auto begin = [&](const std::string& person, uint64_t epoch, uint64_t number,
                         const std::string& digest) {
    t.sent.clear();
    REQUIRE(t.Stream(person).Begin(t.At(epoch, number), digest).ok());
    const std::string told = t.sent.empty() ? "" : t.Digest();
    return std::make_pair(t.Take(), told);
  };
  const std::string applicant = begin("people/a", 0, 0, "").second;
  const std::string reviewer = begin("people/r", 0, 0, "").second;
  CHECK(applicant.size() == 32);
  CHECK(applicant != reviewer);
  CHECK(begin("people/a", 1, 4, applicant).first == Sent{"WITHDRAWN@5", "WITHDRAWN@6"});
  CHECK(begin("people/a", 1, 6, applicant).first.empty());
  CHECK(begin("people/r", 1, 4, reviewer).first.empty());
  const Sent whole = {"begin", "IN_REVIEW", "DRAFT", "end@6"};
  CHECK(begin("people/a", 1, 4, "").first == whole);
  CHECK(begin("people/a", 1, 4, reviewer).first == whole);
  CHECK(begin("people/a", 2, 4, applicant).first == whole);
  CHECK(begin("people/a", 1, 7, applicant).first == whole);
  REQUIRE(t.store.TrimLog(kRequestLog, 2).ok());
  CHECK(begin("people/a", 1, 4, applicant).first == Sent{"WITHDRAWN@5", "WITHDRAWN@6"});
  CHECK(begin("people/a", 1, 3, applicant).first == whole);
}

TEST_CASE("An officer has what is open under his authority, once it was submitted",
          "[request-stream]") {
  Fixture t;
  t.ThreeRequests();
  CHECK(t.Snapshot("people/o") == Sent{"begin", "IN_REVIEW", "end@6"});
  // Without the role he is a stranger; so is an officer of another authority.
  t.Person("people/o", kBureau, {});
  CHECK(t.Snapshot("people/o") == Sent{"begin", "end@6"});
  t.Person("people/o", kBureau, {SHARING_AUTHORITY});
  for (const char* agency : {kTax, kCivil}) {
    t.agencies[agency].authority.name = "authorities/other";
    t.agencies[agency].authority.agency = "agencies/other";
  }
  CHECK(t.Snapshot("people/o") == Sent{"begin", "end@6"});
}

TEST_CASE("A decision in a batch leaves a request open before the authority, its end does not",
          "[request-stream]") {
  Fixture t;
  const Stored<Request> asked = t.Submitted();
  const Sharing::Seen seen{t.NameOf(asked), t.EtagOf(asked)};
  const Sharing::Outcomes outcomes =
      t.sharing
          .DecideAll(t.By(Reviewer()), {seen},
                     {.verdict = Decision::Verdict::kRefuse,
                      .reason = "不符合条件",
                      .condition = "c1"},
                     false)
          .value();
  REQUIRE(outcomes.at(0).ok());
  CHECK(t.Snapshot("people/o") == Sent{"begin", "DECIDED", "end@4"});
  REQUIRE(t.sharing
              .SignOffDecision(t.By(ProviderHead()), t.NameOf(asked), t.EtagOf(*outcomes[0]))
              .ok());
  CHECK(t.Snapshot("people/o") == Sent{"begin", "end@5"});
  CHECK(t.Snapshot("people/a") == Sent{"begin", "end@5"});
}

TEST_CASE("A new post, own or lent, starts the stream over with what it may do",
          "[request-stream]") {
  Fixture t;
  t.Decided();
  RequestStream stream = t.Stream(kDeputy);
  REQUIRE(stream.Begin({}, "").ok());
  const std::string before = t.Digest();
  CHECK(Actions(t.sent.at(1).request()).empty());
  CHECK(t.Take() == Sent{"begin", "DECIDED", "end@4"});

  const absl::CivilDay today = statute::LawDay(t.clock.Now());
  const Delegation lent{.delegate = kDeputy,
                        .post = Delegation::Post::kHead,
                        .start = today,
                        .end = today,
                        .reason = "休假"};
  REQUIRE(t.delegations.Give(t.By(ProviderHead()), lent, false).ok());
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  REQUIRE(t.sent.size() == 3);
  CHECK(Actions(t.sent[1].request()) == Sent{"SignOffDecision"});
  CHECK(t.Digest() != before);
  CHECK(t.Take() == Sent{"begin", "DECIDED", "end@4"});

  t.clock.Advance(absl::Hours(24));
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  REQUIRE(t.sent.size() == 3);
  CHECK(Actions(t.sent[1].request()).empty());
  CHECK(t.Digest() == before);
  CHECK(t.Take() == Sent{"begin", "DECIDED", "end@4"});

  t.Person(kDeputy, kTax, {});
  REQUIRE(stream.Continue(absl::ZeroDuration()).ok());
  CHECK_FALSE(t.sent.at(1).request().has_decision());
  CHECK(t.Digest() != before);
}

TEST_CASE("Who no longer stands in the directory is cut off", "[request-stream]") {
  Fixture t;
  RequestStream stream = t.Stream("people/a");
  REQUIRE(stream.Begin({}, "").ok());
  t.Take();
  t.Person("people/a", kTax, {APPLICANT}, catalog::v1::RETIRED);
  t.Draft();
  for (int i = 0; i < 2; ++i) {
    const absl::Status gone = stream.Continue(absl::ZeroDuration());
    CHECK(ReasonOf(gone) == Reason::kKeyRevoked);
    CHECK(absl::IsPermissionDenied(gone));
  }
  CHECK(t.Take().empty());
}

TEST_CASE("People and systems watch over the wire until they stand no more", "[request-stream]") {
  const testing::TempDir dir;
  testing::TestPki pki(dir.path());
  Fixture t;
  const auto registered = [&](const std::string& label, const std::string& uri,
                              const std::string& owner) {
    const testing::TestIdentity identity = pki.Issue(label, {uri});
    DirectoryChange change;
    catalog::v1::Key* key = change.mutable_key();
    key->set_name(crypto::KeyName(identity.key.public_key().id()));
    key->set_owner(owner);
    key->set_use(catalog::v1::Key::TLS);
    key->set_suite(evidence::v1::P256_SHA256);
    key->set_spki(identity.key.public_key().spki());
    key->set_standing(catalog::v1::ACTIVE);
    t.Apply(change);
    return identity;
  };
  DirectoryChange node;
  node.mutable_node()->set_name("agencies/tax/nodes/n1");
  node.mutable_node()->set_standing(catalog::v1::ACTIVE);
  t.Apply(node);
  const auto own =
      registered("sharing", "shareway://test/service/sharing", "services/sharing");
  const auto applicant = registered("a", "shareway://test/person/a", "people/a");
  const auto system = registered("s1", "shareway://test/agency/tax/system/s1", kSystem);
  const auto outsider =
      registered("n1", "shareway://test/agency/tax/node/n1", "agencies/tax/nodes/n1");

  metrics::Registry registry;
  const Transitions transitions(&registry);
  Comments comments(&t.desk, &t.sharing);
  RequestRpc requests(&t.desk, &t.sharing, &t.delegations, &t.directory, &transitions);
  InboxRpc inbox(&t.desk, &t.sharing, &comments, &t.delegations, &transitions);
  rpc::Server::Options options;
  options.tls = own.tls;
  options.pool_threads = 1;
  rpc::Server server(options, &t.directory);
  requests.Register(&server);
  inbox.Register(&server);
  REQUIRE(server.Start().ok());
  server.SetReady(true);
  const auto watch = [&](const testing::TestIdentity& as) {
    const auto channel =
        rpc::Channel::Open({.address = absl::StrCat("127.0.0.1:", server.port()),
                            .tls = as.tls,
                            .peer_uri = "shareway://test/service/sharing"});
    REQUIRE(channel.ok());
    return (*channel)->ServerStream<v1::RequestChange>(
        "/shareway.sharing.v1.RequestService/WatchRequests", v1::WatchRequestsRequest(), {});
  };
  const auto next = [](rpc::ReadStream<v1::RequestChange>* stream) {
    const auto change = stream->Read();
    INFO(change.status());
    REQUIRE(change.ok());
    REQUIRE(change->has_value());
    return **change;
  };
  for (const testing::TestIdentity* as : {&applicant, &system}) {
    auto stream = watch(*as);
    CHECK(next(&stream).snapshot_begin());
    const v1::RequestChange end = next(&stream);
    CHECK(end.snapshot_end());
    const Stored<Request> draft = t.Draft();
    CHECK(next(&stream).request().name() == t.NameOf(draft));
    REQUIRE(t.sharing.Withdraw(t.By(Applicant()), t.NameOf(draft), t.EtagOf(draft)).ok());
    CHECK(next(&stream).revision().number() == end.revision().number() + 2);
  }
  auto refused = watch(outsider);
  CHECK(ReasonOf(refused.Read().status()) == Reason::kPolicyDenied);
  auto cut = watch(applicant);
  CHECK(next(&cut).snapshot_begin());
  CHECK(next(&cut).snapshot_end());
  t.Person("people/a", kTax, {APPLICANT}, catalog::v1::RETIRED);
  CHECK(ReasonOf(cut.Read().status()) == Reason::kKeyRevoked);
  server.Drain(absl::ZeroDuration());
}

}  // namespace
}  // namespace shareway::sharing
