#include "app/call_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <map>

#include "app/terminal_text.h"

namespace call_agent::app {
namespace {

constexpr std::array<std::string_view, 8> kFields{"phone_number", "objective",   "context",         "opening",
                                                  "language",     "max_minutes", "idempotency_key", "result_schema"};
constexpr std::size_t kMostProblems = 20;

/// Every problem of a list, so that it is mended in one go.
class Problems {
 public:
  void add(std::size_t line, std::string_view what) {
    if (++count_ > kMostProblems) return;
    if (!text_.empty()) text_ += "\n";
    text_ += line == 0 ? std::string(what) : fmt::format("line {}: {}", line, what);
  }
  bool none() const { return count_ == 0; }
  std::unexpected<Error> error() const {
    const auto more = count_ > kMostProblems ? fmt::format("\nand {} more", count_ - kMostProblems) : std::string();
    return fail(Errc::kInvalidArgument, text_ + more);
  }

 private:
  std::size_t count_ = 0;
  std::string text_;
};

struct CsvRow {
  std::size_t line = 0;
  std::vector<std::string> cells;
};

std::string_view without_mark(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

Result<std::vector<CsvRow>> split_csv(std::string_view text) {
  std::vector<CsvRow> rows;
  CsvRow row{.line = 1, .cells = {""}};
  std::size_t line = 1;
  bool quoted = false;
  const auto finish = [&] {
    if (row.cells.size() > 1 || !row.cells[0].empty()) rows.push_back(std::move(row));
    row = CsvRow{.line = line, .cells = {""}};
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    auto& cell = row.cells.back();
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"') {
        cell.push_back(c);
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell.push_back(text[++i]);
      } else {
        quoted = false;
      }
    } else if (c == '"' && cell.empty()) {
      quoted = true;
    } else if (c == ',') {
      row.cells.emplace_back();
    } else if (c == '\n') {
      finish();
    } else if (c != '\r') {
      cell.push_back(c);
    }
    if (rows.size() > kMostListedCalls + 1) break;
  }
  if (quoted) return fail(Errc::kInvalidArgument, fmt::format("line {}: the quote is never closed", row.line));
  finish();
  return rows;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Empty if the field is taken; else what is wrong with it.
std::string take(calls::PlaceRequest& request, std::string_view field, Json value) {
  if (std::ranges::find(kFields, field) == kFields.end()) {
    return fmt::format("{} is not a field; known are {}", printable(field, 40), fmt::join(kFields, ", "));
  }
  const bool direct = field == "phone_number" || field == "objective" || field == "idempotency_key";
  if (direct && !value.is_string()) return fmt::format("{} must be a string", field);
  if (field == "phone_number") request.phone_number = value;
  if (field == "objective") request.objective = value;
  if (field == "idempotency_key") request.idempotency_key = value;
  if (!direct) request.request[std::string(field)] = std::move(value);
  return {};
}

Json csv_value(std::string_view field, std::string_view cell) {
  int number = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  const bool is_number = error == std::errc() && end == cell.data() + cell.size();
  if (field == "max_minutes" && is_number) return number;
  return cell;
}

Result<std::vector<ListedCall>> finish(std::vector<ListedCall> list, const Problems& problems) {
  if (!problems.none()) return problems.error();
  if (list.empty()) return fail(Errc::kInvalidArgument, "the list has no calls");
  if (list.size() > kMostListedCalls) {
    return fail(Errc::kInvalidArgument, fmt::format("the list has more than {} calls: split it", kMostListedCalls));
  }
  return list;
}

}  // namespace

Result<std::vector<ListedCall>> parse_csv_list(std::string_view text) {
  auto rows = split_csv(without_mark(text));
  if (!rows) return pass(rows);
  std::vector<std::string> columns{"phone_number", "objective"};
  auto row = rows->begin();
  if (row != rows->end() && !trimmed(row->cells[0]).starts_with('+') &&
      std::ranges::any_of(row->cells, [](std::string_view cell) { return trimmed(cell) == "phone_number"; })) {
    columns.clear();
    for (const auto& cell : row->cells) columns.emplace_back(trimmed(cell));
    ++row;
  }

  std::vector<ListedCall> list;
  Problems problems;
  for (; row != rows->end(); ++row) {
    ListedCall listed{.line = row->line, .request = {}};
    if (row->cells.size() > columns.size()) problems.add(row->line, "has more cells than the heading has columns");
    for (std::size_t i = 0; i < std::min(row->cells.size(), columns.size()); ++i) {
      const auto cell = trimmed(row->cells[i]);
      if (cell.empty()) continue;
      if (auto wrong = take(listed.request, columns[i], csv_value(columns[i], cell)); !wrong.empty()) {
        problems.add(row->line, wrong);
      }
    }
    list.push_back(std::move(listed));
  }
  return finish(std::move(list), problems);
}

Result<std::vector<ListedCall>> parse_jsonl_list(std::string_view text) {
  text = without_mark(text);
  std::vector<ListedCall> list;
  Problems problems;
  for (std::size_t line = 1; !text.empty() && list.size() <= kMostListedCalls; ++line) {
    const auto end = text.find('\n');
    auto one = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (one.ends_with('\r')) one.remove_suffix(1);
    if (trimmed(one).empty()) continue;
    auto json = parse_json(one);
    if (!json || !json->is_object()) {
      problems.add(line, json ? "must be a JSON object" : json.error().what);
      continue;
    }
    ListedCall listed{.line = line, .request = {}};
    for (auto& [field, value] : json->items()) {
      if (value.is_null()) continue;
      if (auto wrong = take(listed.request, field, std::move(value)); !wrong.empty()) problems.add(line, wrong);
    }
    list.push_back(std::move(listed));
  }
  return finish(std::move(list), problems);
}

Result<std::string> check_list(const std::vector<ListedCall>& list, const calls::NumberingPlan& plan) {
  Problems problems;
  std::string warnings;
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& [line, request] = list[i];
    const auto drafted = calls::draft(request, plan);
    if (!drafted) {
      // A list's reader has to find the number again; a file's line says enough.
      problems.add(line, line == 0 ? fmt::format("{}: {}", printable(request.phone_number, 32), drafted.error().what)
                                   : drafted.error().what);
      if (drafted.error().code != Errc::kInvalidArgument) return pass(drafted);
      continue;
    }
    const auto [first, fresh] = seen.emplace(drafted->call.phone_number, i);
    if (!fresh) problems.add(line, fmt::format("{} is in the list twice", drafted->call.phone_number));
    if (!drafted->warning.empty()) {
      fmt::format_to(std::back_inserter(warnings), "{}: {}\n", drafted->call.phone_number, drafted->warning);
    }
  }
  if (!problems.none()) return problems.error();
  return warnings;
}

}  // namespace call_agent::app
