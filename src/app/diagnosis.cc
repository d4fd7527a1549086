#include "app/diagnosis.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include "app/terminal_text.h"
#include "app/worker/providers.h"
#include "core/paths.h"
#include "numbers/phone_numbers.h"
#include "store/call_log.h"

namespace call_agent::app {
namespace fs = std::filesystem;
namespace {

using Status = Finding::Status;

Finding good(std::string subject, std::string detail) {
  return {Status::kGood, std::move(subject), std::move(detail), ""};
}
Finding warning(std::string subject, std::string detail, std::string mend) {
  return {Status::kWarning, std::move(subject), std::move(detail), std::move(mend)};
}
Finding bad(std::string subject, std::string detail, std::string mend) {
  return {Status::kBad, std::move(subject), std::move(detail), std::move(mend)};
}

std::string_view word(Status status) {
  switch (status) {
    case Status::kGood:
      return "ok";
    case Status::kWarning:
      return "warning";
    case Status::kNeeded:
      return "needed";
    case Status::kBad:
      return "bad";
  }
  return "bad";
}

constexpr std::string_view kDefaultAgentName = "calling_agent";
constexpr std::array kAssets{"lib/liblivekit_ffi.so",
                             "lib/libonnxruntime.so",
                             "models/silero_vad.onnx",
                             "models/smart-turn-v3.2-cpu.onnx",
                             "models/moonshine-tiny-en/encoder_model.ort",
                             "models/moonshine-tiny-en/decoder_model_merged.ort",
                             "models/moonshine-tiny-en/tokenizer.bin",
                             "models/en_US-joe-medium.onnx",
                             "models/en_US-joe-medium.onnx.json",
                             "dialogues"};

// The arguments of a process, each between two zero bytes.
std::string arguments_of(const fs::path& process) {
  std::ifstream file(process / "cmdline", std::ios::binary);
  return std::string(1, '\0') + std::string{std::istreambuf_iterator<char>(file), {}};
}

bool is_worker(const std::string& arguments, const std::string& agent_name) {
  const auto has = [&](const std::string& words) { return arguments.find('\0' + words + '\0') != std::string::npos; };
  if (!has("calling-agent")) return false;
  const bool named = arguments.find(std::string("\0--agent-name", 13)) != std::string::npos;
  if (!named) return agent_name == kDefaultAgentName;
  return has("--agent-name" + std::string(1, '\0') + agent_name) || has("--agent-name=" + agent_name);
}

// The file name of what a process runs; empty for another user's.
std::string program_of(const fs::path& process) {
  constexpr std::string_view kReplaced = " (deleted)";  // By a new build, while the old one runs on.
  std::error_code unreadable;
  auto name = fs::read_symlink(process / "exe", unreadable).filename().string();
  if (name.ends_with(kReplaced)) name.resize(name.size() - kReplaced.size());
  return name;
}

// The process id of a supervisor of this user, by its command line.
std::optional<int> running_worker(const std::string& agent_name) {
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (program_of(entry->path()) != self_path().filename()) continue;
    if (is_worker(arguments_of(entry->path()), agent_name)) return std::stoi(name);
  }
  return std::nullopt;
}

std::int64_t last_agent_ready() {
  auto log = store::CallLog::open(store::default_path());
  if (!log) return 0;
  const auto calls = log->list({.state = {}, .outcome = {}, .phone_number = "", .limit = 100});
  if (!calls) return 0;
  std::int64_t last = 0;
  for (const auto& call : *calls) last = std::max(last, call.entered_ms[static_cast<int>(calls::State::kReady)]);
  return last;
}

}  // namespace

std::vector<Finding> check_variables(const Settings& settings) {
  std::vector<Finding> findings;
  for (const char* name : {"LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "SIP_OUTBOUND_TRUNK_ID"}) {
    const auto value = settings.require(name);
    if (!value) {
      findings.push_back(bad(name, "not set", value.error().what));
      continue;
    }
    const bool secret = std::string_view(name) == "LIVEKIT_API_SECRET";
    const auto shown = secret ? fmt::format("{} characters", value->size()) : printable(*value, 80);
    findings.push_back(good(name, fmt::format("{} (from {})", shown, settings.source(name))));
  }
  const auto providers = Providers::Options::from(settings, {});
  if (!providers) {
    findings.push_back(bad("language model", providers.error().what, "mend the variable it names"));
  } else if (!providers->language_model) {
    findings.push_back(warning("language model", "none: the agent speaks from a script",
                               "set LLM_BASE_URL, LLM_MODEL and LLM_API_KEY to any OpenAI-compatible server"));
  } else {
    findings.push_back(good(
        "language model",
        fmt::format("{} (from {})", printable(providers->language_model->model, 80), settings.source("LLM_BASE_URL"))));
  }
  return findings;
}

std::vector<Finding> check_files() {
  std::vector<Finding> findings;
  for (const char* asset : kAssets) {
    const auto path = find_asset(asset);
    std::error_code error;
    if (!path) {
      findings.push_back(bad(asset, "missing", path.error().what));
    } else if (::access(path->c_str(), R_OK) != 0) {
      findings.push_back(bad(asset, fmt::format("{} cannot be read", path->string()), "mend its owner and mode"));
    } else if (fs::is_empty(*path, error)) {
      findings.push_back(bad(asset, fmt::format("{} is empty", path->string()),
                             "remove it; then run ./run deps in a checkout, or install the package again"));
    } else {
      findings.push_back(good(asset, path->string()));
    }
  }
  return findings;
}

Finding check_numbers() {
  const numbers::PhoneNumbers plan;
  if (const auto loaded = plan.load(); !loaded)
    return bad("phone numbers", loaded.error().what, "build again, ./run build, or install the package again");
  if (!plan.check("+442079460123") || plan.check("+1900234567")) {
    return bad("phone numbers", "the numbering plan judges wrongly",
               "build again, ./run build, or install the package again");
  }
  return good("phone numbers", "libphonenumber is loaded and judges as it should");
}

Finding check_call_log() {
  const auto log = store::CallLog::open(store::default_path());
  const auto path = store::default_path().string();
  if (!log) return bad("call log", log.error().what, "set CALL_AGENT_HOME to a folder of your own, or mend this one");
  return good("call log", fmt::format("{} opens for writing", path));
}

Finding check_worker(const std::string& agent_name) {
  const auto last = last_agent_ready();
  const auto seen = last == 0 ? std::string("no agent has got ready yet")
                              : fmt::format("an agent last got ready at {}", local_time(last));
  if (const auto pid = running_worker(agent_name)) {
    return good("agent worker", fmt::format("{} runs on this machine (process {}); {}", agent_name, *pid, seen));
  }
  const auto option = agent_name == kDefaultAgentName ? std::string() : " --agent-name " + agent_name;
  return {Status::kNeeded, "agent worker", fmt::format("no {} of yours runs on this machine; {}", agent_name, seen),
          fmt::format("start one, here or on another machine: call-agent calling-agent{}", option)};
}

std::string findings_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const auto& finding : findings) {
    fmt::format_to(std::back_inserter(text), "{:<8} {}: {}\n", word(finding.status), finding.subject, finding.detail);
    if (!finding.mend.empty()) fmt::format_to(std::back_inserter(text), "         -> {}\n", finding.mend);
  }
  return text;
}

Json to_json(const std::vector<Finding>& findings) {
  Json json = Json::array();
  for (const auto& finding : findings) {
    json.push_back({{"status", word(finding.status)},
                    {"subject", finding.subject},
                    {"detail", finding.detail},
                    {"mend", finding.mend}});
  }
  return json;
}

Verdict verdict(const std::vector<Finding>& findings) {
  const auto has = [&](Status status) { return std::ranges::count(findings, status, &Finding::status) > 0; };
  if (has(Status::kBad)) return {.text = "Calls cannot be made until what is bad is mended.", .exit_status = 1};
  if (has(Status::kNeeded))
    return {.text = "Calls can be made once there is what is needed, here or on another machine.", .exit_status = 3};
  return {.text = "Calls can be made."};
}

}  // namespace call_agent::app
