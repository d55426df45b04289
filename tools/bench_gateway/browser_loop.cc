// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_gateway/browser_loop.h"

#include <fcntl.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace shareway::bench {
namespace {

using Done = std::function<void(absl::Status)>;

// One connection, and the answer that it waits for.
struct Line {
  std::unique_ptr<Browsers::Connection> connection;
  Done done;
  std::string answer;
};

}  // namespace

class BrowserLoop::Loop {
 public:
  Loop(std::vector<Line> lines, std::string request)
      : request_(std::move(request)), lines_(std::move(lines)) {
    Watch(wake_, nullptr);
    for (Line& line : lines_) {
      const int socket = line.connection->socket();
      fcntl(socket, F_SETFL, fcntl(socket, F_GETFL) | O_NONBLOCK);
      Watch(socket, &line);
      free_.push_back(&line);
    }
    thread_ = std::thread([this] { Run(); });
  }

  ~Loop() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    Wake();
    thread_.join();
    close(wake_);
    close(epoll_);
  }

  void Start(Done done) {
    {
      absl::MutexLock lock(&mutex_);
      waiting_.push_back(std::move(done));
    }
    if (std::this_thread::get_id() != thread_.get_id()) Wake();
  }

 private:
  void Watch(int descriptor, Line* line) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = line;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }

  void Wake() {
    const uint64_t one = 1;
    (void)!write(wake_, &one, sizeof(one));
  }

  void Run() {
    epoll_event events[64];
    while (Ask()) {
      const int n = epoll_wait(epoll_, events, 64, -1);
      for (int i = 0; i < n; ++i) {
        auto* const line = static_cast<Line*>(events[i].data.ptr);
        uint64_t woken;
        if (line == nullptr) {
          (void)!read(wake_, &woken, sizeof(woken));
        } else {
          Read(line);
        }
      }
    }
  }

  // What waits, on what is free. False: it is over.
  bool Ask() {
    absl::MutexLock lock(&mutex_);
    for (; !waiting_.empty() && !free_.empty(); waiting_.pop_back(), free_.pop_back()) {
      Line* const line = free_.back();
      line->done = std::move(waiting_.back());
      const int size = static_cast<int>(request_.size());
      // Less than a socket takes at once; were it not, the answer would never come.
      SSL_write(line->connection->ssl(), request_.data(), size);
    }
    return !stopping_;
  }

  void Read(Line* line) {
    SSL* const ssl = line->connection->ssl();
    do {
      const int n = SSL_read(ssl, buffer_, sizeof(buffer_));
      if (n <= 0) {
        if (SSL_get_error(ssl, n) == SSL_ERROR_WANT_READ) return;
        // It is never free again.
        epoll_ctl(epoll_, EPOLL_CTL_DEL, line->connection->socket(), nullptr);
        if (line->done) {
          std::exchange(line->done, nullptr)(absl::UnavailableError("the connection ended"));
        }
        return;
      }
      line->answer.append(buffer_, static_cast<size_t>(n));
    } while (!Whole(line->answer));
    const std::string answer = std::exchange(line->answer, {});
    free_.push_back(line);
    std::exchange(line->done, nullptr)(StatusOf(answer) == 200 ? absl::OkStatus()
                                                               : absl::InternalError(answer));
  }

  const std::string request_;
  std::vector<Line> lines_;
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  const int wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::vector<Line*> free_;  // the thread's alone
  char buffer_[16384] = {};
  absl::Mutex mutex_;
  std::vector<Done> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

BrowserLoop::BrowserLoop(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
BrowserLoop::~BrowserLoop() = default;
void BrowserLoop::Start(Done done) { loop_->Start(std::move(done)); }

absl::StatusOr<std::unique_ptr<BrowserLoop>> BrowserLoop::Open(Browsers* browsers, int connections,
                                                               std::string request) {
  std::vector<Line> lines;
  for (int i = 0; i < connections; ++i) {
    absl::StatusOr<std::unique_ptr<Browsers::Connection>> connection = browsers->Open();
    if (!connection.ok()) return connection.status();
    lines.push_back({*std::move(connection), nullptr, {}});
  }
  return std::unique_ptr<BrowserLoop>(
      new BrowserLoop(std::make_unique<Loop>(std::move(lines), std::move(request))));
}

}  // namespace shareway::bench
