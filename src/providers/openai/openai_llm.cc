#include "providers/openai/openai_llm.h"

#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <optional>

#include "net/url.h"
#include "providers/openai/chat_request.h"
#include "providers/openai/reply_stream.h"
#include "providers/openai/report_reader.h"

namespace call_agent::providers::openai {

using namespace asio::experimental::awaitable_operators;

namespace {

// Returns only if no text and no end has come in time: the caller races it against the stream.
awaitable<void> first_token_alarm(const bool& heard, milliseconds limit) {
  co_await sleep_for(limit);
  while (heard) co_await sleep_for(std::chrono::hours(1));
}

}  // namespace

Error status_error(int status, std::string_view body) {
  std::string detail;
  const auto json = parse_json(body);
  const Json::json_pointer message("/error/message");
  if (json && json->contains(message) && json->at(message).is_string()) {
    detail = ": " + json->at(message).get<std::string>().substr(0, 300);
  }
  if (status == 401 || status == 403) return {Errc::kPermission, "the language model refuses LLM_API_KEY" + detail};
  if (status == 404) return {Errc::kNotFound, "no such model or address: check LLM_MODEL and LLM_BASE_URL" + detail};
  if (status == 429) return {Errc::kOverloaded, "the language model's quota is used up" + detail};
  if (status >= 500) return {Errc::kUnavailable, fmt::format("the language model answered {}{}", status, detail)};
  return {Errc::kInvalidArgument, fmt::format("the language model refused the request with {}{}", status, detail)};
}

Result<void> OpenAiOptions::check() const {
  const auto url = net::parse_url(base_url);
  if (!url)
    return fail(Errc::kInvalidArgument, "LLM_BASE_URL must be like https://api.openai.com/v1: " + url.error().what);
  if (url->websocket || url->target.contains('?')) {
    return fail(Errc::kInvalidArgument, "LLM_BASE_URL must be like https://api.openai.com/v1");
  }
  if (model.empty()) return fail(Errc::kInvalidArgument, "LLM_MODEL is not set: name a model that server has");
  return {};
}

Result<std::unique_ptr<OpenAiLlm>> OpenAiLlm::create(net::HttpClient& http, OpenAiOptions options) {
  if (const auto fine = options.check(); !fine) return pass(fine);
  while (options.base_url.ends_with('/')) options.base_url.pop_back();
  return std::unique_ptr<OpenAiLlm>(new OpenAiLlm(http, std::move(options)));
}

net::HttpRequest OpenAiLlm::http_request(const Json& body) const {
  net::HttpRequest request{.method = "POST",
                           .url = options_.base_url + "/chat/completions",
                           .headers = {{"Content-Type", "application/json"}},
                           .body = dump_json(body)};
  if (!options_.api_key.empty()) request.headers.push_back({"Authorization", "Bearer " + options_.api_key});
  return request;
}

awaitable<Result<agent::Llm::Reply>> OpenAiLlm::reply(Request request, OnText on_text) {
  ReplyStream stream;
  net::SseParser events;
  std::optional<Error> broken;
  bool heard = false;
  const auto on_body = [&](std::string_view bytes) {
    if (broken) return;
    for (const auto& event : events.push(bytes)) {
      auto text = stream.push(event.data);
      if (!text) {
        broken = text.error();
        return;
      }
      heard = true;
      if (!text->empty()) on_text(*text);
    }
  };
  auto outcome = co_await (
      http_.stream(http_request(reply_request(options_.model, request)), Deadline::after(options_.total), on_body) ||
      first_token_alarm(heard, options_.first_token));
  if (outcome.index() == 1) co_return fail(Errc::kDeadline, "the language model is too slow to start its reply");
  const auto& response = std::get<0>(outcome);
  if (broken) co_return std::unexpected(*broken);
  if (response && response->status != 200) co_return std::unexpected(status_error(response->status, response->body));
  // Whole is whole, however the connection ended.
  if (!response && !stream.complete()) co_return pass(response);
  if (!stream.complete()) co_return fail(Errc::kUnavailable, "the language model was cut off in mid-reply");
  co_return stream.take();
}

awaitable<Result<agent::Report>> OpenAiLlm::report(Request request) {
  const auto response =
      co_await http_.send(http_request(report_request(options_.model, request)), Deadline::after(options_.total));
  if (!response) co_return pass(response);
  if (response->status != 200) co_return std::unexpected(status_error(response->status, response->body));
  co_return read_report(response->body);
}

}  // namespace call_agent::providers::openai
