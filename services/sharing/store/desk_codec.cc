// SPDX-License-Identifier: Apache-2.0
// Comments, attachments, delegations and loaded calendars as bytes.
#include "services/sharing/store/desk_codec.h"

#include "libs/base/status.h"
#include "services/sharing/store/inbox_record.pb.h"
#include "services/sharing/store/record_parts.h"

namespace shareway::sharing {
namespace {

template <typename Record>
absl::Status Parse(absl::string_view bytes, absl::string_view what, Record* record) {
  if (record->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::OkStatus();
  }
  return Unreadable(what);
}

}  // namespace

std::string Encode(const Comment& comment) {
  store::CommentRecord record;
  record.set_name(comment.name);
  record.set_request(comment.request);
  record.set_consumer(comment.consumer);
  record.set_provider(comment.provider);
  record.set_text(comment.text);
  record.set_internal(comment.internal);
  record.set_author(comment.author);
  record.set_agency(comment.agency);
  record.set_profile(comment.profile);
  record.set_create_nanos(Nanos(comment.create_time));
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Comment* comment) {
  store::CommentRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "comment", &record));
  *comment = {.name = record.name(),
              .request = record.request(),
              .consumer = record.consumer(),
              .provider = record.provider(),
              .text = record.text(),
              .internal = record.internal(),
              .author = record.author(),
              .agency = record.agency(),
              .profile = record.profile(),
              .create_time = TimeOf(record.create_nanos())};
  return absl::OkStatus();
}

CaseRow RowOf(const Comment& comment, uint64_t version) {
  CaseRow row{.name = comment.name,
              .bytes = Encode(comment),
              .version = version,
              .create_time = comment.create_time};
  row.lists = {comment.request};
  return row;
}

std::string Encode(const Attachment& attachment) {
  store::AttachmentRecord record;
  record.set_name(attachment.name);
  record.set_subject(attachment.subject);
  record.set_consumer(attachment.consumer);
  record.set_provider(attachment.provider);
  record.set_file_name(attachment.file_name);
  record.set_media_type(attachment.media_type);
  record.set_bytes(attachment.bytes);
  record.set_sha256(attachment.sha256);
  record.set_chunks(attachment.chunks);
  record.set_uploader(attachment.uploader);
  record.set_agency(attachment.agency);
  record.set_profile(attachment.profile);
  record.set_create_nanos(Nanos(attachment.create_time));
  record.set_internal(attachment.internal);
  record.set_until_answer(attachment.until_answer);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Attachment* attachment) {
  store::AttachmentRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "attachment", &record));
  *attachment = {.name = record.name(),
                 .subject = record.subject(),
                 .consumer = record.consumer(),
                 .provider = record.provider(),
                 .file_name = record.file_name(),
                 .media_type = record.media_type(),
                 .bytes = record.bytes(),
                 .sha256 = record.sha256(),
                 .chunks = record.chunks(),
                 .uploader = record.uploader(),
                 .agency = record.agency(),
                 .profile = record.profile(),
                 .create_time = TimeOf(record.create_nanos()),
                 .internal = record.internal(),
                 .until_answer = record.until_answer()};
  return absl::OkStatus();
}

CaseRow RowOf(const Attachment& attachment, uint64_t version) {
  CaseRow row{.name = attachment.name,
              .bytes = Encode(attachment),
              .version = version,
              .create_time = attachment.create_time};
  row.lists = {attachment.subject};
  return row;
}

std::string Encode(const Delegation& delegation) {
  store::DelegationRecord record;
  record.set_name(delegation.name);
  record.set_agency(delegation.consumer);
  record.set_giver(delegation.giver);
  record.set_delegate(delegation.delegate);
  record.set_post(static_cast<uint32_t>(delegation.post));
  record.set_start_day(DayNumber(delegation.start));
  record.set_end_day(DayNumber(delegation.end));
  record.set_reason(delegation.reason);
  record.set_profile(delegation.profile);
  record.set_create_nanos(Nanos(delegation.create_time));
  if (delegation.end_time) record.set_end_nanos(Nanos(*delegation.end_time));
  record.set_ended_by(delegation.ended_by);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, Delegation* delegation) {
  store::DelegationRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "delegation", &record));
  *delegation = {.name = record.name(),
                 .consumer = record.agency(),
                 .provider = {},
                 .giver = record.giver(),
                 .delegate = record.delegate(),
                 .post = static_cast<Delegation::Post>(record.post()),
                 .start = DayOf(record.start_day()),
                 .end = DayOf(record.end_day()),
                 .reason = record.reason(),
                 .profile = record.profile(),
                 .create_time = TimeOf(record.create_nanos())};
  if (record.has_end_nanos()) delegation->end_time = TimeOf(record.end_nanos());
  delegation->ended_by = record.ended_by();
  return absl::OkStatus();
}

CaseRow RowOf(const Delegation& delegation, uint64_t version) {
  CaseRow row{.name = delegation.name,
              .bytes = Encode(delegation),
              .version = version,
              .create_time = delegation.create_time};
  row.lists = {delegation.giver, delegation.delegate};
  return row;
}

std::string Encode(const LoadedCalendar& calendar) {
  store::CalendarRecord record;
  record.set_yaml(calendar.yaml);
  record.set_load_nanos(Nanos(calendar.load_time));
  record.set_loader(calendar.loader);
  return record.SerializeAsString();
}

absl::Status Decode(absl::string_view bytes, LoadedCalendar* calendar) {
  store::CalendarRecord record;
  SHAREWAY_RETURN_IF_ERROR(Parse(bytes, "calendar", &record));
  calendar->yaml = record.yaml();
  calendar->load_time = TimeOf(record.load_nanos());
  calendar->loader = record.loader();
  return absl::OkStatus();
}

CaseRow RowOf(const LoadedCalendar& calendar, uint64_t version) {
  CaseRow row{.name = calendar.name, .bytes = Encode(calendar), .version = version};
  row.create_time = calendar.load_time;
  return row;
}

}  // namespace shareway::sharing
