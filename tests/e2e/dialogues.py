"""What a scripted agent says in tests that are about something else: as little as they need."""

# Says next to nothing of its own accord.
QUIET = {"name": "quiet", "opening": "Hello.", "intents": [{"name": "anything", "say": "I see."}],
         "give_up": "Goodbye."}

# Asks its principal at the callee's first words, passes the answer on and hangs up.
CURIOUS = {"name": "curious", "opening": "Hello.", "intents": [{"name": "anything", "end": True, "ask": {
    "question": "They ask for a deposit. May I agree?", "choices": ["yes", "no"], "into": "answer",
    "answered": "The answer is {answer}. Goodbye.", "unanswered": "Goodbye."}}], "give_up": "Goodbye."}
