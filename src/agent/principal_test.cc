#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/session.h"
#include "agent/session_fakes.h"
#include "agent/turn_taking_harness.h"

// The principal during a call: what the agent asks of it, and what it sends.
namespace call_agent::agent {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// --- what is decided

struct PrincipalTurns : testing::Test {
  TestCall call;
  void SetUp() override { call.pick_up_and_listen(); }

  /// The callee asks something only the principal knows, and has been asked to wait.
  void ask() {
    call.callee_says("Would nine be possible too?");
    call.event(ReplyDone{.reply = call.reply(), .other_tools = true, .asks_principal = true});
    call.agent_is_heard();
    call.wait(1s);
    call.agent_finishes();
  }
};

TEST_F(PrincipalTurns, TheCalleeIsAskedToWaitAndThenLeftInPeace) {
  ask();
  EXPECT_TRUE(call.did("speak \"One moment, please.\""));
  call.forget();
  call.wait(58s);
  EXPECT_EQ(call.take(), "") << "no prompt, no goodbye, no further reply";
  EXPECT_FALSE(call.over());
}

TEST_F(PrincipalTurns, WordsThatComeWithTheQuestionAreSaidFirst) {
  call.callee_says("Would nine be possible too?");
  call.event(ReplyPiece{call.reply(), "Let me ask her. "});
  call.event(ReplyDone{.reply = call.reply(), .other_tools = true, .asks_principal = true});
  const auto done = call.take();
  EXPECT_LT(done.find("Let me ask her."), done.find("One moment, please."));
}

TEST_F(PrincipalTurns, TheAnswerIsPassedOnAtOnce) {
  ask();
  call.forget();
  call.event(PrincipalSpoke{.awaited = true});
  EXPECT_TRUE(call.did("start_reply"));
}

TEST_F(PrincipalTurns, AnAnswerThatComesWhileTheyAreAskedToWaitFollowsThoseWords) {
  call.callee_says("Would nine be possible too?");
  call.event(ReplyDone{.reply = call.reply(), .other_tools = true, .asks_principal = true});
  call.agent_is_heard();
  call.forget();
  call.event(PrincipalSpoke{.awaited = true});
  EXPECT_FALSE(call.did("start_reply"));
  call.agent_finishes();
  call.wait(64ms);
  EXPECT_TRUE(call.did("start_reply"));
}

TEST_F(PrincipalTurns, WithoutAnAnswerTheConversationGoesOnAfterTheLimit) {
  ask();
  call.forget();
  call.wait(61s);
  const auto done = call.take();
  EXPECT_THAT(done, HasSubstr("expire_question\nstart_reply"));
}

TEST_F(PrincipalTurns, SureWhileWaitingWantsNoReply) {
  ask();
  call.forget();
  call.callee_says("Sure.");
  call.wait(2s);
  EXPECT_TRUE(call.did("record_callee"));
  EXPECT_FALSE(call.did("speak"));
  call.forget();
  call.event(PrincipalSpoke{.awaited = true});
  EXPECT_TRUE(call.did("start_reply")) << "and does not stand in the answer's way";
}

TEST_F(PrincipalTurns, WhoAsksOrRefusesWhileWaitingIsAnswered) {
  for (const auto* text : {"Hello?", "No.", "Goodbye.", "Will it take more than a minute?"}) {
    ask();
    call.forget();
    call.callee_says(text);
    call.wait(1s);
    EXPECT_TRUE(call.did("start_reply")) << text;
    call.agent_replies("She is still thinking about it.");
    call.agent_is_heard();
    call.wait(2s);
    call.agent_finishes();
  }
}

TEST_F(PrincipalTurns, AnInstructionWaitsForAMomentOfSilence) {
  call.event(PrincipalSpoke{});
  EXPECT_FALSE(call.did("start_reply"));
  call.wait(1600ms);
  EXPECT_TRUE(call.did("start_reply"));
}

TEST_F(PrincipalTurns, AnInstructionThatTheNextReplyHasSeenIsNotTakenUpAgain) {
  call.event(PrincipalSpoke{});
  call.callee_says("How can I help you?");
  call.agent_replies("A table for two, please.");
  call.agent_is_heard();
  call.wait(1s);
  call.agent_finishes();
  call.forget();
  call.wait(3s);
  EXPECT_FALSE(call.did("start_reply"));
}

// --- what is done

class PrincipalSession : public testing::Test {
 protected:
  PrincipalSession() : media_(io_.get_executor()), stt_(media_.callee), turn_detector_(media_.callee) {
    objective_.text = "Book a table.";
    objective_.opening = "Hello, this is Ada.";
    media_.callee = {{2000, 3000, "Would nine be possible?"}};
    llm_.answers["Would nine be possible?"] = {
        .text = "", .tools = {{"1", "ask_principal", {{"question", "Nine o'clock?"}, {"choices", {"yes", "no"}}}}}};
    llm_.otherwise = {.text = "Thank you. Goodbye.", .tools = {{"2", "end_call", {{"reason", "done"}}}}};
  }

  SessionResult hold() {
    Session::Ports ports{vad_, stt_, turn_detector_, llm_, tts_, media_, journal_};
    session_ = std::move(Session::create(io_.get_executor(), ports, objective_, options_).value());
    media_.at.emplace(0, [this] { session_->answered(); });
    std::optional<SessionResult> result;
    spawn(converse(result));
    io_.run();
    EXPECT_TRUE(result.has_value());
    return std::move(*result);
  }
  void spawn(awaitable<void> task) {
    asio::co_spawn(io_, std::move(task), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }
  awaitable<void> converse(std::optional<SessionResult>& result) {
    EXPECT_TRUE((co_await session_->prepare()).has_value());
    result = co_await session_->run();
  }
  /// The system messages the language model was shown with its last request.
  std::vector<std::string> told() const {
    std::vector<std::string> out;
    for (const auto& message : llm_.histories.back()) {
      if (message.role == Role::kSystem) out.push_back(message.text);
    }
    return out;
  }

  asio::io_context io_;
  FakeMedia media_;
  FakeVad vad_;
  FakeStt stt_;
  FakeTurnDetector turn_detector_;
  FakeLlm llm_;
  FakeTts tts_;
  FakeJournal journal_;
  Objective objective_;
  SessionOptions options_;
  std::unique_ptr<Session> session_;
};

TEST_F(PrincipalSession, AQuestionIsJournaledAndItsAnswerReachesTheModel) {
  Result<void> wrong, late;
  media_.at.emplace(12'000, [&] {
    wrong = session_->answer_question("question_7", "yes");
    EXPECT_TRUE(session_->answer_question("question_1", "Nine is fine.").has_value());
    late = session_->answer_question("question_1", "Or eight.");
  });
  const auto result = hold();
  EXPECT_THAT(tts_.spoken, Contains("One moment, please."));
  EXPECT_EQ(result.reason, EndReason::kAgentFinished);
  ASSERT_EQ(journal_.count("question"), 1);
  EXPECT_THAT(told(), ElementsAre(HasSubstr("Nine is fine.")));
  EXPECT_EQ(wrong.error().code, Errc::kNotFound);
  EXPECT_EQ(late.error().code, Errc::kNotFound) << "a question is answered once";
  EXPECT_EQ(journal_.count("still_there"), 0);
}

TEST_F(PrincipalSession, WithoutAnAnswerTheModelIsToldSo) {
  const auto result = hold();
  EXPECT_EQ(result.reason, EndReason::kAgentFinished);
  EXPECT_THAT(told(), ElementsAre(HasSubstr("There is no answer now")));
  EXPECT_EQ(journal_.count("question_closed"), 1);
  EXPECT_EQ(journal_.count("still_there"), 0);
}

TEST_F(PrincipalSession, AnInstructionReachesTheModelAndIsTakenUp) {
  llm_.answers["Would nine be possible?"] = {.text = "I am afraid not."};
  media_.at.emplace(8'000, [&] { session_->instruct("Ask about parking."); });
  hold();
  EXPECT_THAT(told(), ElementsAre(HasSubstr("Ask about parking.")));
}

TEST_F(PrincipalSession, KeysArePressedAroundTheirPauses) {
  Result<void> pressed = fail(Errc::kInternal, "not tried"), refused;
  const auto press = [](Session& session, std::string digits, Result<void>& into) -> awaitable<void> {
    into = co_await session.press(std::move(digits));
  };
  llm_.answers["Would nine be possible?"] = {.text = "Thank you. Goodbye.", .tools = {{"2", "end_call", {}}}};
  media_.at.emplace(1'000, [&] {
    spawn(press(*session_, "1w2#", pressed));
    spawn(press(*session_, "1x", refused));
  });
  hold();
  EXPECT_TRUE(pressed) << pressed.error().what;
  EXPECT_EQ(media_.digits, "12#");
  EXPECT_EQ(refused.error().code, Errc::kInvalidArgument);
}

TEST(PhrasesIn, SpeaksTheLanguageOfTheCallAndEnglishOtherwise) {
  EXPECT_EQ(phrases_in("de-AT").please_wait, "Einen Moment, bitte.");
  EXPECT_EQ(phrases_in("PT-br").please_wait, "Um momento, por favor.");
  EXPECT_EQ(phrases_in("en-GB").please_wait, "One moment, please.");
  EXPECT_EQ(phrases_in("xx").please_wait, "One moment, please.");
}

}  // namespace
}  // namespace call_agent::agent
