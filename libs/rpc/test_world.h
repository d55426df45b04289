// SPDX-License-Identifier: Apache-2.0
// A DirectoryService over real mTLS on loopback whose handlers only tell what
// they saw, and those who call it.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::rpc {

using catalog::v1::DirectoryChange;
using catalog::v1::Key;
using testing::TestIdentity;

inline constexpr char kAgency[] = "agencies/11990100MB0000001X";

inline std::string Path(const std::string& method) {
  return "/shareway.catalog.v1.DirectoryService/" + method;
}

// A server of DirectoryService whose handlers only tell what they saw.
class World {
 public:
  // `origin`: of the pages on which authenticators sign acts; empty: on none.
  explicit World(Limits limits = {}, absl::Duration idle = absl::Minutes(5),
                 const std::string& origin = "")
      : pki(dir.path()) {
    server_identity = Issue("server", "shareway://test/service/catalog");
    officer = Issue("officer", "shareway://test/person/officer");
    stranger = Issue("stranger", "shareway://test/person/stranger");
    node = Issue("node", absl::StrCat("shareway://test/agency/11990100MB0000001X/node/n1"));
    DirectoryChange change;
    change.mutable_agency()->set_name(kAgency);
    change.mutable_agency()->set_standing(catalog::v1::ACTIVE);
    Apply(change);
    change.mutable_node()->set_name(absl::StrCat(kAgency, "/nodes/n1"));
    change.mutable_node()->set_standing(catalog::v1::ACTIVE);
    Apply(change);
    for (const char* name : {"officer", "stranger"}) {
      auto* person = change.mutable_person();
      person->Clear();
      person->set_name(absl::StrCat("people/", name));
      person->set_agency(kAgency);
      person->set_standing(catalog::v1::ACTIVE);
      if (name == std::string("officer")) person->add_roles(Role::SECURITY_ADMINISTRATOR);
      Apply(change);
    }
    Register(officer, "people/officer");
    Register(stranger, "people/stranger");
    Register(node, absl::StrCat(kAgency, "/nodes/n1"));
    Register(server_identity, "services/catalog");

    Server::Options options;
    options.tls = server_identity.tls;
    options.pool_threads = 4;
    options.pool_queue = 4;
    options.limits = limits;
    options.idle = idle;
    if (!origin.empty()) {
      options.party = crypto::RelyingParty::From("share.example", {origin}).value();
    }
    server = std::make_unique<Server>(options, &holder);
    server->SetOnFailed([this](const Caller& caller, const absl::Status& why) {
      const auto details = DetailsOf(why);
      absl::MutexLock lock(&mutex);
      refused.push_back(absl::StrCat(caller.name(), " ",
                                     details ? ReasonName(details->reason) : "no reason"));
    });
    // What is not handled below is answered by nothing.
    server->ServiceBytes(
        *catalog::v1::GetAgencyRequest::descriptor()->file()->FindServiceByName("DirectoryService"),
        [](const Call&, const std::string&) -> absl::StatusOr<std::string> { return ""; });
    server->Unary<catalog::v1::RenewLeaseRequest, catalog::v1::RenewLeaseResponse>(
        Path("RenewLease"),
        [this](const Call&, const catalog::v1::RenewLeaseRequest& request)
            -> absl::StatusOr<catalog::v1::RenewLeaseResponse> {
          catalog::v1::RenewLeaseResponse response;
          response.set_nonce(request.nonce());
          absl::MutexLock lock(&mutex);
          if (lease_lost) return absl::UnavailableError("cut");
          *response.mutable_head() = head;
          return response;
        });
    server->Unary<catalog::v1::PutAgencyRequest, catalog::v1::Agency>(
        Path("PutAgency"),
        [](const Call& call, const catalog::v1::PutAgencyRequest& request)
            -> absl::StatusOr<catalog::v1::Agency> {
          REQUIRE(call.act() != nullptr);
          CHECK_FALSE(request.has_signed_act());
          return request.agency();
        });
    server->Unary<catalog::v1::GetAgencyRequest, catalog::v1::Agency>(
        Path("GetAgency"),
        [this](const Call& call, const catalog::v1::GetAgencyRequest& request)
            -> absl::StatusOr<catalog::v1::Agency> {
          if (request.name() == "spoilt") {
            return Error(Reason::kQuarantined, absl::StatusCode::kDataLoss, "what another sent");
          }
          if (request.name() == "lost") return absl::DataLossError("/var/lib/secret");
          if (request.name() == "block") {
            ++blocked;
            release.WaitForNotification();
          }
          catalog::v1::Agency agency;
          if (request.name() == "large") {
            ++large;
            agency.set_authorising_law(std::string(2 << 20, 'x'));
          }
          agency.set_name(call.caller().agency);
          agency.set_display_name(call.caller().name());
          return agency;
        });
    server->ServerStream<catalog::v1::WatchDirectoryRequest, DirectoryChange>(
        Path("WatchDirectory"),
        [this](const Call& call, const catalog::v1::WatchDirectoryRequest& request,
               Writer<DirectoryChange>& writer) -> absl::Status {
          for (size_t n = request.from_revision().number(); !call.cancelled();) {
            DirectoryChange out;
            {
              absl::MutexLock lock(&mutex);
              auto more = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) { return n < feed.size(); };
              if (!mutex.AwaitWithTimeout(absl::Condition(&more), absl::Milliseconds(20))) continue;
              out = feed[n++];
            }
            if (absl::Status written = writer.Write(out); !written.ok()) return written;
            if (out.has_revision() && out.revision().number() == end) return absl::OkStatus();
          }
          return absl::CancelledError("gone");
        });
    const absl::Status started = server->Start();
    INFO(started);
    REQUIRE(started.ok());
    server->SetReady(true);
  }
  ~World() {
    if (!release.HasBeenNotified()) release.Notify();
  }

  TestIdentity Issue(const std::string& label, const std::string& uri) {
    return pki.Issue(label, {uri});
  }
  void Apply(const DirectoryChange& change) {
    Directory next = *holder.Get();
    next.Apply(change);
    holder.Set(std::make_shared<const Directory>(next));
  }
  void Register(const TestIdentity& identity, const std::string& owner,
                catalog::v1::Standing standing = catalog::v1::ACTIVE) {
    Register(identity.key.public_key(), Key::TLS, owner, standing);
  }
  void Register(const crypto::PublicKey& public_key, Key::Use use, const std::string& owner,
                catalog::v1::Standing standing) {
    DirectoryChange change;
    Key* key = change.mutable_key();
    key->set_name(crypto::KeyName(public_key.id()));
    key->set_owner(owner);
    key->set_use(use);
    key->set_suite(evidence::v1::P256_SHA256);
    key->set_spki(public_key.spki());
    key->set_standing(standing);
    Apply(change);
  }
  std::shared_ptr<Channel> Connect(const TestIdentity& as,
                                   const std::string& want = "shareway://test/service/catalog") {
    auto channel = Channel::Open({absl::StrCat("127.0.0.1:", server->port()), as.tls, want});
    REQUIRE(channel.ok());
    return *channel;
  }
  absl::StatusOr<catalog::v1::Agency> Get(const TestIdentity& as, const std::string& name = "a") {
    catalog::v1::GetAgencyRequest request;
    request.set_name(name);
    return Connect(as)->Unary<catalog::v1::Agency>(Path("GetAgency"), request);
  }

  testing::TempDir dir;
  testing::TestPki pki;
  TestIdentity server_identity{{}, "", crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256)};
  TestIdentity officer = server_identity, stranger = server_identity, node = server_identity;
  DirectoryHolder holder;
  absl::Mutex mutex;
  std::vector<DirectoryChange> feed ABSL_GUARDED_BY(mutex);  // what watchers get, from 0
  evidence::v1::Revision head ABSL_GUARDED_BY(mutex);        // what leases are told
  bool lease_lost ABSL_GUARDED_BY(mutex) = false;
  std::atomic<uint64_t> end = 0;  // streams end after this number
  std::atomic<int> blocked = 0;
  std::atomic<int> large = 0;  // calls that asked for the agency "large"
  std::vector<std::string> refused ABSL_GUARDED_BY(mutex);  // caller and reason, each call
  absl::Notification release;
  std::unique_ptr<Server> server;
};

}  // namespace shareway::rpc
