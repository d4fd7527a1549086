#include "net/http.h"

namespace call_agent::net {

std::vector<SseParser::Event> SseParser::push(std::string_view bytes) {
  std::vector<Event> out;
  while (!bytes.empty()) {
    if (skip_newline_) {
      // The line feed of a CR LF whose CR ended the previous line.
      skip_newline_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const auto end = bytes.find_first_of("\r\n");
    const auto piece = bytes.substr(0, end);
    if (overlong_ || line_.size() + event_.data.size() + piece.size() > max_event_) {
      // Keep parsing so that the next event is found, but hold no more of this one.
      drop_event();
      if (!piece.empty()) overlong_line_ = true;
    } else {
      line_ += piece;
    }
    if (end == std::string_view::npos) break;
    skip_newline_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    take_line(out);
  }
  return out;
}

void SseParser::drop_event() {
  if (!overlong_) ++dropped_;
  overlong_ = true;
  line_ = {};
  event_.data = {};
}

void SseParser::take_line(std::vector<Event>& out) {
  std::string_view line = line_;
  if (first_line_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  first_line_ = false;

  if (overlong_) {
    // Only a truly empty line ends the event that was too large.
    if (!overlong_line_) end_event(out);
  } else if (line.empty()) {
    end_event(out);
  } else if (!line.starts_with(':')) {
    take_field(line);
  }
  overlong_line_ = false;
  line_.clear();
}

void SseParser::take_field(std::string_view line) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "data") {
    if (any_data_) event_.data += '\n';
    event_.data += value;
    any_data_ = true;
  } else if (name == "event") {
    event_.event = value;
  } else if (name == "id" && !value.contains('\0')) {
    event_.id = value;
  }
}

void SseParser::end_event(std::vector<Event>& out) {
  if (any_data_ && !overlong_) out.push_back(event_);
  // The id outlives its event (it is the last event id); all else starts anew.
  event_.event.clear();
  event_.data.clear();
  any_data_ = false;
  overlong_ = false;
}

}  // namespace call_agent::net
