#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "mcp/input.h"
#include "mcp/principal.h"

namespace call_agent::mcp {

/// What the client said it can do, for this request.
struct ClientCapabilities {
  bool elicitation_form = false;
  bool elicitation_url = false;
  bool sampling = false;
  bool roots = false;
  bool tasks = false;  ///< The extension io.modelcontextprotocol/tasks.
};

/// RFC 5424, ascending.
enum class LogLevel : std::uint8_t { kDebug, kInfo, kNotice, kWarning, kError, kCritical, kAlert, kEmergency };
std::string_view to_string(LogLevel level);

/// One request in progress, as its handler sees it. Lives as long as the handler's coroutine.
class RequestContext {
 public:
  using Report = std::function<void(double progress, std::optional<double> total, std::string_view message)>;
  using Log = std::function<void(LogLevel level, std::string_view logger, const Json& data)>;

  struct Facts {
    Principal principal = local_user();
    ClientCapabilities client;
    InputResponses input;  ///< Answers to the last InputRequired.
    Json state = nullptr;  ///< Its state.
    Report report = {};    ///< Empty if the client asked for no progress.
    Log log = {};          ///< Empty if the client wants no log messages.
  };
  explicit RequestContext(Facts facts) : facts_(std::move(facts)) {}

  const Principal& principal() const { return facts_.principal; }
  const ClientCapabilities& client() const { return facts_.client; }

  bool wants_progress() const { return static_cast<bool>(facts_.report); }
  /// Tells the client how far the call is. `progress` must grow from one report to the next.
  void progress(double progress, std::optional<double> total, std::string_view message) const {
    if (facts_.report) facts_.report(progress, total, message);
  }
  /// Tells the client what happens, if it wants to know at that level.
  void log(LogLevel level, std::string_view logger, const Json& data) const {
    if (facts_.log) facts_.log(level, logger, data);
  }

  /// The answer under this name, unchecked; null if there is none (yet).
  const Json* input(std::string_view name) const {
    const auto found = facts_.input.find(std::string(name));
    return found == facts_.input.end() ? nullptr : &found->second;
  }
  /// The same, of a form; empty also if the answer is none to a form.
  std::optional<Elicited> elicited(std::string_view name) const {
    const Json* response = input(name);
    return response ? elicited_from(*response) : std::nullopt;
  }
  /// What the handler's last InputRequired carried; null in the first round.
  const Json& state() const { return facts_.state; }

 private:
  Facts facts_;
};

}  // namespace call_agent::mcp
