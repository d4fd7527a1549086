#include "mcp/client/http_link.h"

#include <fmt/format.h>

#include <utility>

#include "mcp/header_rules.h"

namespace call_agent::mcp {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEvents = "text/event-stream";
constexpr std::string_view kSession = "Mcp-Session-Id";
constexpr std::size_t kMostUnsent = 64;
constexpr std::size_t kShown = 300;  // Bytes of a server's own words in an error.
constexpr milliseconds kTellLimit{10'000};
constexpr milliseconds kFarewell{3000};
constexpr milliseconds kListenAgain{1000};

bool is_events(const net::HttpResponse& head) {
  return net::HttpClient::succeeded(head) && is_media_type(head.header("Content-Type"), kEvents);
}

std::string in_its_words(std::string_view words) {
  return words.empty() ? std::string() : fmt::format("; it says: {}", words.substr(0, kShown));
}

}  // namespace

HttpLink::HttpLink(const asio::any_io_executor& executor, Options options, LinkSink& sink)
    : sink_(sink),
      options_(std::move(options)),
      http_(executor, {.max_body = kMaxMessage, .ca_file = options_.ca_file}),
      tasks_(executor),
      changed_(executor),
      unsent_(executor, kMostUnsent, Overflow::kReject) {
  tasks_.spawn(send_in_order());
}

void HttpLink::send(Outgoing message) {
  unsent_.push(std::move(message));  // One too many runs out of time.
}

// A server may refuse a request that overtakes the `initialized` before it: what has no answer is waited for.
awaitable<void> HttpLink::send_in_order() {
  while (auto message = co_await unsent_.pop()) {
    const RpcId id = message->id;
    sending_ = true;
    if (id.empty()) {
      co_await post(*std::move(message), Deadline::after(kTellLimit));
    } else {
      const auto member = tasks_.spawn(post(*std::move(message), Deadline::never()));
      posts_.insert_or_assign(id, member);
    }
    sending_ = false;
    changed_.notify();
  }
}

net::HttpRequest HttpLink::request(std::string method) const {
  net::HttpRequest out{.method = std::move(method), .url = options_.url, .headers = options_.headers, .body = {}};
  if (!session_.empty()) out.headers.push_back({std::string(kSession), session_});
  if (!revision_.empty()) out.headers.push_back({"MCP-Protocol-Version", revision_});
  return out;
}

awaitable<void> HttpLink::post(Outgoing message, Deadline deadline) {
  const RpcId id = std::move(message.id);
  const std::shared_ptr<void> forget(nullptr, [this, &id](void*) { posts_.erase(id); });
  auto asked = request("POST");
  asked.headers.push_back({"Content-Type", std::string(kJson)});
  asked.headers.push_back({"Accept", "application/json, text/event-stream"});
  for (auto& header : message.headers) asked.headers.push_back(std::move(header));
  asked.body = std::move(message.text);
  // An event carries a message and the names of its fields.
  net::SseParser events(kMaxMessage + 1024);
  const auto on_body = [&](std::string_view piece) {
    for (const auto& event : events.push(piece)) take_messages(id, event.data);
  };
  const auto response = co_await http_.stream(std::move(asked), deadline, on_body, is_events);
  stray_ += static_cast<int>(events.dropped());
  if (!response) {
    if (!id.empty()) sink_.lost(id, response.error());
    co_return;
  }
  if (session_.empty()) session_ = response->header(kSession);
  if (id.empty()) co_return;
  if (is_events(*response)) {
    sink_.lost(id, {Errc::kUnavailable, "the server ended its stream of events before it had answered"});
  } else {
    take_body(id, *response);
  }
}

void HttpLink::take_body(const RpcId& id, const net::HttpResponse& response) {
  const bool json = is_media_type(response.header("Content-Type"), kJson);
  const bool closed_to_us = response.status == 401 || response.status == 403;
  const bool session_lost = response.status == 404 && !session_.empty();
  if (json && !closed_to_us && !session_lost) take_messages(id, response.body);
  sink_.lost(id, refusal(response));  // Which is nothing if that was the answer.
}

Error HttpLink::refusal(const net::HttpResponse& response) const {
  const auto code = [&] {
    if (response.status == 401 || response.status == 403) return Errc::kPermission;
    if (response.status == 404 || response.status == 405) return Errc::kNotFound;
    return response.status >= 500 || response.status == 429 ? Errc::kUnavailable : Errc::kInternal;
  }();
  if (response.status == 401) {
    return {code, fmt::format("the server wants to know who asks (HTTP 401): give a token with --token or in "
                              "CALL_AGENT_MCP_TOKEN{}",
                              in_its_words(response.header("WWW-Authenticate")))};
  }
  if (response.status == 403) {
    auto words = response.header("WWW-Authenticate");
    return {code, fmt::format("the server refuses this token or this request (HTTP 403){}",
                              in_its_words(words.empty() ? std::string_view(response.body) : words))};
  }
  if (response.status == 404 && !session_.empty()) {
    return {Errc::kUnavailable, "the server has ended this session (HTTP 404): begin again"};
  }
  if (response.status == 404) return {code, "there is no MCP endpoint at this URL (HTTP 404): look at its path"};
  if (response.status >= 300 && response.status < 400) {
    return {Errc::kInternal, fmt::format("the server is elsewhere (HTTP {}){}: give that URL", response.status,
                                         in_its_words(response.header("Location")))};
  }
  if (!net::HttpClient::succeeded(response)) {
    return {code, fmt::format("the server answered with HTTP {}{}", response.status, in_its_words(response.body))};
  }
  if (response.status == 202) return {Errc::kInternal, "the server took the request and gives no answer (HTTP 202)"};
  return {Errc::kInternal,
          fmt::format("the server answered with {}, which is neither the answer as JSON nor a stream of events",
                      response.header("Content-Type").empty() ? "something without a Content-Type"
                                                              : response.header("Content-Type").substr(0, kShown))};
}

void HttpLink::take_messages(const RpcId& id, std::string_view text) {
  if (text.empty()) return;  // Some servers begin a stream with an event that only says where it can be resumed.
  for (auto& message : decode(text).messages) {
    if (std::holds_alternative<Malformed>(message)) {
      ++stray_;
      continue;
    }
    // A server that could not read the id still means the request it was asked by.
    auto* response = std::get_if<Response>(&message);
    if (response && response->id == kNullId && !id.empty()) response->id = id;
    sink_.received(std::move(message));
  }
}

bool HttpLink::cancel(const RpcId& id) {
  if (const auto post = posts_.find(id); post != posts_.end()) tasks_.cancel(post->second);
  return stateless_;
}

void HttpLink::agreed(Revision revision) {
  stateless_ = is_stateless(revision);
  if (stateless_) return;
  revision_ = to_string(revision);
  tasks_.spawn(listen());
}

awaitable<void> HttpLink::listen() {
  while (sending_ || unsent_.size() > 0) co_await changed_.wait();  // The server has been told `initialized` first.
  while (true) {
    auto asked = request("GET");
    asked.headers.push_back({"Accept", std::string(kEvents)});
    net::SseParser events(kMaxMessage + 1024);
    const auto on_body = [&](std::string_view piece) {
      for (const auto& event : events.push(piece)) take_messages({}, event.data);
    };
    const auto response = co_await http_.stream(std::move(asked), Deadline::never(), on_body, is_events);
    if (response && !is_events(*response)) {
      co_return sink_.deaf(
          {Errc::kUnavailable, fmt::format("the server offers no stream of events (HTTP {})", response->status)});
    }
    co_await sleep_for(kListenAgain);  // Broken off, which proxies do now and then.
  }
}

awaitable<int> HttpLink::close() {
  const auto deadline = Deadline::after(kFarewell);
  while ((sending_ || unsent_.size() > 0) && !deadline.passed()) co_await changed_.wait(deadline);
  unsent_.close();
  tasks_.cancel();
  co_await tasks_.join();
  if (!session_.empty()) {
    const auto ignored = co_await http_.send(request("DELETE"), Deadline::after(kFarewell));
    (void)ignored;
  }
  co_return 0;
}

}  // namespace call_agent::mcp
