// SPDX-License-Identifier: Apache-2.0
// A folder of files on a volume of its own, whose writes are durable when they
// return: where the mirror and the archive lie.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace shareway::audit {

// Errors name the path: NOT_FOUND for a file that is not there,
// RESOURCE_EXHAUSTED if the volume is full, UNAVAILABLE for anything else that
// the volume refuses. After an error of a change the file has any bytes of it,
// or none; read it back. A copy is cheap and works on the same folder.
class Folder {
 public:
  // The steps that change a volume, so that tests fail, or die, at each of them.
  enum class Step : uint8_t { kCreate, kWrite, kSync, kRename, kSyncFolder, kTruncate, kRemove };
  // Called before each step; the step fails with what it returns. A write that
  // fails leaves its first half.
  using Fault = std::function<absl::Status(Step step, absl::string_view name)>;

  explicit Folder(std::string path, Fault fault = {});

  const std::string& path() const { return path_; }

  // The regular files, in the order of their names, without those under way.
  absl::StatusOr<std::vector<std::string>> Names() const;
  absl::StatusOr<uint64_t> Size(absl::string_view name) const;
  // At most `length` bytes from `offset` on; fewer where the file ends.
  absl::StatusOr<std::string> Read(absl::string_view name, uint64_t offset, size_t length) const;
  // The same from the volume itself: what a failed sync left in memory alone is
  // not seen (but on file systems that live in memory).
  absl::StatusOr<std::string> ReadBack(absl::string_view name, uint64_t offset,
                                       size_t length) const;

  // Writes at `offset`, where the file ends, and makes it durable. Offset 0 makes the file.
  absl::Status Append(absl::string_view name, uint64_t offset, absl::string_view bytes) const;
  // Makes durable what any process wrote to a file, and the folder's names.
  // NOT_FOUND: there is no such file; the names are durable.
  absl::Status Sync(absl::string_view name) const;
  absl::Status Truncate(absl::string_view name, uint64_t size) const;
  // Makes it the whole of a file, in place of what had the name, or nothing of it.
  absl::Status Replace(absl::string_view name, absl::string_view bytes) const;
  absl::Status Remove(absl::string_view name) const;
  // Removes files under way that nobody will finish.
  absl::Status RemoveDrafts() const;

  // A file under way: written piece by piece under another name, which ends in
  // kDraftSuffix, then published whole. Its steps: Append from 0 on, Publish.
  static constexpr absl::string_view kDraftSuffix = ".new";
  static std::string DraftOf(absl::string_view name);
  // Gives the draft its name, in place of what had it. Durable once it returns.
  absl::Status Publish(absl::string_view name) const;

 private:
  absl::Status Fail(Step step, absl::string_view name) const;
  std::string PathOf(absl::string_view name) const;
  absl::Status SyncFolder() const;
  absl::StatusOr<std::string> ReadFrom(absl::string_view name, uint64_t offset, size_t length,
                                       bool from_volume) const;

  std::string path_;
  Fault fault_;
};

}  // namespace shareway::audit
