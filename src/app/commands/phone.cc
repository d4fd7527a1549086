#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/command.h"
#include "core/log.h"
#include "phone/phone.h"
#include "phone/preparation.h"
#include "phone/scenario.h"
#include "phone/script.h"
#include "providers/local/local_models.h"

namespace call_agent::app {
namespace {

struct Options {
  std::string listen = "127.0.0.1:5080";
  std::vector<std::string> scenarios;
  std::string recordings;
  std::string log;
  std::string rtp_ports = "40000-40999";
  bool once = false;
  bool allow_public = false;
};

/// "201=voicemail.json" into the digits a number ends with and the file; just a file has no digits.
std::pair<std::string, std::string> split_ending(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  const bool has_ending = equals != std::string::npos && equals > 0 &&
                          std::all_of(argument.begin(), argument.begin() + static_cast<std::ptrdiff_t>(equals),
                                      [](char c) { return c >= '0' && c <= '9'; });
  if (!has_ending) return {"", argument};
  return {argument.substr(0, equals), argument.substr(equals + 1)};
}

Result<void> parse_rtp_ports(const std::string& text, phone::PhoneOptions& out) {
  unsigned first = 0;
  unsigned last = 0;
  char rest = 0;
  if (std::sscanf(text.c_str(), "%5u-%5u%c", &first, &last, &rest) != 2 || first < 1024 || last > 65534 ||
      last < first + 2) {
    return fail(Errc::kInvalidArgument, fmt::format("--rtp-ports {} is not FIRST-LAST, such as 40000-40999", text));
  }
  out.first_rtp_port = static_cast<std::uint16_t>(first);
  out.last_rtp_port = static_cast<std::uint16_t>(last);
  return {};
}

/// Reads the scenarios and has everything in them synthesised. The voice is loaded only if there are words to say.
awaitable<Result<void>> prepare_scripts(const Options& options, phone::PhoneOptions& out) {
  std::map<std::string, phone::Scenario> scenarios;
  scenarios.emplace("", phone::Scenario{.name = "silent", .codecs = phone::Scenario().codecs});
  for (const auto& argument : options.scenarios) {
    const auto [ending, file] = split_ending(argument);
    auto scenario = phone::load_scenario(file);
    if (!scenario) co_return pass(scenario);
    scenarios[ending] = std::move(*scenario);
  }
  std::size_t sentences = 0;
  for (const auto& [ending, scenario] : scenarios) sentences += scenario.sentences().size();
  phone::Preparation preparation(sentences, Clock::now());
  const auto tell = [&preparation] {
    if (const auto line = preparation.next(Clock::now())) std::cerr << *line << '\n';
  };
  providers::local::LocalModels models;
  std::unique_ptr<agent::Tts> voice;
  if (sentences > 0) {
    if (auto loaded = models.load({.tts = true}); !loaded) co_return loaded;
    auto made = models.make_tts();
    if (!made) co_return pass(made);
    voice = std::move(*made);
  }
  for (auto& [ending, scenario] : scenarios) {
    auto script = co_await phone::prepare_script(std::move(scenario), voice.get(), tell);
    if (!script) co_return pass(script);
    if (ending.empty()) {
      out.script = std::move(*script);
    } else {
      out.scripts_by_ending.emplace(ending, std::move(*script));
    }
  }
  co_return Result<void>();
}

/// Runs the phone until a signal, or the end of the first call with --once.
awaitable<Result<void>> serve(const Options& options) {
  const auto address = phone::parse_host_port(options.listen);
  if (!address) co_return pass(address);
  const auto executor = co_await asio::this_coro::executor;
  const auto stop = std::make_shared<asio::signal_set>(executor, SIGINT, SIGTERM);
  phone::PhoneOptions setup{.host = address->host, .port = address->port, .allow_public = options.allow_public};
  if (auto ports = parse_rtp_ports(options.rtp_ports, setup); !ports) co_return ports;
  if (!options.recordings.empty()) setup.recordings = options.recordings;
  if (options.once) {
    setup.on_call_ended = [stop, executor](int) { asio::post(executor, [stop] { stop->cancel(); }); };
  }
  phone::EventLog log;
  if (!options.log.empty()) {
    auto opened = phone::EventLog::create(options.log);
    if (!opened) co_return pass(opened);
    log = std::move(*opened);
  }
  if (auto prepared = co_await prepare_scripts(options, setup); !prepared) co_return prepared;
  auto phone = phone::Phone::start(std::move(setup), std::move(log));
  if (!phone) co_return pass(phone);
  std::cout << fmt::format("phone ready on {}:{}", (*phone)->host(), (*phone)->port()) << '\n' << std::flush;
  boost::system::error_code cancelled;
  co_await stop->async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  co_return Result<void>();
}

int run_phone(const Options& options) {
  asio::io_context io(1);
  std::exception_ptr defect;
  Result<void> result;
  asio::co_spawn(io, serve(options), [&](std::exception_ptr error, Result<void> done) {
    defect = std::move(error);
    result = std::move(done);
  });
  io.run();
  if (defect) std::rethrow_exception(defect);
  return result ? 0 : report_failure(result.error());
}

}  // namespace

void add_phone(CLI::App& cli, Invocation& invocation) {
  auto* command = cli.add_subcommand("phone", "A SIP telephone that plays a scripted person, for rehearsals and tests");
  auto options = std::make_shared<Options>();
  command->add_option("--listen", options->listen, "Address and port, by UDP and TCP")->capture_default_str();
  command->add_option(
      "--scenario", options->scenarios,
      "Whom to play; NNN=FILE for numbers that end with NNN (may be repeated). Without one: somebody who "
      "answers and says nothing");
  command->add_option("--record", options->recordings,
                      "A folder for a stereo WAV of each call: left heard, right said");
  command->add_option("--log", options->log, "A file to append every event to, as lines of JSON");
  command->add_option("--rtp-ports", options->rtp_ports, "UDP ports for the audio")->capture_default_str();
  command->add_flag("--once", options->once, "Exit after the first call");
  command->add_flag("--public", options->allow_public, "Allow an address that other machines reach");
  command->callback([options, &invocation] { invocation.run = [options] { return run_phone(*options); }; });
}

}  // namespace call_agent::app
