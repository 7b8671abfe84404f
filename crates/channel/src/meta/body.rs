//! Defines the structure of Meta's webhooks, as lenient as possible: strings or numbers, unknown and missing fields.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt, marker::PhantomData};

/// A text, or a number where Meta's documentation has a text; any other type counts as absent. U+0000 becomes U+FFFD,
/// because Postgres cannot store it.
#[derive(Debug, Clone, Default)]
pub struct Text<'a>(Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    /// The text if it is present and not empty.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// The text if it is present, even empty.
    pub fn present(&self) -> Option<&str> {
        self.0.as_deref()
    }

    pub fn owned(&self) -> Option<String> {
        self.get().map(str::to_owned)
    }

    pub fn or_empty(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(AnyText)
    }
}

struct AnyText;

impl<'de> Visitor<'de> for AnyText {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }
    // This is called only for a text with escapes, and U+0000 is always escaped.
    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.replace('\0', "\u{FFFD}")))))
    }
    fn visit_i64<E>(self, n: i64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(n.to_string()))))
    }
    fn visit_u64<E>(self, n: u64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(n.to_string()))))
    }
    fn visit_f64<E>(self, n: f64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(n.to_string()))))
    }
    fn visit_bool<E>(self, _: bool) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }
    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Text<'de>, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Text(None))
    }
}

/// The structure of a webhook. The lists inside stay raw, so that each item fails alone.
#[derive(Deserialize)]
pub struct Envelope<'a> {
    #[serde(borrow)]
    pub entry: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
pub struct Entry<'a> {
    #[serde(borrow, default)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub changes: Vec<Change<'a>>,
}

#[derive(Deserialize)]
pub struct Change<'a> {
    #[serde(borrow)]
    pub field: Cow<'a, str>,
    #[serde(borrow)]
    pub value: &'a RawValue,
}

/// The same without types for its parts; used only if the typed structure did not match.
#[derive(Deserialize)]
pub struct LooseEnvelope<'a> {
    #[serde(borrow)]
    pub entry: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
pub struct LooseEntry<'a> {
    #[serde(borrow, default)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub changes: Vec<&'a RawValue>,
}

/// A value that counts as missing if it has an unexpected type: one strange contact must not cost a thousand messages.
#[derive(Default)]
pub struct Tolerant<T>(pub T);

impl<T> std::ops::Deref for Tolerant<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<'de, T: Tolerate<'de>> Deserialize<'de> for Tolerant<T> {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        input.deserialize_any(AnyPart(PhantomData))
    }
}

/// How a tolerated value is read if it has the right type.
pub trait Tolerate<'de>: Default {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::of_another_type())
    }
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::of_another_type())
    }
    /// Stands for a value of another type, which is not `null`.
    fn of_another_type() -> Self {
        Self::default()
    }
}

struct AnyPart<T>(PhantomData<T>);

impl<'de, T: Tolerate<'de>> Visitor<'de> for AnyPart<T> {
    type Value = Tolerant<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a part of a webhook")
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::from_map(map).map(Tolerant)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        T::from_list(list).map(Tolerant)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Tolerant::default())
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Tolerant(T::of_another_type()))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Tolerant(T::of_another_type()))
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Tolerant(T::of_another_type()))
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Tolerant(T::of_another_type()))
    }
    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Tolerant(T::of_another_type()))
    }
}

macro_rules! tolerate {
    ($($name:ident),*) => { $(
        impl<'de: 'a, 'a> $crate::meta::body::Tolerate<'de> for $name<'a> {
            fn from_map<A: serde::de::MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
                serde::Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))
            }
        }
    )* };
}
pub(super) use tolerate;

tolerate!(Value, Metadata, Person, Profile);

impl<'de, T: Deserialize<'de>> Tolerate<'de> for Vec<T> {
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = list.next_element()? {
            all.push(item);
        }
        Ok(all)
    }
}

/// The items of a list, unparsed.
pub type List<'a> = Tolerant<Items<'a>>;

#[derive(Default)]
pub struct Items<'a> {
    pub items: Vec<&'a RawValue>,
    /// True for a value that is neither a list nor `null`: what it says must not be lost.
    pub is_no_list: bool,
}

impl<'de: 'a, 'a> Tolerate<'de> for Items<'a> {
    fn from_list<A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        Ok(Items { items: Vec::from_list(list)?, is_no_list: false })
    }
    fn of_another_type() -> Self {
        Items { is_no_list: true, ..Items::default() }
    }
}
pub type People<'a> = Tolerant<Vec<Tolerant<Person<'a>>>>;

/// The `value` of fields about a phone number.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Value<'a> {
    #[serde(borrow)]
    pub metadata: Tolerant<Metadata<'a>>,
    #[serde(borrow)]
    pub contacts: People<'a>,
    #[serde(borrow)]
    pub messages: List<'a>,
    #[serde(borrow)]
    pub statuses: List<'a>,
    #[serde(borrow)]
    pub errors: List<'a>,
    #[serde(borrow)]
    pub message_echoes: List<'a>,
    #[serde(borrow)]
    pub standby: Tolerant<Standby<'a>>,
    #[serde(borrow)]
    pub user_preferences: List<'a>,
    #[serde(borrow)]
    pub user_id_update: List<'a>,
    #[serde(borrow)]
    pub calls: List<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Metadata<'a> {
    #[serde(borrow)]
    pub display_phone_number: Text<'a>,
    #[serde(borrow)]
    pub phone_number_id: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Standby<'a> {
    /// True for a value that is neither an object nor `null`.
    #[serde(skip)]
    pub is_no_object: bool,
    #[serde(borrow)]
    pub contacts: People<'a>,
    #[serde(borrow)]
    pub messages: List<'a>,
    #[serde(borrow)]
    pub statuses: List<'a>,
    #[serde(borrow)]
    pub message_echoes: List<'a>,
}

impl<'de: 'a, 'a> Tolerate<'de> for Standby<'a> {
    fn from_map<A: MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        Deserialize::deserialize(serde::de::value::MapAccessDeserializer::new(map))
    }
    fn of_another_type() -> Self {
        Standby { is_no_object: true, ..Standby::default() }
    }
}

/// An entry of `contacts`: the sender's id and name.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Person<'a> {
    #[serde(borrow)]
    pub wa_id: Text<'a>,
    #[serde(borrow)]
    pub user_id: Text<'a>,
    #[serde(borrow)]
    pub profile: Tolerant<Profile<'a>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Profile<'a> {
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    pub username: Text<'a>,
}
