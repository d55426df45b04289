// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/index.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/catalog/search/seal.h"
#include "services/catalog/search/words.h"

namespace shareway::catalog::search {
namespace {

namespace fs = std::filesystem;

// Rises with every change of words.h, database.h or of what is kept of an entry.
constexpr char kFormat[] = "shareway-search 5";
constexpr size_t kPage = 200;
static_assert(kPage <= Database::kMaxPut);
constexpr size_t kMaxHighlights = 20;
constexpr absl::Duration kPatience = absl::Seconds(1);
constexpr absl::Duration kPause = absl::Seconds(5);  // after a failure
// Searches beyond these do not wait: writes need the server's threads, too.
constexpr int kMaxWaiting = 4;
// Groonga maps files with holes: a full volume would end the process.
constexpr uintmax_t kMinFree = 256u << 20;

absl::Status CheckFree(const std::string& folder) {
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  if (error) return absl::UnavailableError(absl::StrCat(folder, ": ", error.message()));
  if (space.available >= kMinFree) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(folder, " has ", space.available,
                                                   " bytes free, the search index needs ",
                                                   kMinFree));
}

template <typename Enum>
std::string NumberOf(Enum value) {
  return value == Enum::kUnspecified ? "" : absl::StrCat(static_cast<int>(value));
}

template <typename Enum>
std::vector<std::string> NumbersOf(const std::vector<Enum>& values) {
  std::vector<std::string> numbers;
  for (Enum value : values) numbers.push_back(NumberOf(value));
  return numbers;
}

Grading HighestGrading(const Entry& entry) {
  Grading highest = Grading::kUnspecified;
  for (const Item& item : entry.items) highest = std::max(highest, item.grading);
  return highest;
}

// Values that are of another form are left out: no filter could name them.
std::string Plain(const std::string& text) { return IsPlain(text) ? text : ""; }

bool IsCode(absl::string_view text) {
  return text.size() <= 50 && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(c) || c == '/';
         });
}

absl::StatusOr<Selection> SelectionFrom(const Query& query) {
  if (!IsText(query.words) || CodePoints(query.words) > kMaxQuery) {
    return Error::Field("query", absl::StrCat("has ", CodePoints(query.words),
                                              " characters, want 1 to ", kMaxQuery, " of text"));
  }
  const std::vector<Word> words = WordsOf(query.words);
  if (words.empty()) return Error::Field("query", "has no word to look for");
  if (words.size() > kMaxWords) {
    return Error::Field("query",
                        absl::StrCat("has ", words.size(), " words, want 1 to ", kMaxWords));
  }
  if (!query.provider.empty() && !HasForm("agencies/{a}", query.provider)) {
    return Error::Field("provider", "is not the name of an agency, agencies/{a}");
  }
  if (!IsCode(query.category)) {
    return Error::Field("category", "is not the beginning of a resource code");
  }
  if (!IsCode(query.division)) {
    return Error::Field("division", "is not the beginning of a division code");
  }
  Selection selection = {.code_prefix = query.category,
                         .division_prefix = query.division,
                         .after = query.after,
                         .limit = query.limit,
                         .facets = query.facets};
  for (const Word& word : words) selection.phrases.push_back(Phrase(word));
  selection.marks["share_class"] = NumbersOf(query.share_classes);
  selection.marks["format"] = NumbersOf(query.formats);
  selection.marks["update_cycle"] = NumbersOf(query.update_cycles);
  selection.marks["grading"] = NumbersOf(query.gradings);
  if (!query.provider.empty()) selection.marks["provider"] = {query.provider};
  return selection;
}

// The pieces of `text` that have the words, if any has.
std::optional<Highlight> HighlightOf(const std::string& field, const std::string& text,
                                     const std::vector<Word>& words) {
  const std::vector<Unit> units = UnitsOf(text);
  std::vector<bool> found(text.size(), false);
  bool any = false;
  for (const Word& word : words) {
    for (const auto& [first, last] : Occurrences(units, word)) {
      any = true;
      // What lies between two units of one find is marked with them.
      for (size_t i = units[first].begin; i < units[last - 1].end; ++i) found[i] = true;
    }
  }
  if (!any) return std::nullopt;
  Highlight highlight = {.field = field};
  for (size_t begin = 0; begin < text.size();) {
    size_t end = begin + 1;
    while (end < text.size() && found[end] == found[begin]) ++end;
    highlight.pieces.push_back({.text = text.substr(begin, end - begin), .found = found[begin]});
    begin = end;
  }
  return highlight;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Index>> Index::Open(const std::string& folder) {
  SHAREWAY_RETURN_IF_ERROR(CheckFolding());
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the search index's folder ", folder, " cannot be made: ", error.message()));
  }
  return std::unique_ptr<Index>(new Index(folder));
}

Index::~Index() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (working_.joinable()) working_.join();
}

void Index::Start(Source source) {
  {
    absl::MutexLock lock(&mutex_);
    if (started_) return;
    started_ = true;
    renamed_.clear();  // known from the beginning
    source_ = std::move(source);
  }
  working_ = std::thread([this] { Run(); });
}

void Index::Show(absl::string_view name, const Entry* entry) {
  absl::MutexLock lock(&mutex_);
  ++asked_;
  pending_[std::string(name)] = entry == nullptr ? std::nullopt : std::optional<Entry>(*entry);
}

void Index::Learn(const DirectoryObject& object) {
  const auto* agency = std::get_if<Agency>(&object);
  if (agency == nullptr) return;
  absl::MutexLock lock(&mutex_);
  std::string& known = agencies_[agency->name];
  if (known == agency->display_name) return;
  known = agency->display_name;
  if (!started_) return;
  ++asked_;
  renamed_.insert(agency->name);
}

bool Index::Stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

std::string Index::State() const {
  const std::string state = source_.state();
  if (state.empty()) return "";
  absl::MutexLock lock(&mutex_);
  uint64_t names = 0xCBF29CE484222325;  // FNV-1a: the same in every process
  for (const auto& [name, display_name] : agencies_) {
    for (unsigned char c : absl::StrCat(name, "\n", display_name, "\n")) {
      names = (names ^ c) * 0x100000001B3;
    }
  }
  return absl::StrCat(kFormat, " ", state, " ", absl::Hex(names));
}

Document Index::DocumentFrom(absl::string_view name, const Entry& entry) const {
  Document document = {.name = std::string(name),
                       .code = Plain(entry.code),
                       .length = static_cast<uint32_t>(UnitsOf(entry.title).size())};
  // Keywords and items are parted by a character that separates, so no word runs over two.
  std::string keywords;
  for (const std::string& keyword : entry.keywords) absl::StrAppend(&keywords, keyword, "\n");
  std::string items;
  for (const Item& item : entry.items) absl::StrAppend(&items, item.name, "\n");
  std::string agency;
  {
    absl::MutexLock lock(&mutex_);
    const auto it = agencies_.find(entry.provider);
    if (it != agencies_.end()) agency = it->second;
  }
  document.texts = {{"title", Stream(entry.title)},     {"keywords", Stream(keywords)},
                    {"code_text", Stream(entry.code)},  {"items", Stream(items)},
                    {"agency", Stream(agency)},         {"abstract", Stream(entry.abstract)}};
  document.marks = {{"share_class", NumberOf(StrictestClass(entry))},
                    {"provider", Plain(entry.provider)},
                    {"category", Plain(entry.code.substr(0, 1))},
                    {"division", Plain(entry.division)},
                    {"format", NumberOf(entry.format)},
                    {"update_cycle", NumberOf(entry.update_cycle)},
                    {"grading", NumberOf(HighestGrading(entry))}};
  return document;
}

absl::Status Index::PutAll(Database* database, const std::set<std::string>* providers) {
  for (std::string last;;) {
    if (Stopping()) return absl::CancelledError("the process ends");
    SHAREWAY_RETURN_IF_ERROR(CheckFree(folder_));
    SHAREWAY_ASSIGN_OR_RETURN(const auto page, source_.list(last, kPage));
    if (page.empty()) return absl::OkStatus();
    last = page.back().first;
    std::vector<Document> documents;
    for (const auto& [name, entry] : page) {
      if (!entry || (providers != nullptr && !providers->contains(entry->provider))) continue;
      documents.push_back(DocumentFrom(name, *entry));
    }
    SHAREWAY_RETURN_IF_ERROR(database->Put(documents));
    absl::MutexLock lock(&mutex_);
    put_ += static_cast<int64_t>(documents.size());
  }
}

bool Index::Reuse() {
  const std::string state = State();
  if (state.empty() || !Unseal(files(), state)) return false;
  absl::StatusOr<std::unique_ptr<Database>> opened = Database::Open(files());
  if (!opened.ok()) return false;
  absl::MutexLock lock(&mutex_);
  database_ = *std::move(opened);
  return true;
}

absl::Status Index::Rebuild() {
  {
    absl::MutexLock lock(&mutex_);
    put_ = 0;
    broken_ = false;
    renamed_.clear();  // what is read from now on has the new names
    ++rebuilds_;
  }
  if (Stopping()) return absl::CancelledError("the process ends");
  std::error_code error;
  fs::remove_all(files(), error);
  fs::create_directories(files(), error);
  if (error) return absl::UnavailableError(absl::StrCat(files(), ": ", error.message()));
  SHAREWAY_RETURN_IF_ERROR(CheckFree(folder_));
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<Database> made, Database::Create(files()));
  SHAREWAY_RETURN_IF_ERROR(PutAll(made.get(), nullptr));
  absl::MutexLock lock(&mutex_);
  database_ = std::move(made);
  trouble_.clear();
  return absl::OkStatus();
}

absl::Status Index::ApplyPending() {
  std::map<std::string, std::optional<Entry>> changes;
  std::set<std::string> renamed;
  std::shared_ptr<Database> database;
  uint64_t upto = 0;
  {
    absl::MutexLock lock(&mutex_);
    changes.swap(pending_);
    renamed.swap(renamed_);
    database = database_;
    upto = asked_;
  }
  SHAREWAY_RETURN_IF_ERROR(CheckFree(folder_));
  // The store is read first: a change that was shown is at least as new as what was read before
  // it, and one that comes later is shown later.
  if (!renamed.empty()) SHAREWAY_RETURN_IF_ERROR(PutAll(database.get(), &renamed));
  // In pages, as after a bundle there may be as many changes as the bundle has entries.
  while (!changes.empty()) {
    SHAREWAY_RETURN_IF_ERROR(CheckFree(folder_));
    std::vector<Document> documents;
    while (!changes.empty() && documents.size() < kPage) {
      const auto& [name, entry] = *changes.begin();
      if (entry) {
        documents.push_back(DocumentFrom(name, *entry));
      } else {
        SHAREWAY_RETURN_IF_ERROR(database->Drop(name));
      }
      changes.erase(changes.begin());
    }
    SHAREWAY_RETURN_IF_ERROR(database->Put(documents));
  }
  absl::MutexLock lock(&mutex_);
  applied_ = upto;
  return absl::OkStatus();
}

void Index::Run() {
  bool whole = Reuse();
  for (;;) {
    absl::Status status = whole ? ApplyPending() : Rebuild();
    absl::MutexLock lock(&mutex_);
    if (!status.ok()) {
      // What was taken and not applied is in the store: the next rebuild reads it.
      database_ = nullptr;
      trouble_ = std::string(status.message());
      const auto stopping = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return stopping_; };
      mutex_.AwaitWithTimeout(absl::Condition(&stopping), kPause);
      if (stopping_) return;
      whole = false;
      continue;
    }
    whole = true;
    const auto work = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return stopping_ || broken_ || applied_ < asked_;
    };
    mutex_.Await(absl::Condition(&work));
    if (broken_) {
      database_ = nullptr;
      whole = false;
    } else if (stopping_ && applied_ == asked_) {
      break;
    }
  }
  // Searches under way keep the database open: without a seal the next start makes it anew.
  {
    absl::MutexLock lock(&mutex_);
    const bool alone = database_.use_count() == 1;
    database_ = nullptr;
    if (!alone) return;
  }
  const std::string state = State();
  if (state.empty()) return;
  (void)Seal(files(), state);  // without it the next start makes the index anew
}

absl::StatusOr<Found> Index::Search(const Query& query) {
  SHAREWAY_ASSIGN_OR_RETURN(const Selection selection, SelectionFrom(query));
  std::shared_ptr<Database> database;
  {
    absl::MutexLock lock(&mutex_);
    const uint64_t upto = asked_;
    const auto current = [this, upto]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return database_ != nullptr && applied_ >= upto;
    };
    if (waiting_ < kMaxWaiting) {
      ++waiting_;
      mutex_.AwaitWithTimeout(absl::Condition(&current), kPatience);
      --waiting_;
    }
    database = database_;
    if (database == nullptr) {
      return Error(Reason::kSearchRebuilding, absl::StatusCode::kUnavailable,
                   absl::StrCat("the search index is being made anew, ", put_,
                                " entries are in it so far", trouble_.empty() ? "" : "; ",
                                trouble_))
          .With("entries", absl::StrCat(put_));
    }
  }
  absl::StatusOr<Found> found = database->Select(selection);
  if (found.ok() || !absl::IsInternal(found.status())) return found;
  absl::MutexLock lock(&mutex_);
  if (database_ == database) {
    broken_ = true;
    trouble_ = std::string(found.status().message());
  }
  return Error(Reason::kSearchRebuilding, absl::StatusCode::kUnavailable,
               "the search index is damaged and is being made anew");
}

int64_t Index::size() const {
  std::shared_ptr<Database> database;
  {
    absl::MutexLock lock(&mutex_);
    if (database_ == nullptr) return put_;
    database = database_;
  }
  return database->Size().value_or(0);
}

bool Index::ready() const {
  absl::MutexLock lock(&mutex_);
  return database_ != nullptr;
}

int Index::rebuilds() const {
  absl::MutexLock lock(&mutex_);
  return rebuilds_;
}

absl::Status CheckQuery(const Query& query) { return SelectionFrom(query).status(); }

std::vector<Highlight> Highlights(const Entry& entry, absl::string_view query) {
  const std::vector<Word> words = WordsOf(query);
  std::vector<Highlight> highlights;
  const auto look = [&](const std::string& field, const std::string& text) {
    if (highlights.size() >= kMaxHighlights) return;
    auto highlight = HighlightOf(field, text, words);
    if (highlight) highlights.push_back(*std::move(highlight));
  };
  look("title", entry.title);
  look("code", entry.code);
  for (size_t i = 0; i < entry.keywords.size(); ++i) {
    look(absl::StrCat("keywords[", i, "]"), entry.keywords[i]);
  }
  look("abstract", entry.abstract);
  for (size_t i = 0; i < entry.items.size(); ++i) {
    look(absl::StrCat("items[", i, "].name"), entry.items[i].name);
  }
  return highlights;
}

}  // namespace shareway::catalog::search
