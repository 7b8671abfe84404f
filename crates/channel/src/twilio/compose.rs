//! Builds webhooks as Twilio posts them, for tests and `transom trigger`.

use super::{TwilioSender, receive::OURS};
use crate::{
    base::query::encode,
    imitation::ImitatedEvent,
    meta::compose::{CustomerAction, CustomerEvent, News},
    model::inbound::AliasKind,
};

/// The query (with its `?`) and the form; `None` if Twilio has no such webhook.
pub fn told(sender: &TwilioSender, what: ImitatedEvent<'_>) -> Option<(String, String)> {
    match what {
        ImitatedEvent::Message(act) => Some((String::new(), form(&message(sender, act)?))),
        ImitatedEvent::Status(news) => {
            let query = news.ours.map(|id| format!("?{OURS}={id}")).unwrap_or_default();
            Some((query, form(&status(sender, news))))
        }
    }
}

fn message(sender: &TwilioSender, act: &CustomerAction) -> Option<Vec<(&'static str, String)>> {
    let from = match act.from.kind {
        AliasKind::Phone => format!("whatsapp:+{}", act.from.value),
        AliasKind::Bsuid => format!("whatsapp:{}", act.from.value),
    };
    let mut params = common(sender, &act.id);
    params.extend([("From", from), ("To", format!("whatsapp:{}", sender.phone)), ("SmsStatus", "received".into())]);
    if act.from.kind == AliasKind::Phone {
        params.push(("WaId", act.from.value.clone()));
    }
    params.extend(act.name.clone().map(|name| ("ProfileName", name)));
    params.extend(act.reply_to.clone().map(|id| ("OriginalRepliedMessageSid", id)));
    let mut files = 0;
    match &act.what {
        CustomerEvent::Text(body) => params.extend([("Body", body.clone()), ("MessageType", "text".into())]),
        CustomerEvent::Tap { id, title } | CustomerEvent::TapTemplate { payload: id, title } => {
            let (text, payload) = (("ButtonText", title.clone()), ("ButtonPayload", id.clone()));
            params.extend([text, payload, ("Body", title.clone()), ("MessageType", "button".into())]);
        }
        CustomerEvent::TapRow { id, title } => {
            let (row, title) = (("ListId", id.clone()), ("ListTitle", title.clone()));
            params.extend([("Body", title.1.clone()), row, title, ("MessageType", "interactive".into())]);
        }
        CustomerEvent::Location { latitude, longitude } => params.extend([
            ("Latitude", latitude.to_string()),
            ("Longitude", longitude.to_string()),
            ("MessageType", "location".into()),
        ]),
        CustomerEvent::Media { kind, id, mime, caption } => {
            files = 1;
            let url = format!("{}/2010-04-01/Accounts/{}/Media/{id}", sender.api_base, sender.account_sid);
            params.extend([
                ("MediaUrl0", url),
                ("MediaContentType0", mime.clone()),
                ("Body", caption.clone().unwrap_or_default()),
                ("MessageType", kind.clone()),
            ]);
        }
        CustomerEvent::Voice { id } => {
            files = 1;
            let url = format!("{}/2010-04-01/Accounts/{}/Media/{id}", sender.api_base, sender.account_sid);
            params.extend([
                ("MediaUrl0", url),
                ("MediaContentType0", "audio/ogg".to_owned()),
                ("MessageType", "audio".into()),
            ]);
        }
        CustomerEvent::FromAd { text, ad } => {
            let mut add = |name, value: &Option<String>| params.extend(value.clone().map(|value| (name, value)));
            add("ReferralSourceType", &ad.source_type);
            add("ReferralSourceId", &ad.source_id);
            add("ReferralSourceUrl", &ad.source_url);
            add("ReferralHeadline", &ad.headline);
            add("ReferralBody", &ad.body);
            add("ReferralCtwaClid", &ad.click_id);
            params.extend([("Body", text.clone()), ("MessageType", "text".into())]);
        }
        CustomerEvent::Welcome
        | CustomerEvent::Order(_)
        | CustomerEvent::Form(_)
        | CustomerEvent::Reaction { .. }
        | CustomerEvent::Card { .. }
        | CustomerEvent::MissedCall => return None,
    }
    params.push(("NumMedia", files.to_string()));
    Some(params)
}

fn status(sender: &TwilioSender, news: &News) -> Vec<(&'static str, String)> {
    let mut params = common(sender, &news.provider_id);
    params.extend([
        ("From", format!("whatsapp:{}", sender.phone)),
        ("To", format!("whatsapp:+{}", news.to.trim_start_matches('+'))),
        ("MessageStatus", news.state.as_str().to_owned()),
        ("SmsStatus", news.state.as_str().to_owned()),
        ("ChannelPrefix", "whatsapp".into()),
    ]);
    params.extend(news.code.map(|code| ("ErrorCode", code.to_string())));
    params
}

fn common(sender: &TwilioSender, id: &str) -> Vec<(&'static str, String)> {
    let account = ("AccountSid", sender.account_sid.clone());
    vec![("MessageSid", id.to_owned()), ("SmsMessageSid", id.to_owned()), account, ("ApiVersion", "2010-04-01".into())]
}

fn form(params: &[(&'static str, String)]) -> String {
    params.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}
