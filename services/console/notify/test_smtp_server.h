// SPDX-License-Identifier: Apache-2.0
// For tests: a mail server on loopback that speaks plain SMTP, keeps what it took, and refuses, hangs
// or cuts where it is told to.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "catch2/catch.hpp"

namespace shareway::console {

class TestSmtpServer {
 public:
  // What it answers to commands, by their first four letters; "" as greeting; "." to the end of a mail.
  // CUT ends the connection instead, HANG says nothing until the client goes, and TAKE CUT, for ".",
  // keeps the mail and cuts before it says so.
  using Answers = std::map<std::string, std::string>;

  TestSmtpServer() {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    REQUIRE(bind(socket_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(listen(socket_, 16) == 0);
    REQUIRE(getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Run(); });
  }
  ~TestSmtpServer() {
    shutdown(socket_, SHUT_RDWR);
    thread_.join();
    close(socket_);
  }
  TestSmtpServer(const TestSmtpServer&) = delete;
  TestSmtpServer& operator=(const TestSmtpServer&) = delete;

  std::string url() const { return absl::StrCat("smtp://127.0.0.1:", port_); }
  void Answer(Answers answers) {
    absl::MutexLock lock(&mutex_);
    answers_ = std::move(answers);
  }
  // Mails that it took, each with its envelope in front: "MAIL FROM:<…>\nRCPT TO:<…>\n".
  std::vector<std::string> mails() const {
    absl::MutexLock lock(&mutex_);
    return mails_;
  }
  // All lines that clients sent.
  std::vector<std::string> heard() const {
    absl::MutexLock lock(&mutex_);
    return heard_;
  }

 private:
  struct Peer {
    int socket;
    std::string read = {};

    bool Say(const std::string& line) const {
      const std::string text = line + "\r\n";
      return send(socket, text.data(), text.size(), MSG_NOSIGNAL) ==
             static_cast<ssize_t>(text.size());
    }
    // False at the end. The line without its CRLF.
    bool Hear(std::string* line) {
      size_t end = 0;
      while ((end = read.find("\r\n")) == std::string::npos) {
        char buffer[4096];
        const ssize_t size = recv(socket, buffer, sizeof(buffer), 0);
        if (size <= 0) return false;
        read.append(buffer, static_cast<size_t>(size));
      }
      *line = read.substr(0, end);
      read.erase(0, end + 2);
      return true;
    }
  };

  // False: the connection ends. `usual` where nothing else was set.
  bool Reply(Peer* peer, const std::string& to, const std::string& usual) {
    std::string answer = usual;
    {
      absl::MutexLock lock(&mutex_);
      const auto set = answers_.find(to);
      if (set != answers_.end()) answer = set->second;
    }
    if (answer == "CUT" || answer == "TAKE CUT") return false;
    std::string line;
    if (answer == "HANG") {
      while (peer->Hear(&line)) {
      }
      return false;
    }
    return peer->Say(answer);
  }
  bool Keeps(const std::string& to) const {
    absl::MutexLock lock(&mutex_);
    const auto set = answers_.find(to);
    return set == answers_.end() || set->second == "TAKE CUT" ||
           absl::StartsWith(set->second, "2");
  }

  void Serve(Peer peer) {
    std::string envelope;
    if (!Reply(&peer, "", "220 test")) return;
    std::string line;
    while (peer.Hear(&line)) {
      {
        absl::MutexLock lock(&mutex_);
        heard_.push_back(line);
      }
      const std::string command = line.substr(0, 4);
      if (command == "MAIL" || command == "RCPT") envelope += line + "\n";
      if (!Reply(&peer, command, command == "DATA" ? "354 go on" : "250 ok")) return;
      if (command == "QUIT") return;
      if (command != "DATA" || !Keeps("DATA")) continue;
      std::string mail;
      while (true) {
        if (!peer.Hear(&line)) return;
        if (line == ".") break;
        mail += line + "\n";
      }
      if (Keeps(".")) {
        absl::MutexLock lock(&mutex_);
        mails_.push_back(envelope + mail);
      }
      envelope.clear();
      if (!Reply(&peer, ".", "250 taken")) return;
    }
  }

  void Run() {
    while (true) {
      const int connection = accept(socket_, nullptr, nullptr);
      if (connection < 0) return;
      Serve({connection});
      close(connection);
    }
  }

  const int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  mutable absl::Mutex mutex_;
  Answers answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> mails_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> heard_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace shareway::console
