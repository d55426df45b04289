// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/openapi.h"

#include <map>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "nlohmann/json.hpp"
#include "services/console/gateway/connect.h"
#include "shareway/policy.pb.h"

namespace shareway::console {
namespace {

namespace pb = google::protobuf;
using nlohmann::json;
using Field = pb::FieldDescriptor;

// Messages by name, and of each the fields that are not the caller's to set.
using Messages = std::map<std::string, const pb::Descriptor*>;
using Hidden = std::set<const Field*>;

json Ref(absl::string_view name) {
  return {{"$ref", absl::StrCat("#/components/schemas/", name)}};
}

// The types that proto3's JSON writes in a form of their own; null for others.
json WellKnown(const pb::Descriptor& type) {
  const std::string& name = type.full_name();
  if (name == "google.protobuf.Timestamp") return {{"type", "string"}, {"format", "date-time"}};
  if (name == "google.protobuf.Duration") {
    return {{"type", "string"}, {"pattern", "^-?[0-9]+(\\.[0-9]+)?s$"}};
  }
  if (name == "google.protobuf.FieldMask") {
    return {{"type", "string"}, {"description", "field names in lowerCamelCase, with commas"}};
  }
  if (name == "google.protobuf.Any") return {{"type", "object"}};
  return nullptr;
}

json SchemaOf(const Field& field) {
  switch (field.type()) {
    case Field::TYPE_BOOL: return {{"type", "boolean"}};
    case Field::TYPE_STRING: return {{"type", "string"}};
    case Field::TYPE_BYTES: return {{"type", "string"}, {"contentEncoding", "base64"}};
    case Field::TYPE_FLOAT:
    case Field::TYPE_DOUBLE: return {{"type", "number"}};
    case Field::TYPE_INT64:
    case Field::TYPE_SINT64:
    case Field::TYPE_SFIXED64: return {{"type", "string"}, {"format", "int64"}};
    case Field::TYPE_UINT64:
    case Field::TYPE_FIXED64: return {{"type", "string"}, {"format", "uint64"}};
    case Field::TYPE_UINT32:
    case Field::TYPE_FIXED32: return {{"type", "integer"}, {"minimum", 0}};
    case Field::TYPE_INT32:
    case Field::TYPE_SINT32:
    case Field::TYPE_SFIXED32: return {{"type", "integer"}, {"format", "int32"}};
    case Field::TYPE_ENUM: {
      json names = json::array();
      for (int i = 0; i < field.enum_type()->value_count(); ++i) {
        names.push_back(field.enum_type()->value(i)->name());
      }
      return {{"type", "string"}, {"enum", std::move(names)}};
    }
    case Field::TYPE_MESSAGE:
    case Field::TYPE_GROUP: break;
  }
  json known = WellKnown(*field.message_type());
  return known.is_null() ? Ref(field.message_type()->full_name()) : known;
}

json ShapeOf(const Field& field) {
  if (field.is_map()) {
    return {{"type", "object"},
            {"additionalProperties", SchemaOf(*field.message_type()->FindFieldByName("value"))}};
  }
  if (field.is_repeated()) return {{"type", "array"}, {"items", SchemaOf(field)}};
  return SchemaOf(field);
}

// `type` and all that it holds.
void Collect(const pb::Descriptor& type, Messages* messages) {
  if (!WellKnown(type).is_null()) return;
  const bool entry = type.options().map_entry();
  if (!entry && !messages->emplace(type.full_name(), &type).second) return;
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->message_type() != nullptr) Collect(*type.field(i)->message_type(), messages);
  }
}

Hidden HiddenIn(const Routes& routes) {
  Hidden hidden;
  for (const auto& [path, route] : routes.all()) {
    for (const Field* field : {route.client, route.token, route.new_token}) {
      if (field != nullptr) hidden.insert(field);
    }
  }
  return hidden;
}

Messages MessagesOf(const Routes& routes) {
  Messages messages;
  for (const auto& [path, route] : routes.all()) {
    Collect(*route.input, &messages);
    Collect(*route.output, &messages);
  }
  messages.erase("shareway.console.v1.Client");  // the gateway's word alone
  return messages;
}

const Policy& PolicyOf(const Route& route) {
  const size_t slash = route.path.rfind('/');
  const pb::ServiceDescriptor* service =
      pb::DescriptorPool::generated_pool()->FindServiceByName(route.path.substr(1, slash - 1));
  return service->FindMethodByName(route.path.substr(slash + 1))->options().GetExtension(policy);
}

std::string WhoMay(const Route& route) {
  if (route.callers != PERSON) return "systems of the agency";
  const Policy& admits = PolicyOf(route);
  std::vector<std::string> roles;
  for (const int role : admits.roles()) roles.push_back(Role_Name(static_cast<Role>(role)));
  return absl::StrCat(roles.empty() ? "any person" : absl::StrJoin(roles, ", "),
                      admits.signed_act() ? "; a signed act" : "",
                      admits.fresh_factor() ? "; a fresh second factor" : "");
}

// How a method that streams is called, a space before it; empty for any other.
std::string Streaming(const Route& route) {
  if (route.server_stream) {
    return " One message in an envelope, answered by a stream of them: each with its length before "
           "it, the last one the end, with an error if there is one.";
  }
  if (!route.client_stream) return "";
  return " A stream of messages, each in an envelope with its length before it; the answer is one, "
         "and the end behind it.";
}

// Of a method that streams, of one envelope.
json Body(const Route& route, const pb::Descriptor& type) {
  const json known = WellKnown(type);
  return {{route.streams() ? "application/connect+json" : "application/json",
           {{"schema", known.is_null() ? Ref(type.full_name()) : known}}}};
}

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

std::string TypeName(const Field& field) {
  const auto one = [](const Field& of) -> std::string {
    if (of.message_type() != nullptr) return of.message_type()->full_name();
    if (of.enum_type() != nullptr) return of.enum_type()->full_name();
    return of.type_name();
  };
  if (field.is_map()) {
    return absl::StrCat("map of ", one(*field.message_type()->FindFieldByName("value")));
  }
  return absl::StrCat(field.is_repeated() ? "list of " : "", one(field));
}

}  // namespace

std::string OpenApi(const Routes& routes) {
  const Hidden hidden = HiddenIn(routes);
  json paths = json::object();
  for (const auto& [path, route] : routes.all()) {
    json operation = {
        {"operationId", absl::StrReplaceAll(path.substr(1), {{"/", "."}})},
        {"tags", json::array({path.substr(1, path.rfind('/') - 1)})},
        {"summary", path.substr(path.rfind('/') + 1)},
        {"description", absl::StrCat("For ", WhoMay(route), ".", Streaming(route))},
        {"requestBody", {{"required", true}, {"content", Body(route, *route.input)}}},
        {"responses",
         {{"200", {{"description", "OK"}, {"content", Body(route, *route.output)}}},
          {"default",
           {{"description", "An error, with its reason"},
            {"content", {{"application/json", {{"schema", Ref("connect.Error")}}}}}}}}}};
    const bool needs_session = route.client == nullptr || route.token != nullptr;
    operation["security"] = json::array();
    if (route.callers != PERSON) {
      operation["security"].push_back({{"certificate", json::array()}});
    } else if (needs_session) {
      operation["security"].push_back({{"session", json::array()}, {"csrf", json::array()}});
    }
    paths[path]["post"] = std::move(operation);
  }
  json schemas = json::object();
  for (const auto& [name, type] : MessagesOf(routes)) {
    json properties = json::object();
    for (int i = 0; i < type->field_count(); ++i) {
      const Field& field = *type->field(i);
      if (hidden.count(&field) == 0) properties[field.json_name()] = ShapeOf(field);
    }
    schemas[name] = {{"type", "object"}, {"properties", std::move(properties)}};
  }
  json codes = json::array();
  for (int code = 1; code <= 16; ++code) {
    codes.push_back(std::string(ConnectCode(static_cast<absl::StatusCode>(code))));
  }
  schemas["connect.Error"] = {
      {"type", "object"},
      {"required", json::array({"code"})},
      {"properties",
       {{"code", {{"type", "string"}, {"enum", std::move(codes)}}},
        {"message", {{"type", "string"}}},
        {"details",
         {{"type", "array"},
          {"items",
           {{"type", "object"},
            {"properties",
             {{"type", {{"type", "string"}}},
              {"value", {{"type", "string"}, {"contentEncoding", "base64"}}},
              {"debug", {{"type", "object"}}}}}}}}}}}};
  const json document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Shareway"},
        {"version", "1"},
        {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}},
        {"description",
         "Every call is a POST of JSON (Connect protocol; connectrpc.com/docs/protocol). A person's "
         "call in a session carries the session's cookie and, in Shareway-Csrf, the token that GET "
         "/csrf tells; a system's comes with its certificate."}}},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", std::move(schemas)},
        {"securitySchemes",
         {{"certificate", {{"type", "mutualTLS"}}},
          {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "__Host-shareway"}}},
          {"csrf", {{"type", "apiKey"}, {"in", "header"}, {"name", "Shareway-Csrf"}}}}}}}};
  return document.dump();
}

std::string OpenApiPage(const Routes& routes) {
  const Hidden hidden = HiddenIn(routes);
  std::string page =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Shareway: calls"
      "</title></head><body><main><h1>Calls</h1><p>Every call is a POST of JSON to its path "
      "(Connect protocol; those that stream take and give envelopes); for tools: "
      "<a href=\"/openapi.json\">openapi.json</a>.</p>";
  std::string service;
  for (const auto& [path, route] : routes.all()) {
    const std::string of = path.substr(1, path.rfind('/') - 1);
    if (of != service) {
      if (!service.empty()) page += "</tbody></table>";
      service = of;
      absl::StrAppend(&page, "<h2>", Escaped(of), "</h2><table><thead><tr><th scope=\"col\">path",
                      "</th><th scope=\"col\">takes</th><th scope=\"col\">gives</th>",
                      "<th scope=\"col\">for</th></tr></thead><tbody>");
    }
    const auto link = [](const pb::Descriptor& type) {
      const std::string name = Escaped(type.full_name());
      return absl::StrCat("<td><a href=\"#", name, "\">", Escaped(type.name()), "</a></td>");
    };
    absl::StrAppend(&page, "<tr><th scope=\"row\"><code>", Escaped(path), "</code>",
                    route.streams() ? " (stream)" : "", "</th>",
                    link(*route.input), link(*route.output), "<td>", Escaped(WhoMay(route)),
                    "</td></tr>");
  }
  if (!service.empty()) page += "</tbody></table>";
  page += "<h2>Messages</h2>";
  for (const auto& [name, type] : MessagesOf(routes)) {
    absl::StrAppend(&page, "<h3 id=\"", Escaped(name), "\">", Escaped(name), "</h3><dl>");
    for (int i = 0; i < type->field_count(); ++i) {
      const Field& field = *type->field(i);
      if (hidden.count(&field) > 0) continue;
      absl::StrAppend(&page, "<dt><code>", Escaped(field.json_name()), "</code></dt><dd>",
                      Escaped(TypeName(field)), "</dd>");
    }
    page += "</dl>";
  }
  return page + "</main></body></html>\n";
}

}  // namespace shareway::console
