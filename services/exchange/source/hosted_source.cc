// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/source/hosted_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/exchange/domain/index_entry.h"
#include "services/exchange/source/index_plan.h"
#include "services/exchange/source/row_plan.h"

namespace shareway::exchange {
namespace {

constexpr int kMaxLooked = 100'000;    // rows of a scan, for a page
constexpr int kMaxFetched = 20'000;    // rows found by an index, for a page
constexpr int kMaxBarren = 10'000;     // rows looked at since the last one that matches
constexpr int kMaxCollected = 10'000;  // index entries sorted by key, for a page
constexpr size_t kEntriesPerScan = 128;
constexpr size_t kMaxPageBytes = 2 << 20;
constexpr int kLookedPerScan = 20'000;

absl::Status Damaged(const DatasetVersion& version) {
  return absl::DataLossError(absl::StrCat("a row of ", version.schema.resource, " ",
                                          version.name(), " is damaged"));
}

// The first key after `key`.
std::string After(absl::string_view key) { return absl::StrCat(key, absl::string_view("\0", 1)); }

size_t BytesOf(const Row& row) {
  size_t bytes = 0;
  for (const std::optional<std::string>& cell : row) bytes += cell ? cell->size() : 0;
  return bytes;
}

class HostedCursor final : public RowCursor {
 public:
  HostedCursor(PinnedVersion pinned, RowPlan plan)
      : pinned_(std::move(pinned)),
        plan_(std::move(plan)),
        name_(pinned_.version().name()),
        from_(plan_.start()) {}

  const std::string& version() const override { return name_; }
  const std::vector<ItemType>& types() const override { return plan_.types(); }

  absl::StatusOr<std::vector<Row>> Next(int max_rows) override {
    std::vector<Row> rows;
    while (!ended_ && static_cast<int>(rows.size()) < max_rows) {
      SHAREWAY_RETURN_IF_ERROR(Fill(max_rows, &rows));
    }
    return rows;
  }

 private:
  // One scan. Versions never change, so the next may begin where this one stops.
  absl::Status Fill(int max_rows, std::vector<Row>* rows) {
    int looked = 0;
    bool stopped = false;
    bool damaged = false;
    std::string last;
    SHAREWAY_RETURN_IF_ERROR(pinned_.Scan(
        from_, plan_.limit(), [&](absl::string_view key, absl::string_view cells) {
          Row row;
          const RowPlan::Taken taken = plan_.Take(cells, &row);
          damaged = taken == RowPlan::Taken::kDamaged;
          if (taken == RowPlan::Taken::kRow) rows->push_back(std::move(row));
          ++looked;
          stopped = damaged || static_cast<int>(rows->size()) == max_rows ||
                    looked == kLookedPerScan;
          if (stopped) last.assign(key.data(), key.size());
          return !stopped;
        }));
    if (damaged) return Damaged(pinned_.version());
    if (stopped) {
      from_ = After(last);
    } else {
      ended_ = true;
    }
    return absl::OkStatus();
  }

  const PinnedVersion pinned_;
  RowPlan plan_;
  const std::string name_;
  std::string from_;
  bool ended_ = false;
};

// Collects one page.
struct PageReader {
  RowPlan* plan;
  size_t limit;
  int most;  // rows to look at
  RowPage page = {};
  std::string last = {};  // place of the last row that the page is done with
  int looked = 0;
  int found_at = 0;  // `looked` when a row was found last
  size_t bytes = 0;
  bool more = false;
  bool damaged = false;

  // Conditions that nothing meets get less work than those that find something: whoever asks may
  // make them up, call after call.
  bool Spent() const { return looked >= most || looked - found_at >= kMaxBarren; }

  // `place` is the row's in the order of the page: its key, or an index entry.
  // False once the page is known to be full or the work for it is done.
  bool Visit(absl::string_view place, absl::string_view cells) {
    const bool full = page.rows.size() == limit || bytes >= kMaxPageBytes;
    if (full || Spent()) {
      // A full page goes on to see whether a row is left, but not for ever.
      const RowPlan::Taken taken = Spent() ? RowPlan::Taken::kRow : plan->Match(cells);
      damaged = taken == RowPlan::Taken::kDamaged;
      more = taken == RowPlan::Taken::kRow;
      ++looked;
      if (taken != RowPlan::Taken::kNoMatch) return false;
      last.assign(place.data(), place.size());
      return true;
    }
    Row row;
    const RowPlan::Taken taken = plan->Take(cells, &row);
    damaged = taken == RowPlan::Taken::kDamaged;
    if (taken == RowPlan::Taken::kRow) {
      bytes += BytesOf(row);
      page.rows.push_back(std::move(row));
      found_at = looked + 1;
    }
    last.assign(place.data(), place.size());
    ++looked;
    return !damaged;
  }
};

// The range of places that a page is read from: keys, or entries of an index.
struct Way {
  bool by_index = false;
  std::string start = {};
  std::string limit = {};  // empty: to the end
  // Among the keys those that these entries lead to, unless they are too many: an index whose order
  // must not be seen.
  std::optional<IndexPlan> collected = {};
};

// Of the indexes those that the reader may know: others are there for filters of others' grants.
std::string ToldOf(const DatasetVersion& version, const ReadRequest& request) {
  std::vector<std::string> told;
  for (const std::string& item : version.indexes) {
    const bool asked =
        std::find(request.items.begin(), request.items.end(), item) != request.items.end();
    if (asked) told.push_back(item);
  }
  return told.empty() ? "none of those asked for" : absl::StrJoin(told, ", ");
}

// The keys of the rows that `entries` lead to, sorted, those in `way`'s range. Nothing if there are
// more than kMaxCollected entries.
absl::StatusOr<std::optional<std::vector<std::string>>> Collect(const PinnedVersion& pinned,
                                                                const IndexPlan& entries,
                                                                const Way& way) {
  std::optional<std::vector<std::string>> keys(std::in_place);
  int met = 0;
  SHAREWAY_RETURN_IF_ERROR(
      pinned.ScanIndex(entries.start, entries.limit, [&](absl::string_view entry) {
        if (++met > kMaxCollected) return false;
        const absl::string_view key = IndexedRow(entry);
        if (key >= way.start && (way.limit.empty() || key < way.limit)) keys->emplace_back(key);
        return true;
      }));
  if (met > kMaxCollected) return std::optional<std::vector<std::string>>();
  std::sort(keys->begin(), keys->end());
  return keys;
}

absl::Status NotOfThese() {
  return Error::Field("after", "is not from a page of these conditions");
}

// Of a page chain that began in the order of an index.
absl::StatusOr<Way> WayByIndex(const ReadRequest& request, const std::string& last) {
  std::optional<IndexPlan> index = IndexPlan::By(request.where, IndexedItem(last));
  if (!index || !index->MayOrder(request.compared)) return NotOfThese();
  return Way{.by_index = true, .start = std::move(index->start), .limit = std::move(index->limit)};
}

// In the order of the keys, or of an index if `may_order`: a page goes on in the order that it
// began in, whatever was indexed meanwhile.
absl::StatusOr<Way> WayInto(const DatasetVersion& version, const RowPlan& plan,
                            const ReadRequest& request, bool may_order) {
  Way way{.start = plan.start(), .limit = plan.limit()};
  std::optional<IndexPlan> index = IndexPlan::Best(request.where, version.indexes);
  if (plan.bounded() && (!index || plan.one_row() || plan.weight() >= index->weight)) return way;
  if (index && !index->MayOrder(request.compared)) {
    way.collected = std::move(index);
    return way;
  }
  if (index && may_order) {
    return Way{
        .by_index = true, .start = std::move(index->start), .limit = std::move(index->limit)};
  }
  if (plan.bounded()) return way;
  if (!may_order) return NotOfThese();
  const std::string& key = version.schema.items[version.schema.KeyItems()[0]].id;
  return Error::Field("where", absl::StrCat("has no condition on ", key, ", the first key item of ",
                                            version.schema.resource, ", nor on an indexed one (",
                                            ToldOf(version, request), ")"));
}

// Where the entries are too many to be sorted: their rows are found by the keys soon enough.
Way WayAround(const DatasetVersion& version, const RowPlan& plan, const ReadRequest& request) {
  std::optional<IndexPlan> index =
      IndexPlan::BestInOrder(request.where, version.indexes, request.compared);
  if (index && (!plan.bounded() || plan.weight() < index->weight)) {
    return {.by_index = true, .start = std::move(index->start), .limit = std::move(index->limit)};
  }
  return {.start = plan.start(), .limit = plan.limit()};
}

absl::Status ReadOne(const PinnedVersion& pinned, const std::string& key, PageReader* reader) {
  const absl::StatusOr<std::string> cells = pinned.Get(key);
  if (absl::IsNotFound(cells.status())) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(cells.status());
  reader->Visit(key, *cells);
  return absl::OkStatus();
}

// Entries first and rows after them: no read begins within another.
absl::Status ReadByIndex(const PinnedVersion& pinned, const Way& way, PageReader* reader) {
  std::string from = way.start;
  for (;;) {
    std::vector<std::string> entries;
    SHAREWAY_RETURN_IF_ERROR(
        pinned.ScanIndex(from, way.limit, [&entries](absl::string_view entry) {
          entries.emplace_back(entry);
          return entries.size() < kEntriesPerScan;
        }));
    for (const std::string& entry : entries) {
      const absl::StatusOr<std::string> cells = pinned.Get(IndexedRow(entry));
      if (absl::IsNotFound(cells.status())) return Damaged(pinned.version());
      SHAREWAY_RETURN_IF_ERROR(cells.status());
      if (!reader->Visit(entry, *cells)) return absl::OkStatus();
    }
    if (entries.size() < kEntriesPerScan) return absl::OkStatus();
    from = After(entries.back());
  }
}

absl::Status ReadCollected(const PinnedVersion& pinned, const std::vector<std::string>& keys,
                           PageReader* reader) {
  for (const std::string& key : keys) {
    const absl::StatusOr<std::string> cells = pinned.Get(key);
    if (absl::IsNotFound(cells.status())) return Damaged(pinned.version());
    SHAREWAY_RETURN_IF_ERROR(cells.status());
    if (!reader->Visit(key, *cells)) break;
  }
  return absl::OkStatus();
}

// Reads one page; true if it was read in the order of an index.
absl::StatusOr<bool> ReadPage(const PinnedVersion& pinned, const ReadRequest& request,
                              const std::optional<DatasetStore::Position>& after,
                              PageReader* reader) {
  const DatasetVersion& version = pinned.version();
  const RowPlan& plan = *reader->plan;
  SHAREWAY_ASSIGN_OR_RETURN(Way way, after && after->by_index
                                         ? WayByIndex(request, after->last)
                                         : WayInto(version, plan, request, !after));
  if (after) {
    if (after->last < way.start || (!way.limit.empty() && after->last >= way.limit)) {
      return NotOfThese();
    }
    way.start = After(after->last);
  } else if (plan.one_row()) {
    SHAREWAY_RETURN_IF_ERROR(ReadOne(pinned, plan.start(), reader));
    return false;
  }
  if (way.collected) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto keys, Collect(pinned, *way.collected, way));
    if (keys) {
      reader->most = kMaxFetched;
      SHAREWAY_RETURN_IF_ERROR(ReadCollected(pinned, *keys, reader));
      return false;
    }
    if (!after) way = WayAround(version, plan, request);
  }
  if (way.by_index) {
    reader->most = kMaxFetched;
    SHAREWAY_RETURN_IF_ERROR(ReadByIndex(pinned, way, reader));
  } else {
    SHAREWAY_RETURN_IF_ERROR(pinned.Scan(
        way.start, way.limit, [reader](absl::string_view key, absl::string_view cells) {
          return reader->Visit(key, cells);
        }));
  }
  return way.by_index;
}

}  // namespace

absl::StatusOr<RowPage> HostedSource::Read(const ReadRequest& request) const {
  if (request.limit < 1) {
    return Error::Field("limit", absl::StrCat("is ", request.limit, ", want at least 1"));
  }
  std::optional<DatasetStore::Position> after;
  if (!request.after.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(after,
                              store_->Unseal(request.resource, request.holder, request.after));
    // It has the minute that it was given in.
    if (request.time - after->time >= kPositionLife + absl::Minutes(1)) {
      return Error::Field("after", absl::StrCat("is older than ",
                                                absl::FormatDuration(kPositionLife),
                                                "; start over"));
    }
  }
  absl::StatusOr<PinnedVersion> pinned = store_->Read(request.resource, after ? after->number : 0);
  if (absl::IsNotFound(pinned.status())) {
    return Error::Field("after", absl::StrCat("is in version v", after->number,
                                              ", which is not kept any more; start over"));
  }
  SHAREWAY_RETURN_IF_ERROR(pinned.status());
  const DatasetVersion& version = pinned->version();
  // A roll-back says that this version must not be read: no page of it follows.
  if (version.number > pinned->serving()) {
    return Error::Field("after", absl::StrCat("is in version ", version.name(),
                                              ", which was rolled back; start over"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(RowPlan plan, RowPlan::Make(request, version.schema));
  PageReader reader{
      .plan = &plan, .limit = static_cast<size_t>(request.limit), .most = kMaxLooked};
  SHAREWAY_ASSIGN_OR_RETURN(const bool by_index, ReadPage(*pinned, request, after, &reader));
  if (reader.damaged) return Damaged(version);
  RowPage page = std::move(reader.page);
  page.version = version.name();
  page.types = plan.types();
  if (reader.more) {
    page.next = store_->Seal(request.resource, request.holder,
                             {version.number, by_index, reader.last, request.time});
  }
  return page;
}

absl::StatusOr<std::unique_ptr<RowCursor>> HostedSource::Open(const ReadRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(PinnedVersion pinned, store_->Read(request.resource, 0));
  SHAREWAY_ASSIGN_OR_RETURN(RowPlan plan, RowPlan::Make(request, pinned.version().schema));
  return std::make_unique<HostedCursor>(std::move(pinned), std::move(plan));
}

}  // namespace shareway::exchange
