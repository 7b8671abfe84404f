//! Limits of WhatsApp: the customer service window, and the size of one message.

use crate::time::Span;

// -- the window
/// How long the window stays open after the customer's last message.
pub const WINDOW: Span = Span::hours(24);
/// The window is treated as closed this much earlier if there is an alternative (template, hold, skip).
pub const WINDOW_MARGIN: Span = Span::minutes(5);
/// A message counts as requested if it is sent within this time after the contact's message.
pub const ASKED_FOR: Span = Span::minutes(30);
/// How long `hold` keeps a message if the author sets no duration.
pub const HOLD_DEFAULT: Span = Span::days(7);
/// How long a platform tries to deliver a message without a TTL of its own (Meta: 30 days), and how much longer we
/// wait for the status before the message counts as dropped.
pub const DELIVERY_TTL_DEFAULT: Span = Span::days(30);
pub const DELIVERY_GRACE: Span = Span::minutes(5);

// -- what one message may hold
/// Rows of a list.
pub const LIST_ROWS_MAX: usize = 10;
/// Options that are shown on every page of a longer list.
pub const LIST_FIXED_MAX: usize = 4;
/// Options of one question on all pages together.
pub const OPTIONS_MAX: usize = 100;
/// Contact cards in one message; Meta documents no number, and its examples have a few.
pub const CARDS_MAX: usize = 10;
/// Characters of the header and footer of a message with buttons.
pub const EDGE_CHARS_MAX: usize = 60;
pub const BUTTONS_MAX: usize = 3;
pub const BUTTON_TITLE_CHARS_MAX: usize = 20;
pub const BUTTON_ID_CHARS_MAX: usize = 256;
pub const ROW_TITLE_CHARS_MAX: usize = 24;
pub const ROW_DESCRIPTION_CHARS_MAX: usize = 72;
pub const ROW_ID_CHARS_MAX: usize = 200;
/// Characters of a text, and of a text with buttons.
pub const TEXT_CHARS_MAX: usize = 4096;
pub const BUTTON_BODY_CHARS_MAX: usize = 1024;
pub const CAPTION_CHARS_MAX: usize = 1024;
/// Characters of one template parameter; Meta documents 1,024 for the whole body.
pub const TEMPLATE_VALUE_CHARS_MAX: usize = 1024;

/// Characters of a document's file name, which the recipient sees; file systems allow no longer names.
pub const FILENAME_CHARS_MAX: usize = 240;
/// Contacts in one message of contact cards, and entries of one kind on a card. Meta allows 257.
pub const CONTACT_CARDS_MAX: usize = 20;
pub const CARD_ENTRIES_MAX: usize = 20;

/// Characters of a text in an API request; it is split into as many messages as needed.
pub const SAID_CHARS_MAX: usize = 16_384;
/// Cards of a carousel.
pub const TEMPLATE_CARDS_MAX: usize = 10;
/// Buttons of a template, of them links, and characters on one.
pub const TEMPLATE_BUTTONS_MAX: usize = 10;
pub const TEMPLATE_LINKS_MAX: usize = 2;
pub const TEMPLATE_BUTTON_CHARS_MAX: usize = 25;
/// Characters of a template's name, of its text, and of its header and its footer.
pub const TEMPLATE_NAME_CHARS_MAX: usize = 512;
pub const TEMPLATE_TEXT_CHARS_MAX: usize = 1024;
pub const TEMPLATE_EDGE_CHARS_MAX: usize = 60;

// -- names and numbers of people
/// Characters after the dot of a user id (`CC.` and letters and digits).
pub const USER_ID_CHARS_MAX: usize = 128;
/// Characters of a person's name as the platform shows it.
pub const CONTACT_NAME_CHARS_MAX: usize = 256;
/// Characters of a WhatsApp user name: WhatsApp allows 35, and longer texts than this are ignored.
pub const USERNAME_CHARS_MAX: usize = 64;
