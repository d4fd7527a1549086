#include "mcp/line_reader.h"

namespace call_agent::mcp {
namespace {

// Kept between messages; a larger buffer, once needed, is given back.
constexpr std::size_t kKeepCapacity = 64 * 1024;

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::optional<LineReader::Line> LineReader::take() {
  if (returned_) {
    if (kept_.capacity() > kKeepCapacity) {
      std::string().swap(kept_);
    } else {
      kept_.clear();
    }
    returned_ = false;
  }
  while (!fresh_.empty()) {
    const auto newline = fresh_.find('\n');
    if (newline == std::string_view::npos) {
      if (!dropping_ && kept_.size() + fresh_.size() > max_line_ + 1) {
        dropping_ = true;
        std::string().swap(kept_);
      }
      if (!dropping_) kept_ += fresh_;
      fresh_ = {};
      return std::nullopt;
    }
    const std::string_view end = fresh_.substr(0, newline);
    fresh_.remove_prefix(newline + 1);
    if (auto line = cut(end)) return line;
  }
  return std::nullopt;
}

std::optional<LineReader::Line> LineReader::cut(std::string_view end) {
  if (dropping_) {
    dropping_ = false;
    return Line{.text = {}, .too_long = true};
  }
  std::string_view line = end;
  if (!kept_.empty()) {
    returned_ = true;
    if (kept_.size() + end.size() > max_line_ + 1) return Line{.text = {}, .too_long = true};
    kept_ += end;
    line = kept_;
  }
  line = without_return(line);
  if (line.size() > max_line_) return Line{.text = {}, .too_long = true};
  if (line.find_first_not_of(" \t") == std::string_view::npos) {
    if (returned_) {
      kept_.clear();
      returned_ = false;
    }
    return std::nullopt;
  }
  return Line{.text = line, .too_long = false};
}

}  // namespace call_agent::mcp
