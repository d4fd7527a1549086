#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/channel.h"
#include "core/clock.h"
#include "core/result.h"
#include "core/task_group.h"
#include "mcp/client/child_link.h"
#include "mcp/client/dialect.h"
#include "mcp/client/http_link.h"
#include "mcp/client/link.h"
#include "mcp/input.h"
#include "mcp/jsonrpc.h"
#include "mcp/revision.h"

namespace call_agent::mcp {

/// An MCP client of one server, which it starts itself or reaches by URL, in either era.
///
/// Nothing a server sends is trusted: messages are bounded, and every request has a deadline. The clock of a request
/// stands still while a question of the server's is with a person.
///
/// Lives on one executor; not thread-safe. close() before destroying it.
class Client final : private LinkSink {
 public:
  /// Puts a form to whoever uses the client; returns the ElicitResult.
  using Answerer = std::function<awaitable<Json>(InputRequest form)>;
  /// Everything the server says of its own accord but progress.
  using OnNotification = std::function<void(const Notification& told)>;
  using OnProgress = std::function<void(double progress, std::optional<double> total, std::string_view message)>;
  /// A task, whenever it was asked for.
  using OnTask = std::function<void(const Json& task)>;

  struct Options {
    ChildLink::Options child{};  ///< What to start, or
    HttpLink::Options http{};    ///< what to reach, if it has a URL.
    Era era = Era::kAuto;
    bool offers_forms = false;  ///< Whether the server is told that somebody answers them.
    Answerer answerer{};        ///< Without one every form is declined.
    OnNotification on_notification{};
  };

  /// Starts or reaches the server and agrees on a revision. Errors: kNotFound (no such program, or nothing at that
  /// path), kUnavailable (it ended, with the tail of its standard error; it cannot be reached), kPermission (HTTP 401
  /// and 403), kDeadline, kInvalidArgument (it speaks no revision of ours; a malformed URL), kInternal.
  static awaitable<Result<std::unique_ptr<Client>>> start(asio::any_io_executor executor, Options options,
                                                          Deadline deadline);
  ~Client() override = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The result of `initialize` or `server/discover`: capabilities, instructions, and the server's name and version:
  /// see about_server().
  const Json& server() const { return server_; }
  Revision revision() const { return revision_; }

  /// One request to its answer. At the deadline, or if the caller is cancelled, the server is told that the request
  /// is. Errors: kUnavailable (the server has gone), kDeadline, kPermission, kInternal (the server's error answer).
  awaitable<Result<Json>> request(std::string method, Json params, OnProgress on_progress, Deadline deadline);

  /// Every item over all pages of tools/list, resources/list, …: the array `member` of each.
  awaitable<Result<Json>> list(std::string method, std::string member, Deadline deadline);

  /// tools/call, prompts/get or resources/read, through every round of questions; each has until the deadline anew.
  /// The result of a tool; one with isError is a result too.
  awaitable<Result<Json>> ask(std::string method, Json params, OnProgress on_progress, Deadline deadline);

  /// Calls a tool as a task, and follows it. The server may also answer at once. Cancelled, or at the deadline, it
  /// cancels the task. Errors: as request(), and kCancelled (somebody else cancelled the task).
  awaitable<Result<Json>> call_as_task(Json params, OnProgress on_progress, OnTask on_task, Deadline deadline);

  /// Has the server tell of changes of this resource, the only one watched. Errors: as request(), and kNotFound (it
  /// does not tell).
  awaitable<Result<void>> watch(std::string uri, Deadline deadline);
  /// Returns once it has changed. Errors: kUnavailable (nothing will be told any more), kDeadline.
  awaitable<Result<void>> changed(Deadline deadline);

  /// What the server sent that is no message of MCP.
  int stray() const { return link_ ? link_->stray() : 0; }

  /// Lets go of the server. Returns 0, or the exit status of a child that ended in any other way.
  awaitable<int> close();

 private:
  using Outcome = std::variant<Json, RpcError, Error>;
  struct Pending {
    OnProgress on_progress;
    Deadline deadline = Deadline::never();
    milliseconds left{};  // While the clock stands still.
    std::optional<Outcome> outcome;
  };

  Client(asio::any_io_executor executor, Options options)
      : executor_(executor), options_(std::move(options)), tasks_(executor), changed_(executor) {}

  Result<void> open();
  awaitable<Result<void>> agree(Deadline deadline);
  awaitable<Outcome> discover(Deadline deadline);
  awaitable<Outcome> initialize(Deadline deadline);
  awaitable<Outcome> exchange(std::string method, Json params, OnProgress on_progress, Deadline deadline);
  awaitable<Result<Json>> finish_task(Json task, OnTask on_task, Deadline deadline);
  awaitable<Result<Json>> follow_task(Json task, OnTask on_task, Deadline deadline);
  awaitable<Result<Json>> poll_task(std::string id);
  awaitable<Result<void>> update_task(const Json& task, const std::string& id, std::map<std::string, bool>& answered);
  awaitable<void> listen(std::string uri);
  void notify(std::string_view method, const Json& params);
  void give_up(const RpcId& id, bool tell);

  void received(Message message) override;
  void lost(const RpcId& id, Error why) override;
  void ended(Error why) override;
  void deaf(Error why) override;
  void take_notification(const Notification& told);
  void take_progress(const Json& params);
  void take_request(Request asked);
  awaitable<void> answer_form(Request asked);
  awaitable<Json> put_form(InputRequest form);
  awaitable<Result<Json>> answers_to(const Json& requests);
  void settle(const RpcId& id, Outcome outcome);
  void stop_clocks();
  void start_clocks();

  asio::any_io_executor executor_;
  Options options_;
  std::unique_ptr<Link> link_;
  TaskGroup tasks_;
  Notifier changed_;  // An answer came, a question was answered, a resource changed, or the server ended.
  Json server_;
  Revision revision_ = Revision::k2026_07_28;
  std::map<std::string, Json, std::less<>> input_schemas_;  // Of the tools listed, by name.
  std::map<RpcId, Pending*> pending_;                       // Owned by the coroutine that asks.
  std::int64_t last_id_ = 0;
  std::optional<Error> ended_;
  int questions_ = 0;    // Asked by the server and not answered yet.
  bool asking_ = false;  // One of them is with whoever answers.

  struct Watched {
    bool confirmed = false;
    bool changed = false;
    std::optional<Error> over;
  } watched_;
};

}  // namespace call_agent::mcp
