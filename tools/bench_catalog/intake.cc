// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_catalog/intake.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "services/catalog/files/entries_file.h"
#include "services/catalog/store/resource_message.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/scenario/story.h"
#include "tools/bench_exchange/check.h"

namespace shareway::bench {
namespace {

namespace cat = catalog::v1;

constexpr char kEditor[] = "statistics-editor";
constexpr size_t kPartBytes = 1 << 20;
constexpr absl::Duration kAskEvery = absl::Milliseconds(50);
constexpr absl::Duration kPatience = absl::Hours(2);

testing::Cluster::Options WithoutNodes() {
  testing::Cluster::Options options;
  options.nodes = {};
  return options;
}

// The most that the process ever held in memory, in MiB.
double PeakOf(int pid) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  std::string word;
  while (status >> word) {
    double kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes / 1024;
  }
  CheckStep(absl::UnavailableError("no VmHWM"), "memory of the catalogue");
  return 0;
}

// Entry `n` of statistics, with one item: a row of the table.
cat::Resource EntryOf(const testing::Cluster& cluster, int n) {
  cat::Resource entry = testing::Divisions(cluster);
  entry.mutable_items()->DeleteSubrange(1, entry.items_size() - 1);
  entry.set_code(absl::StrCat("306001/", 200'000 + n));
  entry.set_title(absl::StrCat("统计用区划代码", n));
  return entry;
}

std::string FileOf(const testing::Cluster& cluster, int entries) {
  const std::string path = cluster.dir() / "entries.csv";
  auto writer = catalog::files::Create(path, catalog::files::Format::kCsv);
  CheckStep(writer.status(), "file");
  for (int n = 0; n < entries; ++n) {
    CheckStep((*writer)->Add({.entry = catalog::EntryFrom(EntryOf(cluster, n))}), "row");
  }
  CheckStep((*writer)->Finish(), "file");
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

cat::Import Send(testing::Cluster& cluster, const std::string& file) {
  rpc::CallOptions options;
  options.timeout = absl::Minutes(5);
  auto stream = cluster.Channel(kEditor, "catalog")
                    ->ClientStream<cat::ImportResourcesRequest, cat::Import>(
                        testing::CatalogMethod("ImportResources"), options);
  cat::ImportResourcesRequest part;
  part.mutable_import()->set_file_name("entries.csv");
  part.mutable_import()->set_format(cat::CSV);
  for (size_t at = 0; at < file.size(); at += kPartBytes, part.Clear()) {
    part.set_data(file.substr(at, kPartBytes));
    if (!stream.Write(part)) break;
  }
  auto begun = stream.Finish();
  CheckStep(begun.status(), "import");
  return *begun;
}

void Import(int entries, Intake* intake) {
  testing::Cluster cluster(WithoutNodes());
  intake->idle_mib = PeakOf(cluster.pid("catalog"));
  const std::string file = FileOf(cluster, entries);
  intake->file_mib = static_cast<double>(file.size()) / (1 << 20);
  const absl::Time start = absl::Now();
  cat::GetImportRequest get;
  get.set_name(Send(cluster, file).name());
  while (true) {
    auto now = cluster.Call<cat::Import>(kEditor, "catalog", testing::CatalogMethod("GetImport"),
                                         get);
    CheckStep(now.status(), "progress");
    const double passed = absl::ToDoubleSeconds(absl::Now() - start);
    if (now->state() == cat::Import::CHECKING || intake->check_seconds == 0) {
      intake->check_seconds = passed;
    }
    if (now->state() != cat::Import::CHECKING && now->state() != cat::Import::WRITING) {
      intake->import_seconds = passed;
      if (now->state() != cat::Import::DONE || now->created() != static_cast<uint64_t>(entries)) {
        CheckStep(absl::InternalError(now->ShortDebugString()), "end of the import");
      }
      break;
    }
    if (absl::Now() - start > kPatience) {
      CheckStep(absl::DeadlineExceededError(now->ShortDebugString()), "import");
    }
    absl::SleepFor(kAskEvery);
  }
  intake->import_mib = PeakOf(cluster.pid("catalog"));
}

void CallEach(int entries, Intake* intake) {
  testing::Cluster cluster(WithoutNodes());
  const std::shared_ptr<rpc::Channel> channel = cluster.Channel(kEditor, "catalog");
  const absl::Time start = absl::Now();
  for (int n = 0; n < entries; ++n) {
    cat::CreateResourceRequest create;
    *create.mutable_resource() = EntryOf(cluster, n);
    create.set_request_id(absl::StrCat("entry-", n));
    CheckStep(
        channel->Unary<cat::Resource>(testing::CatalogMethod("CreateResource"), create).status(),
        "create");
  }
  intake->call_seconds = absl::ToDoubleSeconds(absl::Now() - start);
  intake->call_mib = PeakOf(cluster.pid("catalog"));
}

}  // namespace

Intake TakeIn(int entries) {
  Intake intake;
  Import(entries, &intake);
  CallEach(entries, &intake);
  return intake;
}

}  // namespace shareway::bench
