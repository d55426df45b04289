// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/routes.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace shareway::console {
namespace {

namespace pb = google::protobuf;

bool Admits(const pb::MethodDescriptor& method, CallerKind caller) {
  const Policy& admits = method.options().GetExtension(policy);
  return std::find(admits.callers().begin(), admits.callers().end(), caller) !=
         admits.callers().end();
}

const pb::FieldDescriptor* TextField(const pb::Descriptor& message, const char* name) {
  const pb::FieldDescriptor* field = message.FindFieldByName(name);
  if (field == nullptr || field->is_repeated()) return nullptr;
  return field->type() == pb::FieldDescriptor::TYPE_STRING ? field : nullptr;
}

Route RouteOf(const std::string& target, const pb::MethodDescriptor& method) {
  Route route = {.path = absl::StrCat("/", method.service()->full_name(), "/", method.name()),
                 .target = target,
                 .input = method.input_type(),
                 .output = method.output_type(),
                 .server_stream = method.server_streaming(),
                 .client_stream = method.client_streaming()};
  const pb::FieldDescriptor* client = method.input_type()->FindFieldByName("client");
  if (client != nullptr && client->message_type() != nullptr && !client->is_repeated() &&
      client->message_type()->full_name() == "shareway.console.v1.Client") {
    route.client = client;
    route.token = TextField(*method.input_type(), "token");
    route.new_token = TextField(*method.output_type(), "token");
  }
  return route;
}

}  // namespace

const std::vector<std::string>& ServicesForPeople() {
  static const auto* const services = new std::vector<std::string>{
      "shareway.audit.v1.AuditService",
      "shareway.catalog.v1.CatalogService",
      "shareway.catalog.v1.DirectoryService",
      "shareway.catalog.v1.ProjectService",
      "shareway.console.v1.AccountService",
      "shareway.console.v1.NotificationService",
      "shareway.console.v1.SessionService",
      "shareway.sharing.v1.AttachmentService",
      "shareway.sharing.v1.CorrectionService",
      "shareway.sharing.v1.DelegationService",
      "shareway.sharing.v1.DemandService",
      "shareway.sharing.v1.DisputeService",
      "shareway.sharing.v1.FeedbackService",
      "shareway.sharing.v1.GrantService",
      "shareway.sharing.v1.IncidentService",
      "shareway.sharing.v1.NoticeService",
      "shareway.sharing.v1.RequestService",
      "shareway.sharing.v1.StatuteService",
      "shareway.sharing.v1.SupervisionService",
  };
  return *services;
}

const std::vector<std::string>& ServicesOfNode() {
  static const auto* const services = new std::vector<std::string>{
      "shareway.exchange.v1.DatasetService",
      "shareway.exchange.v1.ExchangeService",
      "shareway.exchange.v1.SourceService",
  };
  return *services;
}

absl::StatusOr<Routes> Routes::Of(const std::vector<std::string>& services, CallerKind callers) {
  Routes routes;
  for (const std::string& name : services) {
    const pb::ServiceDescriptor* service =
        pb::DescriptorPool::generated_pool()->FindServiceByName(name);
    const std::vector<std::string> parts = absl::StrSplit(name, '.');
    if (service == nullptr || parts.size() < 3 || parts[0] != "shareway") {
      return absl::FailedPreconditionError(absl::StrCat("no service ", name, " is compiled in"));
    }
    for (int i = 0; i < service->method_count(); ++i) {
      const pb::MethodDescriptor& method = *service->method(i);
      if (!Admits(method, callers)) continue;
      if (method.client_streaming() && method.server_streaming()) continue;
      Route route = RouteOf(parts[1], method);
      route.callers = callers;
      std::string path = route.path;
      routes.routes_.emplace(std::move(path), std::move(route));
    }
  }
  return routes;
}

absl::Status Routes::Add(const std::string& service, const std::string& method) {
  const pb::ServiceDescriptor* of = pb::DescriptorPool::generated_pool()->FindServiceByName(service);
  const pb::MethodDescriptor* found = of == nullptr ? nullptr : of->FindMethodByName(method);
  const std::vector<std::string> parts = absl::StrSplit(service, '.');
  if (found == nullptr || parts.size() < 3) {
    return absl::FailedPreconditionError(
        absl::StrCat("no method ", service, "/", method, " is compiled in"));
  }
  Route route = RouteOf(parts[1], *found);
  std::string path = route.path;
  routes_.emplace(std::move(path), std::move(route));
  return absl::OkStatus();
}

const Route* Routes::Find(absl::string_view path) const {
  const auto found = routes_.find(path);
  return found == routes_.end() ? nullptr : &found->second;
}

}  // namespace shareway::console
