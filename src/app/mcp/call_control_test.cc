#include "app/mcp/call_questions.h"
#include "app/mcp/call_tasks.h"
#include "app/mcp/call_tools_harness.h"

// Acting on a call under way, confirming one, and keeping principals apart.
namespace call_agent::app {
namespace {

using calls::Command;
using calls::Outcome;
using calls::State;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Fate = calls::CommandResult::Fate;

const Json kNumber{{"phone_number", "+442079460123"}};

struct CallControl : CallToolsTest {
  mcp::InputRequired asked(std::string_view name, const Json& arguments) {
    return std::get<mcp::InputRequired>(outcome_of(name, arguments));
  }
  /// The client comes back with this.
  void answer(const mcp::InputRequired& required, const std::string& name, const Json& response) {
    facts.state = required.state;
    facts.input = {{name, response}};
  }
  static Json accepted(const Json& content) { return {{"action", "accept"}, {"content", content}}; }
};

// --- send_to_call, transfer_call, check_number

TEST_F(CallControl, AnInstructionReachesTheAgent) {
  const auto id = place();
  agent_answers({.detail = "the agent has it"});
  const auto result = call("send_to_call", {{"call_id", id}, {"instruction", "Ask about parking."}});
  EXPECT_EQ(result.structured["result"], "done");
  EXPECT_EQ(sent().kind, Command::Kind::kInstruction);
  EXPECT_EQ(sent().text, "Ask about parking.");
}

TEST_F(CallControl, ExactlyOneThingIsSentAtATime) {
  const auto id = place();
  EXPECT_THAT(call("send_to_call", {{"call_id", id}}).text, HasSubstr("exactly one"));
  EXPECT_TRUE(call("send_to_call", {{"call_id", id}, {"instruction", "x"}, {"dtmf", "1"}}).is_error);
  EXPECT_THAT(services.store_.commands, IsEmpty());
}

TEST_F(CallControl, OnlyKeysAreKeys) {
  const auto id = place();
  for (const auto* keys : {"12x", "", "1\r\n2", "W"}) {
    EXPECT_TRUE(call("send_to_call", {{"call_id", id}, {"dtmf", keys}}).is_error) << keys;
  }
  agent_answers({.detail = "pressed"});
  EXPECT_FALSE(call("send_to_call", {{"call_id", id}, {"dtmf", "1w4711#"}}).is_error);
  EXPECT_EQ(sent().text, "1w4711#");
}

TEST_F(CallControl, WhatTheAgentDoesNotTakeIsPendingAndWhatFailsIsAnError) {
  const auto id = place();
  const auto pending = call("send_to_call", {{"call_id", id}, {"instruction", "x"}});
  EXPECT_EQ(pending.structured["result"], "pending");
  EXPECT_THAT(pending.text, HasSubstr("no agent has taken it"));
  agent_answers({.fate = Fate::kFailed, .detail = "nobody is on the line yet"});
  const auto failed = call("send_to_call", {{"call_id", id}, {"dtmf", "1"}});
  EXPECT_TRUE(failed.is_error);
  EXPECT_THAT(failed.text, HasSubstr("nobody is on the line yet"));
  record(id).state = State::kEnded;
  record(id).outcome = Outcome::kCompleted;
  EXPECT_TRUE(call("send_to_call", {{"call_id", id}, {"instruction", "x"}}).is_error);
}

TEST_F(CallControl, ATransferGoesToANumberThePlanKnowsAndNowhereElse) {
  const auto id = place();
  agent_answers({.fate = Fate::kUnknown, .detail = "nobody can say"});
  for (const auto* target : {"sip:evil@example.com", "911", "tel:+44<sip:x>", ""}) {
    EXPECT_TRUE(call("transfer_call", {{"call_id", id}, {"to", target}}).is_error) << target;
  }
  EXPECT_THAT(services.store_.commands, IsEmpty());
  const auto result = call("transfer_call", {{"call_id", id}, {"to", "+442079460999"}});
  EXPECT_EQ(result.structured["result"], "unknown");
  EXPECT_FALSE(result.is_error);
  EXPECT_EQ(sent().kind, Command::Kind::kTransfer);
  EXPECT_EQ(sent().text, "+442079460999");
}

TEST_F(CallControl, ANumberIsCheckedWithoutRinging) {
  services.missing_ = Error{Errc::kInvalidArgument, "no configuration"};
  services.plan_.warning = "the area code is not known";
  const auto good = call("check_number", kNumber);
  EXPECT_EQ(good.structured["may_call"], true);
  EXPECT_EQ(good.structured["region"], "GB");
  EXPECT_THAT(good.text, HasSubstr("area code is not known"));
  const auto bad = call("check_number", {{"phone_number", "911"}});
  EXPECT_FALSE(bad.is_error);
  EXPECT_EQ(bad.structured["may_call"], false);
  EXPECT_THAT(bad.structured["reason"].get<std::string>(), HasSubstr("E.164"));
}

// --- the agent's question

TEST_F(CallControl, AQuestionEndsTheWaitAndIsAnsweredBySendToCall) {
  const auto id = place();
  ask_principal(id);
  const auto news = call("wait_for_call", {{"call_id", id}});
  EXPECT_EQ(news.structured["question"]["text"], "Eight or nine?");
  EXPECT_THAT(news.structured["next_step"].get<std::string>(),
              AllOf(HasSubstr("send_to_call"), HasSubstr("question_1")));
  const auto reply = [&](const char* question) {
    return Json{{"call_id", id}, {"answer", {{"question_id", question}, {"text", "nine"}}}};
  };
  EXPECT_TRUE(call("send_to_call", reply("question_9")).is_error);
  agent_answers({.detail = "the agent has the answer"});
  EXPECT_FALSE(call("send_to_call", reply("question_1")).is_error);
  EXPECT_EQ(sent().question_id, "question_1");
  EXPECT_EQ(sent().text, "nine");
}

TEST_F(CallControl, WhereTheClientShowsFormsTheQuestionIsOne) {
  facts.client.elicitation_form = true;
  services.policy_ = ConfirmPolicy::kNever;
  const auto id = place();
  ask_principal(id);
  const auto form = asked("wait_for_call", {{"call_id", id}});
  const auto& params = form.requests.at("answer").params;
  EXPECT_THAT(params["message"].get<std::string>(), HasSubstr("Eight or nine?"));
  EXPECT_EQ(params["requestedSchema"]["properties"]["answer"]["enum"], Json::array({"8", "9"}));

  answer(form, "answer", accepted({{"answer", "9"}}));
  services.store_.on_command = [&](std::int64_t) { record(id).question.reset(); };
  call("wait_for_call", {{"call_id", id}, {"timeout_s", 0}});
  EXPECT_EQ(sent().kind, Command::Kind::kAnswer);
  EXPECT_EQ(sent().text, "9");
}

TEST_F(CallControl, AFormThatIsClosedIsNotShownAgainInTheSameWaitAndSendsNothing) {
  facts.client.elicitation_form = true;
  services.policy_ = ConfirmPolicy::kNever;
  const auto id = place();
  ask_principal(id);
  answer(asked("wait_for_call", {{"call_id", id}}), "answer", {{"action", "cancel"}});
  const auto result = call("wait_for_call", {{"call_id", id}, {"timeout_s", 0}});
  EXPECT_TRUE(result.structured.contains("question"));
  EXPECT_THAT(services.store_.commands, IsEmpty());
}

TEST(CallQuestions, DecliningTellsTheAgentThatThereIsNoAnswer) {
  const auto command = answer_command("call_1", "question_1", {.action = mcp::Elicited::Action::kDecline});
  EXPECT_EQ(command.kind, Command::Kind::kAnswer);
  EXPECT_EQ(command.text, "");
}

// --- confirmation

TEST_F(CallControl, ANewNumberIsConfirmedOnceWhereTheClientCanAsk) {
  facts.client.elicitation_form = true;
  const auto form = asked("make_phone_call", kNumber);
  EXPECT_THAT(form.requests.at("confirm").params["message"].get<std::string>(), HasSubstr("+442079460123"));
  EXPECT_THAT(services.telephony_.asked, IsEmpty());
  answer(form, "confirm", accepted({{"confirm", true}}));
  const auto first = call("make_phone_call", kNumber);
  const auto replayed = call("make_phone_call", kNumber);
  EXPECT_EQ(first.structured["call_id"], replayed.structured["call_id"]) << "one confirmation dials once";
  EXPECT_THAT(services.telephony_.asked, ElementsAre("dial"));

  facts.state = nullptr;
  facts.input.clear();
  EXPECT_FALSE(call("make_phone_call", kNumber).is_error) << "the number is known now";
}

TEST_F(CallControl, WithoutAYesNothingIsDialed) {
  facts.client.elicitation_form = true;
  const auto form = asked("make_phone_call", kNumber);
  for (const Json& no : {Json{{"action", "decline"}}, Json{{"action", "cancel"}}, accepted({{"confirm", false}}),
                         accepted(Json::object())}) {
    answer(form, "confirm", no);
    EXPECT_TRUE(call("make_phone_call", kNumber).is_error) << no;
  }
  answer(form, "confirm", "nonsense");
  EXPECT_FALSE(asked("make_phone_call", kNumber).requests.empty()) << "no answer is asked for again";
  EXPECT_THAT(services.telephony_.asked, IsEmpty());
  EXPECT_TRUE(services.store_.calls.empty());
}

TEST_F(CallControl, ThePolicyDecides) {
  services.policy_ = ConfirmPolicy::kAlways;
  EXPECT_THAT(call("make_phone_call", kNumber).text, HasSubstr("CALL_AGENT_CONFIRM"));
  facts.client.elicitation_form = true;
  asked("make_phone_call", kNumber);
  services.policy_ = ConfirmPolicy::kNever;
  EXPECT_FALSE(call("make_phone_call", kNumber).is_error);
  EXPECT_EQ(confirm_policy_from(std::nullopt), ConfirmPolicy::kNewNumbers);
  EXPECT_EQ(confirm_policy_from("always"), ConfirmPolicy::kAlways);
  EXPECT_FALSE(confirm_policy_from("sometimes"));
}

// --- dry run and the record

TEST_F(CallControl, ADryRunChecksEverythingAndDialsNothing) {
  Json arguments = kNumber;
  arguments["dry_run"] = true;
  const auto fine = call("make_phone_call", arguments);
  EXPECT_EQ(fine.structured["state"], "dry_run");
  services.telephony_.on_check = fail(Errc::kUnavailable, "LiveKit cannot be reached: check LIVEKIT_URL");
  EXPECT_THAT(call("make_phone_call", arguments).text, HasSubstr("LIVEKIT_URL"));
  arguments["result_schema"] = {{"type", "string"}};
  EXPECT_THAT(call("make_phone_call", arguments).text, HasSubstr("result_schema.type"));
  EXPECT_THAT(services.telephony_.asked, ElementsAre("check", "check"));
  EXPECT_TRUE(services.store_.calls.empty());
}

TEST_F(CallControl, TheRecordKeepsConsentAndVoicemail) {
  Json arguments = kNumber;
  arguments["consent"] = {{"basis", "they_asked"}, {"note", "by mail"}};
  arguments["voicemail"] = {{"action", "leave"}, {"message", "Please call back."}};
  const std::string id = call("make_phone_call", arguments).structured["call_id"];
  EXPECT_EQ(record(id).request["consent"]["basis"], "they_asked");
  EXPECT_EQ(record(id).request["voicemail"]["message"], "Please call back.");
}

// --- principals

TEST_F(CallControl, AnothersCallReadsLikeOneThatNeverWas) {
  become("ada");
  Json arguments = kNumber;
  arguments["idempotency_key"] = "key";
  const std::string id = call("make_phone_call", arguments).structured["call_id"];
  EXPECT_EQ(record(id).owner, "ada");
  become("bob");
  for (const auto& [name, more] :
       std::vector<std::pair<std::string, Json>>{{"wait_for_call", Json::object()},
                                                 {"get_call", Json::object()},
                                                 {"end_call", Json::object()},
                                                 {"send_to_call", {{"instruction", "x"}}},
                                                 {"transfer_call", {{"to", "+442079460999"}}}}) {
    Json with_id = more, unknown = more;
    with_id["call_id"] = id;
    unknown["call_id"] = "call_0";
    const auto result = call(name, with_id);
    EXPECT_TRUE(result.is_error) << name;
    EXPECT_EQ(result.text, call(name, unknown).text) << name;
  }
  EXPECT_THAT(call("list_calls", Json::object()).structured["calls"], IsEmpty());
  EXPECT_NE(call("make_phone_call", arguments).structured["call_id"], id) << "nor does the same key find it";
  CallTasks tasks(desk);
  EXPECT_EQ(test::run_on(io, tasks.get(id, facts.principal)).error().code, Errc::kNotFound);
  EXPECT_EQ(test::run_on(io, tasks.cancel(id, facts.principal)).error().code, Errc::kNotFound);
  EXPECT_EQ(record(id).state, State::kActive);
  become("ada");
  EXPECT_EQ(call("list_calls", Json::object()).structured["calls"].size(), 1U);
}

// --- tasks

TEST_F(CallControl, WhereTheClientKnowsTasksTheCallIsOne) {
  facts.client.tasks = true;
  services.telephony_.dial_takes = 20ms;
  const auto task = std::get<mcp::Task>(outcome_of("make_phone_call", kNumber));
  ASSERT_TRUE(services.store_.calls.contains(task.id)) << "the task's id is the call's";
  EXPECT_EQ(task.status, mcp::TaskStatus::kWorking);
  io.restart();
  io.run();
  EXPECT_EQ(record(task.id).state, State::kActive) << "the placing goes on without the request";

  CallTasks tasks(desk);
  ask_principal(task.id);
  auto detail = test::run_on(io, tasks.get(task.id, mcp::local_user()));
  EXPECT_EQ(detail->task.status, mcp::TaskStatus::kInputRequired);
  ASSERT_TRUE(detail->input_requests.contains("question_1"));
  agent_answers({.detail = "ok"});
  EXPECT_TRUE(
      test::run_on(io, tasks.update(task.id, {{"question_1", accepted({{"answer", "8"}})}}, mcp::local_user())));
  EXPECT_EQ(sent().text, "8");

  record(task.id).question.reset();
  record(task.id).state = State::kEnded;
  record(task.id).outcome = Outcome::kBusy;
  detail = test::run_on(io, tasks.get(task.id, mcp::local_user()));
  EXPECT_EQ(detail->task.status, mcp::TaskStatus::kCompleted) << "busy is a result";
  EXPECT_EQ(detail->result->structured["outcome"], "busy");
}

TEST_F(CallControl, ATaskForADoubtfulNumberBeginsWithTheWarning) {
  facts.client.tasks = true;
  services.plan_.warning = "the area code is not known";
  const auto task = std::get<mcp::Task>(outcome_of("make_phone_call", kNumber));
  EXPECT_THAT(task.status_message, HasSubstr("warning: the area code is not known"));
}

TEST_F(CallControl, CancellingATaskHangsUp) {
  const auto id = place();
  CallTasks tasks(desk);
  EXPECT_TRUE(test::run_on(io, tasks.cancel(id, mcp::local_user())));
  EXPECT_EQ(record(id).outcome, Outcome::kCanceled);
  EXPECT_EQ(test::run_on(io, tasks.get(id, mcp::local_user()))->task.status, mcp::TaskStatus::kCancelled);
}

}  // namespace
}  // namespace call_agent::app
