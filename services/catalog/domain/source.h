// SPDX-License-Identifier: Apache-2.0
// 数源: the one item of one resource that is authoritative for a name. R25 19; M16 5(3).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/domain/resource.h"

namespace shareway::catalog {

// A value: Designate returns a new one.
class Source {
 public:
  // What the authority says.
  struct Request {
    std::string name = {};      // sources/{item}
    std::string title = {};     // what the item is called
    std::string resource = {};  // resources/{r}
    std::string item = {};      // its id there
    std::string document = {};  // the decision
  };
  struct Fields {
    Request request = {};
    std::string provider = {};   // agencies/{a}
    std::string authority = {};  // authorities/{a}
    uint32_t designation = 0;    // from 1
    absl::Time designate_time = {};
    std::string designated_by = {};  // people/{p}
  };
  // What a decision rests on.
  struct Facts {
    const Register* all = nullptr;
    const Entry* published = nullptr;         // of the resource; null: nothing is published
    std::vector<std::string> concerned = {};  // agencies/{a} that collect the item
    std::string agency = {};                  // of who decides
    std::string article = {};                 // of one source, in the law that governs the entry
    absl::Time now = {};
  };

  // Trusts `fields`: they come from our own store.
  static Source Restore(Fields fields) { return Source(std::move(fields)); }
  const Fields& fields() const { return fields_; }

  // The first designation, or the one after `before`. Errors, in this order:
  //   INVALID_ARGUMENT     every rule broken, or SECRET_REFUSED
  //   FAILED_PRECONDITION  nothing is published of the resource, it has no such item, or the item
  //                        was received under a grant and is its giver's
  //   PERMISSION_DENIED    POLICY_DENIED: `actor` is not of the authority that is in charge of
  //                        every agency concerned, the provider among them, itself or from above;
  //                        names the first agency it is not in charge of; or it is neither the
  //                        authority that designated `before` nor above it: names that source
  static absl::StatusOr<Source> Designate(const std::optional<Source>& before, const Actor& actor,
                                          Request request, const Facts& facts);

 private:
  explicit Source(Fields fields) : fields_(std::move(fields)) {}

  Fields fields_;
};

// True if `authority` is in charge of `agency`, itself or as a superior of the one that is.
bool InChargeFromAbove(const Register& all, absl::string_view authority, absl::string_view agency);

// The authorities that `agency` acts for, by name.
std::vector<const Authority*> AuthoritiesOf(const Register& all, absl::string_view agency);

}  // namespace shareway::catalog
