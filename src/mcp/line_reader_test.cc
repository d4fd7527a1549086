#include "mcp/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace call_agent::mcp {
namespace {

using testing::ElementsAre;

/// The lines of `bytes`, fed in pieces of `piece` bytes; "!" for one that was too long.
std::vector<std::string> cut(std::string_view bytes, std::size_t piece, std::size_t max_line = 5) {
  LineReader reader(max_line);
  std::vector<std::string> lines;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    reader.push(bytes.substr(0, piece));
    while (const auto line = reader.take()) lines.emplace_back(line->too_long ? "!" : line->text);
  }
  return lines;
}

TEST(LineReader, CutsTheSameLinesWhateverThePieces) {
  for (std::size_t piece = 1; piece < 30; ++piece) {
    EXPECT_THAT(cut("ab\ncde\r\n\n \t\nfghij\nk\n", piece), ElementsAre("ab", "cde", "fghij", "k")) << piece;
  }
}

TEST(LineReader, ALineTooLongIsReportedOnceAndTheNextIsWhole) {
  for (std::size_t piece = 1; piece < 30; ++piece) {
    EXPECT_THAT(cut("abcdef\nab\nabcdefghijklmnop\ncd\nabcde\r\n", piece), ElementsAre("!", "ab", "!", "cd", "abcde"))
        << piece;
  }
}

TEST(LineReader, WhatHasNoNewlineYetIsKept) {
  EXPECT_THAT(cut("ab\ncd", 3), ElementsAre("ab"));
}

}  // namespace
}  // namespace call_agent::mcp
