//! Implements WhatsApp through Kapso: Meta's API behind a proxy, and webhooks of two kinds (platform.md 3).

mod receive;

use super::{
    BoxFuture, Http, Next, Outgoing, Provider, RawRequest, Receipt, Rejected, Reply, SendError,
    checkup::{Check, Grade, unanswered, unknown_sender},
    file::{self, FileUrl},
    imitation::{ImitatedEvent, Posted},
    meta::{Meta, MetaSender},
    question::{Question, QuestionError, ask},
    signature::{Claimed, Key},
    untrusted_json,
    upload::Upload,
};
use crate::{
    Auth,
    base::{
        ids::{ProviderId, SenderId},
        secret::Secret,
        time::Time,
    },
    model::{
        channel_limits::{ChannelLimits, META},
        draft::{CreatedTemplate, TemplateDraft},
        inbound::{Alias, AliasKind, Item, StatusError},
        template::Template,
    },
};

/// One number at Kapso, as configured.
#[derive(Debug, Clone)]
pub struct KapsoSender {
    pub id: SenderId,
    /// `+` and digits.
    pub phone: String,
    pub phone_number_id: String,
    /// For the template catalogue.
    pub waba_id: String,
    pub api_key: Secret,
    /// Several during rotation; never empty (the configuration checks this).
    pub webhook_secrets: Vec<Secret>,
    /// `https://api.kapso.ai`, or a local mock. The key is sent nowhere else.
    pub api_base: String,
    pub api_version: String,
}

const API_KEY: &str = "x-api-key";
const SIGNATURE: &str = "x-webhook-signature";

/// The provider. Kapso forwards Meta's API, so the code for Meta parses and sends.
pub struct Kapso {
    meta: Meta,
    senders: Vec<KapsoSender>,
}

impl Kapso {
    pub fn new(senders: Vec<KapsoSender>) -> Self {
        let as_meta = |sender: &KapsoSender| MetaSender {
            id: sender.id,
            phone: sender.phone.clone(),
            phone_number_id: sender.phone_number_id.clone(),
            waba_id: sender.waba_id.clone(),
            access_token: sender.api_key.clone(),
            token_header: Some(API_KEY),
            app_secrets: sender.webhook_secrets.clone(),
            verify_token: Secret::default(),
            api_base: format!("{}/meta/whatsapp", sender.api_base.trim_end_matches('/')),
            api_version: sender.api_version.clone(),
        };
        Kapso { meta: Meta::new(senders.iter().map(as_meta).collect()), senders }
    }

    fn sender(&self, id: SenderId) -> Option<&KapsoSender> {
        self.senders.iter().find(|sender| sender.id == id)
    }
}

impl Provider for Kapso {
    fn kind(&self) -> &'static str {
        "kapso"
    }

    fn carries(&self) -> &'static ChannelLimits {
        &META
    }

    fn handshake(&self, _: &RawRequest<'_>) -> Option<Reply> {
        None
    }

    /// The signature is bare hex without `sha256=`, over the raw body.
    fn receive(&self, request: &RawRequest<'_>) -> Result<Vec<Item>, Rejected> {
        if request.sender.is_some_and(|id| self.sender(id).is_none()) {
            return Err(Rejected::UnknownSender);
        }
        let claimed = request.header(SIGNATURE).and_then(Claimed::of_hex).ok_or(Rejected::BadSignature)?;
        let trust = self.meta.verified(&claimed, request.body).ok_or(Rejected::BadSignature)?;
        let event = request.header("x-webhook-event").unwrap_or_default();
        let read = |body: &[u8]| self.meta.read(&trust, request.sender, body);
        Ok(receive::receive(event, request.body, read))
    }

    fn replay(&self, raw: &str) -> Vec<Item> {
        receive::receive("", raw.as_bytes(), |body| self.meta.replay(&String::from_utf8_lossy(body)))
    }

    fn send<'a>(&'a self, http: &'a dyn Http, message: &'a Outgoing) -> BoxFuture<'a, Result<Receipt, SendError>> {
        self.meta.send(http, message)
    }

    fn judge(&self, error: &StatusError) -> Next {
        self.meta.judge(error)
    }

    fn upload<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        file: &'a Upload,
    ) -> Option<BoxFuture<'a, Result<String, SendError>>> {
        self.meta.upload(http, sender, file)
    }

    /// Kapso repeats an unanswered webhook three times within two minutes, and then no more.
    fn tells_all(&self) -> bool {
        true
    }

    fn window<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        to: &'a [Alias],
    ) -> Option<BoxFuture<'a, Result<Option<Time>, QuestionError>>> {
        let sender = self.sender(sender)?;
        let phone = to.iter().find(|alias| alias.kind == AliasKind::Phone)?;
        Some(Box::pin(last_heard(sender, http, &phone.value)))
    }

    fn mark_read<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        message: &'a ProviderId,
        typing: bool,
    ) -> Option<BoxFuture<'a, Result<(), QuestionError>>> {
        self.meta.mark_read(http, sender, message, typing)
    }

    /// Kapso hosts the files itself, at the address in its webhooks.
    fn locate<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        file: file::FileReference<'a>,
    ) -> BoxFuture<'a, Result<FileUrl, QuestionError>> {
        let found = match self.sender(sender) {
            // Webhooks that it forwards in Meta's form contain no address.
            Some(_) if file.url.is_none() => return self.meta.locate(http, sender, file),
            Some(of) => {
                let auth = Auth::Header { name: API_KEY, value: of.api_key.clone() };
                FileUrl::told(file, &of.api_base, auth)
            }
            None => Err(QuestionError::unknown(sender, "Kapso")),
        };
        Box::pin(std::future::ready(found))
    }

    /// Builds the kind of webhook that Kapso forwards in Meta's form.
    fn imitate(&self, sender: SenderId, what: ImitatedEvent<'_>) -> Option<Posted> {
        let body = self.meta.tell(self.meta.sender(sender)?, what);
        let key = Key::new(self.sender(sender)?.webhook_secrets.first()?.clone());
        let signature = key.sign(body.as_bytes()).trim_start_matches("sha256=").to_owned();
        Some(Posted { path: format!("/webhooks/kapso/{sender}"), headers: vec![(SIGNATURE, signature)], body })
    }

    fn examine<'a>(&'a self, http: &'a dyn Http, sender: SenderId) -> BoxFuture<'a, Vec<Check>> {
        Box::pin(examine(self, http, sender))
    }

    fn templates<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
    ) -> BoxFuture<'a, Result<Vec<Template>, QuestionError>> {
        Provider::templates(&self.meta, http, sender)
    }

    fn make_template<'a>(
        &'a self,
        http: &'a dyn Http,
        sender: SenderId,
        draft: &'a TemplateDraft,
    ) -> Option<BoxFuture<'a, Result<CreatedTemplate, QuestionError>>> {
        self.meta.make_template(http, sender, draft)
    }
}

/// When the customer last wrote, from Kapso's list of conversations; `None` if it has no message.
async fn last_heard(sender: &KapsoSender, http: &dyn Http, phone: &str) -> Result<Option<Time>, QuestionError> {
    let digits = phone.trim_start_matches('+');
    let (base, version) = (sender.api_base.trim_end_matches('/'), &sender.api_version);
    let question = Question {
        url: format!(
            "{base}/meta/whatsapp/{version}/{}/conversations?phone_number=%2B{digits}&fields=kapso(last_inbound_at)",
            sender.phone_number_id
        ),
        auth: Auth::Header { name: API_KEY, value: sender.api_key.clone() },
        sender: sender.id,
        secret: "api_key",
        names: "`phone_number_id`",
    };
    let told = ask(http, question).await?;
    // If the API ignored the phone filter, another customer's conversation would open the wrong window.
    let is_theirs = |one: &&serde_json::Value| {
        untrusted_json::text(one, "phone_number").is_some_and(|shown| shown.trim_start_matches('+') == digits)
    };
    let listed = untrusted_json::part(&told, "data").and_then(serde_json::Value::as_array).into_iter().flatten();
    let heard = listed.filter(is_theirs).filter_map(|one| untrusted_json::text(one, "kapso.last_inbound_at"));
    Ok(heard.filter_map(|at| untrusted_json::time(&at)).max())
}

async fn examine(kapso: &Kapso, http: &dyn Http, id: SenderId) -> Vec<Check> {
    let Some(sender) = kapso.sender(id) else { return unknown_sender(id) };
    let base = sender.api_base.trim_end_matches('/');
    let question = Question {
        url: format!("{base}/platform/v1/whatsapp/phone_numbers/{}/webhooks", sender.phone_number_id),
        auth: Auth::Header { name: API_KEY, value: sender.api_key.clone() },
        sender: id,
        secret: "api_key",
        names: "`phone_number_id`",
    };
    let webhooks = match ask(http, question).await {
        Ok(webhooks) => webhooks,
        // A wrong key fails every check: report it once.
        Err(trouble) => return vec![unanswered(&trouble)],
    };
    let mut all = kapso.meta.examine_number(http, id).await;
    let listed =
        untrusted_json::part(&webhooks, "data").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let (grade, text) = subscription(&listed, id);
    all.push(Check::new("subscription", grade, text));
    all
}

/// Checks that one of the number's webhooks points to this daemon. The text contains its address, because only an
/// operator knows whether the host is still ours.
fn subscription(listed: &[serde_json::Value], id: SenderId) -> (Grade, String) {
    let here = format!("/webhooks/kapso/{id}");
    let address = |webhook: &serde_json::Value| untrusted_json::text(webhook, "url").unwrap_or_default();
    let is_ours = |webhook: &&serde_json::Value| {
        address(webhook).split(['?', '#']).next().is_some_and(|url| url.trim_end_matches('/').ends_with(&here))
    };
    let is_active = |webhook: &&serde_json::Value| webhook.get("active") != Some(&serde_json::Value::Bool(false));
    let ours: Vec<_> = listed.iter().filter(is_ours).collect();
    let active: Vec<_> = ours.iter().copied().filter(is_active).collect();
    let Some(first) = active.first() else {
        let text = match ours.is_empty() {
            true => format!(
                "No webhook of this number leads to `{here}`: nothing will come in. Add it in Kapso, at the number, with \
                 the same secret."
            ),
            false => "Kapso has paused the webhook, as it does after failures; switch it on again in Kapso.".to_owned(),
        };
        return (Grade::Bad, text);
    };
    match active.iter().find(|webhook| brings_messages(webhook)) {
        Some(webhook) => (Grade::Good, format!("Kapso posts the number's webhooks to {}.", address(webhook))),
        None => {
            let text =
                "does not subscribe to `whatsapp.message.received`: no message will come in. Add the event in Kapso.";
            (Grade::Bad, format!("The webhook to {} {text}", address(first)))
        }
    }
}

/// True if the webhook includes messages. Webhooks of the kind *meta* have no event list; one without a list is not
/// judged.
fn brings_messages(webhook: &serde_json::Value) -> bool {
    let events = untrusted_json::part(webhook, "events").and_then(serde_json::Value::as_array);
    let Some(events) = events.filter(|events| !events.is_empty()) else { return true };
    untrusted_json::text(webhook, "kind").as_deref() == Some("meta")
        || events.iter().any(|event| event.as_str() == Some("whatsapp.message.received"))
}
