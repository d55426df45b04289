// SPDX-License-Identifier: Apache-2.0
// Attachments come back as they were sent, to who may read their case, and lie sealed meanwhile.
#include "services/sharing/requests/attachments.h"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "services/sharing/grants/service_changes.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

struct Files {
  TestDesk t;
  Subjects subjects{&t.desk};
  Attachments attachments{&t.desk, &subjects, std::string(32, 'k')};
  std::string request = t.NameOf(t.Submitted());

  absl::StatusOr<Stored<Attachment>> Upload(const std::string& content,
                                            const Attachment& asked, const Actor& actor,
                                            const std::string& request_id = "",
                                            std::optional<bool> internal = std::nullopt) {
    absl::StatusOr<Attachments::Upload> upload =
        attachments.Begin(t.By(actor, request_id, "header"), asked, internal);
    if (!upload.ok()) return upload.status();
    for (size_t at = 0; at < content.size(); at += 100'000) {
      const absl::Status added = upload->Add(absl::string_view(content).substr(at, 100'000));
      if (!added.ok()) return added;
    }
    return upload->Finish();
  }
  Attachment Asked() const { return {.subject = request, .file_name = "依据.pdf"}; }
  std::string Content(const Attachment& attachment) const {
    std::string content;
    const absl::Status read = attachments.Read(attachment, [&](absl::string_view bytes) {
      content.append(bytes.data(), bytes.size());
      return absl::OkStatus();
    });
    return read.ok() ? content : std::string(read.message());
  }
  int Keys(const std::string& prefix) {
    int keys = 0;
    (void)t.kv.Scan(prefix, prefix + "\xFF",
                    [&](absl::string_view, absl::string_view, uint64_t) { return ++keys > 0; });
    return keys;
  }
};

std::string Pdf(size_t bytes) {
  std::string content = "%PDF-1.7 ";
  for (size_t i = content.size(); i < bytes; ++i) content += static_cast<char>('a' + i % 26);
  return content;
}

TEST_CASE("A file comes back as it was sent, and no part of it lies in the store", "[attachment]") {
  Files f;
  for (const size_t size : {size_t{9}, Attachments::kChunk, Attachments::kChunk + 1,
                            size_t{700'001}}) {
    const std::string content = Pdf(size);
    const Stored<Attachment> stored = f.Upload(content, f.Asked(), Applicant()).value();
    CHECK(stored.value.media_type == "application/pdf");
    CHECK(stored.value.bytes == size);
    CHECK(stored.value.sha256 == crypto::Sha256(content).str());
    CHECK(f.Content(stored.value) == content);
    CHECK(f.t.Events().back().request_digest() == stored.value.sha256);
  }
  bool found = false;
  (void)f.t.kv.Scan("attachment-chunk/", "attachment-chunk0",
                    [&](absl::string_view, absl::string_view value, uint64_t) {
                      found = found || value.find("%PDF-1.7") != absl::string_view::npos ||
                              value.find("klmnopqrst") != absl::string_view::npos;
                      return true;
                    });
  CHECK_FALSE(found);
  CHECK(f.Keys("held/uploading|") == 0);
}

TEST_CASE("Who may read the case reads its attachments, and nobody else", "[attachment]") {
  Files f;
  const Stored<Attachment> stored = f.Upload(Pdf(20), f.Asked(), Applicant()).value();
  for (const Actor& actor : {Applicant(), Reviewer(), Officer()}) {
    CHECK(f.attachments.Get(actor, stored.value.name).ok());
    CHECK(f.attachments.List(actor, f.request, "", 10)->values.size() == 1);
  }
  CHECK(ReasonOf(f.attachments.Get(Stranger(), stored.value.name).status()) ==
        Reason::kNotVisible);
  CHECK(ReasonOf(f.attachments.Get(Stranger(), "attachments/none").status()) ==
        Reason::kNotVisible);
  CHECK(ReasonOf(f.attachments.List(Stranger(), f.request, "", 10).status()) ==
        Reason::kNotVisible);
  CHECK(ReasonOf(f.Upload(Pdf(20), f.Asked(), Stranger()).status()) == Reason::kNotVisible);
  // A draft is the consumer's own, and so are its files.
  Attachment of_draft = f.Asked();
  of_draft.subject = f.t.NameOf(f.t.Draft());
  const Stored<Attachment> own = f.Upload(Pdf(20), of_draft, Applicant()).value();
  CHECK(ReasonOf(f.attachments.Get(Reviewer(), own.value.name).status()) == Reason::kNotVisible);
  CHECK(f.t.Events().back().agencies_size() == 1);
}

TEST_CASE("What the provider adds to an answer that is not signed is its own until the signature",
          "[attachment]") {
  Files f;
  const Stored<Request> decided = f.t.Decided();
  f.request = f.t.NameOf(decided);
  const Stored<Attachment> draft = f.Upload(Pdf(20), f.Asked(), Reviewer()).value();
  CHECK(draft.value.internal);
  CHECK(f.t.Events().back().agencies_size() == 1);
  f.t.clock.Advance(absl::Seconds(1));
  const Stored<Attachment> remark = f.Upload(Pdf(21), f.Asked(), Reviewer(), "", true).value();
  f.t.clock.Advance(absl::Seconds(1));
  const Stored<Attachment> open = f.Upload(Pdf(22), f.Asked(), Reviewer(), "", false).value();
  f.t.clock.Advance(absl::Seconds(1));
  const Stored<Attachment> theirs = f.Upload(Pdf(23), f.Asked(), Applicant()).value();
  CHECK_FALSE(theirs.value.internal);
  const auto names = [&](const Actor& actor) {
    std::vector<std::string> listed;
    const auto page = f.attachments.List(actor, f.request, "", 10);
    for (const auto& stored : page->values) {
      CHECK(f.attachments.Get(actor, stored.value.name).ok());
      listed.push_back(stored.value.name);
    }
    return listed;
  };
  const std::string& d = draft.value.name;
  const std::string& r = remark.value.name;
  const std::string& o = open.value.name;
  const std::string& a = theirs.value.name;
  CHECK(names(Reviewer()) == std::vector<std::string>{a, o, r, d});
  CHECK(names(Applicant()) == std::vector<std::string>{a, o});
  CHECK(names(Officer()) == std::vector<std::string>{a, o});
  CHECK(ReasonOf(f.attachments.Get(Applicant(), d).status()) == Reason::kNotVisible);
  REQUIRE(f.t.sharing.SignOffDecision(f.t.By(ProviderHead()), f.request, f.t.EtagOf(decided)).ok());
  CHECK(names(Applicant()) == std::vector<std::string>{a, o, d});
  CHECK_FALSE(f.attachments.Get(Applicant(), d)->value.internal);
  CHECK(ReasonOf(f.attachments.Get(Applicant(), r).status()) == Reason::kNotVisible);
  CHECK(f.attachments.Get(ProviderHead(), r)->value.internal);
}

TEST_CASE("Of a consultation each consumer reads its own files and the provider's",
          "[attachment]") {
  Files f;
  (void)f.t.Granted();
  (void)f.t.GrantedTo(kHousing);
  const Stored<ServiceChange> change =
      ServiceChanges(&f.t.desk)
          .Propose(f.t.By(ProviderHead()), {.resource = Marriages().name,
                                            .kind = ServiceChange::Kind::kEnd,
                                            .reason = "系统停用",
                                            .effect = absl::CivilDay(2025, 11, 3)})
          .value();
  REQUIRE(change.value.answers.size() == 2);
  const Attachment asked{.subject = change.value.name, .file_name = "意见.pdf"};
  const Stored<Attachment> ours = f.Upload(Pdf(20), asked, Applicant()).value();
  f.t.clock.Advance(absl::Seconds(1));
  const Stored<Attachment> theirs = f.Upload(Pdf(21), asked, Stranger()).value();
  f.t.clock.Advance(absl::Seconds(1));
  const Stored<Attachment> plan = f.Upload(Pdf(22), asked, ProviderHead()).value();
  const auto names = [&](const Actor& actor) {
    std::vector<std::string> listed;
    const auto page = f.attachments.List(actor, change.value.name, "", 10);
    for (const auto& stored : page->values) {
      CHECK(f.attachments.Get(actor, stored.value.name).ok());
      listed.push_back(stored.value.name);
    }
    return listed;
  };
  const std::string& a = ours.value.name;
  const std::string& b = theirs.value.name;
  const std::string& p = plan.value.name;
  CHECK(names(Applicant()) == std::vector<std::string>{p, a});
  CHECK(names(Stranger()) == std::vector<std::string>{p, b});
  CHECK(names(Reviewer()) == std::vector<std::string>{p, b, a});
  CHECK(names(Officer()) == std::vector<std::string>{p, b, a});
  CHECK(ReasonOf(f.attachments.Get(Applicant(), b).status()) == Reason::kNotVisible);
}

TEST_CASE("What breaks a rule is refused and leaves nothing", "[attachment]") {
  Files f;
  const auto refused = [&](const std::string& content, const Attachment& asked) {
    return ReasonOf(f.Upload(content, asked, Applicant()).status());
  };
  CHECK(refused("", f.Asked()) == Reason::kAttachmentRefused);
  CHECK(refused("\x7F" "ELF", f.Asked()) == Reason::kAttachmentRefused);
  Attachment asked = f.Asked();
  asked.sha256 = std::string(32, 'x');
  CHECK(refused(Pdf(20), asked) == Reason::kAttachmentRefused);
  asked.sha256 = "short";
  CHECK(refused(Pdf(20), asked) == Reason::kFieldInvalid);
  asked.sha256 = crypto::Sha256(Pdf(20)).str();
  CHECK(refused(Pdf(20), asked) == Reason::kUnspecified);
  for (const std::string& name : {std::string(), std::string("../a.pdf"), std::string("a\\b"),
                                  std::string("a\nb"), std::string(201, 'a')}) {
    asked = f.Asked();
    asked.file_name = name;
    CHECK(refused(Pdf(20), asked) == Reason::kFieldInvalid);
  }
  asked = f.Asked();
  asked.subject = "secrets/1";
  CHECK(refused(Pdf(20), asked) == Reason::kNotVisible);

  CHECK(f.Keys("held/uploading|") == 0);
  CHECK(f.Keys("attachment-chunk/") == 1);  // of the good one
}

TEST_CASE("What one person begins and never ends is limited, and gone with upkeep",
          "[attachment]") {
  Files f;
  for (int i = 0; i < Attachments::kMostUnfinished; ++i) {
    Attachments::Upload upload = f.attachments.Begin(f.t.By(Applicant()), f.Asked()).value();
    REQUIRE(upload.Add(Pdf(Attachments::kChunk)).ok());
  }
  const absl::Status more = f.attachments.Begin(f.t.By(Applicant()), f.Asked()).status();
  CHECK(absl::IsResourceExhausted(more));
  CHECK(ReasonOf(more) == Reason::kRateLimited);
  CHECK(f.Upload(Pdf(20), f.Asked(), Reviewer()).ok());  // of another person
  CHECK(f.Keys("held/uploading|") == Attachments::kMostUnfinished);
  CHECK(AbandonedUploadsDue(f.t.desk).value() == 0);
  f.t.clock.Advance(absl::Hours(1) + absl::Seconds(1));
  CHECK(AbandonedUploadsDue(f.t.desk).value() == Attachments::kMostUnfinished);
  CHECK(f.Keys("held/uploading|") == 0);
  CHECK(f.Keys("attachment-chunk/") == 1);
  CHECK(f.Upload(Pdf(20), f.Asked(), Applicant()).ok());
}

TEST_CASE("Of many uploads that one person begins at one moment no more than the limit begin",
          "[attachment]") {
  constexpr int kAtOnce = 24;
  Files f;
  // A commit takes as long as a slow disk does, so that all others come meanwhile.
  f.t.kv.on_commit = [](const kv::Batch&) {
    absl::SleepFor(absl::Milliseconds(1));
    return kv::Outcome();
  };
  std::vector<Errand> errands;
  for (int i = 0; i < kAtOnce; ++i) errands.push_back(f.t.By(Applicant()));
  std::atomic<int> begun = 0;
  std::vector<std::thread> threads;
  for (const Errand& errand : errands) {
    threads.emplace_back([&] { begun += f.attachments.Begin(errand, f.Asked()).ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(begun == Attachments::kMostUnfinished);
  CHECK(f.Keys("held/uploading|") == Attachments::kMostUnfinished);
}

TEST_CASE("Fifty mebibytes are taken and no byte more", "[attachment]") {
  Files f;
  Attachments::Upload upload =
      f.attachments.Begin(f.t.By(Applicant()), f.Asked()).value();
  const std::string mebibyte = Pdf(1 << 20);
  for (int i = 0; i < 50; ++i) REQUIRE(upload.Add(mebibyte).ok());
  CHECK(ReasonOf(upload.Add("x")) == Reason::kAttachmentRefused);
}

TEST_CASE("An upload that is sent again is the same attachment", "[attachment]") {
  Files f;
  const Stored<Attachment> first = f.Upload(Pdf(20), f.Asked(), Applicant(), "id-1").value();
  const Stored<Attachment> again = f.Upload(Pdf(20), f.Asked(), Applicant(), "id-1").value();
  CHECK(again.value == first.value);
  CHECK(f.Keys("attachment-chunk/") == 1);
  CHECK(ReasonOf(f.Upload(Pdf(21), f.Asked(), Applicant(), "id-1").status()) ==
        Reason::kRequestIdReused);
}

TEST_CASE("A changed or exchanged chunk, and another key, open nothing", "[attachment]") {
  Files f;
  const Stored<Attachment> stored =
      f.Upload(Pdf(2 * Attachments::kChunk), f.Asked(), Applicant()).value();
  const Attachments other(&f.t.desk, &f.subjects, std::string(32, 'o'));
  const auto nothing = [](absl::string_view) { return absl::OkStatus(); };
  CHECK(absl::IsDataLoss(other.Read(stored.value, nothing)));
  const auto key = [&](uint32_t n) {
    return "attachment-chunk/" + stored.value.name + "/" + BigEndian64(n).substr(4);
  };
  const auto put = [&](const std::string& sealed) {
    kv::Batch batch;
    batch.Put(key(0), sealed);
    return f.t.kv.Commit(std::move(batch)).status();
  };
  const std::string first = f.t.kv.Get(key(0))->value;
  REQUIRE(put(f.t.kv.Get(key(1))->value).ok());
  CHECK(absl::IsDataLoss(f.attachments.Read(stored.value, nothing)));
  REQUIRE(put(first).ok());
  CHECK(f.attachments.Read(stored.value, nothing).ok());
}

TEST_CASE("Without a key nothing is taken", "[attachment]") {
  Files f;
  Attachments none(&f.t.desk, &f.subjects, "");
  CHECK(ReasonOf(none.Begin(f.t.By(Applicant()), f.Asked()).status()) == Reason::kNotSupported);
}

}  // namespace
}  // namespace shareway::sharing
