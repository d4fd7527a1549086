#include "app/mcp_client/form_filler.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <utility>

#include "app/mcp_client/schema_text.h"
#include "app/terminal_text.h"
#include "mcp/client/dialect.h"

namespace call_agent::app {
namespace {

constexpr std::size_t kLongestLine = 4096;  // A terminal's own limit.
constexpr int kMostTries = 5;

void say(const std::string& text) {
  std::cerr << text << std::flush;
}

std::string prompt(const FormField& field) {
  const auto title = mcp::text_part(field.schema, "title");
  const auto words = mcp::text_part(field.schema, "description");
  std::string out = "  " + printable(title.empty() ? std::string_view(field.name) : title);
  if (!words.empty()) out += fmt::format(" ({})", printable(words));
  out += fmt::format(" [{}", mcp::text_part(field.schema, "type") == "boolean" ? "yes/no" : type_text(field.schema));
  const Json& otherwise = mcp::part(field.schema, "default");
  if (!otherwise.is_null()) return out + fmt::format(", else {}]: ", printable(dump_json(otherwise)));
  return out + (field.required ? "]: " : ", may be empty]: ");
}

}  // namespace

FormFiller::FormFiller(const asio::any_io_executor& executor, Answers answers) : answers_(std::move(answers)) {
  if (::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0) return;
  // Only waited for, never made non-blocking: the shell has the same terminal.
  terminal_.emplace(executor, ::dup(STDIN_FILENO));
}

awaitable<Json> FormFiller::fill(Json form_params) {
  if (!terminal_) {
    co_return fill_in(form_params, answers_,
                      [](const std::string& why) { say("call-agent: " + printable(why) + "\n"); });
  }
  say(fmt::format("The server asks: {}\n  (Ctrl-D declines)\n", printable(mcp::text_part(form_params, "message"))));
  Json content = Json::object();
  auto fields = form_fields(form_params);
  if (fields.empty()) {
    const auto agreed = co_await ask({.name = "agree", .schema = {{"type", "boolean"}}, .required = true});
    if (agreed != Json(true)) co_return Json{{"action", "decline"}};
  }
  for (auto& field : fields) {
    const std::string name = field.name;
    auto value = co_await ask(std::move(field));
    if (!value) co_return Json{{"action", "decline"}};
    if (!value->is_null()) content[name] = *std::move(value);
  }
  co_return Json{{"action", "accept"}, {"content", std::move(content)}};
}

// Null for a field that is left empty; nothing for a form that is declined.
awaitable<std::optional<Json>> FormFiller::ask(FormField field) {
  const auto given = answers_.find(field.name);
  const Json& otherwise = mcp::part(field.schema, "default");
  for (int tries = 0; tries < kMostTries; ++tries) {
    std::optional<std::string> text;
    if (tries == 0 && given != answers_.end()) {
      text = given->second;
      say(prompt(field) + printable(*text) + "\n");
    } else {
      say(prompt(field));
      text = co_await read_line();
    }
    if (!text) co_return std::nullopt;
    if (text->empty() && !otherwise.is_null()) co_return otherwise;
    if (text->empty() && !field.required) co_return Json();
    auto value = field_value(field.schema, *text);
    if (value && !text->empty()) co_return *std::move(value);
    say(fmt::format("  {}\n", value ? "this must be filled in" : value.error().what));
  }
  co_return std::nullopt;
}

awaitable<std::optional<std::string>> FormFiller::read_line() {
  while (typed_.find('\n') == std::string::npos && typed_.size() < kLongestLine) {
    co_await terminal_->async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    std::array<char, kLongestLine> piece{};
    const auto got = ::read(STDIN_FILENO, piece.data(), piece.size());
    if (got <= 0) {
      say("\n");
      co_return std::nullopt;
    }
    typed_.append(piece.data(), static_cast<std::size_t>(got));
  }
  const auto end = std::min(typed_.find('\n'), typed_.size());
  std::string line = typed_.substr(0, end);
  typed_.erase(0, end + 1);
  co_return line;
}

}  // namespace call_agent::app
