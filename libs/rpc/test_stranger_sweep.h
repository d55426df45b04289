// SPDX-License-Identifier: Apache-2.0
// Whether a stranger can tell what is there from what is not: each method of a service is called
// by its descriptor with the name of a living object and with one of nothing, and the answers are
// compared byte by byte but for the name. A new method or field is tried by itself. For tests.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "google/protobuf/descriptor.h"
#include "libs/rpc/test_stranger_caller.h"

namespace shareway::sweep {

// Calls methods with names of what is there and of nothing, and keeps where the answers differ.
class Comparison {
 public:
  explicit Comparison(Service service)
      : service_(std::move(service)), secrets_(service_.secrets) {
    for (const auto& [kind, names] : service_.objects) {
      INFO(kind);
      REQUIRE_FALSE(names.empty());
      secrets_.insert(secrets_.end(), names.begin(), names.end());
    }
  }

  // `first` tries every kind of name in every field; callers after it those that were looked up
  // there then, and every kind where it was turned away before that.
  void Try(Caller* caller, const pb::MethodDescriptor& method, bool first) {
    tried_.insert(&method);
    std::vector<FieldPath> paths;
    AddPaths(service_, *method.input_type(), {}, &paths);
    const Heard plain = caller->Ask(method, {}, "", "v1");
    Hear(*caller, method, {}, "", plain);
    if (first && absl::StrContains(plain.details, "POLICY_DENIED")) turned_away_.insert(&method);
    const bool every = first || turned_away_.count(&method) > 0;
    for (const FieldPath& path : paths) {
      for (const auto& [kind, names] : service_.objects) {
        const bool known = looked_up_.count({&method, NameOfPath(path), kind}) > 0;
        if (!every && !known && caller->MayCall(method)) continue;
        for (const std::string& name : names) {
          // Where a name of this kind means nothing, one of them shows it.
          if (!Pair(caller, method, path, kind, name)) break;
          looked_up_.insert({&method, NameOfPath(path), kind});
        }
        // Who is of no kind that the method is for comes no further with any other name.
        if (!caller->MayCall(method)) break;
      }
    }
  }

  std::string differences() const {
    const auto count = static_cast<long>(std::min<size_t>(differences_.size(), 30));
    return absl::StrJoin(differences_.begin(), differences_.begin() + count, "\n----\n");
  }
  size_t tried() const { return tried_.size(); }
  // True if somebody was told of an object named at `field` that he may not see it.
  bool Hidden(const pb::MethodDescriptor& method, const std::string& field) const {
    return hidden_.count({&method, field}) > 0;
  }

 private:
  // Calls with the name and with one of nothing. True if a name of this kind is looked up there.
  bool Pair(Caller* caller, const pb::MethodDescriptor& method, const FieldPath& path,
            const std::string& kind, const std::string& name) {
    const std::string etag = service_.etag(name);
    const std::string absent = service_.absent(kind, name);
    const Heard nothing = caller->Ask(method, path, absent, etag);
    const Heard there = caller->Ask(method, path, name, etag);
    Hear(*caller, method, path, absent, nothing);
    Hear(*caller, method, path, name, there);
    const auto plain = [](const Heard& heard, const std::string& asked) {
      return WithoutIds(absl::StrReplaceAll(heard.all(), {{asked, "NAME"}}));
    };
    if (plain(nothing, absent) != plain(there, name)) {
      differences_.push_back(absl::StrCat(caller->name(), " ", method.full_name(), " ",
                                          NameOfPath(path), "\nabsent ", nothing.all(), "\nthere  ",
                                          there.all()));
    }
    const bool hides = absl::StrContains(nothing.all(), "NOT_VISIBLE");
    if (hides) hidden_.insert({&method, NameOfPath(path)});
    return hides;
  }

  // Nobody is told the name of what is not his.
  void Hear(const Caller& caller, const pb::MethodDescriptor& method, const FieldPath& path,
            const std::string& asked, const Heard& heard) {
    const std::string all = heard.all();
    for (const std::string& secret : secrets_) {
      if (secret == asked || !absl::StrContains(all, secret)) continue;
      differences_.push_back(absl::StrCat(caller.name(), " ", method.full_name(), " ",
                                          NameOfPath(path), " is told of ", secret, ":\n", all));
    }
  }

  const Service service_;
  std::vector<std::string> secrets_;
  std::vector<std::string> differences_;
  std::set<const pb::MethodDescriptor*> tried_;
  std::set<const pb::MethodDescriptor*> turned_away_;
  std::set<std::tuple<const pb::MethodDescriptor*, std::string, std::string>> looked_up_;
  std::set<std::pair<const pb::MethodDescriptor*, std::string>> hidden_;
};

// Whether the requests of a method have this field.
inline bool HasField(const Service& service, const pb::MethodDescriptor& method,
                     const std::string& field) {
  std::vector<FieldPath> paths;
  AddPaths(service, *method.input_type(), {}, &paths);
  return std::any_of(paths.begin(), paths.end(),
                     [&](const FieldPath& path) { return NameOfPath(path) == field; });
}

}  // namespace shareway::sweep
