#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/session.h"
#include "app/worker/call_commands.h"
#include "app/worker/call_outcome.h"
#include "app/worker/providers.h"
#include "app/worker/recording.h"
#include "app/worker/reports.h"
#include "app/worker/room_media.h"
#include "app/worker/store_journal.h"
#include "calls/job.h"
#include "calls/ports.h"
#include "core/channel.h"
#include "core/lane.h"
#include "livekit/api/rooms.h"
#include "livekit/rtc/media_session.h"

namespace call_agent::app {

/// What every call of a media process shares.
struct RunnerServices {
  asio::any_io_executor executor;
  Providers& providers;
  calls::CallStore& store;
  livekit::api::RoomService& rooms;
  livekit::api::SipService& sip;
  Lane& disk;
  std::optional<std::filesystem::path> recordings;  ///< The folder; empty for none.
  bool any_callee_kind = false;                     ///< Benchmarks: the far end is a plain participant.
  std::function<void(const MediaReport&)> report;
  std::function<void(bool success)> job_done;  ///< Called before the room is left: later the job counts as failed.
};

/// One call, from the job's assignment to the last entry of its record: joins the room, makes the agent ready, waits
/// for the answer, lets the conversation run, hangs up in the order that leaks nothing, and says how it ended.
/// Lives on one executor.
class CallRunner {
 public:
  CallRunner(RunnerServices services, calls::JobMetadata job, std::string url, std::string token);

  /// False if the agent could not do its part (the job counts as failed).
  awaitable<bool> run();
  /// The server took the job back: ends the call, unless another agent has it.
  void terminate();
  /// The same, because this worker stops.
  void stop();
  /// Something its principal sends to this call. Errors: CallCommands::push's.
  Result<void> command(calls::Command command);
  const std::string& call_id() const { return job_.call_id; }

 private:
  enum class Phone : std::uint8_t { kAbsent, kRinging, kAnswered, kAway, kGone };

  awaitable<bool> converse();
  bool succeeded() const;
  awaitable<Result<void>> join();
  awaitable<Result<void>> say_ready();
  awaitable<void> run_session();
  awaitable<void> obey();
  awaitable<void> wait_for_answer();
  awaitable<bool> replaced();
  awaitable<void> leave_to_the_other();
  awaitable<void> hang_up();
  awaitable<void> delete_room();
  awaitable<void> write_record(const agent::Report& told);
  awaitable<void> end_unanswered();
  awaitable<void> end_failed(const Error& error);
  awaitable<void> note_state(calls::State state);
  awaitable<void> note_end(calls::Outcome outcome, std::string detail);

  void on_room_event(const livekit::rtc::RoomEvent& event);
  void on_callee_attributes(const std::map<std::string, std::string>& attributes);
  void begin();
  void start_recording();
  void callee_left(livekit::rtc::DisconnectReason reason);
  awaitable<void> wait_for_return();
  void callee_gone(livekit::rtc::DisconnectReason reason);

  RunnerServices services_;
  calls::JobMetadata job_;
  std::string url_, token_;

  Providers::CallPorts ports_;
  std::unique_ptr<livekit::rtc::MediaSession> room_;
  std::unique_ptr<Recording> recording_;
  std::unique_ptr<RoomMedia> media_;
  std::unique_ptr<StoreJournal> journal_;
  std::unique_ptr<agent::Session> session_;
  CallCommands commands_;
  std::optional<agent::SessionResult> result_;

  Phone phone_ = Phone::kAbsent;
  bool was_answered_ = false;
  bool prepared_ = false;
  bool terminated_ = false;
  bool stopped_ = false;
  bool room_gone_ = false;
  bool restoring_ = false;
  std::optional<livekit::rtc::DisconnectReason> left_because_;
  Notifier changed_;
  TaskGroup tasks_;
};

}  // namespace call_agent::app
