#include "mcp/http_sessions.h"

#include <utility>

#include "core/id.h"
#include "mcp/http_answer.h"

namespace call_agent::mcp {

void HttpSession::end() {
  if (stream) stream->finish();
  for (const auto& [number, each] : std::exchange(running, {})) {
    server.abandon(number);
    each.group->cancel(each.member);
  }
}

std::string HttpSessions::add(std::shared_ptr<HttpSession> session, TimePoint now) {
  if (!make_room(session->server.principal().id, now)) return {};
  session->last_used = now;
  std::string id = random_hex(16);
  sessions_.emplace(id, std::move(session));
  return id;
}

std::shared_ptr<HttpSession> HttpSessions::find(std::string_view id, std::string_view principal, TimePoint now) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end() || found->second->server.principal().id != principal) return nullptr;
  if (expired(*found->second, now)) {
    sessions_.erase(found);
    return nullptr;
  }
  found->second->last_used = now;
  return found->second;
}

void HttpSessions::remove(std::string_view id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  const auto session = found->second;
  sessions_.erase(found);
  session->end();
}

bool HttpSessions::make_room(std::string_view principal, TimePoint now) {
  std::erase_if(sessions_, [&](const auto& each) { return expired(*each.second, now); });
  if (sessions_.size() < options_.most) return true;
  auto victim = sessions_.end();
  const auto is_worse = [&](const HttpSession& session, const HttpSession& than) {
    const bool own = session.server.principal().id == principal;
    const bool other_own = than.server.principal().id == principal;
    return own != other_own ? own : session.last_used < than.last_used;
  };
  for (auto each = sessions_.begin(); each != sessions_.end(); ++each) {
    if (each->second->busy()) continue;
    if (victim == sessions_.end() || is_worse(*each->second, *victim->second)) victim = each;
  }
  if (victim == sessions_.end()) return false;
  sessions_.erase(victim);
  return true;
}

}  // namespace call_agent::mcp
