#include <fmt/format.h>

#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

#include "mcp/client/client.h"

// How a client and a server find out which era they speak.
namespace call_agent::mcp {
namespace {

// A server of before 2026-07-28 may leave the first question unanswered; one in Python takes some seconds to start.
constexpr milliseconds kDiscoverLimit{10'000};

Error no_revision(std::string_view answered) {
  return {Errc::kInvalidArgument, answered.empty()
                                      ? "the server answered initialize without a protocolVersion"
                                      : fmt::format("the server speaks MCP {}, which this client does not", answered)};
}

/// What an outage or a refused token would be in any era.
bool is_final(const Error& error) {
  return error.code == Errc::kPermission || error.code == Errc::kInvalidArgument || error.code == Errc::kOverloaded;
}

Error as_error(std::string_view method, const RpcError& error) {
  return {Errc::kInternal, fmt::format("the server refused {}: {} ({})", method, error.message, error.code)};
}

}  // namespace

awaitable<Result<std::unique_ptr<Client>>> Client::start(asio::any_io_executor executor, Options options,
                                                         Deadline deadline) {
  std::unique_ptr<Client> client(new Client(std::move(executor), std::move(options)));
  if (const auto opened = client->open(); !opened) co_return pass(opened);
  std::exception_ptr stopped;
  Result<void> agreed;
  try {
    agreed = co_await client->agree(deadline);
  } catch (const boost::system::system_error&) {
    stopped = std::current_exception();  // Cancelled; a child is let go of all the same.
  }
  if (!stopped && agreed) co_return client;
  co_await asio::this_coro::reset_cancellation_state();
  co_await client->close();
  if (stopped) std::rethrow_exception(stopped);
  co_return pass(agreed);
}

Result<void> Client::open() {
  ended_.reset();
  watched_ = {};
  LinkSink& sink = *this;
  if (!options_.http.url.empty()) {
    link_ = std::make_unique<HttpLink>(executor_, options_.http, sink);
    return {};
  }
  auto child = ChildLink::start(executor_, options_.child, sink);
  if (!child) return pass(child);
  link_ = std::move(*child);
  return {};
}

awaitable<Result<void>> Client::agree(Deadline deadline) {
  if (options_.era != Era::kLegacy) {
    const bool only = options_.era == Era::kModern;
    const auto discovered = co_await discover(only ? deadline : deadline.or_sooner(kDiscoverLimit));
    const auto* result = std::get_if<Json>(&discovered);
    if (result && offers_modern(*result)) co_return Result<void>();
    const auto* error = std::get_if<Error>(&discovered);
    if (error && (only || is_final(*error))) co_return std::unexpected(*error);
    if (const auto* refused = std::get_if<RpcError>(&discovered); refused && only) {
      co_return std::unexpected(as_error("server/discover", *refused));
    }
    if (only) co_return fail(Errc::kInvalidArgument, "the server does not offer MCP 2026-07-28");
    if (error && error->code == Errc::kUnavailable) {
      // There are servers that end at a question they do not know. A URL that cannot be reached stays so.
      if (!options_.http.url.empty()) co_return std::unexpected(*error);
      co_await link_->close();
      if (const auto again = open(); !again) co_return pass(again);
    }
  }
  const auto hands = co_await initialize(deadline);
  if (const auto* error = std::get_if<Error>(&hands)) co_return std::unexpected(*error);
  if (const auto* refused = std::get_if<RpcError>(&hands)) {
    // Its answer to the first question came too late, and it has settled on 2026-07-28 by it.
    if (options_.era == Era::kAuto && wants_modern(*refused)) {
      const auto again = co_await discover(deadline);
      const auto* result = std::get_if<Json>(&again);
      if (result && offers_modern(*result)) co_return Result<void>();
    }
    co_return std::unexpected(as_error("initialize", *refused));
  }
  co_return Result<void>();
}

awaitable<Client::Outcome> Client::discover(Deadline deadline) {
  revision_ = Revision::k2026_07_28;
  auto outcome = co_await exchange("server/discover", Json::object(), {}, deadline);
  const auto* result = std::get_if<Json>(&outcome);
  if (result && offers_modern(*result)) {
    server_ = *result;
    link_->agreed(revision_);
  }
  co_return outcome;
}

awaitable<Client::Outcome> Client::initialize(Deadline deadline) {
  revision_ = kLatestHandshake;
  auto outcome = co_await exchange("initialize", initialize_params({.forms = options_.offers_forms}), {}, deadline);
  const auto* result = std::get_if<Json>(&outcome);
  if (!result) co_return outcome;
  const auto agreed = agreed_revision(*result);
  if (!agreed) co_return no_revision(text_part(*result, "protocolVersion"));
  revision_ = *agreed;
  server_ = *result;
  notify("notifications/initialized", Json::object());
  link_->agreed(revision_);
  co_return outcome;
}

awaitable<int> Client::close() {
  tasks_.cancel();
  co_await tasks_.join();
  co_return co_await link_->close();
}

}  // namespace call_agent::mcp
