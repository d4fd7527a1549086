#pragma once

#include <string>
#include <vector>

#include "core/asio.h"
#include "core/result.h"
#include "mcp/jsonrpc.h"
#include "mcp/revision.h"
#include "net/http.h"

namespace call_agent::mcp {

/// One message on its way to a server.
struct Outgoing {
  RpcId id;                          ///< Of a request; empty for a notification or an answer.
  std::string text;                  ///< The message, without a newline.
  std::vector<net::Header> headers;  ///< What Streamable HTTP says of it beside the message.
};

/// Whom a link tells what comes. Never called from within a call to the link.
class LinkSink {
 public:
  virtual ~LinkSink() = default;
  virtual void received(Message message) = 0;
  /// The request `id` will not be answered, unless it has been already.
  virtual void lost(const RpcId& id, Error why) = 0;
  /// No request will be answered any more.
  virtual void ended(Error why) = 0;
  /// What the server says of its own accord is not heard.
  virtual void deaf(Error why) = 0;
};

/// Carries messages between a client and its server: where the transports differ. Lives on one executor. close()
/// before destroying it.
class Link {
 public:
  virtual ~Link() = default;

  /// Puts a message on its way, after those before it.
  virtual void send(Outgoing message) = 0;
  /// The answer to this request is not wanted any more. True if the server learns of it by that alone.
  virtual bool cancel(const RpcId& id) = 0;
  /// What `initialize` or `server/discover` agreed on.
  virtual void agreed(Revision revision) = 0;
  /// What the server sent that is no message of MCP.
  virtual int stray() const = 0;
  /// Sends what is still to be sent, and lets go of the server. Returns 0, or the exit status of a child that ended in
  /// any other way.
  virtual awaitable<int> close() = 0;
};

}  // namespace call_agent::mcp
