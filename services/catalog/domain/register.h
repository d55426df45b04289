// SPDX-License-Identifier: Apache-2.0
// The register: all objects of the directory at one moment, and the rules by
// which it may change.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/domain/directory.h"

namespace shareway::catalog {

// The statute profiles that an installation has, by id.
using ProfileIds = std::set<std::string, std::less<>>;

// A value; copies share the objects.
class Register {
 public:
  using Objects = std::map<std::string, std::shared_ptr<const DirectoryObject>, std::less<>>;

  // Null if there is no object of this kind and name. Retired ones are found, too.
  template <typename T>
  const T* Find(absl::string_view name) const {
    const DirectoryObject* object = Find(name);
    return object == nullptr ? nullptr : std::get_if<T>(object);
  }
  const DirectoryObject* Find(absl::string_view name) const;
  // By name, in byte order.
  const Objects& objects() const { return objects_; }

  // Adds or replaces, without any check: for what the store holds or Put answered.
  void Apply(DirectoryObject object);

  // The object as it is to be stored: one that is there keeps its standing, a new
  // one is ACTIVE. Errors, in this order:
  //   INVALID_ARGUMENT     all fields that break a rule, at once
  //   NOT_FOUND            REFERENCE_MISSING: an object referred to does not exist
  //   FAILED_PRECONDITION  it, or an object referred to, is retired; or nobody
  //                        would be left who can administer the directory
  //   ALREADY_EXISTS       the key is known under another owner or use, or there is
  //                        a mandate of that name: none is ever changed
  absl::StatusOr<DirectoryObject> Put(DirectoryObject object, const ProfileIds& profiles) const;

  // The object in another standing. NOT_FOUND if there is none of that name;
  // FAILED_PRECONDITION if it is retired, stands so already, or is the last key
  // or person to administer the directory; INVALID_ARGUMENT for an authority or a
  // mandate.
  absl::StatusOr<DirectoryObject> SetStanding(absl::string_view name, Standing standing) const;

  // The first register of an installation. Objects may refer to each other in
  // any order. Errors as Put's; also INVALID_ARGUMENT for a name given twice and for
  // a mandate, which rests on a signed act, and FAILED_PRECONDITION without a
  // security administrator with a TLS key.
  static absl::StatusOr<Register> Found(const std::vector<DirectoryObject>& objects,
                                        const ProfileIds& profiles);

  // True if an active person of an active agency, with an active TLS key, is
  // SECURITY_ADMINISTRATOR.
  bool Administered() const;

 private:
  absl::Status CheckReferences(const DirectoryObject& object) const;
  absl::Status CheckKeyOwner(const Key& key) const;
  absl::Status CheckSuperiors(const Authority& authority) const;
  absl::Status CheckMandate(const Mandate& mandate) const;
  template <typename T>
  absl::Status Refer(absl::string_view field, absl::string_view name) const;

  Objects objects_;
};

}  // namespace shareway::catalog
