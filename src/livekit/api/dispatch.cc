#include "livekit/api/dispatch.h"

#include "livekit/api/arguments.h"
#include "livekit/api/proto_json.h"

namespace call_agent::livekit::api {
namespace {

constexpr std::string_view kDispatchService = "AgentDispatchService";
constexpr std::string_view kStatuses[] = {"JS_PENDING", "JS_RUNNING", "JS_SUCCESS", "JS_FAILED"};

Dispatch::Job parse_job(const Json& message) {
  const Json& state = field(message, "state");
  return {
      .id = text(message, "id"),
      .status = enumerated<Dispatch::Job::Status>(state, "status", kStatuses),
      .worker_id = text(state, "worker_id"),
      .participant_identity = text(state, "participant_identity"),
      .error = text(state, "error"),
  };
}

}  // namespace

Dispatch parse_dispatch(const Json& message) {
  Dispatch out{
      .id = text(message, "id"),
      .agent_name = text(message, "agent_name"),
      .room = text(message, "room"),
      .metadata = text(message, "metadata"),
  };
  for (const Json& job : list(field(message, "state"), "jobs")) out.jobs.push_back(parse_job(job));
  return out;
}

awaitable<TwirpResult<Dispatch>> DispatchService::create(Create request, Deadline deadline) {
  if (auto fine = check_name("room", request.room); !fine) co_return refuse(fine.error());
  if (auto fine = check_name("agent name", request.agent_name); !fine) co_return refuse(fine.error());
  // A job that failed half-way through a call must not bring another agent, who would begin with "hello".
  Json body{{"room", request.room}, {"agent_name", request.agent_name}, {"restart_policy", "JRP_NEVER"}};
  set_field(body, "metadata", request.metadata);
  TwirpClient::Call call{kDispatchService, "CreateDispatch", std::move(body), admin_of(request.room)};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  co_return parse_dispatch(*answer);
}

awaitable<TwirpResult<std::vector<Dispatch>>> DispatchService::list(std::string room, Deadline deadline) {
  if (auto fine = check_name("room", room); !fine) co_return refuse(fine.error());
  TwirpClient::Call call{
      kDispatchService, "ListDispatch", {{"room", room}}, admin_of(room), TwirpClient::Repeat::kIfUnavailable};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  std::vector<Dispatch> out;
  for (const Json& dispatch : api::list(*answer, "agent_dispatches")) out.push_back(parse_dispatch(dispatch));
  co_return out;
}

awaitable<TwirpResult<void>> DispatchService::remove(std::string room, std::string dispatch_id, Deadline deadline) {
  if (auto fine = check_name("room", room); !fine) co_return refuse(fine.error());
  if (auto fine = check_name("dispatch id", dispatch_id); !fine) co_return refuse(fine.error());
  Json body{{"room", room}, {"dispatch_id", dispatch_id}};
  TwirpClient::Call call{kDispatchService, "DeleteDispatch", std::move(body), admin_of(room),
                         TwirpClient::Repeat::kIfUnavailable};
  const auto answer = co_await twirp_.call(std::move(call), deadline);
  if (!answer) co_return std::unexpected(answer.error());
  co_return TwirpResult<void>{};
}

}  // namespace call_agent::livekit::api
