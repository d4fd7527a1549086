#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "core/lane.h"
#include "providers/local/ort.h"

namespace call_agent::providers::local {

/// Runs `work(stop)` on `lane`, like Lane::run. Cancelling the awaitable requests `stop`, so that an inference nobody
/// waits for any more ends within a node of the model, and one still queued never starts.
template <class Work, class R = std::invoke_result_t<Work&, const ort::Stop&>>
awaitable<R> run_stoppable(Lane& lane, Work work) {
  auto stop = ort::Stop::create();
  if (!stop) co_return pass(stop);
  // Lane::run leaves this coroutine's slot unused. The slot forgets the handler when the lane resumes us.
  auto slot = (co_await asio::this_coro::cancellation_state).slot();
  if (slot.is_connected()) slot.assign([stop = *stop](asio::cancellation_type) { stop->request(); });
  auto result = co_await lane.run([work = std::move(work), stop = *stop]() mutable -> R { return work(*stop); });
  if (slot.is_connected()) slot.clear();
  co_return result;
}

}  // namespace call_agent::providers::local
