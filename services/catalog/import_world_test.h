// SPDX-License-Identifier: Apache-2.0
// Imports of files into the catalogue of world_test.h, for tests.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/catalog/world_test.h"
#include "tests/support/temp_dir.h"

namespace shareway::catalog {

inline Entry Numbered(int number) {
  Entry entry = GoodEntry();
  entry.code = absl::StrCat("306002/00010", number);
  entry.title = absl::StrCat("演示资源", number);
  return entry;
}

inline std::string FileOf(const std::vector<Entry>& entries) {
  const shareway::testing::TempDir dir;
  const std::string path = dir / "entries.json";
  const auto writer = files::Create(path, files::Format::kJson).value();
  for (const Entry& entry : entries) REQUIRE(writer->Add({.entry = entry}).ok());
  REQUIRE(writer->Finish().ok());
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline v1::Import Begin(TestWorld& world, const std::string& file,
                        Imports::Options options = {},
                        const std::string& request_id = "") {
  options.file_name = "entries.json";
  if (options.format == files::Format::kUnspecified) options.format = files::Format::kJson;
  auto spool = world.imports->NewSpool().value();
  REQUIRE(spool->Append(file).ok());
  return world.imports->Begin(world.By("editor", request_id), options, spool.get()).value();
}

inline v1::Import Run(TestWorld& world, const std::string& name) {
  while (world.imports->Step().value()) {
  }
  return world.imports->Get(world.By("editor").caller, name).value();
}

inline std::vector<v1::ImportRow> RowsOf(TestWorld& world, const std::string& name) {
  return world.imports->ListRows(world.By("editor").caller, name, 0, 1000, false).value().rows;
}

inline bool There(const TestWorld& world, const Entry& entry) {
  std::string name = "resources/" + entry.code;
  name[name.rfind('/')] = '-';
  return world.resources->Load(name).ok();
}

// Commits that touch what is kept of this import fail as on a full disk, while `full`.
inline void FillDiskFor(TestWorld& world, const std::string& name, const std::string& prefix,
                        const bool* full) {
  const std::string key = prefix + name.substr(name.find('/') + 1);
  world.kv.on_commit = [key, full](const kv::Batch& batch) -> kv::Outcome {
    for (const kv::Batch::Op& op : batch.ops()) {
      if (!*full || op.key.compare(0, key.size(), key) != 0) continue;
      return {.apply = false, .status = absl::ResourceExhaustedError("no space on the volume")};
    }
    return {};
  };
}

}  // namespace shareway::catalog
