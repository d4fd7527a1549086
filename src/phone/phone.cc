#include "phone/phone.h"

#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <list>
#include <thread>
#include <utility>

#include "audio/stereo_recorder.h"
#include "core/id.h"
#include "core/log.h"
#include "phone/codec.h"
#include "phone/phone_call.h"
#include "phone/re.h"

namespace call_agent::phone {
namespace {

constexpr std::uint32_t kTableSize = 64;     // Buckets of libre's hash tables.
constexpr std::uint64_t kFarewellMs = 2000;  // For the answers to our BYEs.
constexpr int kPortAttempts = 20;            // A free UDP port may be taken on TCP.

std::atomic<bool> phone_exists{false};

void debug_output(int /*level*/, const char* text, std::size_t length, void* /*unused*/) {
  std::string_view line(text, length);
  while (!line.empty() && line.back() == '\n') line.remove_suffix(1);
  if (!line.empty()) log::debug("sip: {}", line);
}

/// Whether a call could be recorded, by beginning a recording: a full disk shows too.
Result<void> probe(const std::filesystem::path& recordings) {
  const auto path = recordings / (new_id("probe") + ".wav");
  const auto recorder = audio::StereoRecorder::create(path, kRtpClock);
  std::error_code absent;
  std::filesystem::remove(path, absent);
  if (!recorder) return fail(recorder.error().code, fmt::format("calls cannot be recorded: {}", recorder.error().what));
  return {};
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view text) {
  const auto bad = [&] {
    return fail(Errc::kInvalidArgument, fmt::format("\"{}\" is not ADDRESS:PORT, such as 127.0.0.1:5080", text));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad();
  std::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) return bad();
  HostPort out{std::string(host), port};
  sa address{};
  if (sa_set_str(&address, out.host.c_str(), port) != 0) return bad();
  return out;
}

/// Everything that belongs to the phone's thread.
class Phone::Loop final : public PhoneCall::Owner {
 public:
  Loop(PhoneOptions options, EventLog log) : options_(std::move(options)), log_(std::move(log)) {}

  ~Loop() override {
    if (thread_.joinable()) {
      mqueue_push(commands_.get(), 0, nullptr);
      thread_.join();
    }
    calls_.clear();
    commands_.reset();
    events_.reset();
    sessions_.reset();
    stack_.reset();
    if (initialised_) libre_close();
    if (claimed_) phone_exists = false;
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Result<void> start() {
    if (phone_exists.exchange(true)) return fail(Errc::kConflict, "a phone already runs in this process");
    claimed_ = true;
    if (!options_.script) return fail(Errc::kInvalidArgument, "the phone has no script");
    sa address{};
    if (sa_set_str(&address, options_.host.c_str(), options_.port) != 0) {
      return fail(Errc::kInvalidArgument, fmt::format("{} is not a numeric address", options_.host));
    }
    if (sa_is_any(&address)) {
      return fail(
          Errc::kInvalidArgument,
          fmt::format("{} is every address, and a telephone has one: name an address of this machine", options_.host));
    }
    if (!sa_is_loopback(&address) && !options_.allow_public) {
      return fail(Errc::kPermission,
                  fmt::format("{} can be reached from other machines, and the phone answers anybody: use 127.0.0.1, or "
                              "say --public",
                              options_.host));
    }
    if (options_.recordings) {
      if (auto recordable = probe(*options_.recordings); !recordable) return recordable;
    }
    if (const int error = libre_init(); error != 0) {
      return fail(Errc::kInternal, fmt::format("the SIP library cannot start: {}", re_reason(error)));
    }
    initialised_ = true;
    dbg_init(DBG_WARNING, DBG_NONE);
    dbg_handler_set(&debug_output, nullptr);
    if (auto listening = listen(address); !listening) return listening;
    mqueue* commands = nullptr;
    if (mqueue_alloc(&commands, &Loop::commanded, this) != 0) return fail(Errc::kInternal, "no command queue");
    commands_.reset(commands);
    thread_ = std::thread([] { re_main(nullptr); });
    return {};
  }

  const std::string& host() const { return options_.host; }
  std::uint16_t port() const { return port_; }

 private:
  Result<void> listen(const sa& address) {
    sip* stack = nullptr;
    int error =
        sip_alloc(&stack, nullptr, kTableSize, kTableSize, kTableSize, "call-agent phone", &Loop::stack_stopped, this);
    if (error != 0) return fail(Errc::kInternal, fmt::format("the SIP stack cannot start: {}", re_reason(error)));
    stack_.reset(stack);
    error = EADDRINUSE;
    const int attempts = options_.port == 0 ? kPortAttempts : 1;
    for (int attempt = 0; attempt < attempts && error == EADDRINUSE; ++attempt) {
      sip_transp_flush(stack);
      sa bound = address;
      error = sip_transp_add(stack, SIP_TRANSP_UDP, &bound);
      sa remote = address;  // Any one of the same family: there is one UDP transport.
      if (error == 0) error = sip_transp_laddr(stack, &bound, SIP_TRANSP_UDP, &remote);
      port_ = sa_port(&bound);
      if (error == 0) error = sip_transp_add(stack, SIP_TRANSP_TCP, &bound);
    }
    if (error != 0) {
      return fail(Errc::kUnavailable,
                  fmt::format("cannot listen on {}:{}: {}", options_.host, options_.port, re_reason(error)));
    }
    sipsess_sock* sessions = nullptr;
    error = sipsess_listen(&sessions, stack, kTableSize, &Loop::invited, this);
    if (error != 0) return fail(Errc::kInternal, fmt::format("SIP sessions: {}", re_reason(error)));
    sessions_.reset(sessions);
    sipevent_sock* events = nullptr;
    error = sipevent_listen(&events, stack, kTableSize, kTableSize, nullptr, nullptr);
    if (error != 0) return fail(Errc::kInternal, fmt::format("SIP events: {}", re_reason(error)));
    events_.reset(events);
    tmr_init(&farewell_);
    tmr_init(&reaper_);
    return {};
  }

  static void invited(const sip_msg* message, void* self) { static_cast<Loop*>(self)->invited(*message); }

  void invited(const sip_msg& invite) {
    if (stopping_ || calls_.size() >= options_.most_calls) {
      sip_treply(nullptr, stack_.get(), &invite, 503, "Too many calls");
      return;
    }
    calls_.push_back(std::make_unique<PhoneCall>(*this, ++calls_begun_, script_for(view(invite.uri.user))));
    calls_.back()->invited(invite);
  }

  const std::shared_ptr<const Script>& script_for(std::string_view called) const {
    const std::shared_ptr<const Script>* best = &options_.script;
    std::size_t longest = 0;
    for (const auto& [ending, script] : options_.scripts_by_ending) {
      if (ending.size() > longest && called.ends_with(ending)) {
        best = &script;
        longest = ending.size();
      }
    }
    return *best;
  }

  const PhoneOptions& options() const override { return options_; }
  EventLog& log() override { return log_; }
  sip* stack() override { return stack_.get(); }
  sipsess_sock* sessions() override { return sessions_.get(); }
  sipevent_sock* events() override { return events_.get(); }

  /// The call may still be on the stack of its own callback: it is destroyed by a timer.
  void ended(PhoneCall& /*call*/) override {
    tmr_start(&reaper_, 0, &Loop::reap, this);
    ++calls_ended_;
    if (options_.on_call_ended) options_.on_call_ended(calls_ended_);
  }

  static void reap(void* self) {
    static_cast<Loop*>(self)->calls_.remove_if([](const auto& call) { return call->over(); });
  }

  static void commanded(int /*id*/, void* /*data*/, void* self) { static_cast<Loop*>(self)->stop(); }

  void stop() {
    stopping_ = true;
    for (const auto& call : calls_) call->hang_up("stopped");
    tmr_cancel(&reaper_);
    calls_.clear();
    // Calls stack_stopped() once our BYEs are answered; a caller that is gone must not hold us up.
    tmr_start(&farewell_, kFarewellMs, &Loop::waited_enough, this);
    sip_close(stack_.get(), false);
  }

  static void stack_stopped(void* self) {
    tmr_cancel(&static_cast<Loop*>(self)->farewell_);
    re_cancel();
  }
  static void waited_enough(void* /*self*/) { re_cancel(); }

  PhoneOptions options_;
  EventLog log_;
  std::uint16_t port_ = 0;
  bool claimed_ = false;
  bool initialised_ = false;
  bool stopping_ = false;
  RePtr<sip> stack_;
  RePtr<sipsess_sock> sessions_;
  RePtr<sipevent_sock> events_;
  RePtr<mqueue> commands_;
  tmr farewell_{};
  tmr reaper_{};
  std::list<std::unique_ptr<PhoneCall>> calls_;
  int calls_begun_ = 0;
  int calls_ended_ = 0;
  std::thread thread_;
};

Phone::Phone(std::unique_ptr<Loop> loop) : loop_(std::move(loop)) {}
Phone::~Phone() = default;

Result<std::unique_ptr<Phone>> Phone::start(PhoneOptions options, EventLog log) {
  auto loop = std::make_unique<Loop>(std::move(options), std::move(log));
  if (auto started = loop->start(); !started) return pass(started);
  return std::unique_ptr<Phone>(new Phone(std::move(loop)));
}

const std::string& Phone::host() const {
  return loop_->host();
}
std::uint16_t Phone::port() const {
  return loop_->port();
}

}  // namespace call_agent::phone
