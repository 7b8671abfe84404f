//! Signs and reads the id of a button: it contains its conversation, run, question and option, and its consent.

use crate::base::ids::{ConversationId, StepId};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// WhatsApp's shortest limit for ids: that of a list row.
pub const TOKEN_BYTES_MAX: usize = 200;

/// The content of the id of one of our buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The conversation in which it was shown; a tap in another one does not count. `None`: the old form without a
    /// conversation.
    pub of: Option<ConversationId>,
    pub run: u32,
    /// `short_step` of the question, or of the `say` that showed it.
    pub step: String,
    /// The option's id; for one that is too long, `#` and its hash (see `means`).
    pub option: String,
    /// Topic (or `all`) and whether consent is given.
    pub consent: Vec<(String, bool)>,
    /// Set for a row that leads to this page of a long list (from 0) and is not an option.
    pub page: Option<u32>,
}

impl Token {
    pub fn new(of: ConversationId, run: u32, step: &StepId, option: &str, consent: &[(String, bool)]) -> Self {
        let (step, option) = (short_step(step), option.to_owned());
        Token { of: Some(of), run, step, option, consent: consent.to_vec(), page: None }
    }

    /// The token of a row that leads to another page of a question's options.
    pub fn to_page(of: ConversationId, run: u32, step: &StepId, page: u32) -> Self {
        Token { page: Some(page), ..Token::new(of, run, step, "", &[]) }
    }

    /// Writes `t2~CONVERSATION~RUN~STEP~CONSENT~OPTION~MAC`, at most 200 bytes; `>2` in place of the consent is a page.
    /// Without a conversation it has the old form, `t1~RUN~…`.
    pub fn sign(&self, key: &[u8]) -> String {
        let head = self.head();
        let room = TOKEN_BYTES_MAX - MAC_CHARS - 1;
        let option = match head.len() + self.option.len() {
            n if n > room || self.option.starts_with('#') => short_option(&self.option),
            _ => self.option.clone(),
        };
        let signed = format!("{head}{option}");
        let mac = mac(key, &signed);
        format!("{signed}~{mac}")
    }

    /// Reads the id of a tapped button; `None` if it is not ours or was changed. The caller must check `of`.
    pub fn read(id: &str, key: &[u8]) -> Option<Token> {
        let is_new = id.starts_with("t2~");
        if id.len() > TOKEN_BYTES_MAX || !(is_new || id.starts_with("t1~")) {
            return None;
        }
        let (signed, given) = id.rsplit_once('~')?;
        if !bool::from(subtle::ConstantTimeEq::ct_eq(mac(key, signed).as_bytes(), given.as_bytes())) {
            return None;
        }
        let mut parts = signed.splitn(if is_new { 6 } else { 5 }, '~').skip(1);
        let of = if is_new { Some(ConversationId(parts.next()?.parse().ok()?)) } else { None };
        let run = parts.next()?.parse().ok()?;
        let step = parts.next()?.to_owned();
        let consent = parts.next()?;
        let page = consent.strip_prefix('>').and_then(|page| page.parse().ok());
        let consent = if page.is_some() { "" } else { consent };
        let consent = consent.split(',').filter(|c| !c.is_empty()).filter_map(|c| {
            let given = c.starts_with('+');
            Some((c.get(1..)?.to_owned(), given))
        });
        let consent = consent.collect();
        Some(Token { of, run, step, consent, page, option: parts.next()?.to_owned() })
    }

    /// True for the same button in any conversation and run.
    pub fn is_like(&self, other: &Token) -> bool {
        let told = |token: &Token| (token.step.clone(), token.option.clone(), token.consent.clone(), token.page);
        told(self) == told(other)
    }

    /// True if the token was made for the option with this id.
    pub fn means(&self, option: &str) -> bool {
        self.option == option || (self.option.starts_with('#') && self.option == short_option(option))
    }

    pub fn is_of(&self, step: &StepId) -> bool {
        self.step == short_step(step)
    }

    fn head(&self) -> String {
        let consent: Vec<String> =
            self.consent.iter().map(|(topic, given)| format!("{}{topic}", if *given { '+' } else { '-' })).collect();
        let third = self.page.map_or_else(|| consent.join(","), |page| format!(">{page}"));
        match self.of {
            Some(of) => format!("t2~{of}~{}~{}~{third}~", self.run, self.step),
            None => format!("t1~{}~{}~{third}~", self.run, self.step),
        }
    }
}

/// The option's id in one of our ids, for people who look at it: not verified, because only the daemon has the key.
pub fn option_in(id: &str) -> Option<&str> {
    let (rest, before) = match id.strip_prefix("t2~") {
        Some(rest) => (rest, 4),
        None => (id.strip_prefix("t1~")?, 3),
    };
    let (signed, _) = rest.rsplit_once('~')?;
    signed.splitn(before + 1, '~').nth(before)
}

const MAC_CHARS: usize = 14;

/// 84 bits: each guess needs a webhook that the provider has signed.
fn mac(key: &[u8], text: &str) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    hmac.update(text.as_bytes());
    let mut mac = URL_SAFE_NO_PAD.encode(hmac.finalize().into_bytes());
    mac.truncate(MAC_CHARS);
    mac
}

fn short_step(step: &StepId) -> String {
    short(step.as_str(), 8)
}

fn short_option(option: &str) -> String {
    format!("#{}", short(option, 20))
}

fn short(text: &str, chars: usize) -> String {
    let mut hash = URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()));
    hash.truncate(chars);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"a key";

    fn token(option: &str, consent: &[(String, bool)]) -> Token {
        Token::new(ConversationId(1_234_567_890_123), 7, &"welcome.ask_1".into(), option, consent)
    }

    #[test]
    fn a_token_comes_back_as_it_was() {
        for option in ["news", "Track an order", "a~b~c", "", "日本", "10:00"] {
            let consent = [("marketing".to_owned(), false), ("all".to_owned(), true)];
            let made = token(option, &consent);
            let read = Token::read(&made.sign(KEY), KEY).unwrap();
            assert_eq!(read, made);
            assert!(read.means(option) && read.is_of(&"welcome.ask_1".into()) && !read.is_of(&"welcome.ask_2".into()));
            assert_eq!(option_in(&made.sign(KEY)), Some(option));
            let old = Token { of: None, ..made.clone() };
            assert_eq!(Token::read(&old.sign(KEY), KEY).as_ref(), Some(&old), "what is on screens since before");
            assert_eq!((option_in(&old.sign(KEY)), old.is_like(&made)), (Some(option), true));
        }
    }

    #[test]
    fn a_page_is_no_option() {
        let read =
            Token::read(&Token::to_page(ConversationId(1), 7, &"welcome.ask_1".into(), 2).sign(KEY), KEY).unwrap();
        assert_eq!((read.page, read.consent.len(), read.run), (Some(2), 0, 7));
        assert!(read.is_of(&"welcome.ask_1".into()) && token("2", &[]).page.is_none());
    }

    #[test]
    fn what_was_changed_is_not_ours() {
        let signed = token("news", &[]).sign(KEY);
        assert_eq!(Token::read(&signed.replace("news", "cash"), KEY), None);
        assert_eq!(Token::read(&signed, b"another key"), None);
        let (here, there) = (token("news", &[]), Token { of: Some(ConversationId(2)), ..token("news", &[]) });
        let moved = here.sign(KEY).replace("1234567890123", "2");
        assert!(Token::read(&moved, KEY).is_none() && Token::read(&there.sign(KEY), KEY).is_some());
        for other in [
            "",
            "news",
            "t1~",
            "t2~",
            "t2~1~7~x~~news",
            "t2~x~7~x~~news~",
            "t3~1~7~x~~news~",
            "t1~7~x~~news",
            "t1~7~x~~news~",
            &"t1~".repeat(100),
        ] {
            assert_eq!(Token::read(other, KEY), None, "{other}");
        }
    }

    #[test]
    fn the_longest_option_fits_a_list_row() {
        for length in [0, 1, 130, 150, 155, 156, 157, 158, 159, 160, 170, 180, 256, 1000] {
            let option = "x".repeat(length);
            let signed = token(&option, &[("marketing".into(), true)]).sign(KEY);
            assert!(signed.len() <= TOKEN_BYTES_MAX, "{length}: {}", signed.len());
            let read = Token::read(&signed, KEY).unwrap();
            assert!(read.means(&option) && !read.means("y"));
        }
        let hashed = token("#abc", &[]).sign(KEY);
        assert!(Token::read(&hashed, KEY).unwrap().means("#abc"), "an id that looks like a hash");
    }
}
