// SPDX-License-Identifier: Apache-2.0
// Published entries as DCAT 3 in JSON-LD. The context is in the file: who reads it asks no network.
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "nlohmann/json.hpp"
#include "services/catalog/files/file_out.h"
#include "services/catalog/files/formats.h"

namespace shareway::catalog::files {
namespace {

using Json = nlohmann::ordered_json;

// Where the array of datasets goes on, an object a line.
constexpr char kHead[] = R"({
"@context": {
 "dcat": "http://www.w3.org/ns/dcat#",
 "dct": "http://purl.org/dc/terms/",
 "foaf": "http://xmlns.com/foaf/0.1/",
 "skos": "http://www.w3.org/2004/02/skos/core#",
 "xsd": "http://www.w3.org/2001/XMLSchema#"
},
"@type": "dcat:Catalog",
"dct:title": {"@value": "政务数据目录", "@language": "zh"},
"dcat:dataset": [)";

constexpr char kVocabulary[] = "http://publications.europa.eu/resource/authority/";

// By UpdateCycle, in the vocabulary of frequencies; UPDATE_CONT is "continuously updated".
constexpr std::array<const char*, 10> kFrequencies = {
    "", "UPDATE_CONT", "DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "ANNUAL_2", "ANNUAL", "IRREG",
    "OTHER"};

Json Chinese(const std::string& text) { return {{"@value", text}, {"@language", "zh"}}; }

const char* AccessRight(const Entry& entry) {
  if (entry.open) return "PUBLIC";
  return StrictestClass(entry) == ShareClass::kNotShared ? "NON_PUBLIC" : "RESTRICTED";
}

Json DatasetOf(const ListedEntry& listed) {
  const Entry& entry = listed.entry;
  Json publisher = {{"@id", absl::StrCat("urn:shareway:", entry.provider)},
                    {"@type", "foaf:Agent"}};
  if (!listed.provider_name.empty()) publisher["foaf:name"] = Chinese(listed.provider_name);
  Json dataset = {{"@id", absl::StrCat("urn:shareway:", listed.name)},
                  {"@type", "dcat:Dataset"},
                  {"dct:identifier", entry.code},
                  {"dct:title", Chinese(entry.title)},
                  {"dct:description", Chinese(entry.abstract)},
                  {"dct:publisher", std::move(publisher)},
                  {"dct:accessRights",
                   {{"@id", absl::StrCat(kVocabulary, "access-right/", AccessRight(entry))}}},
                  {"dcat:version", absl::StrCat(listed.revision)}};
  if (!listed.publish_date.empty()) {
    dataset["dct:issued"] = {{"@value", listed.publish_date}, {"@type", "xsd:date"}};
  }
  const auto cycle = static_cast<size_t>(entry.update_cycle);
  if (cycle > 0 && cycle < kFrequencies.size()) {
    dataset["dct:accrualPeriodicity"] = {
        {"@id", absl::StrCat(kVocabulary, "frequency/", kFrequencies[cycle])}};
  }
  for (const std::string& keyword : entry.keywords) {
    dataset["dcat:keyword"].push_back(Chinese(keyword));
  }
  if (!entry.category.empty()) {
    // Nobody can look the concept up under such a name, so that its code goes along.
    dataset["dcat:theme"] = {{"@id", absl::StrCat("urn:shareway:categories/", entry.category)},
                             {"@type", "skos:Concept"},
                             {"skos:notation", entry.category}};
  }
  if (!entry.division.empty()) {
    dataset["dct:spatial"] = {{"@type", "dct:Location"}, {"dct:identifier", entry.division}};
  }
  if (!entry.use_condition.empty()) {
    dataset["dct:rights"] = {{"@type", "dct:RightsStatement"},
                             {"dct:description", Chinese(entry.use_condition)}};
  }
  if (!entry.format_type.empty()) {
    dataset["dcat:distribution"] = {{"@type", "dcat:Distribution"},
                                    {"dct:format", {{"@type", "dct:MediaTypeOrExtent"},
                                                    {"dct:title", entry.format_type}}}};
  }
  return dataset;
}

class DcatWriter : public Writer {
 public:
  explicit DcatWriter(FileOut out) : out_(std::move(out)) {}

  absl::Status Add(const ListedEntry& entry) override {
    SHAREWAY_RETURN_IF_ERROR(out_.Append(first_ ? absl::StrCat(kHead, "\n") : ",\n"));
    first_ = false;
    return out_.Append(DatasetOf(entry).dump(-1, ' ', false, Json::error_handler_t::replace));
  }

  absl::Status Finish() override {
    if (first_) SHAREWAY_RETURN_IF_ERROR(out_.Append(kHead));
    SHAREWAY_RETURN_IF_ERROR(out_.Append(first_ ? "]\n}\n" : "\n]\n}\n"));
    return out_.Close();
  }

 private:
  FileOut out_;
  bool first_ = true;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Writer>> CreateDcat(const std::string& path) {
  SHAREWAY_ASSIGN_OR_RETURN(FileOut out, FileOut::Create(path));
  return std::make_unique<DcatWriter>(std::move(out));
}

}  // namespace shareway::catalog::files
