#include <fmt/format.h>

#include <utility>

#include "mcp/client/client.h"

// Requests that are more than one exchange: lists in pages, and calls in rounds of questions.
namespace call_agent::mcp {
namespace {

// A server that goes on for ever is cut off, with an error.
constexpr int kMostPages = 50;
constexpr int kMostRounds = 16;
constexpr milliseconds kRoundWithoutQuestions{100};

}  // namespace

awaitable<Result<Json>> Client::list(std::string method, std::string member, Deadline deadline) {
  Json all = Json::array();
  Json params = Json::object();
  for (int page = 0; page < kMostPages; ++page) {
    auto got = co_await request(method, params, {}, deadline);
    if (!got) co_return pass(got);
    if (!part(*got, member).is_array()) {
      co_return fail(Errc::kInternal, fmt::format("the server's {} has no list of {}", method, member));
    }
    for (auto& item : (*got)[member]) {
      if (member == "tools")
        input_schemas_.insert_or_assign(std::string(text_part(item, "name")), part(item, "inputSchema"));
      all.push_back(std::move(item));
    }
    const Json& next = part(*got, "nextCursor");
    if (!next.is_string()) co_return all;
    params["cursor"] = next;
  }
  co_return fail(Errc::kInternal, fmt::format("the server's {} does not end", method));
}

awaitable<Result<Json>> Client::ask(std::string method, Json params, OnProgress on_progress, Deadline deadline) {
  const auto limit = deadline.left();
  for (int round = 0; round < kMostRounds; ++round) {
    auto result = co_await request(method, params, on_progress, Deadline::after(limit));
    if (!result || text_part(*result, "resultType") != "input_required") co_return result;
    const Json& requests = part(*result, "inputRequests");
    params.erase("inputResponses");
    params.erase("requestState");
    if (requests.is_object() && !requests.empty()) {
      auto answers = co_await answers_to(requests);
      if (!answers) co_return pass(answers);
      params["inputResponses"] = *std::move(answers);
    } else {
      co_await sleep_for(kRoundWithoutQuestions);
    }
    if (const Json& state = part(*result, "requestState"); !state.is_null()) params["requestState"] = state;
  }
  co_return fail(Errc::kInternal, fmt::format("the server asks without end before it answers {}", method));
}

awaitable<Result<Json>> Client::answers_to(const Json& requests) {
  Json answers = Json::object();
  for (const auto& [name, request] : requests.items()) {
    const auto method = text_part(request, "method");
    if (method != "elicitation/create") {
      co_return fail(Errc::kInternal,
                     fmt::format("the server wants {} of the client, which does not offer it", method));
    }
    InputRequest form{.method = std::string(method), .params = part(request, "params")};
    const bool by_url = text_part(form.params, "mode") == "url";
    answers[name] = by_url ? Json{{"action", "decline"}} : co_await put_form(std::move(form));
  }
  co_return answers;
}

}  // namespace call_agent::mcp
