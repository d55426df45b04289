// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/registrar.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/key.h"
#include "libs/log/log.h"
#include "libs/statute/calendar.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/domain/mandate.h"
#include "services/catalog/domain/secrecy.h"
#include "services/catalog/store/bootstrap.h"
#include "services/catalog/store/directory_message.h"

namespace shareway::catalog {
namespace {

constexpr size_t kChunk = 256;

Key::Algorithm AlgorithmOf(crypto::Suite suite) {
  switch (suite) {
    case crypto::Suite::kP256Sha256:
      return Key::Algorithm::kP256;
    case crypto::Suite::kSm2Sm3:
      return Key::Algorithm::kSm2;
    case crypto::Suite::kEd25519:
      return Key::Algorithm::kEd25519;
    default:
      return Key::Algorithm::kUnspecified;
  }
}

// A key gets its name and algorithm from the SPKI, which is `field` of the request.
absl::Status IdentifyKey(absl::string_view field, Key* key) {
  absl::StatusOr<crypto::PublicKey> parsed = crypto::PublicKey::FromSpki(key->spki);
  if (!parsed.ok()) return Error::Field(field, parsed.status().message());
  key->name = crypto::KeyName(parsed->id());
  key->algorithm = AlgorithmOf(parsed->suite());
  return absl::OkStatus();
}

// The same; other objects pass.
absl::Status Identify(DirectoryObject* object) {
  Key* key = std::get_if<Key>(object);
  return key == nullptr ? absl::OkStatus() : IdentifyKey("key.spki", key);
}

absl::Status IdentifyKeys(NodeApplication::Request* request) {
  for (size_t i = 0; i < request->keys.size(); ++i) {
    SHAREWAY_RETURN_IF_ERROR(
        IdentifyKey(absl::StrCat("keys[", i, "].spki"), &request->keys[i]));
  }
  return absl::OkStatus();
}

evidence::RecordKind KindOf(const DirectoryObject& object) {
  constexpr evidence::RecordKind kKinds[] = {
      evidence::v1::AUTHORITY_CHANGED, evidence::v1::AGENCY_CHANGED, evidence::v1::SYSTEM_CHANGED,
      evidence::v1::NODE_CHANGED,      evidence::v1::PERSON_CHANGED, evidence::v1::KEY_CHANGED,
      evidence::v1::MANDATE_CHANGED};
  return kKinds[object.index()];
}

// agencies/{a} of agencies/{a}/nodes/{n}; nothing of other names.
std::string AgencyIn(absl::string_view name) {
  constexpr absl::string_view kPrefix = "agencies/";
  if (!absl::StartsWith(name, kPrefix)) return "";
  return std::string(name.substr(0, name.find('/', kPrefix.size())));
}

Actor ActorFor(const Caller& caller, absl::string_view node) {
  return {.name = caller.name,
          .person = caller.person,
          .own_agency = !caller.agency.empty() && caller.agency == AgencyIn(node),
          .roles = caller.roles};
}

// Before all else is looked at: what is wrong with a request tells that there is something.
absl::Status CheckSeen(const Caller& caller, absl::string_view node,
                       const std::optional<DirectoryStore::Application>& known) {
  if (known && known->application.SeenBy(ActorFor(caller, node))) return absl::OkStatus();
  return Error::NotVisible(node);
}

absl::Status CheckEtag(absl::string_view etag, const DirectoryStore::Application& known) {
  if (etag.empty()) {
    return Error::Field("etag", "is empty; what is signed names the state that was seen");
  }
  const std::string now = Registrar::Etag(known);
  if (etag == now) return absl::OkStatus();
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               absl::StrCat("the application is at ", now, ", not at ", codes::Quote(etag)))
      .With("etag", now);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Registrar>> Registrar::Open(DirectoryStore* store,
                                                           const Clock* clock,
                                                           const statute::ProfileSet& statutes,
                                                           metrics::Registry* metrics) {
  ProfileIds profiles;
  for (const statute::Profile* profile : statutes.all()) profiles.insert(profile->id);
  auto registrar = std::unique_ptr<Registrar>(new Registrar(store, clock, std::move(profiles)));
  SHAREWAY_ASSIGN_OR_RETURN(const DirectoryStore::Snapshot snapshot, store->Load());
  auto all = std::make_shared<Register>();
  for (const v1::DirectoryChange& change : snapshot.changes) {
    SHAREWAY_ASSIGN_OR_RETURN(DirectoryObject object, FromChange(change));
    all->Apply(std::move(object));
  }
  absl::MutexLock lock(&registrar->mutex_);
  registrar->register_ = std::move(all);
  registrar->number_ = snapshot.number;
  if (metrics != nullptr) {
    registrar->revision_ = metrics->AddGauge("shareway_directory_revision",
                                             "Number of the last change of the directory.");
    registrar->revision_->Set(static_cast<double>(snapshot.number));
  }
  return registrar;
}

void Registrar::Follow(Follower follower) {
  absl::MutexLock lock(&mutex_);
  std::vector<DirectoryObject> objects;
  for (const auto& [name, object] : register_->objects()) objects.push_back(*object);
  follower(number_, objects);
  followers_.push_back(std::move(follower));
}

std::shared_ptr<const Register> Registrar::Now() const {
  absl::MutexLock lock(&mutex_);
  return register_;
}

absl::Status Registrar::Sync() {
  absl::MutexLock lock(&mutex_);
  return SyncLocked();
}

absl::Status Registrar::SyncLocked() {
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(auto entries, store_->log().Read(number_, kChunk));
    if (entries.empty()) return absl::OkStatus();
    auto next = std::make_shared<Register>(*register_);
    std::vector<DirectoryObject> objects;
    for (const auto& [number, bytes] : entries) {
      SHAREWAY_ASSIGN_OR_RETURN(DirectoryObject object, DirectoryStore::Parse(bytes));
      next->Apply(object);
      objects.push_back(std::move(object));
    }
    register_ = std::move(next);
    number_ = entries.back().first;
    if (revision_) revision_->Set(static_cast<double>(number_));
    for (const Follower& follower : followers_) follower(number_, objects);
  }
}

evidence::AuditRecord Registrar::RecordOf(const Register& all,
                                          const DirectoryObject& object) const {
  evidence::AuditRecord record;
  record.set_kind(KindOf(object));
  record.set_object(NameOf(object));
  if (const auto* mandate = std::get_if<Mandate>(&object)) {
    for (const std::string& scope : mandate->agencies) record.add_agencies(scope);
    return record;
  }
  std::string agency = AgencyIn(NameOf(object));
  if (const auto* authority = std::get_if<Authority>(&object)) agency = authority->agency;
  if (const auto* person = std::get_if<Person>(&object)) agency = person->agency;
  if (const auto* key = std::get_if<Key>(&object)) {
    const Person* owner = all.Find<Person>(key->owner);
    agency = owner != nullptr ? owner->agency : AgencyIn(key->owner);
  }
  if (!agency.empty()) record.add_agencies(agency);
  return record;
}

absl::StatusOr<Registrar::Changed> Registrar::Change(const Cause& cause, absl::string_view result,
                                                     const Decision& decide) {
  const absl::Time now = clock_->Now();
  // One change at a time: each rests on the whole directory before it.
  absl::MutexLock lock(&changing_);
  SHAREWAY_ASSIGN_OR_RETURN(const DirectoryStore::Head head, store_->ReadHead());
  SHAREWAY_RETURN_IF_ERROR(Sync());
  const std::shared_ptr<const Register> before = Now();
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> done, store_->Find(cause.once, now));
  if (done) {
    const DirectoryObject* object = before->Find(*done);
    if (object == nullptr) return absl::DataLossError(absl::StrCat(*done, " is gone"));
    return Changed{*object, head.number};
  }
  SHAREWAY_ASSIGN_OR_RETURN(DirectoryObject object, decide(*before));
  absl::StatusOr<uint64_t> number = store_->Save(head, {object},
                                                 {.records = {RecordOf(*before, object)},
                                                  .cause = &cause,
                                                  .result = std::string(result),
                                                  .now = now});
  SHAREWAY_RETURN_IF_ERROR(Sync());
  SHAREWAY_RETURN_IF_ERROR(number.status());
  return Changed{std::move(object), *number};
}

absl::StatusOr<DirectoryObject> Registrar::Put(const Cause& cause, DirectoryObject object) {
  SHAREWAY_RETURN_IF_ERROR(Identify(&object));
  const auto decide = [&](const Register& all) -> absl::StatusOr<DirectoryObject> {
    SHAREWAY_ASSIGN_OR_RETURN(DirectoryObject put, all.Put(object, profiles_));
    SHAREWAY_RETURN_IF_ERROR(CheckAdmitted(put));
    return put;
  };
  SHAREWAY_ASSIGN_OR_RETURN(Changed changed, Change(cause, NameOf(object), decide));
  return std::move(changed.object);
}

absl::StatusOr<uint64_t> Registrar::SetStanding(const Cause& cause, absl::string_view name,
                                                Standing standing, absl::string_view reason) {
  Faults faults;
  faults.Text("reason", reason, 1, 500);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults.Take()));
  if (IsMarkedSecret(reason)) {
    return Error(Reason::kSecretRefused, absl::StatusCode::kInvalidArgument,
                 "reason is marked as a state or work secret and is refused (R25 第三条)")
        .With("field", "reason");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Changed changed, Change(cause, name, [&](const Register& all) {
                              return all.SetStanding(name, standing);
                            }));
  return changed.number;
}

absl::StatusOr<Mandate> Registrar::PutMandate(const Cause& cause, Mandate mandate) {
  const std::string name = mandate.name;
  SHAREWAY_ASSIGN_OR_RETURN(const Changed changed, Change(cause, name, [&](const Register& all) {
                              return NewMandate(all, mandate, cause.caller.agency, clock_->Now());
                            }));
  return std::get<Mandate>(changed.object);
}

absl::StatusOr<Mandate> Registrar::EndMandate(const Cause& cause, absl::string_view name,
                                              absl::string_view reason) {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Changed changed, Change(cause, name, [&](const Register& all) {
        return EndedMandate(all, name, reason, cause.caller.agency, clock_->Now());
      }));
  return std::get<Mandate>(changed.object);
}

absl::Status Registrar::FoundFrom(const std::string& path) {
  if (path.empty()) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(Sync());
  const std::shared_ptr<const Register> now = Now();
  for (const auto& [name, object] : now->objects()) {
    if (!std::holds_alternative<Person>(*object)) continue;
    log::Info("bootstrap-ignored", {{"file", path}, {"why", "the directory has people"}});
    return absl::OkStatus();
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, crypto::ReadFile(path));
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<DirectoryObject> objects, ReadBootstrap(text));
  const size_t count = objects.size();
  SHAREWAY_RETURN_IF_ERROR(Found(std::move(objects)));
  log::Info("bootstrapped", {{"file", path}, {"objects", count}});
  return absl::OkStatus();
}

absl::Status Registrar::Found(std::vector<DirectoryObject> objects) {
  SHAREWAY_ASSIGN_OR_RETURN(const DirectoryStore::Head head, store_->ReadHead());
  for (DirectoryObject& object : objects) SHAREWAY_RETURN_IF_ERROR(Identify(&object));
  SHAREWAY_ASSIGN_OR_RETURN(const Register all, Register::Found(objects, profiles_));
  Event event = {.now = clock_->Now()};
  for (const DirectoryObject& object : objects) event.records.push_back(RecordOf(all, object));
  const absl::Status saved = store_->Save(head, objects, std::move(event)).status();
  SHAREWAY_RETURN_IF_ERROR(Sync());
  return saved;
}

std::string Registrar::Etag(const Application& application) {
  return absl::StrCat("v", application.version);
}

absl::StatusOr<std::optional<Registrar::Application>> Registrar::LoadApplication(
    absl::string_view name) const {
  if (!HasForm("agencies/{a}/nodes/{n}", name)) return std::nullopt;
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<Application> known, store_->LoadApplication(name));
  if (!known) return std::nullopt;
  NodeApplication::Fields fields = known->application.fields();
  SHAREWAY_RETURN_IF_ERROR(IdentifyKeys(&fields.request));
  return Application{NodeApplication::Restore(std::move(fields)), known->version};
}

absl::Status Registrar::CheckAdmitted(const DirectoryObject& object) const {
  const Key* key = std::get_if<Key>(&object);
  if (key == nullptr && !std::holds_alternative<Node>(object)) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Application> known,
                            LoadApplication(key != nullptr ? key->owner : NameOf(object)));
  return known ? known->application.CheckAdmitted() : absl::OkStatus();
}

absl::StatusOr<std::vector<DirectoryObject>> Registrar::Entering(
    const Register& all, const NodeApplication& application) const {
  const NodeApplication::Request& request = application.fields().request;
  std::vector<DirectoryObject> objects = {request.node};
  for (const Key& key : request.keys) objects.push_back(key);
  Register after = all;
  for (DirectoryObject& object : objects) {
    SHAREWAY_ASSIGN_OR_RETURN(object, after.Put(object, profiles_));
    after.Apply(object);
  }
  return objects;
}

absl::StatusOr<Registrar::Application> Registrar::ChangeApplication(
    const Cause& cause, absl::string_view name, const ApplicationDecision& decide) {
  const absl::Time now = clock_->Now();
  absl::MutexLock lock(&changing_);
  SHAREWAY_ASSIGN_OR_RETURN(const DirectoryStore::Head head, store_->ReadHead());
  SHAREWAY_RETURN_IF_ERROR(Sync());
  const std::shared_ptr<const Register> before = Now();
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> done, store_->Find(cause.once, now));
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<Application> known, LoadApplication(name));
  if (!done) {
    SHAREWAY_ASSIGN_OR_RETURN(const Decided decided, decide(*before, known));
    Event event = {.cause = &cause, .result = std::string(name), .now = now};
    for (const DirectoryObject& object : decided.objects) {
      event.records.push_back(RecordOf(*before, object));
    }
    evidence::AuditRecord& record = event.records.emplace_back();
    record.set_kind(evidence::v1::NODE_APPLICATION_CHANGED);
    record.set_object(std::string(name));
    record.add_agencies(AgencyIn(name));
    const absl::Status saved =
        store_->Save(head, decided.objects, std::move(event), &decided.application).status();
    SHAREWAY_RETURN_IF_ERROR(Sync());
    SHAREWAY_RETURN_IF_ERROR(saved);
    SHAREWAY_ASSIGN_OR_RETURN(known, LoadApplication(name));
  }
  if (!known) return absl::DataLossError(absl::StrCat("the application for ", name, " is gone"));
  return *std::move(known);
}

absl::StatusOr<Registrar::Application> Registrar::ApplyNode(const Cause& cause,
                                                            NodeApplication::Request request) {
  SHAREWAY_RETURN_IF_ERROR(IdentifyKeys(&request));
  const std::string name = request.node.name;
  const Actor actor = ActorFor(cause.caller, name);
  const absl::CivilDay today = statute::LawDay(clock_->Now());
  return ChangeApplication(
      cause, name,
      [&](const Register& all,
          const std::optional<Application>& known) -> absl::StatusOr<Decided> {
        absl::StatusOr<NodeApplication> next =
            known ? known->application.Again(actor, request, today)
                  : NodeApplication::Apply(actor, request, today);
        SHAREWAY_RETURN_IF_ERROR(next.status());
        if (all.Find(name) != nullptr) {
          return Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
                       absl::StrCat(name, " is registered already"))
              .With("name", name);
        }
        SHAREWAY_RETURN_IF_ERROR(Entering(all, *next).status());
        return Decided{*std::move(next)};
      });
}

absl::StatusOr<Registrar::Application> Registrar::ApproveNode(const Cause& cause,
                                                              absl::string_view name,
                                                              absl::string_view etag) {
  const absl::CivilDay today = statute::LawDay(clock_->Now());
  return ChangeApplication(
      cause, name,
      [&](const Register& all,
          const std::optional<Application>& known) -> absl::StatusOr<Decided> {
        SHAREWAY_RETURN_IF_ERROR(CheckSeen(cause.caller, name, known));
        SHAREWAY_RETURN_IF_ERROR(CheckEtag(etag, *known));
        SHAREWAY_ASSIGN_OR_RETURN(NodeApplication next, known->application.Approve(
                                                            ActorFor(cause.caller, name), today));
        SHAREWAY_ASSIGN_OR_RETURN(std::vector<DirectoryObject> objects, Entering(all, next));
        return Decided{std::move(next), std::move(objects)};
      });
}

absl::StatusOr<Registrar::Application> Registrar::ReturnNode(const Cause& cause,
                                                             absl::string_view name,
                                                             absl::string_view etag,
                                                             absl::string_view reason) {
  return ChangeApplication(
      cause, name,
      [&](const Register&, const std::optional<Application>& known) -> absl::StatusOr<Decided> {
        SHAREWAY_RETURN_IF_ERROR(CheckSeen(cause.caller, name, known));
        SHAREWAY_RETURN_IF_ERROR(CheckEtag(etag, *known));
        SHAREWAY_ASSIGN_OR_RETURN(NodeApplication next, known->application.Return(
                                                            ActorFor(cause.caller, name), reason));
        return Decided{std::move(next)};
      });
}

absl::StatusOr<Registrar::Application> Registrar::FindApplication(const Caller& caller,
                                                                  absl::string_view name) const {
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<Application> known, LoadApplication(name));
  SHAREWAY_RETURN_IF_ERROR(CheckSeen(caller, name, known));
  return *std::move(known);
}

absl::StatusOr<std::vector<Registrar::Application>> Registrar::ListApplications(
    const Caller& caller, absl::string_view cursor, size_t limit) const {
  return store_->ListApplications(cursor, limit, [&caller](const NodeApplication& application) {
    return application.SeenBy(ActorFor(caller, application.fields().request.node.name));
  });
}

}  // namespace shareway::catalog
