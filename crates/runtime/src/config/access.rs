//! Reads the provider of a sender, with the keys of each provider.

mod autocalls;
mod chatwoot;
mod kapso;
mod meta;
mod twilio;
mod waplify;

use super::{Written, has_blank, web_address};
use crate::{
    base::{
        diagnostic::{Diagnostic, did_you_mean},
        fields::Fields,
        secret::Secret,
        yaml::Node,
    },
    channel,
    model::channel_limits::{ChannelLimits, META},
    process::limiter::Rate,
};
pub use autocalls::Autocalls;
pub use chatwoot::{AGENT_BOT, ChatwootBot, receiver};
pub use kapso::Kapso;
pub use meta::Meta;
pub use twilio::Twilio;
pub use waplify::Waplify;

/// The provider with its settings.
#[derive(Debug, Clone)]
pub enum Access {
    Sandbox,
    Meta(Meta),
    Twilio(Twilio),
    Kapso(Kapso),
    Waplify(Waplify),
    Autocalls(Autocalls),
    Chatwoot(ChatwootBot),
}

/// The provider names in the configuration, paths and metrics.
pub(super) const WORDS: &[&str] = &["meta", "twilio", "kapso", "waplify", "autocalls", "chatwoot", "sandbox"];

impl Access {
    pub fn word(&self) -> &'static str {
        match self {
            Access::Sandbox => "sandbox",
            Access::Meta(_) => "meta",
            Access::Twilio(_) => "twilio",
            Access::Kapso(_) => "kapso",
            Access::Waplify(_) => "waplify",
            Access::Autocalls(_) => "autocalls",
            Access::Chatwoot(_) => "chatwoot",
        }
    }

    /// The platform's id of the business account that has the number.
    pub fn business_id(&self) -> Option<&str> {
        match self {
            Access::Meta(meta) => meta.waba_id.as_deref(),
            Access::Kapso(kapso) => kapso.waba_id.as_deref(),
            Access::Sandbox | Access::Twilio(_) | Access::Waplify(_) | Access::Autocalls(_) | Access::Chatwoot(_) => {
                None
            }
        }
    }

    /// The platform's id of the number, if there is one.
    pub fn platform_id(&self) -> Option<&str> {
        match self {
            Access::Meta(meta) => Some(&meta.phone_number_id),
            Access::Kapso(kapso) => Some(&kapso.phone_number_id),
            Access::Waplify(waplify) => waplify.waba_phone_id.as_deref(),
            Access::Sandbox | Access::Twilio(_) | Access::Autocalls(_) | Access::Chatwoot(_) => None,
        }
    }

    /// The limits of one message.
    pub fn carries(&self) -> &'static ChannelLimits {
        match self {
            Access::Sandbox | Access::Meta(_) | Access::Kapso(_) => &META,
            Access::Twilio(_) => &channel::twilio::CARRIES,
            Access::Waplify(_) => &channel::waplify::CARRIES,
            Access::Autocalls(_) => &channel::autocalls::CARRIES,
            Access::Chatwoot(_) => &channel::chatwoot::CARRIES,
        }
    }

    /// The rate limit of the platform, which the configuration may override.
    pub fn rate(&self) -> Rate {
        let text = match self {
            // The throughput of a Meta number without an upgrade, and of a Twilio sender.
            Access::Sandbox | Access::Meta(_) | Access::Twilio(_) => "80/s",
            // For all requests of a key in the smallest plan.
            Access::Kapso(_) | Access::Waplify(_) => "100/min",
            // For the account, over both sends.
            Access::Autocalls(_) => "5/s",
            // An installation takes 3,000 requests a minute of one address, unless it is set otherwise.
            Access::Chatwoot(_) => "40/s",
        };
        Rate::parse(text).expect("a rate of our own is valid").paced()
    }

    /// The address for its requests; `None` if it sends none.
    pub fn api_base(&self) -> Option<&str> {
        match self {
            Access::Sandbox => None,
            Access::Meta(meta) => Some(&meta.api_base),
            Access::Twilio(twilio) => Some(&twilio.api_base),
            Access::Kapso(kapso) => Some(&kapso.api_base),
            Access::Waplify(waplify) => Some(&waplify.api_base),
            Access::Autocalls(autocalls) => Some(&autocalls.api_base),
            Access::Chatwoot(chatwoot) => Some(&chatwoot.url),
        }
    }

    /// The configuration keys whose secrets verify its webhooks.
    pub fn verified_by(&self) -> &'static str {
        match self {
            Access::Sandbox => "",
            Access::Meta(_) => "app_secret",
            Access::Twilio(_) => "auth_token` or `webhook_secret",
            Access::Kapso(_) | Access::Waplify(_) => "webhook_secret",
            Access::Autocalls(_) => "webhook_secret` or `inbound_token",
            Access::Chatwoot(_) => "secret",
        }
    }

    /// How an operator sets up its webhooks; `{base}` is the public URL, `{id}` the sender's id.
    pub fn webhook_advice(&self) -> Option<&'static str> {
        match self {
            Access::Sandbox => None,
            Access::Meta(_) => Some(
                "In the app's WhatsApp settings the callback must be {base}/webhooks/meta, with the field \
                 `messages` subscribed",
            ),
            Access::Twilio(_) => Some(
                "In Twilio's console, at the WhatsApp sender (or its messaging service), the webhook for incoming \
                 messages must be {base}/webhooks/twilio/{id}, by POST",
            ),
            Access::Kapso(_) => Some(
                "In Kapso, at the phone number, a webhook must lead to {base}/webhooks/kapso/{id}, of either kind, with \
                 the secret of `webhook_secret` and the events `whatsapp.message.*`",
            ),
            Access::Waplify(_) => Some(
                "In Waplify, under webhooks, an endpoint must lead to {base}/webhooks/waplify/{id}, with the secret of \
                 `webhook_secret` and the events `message.received`, `button.clicked` and `conversation.assigned`",
            ),
            Access::Autocalls(Autocalls { poll: Some(_), .. }) => Some(
                "`poll` asks for them, and finds what the platform's own AI has not answered: switch it off where flows \
                 shall answer",
            ),
            Access::Autocalls(autocalls) if !autocalls.inbound_token.is_empty() => Some(
                "An automation must post them to {base}/webhooks/autocalls/{id}, with the header `Authorization: Bearer` \
                 and the value of `inbound_token`",
            ),
            Access::Autocalls(_) => Some(
                "Write `poll: 30s` at the sender, or let an automation post messages to {base}/webhooks/autocalls/{id} \
                 with `inbound_token`",
            ),
            Access::Chatwoot(_) => Some(
                "In Chatwoot, the webhook URL of the agent bot must be {base}/webhooks/chatwoot/{id}, and the bot must be \
                 connected with the inbox of `inbox`",
            ),
        }
    }

    /// True if its webhooks are not signed, so that any client that reaches the daemon could write in a customer's
    /// name.
    pub fn is_unsigned(&self) -> bool {
        matches!(self, Access::Waplify(waplify) if waplify.webhook_secrets.is_empty())
    }

    /// True for Twilio, which signs its webhook URL and is given the URL for statuses.
    pub fn needs_public_url(&self) -> bool {
        matches!(self, Access::Twilio(_))
    }
}

/// Reads `provider` and its keys. With an unknown provider the other keys are not checked.
pub fn read(fields: &mut Fields<'_>) -> Option<Access> {
    match fields.text("provider") {
        "sandbox" => Some(Access::Sandbox),
        "meta" => Some(Access::Meta(meta::read(fields))),
        "twilio" => Some(Access::Twilio(twilio::read(fields))),
        "kapso" => Some(Access::Kapso(kapso::read(fields))),
        "waplify" => Some(Access::Waplify(waplify::read(fields))),
        "autocalls" => Some(Access::Autocalls(autocalls::read(fields))),
        "chatwoot" => Some(Access::Chatwoot(chatwoot::read(fields))),
        "" => None,
        other => {
            let message = format!("there is no provider `{other}`");
            let all = format!("it is one of `{}`", WORDS.join("`, `"));
            let help = did_you_mean(other, WORDS.iter().copied()).unwrap_or(all);
            fields.wrong_at("provider", "E907", message, &help);
            None
        }
    }
}

/// Texts for findings about a provider's missing secrets.
struct Secrets {
    /// `a Meta sender`
    who: &'static str,
    /// The prefix of environment variables: `META`.
    prefix: &'static str,
}

impl Secrets {
    /// `why`: the consequence of a missing secret.
    fn one(&self, fields: &mut Fields<'_>, name: &'static str, why: &str) -> Secret {
        let secret = fields.secret_if(name);
        if secret.is_none() && !fields.node(name).is_some_and(is_reported) {
            self.lacks(fields, name, why);
        }
        secret.unwrap_or_default()
    }

    /// One secret, or a list during a rotation.
    fn several(&self, fields: &mut Fields<'_>, name: &'static str, why: &str) -> Vec<Secret> {
        let all = fields.secrets(name);
        if all.is_empty() && !fields.node(name).is_some_and(is_reported) {
            self.lacks(fields, name, why);
        }
        all
    }

    fn lacks(&self, fields: &mut Fields<'_>, name: &'static str, why: &str) {
        let place = fields.node(name).map_or_else(|| fields.place().clone(), |node| node.place.clone());
        let Secrets { who, prefix } = self;
        fields.findings().push(Diagnostic::error("E905", &place, format!("{who} needs `{name}`: {why}")).help(
            format!("write `{name}: ${{{prefix}_{}}}` and set that name in the environment", name.to_uppercase()),
        ));
    }
}

/// True if an error in it is already reported.
fn is_reported(node: &Node) -> bool {
    node.one_or_many().iter().any(Node::is_broken) || has_blank(node)
}

/// The only address to which the secret is sent; without a final slash.
fn api_address(fields: &mut Fields<'_>, name: &'static str, default: &str) -> String {
    let Some(text) = fields.text_if(name) else { return default.to_owned() };
    let Some(url) = web_address(text) else {
        fields.wrong_at(name, "E906", format!("`{name}` is no web address"), &format!("write it like `{default}`"));
        return default.to_owned();
    };
    if url.starts_with("http:") && !is_loopback(&url) {
        let place = fields.node(name).map(|node| node.place.clone());
        let message = format!("`{name}` is not encrypted: the sender's secret goes there in clear");
        let finding = |place| Diagnostic::warning("W908", &place, message).help("write it with `https://`");
        fields.findings().extend(place.map(finding));
    }
    url
}

fn is_loopback(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
