#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/connection.h"
#include "net/http_server.h"

namespace call_agent::net {

/// One connection of an HttpServer: request after request, until either side has enough.
class ServerConnection {
 public:
  /// All three outlive it.
  ServerConnection(std::unique_ptr<Connection> stream, std::string peer, const HttpServer::Options& options,
                   const HttpServer::Handler& handler)
      : stream_(std::move(stream)), peer_(std::move(peer)), options_(options), handler_(handler) {}

  awaitable<void> serve();

  /// No further request is begun; one that has is finished.
  void finish();

 private:
  class Reply;
  /// What was read, if it is a whole request.
  struct Incoming {
    ServerRequest request;
    bool keep_alive = false;
    bool knows_chunks = true;
  };

  awaitable<std::optional<Incoming>> read_request();
  awaitable<bool> read_more(Deadline deadline);
  awaitable<void> refuse(ServerResponse response);
  /// Whether the connection can carry another request.
  awaitable<bool> answer(Incoming incoming);
  awaitable<void> run_handler(ServerRequest request, Reply& reply);
  awaitable<void> until_peer_leaves(bool& left);

  std::unique_ptr<Connection> stream_;
  const std::string peer_;
  const HttpServer::Options& options_;
  const HttpServer::Handler& handler_;
  std::string unread_;  // Came, and belongs to what is still to be read.
  bool timed_out_ = false;
  bool waiting_ = false;  // Between requests.
  bool finishing_ = false;
};

}  // namespace call_agent::net
