#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calls/call.h"
#include "calls/command.h"
#include "core/asio.h"
#include "core/clock.h"
#include "core/result.h"

/// What placing and following a call needs from the world.
namespace call_agent::calls {

/// One fact about a call, appended and never changed: state changes, turns, notes. What `calls follow` and
/// `wait_for_call` read.
struct Event {
  std::int64_t seq = 0;  ///< Ascending within the log.
  std::string call_id;
  std::int64_t at_ms = 0;  ///< Unix.
  std::string kind;  ///< "state", "turn", "note", "question", "question_closed", "command", "command_result", "report".
  Json data;
};

/// Commands that may wait for one call.
inline constexpr int kMostCommands = 64;

/// The append-only log of calls. Every method is durable when it returns without error.
class CallStore {
 public:
  virtual ~CallStore() = default;

  struct Inserted {
    Call call;
    bool existing = false;  ///< The idempotency key was known: this is the earlier call, and nothing may be dialed.
  };
  /// Journals the intent (fsync) before anything rings.
  /// Errors: kConflict if its owner used the key for another number.
  virtual awaitable<Result<Inserted>> insert(Call call) = 0;

  /// Moves a call forward. Only forward: from any state in front of `to`, exactly once, whoever asks first.
  /// Errors: kConflict (it is already there or further; kEnded never changes again), kNotFound.
  virtual awaitable<Result<void>> advance(std::string call_id, State to) = 0;

  /// Ends a call. The first outcome stands; commands nobody took fail, its question closes.
  /// Errors: kConflict if it has ended before, kNotFound.
  virtual awaitable<Result<void>> end(std::string call_id, Outcome outcome, std::string detail,
                                      std::optional<int> sip_status) = 0;

  virtual awaitable<Result<void>> append_turn(std::string call_id, Turn turn) = 0;
  virtual awaitable<Result<void>> append_note(std::string call_id, Json note) = 0;

  /// The call's open question; another that is still open is closed by it. Errors: kConflict (it has ended), kNotFound.
  virtual awaitable<Result<void>> ask(std::string call_id, Question question) = 0;
  /// `how`: "answered", "expired" … Without effect if that question is not the open one.
  virtual awaitable<Result<void>> close_question(std::string call_id, std::string question_id, std::string how) = 0;

  /// Queues a command behind the call's earlier ones; returns its number. `command.seq` is ignored.
  /// Errors: kNotFound, kConflict (the call has ended), kOverloaded (kMostCommands are waiting).
  virtual awaitable<Result<std::int64_t>> send(Command command) = 0;
  /// What waits for these calls, oldest first. A command is taken exactly once, whoever asks; it is lost if the taker
  /// dies before doing it, and then has no result.
  virtual awaitable<Result<std::vector<Command>>> take_commands(std::vector<std::string> call_ids) = 0;
  /// What became of a taken command. The first result stands. Errors: kConflict (it has one, or is unknown).
  virtual awaitable<Result<void>> settle_command(std::int64_t seq, CommandResult result) = 0;
  /// Errors: kNotFound.
  virtual awaitable<Result<CommandStatus>> command_status(std::int64_t seq) = 0;

  struct Report {
    std::string summary;
    std::vector<Answer> answers;
    std::vector<std::string> commitments;
    Json metrics = Json::object();
    std::string recording;
    Json usage = Json::object();
  };
  virtual awaitable<Result<void>> set_report(std::string call_id, Report report) = 0;

  virtual awaitable<Result<Call>> get(std::string call_id) = 0;
  struct Query {
    std::optional<State> state;
    std::optional<Outcome> outcome;
    std::string phone_number;
    std::optional<std::string> owner;  ///< Unset: everybody's.
    int limit = 20;
  };
  /// Newest first, without transcripts.
  virtual awaitable<Result<std::vector<Call>>> list(Query query) = 0;
  /// Events with seq > `after`, oldest first, at most 1,000.
  virtual awaitable<Result<std::vector<Event>>> events(std::string call_id, std::int64_t after) = 0;
};

/// What became of a dial.
struct DialResult {
  bool answered = false;
  Outcome outcome = Outcome::kCompleted;  ///< Meaningful if not answered.
  std::string detail;
  std::optional<int> sip_status;
};

/// LiveKit, as placing a call sees it.
class Telephony {
 public:
  virtual ~Telephony() = default;
  /// Creates the room and asks for an agent; `metadata` reaches it as the job's.
  virtual awaitable<Result<void>> dispatch(std::string room, std::string metadata, Deadline deadline) = 0;
  struct Agent {
    bool loopback_only = false;  ///< It may only talk to phones on this machine.
  };
  /// Returns once the agent is in the room and has said it is ready to speak.
  /// Errors: kDeadline (no worker, or not ready in time).
  virtual awaitable<Result<Agent>> agent_ready(std::string room, Deadline deadline) = 0;
  struct Dial {
    std::string room;
    std::string phone_number;
    std::string callee_identity;
    milliseconds ringing_timeout;
    milliseconds max_duration;
    bool loopback_only = false;  ///< kPolicyRefused, and nothing rings, if the trunk leads beyond this machine.
  };
  /// Rings the phone and waits for the answer. Never retried: one call of this is one INVITE at most.
  /// An Error means that the fate of the dial is unknown.
  virtual awaitable<Result<DialResult>> dial(Dial dial) = 0;
  /// Hangs up whoever is in it. Without effect if there is no such room.
  virtual awaitable<Result<void>> delete_room(std::string room) = 0;
  struct Occupancy {
    bool callee = false;  ///< A telephone.
    bool agent = false;
  };
  /// Who is in the room; nobody if there is no such room.
  virtual awaitable<Result<Occupancy>> occupancy(std::string room) = 0;
  /// Whether a call could be placed now, as far as it can be told without placing one: LiveKit answers, lets us in and
  /// has our trunk.
  virtual awaitable<Result<void>> check(Deadline deadline) = 0;
};

struct CheckedNumber {
  std::string e164;
  std::string region;   ///< ISO 3166, such as "GB"; empty if none.
  std::string warning;  ///< "the area code is not known to the 2022 numbering data"; empty if none.
};

/// The telephone numbering plan of the world.
class NumberingPlan {
 public:
  virtual ~NumberingPlan() = default;
  /// Errors: kInvalidArgument, with how to mend it. Emergency, short and premium-rate numbers are always refused.
  virtual Result<CheckedNumber> check(std::string_view phone_number) const = 0;
};

}  // namespace call_agent::calls
