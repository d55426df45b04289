// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/resource_message.h"

#include "libs/evidence/record.h"

namespace shareway::catalog {
namespace {

Item ItemFrom(const v1::Item& message) {
  return {.id = message.id(),
          .name = message.name(),
          .type = static_cast<ItemType>(message.type()),
          .length = message.length(),
          .key = message.key(),
          .required = message.required(),
          .share_class = static_cast<ShareClass>(message.share_class()),
          .grading = static_cast<Grading>(message.grading()),
          .personal = message.personal(),
          .sensitive = message.sensitive(),
          .basic = message.basic(),
          .description = message.description(),
          .mask = static_cast<Mask>(message.mask()),
          .received_under = message.received_under(),
          .source = message.source(),
          .condition_ids = {message.condition_ids().begin(), message.condition_ids().end()},
          .open = message.open(),
          .sub_grading = message.sub_grading()};
}

Operation OperationFrom(const v1::Operation& message) {
  return {.id = message.id(),
          .title = message.title(),
          .form = static_cast<Operation::Form>(message.form()),
          .item = message.item(),
          .parameters = {message.parameters().begin(), message.parameters().end()},
          .descriptor_set = message.descriptor_set(),
          .method = message.method()};
}

void Write(const Item& item, v1::Item* message) {
  message->set_id(item.id);
  message->set_name(item.name);
  message->set_type(static_cast<v1::ItemType>(item.type));
  message->set_length(item.length);
  message->set_key(item.key);
  message->set_required(item.required);
  message->set_share_class(static_cast<v1::ShareClass>(item.share_class));
  message->set_grading(static_cast<v1::Grading>(item.grading));
  message->set_personal(item.personal);
  message->set_sensitive(item.sensitive);
  message->set_basic(item.basic);
  message->set_description(item.description);
  message->set_mask(static_cast<v1::Mask>(item.mask));
  message->set_received_under(item.received_under);
  message->set_source(item.source);
  for (const std::string& id : item.condition_ids) message->add_condition_ids(id);
  message->set_open(item.open);
  message->set_sub_grading(item.sub_grading);
}

void Write(const Operation& operation, v1::Operation* message) {
  message->set_id(operation.id);
  message->set_title(operation.title);
  message->set_form(static_cast<v1::OperationForm>(operation.form));
  message->set_item(operation.item);
  for (const std::string& parameter : operation.parameters) message->add_parameters(parameter);
  message->set_descriptor_set(operation.descriptor_set);
  message->set_method(operation.method);
}

void Write(const Entry& entry, v1::Resource* message) {
  message->set_code(entry.code);
  message->set_title(entry.title);
  message->set_provider(entry.provider);
  message->set_abstract(entry.abstract);
  message->set_format(static_cast<v1::ResourceFormat>(entry.format));
  message->set_format_type(entry.format_type);
  for (const Item& item : entry.items) Write(item, message->add_items());
  message->set_share_class(static_cast<v1::ShareClass>(StrictestClass(entry)));
  message->set_declared_class(static_cast<v1::ShareClass>(entry.declared_class));
  for (const ShareCondition& condition : entry.conditions) {
    v1::ShareCondition* out = message->add_conditions();
    out->set_id(condition.id);
    out->set_kind(static_cast<v1::ShareCondition::Kind>(condition.kind));
    out->set_text(condition.text);
    for (const std::string& value : condition.values) out->add_values(value);
  }
  message->set_not_shared_reason(entry.not_shared_reason);
  for (const Basis& basis : entry.not_shared_basis) {
    v1::Basis* out = message->add_not_shared_basis();
    out->set_level(static_cast<v1::BasisLevel>(basis.level));
    out->set_title(basis.title);
    out->set_article(basis.article);
  }
  for (Method method : entry.methods) {
    message->add_methods(static_cast<evidence::v1::Method>(method));
  }
  message->set_open(entry.open);
  message->set_open_condition(entry.open_condition);
  message->set_update_cycle(static_cast<v1::UpdateCycle>(entry.update_cycle));
  for (const std::string& code : entry.related) message->add_related(code);
  message->mutable_assessment()->set_secrecy_cleared(entry.assessment.secrecy_cleared);
  message->mutable_assessment()->set_personal_information_assessed(
      entry.assessment.personal_information_assessed);
  message->mutable_assessment()->set_document(entry.assessment.document);
  message->mutable_assessment()->set_sharing_safety_assessed(
      entry.assessment.sharing_safety_assessed);
  for (const std::string& digest : entry.assessment.document_digests) {
    message->mutable_assessment()->add_document_digests(digest);
  }
  message->set_use_condition(entry.use_condition);
  message->set_division(entry.division);
  for (const std::string& keyword : entry.keywords) message->add_keywords(keyword);
  for (const Operation& operation : entry.operations) Write(operation, message->add_operations());
  message->set_category(entry.category);
  for (const std::string& agency : entry.contributors) message->add_contributors(agency);
  for (const auto& [key, value] : entry.extensions) (*message->mutable_extensions())[key] = value;
  message->set_promised_days(entry.promised_days);
  message->set_change_reason(entry.change_reason);
  message->set_service_change(entry.service_change);
}

}  // namespace

Entry EntryFrom(const v1::Resource& message) {
  Entry entry = {.code = message.code(),
                 .title = message.title(),
                 .provider = message.provider(),
                 .abstract = message.abstract(),
                 .format = static_cast<ResourceFormat>(message.format()),
                 .format_type = message.format_type(),
                 .declared_class = static_cast<ShareClass>(message.declared_class()),
                 .not_shared_reason = message.not_shared_reason(),
                 .open = message.open(),
                 .open_condition = message.open_condition(),
                 .update_cycle = static_cast<UpdateCycle>(message.update_cycle()),
                 .related = {message.related().begin(), message.related().end()},
                 .assessment = {.secrecy_cleared = message.assessment().secrecy_cleared(),
                                .personal_information_assessed =
                                    message.assessment().personal_information_assessed(),
                                .document = message.assessment().document(),
                                .sharing_safety_assessed =
                                    message.assessment().sharing_safety_assessed(),
                                .document_digests =
                                    {message.assessment().document_digests().begin(),
                                     message.assessment().document_digests().end()}},
                 .use_condition = message.use_condition(),
                 .division = message.division(),
                 .keywords = {message.keywords().begin(), message.keywords().end()},
                 .category = message.category(),
                 .contributors = {message.contributors().begin(), message.contributors().end()},
                 .promised_days = message.promised_days(),
                 .change_reason = message.change_reason(),
                 .service_change = message.service_change(),
                 .secret = message.secret()};
  for (const v1::Item& item : message.items()) entry.items.push_back(ItemFrom(item));
  for (const v1::ShareCondition& condition : message.conditions()) {
    entry.conditions.push_back({.id = condition.id(),
                                .kind = static_cast<ShareCondition::Kind>(condition.kind()),
                                .text = condition.text(),
                                .values = {condition.values().begin(), condition.values().end()}});
  }
  for (const v1::Basis& basis : message.not_shared_basis()) {
    entry.not_shared_basis.push_back({.level = static_cast<BasisLevel>(basis.level()),
                                      .title = basis.title(),
                                      .article = basis.article()});
  }
  for (const v1::Operation& operation : message.operations()) {
    entry.operations.push_back(OperationFrom(operation));
  }
  for (const auto& extension : message.extensions()) {
    entry.extensions.emplace(extension.first, extension.second);
  }
  for (int method : message.methods()) entry.methods.push_back(static_cast<Method>(method));
  return entry;
}

v1::Resource ToMessage(absl::string_view name, const Resource::Published& published) {
  v1::Resource message;
  message.set_name(std::string(name));
  Write(published.entry, &message);
  message.set_state(static_cast<v1::Resource::State>(published.state));
  message.set_profile(published.profile);
  message.set_revision(published.revision);
  *message.mutable_publish_time() = evidence::ToTimestamp(published.publish_time);
  const Resource::Fresh& fresh = published.fresh;
  if (fresh.refreshed) *message.mutable_refresh_time() = evidence::ToTimestamp(*fresh.refreshed);
  if (fresh.due) *message.mutable_refresh_due_time() = evidence::ToTimestamp(*fresh.due);
  message.set_stale_reminders(fresh.reminders);
  for (const std::string& id : published.added_conditions) message.add_added_conditions(id);
  return message;
}

v1::Resource ToMessage(const Resource& resource, Resource::Face face) {
  const Resource::Fields& fields = resource.fields();
  if (face == Resource::Face::kPublished) return ToMessage(fields.name, *fields.published);
  v1::Resource message;
  message.set_name(fields.name);
  Write(fields.working->entry, &message);
  message.set_state(static_cast<v1::Resource::State>(fields.working->state));
  message.set_profile(fields.working->profile);
  message.set_return_reason(fields.working->return_reason);
  if (fields.published) {
    message.set_revision(fields.published->revision);
    *message.mutable_publish_time() = evidence::ToTimestamp(fields.published->publish_time);
  }
  return message;
}

Resource::Published PublishedFrom(const v1::Resource& message) {
  Resource::Fresh fresh;
  if (message.has_refresh_time()) fresh.refreshed = evidence::FromTimestamp(message.refresh_time());
  if (message.has_refresh_due_time()) {
    fresh.due = evidence::FromTimestamp(message.refresh_due_time());
  }
  fresh.reminders = message.stale_reminders();
  return {.entry = EntryFrom(message),
          .state = static_cast<Resource::State>(message.state()),
          .profile = message.profile(),
          .revision = message.revision(),
          .publish_time = evidence::FromTimestamp(message.publish_time()),
          .fresh = fresh,
          .added_conditions = {message.added_conditions().begin(),
                               message.added_conditions().end()}};
}

v1::Narrowing ToMessage(const Narrowing& narrowing) {
  v1::Narrowing message;
  message.set_kind(static_cast<v1::Narrowing::Kind>(narrowing.kind));
  message.set_field(narrowing.field);
  message.set_id(narrowing.id);
  message.set_text(narrowing.text);
  return message;
}

}  // namespace shareway::catalog
