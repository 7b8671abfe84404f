//! `senders`: the numbers that we send from, and what their providers need.

use super::{Written, web_address};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        ids::{AccountName, SenderId},
        limits::UNKNOWN_AFTER,
        secret::Secret,
        time::Span,
        yaml::Node,
    },
    runtime::limiter::Rate,
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
    /// Of contacts whose own language is unknown; `None`: the bot's.
    pub language: Option<String>,
    /// For what starts without naming a sender.
    pub default: bool,
    pub on_unknown: OnUnknown,
    /// How long to wait for a status that carries our id.
    pub unknown_after: Span,
    pub template_opens_window: bool,
    pub reactions_open_window: bool,
}

/// The provider, with what it needs.
#[derive(Debug, Clone)]
pub enum Access {
    Sandbox,
    Meta(Meta),
}

/// A number at Meta's Cloud API.
#[derive(Debug, Clone)]
pub struct Meta {
    pub phone_number_id: String,
    pub waba_id: Option<String>,
    pub access_token: Secret,
    /// Several during a rotation; never empty.
    pub app_secrets: Vec<Secret>,
    pub verify_token: Secret,
    /// Without a slash at its end.
    pub api_base: String,
    pub api_version: String,
}

/// What becomes of a send of which nobody knows whether it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUnknown {
    /// It stays, listed with the dead letters.
    Keep,
    /// Answers of the last 15 minutes go out again.
    Replies,
    /// Everything goes out again.
    Resend,
}

impl Sender {
    /// The sender of somebody without a configuration.
    pub fn sandbox() -> Sender {
        Sender {
            id: SenderId(1),
            account: AccountName::from("sandbox"),
            name: "Sandbox".into(),
            language: None,
            phone: "+15550000001".into(),
            access: Access::Sandbox,
            rate: default_rate(),
            default: false,
            on_unknown: OnUnknown::Keep,
            unknown_after: UNKNOWN_AFTER,
            template_opens_window: false,
            reactions_open_window: false,
        }
    }

    pub fn is_sandbox(&self) -> bool {
        matches!(self.access, Access::Sandbox)
    }

    /// The word of the configuration, of addresses and of metrics.
    /// Its `id`, or the number's own id at the platform: what clients of other products call it.
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.trim();
        self.id.to_string() == name || self.platform_id() == Some(name)
    }

    /// The number's own id at its platform, where it has one.
    pub fn platform_id(&self) -> Option<&str> {
        match &self.access {
            Access::Meta(meta) => Some(&meta.phone_number_id),
            Access::Sandbox => None,
        }
    }

    pub fn provider(&self) -> &'static str {
        match self.access {
            Access::Sandbox => "sandbox",
            Access::Meta(_) => "meta",
        }
    }
}

/// One item of `senders`; `None` when its provider is not known.
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
    if let Some(text) = fields.text_if("rate") {
        match Rate::parse(text) {
            Some(rate) => sender.rate = rate.paced(),
            None => fields.wrong_at("rate", "E906", "`rate` is no rate".into(), "write it like `80/s`"),
        }
    }
    sender.default = fields.bool("default");
    sender.template_opens_window = fields.bool("template_opens_window");
    sender.reactions_open_window = fields.bool("reactions_open_window");
    sender.unknown_after = fields.duration("unknown_after", UNKNOWN_AFTER);
    let on_unknown = fields.word("on_unknown", &["keep", "replies", "resend"]);
    sender.access = provider(&mut fields)?;
    sender.on_unknown = match (on_unknown, &sender.access) {
        (Some("keep"), _) => OnUnknown::Keep,
        (Some("replies"), _) => OnUnknown::Replies,
        (Some(_), _) => OnUnknown::Resend,
        // Meta's statuses carry our id, so that a second send is a last resort and a rare one.
        (None, Access::Meta(_)) => OnUnknown::Replies,
        (None, Access::Sandbox) => OnUnknown::Keep,
    };
    fields.finish();
    Some(sender)
}

/// Reads `provider` and its own keys. One that is not known ends the reading: its keys are not ours to judge.
fn provider(fields: &mut Fields<'_>) -> Option<Access> {
    match fields.text("provider") {
        "sandbox" => Some(Access::Sandbox),
        "meta" => Some(Access::Meta(meta(fields))),
        "" => None,
        other @ ("twilio" | "waplify" | "autocalls" | "kapso") => {
            let message = format!("the provider `{other}` is not spoken by this version");
            fields.wrong_at("provider", "E907", message, "it speaks `meta` and `sandbox`");
            None
        }
        other => {
            let message = format!("there is no provider `{other}`");
            let help = crate::base::diagnostic::did_you_mean(other, ["meta", "sandbox"]);
            fields.wrong_at("provider", "E907", message, help.as_deref().unwrap_or("it is one of `meta`, `sandbox`"));
            None
        }
    }
}

fn meta(fields: &mut Fields<'_>) -> Meta {
    let app_secrets = fields.list("app_secret").iter().filter(|node| !node.is_broken());
    let app_secrets: Vec<Secret> =
        app_secrets.filter_map(Node::text).filter(|text| !text.is_empty()).map(Secret::new).collect();
    let mut meta = Meta {
        phone_number_id: fields.text("phone_number_id").to_owned(),
        waba_id: fields.text_if("waba_id").map(str::to_owned),
        access_token: needed(fields, "access_token", "nothing can be sent without it"),
        app_secrets,
        verify_token: needed(fields, "verify_token", "Meta could not confirm the webhook's address"),
        api_base: "https://graph.facebook.com".into(),
        api_version: "v24.0".into(),
    };
    if meta.app_secrets.is_empty() && !fields.node("app_secret").is_some_and(has_broken) {
        lacks(fields, "app_secret", "anybody could send us messages in your customers' name");
    }
    if let Some(text) = fields.text_if("api_base") {
        match web_address(text) {
            Some(url) => {
                if url.starts_with("http:") && !is_loopback(&url) {
                    let place = fields.node("api_base").map(|node| node.place.clone());
                    let message = "`api_base` is not encrypted: the access token goes there in clear";
                    fields.findings().extend(place.map(|place| Diagnostic::warning("W908", &place, message)));
                }
                meta.api_base = url;
            }
            None => {
                let help = "write it like `https://graph.facebook.com`";
                fields.wrong_at("api_base", "E906", "`api_base` is no web address".into(), help);
            }
        }
    }
    if let Some(version) = fields.text_if("api_version") {
        let good = version.strip_prefix('v').is_some_and(|number| number.parse::<f32>().is_ok());
        if good {
            meta.api_version = version.to_owned();
        } else {
            let message = format!("`{version}` is no version of the Graph API");
            fields.wrong_at("api_version", "E906", message, "write it like `v24.0`");
        }
    }
    if !meta.phone_number_id.bytes().all(|b| b.is_ascii_digit()) {
        let message = "`phone_number_id` is a number, as Meta's console shows it".to_owned();
        fields.wrong_at("phone_number_id", "E906", message, "it is not the phone number itself");
    }
    meta
}

fn needed(fields: &mut Fields<'_>, name: &'static str, why: &str) -> Secret {
    let secret = fields.secret_if(name);
    if secret.is_none() && !fields.node(name).is_some_and(Node::is_broken) {
        lacks(fields, name, why);
    }
    secret.unwrap_or_default()
}

fn lacks(fields: &mut Fields<'_>, name: &'static str, why: &str) {
    let place = fields.node(name).map_or_else(|| fields.place().clone(), |node| node.place.clone());
    let message = format!("a Meta sender needs `{name}`: {why}");
    fields.findings().push(
        Diagnostic::error("E905", &place, message)
            .help(format!("write `{name}: ${{META_{}}}` and set that name in the environment", name.to_uppercase())),
    );
}

fn has_broken(node: &Node) -> bool {
    node.one_or_many().iter().any(Node::is_broken)
}

fn is_phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn is_loopback(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

// Meta's throughput without an upgrade.
fn default_rate() -> Rate {
    Rate::parse("80/s").expect("a rate of our own is valid").paced()
}
