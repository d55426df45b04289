// SPDX-License-Identifier: Apache-2.0
// Completion scripts from the command tree.
#pragma once

#include <string>

#include "CLI/CLI.hpp"

namespace shareway::cli {

// The script for `shell`: bash, zsh or fish.
std::string Completion(const std::string& shell, const CLI::App& app);

}  // namespace shareway::cli
