//! Defines further messages of a customer in a test: baskets, forms, reactions, cards, calls, and messages from an
//! advertisement.

use super::facts::value_of;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        fields::Fields,
        phone,
        yaml::Node,
    },
    model::{inbound::Referral, value::Value},
};

#[derive(Debug, Clone, PartialEq)]
pub enum Arrival {
    /// A basket of the catalogue, in the format of `msg.order`.
    Order(Value),
    /// A submitted form: the name for its trigger, and its answers.
    Form {
        name: String,
        data: Value,
    },
    /// The open form asks for its next screen.
    Screen {
        screen: String,
        action: String,
        data: Value,
    },
    /// A reaction to the bot's newest message; `None`: it is removed.
    Reaction(Option<String>),
    /// A text of a customer who comes from an advertisement.
    Referral {
        ad: Box<Referral>,
        text: String,
    },
    /// A contact card.
    Card {
        name: String,
        phone: String,
    },
    /// The chat is opened, without a message.
    Welcome,
    MissedCall,
}

/// The names of these messages in a test file.
pub(super) const VERBS: [&str; 8] =
    ["order", "form", "screen", "reaction", "referral", "card", "welcome", "missed_call"];

/// The text that WhatsApp suggests to people who come from an advertisement.
pub const FROM_AD: &str = "Hello! Can I get more info on this?";

/// Parses `welcome` and `missed_call`, which may have no value.
pub(super) fn alone(word: &str) -> Option<Arrival> {
    match word {
        "welcome" => Some(Arrival::Welcome),
        "missed_call" => Some(Arrival::MissedCall),
        _ => None,
    }
}

pub(super) fn read(verb: &str, node: &Node, findings: &Findings) -> Option<Arrival> {
    let wrong = |takes: &str, help: &str| {
        if !node.is_broken() {
            let message = format!("`{verb}` takes {takes}, and this is {}", node.describe());
            findings.push(Diagnostic::error("E958", &node.place, message).help(help));
        }
        None
    };
    match verb {
        "order" if node.map().is_some() => Some(Arrival::Order(value_of(node))),
        "order" => {
            let help = "write `order: {text: please, product_items: [{product_retailer_id: A7, quantity: 1}]}`";
            wrong("a basket as `msg.order` shows it", help)
        }
        "form" => form(node, findings),
        "screen" => screen(node, findings),
        "reaction" => match node.text() {
            Some("none") => Some(Arrival::Reaction(None)),
            Some(emoji) if !emoji.trim().is_empty() => Some(Arrival::Reaction(Some(emoji.trim().to_owned()))),
            _ => wrong("an emoji", "write `reaction: 👍`, or `reaction: none` for one that is taken away"),
        },
        "referral" => referral(node, findings),
        "card" if node.map().is_some() => card(node, findings),
        "card" => wrong("a name and a number", "write `card: {name: Ben, phone: \"+34600111333\"}`"),
        _ if matches!(node.text(), Some("true")) => alone(verb),
        _ => wrong("nothing, or `true`", &format!("write `- {verb}`")),
    }
}

fn form(node: &Node, findings: &Findings) -> Option<Arrival> {
    if let Some(name) = node.text() {
        return Some(Arrival::Form { name: name.to_owned(), data: Value::Map(Default::default()) });
    }
    let mut fields = Fields::new(node, "`form`", findings);
    let name = fields.text("name").to_owned();
    let data = fields.node("data");
    fields.finish();
    if let Some(data) = data.filter(|data| data.map().is_none() && !data.is_broken()) {
        let message = format!("`data` takes the answers of the form, and this is {}", data.describe());
        findings.push(Diagnostic::error("E958", &data.place, message).help("write `data: {day: Monday}`"));
        return None;
    }
    let data = data.map_or_else(|| Value::Map(Default::default()), value_of);
    (!name.is_empty()).then_some(Arrival::Form { name, data })
}

/// Parses `screen: DAY`, or with the answers on the screen; `screen: {action: INIT}` opens the form.
fn screen(node: &Node, findings: &Findings) -> Option<Arrival> {
    const SENT: &str = "data_exchange";
    let empty = || Value::Map(Default::default());
    if let Some(screen) = node.text() {
        return Some(Arrival::Screen { screen: screen.to_owned(), action: SENT.to_owned(), data: empty() });
    }
    let mut fields = Fields::new(node, "`screen`", findings);
    let screen = fields.opt_text("name").unwrap_or_default().to_owned();
    let action = fields.word("action", &["INIT", "BACK", SENT]).unwrap_or(SENT).to_owned();
    let data = fields.node("data").map_or_else(empty, value_of);
    fields.finish();
    Some(Arrival::Screen { screen, action, data })
}

fn referral(node: &Node, findings: &Findings) -> Option<Arrival> {
    let mut ad = Referral {
        source_type: Some("ad".to_owned()),
        source_id: None,
        source_url: None,
        headline: None,
        body: None,
        click_id: None,
    };
    if let Some(id) = node.text() {
        ad.source_id = Some(id.to_owned());
        return Some(Arrival::Referral { ad: Box::new(ad), text: FROM_AD.to_owned() });
    }
    let mut fields = Fields::new(node, "`referral`", findings);
    let mut own = |name| fields.opt_text(name).map(str::to_owned);
    ad.source_type = own("type").or(ad.source_type);
    (ad.source_id, ad.source_url, ad.headline) = (own("id"), own("url"), own("headline"));
    (ad.body, ad.click_id) = (own("body"), own("click_id"));
    let text = own("text").unwrap_or_else(|| FROM_AD.to_owned());
    fields.finish();
    Some(Arrival::Referral { ad: Box::new(ad), text })
}

fn card(node: &Node, findings: &Findings) -> Option<Arrival> {
    let mut fields = Fields::new(node, "`card`", findings);
    let name = fields.text("name").to_owned();
    let written = fields.required("phone");
    let phone = written.and_then(|node| phone::strict(node.text()?));
    if let (None, Some(node)) = (&phone, written) {
        let message = format!("`phone` takes a number as `\"+34600111222\"`, and this is {}", node.describe());
        fields.wrong(node, "E958", message);
    }
    fields.finish();
    Some(Arrival::Card { name, phone: phone? })
}
