//! Implements `webhook`: another system posts data about a contact to `POST /hooks/NAME`.

use super::TriggerKind;
use crate::{base::{diagnostic::{Diagnostic, did_you_mean}, fix::Fix}, definition::Field, text::Text, load::{declarations::declared, spec::{FieldKind, FieldSpec, Spec, parts}, step_fields::TriggerFields}, engine::inputs, model::value::Value};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

pub struct Webhook {
    pub name: String,
    /// `None`: the request needs an API key of the account.
    pub verify: Option<Verify>,
    /// The contact: a phone number.
    pub contact: Text,
    pub new_contact: NewContact,
    /// Keys that the body must have; they become inputs.
    pub body: Vec<Field>,
}

/// The proof that a request comes from the right system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verify {
    pub header: String,
    pub how: VerifyMethod,
    /// The name of a secret.
    pub secret: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerifyMethod {
    /// The header is the secret itself.
    Equals,
    /// The header is the HMAC-SHA256 of the body.
    HmacHex,
    HmacBase64,
}

/// The action for an unknown contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewContact {
    Ignore,
    Create,
}

const VERIFY: FieldKind = FieldKind::Record(&[
    FieldSpec::required("header", FieldKind::Name, "The header that shows it: `x-shop-signature`."),
    FieldSpec::optional("equals", FieldKind::Name, "The name of the secret that the header must be."),
    FieldSpec::optional(
        "hmac",
        FieldKind::Word(&["sha256-hex", "sha256-base64"]),
        "How the header signs the body; `sha256=` may stand before it.",
    ),
    FieldSpec::optional("secret", FieldKind::Name, "The name of the secret that it signs with."),
]);

impl TriggerKind for Webhook {
    const SPEC: Spec = Spec {
        name: "webhook",
        summary: "Another system posts JSON to `/hooks/NAME`: `body` is what it said, and what `body:` lists becomes inputs.",
        fields: &[
            FieldSpec::required("webhook", FieldKind::Name, "The name in the address: `cart_abandoned` for `/hooks/cart_abandoned`."),
            FieldSpec::optional(
                "verify",
                VERIFY,
                "Who may post: `{header, equals: SECRET}`, or `{header, hmac: sha256-hex, secret: SECRET}` (or \
                 `sha256-base64`) for a signature over the body. Without it the request needs an API key.",
            ),
            FieldSpec::required("contact", FieldKind::Text, "The phone number of whom it is about: `${body.phone}`."),
            FieldSpec::default(
                "new_contact",
                FieldKind::Word(&["ignore", "create"]),
                "ignore",
                "What to do with a number that nobody has written from: `ignore` or `create`; it has consented to nothing.",
            ),
            FieldSpec::optional(
                "body",
                FieldKind::MapOf(&parts::DECLARATION),
                "Names with types that the body must have; they become inputs. A body without them is answered with 422.",
            ),
        ],
        example: "webhook: order_paid\ncontact: ${body.phone}\nbody: {phone: phone, order: text}\nonce_per: ${body.order}",
    };

    fn parse(fields: &mut TriggerFields<'_, '_>) -> Self {
        let name = fields.name("webhook");
        if let Some(node) = fields.node("webhook").filter(|_| !name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))) {
            let fits: String = name.chars().map(|c| if c.is_alphanumeric() || "_-.".contains(c) { c } else { '_' }).collect();
            let message = format!("`{name}` does not fit into an address: it has letters, digits, `_`, `-` and `.`; write `{fits}`");
            fields.wrong(node, "E246", message);
        }
        let new_contact = match fields.word("new_contact", &["ignore", "create"]) {
            Some("create") => NewContact::Create,
            Some(_) | None => NewContact::Ignore,
        };
        if let Some(node) = fields.node("contact") {
            fields.no_values(node);
        }
        let findings = fields.findings();
        let body = declared(fields.map("body"), findings);
        if let Some(node) = fields.node("contact")
            && let Some(name) = node.text().filter(|text| body.iter().any(|part| part.name == *text))
        {
            let written = format!("${{body.{name}}}");
            let message = format!("this is the text `{name}`, and nothing works it out");
            let finding = Diagnostic::warning("W320", &node.place, message);
            let fix = Fix::replace(format!("write `{written}`"), &node.place, &written);
            findings.push(finding.help(format!("write `{written}`, which the webhook brings")).fix(fix));
        }
        Webhook { name, verify: read_verify(fields), contact: fields.text("contact"), new_contact, body }
    }

    fn key(&self) -> Option<String> {
        Some(format!("webhook {}", self.name))
    }
}

impl Webhook {
    /// The key of the body with the number, if `contact` is `${body.NAME}`.
    pub fn contact_member(&self) -> Option<&str> {
        let name = self.contact.source().strip_prefix("${body.")?.strip_suffix('}')?;
        name.chars().all(|c| c.is_alphanumeric() || c == '_').then_some(name)
    }

    /// The inputs from a body; `Err`: the mistake in it. It may contain further keys.
    pub fn inputs(&self, body: &Value, zone: &TimeZone) -> Result<BTreeMap<String, Value>, String> {
        let nothing = BTreeMap::new();
        let all = match body {
            Value::Map(all) => all,
            _ if self.body.is_empty() => &nothing,
            _ => return Err("the body is no JSON object".into()),
        };
        let listed = |name: &String| self.body.iter().any(|field| field.name == *name);
        let given = all.iter().filter(|(name, _)| listed(name)).map(|(name, value)| (name.clone(), value.clone()));
        inputs::typed(&self.body, given.collect(), zone).map_err(|why| why.replace("the input", "in the body,"))
    }
}

fn read_verify(fields: &mut TriggerFields<'_, '_>) -> Option<Verify> {
    let node = fields.node("verify")?;
    let mut keys = fields.below(node, "verify");
    let header = keys.text("header").to_ascii_lowercase();
    let (equals, secret) = (keys.node("equals"), keys.node("secret"));
    let hmac = keys.word("hmac", &["sha256-hex", "sha256-base64"]);
    // The value exists and is wrong, which has a finding.
    let unknown = hmac.is_none() && keys.node("hmac").is_some() && equals.is_none();
    keys.finish();
    if unknown || node.map().is_none() {
        return None;
    }
    let (how, named) = match (equals, hmac) {
        (Some(node), None) => (VerifyMethod::Equals, Some(node)),
        (None, Some("sha256-base64")) => (VerifyMethod::HmacBase64, secret),
        (None, Some(_)) => (VerifyMethod::HmacHex, secret),
        (None, None) | (Some(_), Some(_)) => {
            let help = "write `{header: x-token, equals: SECRET}` or `{header: x-signature, hmac: sha256-hex, secret: SECRET}`";
            let finding = Diagnostic::error("E246", &node.place, "`verify` needs either `equals` or `hmac`");
            fields.report(finding.help(help));
            return None;
        }
    };
    let Some(named) = named else {
        fields.report(Diagnostic::error("E246", &node.place, "`hmac` needs a `secret`").help("add `secret: NAME`"));
        return None;
    };
    let secret = named.text().unwrap_or_default();
    let known = &fields.bot().secrets;
    if !known.iter().any(|name| name == secret) && !named.is_broken() {
        let help = did_you_mean(secret, known.iter().map(String::as_str));
        let capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let is_name = help.is_some() || secret.starts_with(|c: char| c.is_ascii_uppercase()) && secret.chars().all(capital);
        fields.report(match (is_name, known.first()) {
            (true, _) => Diagnostic::error("E246", &named.place, format!("there is no secret `{secret}`"))
                .help(help.unwrap_or_else(|| "add its name to `secrets` in `_bot.yaml`".into())),
            // It may be the secret itself, which no finding repeats.
            (false, known) => {
                let name = known.map_or("HOOK_SECRET", String::as_str);
                Diagnostic::error("E246", &named.place, "here stands the name of a secret, never the secret itself").help(
                    format!("write `{name}`, a name under `secrets` in `_bot.yaml`; its value stands in the configuration alone"),
                )
            }
        });
    }
    Some(Verify { header, how, secret: secret.to_owned() })
}
