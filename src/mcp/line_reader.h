#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace call_agent::mcp {

/// Cuts a byte stream, in pieces of any size, into lines. Pure. Memory is bounded by `max_line`.
class LineReader {
 public:
  explicit LineReader(std::size_t max_line) : max_line_(max_line) {}

  struct Line {
    std::string_view text;  ///< Without newline and carriage return; valid until the next call.
    bool too_long = false;  ///< Longer than max_line: dropped, `text` is empty.
  };

  /// Gives the bytes that take() cuts. Their storage must last until take() returns nothing.
  void push(std::string_view bytes) { fresh_ = bytes; }
  /// The next complete line; empty once the rest is kept for later. Blank lines are skipped.
  std::optional<Line> take();

 private:
  std::optional<Line> cut(std::string_view end);

  std::size_t max_line_;
  std::string_view fresh_;
  std::string kept_;       // The start of a line whose end has not come yet.
  bool returned_ = false;  // kept_ was handed out by the last take().
  bool dropping_ = false;  // Inside a line that is too long.
};

}  // namespace call_agent::mcp
