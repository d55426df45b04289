// SPDX-License-Identifier: Apache-2.0
// A node's hosted datasets over a store of the test's choice.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/base/fake_clock.h"
#include "libs/crypto/hash.h"
#include "libs/kv/memory_store.h"
#include "libs/outbox/outbox.h"
#include "services/exchange/datasets.h"
#include "services/exchange/source/hosted_source.h"

namespace shareway::exchange {

inline constexpr char kResource[] = "resources/r1";
inline constexpr char kHeader[] = "code,name,parent\n";

inline DatasetSchema TestSchema() {
  return {.resource = kResource,
          .revision = 2,
          .items = {{.id = "code", .length = 12, .key = true},
                    {.id = "name", .required = true},
                    {.id = "parent"}}};
}

// Everything that hosts datasets, on `kv`.
struct Host {
  explicit Host(kv::Store* store) : kv(store) {
    auto opened_outbox = outbox::Outbox::Open(kv, "shareway://agencies/a/nodes/n", &clock);
    REQUIRE(opened_outbox.ok());
    outbox = *std::move(opened_outbox);
    auto opened = DatasetStore::Open(kv, outbox.get(), std::string(32, 's'));
    REQUIRE(opened.ok());
    datasets_store = *std::move(opened);
    datasets = std::make_unique<Datasets>(
        datasets_store.get(), &clock, "agencies/a",
        [this](absl::string_view resource) -> absl::StatusOr<DatasetSchema> {
          if (resource != kResource) return absl::NotFoundError("not ours");
          return schema;
        },
        [this](absl::string_view) { return filtered; });
    source = std::make_unique<HostedSource>(datasets_store.get());
  }

  // Loads a file in pieces; a digest of our own unless one is given.
  absl::StatusOr<DatasetVersion> Load(absl::string_view file, size_t chunk = 1 << 16,
                                      const Hash32* digest = nullptr) {
    auto load = datasets->Begin(kResource, {.operator_digest = "who"}, indexes);
    if (!load.ok()) return load.status();
    for (size_t at = 0; at < file.size(); at += chunk) {
      if (absl::Status fed = (*load)->Write(file.substr(at, chunk)); !fed.ok()) return fed;
    }
    return (*load)->Finish(digest != nullptr ? *digest : crypto::Sha256(file));
  }

  // The codes of all rows that match; "!" and the error if they cannot be read.
  std::string Codes(const filter::RowFilter& where = {}) const {
    auto cursor = source->Open({.resource = kResource, .items = {"code"}, .where = where});
    if (!cursor.ok()) return absl::StrCat("!", cursor.status().message());
    std::string codes;
    for (;;) {
      const auto rows = (*cursor)->Next(3);
      REQUIRE(rows.ok());
      if (rows->empty()) return codes;
      for (const Row& row : *rows) absl::StrAppend(&codes, *row[0], " ");
    }
  }

  // Keys under which rows lie.
  int StoredRows() const {
    int rows = 0;
    REQUIRE(kv->Scan("d/", "d0", [&rows](absl::string_view, absl::string_view, uint64_t) {
      return ++rows > 0;
    }).ok());
    return rows;
  }

  std::vector<evidence::AuditRecord> Events() const {
    std::vector<evidence::AuditRecord> events;
    REQUIRE(kv->ReadLog("outbox", 1, [&events](uint64_t, absl::string_view bytes) {
      events.emplace_back();
      return events.back().ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    }).ok());
    return events;
  }

  DatasetSchema schema = TestSchema();
  std::vector<std::string> indexes;   // that loads name
  std::vector<std::string> filtered;  // items that grants filter by
  FakeClock clock;
  kv::Store* kv;
  std::unique_ptr<outbox::Outbox> outbox;
  std::unique_ptr<DatasetStore> datasets_store;
  std::unique_ptr<Datasets> datasets;
  std::unique_ptr<HostedSource> source;
};

inline filter::RowFilter Where(std::vector<filter::Condition> conditions) {
  return {std::move(conditions)};
}
inline filter::Condition Equal(std::string item, std::string value) {
  return {std::move(item), filter::Op::kEquals, std::move(value)};
}
inline filter::Condition StartsWith(std::string item, std::string value) {
  return {std::move(item), filter::Op::kPrefix, std::move(value)};
}

// Codes 110000000000, 110000000001 … with a name and, for every other row, a parent.
inline std::string Rows(int count) {
  std::string file = kHeader;
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&file, 110000000000 + i, ",村民委员会", i, ",",
                    i % 2 == 0 ? "" : absl::StrCat(i / 100), "\n");
  }
  return file;
}

}  // namespace shareway::exchange
