// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/directory.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/name.h"
#include "libs/evidence/record.h"
#include "shareway/policy.pb.h"

namespace shareway::rpc {
namespace {

template <typename Table, typename Name>
auto* Find(const Table& table, const Name& name) {
  auto it = table.find(name);
  return it == table.end() ? nullptr : it->second.get();
}

template <typename Table, typename Object>
void Put(Table* table, const Object& object) {
  (*table)[object.name()] = std::make_shared<const Object>(object);
}

template <typename Values, typename Value>
bool Contains(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Days are YYYY-MM-DD, checked when they were registered, so that they compare as text.
bool InForce(const catalog::v1::Mandate& mandate, absl::Time now) {
  const std::string today =
      absl::FormatTime("%Y-%m-%d", now, absl::FixedTimeZone(8 * 60 * 60));  // Asia/Shanghai
  return mandate.start_date() <= today && today <= mandate.end_date() &&
         (!mandate.has_ended_time() || now < evidence::FromTimestamp(mandate.ended_time()));
}

}  // namespace

void Directory::Apply(const catalog::v1::DirectoryChange& change) {
  using Change = catalog::v1::DirectoryChange;
  switch (change.change_case()) {
    case Change::kAuthority: Put(&authorities_, change.authority()); break;
    case Change::kAgency: Put(&agencies_, change.agency()); break;
    case Change::kSystem: Put(&systems_, change.system()); break;
    case Change::kNode: Put(&nodes_, change.node()); break;
    case Change::kPerson: Put(&people_, change.person()); break;
    case Change::kKey: {
      // A key that does not parse identifies nobody.
      absl::StatusOr<crypto::PublicKey> parsed = crypto::PublicKey::FromSpki(change.key().spki());
      if (parsed.ok()) {
        keys_[parsed->id()] =
            std::make_shared<const DirectoryKey>(DirectoryKey{change.key(), *parsed});
      }
      break;
    }
    case Change::kMandate: Put(&mandates_, change.mandate()); break;
    case Change::kSnapshotBegin:
    case Change::kSnapshotEnd:
    case Change::CHANGE_NOT_SET: break;
  }
  if (change.has_revision()) revision_ = change.revision();
}

const catalog::v1::Authority* Directory::authority(absl::string_view name) const {
  return Find(authorities_, name);
}
const catalog::v1::Agency* Directory::agency(absl::string_view name) const {
  return Find(agencies_, name);
}
const catalog::v1::System* Directory::system(absl::string_view name) const {
  return Find(systems_, name);
}
const catalog::v1::Node* Directory::node(absl::string_view name) const {
  return Find(nodes_, name);
}
const catalog::v1::Person* Directory::person(absl::string_view name) const {
  return Find(people_, name);
}
const DirectoryKey* Directory::key(const Hash32& id) const { return Find(keys_, id); }

const DirectoryKey* Directory::ValidKey(const Hash32& id, absl::string_view owner,
                                        catalog::v1::Key::Use use, absl::Time now) const {
  const DirectoryKey* found = key(id);
  if (found == nullptr) return nullptr;
  const catalog::v1::Key& record = found->key;
  const bool valid =
      record.owner() == owner && record.use() == use &&
      record.standing() == catalog::v1::ACTIVE &&
      (!record.has_start_time() || evidence::FromTimestamp(record.start_time()) <= now) &&
      (!record.has_end_time() || now < evidence::FromTimestamp(record.end_time()));
  return valid ? found : nullptr;
}

std::vector<const catalog::v1::Node*> Directory::NodesOf(absl::string_view agency) const {
  std::vector<const catalog::v1::Node*> found;
  for (const auto& [name, node] : nodes_) {
    if (node->standing() == catalog::v1::ACTIVE && Serves(name, agency)) {
      found.push_back(node.get());
    }
  }
  const std::string own = absl::StrCat(agency, "/");
  std::sort(found.begin(), found.end(),
            [&own](const catalog::v1::Node* a, const catalog::v1::Node* b) {
              const bool a_hosts = !absl::StartsWith(a->name(), own);
              const bool b_hosts = !absl::StartsWith(b->name(), own);
              return std::tie(a_hosts, a->name()) < std::tie(b_hosts, b->name());
            });
  return found;
}

const catalog::v1::Node* Directory::NodeOf(absl::string_view agency) const {
  const std::vector<const catalog::v1::Node*> nodes = NodesOf(agency);
  return nodes.empty() ? nullptr : nodes.front();
}

bool Directory::Serves(absl::string_view node_name, absl::string_view agency) const {
  const catalog::v1::Node* found = node(node_name);
  if (found == nullptr || agency.empty()) return false;
  if (absl::StartsWith(node_name, absl::StrCat(agency, "/"))) return true;
  return std::find(found->hosted_agencies().begin(), found->hosted_agencies().end(), agency) !=
         found->hosted_agencies().end();
}

std::vector<std::string> Directory::ServedBy(absl::string_view node_name) const {
  const catalog::v1::Node* found = node(node_name);
  if (found == nullptr) return {};
  std::vector<std::string> served = {std::string(node_name.substr(0, node_name.find("/nodes/")))};
  served.insert(served.end(), found->hosted_agencies().begin(), found->hosted_agencies().end());
  return served;
}

std::vector<const DirectoryKey*> Directory::KeysOf(absl::string_view owner,
                                                   catalog::v1::Key::Use use) const {
  std::vector<const DirectoryKey*> found;
  for (const auto& [id, key] : keys_) {
    if (key->key.owner() == owner && key->key.use() == use &&
        key->key.standing() == catalog::v1::ACTIVE) {
      found.push_back(key.get());
    }
  }
  return found;
}

std::vector<const DirectoryKey*> Directory::KeysFor(catalog::v1::Key::Use use) const {
  std::vector<const DirectoryKey*> found;
  for (const auto& [id, key] : keys_) {
    if (key->key.use() == use && key->key.standing() == catalog::v1::ACTIVE) {
      found.push_back(key.get());
    }
  }
  return found;
}

bool Directory::Stands(absl::string_view name) const {
  auto agency_stands = [&](absl::string_view agency_name) {
    const catalog::v1::Agency* found = agency(agency_name);
    return found != nullptr && found->standing() == catalog::v1::ACTIVE;
  };
  if (absl::StartsWith(name, "services/")) return true;
  if (absl::StartsWith(name, "people/")) {
    const catalog::v1::Person* found = person(name);
    return found != nullptr && found->standing() == catalog::v1::ACTIVE &&
           agency_stands(found->agency());
  }
  if (const catalog::v1::Node* found = node(name)) {
    return found->standing() == catalog::v1::ACTIVE &&
           agency_stands(name.substr(0, name.find("/nodes/")));
  }
  if (const catalog::v1::System* found = system(name)) {
    return found->standing() == catalog::v1::ACTIVE &&
           agency_stands(name.substr(0, name.find("/systems/")));
  }
  return agency_stands(name);
}

std::vector<std::pair<std::string, std::string>> Directory::MandatesOf(
    absl::string_view person_name, absl::Time now) const {
  const catalog::v1::Person* found = person(person_name);
  if (found == nullptr || !Stands(person_name) ||
      !Contains(found->roles(), shareway::OUTSIDE_SUPERVISOR)) {
    return {};
  }
  std::map<std::string, std::string> over;  // the agency's first mandate by name
  for (const auto& [name, mandate] : mandates_) {
    if (!Contains(mandate->supervisors(), person_name) || !InForce(*mandate, now)) continue;
    for (const std::string& agency_name : mandate->agencies()) {
      if (agency_name == found->agency()) continue;  // moved there since
      std::string& first = over[agency_name];
      if (first.empty() || name < first) first = name;
    }
  }
  return std::vector<std::pair<std::string, std::string>>(over.begin(), over.end());
}

std::string Directory::MandateOver(absl::string_view person_name, absl::string_view agency_name,
                                   absl::Time now) const {
  for (const auto& [over, mandate] : MandatesOf(person_name, now)) {
    if (over == agency_name) return mandate;
  }
  return "";
}

DirectoryHolder::DirectoryHolder() : directory_(std::make_shared<const Directory>()) {}

std::shared_ptr<const Directory> DirectoryHolder::Get() const {
  absl::ReaderMutexLock lock(&mutex_);
  return directory_;
}

void DirectoryHolder::Set(std::shared_ptr<const Directory> directory) {
  absl::MutexLock lock(&mutex_);
  directory_ = std::move(directory);
}

}  // namespace shareway::rpc
