// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/registrar.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/key.h"
#include "libs/log/log.h"
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

// A key gets its name and algorithm from the SPKI; other objects pass.
absl::Status Identify(DirectoryObject* object) {
  Key* key = std::get_if<Key>(object);
  if (key == nullptr) return absl::OkStatus();
  absl::StatusOr<crypto::PublicKey> parsed = crypto::PublicKey::FromSpki(key->spki);
  if (!parsed.ok()) return Error::Field("key.spki", parsed.status().message());
  key->name = crypto::KeyName(parsed->id());
  key->algorithm = AlgorithmOf(parsed->suite());
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
  SHAREWAY_ASSIGN_OR_RETURN(
      Changed changed, Change(cause, NameOf(object),
                              [&](const Register& all) { return all.Put(object, profiles_); }));
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

}  // namespace shareway::catalog
