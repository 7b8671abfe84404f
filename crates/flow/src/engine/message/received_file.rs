//! Makes the customer's file in an answer into a file that can be sent: `media: ${photo}`.

use crate::{
    base::blank::is_blank,
    engine::turn::{Here, StepFailure, Turn},
    model::{
        content::{Media, MediaKind},
        value::Value,
    },
    text::Text,
};

/// The file of an answer of type `image`, `document` and so on, if the text is one `${…}` with such a map. `None`: it is
/// a text, with an address or a path.
pub fn received(turn: &Turn<'_>, here: Here<'_>, text: &Text) -> Result<Option<Media>, StepFailure> {
    let Some(code) = text.sole() else { return Ok(None) };
    let Value::Map(answer) = turn.eval(here, code, &[])? else { return Ok(None) };
    let line = |key: &str| answer.get(key).and_then(Value::print).filter(|text| !is_blank(text));
    let Some(kind) = line("kind").and_then(|name| MediaKind::named(&name)) else {
        let text = format!("`{}` is no file that a customer has sent", code.source().trim());
        return Err(StepFailure::new("type", text));
    };
    let filename = line("filename").filter(|_| kind == MediaKind::Document);
    // The address of a file at WhatsApp opens for us alone, so its id goes first where the platform takes ids.
    match (line("id").filter(|_| turn.world.sender.carries.uploads), line("url")) {
        (Some(id), _) => Ok(Some(Media::uploaded(kind, &id, filename))),
        (None, Some(url)) => Ok(Some(Media { kind, url, filename })),
        (None, None) => {
            let sender = &turn.world.sender.name;
            let text = format!("the file came without an address, and the platform of the sender `{sender}` needs one");
            Err(StepFailure::new("no_file", text))
        }
    }
}
