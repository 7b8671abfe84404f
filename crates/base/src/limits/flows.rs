//! Limits of the flow language and the engine: files, scripts, turns, behaviour in a conversation.

use crate::time::{Span, Time};

// -- files of the author
/// The size of a flow, test or configuration file.
pub const YAML_BYTES_MAX: usize = 512 * 1024;
/// The values of a file after aliases are expanded.
pub const YAML_NODES_MAX: usize = 50_000;
/// The nesting depth of maps and lists.
pub const YAML_DEPTH_MAX: usize = 64;
pub const YAML_ANCHORS_MAX: usize = 100;
/// The number of broken lines of one file that are reported before reading stops.
pub const YAML_MENDS_MAX: usize = 30;
/// The size of all flows, scripts and locales together.
pub const BOT_BYTES_MAX: usize = 16 * 1024 * 1024;
pub const BOT_FILES_MAX: usize = 2_000;

// -- files of `knowledge/`
/// The size of all of them together.
pub const KNOWLEDGE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Parts of all files together: sections of texts, rows of tables.
pub const KNOWLEDGE_CHUNKS_MAX: usize = 20_000;
/// Letters of one part.
pub const KNOWLEDGE_CHUNK_CHARS_MAX: usize = 1_200;
/// Letters of one heading. It is kept with each part below it.
pub const KNOWLEDGE_HEADING_CHARS_MAX: usize = 300;
/// The head of a file: the keys between two lines of `---`.
pub const KNOWLEDGE_HEAD_BYTES_MAX: usize = 8 * 1024;
/// Columns of a table.
pub const KNOWLEDGE_COLUMNS_MAX: usize = 50;
/// Folders below `knowledge/`, one in the other.
pub const KNOWLEDGE_DEPTH_MAX: usize = 4;
/// Parts that an author or a program has ranked for one question: where it names no number, and at most.
pub const KNOWLEDGE_RANKED_DEFAULT: usize = 4;
pub const KNOWLEDGE_RANKED_MAX: usize = 20;
/// Letters of the parts that a model is given for one question.
pub const KNOWLEDGE_GIVEN_CHARS_MAX: usize = 3_000;
/// Files and folders that one question, or one step, names.
pub const KNOWLEDGE_NAMES_MAX: usize = 50;
/// Letters of a question that are read: those of the longest message.
pub const KNOWLEDGE_QUESTION_CHARS_MAX: usize = 4_096;
/// Different words of a question that are looked for.
pub const KNOWLEDGE_QUESTION_WORDS_MAX: usize = 40;

// -- scripts
/// Operations in one script or expression.
pub const SCRIPT_OPERATIONS_MAX: u64 = 1_000_000;
/// The time of one script or expression; its operations end it long before, in a few tenths of a second.
pub const SCRIPT_TIME_MAX: Span = Span::seconds(2);
pub const SCRIPT_STRING_BYTES_MAX: usize = 64 * 1024;
pub const SCRIPT_ARRAY_ITEMS_MAX: usize = 4096;
pub const SCRIPT_MAP_ENTRIES_MAX: usize = 1024;
/// Variables of a flow: every expression knows all of them, and the checker follows each through every step.
pub const FLOW_NAMES_MAX: usize = 500;
/// The nesting depth of lists and maps in a value. `serde_json` reads 128 levels, and the session that contains the
/// value uses some of them.
pub const VALUE_DEPTH_MAX: usize = 64;
/// The nesting depth of JSON from servers. Deeper parts stay text, so that scripts can wrap a value in further levels.
pub const JSON_DEPTH_MAX: usize = 48;
/// The size of all values that one script returns, as JSON.
pub const SCRIPT_RESULT_BYTES_MAX: usize = 256 * 1024;
pub const SCRIPT_CALL_LEVELS_MAX: usize = 16;
pub const SCRIPT_EXPRESSION_DEPTH_MAX: usize = 32;
pub const SCRIPT_VARIABLES_MAX: usize = 256;
pub const SCRIPT_FUNCTIONS_MAX: usize = 64;
/// The size of a compiled regular expression.
pub const SCRIPT_PATTERN_BYTES_MAX: usize = 256 * 1024;
/// The number of compiled regular expressions that are cached.
pub const SCRIPT_PATTERNS_KEPT: usize = 256;

// -- a turn of the engine
/// Operations of all scripts of a turn that is done at once, in a few milliseconds; a longer one waits for its place.
pub const SHORT_TURN_OPERATIONS_MAX: u64 = 20_000;
/// Longer turns that are done at the same time. They take at most this many processors from all other conversations.
pub const LONG_TURNS_AT_ONCE_MAX: usize = 1;
/// Steps in one turn; more mean a loop without a wait.
pub const STEPS_PER_TURN_MAX: usize = 1_000;
/// Rounds of `repeat: {while: …}` if the author writes no `max`, and the largest `max`.
pub const REPEAT_ROUNDS_DEFAULT: i64 = 100;
pub const REPEAT_ROUNDS_MAX: i64 = 10_000;
/// Cron patterns that one schedule in words stands for: one for each kind of days and each minute of its times.
pub const SCHEDULE_PARTS_MAX: usize = 24;
/// Slots that one call of `hours.NAME.slots(…)` returns: one every five minutes of a whole day.
pub const HOURS_SLOTS_MAX: usize = 288;
/// The weight of one branch of a `split`.
pub const SPLIT_WEIGHT_MAX: i64 = 1_000;
/// The depth of nested calls.
pub const CALL_DEPTH_MAX: usize = 16;
/// Runs of one conversation that exist at the same time.
pub const RUNS_PER_CONVERSATION_MAX: usize = 50;
/// Starts that are queued at a busy conversation.
pub const QUEUED_STARTS_MAX: usize = 50;
/// The depth of events that start flows that emit events.
pub const EVENT_DEPTH_MAX: usize = 8;
/// A `start` at least this far ahead does not count as part of a loop of starts.
pub const START_FRESH_AFTER: Span = Span::minutes(1);
/// Turns of a run without input from outside, caused only by the results of its own messages and calls.
pub const TURNS_BY_ITSELF_MAX: u32 = 300;
/// Consecutive undelivered messages of a conversation, while the contact writes nothing, after which the run that
/// waits for the next one ends.
pub const LOST_IN_A_ROW_MAX: u32 = 10;
/// The period in which undelivered messages are counted.
pub const LOST_SPAN: Span = Span::hours(1);
/// The size of a session as JSON.
pub const SESSION_BYTES_MAX: usize = 1024 * 1024;
/// Messages of a contact that are queued while a call is running.
pub const WAITING_MESSAGES_MAX: usize = 50;
/// Messages of a conversation whose delivery status may still start a flow.
pub const FOLLOWED_MAX: usize = 50;

// -- what an author may write
/// The largest number of tries that a question may give.
pub const ASK_TRIES_MAX: i64 = 20;
/// Characters of the texts that `gather` joins; more texts end it.
pub const GATHERED_CHARS_MAX: usize = 16 * 1024;
/// The longest duration of `gather`.
pub const GATHER_MAX: Span = Span::minutes(10);
/// The length of a key of `once_per`; a longer key is stored as its digest.
pub const ONCE_KEY_BYTES_MAX: usize = 200;
/// The time-out of one attempt of an `http` step without a `timeout`.
pub const CALL_TIMEOUT_DEFAULT: Span = Span::seconds(10);
/// The largest number of retries that an `http` step may set.
pub const CALL_RETRIES_MAX: i64 = 10;
/// The time-out of an answer to an `llm` step without a `timeout`, and the longest one.
pub const MODEL_CALL_TIMEOUT_DEFAULT: Span = Span::seconds(20);
pub const MODEL_CALL_MAX: Span = Span::minutes(2);
/// The rendered texts of an `llm` step; a longer one is not sent.
pub const MODEL_INSTRUCTION_BYTES_MAX: usize = 32 * 1024;
pub const MODEL_INPUT_BYTES_MAX: usize = 32 * 1024;
/// The answer of a model.
pub const MODEL_ANSWER_BYTES_MAX: usize = 32 * 1024;
/// The largest `limits: tokens` of an `llm` step and `output` of a model.
pub const MODEL_TOKENS_MAX: i64 = 32_000;
pub const MODEL_EXAMPLES_MAX: usize = 20;
/// `facts` of one `llm` step.
pub const MODEL_FACTS_MAX: usize = 20;
/// The texts among which a model chooses.
pub const MODEL_CHOICES_MAX: usize = 50;
/// How long a model may take to sum a conversation up for a person, without the time in its queue, and the longest
/// summary in characters.
pub const SUMMARY_CALL_TIMEOUT: Span = Span::seconds(10);
pub const SUMMARY_CHARS_MAX: usize = 1_000;
/// The newest messages that a summary is made of, the beginning of each in characters, and those that stand for a summary
/// if no model gives one.
pub const SUMMARY_MESSAGES_MAX: usize = 40;
pub const SUMMARY_MESSAGE_CHARS_MAX: usize = 400;
pub const SUMMARY_LAST_MESSAGES: usize = 5;
/// How long a model may take to tell what a message means, without the time in its queue; then the message goes on.
pub const MEANING_CALL_TIMEOUT: Span = Span::seconds(4);
/// The length of `meaning` of a trigger, and of each text of its `like` and `not`, in characters.
pub const MEANING_CHARS_MAX: usize = 200;
/// The texts of `like` and of `not` of one trigger.
pub const MEANING_EXAMPLES_MAX: usize = 10;
/// The largest number of questions after answers that could not be used.
pub const MODEL_REPAIRS_MAX: i64 = 3;
/// The questions that are asked again because the process ended before their answers were stored.
pub const MODEL_RESTARTS_MAX: u32 = 1;
/// The longest time for which a voice note, and the messages behind it, wait for the words of it.
pub const HEARING_TIMEOUT: Span = Span::seconds(60);
/// The longest voice note that is written down, if `voice` of `_bot.yaml` does not say otherwise, and the longest `max`.
pub const VOICE_LENGTH_DEFAULT: Span = Span::minutes(2);
pub const VOICE_LENGTH_MAX: Span = Span::minutes(15);
/// The talk that an `agent` step remembers and shows its model; the oldest entries are dropped.
pub const AGENT_TALK_ENTRIES_MAX: usize = 40;
pub const AGENT_TALK_BYTES_MAX: usize = 48 * 1024;
/// The uses of tools that an `agent` step remembers.
pub const AGENT_TOOL_RUNS_MAX: usize = 50;
/// The result of a tool as the model is told it; the rest is cut.
pub const AGENT_TOOL_RESULT_BYTES_MAX: usize = 8 * 1024;
pub const AGENT_TOOLS_MAX: usize = 20;
pub const AGENT_EXITS_MAX: usize = 20;
/// The replies of an `agent` step without `limits: turns`, and the most that it may set.
pub const AGENT_TURNS_DEFAULT: i64 = 20;
pub const AGENT_TURNS_MAX: i64 = 200;
/// The questions to the model about one message without `limits: calls`, and the most that it may set.
pub const AGENT_CALLS_DEFAULT: i64 = 6;
pub const AGENT_CALLS_MAX: i64 = 20;
/// The characters of a reply without `limits: chars`; the most is what WhatsApp takes.
pub const AGENT_REPLY_CHARS_DEFAULT: i64 = 700;
pub const AGENT_REPLY_CHARS_MAX: i64 = 4096;
/// The searches in `knowledge` that a model may ask for about one message.
pub const AGENT_SEARCHES_MAX: u32 = 2;
/// The same tool with the same inputs, asked for about one message; the last one is an error.
pub const AGENT_SAME_CALLS_MAX: usize = 3;
/// How soon, and how late, an agent says by `patience` that it still thinks.
pub const AGENT_PATIENCE_MIN: Span = Span::seconds(1);
pub const AGENT_PATIENCE_MAX: Span = Span::minutes(1);
/// The options that a model may offer below one reply: as many as a list has rows.
pub const AGENT_OPTIONS_MAX: usize = super::LIST_ROWS_MAX;
/// The questions that are given up, about one reply, because the contact wrote again; later messages wait.
pub const AGENT_GIVEN_UP_MAX: u32 = 3;

// -- tools of MCP servers
pub const MCP_SERVERS_MAX: usize = 20;
/// The tools of one server, and the pages of its list.
pub const MCP_TOOLS_MAX: usize = 200;
pub const MCP_PAGES_MAX: usize = 20;
/// The description of one tool, in bytes: it is a part of every question to the model.
pub const MCP_DESCRIPTION_BYTES_MAX: usize = 4 * 1024;
/// The schema of the inputs of one tool, as JSON, and how deeply values lie in it.
pub const MCP_SCHEMA_BYTES_MAX: usize = 16 * 1024;
pub const MCP_SCHEMA_DEPTH_MAX: usize = 8;
/// How long a call of an MCP tool may take, with the beginning of the session and the list of tools.
pub const MCP_TIMEOUT_DEFAULT: Span = Span::seconds(15);
pub const MCP_TIMEOUT_MAX: Span = Span::seconds(60);
/// How long the list of a server's tools is believed before a call that changes nothing; before others it is read anew.
pub const MCP_LIST_KEPT: Span = Span::minutes(1);
/// The calls that change nothing and are made again because the process ended before their results were stored.
pub const MCP_RESTARTS_MAX: u32 = 1;
/// The time between two starts of a server that is a program: after the first, then doubled up to the most. A process that has
/// lived so long is followed at once.
pub const MCP_PAUSE_FIRST: Span = Span::seconds(1);
pub const MCP_PAUSE_MAX: Span = Span::minutes(1);
/// How long such a program may take to end once its standard input is closed; then it is killed.
pub const MCP_END_WAIT: Span = Span::seconds(2);
/// How long the end of a process may follow the end of its output, before what is under way fails.
pub const MCP_STATUS_WAIT: Span = Span(200);
/// The lines that wait until such a program reads them; beyond it requests wait, and its own questions get no answer.
pub const MCP_LINES_WAITING_MAX: usize = 64;
/// The questions of a server in one stream that are answered; the rest get no answer.
pub const MCP_ASKED_MAX: usize = 16;
/// The lines in a row that are no messages; a program that writes more of them is ended.
pub const MCP_OTHER_LINES_MAX: usize = 1_000;
/// The bytes of one line of standard error that are looked at.
pub const MCP_STDERR_BYTES_MAX: usize = 1024;

// -- manners of a conversation
/// The bot reports its own errors to the contact only if the contact has written within this time.
pub const TALKING: Span = Span::minutes(15);
/// Several wrong answers, or taps on a question just answered, count once within this time.
pub const COUNT_ONCE: Span = Span::seconds(10);
/// The interval at which a waiting question may be repeated because of a tap on an old button.
pub const ASK_AGAIN_EVERY: Span = Span::minutes(1);
/// The interval at which an opt-out may be confirmed.
pub const CONFIRM_STOP_EVERY: Span = Span::days(1);
/// How long an uncertain opt-out word, for which the bot asked back, may be confirmed by a typed yes.
pub const UNSURE_STOP: Span = Span::minutes(30);
/// `wait: window_closing` ends this long before the window closes.
pub const WINDOW_CLOSING: Span = Span::minutes(30);
/// How long a `request_welcome` waits for the text that may follow it.
pub const WELCOME_WAIT: Span = Span::seconds(3);
/// The number of consecutive failed runs after which a flow is paused.
pub const FAILED_RUNS_MAX: u32 = 20;
/// The interval at which a due run of a paused flow checks whether it may continue: shortest and longest.
pub const PAUSED_LOOK_MIN: Span = Span::minutes(1);
pub const PAUSED_LOOK_MAX: Span = Span::minutes(15);

// -- clocks
/// How often the end of quiet hours is moved on to satisfy all of a contact's time zones.
pub const QUIET_ROUNDS_MAX: usize = 48;
/// The interval at which the quiet hours of a longer time are searched; a shorter quiet time may be missed.
pub const QUIET_LOOK_EVERY: Span = Span::minutes(15);
/// The number of days in which the next opening time of a team is searched.
pub const OPENING_DAYS_MAX: usize = 400;

/// A schedule's fires that `check` compares with its `at_most`: two years of a daily one.
pub const SCHEDULE_FIRES_COMPARED_MAX: usize = 800;

// -- cases
/// The greatest `at_most` of a team: open cases that one person gets.
pub const TEAM_CASES_MAX: i64 = 1000;
/// The place in the queue of a case that nothing was promised for: the largest number that JSON keeps exactly.
pub const NEVER_DUE: Time = Time((1 << 53) - 1);
/// Cases that one pass gives out; the next pass goes on.
pub const CASES_GIVEN_OUT_MAX: usize = 200;
/// Replies of a bot.
pub const REPLIES_MAX: usize = 500;
/// Characters of a note about a conversation.
pub const NOTE_CHARS_MAX: usize = 4000;
/// Notes about one conversation.
pub const NOTES_MAX: i64 = 1000;
/// Messages of each side that are read around a draft which nobody was shown.
pub const SHADOW_MESSAGES_MAX: i64 = 50;
/// How long a case can be put aside at most.
pub const SNOOZE_MAX: Span = Span::days(366);
