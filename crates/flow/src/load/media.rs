//! Finds the files that a flow sends: by their address, or in the bot's own folder `files/`.

use crate::{
    base::query,
    engine::{
        message::{
            compose::{is_address, media},
            received_file::received,
        },
        turn::{Here, StepFailure, Turn},
    },
    model::{
        content::{Media, is_bot_file},
        template::HeaderValue,
    },
    text::Text,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The path below which the daemon serves the bot's files, for requests with a valid signature.
pub const SERVED: &str = "/v1/files";

/// A file in the form for this sender's platform: a file of the bot as its path if it is uploaded or sent along,
/// otherwise as an address that the platform can open.
pub fn file(turn: &Turn<'_>, text: &str) -> Result<Media, StepFailure> {
    let carries = turn.world.sender.carries;
    placed(turn, text, carries.uploads || carries.attached)
}

fn placed(turn: &Turn<'_>, text: &str, by_path: bool) -> Result<Media, StepFailure> {
    let mut file = media(text)?;
    let Some(path) = file.bot_file() else { return Ok(file) };
    if let Err(why) = check_path(path) {
        return Err(StepFailure::new("no_file", format!("`{path}` is no file of the bot: {why}")));
    }
    let sender = turn.world.sender;
    if by_path {
        return Ok(file);
    }
    let Some(public_url) = sender.public_url else {
        let text = format!(
            "the platform of the sender `{}` opens files by an address, and `public_url` is not configured",
            sender.name
        );
        return Err(StepFailure::new("no_public_url", text));
    };
    file.url = address(public_url, turn.world.token_key, path);
    Ok(file)
}

/// The header of a template: a file, or else a text.
pub fn header(turn: &Turn<'_>, here: Here<'_>, written: &Text) -> Result<HeaderValue, StepFailure> {
    if let Some(answered) = received(turn, here, written)? {
        return Ok(HeaderValue::Media(answered));
    }
    let text = turn.render(here, written, &[])?;
    Ok(match names_file(&text) {
        // No platform takes the bytes of a template's file.
        true => HeaderValue::Media(placed(turn, &text, turn.world.sender.carries.uploads)?),
        false => HeaderValue::Text(text),
    })
}

/// True if the text names a file or a page.
pub fn names_file(text: &str) -> bool {
    is_address(text) || is_bot_file(text)
}

/// Checks a path, which may come from a customer's text: it must stay below its folder, and outside hidden folders.
pub fn check_path(path: &str) -> Result<(), &'static str> {
    let parts = path.split('/').skip(1);
    for part in parts {
        if part.is_empty() {
            return Err("a part of its path is empty");
        }
        if part.starts_with('.') {
            return Err("a part of its path begins with a dot");
        }
        if part.contains(['\\', ':']) || part.chars().any(char::is_control) {
            return Err("its path holds a character that no name of a file should have");
        }
    }
    Ok(())
}

/// Builds `https://bot.example.com/v1/files/TOKEN/menu.pdf`, with which anybody can read this one file. The path is
/// inside the token, because not every proxy passes a `/` that is written as `%2F`.
fn address(public_url: &str, key: &[u8], path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let token = format!("{}.{}", URL_SAFE_NO_PAD.encode(path), signature(key, path));
    format!("{}{SERVED}/{token}/{}", public_url.trim_end_matches('/'), query::encode(name))
}

/// The bot's file in the token of an address; `None`: we did not sign it.
pub fn path_of(key: &[u8], token: &str) -> Option<String> {
    let (path, given) = token.split_once('.')?;
    let path = String::from_utf8(URL_SAFE_NO_PAD.decode(path).ok()?).ok()?;
    let is_ours = subtle::ConstantTimeEq::ct_eq(signature(key, &path).as_bytes(), given.as_bytes());
    bool::from(is_ours).then_some(path)
}

/// 256 bits, so that an address cannot be guessed. A button's token is signed with the same key but begins differently.
fn signature(key: &[u8], path: &str) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    hmac.update(b"file ");
    hmac.update(path.as_bytes());
    URL_SAFE_NO_PAD.encode(hmac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_below_its_folder() {
        for good in ["files/menu.pdf", "files/May 2026/menü.pdf", "files/a.b.jpg"] {
            assert_eq!(check_path(good), Ok(()), "{good}");
        }
        for bad in [
            "files/../config.yaml",
            "files/a/../../x",
            "files//a.jpg",
            "files/.env",
            "files/a\\..\\b",
            "files/",
            "files/c:x",
        ] {
            assert!(check_path(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_is_signed_for_one_file_and_by_one_key() {
        let token_of = |path: &str| {
            let url = address("https://bot.example.com/", b"key", path);
            let rest = url.strip_prefix("https://bot.example.com/v1/files/").unwrap();
            let (token, name) = rest.split_once('/').unwrap();
            (token.to_owned(), name.to_owned())
        };
        let path = "files/May 2026/menü 1.pdf";
        let (token, name) = token_of(path);
        assert_eq!(name, "men%C3%BC%201.pdf");
        assert_eq!(path_of(b"key", &token).as_deref(), Some(path));
        assert_eq!(path_of(b"another", &token), None);
        let (other, _) = token_of("files/secret.pdf");
        let (own, theirs) = (token.split_once('.').unwrap(), other.split_once('.').unwrap());
        for bad in [format!("{}.{}", theirs.0, own.1), own.0.to_owned(), String::new(), format!("{token}=")] {
            assert_eq!(path_of(b"key", &bad), None, "{bad}");
        }
    }
}
