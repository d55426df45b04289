// SPDX-License-Identifier: Apache-2.0
// Two maps of names, now and synced, to shared inodes.
#include "libs/kv/power_cut_disk.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace shareway::kv {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kPage = 4096;

std::string FolderOf(const std::string& name) { return fs::path(name).parent_path().string(); }

// One spelling for each path: RocksDB writes some with two slashes.
std::string Normal(const std::string& name) { return fs::path(name).lexically_normal().string(); }

}  // namespace

class PowerCutDisk::File final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  File(std::unique_ptr<rocksdb::FSWritableFile> file, PowerCutDisk* disk,
       std::shared_ptr<Inode> inode)
      : FSWritableFileOwnerWrapper(std::move(file)), disk_(disk), inode_(std::move(inode)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    absl::MutexLock lock(&disk_->mutex_);
    const rocksdb::IOStatus status = FSWritableFileOwnerWrapper::Append(data, options, debug);
    if (status.ok()) inode_->size += data.size();
    return status;
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo&,
                           rocksdb::IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    absl::MutexLock lock(&disk_->mutex_);
    disk_->Sync([this] { inode_->synced = inode_->size; });
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return Sync(options, debug);
  }
  // A hint without a promise.
  rocksdb::IOStatus RangeSync(uint64_t, uint64_t, const rocksdb::IOOptions&,
                              rocksdb::IODebugContext*) override {
    return rocksdb::IOStatus::OK();
  }

 private:
  PowerCutDisk* const disk_;
  const std::shared_ptr<Inode> inode_;
};

class PowerCutDisk::Folder final : public rocksdb::FSDirectoryWrapper {
 public:
  Folder(std::unique_ptr<rocksdb::FSDirectory> folder, PowerCutDisk* disk, std::string name)
      : FSDirectoryWrapper(std::move(folder)), disk_(disk), name_(std::move(name)) {}

  rocksdb::IOStatus Fsync(const rocksdb::IOOptions&, rocksdb::IODebugContext*) override {
    absl::MutexLock lock(&disk_->mutex_);
    disk_->Sync([this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { disk_->SyncFolder(name_); });
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus FsyncWithDirOptions(const rocksdb::IOOptions& options,
                                        rocksdb::IODebugContext* debug,
                                        const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  PowerCutDisk* const disk_;
  const std::string name_;
};

PowerCutDisk::PowerCutDisk(Plan plan, std::string stash)
    : FileSystemWrapper(rocksdb::FileSystem::Default()),
      plan_(plan),
      stash_(std::move(stash)),
      random_(plan.seed) {
  fs::remove_all(stash_);
  fs::create_directories(stash_);
}

uint64_t PowerCutDisk::syncs() const {
  absl::MutexLock lock(&mutex_);
  return syncs_;
}

template <typename Effect>
void PowerCutDisk::Sync(Effect effect) {
  const bool fails = ++syncs_ == plan_.at_sync;
  if (!plan_.ignore_syncs && (!fails || plan_.after)) effect();
  if (!fails) return;
  CutLocked();
  ::_exit(plan_.exit_code);
}

void PowerCutDisk::SyncFolder(const std::string& folder) {
  std::erase_if(synced_, [&](const auto& entry) { return FolderOf(entry.first) == folder; });
  for (const auto& [name, inode] : now_) {
    if (FolderOf(name) == folder) synced_[name] = inode;
  }
}

std::shared_ptr<PowerCutDisk::Inode> PowerCutDisk::InodeOf(const std::string& name) {
  std::shared_ptr<Inode>& inode = now_[name];
  if (inode == nullptr) {
    inode = std::make_shared<Inode>();
    std::error_code error;
    if (const uintmax_t size = fs::file_size(name, error); !error) {
      inode->size = inode->synced = size;
      synced_[name] = inode;
    }
  }
  return inode;
}

void PowerCutDisk::Stash(const std::string& name) {
  const std::shared_ptr<Inode> inode = InodeOf(name);
  const auto durable = [&](const auto& entry) { return entry.second == inode; };
  if (!inode->stashed.empty() || std::none_of(synced_.begin(), synced_.end(), durable)) return;
  inode->stashed = absl::StrCat(stash_, "/", ++stashes_);
  std::error_code error;
  fs::create_hard_link(name, inode->stashed, error);
  if (error) inode->stashed.clear();
}

void PowerCutDisk::Cut() {
  absl::MutexLock lock(&mutex_);
  CutLocked();
}

void PowerCutDisk::CutLocked() {
  for (const auto& [name, inode] : now_) LoseBytes(name, *inode);
  if (plan_.loss != Loss::kUnsyncedNames) return;
  // A stash may share its inode with a name; to lose the same bytes twice is harmless.
  for (const auto& [name, inode] : synced_) {
    if (!inode->stashed.empty()) LoseBytes(inode->stashed, *inode);
  }
  LoseNames();
}

void PowerCutDisk::LoseBytes(const std::string& path, const Inode& inode) {
  std::error_code error;
  // Space that was reserved ahead of the bytes is behind the end and never read.
  const uint64_t written = std::min<uint64_t>(inode.size, fs::file_size(path, error));
  if (error || written <= inode.synced) return;
  if (plan_.loss != Loss::kRandomPart) return fs::resize_file(path, inode.synced, error);

  const uint64_t end = std::uniform_int_distribution<uint64_t>(inode.synced, written)(random_);
  fs::resize_file(path, end, error);
  if (random_() % 2 == 0) return;
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (uint64_t at = inode.synced; at < end;) {
    const uint64_t next = std::min(end, (at / kPage + 1) * kPage);
    if (random_() % 2 == 0) {
      file.seekp(static_cast<std::streamoff>(at));
      file << std::string(next - at, '\0');
    }
    at = next;
  }
}

void PowerCutDisk::LoseNames() {
  std::error_code error;
  std::vector<std::pair<std::string, std::string>> back;  // from, to
  for (const auto& [name, inode] : synced_) {
    auto here = now_.find(name);
    if (here != now_.end() && here->second == inode) continue;
    if (inode->stashed.empty()) {
      const auto holds = [i = inode](const auto& entry) { return entry.second == i; };
      const auto current = std::find_if(now_.begin(), now_.end(), holds);
      if (current == now_.end()) continue;
      inode->stashed = absl::StrCat(stash_, "/", ++stashes_);
      fs::create_hard_link(current->first, inode->stashed, error);
    }
    back.emplace_back(inode->stashed, name);
  }
  for (const auto& [name, inode] : now_) {
    auto durable = synced_.find(name);
    if (durable == synced_.end() || durable->second != inode) fs::remove(name, error);
  }
  for (const auto& [from, to] : back) {
    fs::remove(to, error);
    fs::create_hard_link(from, to, error);
  }
}

rocksdb::IOStatus PowerCutDisk::NewWritableFile(const std::string& path,
                                                const rocksdb::FileOptions& options,
                                                std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                rocksdb::IODebugContext* debug) {
  absl::MutexLock lock(&mutex_);
  const std::string name = Normal(path);
  // A file of this name is emptied; what was synced of it is another file from here on.
  std::error_code error;
  if (fs::exists(name, error)) {
    Stash(name);
    fs::remove(name, error);
  }
  rocksdb::IOStatus status = FileSystemWrapper::NewWritableFile(path, options, result, debug);
  if (!status.ok()) return status;
  auto inode = std::make_shared<Inode>();
  now_[name] = inode;
  *result = std::make_unique<File>(std::move(*result), this, std::move(inode));
  return status;
}

rocksdb::IOStatus PowerCutDisk::ReopenWritableFile(const std::string& path,
                                                   const rocksdb::FileOptions& options,
                                                   std::unique_ptr<rocksdb::FSWritableFile>* result,
                                                   rocksdb::IODebugContext* debug) {
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<Inode> inode = InodeOf(Normal(path));
  rocksdb::IOStatus status = FileSystemWrapper::ReopenWritableFile(path, options, result, debug);
  if (status.ok()) *result = std::make_unique<File>(std::move(*result), this, std::move(inode));
  return status;
}

rocksdb::IOStatus PowerCutDisk::NewDirectory(const std::string& path,
                                             const rocksdb::IOOptions& options,
                                             std::unique_ptr<rocksdb::FSDirectory>* result,
                                             rocksdb::IODebugContext* debug) {
  rocksdb::IOStatus status = FileSystemWrapper::NewDirectory(path, options, result, debug);
  if (!status.ok()) return status;
  std::string name = Normal(path);
  if (name.size() > 1 && name.back() == '/') name.pop_back();
  *result = std::make_unique<Folder>(std::move(*result), this, std::move(name));
  return status;
}

rocksdb::IOStatus PowerCutDisk::DeleteFile(const std::string& path,
                                           const rocksdb::IOOptions& options,
                                           rocksdb::IODebugContext* debug) {
  absl::MutexLock lock(&mutex_);
  const std::string name = Normal(path);
  std::error_code error;
  if (fs::exists(name, error)) Stash(name);
  const rocksdb::IOStatus status = FileSystemWrapper::DeleteFile(path, options, debug);
  if (status.ok()) now_.erase(name);
  return status;
}

rocksdb::IOStatus PowerCutDisk::RenameFile(const std::string& from, const std::string& to,
                                           const rocksdb::IOOptions& options,
                                           rocksdb::IODebugContext* debug) {
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<Inode> inode = InodeOf(Normal(from));
  std::error_code error;
  if (fs::exists(to, error)) Stash(Normal(to));
  const rocksdb::IOStatus status = FileSystemWrapper::RenameFile(from, to, options, debug);
  if (!status.ok()) return status;
  now_.erase(Normal(from));
  now_[Normal(to)] = std::move(inode);
  return status;
}

rocksdb::IOStatus PowerCutDisk::LinkFile(const std::string& from, const std::string& to,
                                         const rocksdb::IOOptions& options,
                                         rocksdb::IODebugContext* debug) {
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<Inode> inode = InodeOf(Normal(from));
  const rocksdb::IOStatus status = FileSystemWrapper::LinkFile(from, to, options, debug);
  if (status.ok()) now_[Normal(to)] = std::move(inode);
  return status;
}

rocksdb::IOStatus PowerCutDisk::NewRandomRWFile(const std::string&, const rocksdb::FileOptions&,
                                                std::unique_ptr<rocksdb::FSRandomRWFile>*,
                                                rocksdb::IODebugContext*) {
  return rocksdb::IOStatus::NotSupported("this disk takes appends only");
}

rocksdb::IOStatus PowerCutDisk::ReuseWritableFile(const std::string&, const std::string&,
                                                  const rocksdb::FileOptions&,
                                                  std::unique_ptr<rocksdb::FSWritableFile>*,
                                                  rocksdb::IODebugContext*) {
  return rocksdb::IOStatus::NotSupported("this disk takes appends only");
}

}  // namespace shareway::kv
