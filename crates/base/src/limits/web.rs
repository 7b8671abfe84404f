//! Limits of the HTTP server: webhooks, the API, connections.

use crate::time::Span;

// -- webhooks
/// The size of a webhook's body; Meta documents 3 MB.
pub const WEBHOOK_BODY_BYTES_MAX: usize = 3 * 1024 * 1024;
/// The time in which a webhook is answered, if need be with 503: providers take a slow answer for none and repeat the
/// webhook.
pub const WEBHOOK_ANSWER_WITHIN: Span = Span::millis(1_800);
/// Bytes of a too large body that are read and discarded, so that the client gets the 413.
pub const OVERSIZED_BODY_READ_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The size of the body of `POST /hooks/{name}`.
pub const HOOK_BODY_BYTES_MAX: usize = 256 * 1024;
/// The size of the body of `POST /forms/{sender_id}`: the encrypted content of one screen.
pub const FORM_BODY_BYTES_MAX: usize = 256 * 1024;
/// The time for the flow behind a form to give the next screen; Meta's client waits ten seconds.
pub const FORM_ANSWER_WAIT: Span = Span::seconds(9);
/// The same bytes for the same hook within this time are a repetition, unless a header identifies the delivery.
pub const HOOK_REPEATED: Span = Span::minutes(10);

// -- strangers
/// Refused webhooks that the wire log takes in `STRANGERS_TOLD_EVERY`.
pub const STRANGERS_WRITTEN_MAX: u32 = 30;
/// Log lines about wrong keys in that time.
pub const STRANGERS_TOLD_MAX: u32 = 5;
pub const STRANGERS_TOLD_EVERY: Span = Span::minutes(1);

// -- the API
/// The length of an API key in the configuration: a shorter one that a person invents can be guessed over the network.
pub const API_KEY_CHARS_MIN: usize = 16;
/// The size of an API request's body.
pub const API_BODY_BYTES_MAX: usize = 256 * 1024;
/// Shorter answers are not compressed: they fit into one packet anyway.
pub const COMPRESSED_JSON_BYTES_MIN: usize = 1_024;
/// Contacts in one import request, and consents of one contact.
pub const IMPORT_ROWS_MAX: usize = 100;
pub const IMPORT_CONSENTS_MAX: usize = 50;
/// How long a send waits for the provider before it is answered without the provider's id.
pub const API_SEND_WAIT: Span = Span::seconds(10);
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;
/// How long a repeated request waits for the first one; a send may take `API_SEND_WAIT`.
pub const IDEMPOTENCY_WAIT: Span = Span::seconds(15);
/// How long an idempotency key is stored.
pub const IDEMPOTENCY_KEPT: Span = Span::days(1);
/// Entries on one page of a list.
pub const PAGE_DEFAULT: i64 = 50;
pub const PAGE_MAX: i64 = 200;
/// Words and characters of a search; a longer one is refused.
pub const SEARCH_WORDS_MAX: usize = 4;
pub const SEARCH_CHARS_MAX: usize = 100;
/// Characters by which a contact is found: Postgres takes no longer ones into an index.
pub const SOUGHT_CHARS_MAX: usize = 400;
/// Contacts that a search of conversations looks at, the newest ones first.
pub const SEARCH_CONTACTS_MAX: i64 = 200;
/// Contacts that are made searchable in one commit, after the update from a version without a search.
pub const SEARCH_WRITTEN_AT_ONCE: i64 = 500;
/// Messages that a search by their words reads at once, and how often in one request: a cursor goes on behind them.
pub const SEARCH_MESSAGES_AT_ONCE: i64 = 500;
pub const SEARCH_READS_MAX: usize = 20;
/// Characters of the last message in a list of conversations.
pub const PREVIEW_CHARS_MAX: usize = 160;
/// Unanswered messages of a conversation are counted up to this number.
pub const UNANSWERED_MAX: i64 = 100;
/// The length of a contact's line where the request names no ends, and how far ahead fires are foretold.
pub const TIMELINE_BACK: Span = Span::days(183);
pub const TIMELINE_AHEAD: Span = Span::days(92);
/// The days that `/v1/schedules/ahead` counts.
pub const AHEAD_DAYS_DEFAULT: i64 = 7;
pub const AHEAD_DAYS_MAX: i64 = 31;
/// How long a count of the coming days is kept, and how long a request waits for it.
pub const AHEAD_KEPT: Span = Span::minutes(1);
pub const AHEAD_WAIT: Span = Span::seconds(2);
/// Counts of the coming days that run side by side.
pub const AHEAD_AT_ONCE: usize = 2;
/// Fires of one zone in a count of the coming days; a schedule for each hour has 744 in a month.
pub const AHEAD_FIRES_MAX: usize = 3_000;
/// Fires and dates times contacts in one count.
pub const AHEAD_CHECKS_MAX: usize = 5_000_000;
/// Turns of a run in one answer, oldest first; `transom runs show` shows all.
pub const TURNS_SHOWN_MAX: usize = 500;
/// Pages read for one answer if most rows belong to other accounts.
pub const PAGES_READ_MAX: usize = 20;
/// One top-up in ten-thousandths of the currency unit, far above any real amount.
pub const TOP_UP_MAX: u64 = 1_000_000_000_000_000;
/// The sum of all funds of an account. Even if as many top-ups as there are connections pass this check at the same
/// time, the sum fits into 64 bits. The SQL of `charge.fund` contains the same number.
pub const BALANCE_MAX: i64 = 1_000_000_000_000_000_000;
/// Scheduled messages of one conversation, and how far ahead they may be scheduled.
pub const PLANNED_MESSAGES_MAX: i64 = 100;
pub const PLANNED_AHEAD: Span = Span::days(366);
/// Characters of texts in API requests.
pub const NAME_CHARS_MAX: usize = 255;
pub const PHONE_CHARS_MAX: usize = 32;
pub const URL_CHARS_MAX: usize = 2_048;

/// Messages of one conversation in an export; the lists have the rest.
pub const EXPORT_MESSAGES_MAX: i64 = 20_000;

// -- the health check of a sender
/// A period without messages that the health check mentions; it is no error, because a number may be quiet.
pub const CHECKUP_SILENCE: Span = Span::days(3);
/// The queueing time at the sender's rate from which the health check mentions it.
pub const CHECKUP_RATE_WAIT_MAX: Span = Span::seconds(10);

// -- the dialects
/// Requests of one key to the Waplify dialect, and the period in which they are counted.
pub const WAPLIFY_REQUESTS_MAX: u32 = 100;
pub const WAPLIFY_WINDOW: Span = Span::minutes(1);
/// Keys that are counted before those of past minutes are removed.
pub const WAPLIFY_KEYS_MAX: usize = 10_000;
/// Contacts on one page of the Waplify dialect.
pub const WAPLIFY_PAGE_DEFAULT: i64 = 20;
pub const WAPLIFY_PAGE_MAX: i64 = 100;
/// Entries on one page of the Kapso dialect.
pub const KAPSO_PAGE_DEFAULT: usize = 20;
pub const KAPSO_PAGE_MAX: usize = 100;
/// How long after its last message a conversation is active in the Kapso dialect.
pub const KAPSO_ACTIVE: Span = Span::hours(24);
/// How long the URL of a customer's file is valid without a key, as at Meta.
pub const MEDIA_LINK_KEPT: Span = Span::minutes(5);
/// The size of a form that uploads a file: the largest document and the rest of the form.
pub const GRAPH_FORM_BYTES_MAX: usize = 101 * 1024 * 1024;
/// Cards in one message of the Kapso dialect, and numbers on one card.
pub const CONTACT_CARDS_READ_MAX: usize = 50;
/// The number of fields of such a form.
pub const FORM_PARTS_MAX: usize = 32;
/// Sandbox sessions of an account that are listed, newest first.
pub const TESTER_SESSIONS_READ_MAX: i64 = 1_000;
/// How long a phone stays a tester, and how long its code is valid.
pub const TESTER_SESSION: Span = Span::hours(24);
/// How long sandbox sessions are stored.
pub const TESTER_SESSIONS_KEPT: Span = Span::days(30);
/// Concurrent downloads of customers' files for one account, and the size of a file: WhatsApp allows no larger ones.
pub const FILES_AT_ONCE_MAX: usize = 16;
pub const MEDIA_BYTES_MAX: usize = 100 * 1024 * 1024;
/// The time for one download, from the request to the last byte.
pub const MEDIA_TIMEOUT: Span = Span::minutes(5);
/// The time for reading the HTTP headers of a file before it is sent.
pub const MEDIA_LOOK_WAIT: Span = Span::seconds(1);

// -- the stream of events
/// Concurrent event streams of one account.
pub const EVENT_LISTENERS_MAX: usize = 64;
/// The interval at which a stream reads new events.
pub const EVENT_LOOK_EVERY: Span = Span::millis(250);
/// Rows of the event log that are read at once.
pub const EVENTS_READ_MAX: i64 = 200;
/// The interval of heartbeats on a silent stream.
pub const EVENT_HEARTBEAT: Span = Span::seconds(15);
/// Reads of the event log that wait for one client; each has at most `EVENTS_READ_MAX` events.
pub const EVENT_CHUNKS_WAITING_MAX: usize = 4;
/// A client that has read nothing for this long is disconnected.
pub const EVENT_READER_SLOW: Span = Span::seconds(10);
/// How long events are kept, and how long they are written after the last client was connected.
pub const EVENTS_KEPT: Span = Span::days(3);
/// The interval at which the time of the last connected client is stored.
pub const EVENT_LISTENED_EVERY: Span = Span::hours(1);

// -- the HTTP server
/// The time for the request line and headers, from first to last byte; a slower client gets a 408.
pub const HEAD_READ_TIMEOUT: Span = Span::seconds(30);
/// The time for a request's body, from first to last byte; a slower client gets a 408.
pub const BODY_READ_TIMEOUT: Span = Span::seconds(30);
/// The memory for all request bodies together; bodies of at most `BODY_FREE_BYTES` are not counted.
pub const BODIES_HELD_BYTES_MAX: usize = 64 * 1024 * 1024;
pub const BODY_FREE_BYTES: usize = 16 * 1024;
/// The memory for files that are uploaded with a key.
pub const FILES_HELD_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Open connections of one public address, or of one IPv6 /64 network; proxies have no such limit.
pub const CONNECTIONS_PER_PEER_MAX: usize = 256;
/// Open connections; further ones wait in the kernel's queue.
pub const CONNECTIONS_MAX: usize = 4_096;
/// The interval at which the log says that all of them are in use.
pub const FULL_TOLD_EVERY: Span = Span::minutes(1);
/// Open connections for probes and metrics, which are reserved for them.
pub const ADMIN_CONNECTIONS_MAX: usize = 64;
/// File descriptors reserved beside connections: for the database, the log, probes and outgoing calls.
pub const FILES_KEPT_FREE: usize = 256;
/// The read buffer of a connection; a request's headers must fit.
pub const HTTP_BUFFER_BYTES_MAX: usize = 64 * 1024;
/// The time after which a connection is closed if no request begins and the client reads nothing of an answer.
pub const CONNECTION_IDLE: Span = Span::seconds(75);

// -- TLS of the daemon itself
/// The time for a TLS handshake, from the connection's begin; a slower client is disconnected.
pub const TLS_HANDSHAKE_TIMEOUT: Span = Span::seconds(10);
/// Bytes of a plain request to the TLS port that are read and discarded, so that the client gets its 400.
pub const TLS_PLAIN_READ_BYTES_MAX: usize = 64 * 1024;
/// The size of the file with the certificate, and of the one with the key.
pub const TLS_FILE_BYTES_MAX: usize = 1024 * 1024;
/// The interval at which the daemon looks whether these files were renewed.
pub const TLS_LOOK_EVERY: Span = Span::seconds(10);
/// A certificate that ends within this time should have been renewed: certbot and lego do so 30 days before its end.
pub const CERTIFICATE_ENDS_SOON: Span = Span::days(14);
/// The interval at which the log says so.
pub const CERTIFICATE_END_TOLD_EVERY: Span = Span::days(1);

// -- people who sign in
/// People with a sign-in. Their list is read as a whole.
pub const PEOPLE_MAX: usize = 500;
/// The length of a person's name, in characters.
pub const PERSON_NAME_CHARS_MAX: usize = 60;
/// The length of a password, in characters. Shorter ones can be tried out; a longer text is no password.
pub const PASSWORD_CHARS_MIN: usize = 10;
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Passwords that are hashed at the same time: each takes 19 MiB, and a core for some 30 ms.
pub const PASSWORDS_AT_ONCE_MAX: usize = 2;
/// Sign-ins that wait for their turn; more are refused.
pub const PASSWORDS_WAITING_MAX: usize = 16;
/// A browser that asks for nothing for this long is signed out.
pub const SIGNED_IN_IDLE: Span = Span::hours(12);
/// A browser is signed out after this long in any case.
pub const SIGNED_IN_MAX: Span = Span::days(30);
/// How often the time of the last request is written down.
pub const SIGNED_IN_SEEN_EVERY: Span = Span::minutes(5);
/// Browsers in which one person is signed in; the one that was unused for the longest time gives way.
pub const SESSIONS_PER_PERSON_MAX: usize = 20;
/// How long a link counts that sets a password.
pub const LINK_LIFE: Span = Span::hours(1);
/// Wrong passwords for one name, and from one address, before the next try has to wait.
pub const TRIES_OF_NAME_FREE: u32 = 5;
pub const TRIES_OF_ADDRESS_FREE: u32 = 20;
/// The longest wait for one name: from many addresses it allows some 1,400 tries a day, and keeps the person out for a
/// minute at most.
pub const TRY_OF_NAME_WAIT_MAX: Span = Span::minutes(1);
/// The longest wait for one address.
pub const TRY_OF_ADDRESS_WAIT_MAX: Span = Span::minutes(15);
/// How long a wrong password is remembered.
pub const TRIES_KEPT: Span = Span::hours(1);
/// Names and addresses whose wrong passwords are remembered; then those with the fewest give way.
pub const TRIES_KEPT_MAX: usize = 10_000;
/// How often the audit log says that the same person looks at the same contact.
pub const AUDIT_LOOKED_EVERY: Span = Span::hours(1);
/// Looks that are remembered for that.
pub const AUDIT_LOOKS_MAX: usize = 10_000;
/// How long the audit log is kept, unless `retention` says otherwise.
pub const AUDIT_KEPT: Span = Span::days(400);
/// How often the time of a key's last use is written down.
pub const KEY_USED_EVERY: Span = Span::minutes(5);
/// The life of a key that expires: a longer one is a mistake in a unit.
pub const KEY_LIFE_MAX: Span = Span::days(3650);

// -- the studio
/// The size of a request with changed files: more than the texts of one work session.
pub const STUDIO_BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The length of a file's path in the bot, in bytes. File systems take names of 255 bytes; while it is written, a file
/// has a longer one.
pub const BOT_PATH_BYTES_MAX: usize = 200;
/// The length of a file's name that a file system takes, in bytes; asked for a longer one, it gives an error.
pub const FILE_NAME_BYTES_MAX: usize = 255;
/// Example words that the page offers at the first visit.
pub const STUDIO_WORDS_MAX: usize = 6;
/// Editors that are connected at the same time. Each has two threads, and the bot's files in memory.
pub const STUDIO_EDITORS_MAX: usize = 8;
/// The size of one message of an editor: a whole text at most.
pub const STUDIO_EDITOR_MESSAGE_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Messages of an editor that wait for its server, and the other way round. An editor sends one for each key.
pub const STUDIO_EDITOR_WAITING_MAX: usize = 1_000;
/// How often an editor is asked for a sign of life; well below `CONNECTION_IDLE`, which would end a silent connection.
pub const STUDIO_EDITOR_BEAT: Span = Span::seconds(20);
/// How long an editor may take for one message.
pub const STUDIO_EDITOR_SLOW: Span = Span::seconds(10);

// -- standby
/// How long the tasks of a daemon that was replaced may take to end, before it begins anew.
pub const DEPOSED_END: Span = Span::seconds(1);
/// How long a request waits at a standby until a daemon is active.
pub const FORWARD_PATIENCE: Span = Span::seconds(8);
/// How long the active daemon may take to answer a webhook that a standby hands it, before it is handed over again.
pub const FORWARD_TRY_TIMEOUT: Span = Span::millis(2_500);
/// The interval at which a waiting request looks for an active daemon.
pub const FORWARD_LOOK_EVERY: Span = Span::millis(50);
