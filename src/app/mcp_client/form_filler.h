#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <optional>
#include <string>

#include "app/mcp_client/form.h"
#include "core/asio.h"

namespace call_agent::app {

/// Fills in the forms of a server: from answers given beforehand, and by asking on the terminal what they leave open.
/// Without a terminal it asks nobody, and declines what it cannot fill in.
///
/// Lives on one executor; not thread-safe. One form at a time.
class FormFiller {
 public:
  /// Asks on standard error and reads standard input, if both are terminals.
  FormFiller(const asio::any_io_executor& executor, Answers answers);

  /// Whether there is anything to fill forms in with.
  bool can_answer() const { return terminal_.has_value() || !answers_.empty(); }

  /// The ElicitResult. An end of input (Ctrl-D) declines.
  awaitable<Json> fill(Json form_params);

 private:
  awaitable<std::optional<std::string>> read_line();
  awaitable<std::optional<Json>> ask(FormField field);

  const Answers answers_;
  std::optional<asio::posix::stream_descriptor> terminal_;
  std::string typed_;  // What follows the last line that was read.
};

}  // namespace call_agent::app
