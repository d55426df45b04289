// SPDX-License-Identifier: Apache-2.0
// strace as a tool: which write-path system calls a process makes, and what
// happens when one of them fails.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "tests/support/child.h"

namespace shareway::testing {

// The system calls by which bytes and names reach a disk.
inline constexpr char kWritePath[] =
    "?open,openat,?creat,write,pwrite64,writev,pwritev,?pwritev2,fsync,fdatasync,?sync_file_range,"
    "fallocate,ftruncate,truncate,?rename,?renameat,renameat2,?unlink,unlinkat,?mkdir,mkdirat,"
    "?rmdir,?link,linkat,?copy_file_range";

// A running strace over all threads of a process that is there, until that ends or
// this object does.
class Strace {
 public:
  // Watches `calls`; `inject` is empty or what strace's -e inject= takes. Returns
  // once every thread is watched; the test fails if that takes longer than 10 s.
  Strace(int pid, const std::string& calls, const std::string& inject, std::string output);

  // Detaches.
  void Stop();
  // How often each call was made, by the thread that made it most: the n-th
  // instance of a call is counted in each thread on its own. Stop first.
  std::map<std::string, int> Counts() const;
  // Did a call fail as asked? Kills are seen by their victim's end. Stop first.
  bool Injected() const;

 private:
  const std::string output_;
  Child child_;
};

}  // namespace shareway::testing
