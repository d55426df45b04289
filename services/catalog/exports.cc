// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/exports.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/statute/calendar.h"

namespace shareway::catalog {
namespace {

constexpr size_t kChunk = 200;
constexpr size_t kPartBytes = 1 << 20;
// What temporary files begin with; no import's file does.
constexpr char kPrefix[] = "export-";

absl::Status Check(const Exports::Options& options) {
  switch (options.format) {
    case files::Format::kXlsx:
    case files::Format::kCsv:
    case files::Format::kCsvGb18030:
    case files::Format::kJson:
    case files::Format::kDcat:
      break;
    default:
      return Error::Field("format", "is none that is known");
  }
  if (options.drafts && options.format == files::Format::kDcat) {
    return Error::Field("drafts", "is not for DCAT, which has published entries alone");
  }
  if (options.names.size() > Exports::kMaxNames) {
    return Error::Field("names", absl::StrCat("has more than ", Exports::kMaxNames, " names"));
  }
  return absl::OkStatus();
}

// As import.proto has it.
const char* NameOf(files::Format format) {
  switch (format) {
    case files::Format::kXlsx: return "XLSX";
    case files::Format::kCsv: return "CSV";
    case files::Format::kCsvGb18030: return "CSV_GB18030";
    case files::Format::kJson: return "ENTRIES_JSON";
    case files::Format::kDcat: return "DCAT_JSON_LD";
    case files::Format::kUnspecified: break;
  }
  return "";
}

const char* NameOf(Resource::State state) {
  switch (state) {
    case Resource::State::kDraft: return "DRAFT";
    case Resource::State::kSubmitted: return "SUBMITTED";
    case Resource::State::kApproved: return "APPROVED";
    case Resource::State::kReturned: return "RETURNED";
    case Resource::State::kPublished: return "PUBLISHED";
    case Resource::State::kSuspended: return "SUSPENDED";
    case Resource::State::kWithdrawn: return "WITHDRAWN";
    case Resource::State::kUnspecified: break;
  }
  return "";
}

}  // namespace

Exports::Exports(Parts parts) : parts_(std::move(parts)) {
  if (parts_.metrics == nullptr) return;
  ended_ = parts_.metrics->AddCounters("shareway_catalog_exports_total",
                                       "Exports of entries that ended, by format and status code.",
                                       {"format", "code"});
  entries_ = parts_.metrics->AddCounter("shareway_catalog_export_entries_total",
                                        "Entries that went out in exports that were whole.");
}

absl::StatusOr<std::unique_ptr<Exports>> Exports::Open(Parts parts) {
  std::error_code error;
  std::filesystem::create_directories(parts.folder, error);
  if (error) return absl::UnavailableError("the folder of exports cannot be made");
  std::vector<std::filesystem::path> left;
  for (const auto& file : std::filesystem::directory_iterator(parts.folder, error)) {
    if (absl::StartsWith(file.path().filename().string(), kPrefix)) left.push_back(file.path());
  }
  if (error) return absl::UnavailableError("the folder of exports cannot be listed");
  for (const std::filesystem::path& path : left) std::filesystem::remove(path, error);
  return std::unique_ptr<Exports>(new Exports(std::move(parts)));
}

absl::StatusOr<Exports::Whole> Exports::Run(
    const Caller& caller, const Options& options,
    const std::function<absl::Status(std::string)>& take) {
  SHAREWAY_RETURN_IF_ERROR(Check(options));  // what it asks for may be anything
  absl::StatusOr<Whole> whole = Give(caller, options, take);
  ended_.With(NameOf(options.format), absl::StatusCodeToString(whole.status().code())).Add();
  if (whole.ok()) entries_.Add(static_cast<double>(whole->entries));
  return whole;
}

absl::StatusOr<Exports::Whole> Exports::Give(
    const Caller& caller, const Options& options,
    const std::function<absl::Status(std::string)>& take) {
  const auto overloaded = [](int most, absl::string_view what) {
    return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
                 absl::StrCat(most, " ", what, ", want fewer"));
  };
  {
    absl::MutexLock lock(&mutex_);
    if (callers_.contains(caller.name)) return overloaded(1, "export of the caller is under way");
    if (writing_ == kMaxWriting) return overloaded(kMaxWriting, "exports are being written");
    if (static_cast<int>(callers_.size()) == kMaxUnderWay) return overloaded(kMaxUnderWay, "exports are under way");
    callers_.insert(caller.name);
    ++writing_;
  }
  const absl::Cleanup over = [this, who = caller.name] {
    absl::MutexLock lock(&mutex_);
    callers_.erase(who);
  };
  const std::string path = (std::filesystem::path(parts_.folder) /
                            absl::StrCat(kPrefix, IdFromRandom(crypto::RandomBytes(15))))
                               .string();
  const absl::Cleanup gone = [&path] {
    std::error_code error;
    std::filesystem::remove(path, error);
  };
  Whole whole;
  {
    // Of writing alone: whoever reads slowly keeps nobody else from his.
    const absl::Cleanup written = [this] {
      absl::MutexLock lock(&mutex_);
      --writing_;
    };
    SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<files::Writer> writer,
                              files::Create(path, options.format));
    SHAREWAY_ASSIGN_OR_RETURN(whole.entries, Write(caller, options, writer.get()));
    SHAREWAY_RETURN_IF_ERROR(writer->Finish());
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::UnavailableError("the export's file cannot be read");
  crypto::Sha256Stream digest;
  while (true) {
    std::string part(kPartBytes, '\0');
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    if (file.bad()) return absl::UnavailableError("the export's file cannot be read");
    part.resize(static_cast<size_t>(file.gcount()));
    if (part.empty()) break;
    digest.Update(part);
    SHAREWAY_RETURN_IF_ERROR(take(std::move(part)));
  }
  whole.digest = digest.Digest();
  return whole;
}

absl::StatusOr<uint64_t> Exports::Write(const Caller& caller, const Options& options,
                                        files::Writer* writer) const {
  uint64_t entries = 0;
  if (!options.names.empty()) {
    for (const std::string& name : options.names) {
      const absl::StatusOr<ResourceStore::Loaded> loaded = parts_.resources->Load(name);
      if (absl::IsNotFound(loaded.status())) continue;
      SHAREWAY_RETURN_IF_ERROR(loaded.status());
      SHAREWAY_ASSIGN_OR_RETURN(const bool written, WriteOne(caller, options, *loaded, writer));
      entries += written ? 1 : 0;
    }
    return entries;
  }
  for (std::string last;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<ResourceStore::Loaded> chunk,
                              parts_.resources->List(options.provider, last, kChunk));
    if (chunk.empty()) return entries;
    for (const ResourceStore::Loaded& loaded : chunk) {
      last = loaded.resource.fields().name;
      SHAREWAY_ASSIGN_OR_RETURN(const bool written, WriteOne(caller, options, loaded, writer));
      entries += written ? 1 : 0;
    }
  }
}

absl::StatusOr<bool> Exports::WriteOne(const Caller& caller, const Options& options,
                                       const ResourceStore::Loaded& loaded,
                                       files::Writer* writer) const {
  if (options.gone && options.gone()) return absl::CancelledError("nobody waits for the export");
  const Resource::Fields& fields = loaded.resource.fields();
  if (!absl::StartsWith(fields.name, "resources/")) return false;
  files::ListedEntry listed = {.name = fields.name};
  const bool own = !caller.agency.empty() && caller.agency == fields.provider &&
                   parts_.catalog->ActorFor(caller, fields.provider).SeesDrafts();
  // One code, one entry: a revision under way stands for what is published.
  if (options.drafts && own && fields.working) {
    listed.entry = fields.working->entry;
    listed.state = NameOf(fields.working->state);
  } else if (fields.published && fields.published->state == Resource::State::kPublished) {
    listed.entry = fields.published->entry;
    listed.state = NameOf(fields.published->state);
  } else {
    return false;
  }
  if (!options.provider.empty() && fields.provider != options.provider) return false;
  if (!absl::StartsWith(listed.entry.code, options.category) ||
      !absl::StartsWith(listed.entry.division, options.division)) {
    return false;
  }
  if (fields.published) {
    listed.revision = fields.published->revision;
    listed.publish_date =
        absl::FormatCivilTime(statute::LawDay(fields.published->publish_time));
  }
  const std::shared_ptr<const Register> directory = parts_.directory();
  const Agency* const agency = directory->Find<Agency>(fields.provider);
  if (agency != nullptr) listed.provider_name = agency->display_name;
  SHAREWAY_RETURN_IF_ERROR(writer->Add(listed));
  return true;
}

}  // namespace shareway::catalog
