#pragma once

#include <memory>
#include <string>

#include "agent/ports.h"
#include "net/http.h"

namespace call_agent::providers::openai {

struct OpenAiOptions {
  std::string base_url;             ///< LLM_BASE_URL, such as https://api.openai.com/v1 or http://127.0.0.1:11434/v1
  std::string api_key;              ///< LLM_API_KEY; empty where the server wants none. Never logged.
  std::string model;                ///< LLM_MODEL
  milliseconds first_token{8'000};  ///< The longest silence a callee can be asked to bear.
  milliseconds total{30'000};

  /// Errors: kInvalidArgument naming the variable.
  Result<void> check() const;
};

/// Language by any OpenAI-compatible address: streamed chat completions with tools. Lives on one executor.
class OpenAiLlm : public agent::Llm {
 public:
  /// `http` must outlive it and may serve many calls. Errors: as OpenAiOptions::check.
  static Result<std::unique_ptr<OpenAiLlm>> create(net::HttpClient& http, OpenAiOptions options);

  /// Errors: kPermission (401, 403: LLM_API_KEY), kNotFound (404: LLM_MODEL or LLM_BASE_URL), kOverloaded (429),
  /// kUnavailable (unreachable, 5xx, or cut off in mid-reply), kDeadline.
  awaitable<Result<Reply>> reply(Request request, OnText on_text) override;
  awaitable<Result<agent::Report>> report(Request request) override;

 private:
  OpenAiLlm(net::HttpClient& http, OpenAiOptions options) : http_(http), options_(std::move(options)) {}
  net::HttpRequest http_request(const Json& body) const;

  net::HttpClient& http_;
  const OpenAiOptions options_;
};

/// What an answer other than 200 means, naming what to mend. Pure.
Error status_error(int status, std::string_view body);

}  // namespace call_agent::providers::openai
