#include "app/worker/call_runner.h"

#include <algorithm>

#include "app/worker/call_record.h"
#include "core/log.h"

namespace call_agent::app {

using livekit::rtc::RoomEvent;

namespace {

// Whoever dials lets it ring for 80 s at most; an agent still alone after this was forgotten.
constexpr milliseconds kLongestWait{95'000};
constexpr milliseconds kRemovalLimit{2'000};
constexpr milliseconds kDeleteLimit{30'000};
constexpr milliseconds kDeleteAgain{500};
// Whoever dialed knows best why a phone did not answer: its word comes first.
constexpr milliseconds kDialersWord{3'000};
constexpr int kPublishRate = 24'000;
constexpr std::string_view kStopped = "the agent was told to leave before the phone was answered";

}  // namespace

CallRunner::CallRunner(RunnerServices services, calls::JobMetadata job, std::string url, std::string token)
    : services_(std::move(services)),
      job_(std::move(job)),
      url_(std::move(url)),
      token_(std::move(token)),
      commands_(services_.executor, services_.store, services_.sip, job_),
      changed_(services_.executor),
      tasks_(services_.executor) {}

awaitable<bool> CallRunner::run() {
  services_.report({.kind = MediaReport::Kind::kCallStarted, .call_id = job_.call_id, .room = job_.room});
  const bool done = co_await converse();
  services_.report({.kind = MediaReport::Kind::kCallEnded, .call_id = job_.call_id});
  co_return done;
}

awaitable<bool> CallRunner::converse() {
  if (auto joined = co_await join(); !joined) {
    if (terminated_ && co_await replaced()) {
      co_await leave_to_the_other();
      co_return true;
    }
    co_await end_failed(joined.error());
    co_return false;
  }
  tasks_.spawn(run_session());
  tasks_.spawn(obey());
  if (const auto said = co_await say_ready(); !said) {
    session_->stop();
    co_await tasks_.join();
    co_await end_failed(said.error());
    co_return false;
  }
  co_await wait_for_answer();

  if (!was_answered_) session_->stop();
  co_await tasks_.join();  // The conversation, to its end.
  if (terminated_ && co_await replaced()) {
    co_await leave_to_the_other();
    co_return true;
  }
  // Whoever was about to dial, seeing a ready agent, must not.
  if (stopped_ && !was_answered_) co_await note_end(calls::Outcome::kAgentFailed, std::string(kStopped));
  co_await hang_up();
  if (recording_) co_await recording_->finish();
  if (was_answered_) {
    const auto report = co_await session_->report();
    co_await journal_->finish();
    co_await write_record(report);
  } else {
    co_await journal_->finish();
    co_await end_unanswered();
  }
  co_return succeeded();
}

bool CallRunner::succeeded() const {
  return !result_ || result_->reason != agent::EndReason::kFailure;
}

awaitable<Result<void>> CallRunner::join() {
  const auto assigned = Clock::now();
  auto ports = co_await services_.providers.for_call();
  if (!ports) co_return pass(ports);
  ports_ = std::move(*ports);

  auto room = co_await livekit::rtc::join({.url = url_,
                                           .token = token_,
                                           .callee_identity = job_.callee_identity,
                                           .any_kind = services_.any_callee_kind,
                                           .publish_rate = kPublishRate},
                                          [this](const RoomEvent& event) { on_room_event(event); });
  if (!room) co_return pass(room);
  room_ = std::move(*room);
  log::info("call {}: in the room {} ms after its assignment", job_.call_id,
            std::chrono::duration_cast<milliseconds>(Clock::now() - assigned).count());

  media_ = std::make_unique<RoomMedia>(*room_, kPublishRate);
  journal_ = std::make_unique<StoreJournal>(services_.executor, services_.store, job_.call_id);

  agent::Objective objective{.text = job_.objective,
                             .context = job_.context,
                             .opening = job_.opening,
                             .result_schema = job_.result_schema,
                             .language = job_.language,
                             .voicemail = {job_.leave_voicemail, job_.voicemail_message}};
  agent::SessionOptions options;
  options.phrases = agent::phrases_in(job_.language);
  if (job_.max_minutes > 0) options.turns.max_duration = std::chrono::minutes(job_.max_minutes);
  auto session = agent::Session::create(
      services_.executor,
      {*ports_.vad, *ports_.stt, *ports_.turn_detector, *ports_.llm, *ports_.tts, *media_, *journal_},
      std::move(objective), options);
  if (!session) co_return pass(session);
  session_ = std::move(*session);
  if (auto prepared = co_await session_->prepare(); !prepared) co_return pass(prepared);
  prepared_ = true;
  if (was_answered_) begin();  // Somebody was in the room before us: a benchmark's far end.
  if (terminated_) co_return fail(Errc::kCancelled, std::string(kStopped));
  co_return Result<void>{};
}

// From here on the phone may be dialed.
awaitable<Result<void>> CallRunner::say_ready() {
  std::map<std::string, std::string> attributes{{std::string(calls::kAgentStateAttribute), std::string(calls::kReady)}};
  if (services_.providers.loopback_only()) {
    attributes.emplace(calls::kAgentReachAttribute, calls::kLoopbackOnly);
  }
  auto said = co_await room_->set_attributes(std::move(attributes));
  if (said || said.error().code != Errc::kDeadline) co_return said;
  // Now and then the library misses that the server has confirmed. If the server knows nothing, nobody will dial.
  log::warn("call {}: nobody confirmed that the agent is ready", job_.call_id);
  co_return Result<void>{};
}

awaitable<void> CallRunner::run_session() {
  result_ = co_await session_->run();
  commands_.close();
  changed_.notify();
}

awaitable<void> CallRunner::obey() {
  return commands_.run(*session_, [this] { return phone_ == Phone::kAnswered || phone_ == Phone::kAway; });
}

awaitable<void> CallRunner::wait_for_answer() {
  const auto deadline = Deadline::after(kLongestWait);
  while (phone_ != Phone::kAnswered && phone_ != Phone::kGone && !terminated_ && !room_gone_ && !result_ &&
         !deadline.passed()) {
    co_await changed_.wait(deadline);
  }
}

awaitable<void> CallRunner::note_state(calls::State state) {
  const auto noted = co_await services_.store.advance(job_.call_id, state);
  // Whoever dialed notes the same; kConflict only says that it was first.
  if (!noted && noted.error().code != Errc::kConflict) {
    log::warn("call {}: the log refused a state: {}", job_.call_id, noted.error().what);
  }
}

awaitable<void> CallRunner::note_end(calls::Outcome outcome, std::string detail) {
  const auto noted = co_await services_.store.end(job_.call_id, outcome, std::move(detail), std::nullopt);
  if (!noted && noted.error().code != Errc::kConflict) {
    log::error("call {}: the log refused how it ended: {}", job_.call_id, noted.error().what);
  }
}

// A dispatch that is made anew may be taken twice. The job that is taken back then leaves the call as it is.
awaitable<bool> CallRunner::replaced() {
  const auto present = co_await services_.rooms.participants(job_.room, Deadline::after(kRemovalLimit));
  const auto we = room_ ? 1 : 0;
  co_return present&& std::ranges::count(*present, livekit::api::Participant::Kind::kAgent,
                                         &livekit::api::Participant::kind) > we;
}

awaitable<void> CallRunner::leave_to_the_other() {
  log::warn("call {}: another agent has it; this one leaves", job_.call_id);
  services_.job_done(true);
  if (room_) co_await room_->close();
  if (recording_) co_await recording_->finish();
  if (journal_) co_await journal_->finish();
}

// The order matters to the media library's memory: callee removed, seen gone, disconnect, delete the room (ADR
// 0008).
awaitable<void> CallRunner::hang_up() {
  const auto limit = Deadline::after(kRemovalLimit);
  if (phone_ != Phone::kGone && phone_ != Phone::kAbsent && !room_gone_) {
    co_await note_state(calls::State::kEnding);
    const auto removed = co_await services_.rooms.remove_participant(job_.room, job_.callee_identity, limit);
    if (!removed && removed.error().error.code != Errc::kNotFound) {
      log::warn("call {}: removing the callee: {}", job_.call_id, removed.error().error.what);
    }
    while (phone_ != Phone::kGone && !room_gone_ && !limit.passed()) co_await changed_.wait(limit);
  }
  services_.job_done(succeeded());
  co_await room_->close();
  co_await delete_room();
}

// Whatever happened to our own connection: the phone hangs on the room.
awaitable<void> CallRunner::delete_room() {
  const auto patience = Deadline::after(kDeleteLimit);
  while (true) {
    const auto deleted = co_await services_.rooms.remove(job_.room, Deadline::after(kRemovalLimit));
    if (deleted || deleted.error().error.code == Errc::kNotFound) co_return;
    if (patience.passed()) {
      log::error("call {}: the room could not be deleted: {}", job_.call_id, deleted.error().error.what);
      co_return;
    }
    co_await sleep_for(kDeleteAgain);
  }
}

awaitable<void> CallRunner::write_record(const agent::Report& told) {
  auto ending = ending_of(result_->reason, result_->detail, left_because_);
  if (const auto& transfer = commands_.transfer())
    ending = ending_with_transfer(ending, transfer->to, transfer->confirmed);
  const auto recording = recording_ ? recording_->path().string() : "";
  co_await store_record(services_.store, job_, ending, *result_, told, recording);
  services_.report({.kind = MediaReport::Kind::kSummary,
                    .call_id = job_.call_id,
                    .text = summary_text(job_, ending, *result_, told, recording)});
}

awaitable<void> CallRunner::end_unanswered() {
  const auto patience = Deadline::after(kDialersWord);
  while (!patience.passed()) {
    const auto call = co_await services_.store.get(job_.call_id);
    if (call && call->state == calls::State::kEnded) co_return;
    co_await sleep_for(milliseconds{100});
  }
  const auto ending = unanswered_ending(left_because_);
  co_await note_end(ending.outcome, ending.detail);
}

awaitable<void> CallRunner::end_failed(const Error& error) {
  log::error("call {}: the agent cannot take it: {}", job_.call_id, error.what);
  if (room_) co_await room_->close();
  if (recording_) co_await recording_->finish();
  co_await commands_.refuse();
  if (journal_) co_await journal_->finish();
  co_await note_end(calls::Outcome::kAgentFailed, error.what);
  co_await delete_room();
}

Result<void> CallRunner::command(calls::Command command) {
  const bool hang_up = command.kind == calls::Command::Kind::kHangUp;
  auto pushed = commands_.push(std::move(command));
  // Not even a transfer under way may hold it up.
  if (pushed && hang_up && session_) session_->stop();
  return pushed;
}

void CallRunner::stop() {
  stopped_ = true;
  terminate();
}

void CallRunner::terminate() {
  terminated_ = true;
  if (session_) session_->stop();
  changed_.notify();
}

}  // namespace call_agent::app
