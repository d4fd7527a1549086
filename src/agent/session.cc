#include "agent/session.h"

#include <algorithm>
#include <utility>

#include "core/log.h"

// The edge of a conversation: coroutines that move bytes. What is done about them is in session_actions.cc.
namespace call_agent::agent {
namespace {

constexpr std::size_t kPerMillisecond = kListenRate / 1000;
constexpr milliseconds kHeartbeat{500};
constexpr milliseconds kLateEcho{128};
constexpr milliseconds kSurelyEcho{96};
constexpr milliseconds kLateBurst{2000};

}  // namespace

Result<std::unique_ptr<Session>> Session::create(asio::any_io_executor executor, Ports ports, Objective objective,
                                                 SessionOptions options) {
  auto endpointer = Endpointer::create(options.endpointer);
  if (!endpointer) return pass(endpointer);
  if (options.turns.max_duration <= options.turns.wrap_up) {
    return fail(Errc::kInvalidArgument, "session: the longest duration must exceed the time to wrap up");
  }
  auto echoes = EchoDetector::create(ports.tts.sample_rate());
  if (!echoes) return pass(echoes);
  return std::unique_ptr<Session>(new Session(std::move(executor), ports, std::move(objective), std::move(options),
                                              *endpointer, std::move(*echoes)));
}

Session::Session(asio::any_io_executor executor, Ports ports, Objective objective, SessionOptions options,
                 Endpointer endpointer, EchoDetector echoes)
    : executor_(executor),
      ports_(ports),
      objective_(std::move(objective)),
      options_(std::move(options)),
      tools_(standard_tools(objective_)),
      endpointer_(endpointer),
      echoes_(std::move(echoes)),
      mouth_(ports_.media, echoes_, [this] { return now(); }),
      turns_(options_.turns, options_.phrases),
      keypad_(executor, ports_.media),
      voice_(executor, ports_.tts, mouth_, *this),
      tasks_(executor),
      replies_(executor),
      heard_(TurnDetector::kMostSamples + kPreroll),
      transcript_wanted_(executor),
      judgement_wanted_(executor),
      ended_(executor) {}

Session::~Session() = default;

awaitable<Result<void>> Session::prepare() {
  opening_ = objective_.opening;
  if (opening_.empty()) {
    std::string text;
    auto done = co_await ports_.llm.reply(request({}), [&text](std::string_view piece) { text += piece; });
    if (!done) co_return pass(done);
    opening_ = std::move(text);
  }
  SentenceSplitter splitter;
  auto sentences = splitter.push(opening_);
  for (auto& last : splitter.finish()) sentences.push_back(std::move(last));
  bool audible = sentences.empty();
  for (auto& sentence : sentences) {
    const auto prepared = co_await voice_.prepare(std::move(sentence));
    if (!prepared) co_return pass(prepared);
    audible = audible || *prepared;
  }
  if (audible) co_return Result<void>{};
  co_return fail(Errc::kInvalidArgument,
                 "the voice has no sound for the first words, \"" + opening_ + "\": does it speak their language?");
}

awaitable<SessionResult> Session::run() {
  tasks_.spawn(listen());
  tasks_.spawn(transcribe());
  tasks_.spawn(judge_turns());
  tasks_.spawn(mind_the_silence());
  tasks_.spawn(voice_.play());
  tasks_.spawn(voice_.watch());

  while (!over_) {
    co_await ended_.wait();
    if ((co_await asio::this_coro::cancellation_state).cancelled() == asio::cancellation_type::none) continue;
    // From here on the end is in order, not unwound: nothing said may be lost.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    stop();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  tasks_.cancel();
  replies_.cancel();
  co_await voice_.close();
  co_await replies_.join();
  co_await tasks_.join();

  SessionResult result{.reason = over_->reason, .detail = over_->detail};
  const auto count = [this](std::string_view kind) {
    const auto found = counts_.find(kind);
    return found == counts_.end() ? 0 : found->second;
  };
  result.metrics = {{"duration_ms", now().count()},
                    {"turns", transcript_.size()},
                    {"interruptions", count("interruption")},
                    {"backchannels", count("backchannel")},
                    {"noises", count("noise")},
                    {"flinches", count("flinch")},
                    {"replies_dropped", count("reply_dropped")},
                    {"replies_failed", count("reply_failed")},
                    {"prompts", count("still_there")},
                    {"audio_lost_ms", lost_.count()},
                    {"echo_ms", echo_.count()}};
  result.transcript = transcript_;
  co_return result;
}

awaitable<void> Session::listen() {
  while (auto audio = co_await ports_.media.read()) {
    if (active_) co_await hear(*audio);
  }
  dispatch(CalleeLeft{EndReason::kMediaLost});
}

awaitable<void> Session::hear(std::span<const Sample> audio) {
  heard_.push(audio);
  window_.insert(window_.end(), audio.begin(), audio.end());
  while (window_.size() >= kVadWindow) {
    const std::span<const Sample, kVadWindow> window(window_.data(), kVadWindow);
    const auto probability = co_await ports_.vad.push(window);
    const auto event = endpointer_.push(unless_echo(probability.value_or(0.0F)));
    if (segment_open_) ports_.stt.push(window);
    window_.erase(window_.begin(), window_.begin() + kVadWindow);
    if (event) {
      // The machine's clock also counts audio that never came.
      const milliseconds at = event->at + lost_;
      using Kind = Endpointer::Event::Kind;
      if (event->kind == Kind::kStarted || event->kind == Kind::kResumed) dispatch(SpeechStarted{at});
      if (event->kind == Kind::kPaused) {
        metrics_.paused(Clock::now() - (now() - at));
        dispatch(SpeechPaused{at});
      }
    }
    dispatch(Tick{.voiced = endpointer_.voiced(), .onset = endpointer_.onset() && !echoes_.may_be_echo()});
  }
}

// The agent's own voice, sent back by the line, is nobody speaking: silence to everybody from here on, as far back as
// it became known.
float Session::unless_echo(float probability) {
  const std::size_t since = window_.size() - kVadWindow;
  const milliseconds ago{static_cast<std::int64_t>(since / kPerMillisecond)};
  echoes_.heard(now() - ago, std::span<const Sample, kVadWindow>(window_.data(), kVadWindow));
  if (probability < options_.endpointer.leave) return probability;
  const milliseconds echo = echoes_.echo();
  segment_speech_ += options_.endpointer.window;
  segment_echo_ += echo;
  echo_ += echo;
  if (echo <= milliseconds{0}) return probability;
  heard_.mute(since + static_cast<std::size_t>(echo.count()) * kPerMillisecond, since);
  std::fill_n(window_.begin(), kVadWindow, Sample{0});
  return 0;
}

// An echo that is recognised late has begun a segment by then. Nobody says a word in kLateEcho.
bool Session::segment_is_echo() const {
  const milliseconds unexplained = segment_speech_ - segment_echo_;
  return segment_echo_ > unexplained || (segment_echo_ >= kSurelyEcho && unexplained <= kLateEcho);
}

awaitable<void> Session::transcribe() {
  for (;;) {
    if (!wanted_transcript_) {
      co_await transcript_wanted_.wait();
      continue;
    }
    const int pause = *std::exchange(wanted_transcript_, std::nullopt);
    if (segment_is_echo()) {
      dispatch(Transcribed{.pause = pause});
      continue;
    }
    metrics_.transcript_asked(Clock::now());
    auto transcript = co_await ports_.stt.transcribe();
    metrics_.transcribed(Clock::now());
    if (!transcript) log::warn("a segment was not transcribed: {}", transcript.error().what);
    dispatch(transcript ? Transcribed{pause, false, std::move(transcript->text), transcript->confidence}
                        : Transcribed{.pause = pause, .failed = true});
  }
}

awaitable<void> Session::judge_turns() {
  for (;;) {
    if (!wanted_judgement_) {
      co_await judgement_wanted_.wait();
      continue;
    }
    const int pause = *std::exchange(wanted_judgement_, std::nullopt);
    const auto audio = heard_.last(std::min<std::size_t>(heard_.total() - segment_began_, TurnDetector::kMostSamples));
    const auto probability = co_await ports_.turn_detector.probability_of_end(audio);
    if (!probability) log::warn("a pause was not judged: {}", probability.error().what);
    dispatch(TurnJudged{pause, probability ? std::optional<float>(*probability) : std::nullopt});
  }
}

// Time is the callee's audio. Should none come, the call must still end some day. A moment without is a late burst,
// and will be counted when it comes.
awaitable<void> Session::mind_the_silence() {
  auto before = heard_.total();
  auto heard_at = Clock::now();
  auto counted = heard_at;
  for (;;) {
    co_await sleep_for(kHeartbeat);
    const auto at = Clock::now();
    voice_.check(at);
    if (!active_ || heard_.total() != before) heard_at = at;
    if (at - heard_at >= kLateBurst) {
      lost_ += std::chrono::duration_cast<milliseconds>(at - std::max(heard_at, counted));
      dispatch(Tick{});
    }
    before = heard_.total();
    counted = at;
  }
}

awaitable<void> Session::reply(int id, std::vector<Message> history) {
  const auto on_text = [this, id](std::string_view piece) {
    metrics_.reply_piece(Clock::now());
    dispatch(ReplyPiece{id, std::string(piece)});
  };
  auto done = co_await ports_.llm.reply(request(history), on_text);
  if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) co_return;
  if (!done) {
    dispatch(ReplyFailed{id, done.error().what});
    co_return;
  }
  ReplyDone event{.reply = id};
  for (const auto& call : done->tool_calls) {
    (call.name == kEndCall ? event.ends_call : event.other_tools) = true;
    if (call.name == kAskPrincipal && !question_ && parse_question(call)) event.asks_principal = true;
  }
  reply_tools_ = std::move(done->tool_calls);
  dispatch(event);
}

awaitable<void> Session::press_for_model(std::string digits) {
  const auto sent = co_await keypad_.press(std::move(digits));
  if (!sent) log::warn("digits were not sent: {}", sent.error().what);
}

awaitable<void> Session::write_report() {
  report_ = co_await ports_.llm.report(request(history_));
  ended_.notify();
}

awaitable<Report> Session::report() {
  if (!active_) co_return Report{};
  const auto deadline = Deadline::after(options_.report_limit);
  tasks_.spawn(write_report());
  while (!report_ && tasks_.size() > 0 && !deadline.passed()) co_await ended_.wait(deadline);
  tasks_.cancel();
  co_await tasks_.join();
  Report report;
  if (report_ && *report_) {
    report = std::move(**report_);
  } else {
    const std::string why = report_ ? report_->error().what : "it took too long";
    log::warn("no report of the call: {}", why);
    report.summary = "The call was held; no summary could be made (" + why + ").";
  }
  auto checked = check_report(std::move(report), answers_, transcript_, objective_.result_schema);
  for (const auto& line : checked.dropped) ports_.journal.on_event("answer_dropped", {{"what", line}});
  co_return std::move(checked.report);
}

Llm::Request Session::request(std::span<const Message> history) const {
  return {.objective = objective_, .history = history, .tools = tools_};
}

milliseconds Session::now() const {
  return milliseconds{static_cast<std::int64_t>(heard_.total() / kPerMillisecond)} + lost_;
}

void Session::answered() {
  if (active_) return;
  active_ = true;
  dispatch(Answered{opening_});
}

void Session::callee_left() {
  dispatch(CalleeLeft{});
}

void Session::dtmf_heard(char digit) {
  dispatch(DigitHeard{digit});
}

void Session::stop() {
  dispatch(StopRequested{});
}

}  // namespace call_agent::agent
