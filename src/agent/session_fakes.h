#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "agent/session.h"

/// The world a session is tested in: ports over memory, and time that passes by the 20 ms of audio the session reads.
namespace call_agent::agent {

/// Something the callee says. In the audio each sample's value is 1000 + its index, so that a transcription can tell
/// what it was given. The agent's voice is noise below that.
struct Utterance {
  int start_ms, end_ms;
  std::string text;
  float turn_over = 0.9F;  ///< What the turn model makes of its end.
};

class FakeMedia : public CallMedia {
 public:
  static constexpr int kFrameMs = 20;
  explicit FakeMedia(const asio::any_io_executor& executor) : played_(executor) {}

  std::vector<Utterance> callee;
  std::map<int, std::function<void()>> at;  ///< What else happens, by milliseconds since the start.
  int ends_at_ms = 3600000;
  std::string digits;
  std::optional<int> echo_ms;  ///< The line sends the agent back so much later, a multiple of kFrameMs, 20 dB weaker.
  int garbled_ms = 0;          ///< The first of that cannot be recognised.

  awaitable<std::optional<std::vector<Sample>>> read() override {
    // Whatever the last frame set in motion comes to rest first.
    for (int i = 0; i < 20; ++i) co_await asio::post(asio::use_awaitable);
    if (auto now = at.find(time_ms_); now != at.end()) now->second();
    if (time_ms_ >= ends_at_ms) co_return std::nullopt;
    auto frame = echo();
    for (std::size_t i = 0; i < callee.size(); ++i) {
      if (time_ms_ >= callee[i].start_ms && time_ms_ < callee[i].end_ms) {
        std::ranges::fill(frame, static_cast<Sample>(1000 + i));
      }
    }
    time_ms_ += kFrameMs;
    play();
    co_return frame;
  }

  awaitable<Result<void>> write(std::span<const Sample> audio, int rate) override {
    const auto flushes = flushes_;
    while (queued_ms_ > 200) {
      co_await played_.wait();
      if (flushes != flushes_) co_return fail(Errc::kCancelled, "flushed");
    }
    queued_ms_ += static_cast<int>(audio.size()) * 1000 / rate;
    // To kListenRate by repetition: what that adds lies above the telephone's band.
    for (const Sample sample : audio) queue_.insert(queue_.end(), static_cast<std::size_t>(kListenRate / rate), sample);
    co_return Result<void>{};
  }
  milliseconds flush() override {
    ++flushes_;
    queued_ms_ = 0;
    queue_.clear();
    played_.notify();
    return milliseconds{std::exchange(played_since_flush_, 0)};
  }
  awaitable<void> drained() override {
    while (queued_ms_ > 0) co_await played_.wait();
  }
  awaitable<Result<void>> send_dtmf(std::string_view more) override {
    digits += more;
    co_return Result<void>{};
  }

  int time_ms() const { return time_ms_; }
  /// Whether the callee heard the agent in [from, to), in milliseconds.
  bool heard_agent(int from, int to) const {
    return std::ranges::any_of(heard_at_, [&](int ms) { return ms >= from && ms < to; });
  }
  int heard_ms() const { return static_cast<int>(heard_at_.size()) * kFrameMs; }

 private:
  void play() {
    if (queued_ms_ <= 0) return;
    heard_at_.push_back(time_ms_ - kFrameMs);
    const int played = std::min(queued_ms_, kFrameMs);
    queued_ms_ -= played;
    const auto end =
        queue_.begin() + std::min(std::ssize(queue_), static_cast<std::ptrdiff_t>(played) * kListenRate / 1000);
    audible_[time_ms_ - kFrameMs].assign(queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    played_since_flush_ += played;
    played_.notify();
  }

  std::vector<Sample> echo() const {
    std::vector<Sample> frame(static_cast<std::size_t>(kListenRate) * kFrameMs / 1000, 0);
    const auto said = echo_ms ? audible_.find(time_ms_ - *echo_ms) : audible_.end();
    if (said == audible_.end()) return frame;
    std::ranges::transform(said->second, frame.begin(), [](Sample sample) { return static_cast<Sample>(sample / 10); });
    if (time_ms_ < echo_ms.value_or(0) + garbled_ms) std::ranges::reverse(frame);
    return frame;
  }

  Notifier played_;
  std::deque<Sample> queue_;
  std::map<int, std::vector<Sample>> audible_;  // What the callee hears, by when, in frames.
  int time_ms_ = 0;
  int queued_ms_ = 0;
  int played_since_flush_ = 0;
  int flushes_ = 0;
  std::vector<int> heard_at_;
};

class FakeVad : public Vad {
 public:
  awaitable<Result<float>> push(std::span<const Sample, kVadWindow> window) override {
    std::size_t loud = 0;
    for (const Sample sample : window) loud += sample != 0 ? 1 : 0;
    co_return loud * 2 > window.size() ? 0.95F : 0.02F;
  }
};

class FakeStt : public Stt {
 public:
  explicit FakeStt(const std::vector<Utterance>& callee) : callee_(callee) {}
  static constexpr std::string_view kAgentHeard = " my own words";  ///< 100 ms of them or more.
  int failures = 0;

  void start_segment(std::span<const Sample> preroll) override {
    EXPECT_FALSE(open_) << "a segment begins inside another";
    open_ = true;
    heard_.clear();
    agent_heard_ = 0;
    push(preroll);
  }
  void push(std::span<const Sample> audio) override {
    EXPECT_TRUE(open_);
    for (const Sample sample : audio) {
      const int index = sample - 1000;
      agent_heard_ += index < 0 && sample != 0 ? 1 : 0;
      if (index >= 0 && (heard_.empty() || heard_.back() != index)) heard_.push_back(index);
    }
  }
  awaitable<Result<Transcript>> transcribe() override {
    if (failures-- > 0) co_return fail(Errc::kUnavailable, "no transcription today");
    Transcript transcript{.text = {}, .confidence = 0.8F};
    for (const int index : heard_) {
      const auto& text = callee_[static_cast<std::size_t>(index)].text;
      if (!text.empty()) transcript.text += (transcript.text.empty() ? "" : " ") + text;
    }
    if (agent_heard_ > kListenRate / 10) transcript.text += kAgentHeard;
    co_return transcript;
  }
  void end_segment() override {
    EXPECT_TRUE(open_);
    open_ = false;
  }

 private:
  const std::vector<Utterance>& callee_;
  bool open_ = false;
  std::vector<int> heard_;
  int agent_heard_ = 0;
};

class FakeTurnDetector : public TurnDetector {
 public:
  explicit FakeTurnDetector(const std::vector<Utterance>& callee) : callee_(callee) {}
  awaitable<Result<float>> probability_of_end(std::span<const Sample> audio) override {
    EXPECT_LE(audio.size(), kMostSamples);
    for (std::size_t i = audio.size(); i-- > 0;) {
      if (audio[i] >= 1000) co_return callee_[static_cast<std::size_t>(audio[i] - 1000)].turn_over;
    }
    co_return fail(Errc::kInternal, "judged silence");
  }

 private:
  const std::vector<Utterance>& callee_;
};

class FakeLlm : public Llm {
 public:
  struct Answering {
    std::string text;
    std::vector<ToolCall> tools;
    bool fails = false;
    bool hangs = false;
  };
  std::map<std::string, Answering> answers;  ///< By the callee's last words; "" for an empty history.
  Answering otherwise{.text = "I see."};
  Result<Report> report_to_give{Report{.summary = "It went well."}};
  std::vector<std::vector<Message>> histories;  ///< As asked with.
  int abandoned = 0;

  awaitable<Result<Reply>> reply(Request request, OnText on_text) override {
    histories.emplace_back(request.history.begin(), request.history.end());
    const auto found = answers.find(histories.back().empty() ? "" : histories.back().back().text);
    auto& answering = found == answers.end() ? otherwise : found->second;
    if (answering.hangs) {
      Notifier never(co_await asio::this_coro::executor);
      co_await never.wait();
      ++abandoned;
      co_return fail(Errc::kCancelled, "abandoned");
    }
    if (std::exchange(answering.fails, false)) co_return fail(Errc::kUnavailable, "503");
    // Word by word, as they do.
    for (std::size_t at = 0; at < answering.text.size();) {
      const auto end = std::min(answering.text.find(' ', at) + 1, answering.text.size());
      const auto next = end == 0 ? answering.text.size() : end;
      on_text(std::string_view(answering.text).substr(at, next - at));
      at = next;
      co_await asio::post(asio::use_awaitable);
    }
    co_return Reply{.tool_calls = answering.tools};
  }
  awaitable<Result<Report>> report(Request request) override {
    histories.emplace_back(request.history.begin(), request.history.end());
    co_return report_to_give;
  }
};

/// 50 ms of noise a character.
class FakeTts : public Tts {
 public:
  static constexpr int kRate = 8000;
  int failures = 0;
  bool hangs = false;
  bool mute = false;  ///< As with an alphabet the voice does not know.
  std::vector<std::string> spoken;

  int sample_rate() const override { return kRate; }
  awaitable<Result<void>> synthesize(std::string text, OnAudio on_audio) override {
    if (failures-- > 0) co_return fail(Errc::kInternal, "no voice today");
    if (hangs) {
      Notifier never(co_await asio::this_coro::executor);
      co_await never.wait();
    }
    spoken.push_back(text);
    if (mute) co_return Result<void>{};
    std::vector<Sample> character(static_cast<std::size_t>(kRate) / 20);
    std::minstd_rand noise;
    for (std::size_t i = 0; i < text.size(); ++i) {
      // Between words it is quiet.
      const std::minstd_rand::result_type range = text[i] == ' ' ? 10 : 1000;
      std::ranges::generate(character, [&] {
        return static_cast<Sample>(static_cast<int>(noise() % range) - static_cast<int>(range / 2));
      });
      on_audio(character);
      co_await asio::post(asio::use_awaitable);
    }
    co_return Result<void>{};
  }
};

class FakeJournal : public Journal {
 public:
  std::vector<Turn> turns;
  std::vector<std::pair<std::string, Json>> events;
  void on_turn(const Turn& turn) override { turns.push_back(turn); }
  void on_question(const Question& question) override {
    events.emplace_back("question", Json{{"id", question.id}, {"text", question.text}});
  }
  void on_question_closed(std::string_view id, std::string_view how) override {
    events.emplace_back("question_closed", Json{{"id", id}, {"how", how}});
  }
  void on_event(std::string_view kind, const Json& data) override { events.emplace_back(kind, data); }
  int count(std::string_view kind) const {
    return static_cast<int>(std::ranges::count(events, kind, [](const auto& event) { return event.first; }));
  }
};

}  // namespace call_agent::agent
