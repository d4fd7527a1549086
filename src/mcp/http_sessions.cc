#include "mcp/http_sessions.h"

#include <algorithm>
#include <utility>

#include "core/id.h"

namespace call_agent::mcp {

std::string HttpSessions::add(std::shared_ptr<HttpSession> session, TimePoint now) {
  make_room(now);
  session->last_used = now;
  std::string id = random_hex(16);
  sessions_.emplace(id, std::move(session));
  return id;
}

std::shared_ptr<HttpSession> HttpSessions::find(std::string_view id, std::string_view principal, TimePoint now) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second->server.principal().id != principal) return nullptr;
  if (now - found->second->last_used > options_.idle) {
    sessions_.erase(found);
    return nullptr;
  }
  found->second->last_used = now;
  return found->second;
}

void HttpSessions::make_room(TimePoint now) {
  std::erase_if(sessions_, [&](const auto& each) { return now - each.second->last_used > options_.idle; });
  if (sessions_.size() < options_.most) return;
  const auto oldest = std::ranges::min_element(sessions_, {}, [](const auto& each) { return each.second->last_used; });
  sessions_.erase(oldest);
}

}  // namespace call_agent::mcp
