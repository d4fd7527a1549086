#pragma once

#include <filesystem>
#include <string_view>

#include "core/result.h"

namespace call_agent {

/// Where the call log, recordings and downloaded files live: $CALL_AGENT_HOME, else $XDG_DATA_HOME/call-agent, else
/// ~/.local/share/call-agent. The same for every command, whatever folder a client starts it in.
std::filesystem::path data_home();

/// The user's configuration folder: $XDG_CONFIG_HOME/call-agent, else ~/.config/call-agent.
std::filesystem::path config_home();

/// A file that ships beside the executable, such as "lib/libonnxruntime.so" or "models/silero_vad.onnx". Looked for in
/// data_home(), in ../deps of the executable (a build tree) and in ../lib/call-agent (an installation).
/// Errors: kNotFound, naming the folders looked in and `./run deps`.
Result<std::filesystem::path> find_asset(std::string_view relative);

/// The running executable, resolved.
std::filesystem::path self_path();

}  // namespace call_agent
