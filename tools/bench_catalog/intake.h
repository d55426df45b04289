// SPDX-License-Identifier: Apache-2.0
// A large file of entries brought into a real catalogue, and the same entries sent one by one.
#pragma once

namespace shareway::bench {

struct Intake {
  double file_mib = 0;
  double import_seconds = 0;  // from the first byte sent until the import is over
  double check_seconds = 0;   // of them, until every entry was checked
  double call_seconds = 0;    // for the same entries, one CreateResource after the other
  // Of the catalogue's process, its peak (VmHWM): ready and without work, and after each.
  double idle_mib = 0;
  double import_mib = 0;
  double call_mib = 0;
};

// Each way in a catalogue of its own, with audit and sharing as real processes, its outbox drained.
// The file is CSV, a row an entry; at most 100,000. Ends the program when a step fails.
Intake TakeIn(int entries);

}  // namespace shareway::bench
