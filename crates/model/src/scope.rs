//! Names the scopes of API keys.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

/// One right of an API key. A key with scopes may do only what its scopes name; a route needs exactly one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read everything of the account, with the personal data of customers masked.
    Read,
    /// Preview, publish, play and test flows, and play a customer at a sandbox sender.
    Flows,
    /// Send messages, start and stop runs, emit events, send broadcasts.
    Send,
    /// See the personal data of customers, change contacts and consent, take conversations over.
    People,
}

/// The scopes of one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scope {
    pub const ALL: [Scope; 4] = [Scope::Read, Scope::Flows, Scope::Send, Scope::People];
    pub const NAMES: &'static [&'static str] = &["read", "flows", "send", "people"];

    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Flows => "flows",
            Scope::Send => "send",
            Scope::People => "people",
        }
    }

    pub fn parse(text: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

impl Scopes {
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Scopes {
        scopes.into_iter().fold(Scopes::default(), |all, scope| Scopes(all.0 | 1 << scope as u8))
    }

    pub fn has(self, scope: Scope) -> bool {
        self.0 & (1 << scope as u8) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn all(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    /// Reads names that are separated by commas or blanks; `Err` is the first that is none.
    pub fn parse(text: &str) -> Result<Scopes, &str> {
        let names = text.split([',', ' ']).filter(|name| !name.is_empty());
        names.map(|name| Scope::parse(name).ok_or(name)).collect::<Result<Vec<Scope>, &str>>().map(Scopes::of)
    }
}

/// The names, separated by commas, in the order of `Scope::ALL`.
impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.all().map(Scope::as_str).collect();
        f.write_str(&names.join(","))
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Scopes::parse(&text).map_err(|name| D::Error::custom(format!("there is no scope `{name}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_read_as_its_scope() {
        for (scope, name) in Scope::ALL.into_iter().zip(Scope::NAMES) {
            assert_eq!((scope.as_str(), Scope::parse(name)), (*name, Some(scope)));
        }
        assert_eq!(Scope::parse("Read"), None);
    }

    #[test]
    fn a_set_is_written_in_one_order_and_read_again() {
        let scopes = Scopes::parse("people, read").unwrap();
        assert_eq!((scopes.to_string().as_str(), Scopes::parse("read,people")), ("read,people", Ok(scopes)));
        assert!(scopes.has(Scope::People) && !scopes.has(Scope::Send) && !scopes.is_empty());
        assert_eq!(Scopes::parse("read,sned"), Err("sned"));
        assert!(Scopes::parse("").unwrap().is_empty());
    }
}
