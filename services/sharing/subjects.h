// SPDX-License-Identifier: Apache-2.0
// What an attachment can belong to: any object of this service that the actor may read.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/service_change.h"

namespace shareway::sharing {

// The facts of an object that others belong to.
struct Subject {
  std::string consumer = {};
  std::string provider = {};
  std::string profile = {};               // profile@version
  std::vector<std::string> readers = {};  // agencies whose evidence may name it
  // False: the actor reads the files of its own agency and of the provider alone.
  bool all_files = true;
  // A request whose decision waits for its signature.
  bool answer_waits = false;
};

// Thread-safe once all kinds are added.
class Subjects {
 public:
  // `desk` must outlive it. Knows requests, grants, disputes and the kinds of cases of this service.
  explicit Subjects(const Desk* desk);

  // A further kind of case.
  template <typename T>
  void Add() {
    finders_[T::kCollection] = [desk = desk_](const Actor& actor, absl::string_view name) {
      return OfCase<T>(*desk, actor, name);
    };
  }

  // NOT_VISIBLE for what the actor may not read, what is not there, and a kind that is not known.
  absl::StatusOr<Subject> Find(const Actor& actor, absl::string_view name) const;

 private:
  using Finder = std::function<absl::StatusOr<Subject>(const Actor&, absl::string_view)>;

  template <typename T>
  static absl::StatusOr<Subject> OfCase(const Desk& desk, const Actor& actor,
                                        absl::string_view name) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<T> stored, Cases<T>(&desk).Get(actor, name));
    const T& value = stored.value;
    Subject subject{value.consumer, value.provider, value.profile, EvidenceReaders(value)};
    // Who is consulted reads its own answer, and so its own files.
    if constexpr (std::is_same_v<T, ServiceChange>) {
      subject.all_files = desk.PartiesOf("", value.provider).Knows(actor);
    }
    return subject;
  }

  const Desk* const desk_;
  std::map<std::string, Finder, std::less<>> finders_;
};

}  // namespace shareway::sharing
