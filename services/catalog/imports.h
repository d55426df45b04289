// SPDX-License-Identifier: Apache-2.0
// Reads files of entries in, in the background and over restarts.
//
// The file lies in a folder until its import is over. Work is done in steps of one commit each, which
// may be cut off anywhere: an entry, its row and how far the import is are one commit, which expects
// the import as it was read. So what is repeated after a cut, however late, finds that it was done.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/crypto/hash.h"
#include "libs/metrics/registry.h"
#include "services/catalog/catalog.h"
#include "services/catalog/domain/import.h"
#include "services/catalog/files/entries_file.h"
#include "services/catalog/store/import_store.h"

namespace shareway::catalog {

// A file that is being taken. Without Begin it is deleted on destruction.
class Spool {
 public:
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  // RESOURCE_EXHAUSTED, FILE_TOO_LARGE, over files::kMaxFileBytes; UNAVAILABLE if it cannot be written.
  absl::Status Append(absl::string_view data);

 private:
  friend class Imports;
  Spool(std::string name, std::string path, int fd);

  const std::string name_;  // imports/{i}
  const std::string path_;
  int fd_;
  bool kept_ = false;
  uint64_t bytes_ = 0;
  crypto::Sha256Stream digest_;
};

// Thread-safe, but for Step, which one thread calls.
class Imports {
 public:
  static constexpr int kMaxUnderWay = 4;  // of an agency
  static constexpr size_t kBatch = 200;   // entries checked in a step
  static constexpr int kMaxFaults = 100;  // told of an entry
  // Processes that may end in the work on an import before anything of it is done; then it is ended, so
  // that no file can keep the catalogue down.
  static constexpr uint32_t kMaxStarts = 3;
  // Of all rows of an import; what is refused beyond is told without the rules that it breaks.
  static constexpr uint64_t kMaxRowBytes = uint64_t{64} << 20;
  static constexpr absl::Duration kKept = absl::Hours(24 * 90);
  // Until an import whose step failed is tried again; each failure doubles it. Others go on meanwhile.
  static constexpr absl::Duration kFirstRest = absl::Seconds(1);
  static constexpr absl::Duration kLongestRest = absl::Minutes(5);
  // How long an agency's imports are worked on while another agency's wait.
  static constexpr absl::Duration kTurn = absl::Seconds(30);

  // All must outlive it.
  struct Parts {
    ImportStore* store = nullptr;
    const ResourceStore* resources = nullptr;
    Catalog* catalog = nullptr;
    const Clock* clock = nullptr;
    std::function<std::shared_ptr<const Register>()> directory = {};
    std::string folder = {};  // of spool files; made if it is not there
    // What is asked of an entry of the wire before the catalogue is, and so of a file's; empty: nothing.
    std::function<absl::Status(const v1::Resource&)> check = {};
    metrics::Registry* metrics = nullptr;  // may be null
    uint64_t max_row_bytes = kMaxRowBytes;
  };
  // Deletes files that no import needs.
  static absl::StatusOr<std::unique_ptr<Imports>> Open(Parts parts);
  ~Imports();

  // What a person asks for.
  struct Options {
    std::string file_name = {};
    files::Format format = files::Format::kUnspecified;
    bool valid_entries = false;  // false: all or nothing
    bool dry_run = false;
    bool replace = false;
  };
  // An empty file to append to.
  absl::StatusOr<std::unique_ptr<Spool>> NewSpool() const;
  // Begins an import of the caller's agency. A repeated request id, with the same file and options,
  // gets the import that it began. INVALID_ARGUMENT for options and, FILE_REFUSED, for what is no file
  // of entries; RESOURCE_EXHAUSTED, OVERLOADED, while kMaxUnderWay of the agency are under way.
  absl::StatusOr<v1::Import> Begin(Cause cause, const Options& options, Spool* spool);
  // Asks for its end. FAILED_PRECONDITION, IMPORT_OVER. Below, and in all of these, what is not of
  // the caller's agency, or not for one who is no editor, is Error::NotVisible.
  absl::StatusOr<v1::Import> Cancel(const Caller& caller, absl::string_view name);
  absl::StatusOr<v1::Import> Get(const Caller& caller, absl::string_view name) const;
  // Imports of the caller's agency with their cursors, newest first, up to `limit`.
  absl::StatusOr<std::vector<std::pair<std::string, v1::Import>>> List(const Caller& caller,
                                                                       absl::string_view cursor,
                                                                       size_t limit) const;
  // Rows with a result after entry `number`, up to `limit`; only refused ones with `refused`. One call
  // examines a bounded number: `next` is where to go on, 0 at the end.
  struct Rows {
    std::vector<v1::ImportRow> rows = {};
    uint32_t next = 0;
  };
  absl::StatusOr<Rows> ListRows(const Caller& caller, absl::string_view name, uint32_t number,
                                size_t limit, bool refused) const;

  // Does the next piece of an import under way that does not rest: of the agency whose turn it is the
  // oldest. Turns of kTurn go round the agencies that have one, so that none waits for all that another
  // brings. False: there is none. After an error, which is never the file's, that import rests, Get and
  // List tell why, and the next step is another's. An error before one was chosen is the store's.
  absl::StatusOr<bool> Step();
  // Deletes imports that ended more than kKept ago.
  absl::Status Expire();

  // Does steps on a thread of its own until destruction. Call it once.
  void Start();

 private:
  // An import that is open.
  struct Job {
    std::string name = {};
    ImportState state = ImportState::kUnspecified;
    std::unique_ptr<files::Reader> reader = {};
    uint32_t read = 0;                                   // the last entry that it gave
    std::map<std::string, std::vector<uint32_t>> codes = {};  // first rows, by CodeKey
  };
  // What the check of one entry said.
  struct Outcome {
    store::ImportRowRecord row = {};
    std::string reason = {};  // of a refusal
  };
  // An import whose last step failed.
  struct Rest {
    int failures = 0;  // one after the other
    absl::Time until = {};
    std::string why = {};  // in words for a person
  };

  explicit Imports(Parts parts) : parts_(std::move(parts)) {}
  void CountIn(metrics::Registry* metrics);
  std::string PathOf(absl::string_view name) const;
  absl::StatusOr<ImportStore::Loaded> Visible(const Caller& caller, absl::string_view name) const;
  // Has the import's file open at the entry after the last one done. Counts this process's start of the
  // work before the file is touched: `import` is then as it was stored.
  absl::Status OpenJob(ImportStore::Loaded* import);
  absl::Status CountStart(ImportStore::Loaded* import);
  // After a step that failed, and so did not end the process: takes its start out of the count again.
  void ForgetStart(const std::string& name);
  // Asked now and then in long work: CANCELLED while this is being destroyed, ABORTED once a person
  // wants no more of the import.
  absl::Status GoOn(absl::string_view name) const;
  absl::Status CheckSome(const ImportStore::Loaded& import);
  absl::Status WriteOne(const ImportStore::Loaded& import);
  absl::StatusOr<Outcome> Check(const store::ImportRecord& record, files::FileEntry entry) const;
  absl::Status Write(const ImportStore::Loaded& import, files::FileEntry entry);
  absl::Status StepOf(absl::string_view name);
  // Which of `able`, (name, agency) with the oldest first and not empty, has the next step.
  std::string Next(const std::vector<std::pair<std::string, std::string>>& able, absl::Time now);
  // With why it stands still, if it does.
  v1::Import Shown(v1::Import import) const;
  absl::Status End(const ImportStore::Loaded& before, store::ImportRecord after, ImportEvent event,
                   const std::vector<store::ImportRowRecord>& rows);
  // Ends it for what is wrong with its file; other errors are given back.
  absl::Status EndFor(const ImportStore::Loaded& import, const absl::Status& why);
  // The importer's write of an entry; PERMISSION_DENIED if he is no editor of the agency any
  // more, or he or it is not active.
  absl::StatusOr<Cause> CauseFor(const store::ImportRecord& record) const;

  const Parts parts_;
  // Handles that count nothing without metrics.
  struct Counts {
    metrics::Family<metrics::Counter, 2> ended = {};    // format, state
    metrics::Family<metrics::Counter, 1> entries = {};  // result; written, or refused for good
    metrics::Counter failed = {};                       // steps
    metrics::Gauge under_way = {};
    metrics::Gauge resting = {};
  };
  Counts counts_;
  absl::Mutex open_mutex_;   // one file at a time is opened by those who begin
  absl::Mutex begin_mutex_;  // from the count of those under way to the commit
  std::optional<Job> job_;   // of Step
  std::set<std::string> started_ = {};  // of Step: whose start by this process is counted
  std::string turn_ = {};    // of Step: the agency that has it
  std::map<std::string, absl::Time> turns_ = {};  // of Step: when each agency's last one began
  mutable absl::Mutex mutex_;
  std::map<std::string, Rest> resting_ ABSL_GUARDED_BY(mutex_);  // by name
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace shareway::catalog
