#include "phone/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/json.h"
#include "phone/scenario_reader.h"

namespace call_agent::phone {
namespace {

constexpr std::uintmax_t kMostBytes = 1 << 20;
constexpr milliseconds kUsualRing{1000};
constexpr milliseconds kLongestRing{180000};  // Then the phone itself gives up with 480.

constexpr std::array<std::pair<std::string_view, Answer>, 7> kAnswers{{
    {"answers", Answer::kAnswers},
    {"busy", Answer::kBusy},
    {"declines", Answer::kDeclines},
    {"unknown", Answer::kUnknown},
    {"unavailable", Answer::kUnavailable},
    {"fails", Answer::kFails},
    {"never", Answer::kNever},
}};

constexpr std::array<std::pair<std::string_view, Transfer>, 5> kTransfers{{
    {"connects", Transfer::kConnects},
    {"refuses", Transfer::kRefuses},
    {"fails", Transfer::kFails},
    {"never_says", Transfer::kNeverSays},
    {"hangs_up", Transfer::kHangsUp},
}};

constexpr std::array<std::pair<std::string_view, CodecKind>, 3> kCodecs{{
    {"PCMU", CodecKind::kPcmu},
    {"PCMA", CodecKind::kPcma},
    {"G722", CodecKind::kG722},
}};

Result<std::vector<CodecKind>> parse_codecs(const JsonReader& list) {
  std::vector<CodecKind> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto codec = list.item(i).one_of(std::span(kCodecs));
    if (!codec) return pass(codec);
    if (std::find(out.begin(), out.end(), *codec) != out.end()) return list.item(i).error("named twice");
    out.push_back(*codec);
  }
  if (out.empty()) return list.error("at least one codec is needed");
  return out;
}

}  // namespace

std::optional<Answer> answer_by_number(std::string_view called) {
  if (called.size() < 3) return std::nullopt;
  const std::string_view last = called.substr(called.size() - 3);
  if (last == "486") return Answer::kBusy;
  if (last == "603") return Answer::kDeclines;
  if (last == "404") return Answer::kUnknown;
  if (last == "480") return Answer::kUnavailable;
  if (last == "503") return Answer::kFails;
  if (last == "408") return Answer::kNever;
  return std::nullopt;
}

std::optional<milliseconds> Scenario::ringing(Answer what) const {
  switch (what) {
    case Answer::kNever:
      return kLongestRing;
    case Answer::kBusy:
    case Answer::kUnknown:
    case Answer::kFails:
      return rings;
    case Answer::kAnswers:
    case Answer::kDeclines:
    case Answer::kUnavailable:
      break;
  }
  return rings.value_or(kUsualRing);
}

std::set<std::string> Scenario::sentences() const {
  std::set<std::string> out;
  for (const auto& clip : clips) {
    if (!clip.words.empty()) out.insert(clip.words);
  }
  return out;
}

Result<Scenario> parse_scenario(std::string_view json) {
  const auto document = parse_json(json, 16);
  if (!document) return pass(document);
  const JsonReader root(*document, "");
  if (auto ok = root.only(
          {"name", "description", "answer", "by_number", "transfer", "rings_s", "longest_s", "codecs", "steps"});
      !ok) {
    return pass(ok);
  }
  Scenario out;
  if (const auto name = root.member("name")) {
    auto text = name->text(100);
    if (!text) return pass(text);
    out.name = std::move(*text);
  }
  if (const auto answer = root.member("answer")) {
    const auto value = answer->one_of(std::span(kAnswers));
    if (!value) return pass(value);
    out.answer = *value;
  }
  if (const auto transfer = root.member("transfer")) {
    const auto value = transfer->one_of(std::span(kTransfers));
    if (!value) return pass(value);
    out.transfer = *value;
  }
  if (const auto by_number = root.member("by_number")) {
    const auto value = by_number->boolean();
    if (!value) return pass(value);
    out.by_number = *value;
  }
  if (const auto rings = root.member("rings_s")) {
    const auto value = rings->seconds();
    if (!value) return pass(value);
    out.rings = *value;
  }
  if (const auto longest = root.member("longest_s")) {
    const auto value = longest->seconds();
    if (!value) return pass(value);
    out.longest = *value;
  }
  if (const auto codecs = root.member("codecs")) {
    auto value = parse_codecs(*codecs);
    if (!value) return pass(value);
    out.codecs = std::move(*value);
  }
  if (const auto steps = root.member("steps")) {
    if (auto ok = parse_steps(*steps, out); !ok) return pass(ok);
  }
  return out;
}

Result<Scenario> load_scenario(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(Errc::kNotFound, fmt::format("{}: there is no such scenario file", path.string()));
  }
  if (std::filesystem::file_size(path, error) > kMostBytes || error) {
    return fail(Errc::kInvalidArgument, fmt::format("{}: too large for a scenario", path.string()));
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.good() && !file.eof()) {
    return fail(Errc::kInvalidArgument, fmt::format("{}: cannot be read", path.string()));
  }
  auto scenario = parse_scenario(text);
  if (!scenario) return fail(scenario.error().code, fmt::format("{}: {}", path.string(), scenario.error().what));
  if (scenario->name.empty()) scenario->name = path.stem().string();
  for (auto& clip : scenario->clips) {
    if (!clip.file.empty()) clip.file = path.parent_path() / clip.file;
  }
  return scenario;
}

}  // namespace call_agent::phone
