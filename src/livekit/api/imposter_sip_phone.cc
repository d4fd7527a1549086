#include "livekit/api/imposter_sip_phone.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace call_agent::livekit::api {
namespace {

using asio::ip::udp;

/// The answer to `request`: the headers RFC 3261 (8.2.6.2) wants copied, and a description of a phone that only
/// listens.
std::string answer(std::string_view request, int status, std::string_view contact) {
  std::string out = fmt::format("SIP/2.0 {} Said\r\n", status);
  std::string_view rest = request;
  while (!rest.empty()) {
    const auto end = rest.find("\r\n");
    const auto line = rest.substr(0, end);
    if (line.empty() || end == std::string_view::npos) break;
    for (const auto* name : {"Via:", "From:", "Call-ID:", "CSeq:", "Record-Route:"}) {
      if (line.starts_with(name)) out += fmt::format("{}\r\n", line);
    }
    if (line.starts_with("To:")) out += fmt::format("{}{}\r\n", line, line.contains(";tag=") ? "" : ";tag=imposter");
    rest.remove_prefix(end + 2);
  }
  std::string sdp;
  if (status == 200 && request.starts_with("INVITE")) {
    // Port 9 discards what is sent to it.
    sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
    out += "Content-Type: application/sdp\r\n";
  }
  return out + fmt::format("Contact: <sip:{}>\r\nContent-Length: {}\r\n\r\n{}", contact, sdp.size(), sdp);
}

}  // namespace

ImposterSipPhone::ImposterSipPhone(const asio::any_io_executor& executor, int status)
    : socket_(executor, udp::endpoint(asio::ip::make_address("127.0.0.1"), 0)),
      status_(status),
      changed_(executor),
      tasks_(executor) {
  tasks_.spawn(serve());
}

std::string ImposterSipPhone::address() const {
  return fmt::format("127.0.0.1:{}", socket_.local_endpoint().port());
}

awaitable<void> ImposterSipPhone::serve() {
  std::array<char, 16 * 1024> bytes{};
  while (true) {
    udp::endpoint from;
    const std::size_t size = co_await socket_.async_receive_from(asio::buffer(bytes), from, asio::use_awaitable);
    const std::string_view request(bytes.data(), size);
    const std::string method(request.substr(0, request.find(' ')));
    heard_.push_back(method);
    changed_.notify();
    const int status = method == "INVITE" ? status_ : 200;
    if (method == "ACK" || status == 0) continue;
    const std::string text = answer(request, status, address());
    co_await socket_.async_send_to(asio::buffer(text), from, asio::use_awaitable);
  }
}

awaitable<void> ImposterSipPhone::until_heard(std::string_view method, Deadline deadline) {
  while (std::ranges::find(heard_, method) == heard_.end() && !deadline.passed()) co_await changed_.wait(deadline);
}

awaitable<void> ImposterSipPhone::stop() {
  tasks_.cancel();
  co_await tasks_.join();
}

}  // namespace call_agent::livekit::api
