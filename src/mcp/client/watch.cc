#include <utility>

#include "mcp/client/client.h"

// How a client hears that a resource has changed, in either era.
namespace call_agent::mcp {

awaitable<Result<void>> Client::watch(std::string uri, Deadline deadline) {
  if (!is_stateless(revision_)) {
    if (part(part(part(server_, "capabilities"), "resources"), "subscribe") != true) {
      co_return fail(Errc::kNotFound, "the server does not tell when a resource changes");
    }
    const auto subscribed = co_await request("resources/subscribe", {{"uri", std::move(uri)}}, {}, deadline);
    if (!subscribed) co_return pass(subscribed);
    co_return Result<void>();
  }
  tasks_.spawn(listen(std::move(uri)));
  while (!watched_.confirmed && !watched_.over && !deadline.passed()) co_await changed_.wait(deadline);
  if (watched_.over) co_return std::unexpected(*watched_.over);
  if (!watched_.confirmed) co_return fail(Errc::kDeadline, "the server did not confirm the subscription in time");
  co_return Result<void>();
}

awaitable<void> Client::listen(std::string uri) {
  const Json filter{{"resourceSubscriptions", Json::array({std::move(uri)})}};
  const auto over = co_await request("subscriptions/listen", {{"notifications", filter}}, {}, Deadline::never());
  if (!watched_.over) {
    watched_.over = over ? Error{Errc::kUnavailable, "the server has ended the subscription"} : over.error();
  }
  changed_.notify();
}

awaitable<Result<void>> Client::changed(Deadline deadline) {
  while (!watched_.changed && !watched_.over && !deadline.passed()) co_await changed_.wait(deadline);
  if (std::exchange(watched_.changed, false)) co_return Result<void>();
  if (watched_.over) co_return std::unexpected(*watched_.over);
  co_return fail(Errc::kDeadline, "nothing has changed in time");
}

}  // namespace call_agent::mcp
