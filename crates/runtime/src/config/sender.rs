//! Reads `senders`: the numbers that messages are sent from, with their providers' settings.

use super::{
    Written,
    access::{self, Access},
};
use crate::{
    base::{
        diagnostic::Findings,
        fields::Fields,
        ids::{AccountName, SenderId},
        limits::UNKNOWN_AFTER,
        time::Span,
        yaml::Node,
    },
    model::channel_limits::ChannelLimits,
    process::limiter::Rate,
};

/// One number.
#[derive(Debug, Clone)]
pub struct Sender {
    pub id: SenderId,
    pub account: AccountName,
    pub name: String,
    /// `+` and digits.
    pub phone: String,
    pub access: Access,
    pub rate: Rate,
    /// The language for contacts whose own is unknown; `None`: the bot's.
    pub language: Option<String>,
    /// True for the default sender of starts that name none.
    pub default: bool,
    pub on_unknown: OnUnknown,
    /// How long to wait for a status that carries our id.
    pub unknown_after: Span,
    pub template_opens_window: bool,
    pub reactions_open_window: bool,
    pub shows: Shows,
}

/// The sign that customers see while the bot processes their message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    Nothing,
    /// A read mark.
    Read,
    /// A read mark and, while the answer waits for an external call, the typing indicator.
    Typing,
}

/// The policy for a send with an unknown result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUnknown {
    /// List it in the dead letters.
    Keep,
    /// Send answers of the last 15 minutes again.
    Replies,
    /// Send everything again.
    Resend,
}

impl Sender {
    /// The sender of a daemon without a configuration.
    pub fn sandbox() -> Sender {
        Sender {
            id: SenderId(1),
            account: AccountName::from("sandbox"),
            name: "Sandbox".into(),
            language: None,
            phone: "+15550000001".into(),
            access: Access::Sandbox,
            rate: Access::Sandbox.rate(),
            default: false,
            on_unknown: OnUnknown::Keep,
            unknown_after: UNKNOWN_AFTER,
            template_opens_window: false,
            reactions_open_window: false,
            shows: Shows::Nothing,
        }
    }

    pub fn is_sandbox(&self) -> bool {
        matches!(self.access, Access::Sandbox)
    }

    /// True for its `id` or the platform's id of the number, which clients of other products use.
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.trim();
        self.id.to_string() == name || self.platform_id() == Some(name)
    }

    /// The platform's id of the number, if there is one.
    pub fn platform_id(&self) -> Option<&str> {
        self.access.platform_id()
    }

    /// The platform's id of the number's business account, if there is one.
    pub fn business_id(&self) -> Option<&str> {
        self.access.business_id()
    }

    /// The provider's name in the configuration, paths and metrics.
    pub fn provider(&self) -> &'static str {
        self.access.word()
    }

    /// True if it may send without a template outside the window (Meta's Direct Send).
    pub fn sends_direct(&self) -> bool {
        matches!(&self.access, Access::Meta(meta) if meta.direct_send)
    }

    /// The limits of one message.
    pub fn carries(&self) -> &'static ChannelLimits {
        self.access.carries()
    }
}

/// Reads one item of `senders`; `None` if its provider is unknown.
pub fn read(node: &Node, findings: &Findings) -> Option<Sender> {
    let mut fields = Fields::new(node, "a sender", findings);
    let mut sender = Sender::sandbox();
    fields.required("id");
    sender.id = SenderId(fields.whole("id", 1, 1..=9_007_199_254_740_991));
    sender.account = AccountName::from(fields.text("account"));
    sender.phone = fields.text("phone").to_owned();
    if !sender.phone.is_empty() && !is_phone(&sender.phone) {
        let message = format!("`{}` is no phone number", sender.phone);
        fields.wrong_at(
            "phone",
            "E906",
            message,
            "write `+`, the country and the number, in quotes: `\"+15550001111\"`",
        );
    }
    sender.language = fields.text_if("language").map(str::to_owned);
    sender.name = fields.text_if("name").map_or_else(|| format!("Sender {}", sender.id), str::to_owned);
    let rate = fields.text_if("rate").and_then(|text| {
        let rate = Rate::parse(text);
        if rate.is_none() {
            fields.wrong_at("rate", "E906", "`rate` is no rate".into(), "write it like `80/s`");
        }
        rate
    });
    sender.default = fields.bool("default");
    sender.template_opens_window = fields.bool("template_opens_window");
    sender.reactions_open_window = fields.bool("reactions_open_window");
    sender.unknown_after = fields.duration("unknown_after", UNKNOWN_AFTER);
    let shows = fields.word("shows", &["nothing", "read", "typing"]);
    let on_unknown = fields.word("on_unknown", &["keep", "replies", "resend"]);
    sender.access = access::read(&mut fields)?;
    sender.rate = rate.map_or_else(|| sender.access.rate(), Rate::paced);
    sender.on_unknown = match (on_unknown, &sender.access) {
        (Some("keep"), _) => OnUnknown::Keep,
        (Some("replies"), _) => OnUnknown::Replies,
        (Some(_), _) => OnUnknown::Resend,
        // If statuses carry our id, a second send is rare, so the default is to resend answers.
        (None, access) if access.carries().echoes_our_id && !matches!(access, Access::Sandbox) => OnUnknown::Replies,
        (None, _) => OnUnknown::Keep,
    };
    sender.shows = match shows {
        Some("read") => Shows::Read,
        Some("typing") => Shows::Typing,
        _ => Shows::Nothing,
    };
    if sender.shows == Shows::Read && matches!(sender.access, Access::Twilio(_)) {
        let message = "`twilio` cannot show that a message was read without the sign of typing".to_owned();
        fields.wrong_at("shows", "E906", message, "write `shows: typing`, which shows both, or leave it out");
    }
    let shows_marks = matches!(sender.access, Access::Meta(_) | Access::Kapso(_) | Access::Twilio(_) | Access::Sandbox);
    if sender.shows != Shows::Nothing && !shows_marks {
        let message = format!("`{}` cannot show that a message was read", sender.provider());
        fields.wrong_at("shows", "E906", message, "write `shows: nothing`, or leave it out");
    }
    fields.finish();
    Some(sender)
}

fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}
