#include "providers/openai/imposter_openai_server.h"

#include <functional>

#include "core/json.h"

namespace call_agent::providers::openai::imposter {
namespace {

using asio::ip::tcp;

awaitable<void> send_events(tcp::socket& socket, const std::vector<std::string>& events) {
  co_await net::read_request(socket);
  std::string text = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
  for (const auto& event : events) text += "data: " + event + "\n\n";
  co_await net::write_text(socket, std::move(text));
}

awaitable<void> serve_cut(std::vector<std::string> events, tcp::socket socket) {
  co_await send_events(socket, events);
}

awaitable<void> serve_silent(std::vector<std::string> events, bool* left, tcp::socket socket) {
  co_await send_events(socket, events);
  co_await net::until_closed(socket);
  *left = true;
}

awaitable<void> serve_answer(int status, std::string body, tcp::socket socket) {
  co_await net::read_request(socket);
  co_await net::write_text(socket, net::response(status, body));
  co_await net::until_closed(socket);
}

}  // namespace

net::ImposterServer::Script stream_of(std::vector<std::string> events) {
  events.emplace_back("[DONE]");
  return cut_after(std::move(events));
}

net::ImposterServer::Script cut_after(std::vector<std::string> events) {
  return std::bind_front(serve_cut, std::move(events));
}

net::ImposterServer::Script silent_after(std::vector<std::string> events, bool& left) {
  return std::bind_front(serve_silent, std::move(events), &left);
}

net::ImposterServer::Script answer(int status, std::string body) {
  return std::bind_front(serve_answer, status, std::move(body));
}

std::string text_chunk(std::string_view text) {
  return dump_json({{"choices", Json::array({{{"index", 0}, {"delta", {{"content", text}}}}})}});
}

}  // namespace call_agent::providers::openai::imposter
