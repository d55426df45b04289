// SPDX-License-Identifier: Apache-2.0
// What a sweep by strangers must know of sharing.v1: which texts name objects, and what is
// plausible beside them. For tests.
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "libs/rpc/test_stranger_sweep.h"
#include "services/sharing/rpc/test_stranger_world.h"

namespace shareway::sharing {

namespace pb = google::protobuf;

// What people write, names of people and of parts of other things: no object is looked up by it.
inline bool IsProse(const std::string& field) {
  static const auto* const prose = new std::set<std::string>{
      "answer", "body", "claim", "comment", "conclusion", "description", "destruction",
      "document_number", "deciding_body", "effect", "etag", "evidence", "file_name", "file_number",
      "justification", "label", "legal_basis", "measures", "minutes", "missing", "note",
      "page_token", "process", "proof", "proposed_value", "question", "reason", "reasons",
      "receipt_number", "reply", "report", "request_id", "scenario", "statement", "storage",
      "summary", "text", "title", "yaml"};
  return prose->count(field) > 0;
}

inline bool IsPart(const std::string& field) {
  static const auto* const parts = new std::set<std::string>{
      "area", "day", "date", "detector", "division", "division_item", "giver", "item", "items",
      "key", "masked_items", "person", "receiver", "row_expression", "value"};
  return parts->count(field) > 0 || absl::EndsWith(field, "_date");
}

// A plausible text: what stands before the object in question is good. Names of objects stay empty.
inline std::string TextFor(const std::string& field, const std::string& etag) {
  static const auto* const texts = new std::map<std::string, std::string>{
      {"resource", Marriages().name}, {"consumer", kTax}, {"provider", kCivil},
      {"agency", kCivil}, {"about", kCivil}, {"third_party", kHousing}, {"source", kCivil},
      {"presumed_source", kCivil}, {"detector", "r25-39-4"}, {"item", "cert_no"},
      {"items", "cert_no"}, {"division_item", "cert_no"}, {"subject", ""}, {"area", "cn"},
      {"day", "2025-10-02"}, {"date", "2025-10-01"}, {"from_date", "2025-01-01"},
      {"to_date", "2025-06-30"}, {"start_date", "2025-10-03"}, {"end_date", "2026-03-01"},
      {"effect_date", "2025-11-10"}, {"from", "profiles/cn-2016-51"},
      {"to", "profiles/cn-2025-809"}, {"giver", "people/g"}, {"receiver", "people/h"},
      {"person", "people/g"}, {"delegate", "people/d"}, {"exchange", "ex-1"}};
  if (field == "etag") return etag;
  if (field == "request_id" || field == "page_token") return "";
  const auto known = texts->find(field);
  if (known != texts->end()) return known->second;
  if (absl::EndsWith(field, "_date")) return "2025-10-02";
  return IsProse(field) ? "依职责需要" : "";
}

inline sweep::Service Swept(const StrangerWorld* world) {
  return {.uri = "shareway://test/service/sharing",
          .port = world->server->port(),
          .names_object =
              [](const std::string& field) { return !IsProse(field) && !IsPart(field); },
          .text = TextFor,
          .left_out = {"row_filter"},
          .finish =
              [](pb::Message* request) {
                const pb::Descriptor& type = *request->GetDescriptor();
                if (type.name() != "FileHoldRequest") return;
                const pb::Reflection& set = *request->GetReflection();
                set.SetString(request, type.FindFieldByName("reason"), "aggregation rule r");
                set.ClearField(request, type.FindFieldByName("agency"));
              },
          .absent =
              [](const std::string& kind, const std::string& name) {
                std::string absent = Desk::NewName(kind);
                absent.resize(name.size(), 'a');
                return absent;
              },
          .etag = [world](const std::string& name) { return Desk::EtagOf(world->VersionOf(name)); },
          .objects = world->Names()};
}

class Caller : public sweep::Caller {
 public:
  Caller(StrangerWorld* world, const std::string& uri, const std::string& inspected = "")
      : sweep::Caller(world->Admit(uri), uri, Swept(world), inspected) {}
};

}  // namespace shareway::sharing
