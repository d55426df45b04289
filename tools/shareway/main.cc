// SPDX-License-Identifier: Apache-2.0
// shareway: the command line of Shareway.
#include <iostream>
#include <string>
#include <vector>

#include "tools/shareway/commands.h"

int main(int argc, char** argv) {
  return shareway::cli::RunCommand(std::vector<std::string>(argv + 1, argv + argc), &std::cout,
                                   &std::cerr);
}
