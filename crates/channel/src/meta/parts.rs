//! Defines the parts of an item in `messages`, with Meta's names.

use super::body::Text;
use crate::model::inbound::Referral;
use serde::Deserialize;
use serde_json::value::RawValue;

/// One item of `messages`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Message<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub from: Text<'a>,
    #[serde(borrow)]
    pub from_user_id: Text<'a>,
    #[serde(borrow)]
    pub timestamp: Text<'a>,
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub group_id: Text<'a>,
    #[serde(borrow)]
    pub context: Option<Context<'a>>,
    #[serde(borrow)]
    pub text: Option<Body<'a>>,
    #[serde(borrow)]
    pub image: Option<File<'a>>,
    #[serde(borrow)]
    pub audio: Option<File<'a>>,
    /// A voice message: most webhooks send it as `audio` with a flag `voice`.
    #[serde(borrow)]
    pub voice: Option<File<'a>>,
    #[serde(borrow)]
    pub video: Option<File<'a>>,
    #[serde(borrow)]
    pub document: Option<File<'a>>,
    #[serde(borrow)]
    pub sticker: Option<File<'a>>,
    #[serde(borrow)]
    pub location: Option<Location<'a>>,
    #[serde(borrow)]
    pub contacts: Option<&'a RawValue>,
    #[serde(borrow)]
    pub order: Option<&'a RawValue>,
    #[serde(borrow)]
    pub interactive: Option<Interactive<'a>>,
    #[serde(borrow)]
    pub button: Option<Tapped<'a>>,
    #[serde(borrow)]
    pub reaction: Option<Reaction<'a>>,
    #[serde(borrow)]
    pub system: Option<System<'a>>,
    #[serde(borrow)]
    pub edit: Option<Changed<'a>>,
    #[serde(borrow)]
    pub revoke: Option<Changed<'a>>,
    #[serde(borrow)]
    pub unsupported: Option<Unsupported<'a>>,
    #[serde(borrow)]
    pub referral: Option<Ad<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Context<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Body<'a> {
    #[serde(borrow)]
    pub body: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct File<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub mime_type: Text<'a>,
    #[serde(borrow)]
    pub url: Text<'a>,
    #[serde(borrow)]
    pub caption: Text<'a>,
    #[serde(borrow)]
    pub filename: Text<'a>,
    #[serde(borrow)]
    pub sha256: Text<'a>,
    pub voice: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Location<'a> {
    #[serde(borrow)]
    pub latitude: Text<'a>,
    #[serde(borrow)]
    pub longitude: Text<'a>,
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    pub address: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Interactive<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub button_reply: Option<Tapped<'a>>,
    #[serde(borrow)]
    pub list_reply: Option<Tapped<'a>>,
    #[serde(borrow)]
    pub nfm_reply: Option<FormReply<'a>>,
    #[serde(borrow)]
    pub call_permission_reply: Option<&'a RawValue>,
}

/// A tap: `id` and `title` on our interactive messages, `payload` and `text` on templates.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Tapped<'a> {
    #[serde(borrow, alias = "payload")]
    pub id: Text<'a>,
    #[serde(borrow, alias = "text")]
    pub title: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct FormReply<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    pub response_json: Option<&'a RawValue>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Reaction<'a> {
    #[serde(borrow)]
    pub message_id: Text<'a>,
    #[serde(borrow)]
    pub emoji: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct System<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    /// Older webhooks call it `new_wa_id`.
    #[serde(borrow, alias = "new_wa_id")]
    pub wa_id: Text<'a>,
    #[serde(borrow)]
    pub user_id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Changed<'a> {
    #[serde(borrow)]
    pub original_message_id: Text<'a>,
    #[serde(borrow)]
    pub message: Option<Edited<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Edited<'a> {
    #[serde(borrow)]
    pub text: Option<Body<'a>>,
    #[serde(borrow)]
    pub image: Option<File<'a>>,
    #[serde(borrow)]
    pub video: Option<File<'a>>,
    #[serde(borrow)]
    pub document: Option<File<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Unsupported<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Ad<'a> {
    #[serde(borrow)]
    pub source_type: Text<'a>,
    #[serde(borrow, alias = "id")]
    pub source_id: Text<'a>,
    #[serde(borrow)]
    pub source_url: Text<'a>,
    #[serde(borrow)]
    pub headline: Text<'a>,
    #[serde(borrow)]
    pub body: Text<'a>,
    #[serde(borrow)]
    pub ctwa_clid: Text<'a>,
}

impl Ad<'_> {
    pub fn ours(&self) -> Referral {
        Referral {
            source_type: self.source_type.owned(),
            source_id: self.source_id.owned(),
            source_url: self.source_url.owned(),
            headline: self.headline.owned(),
            body: self.body.owned(),
            click_id: self.ctwa_clid.owned(),
        }
    }
}
