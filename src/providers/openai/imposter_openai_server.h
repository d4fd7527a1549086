#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/imposter_server.h"

/// For tests of faults: scripts with which a net::ImposterServer speaks the documented chat-completions protocol, or
/// breaks it. Each serves one request of one connection.
namespace call_agent::providers::openai::imposter {

/// A complete stream: each of `events` as server-sent data, then [DONE].
net::ImposterServer::Script stream_of(std::vector<std::string> events);
/// The same, but the connection breaks behind the last event.
net::ImposterServer::Script cut_after(std::vector<std::string> events);
/// The headers and `events`, then nothing more until the client leaves, which sets `left`.
net::ImposterServer::Script silent_after(std::vector<std::string> events, bool& left);
/// An ordinary response.
net::ImposterServer::Script answer(int status, std::string body);

/// A chunk that adds `text` to the reply.
std::string text_chunk(std::string_view text);

}  // namespace call_agent::providers::openai::imposter
