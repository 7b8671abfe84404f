//! Defines the possible values at one point of a flow: their kinds, whether they may be missing, and further knowledge.

use crate::{base::ids::FlowName, definition::Kind, model::answer::AnswerType};
use std::sync::Arc;

/// A set of kinds, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kinds(pub u16);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ValueType {
    pub kinds: Kinds,
    pub known: KnownValue,
}

/// Knowledge beyond the kinds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum KnownValue {
    No,
    /// One of these texts.
    Texts(Arc<[String]>),
    Truth(bool),
    /// This whole number: counting loops are followed round by round.
    Whole(i64),
    /// A map with the keys of this shape.
    Shape(Shape),
    /// The declared return values of this flow.
    Returned(FlowName),
    /// A map with exactly these keys, from a called block.
    Gives(Arc<[(String, ValueType)]>),
    /// A map with at least these keys; the types of others are unknown. The first value is its name in findings.
    Parts(&'static str, Arc<[(String, ValueType)]>),
    /// An item of a list of options, or one of these texts: the ids of the options beside the list (`also`).
    Chosen(Arc<[String]>),
    /// A list of such items.
    Items(Arc<ValueType>),
    /// A time of the opening hours, which is on the bot's clock.
    BotClock,
}

/// Maps whose keys the language defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    Http,
    /// A part of the knowledge.
    Found,
    Media,
    Location,
    Hours,
    /// A view: `contact`, `window`, ….
    View(&'static str),
}

impl Kinds {
    pub const NONE: Kinds = Kinds(0);
    /// `()`: as a literal, or an optional value.
    pub const NOTHING: Kinds = Kinds(1);
    /// No step has filled it.
    pub const UNSET: Kinds = Kinds(1 << 1);
    pub const YESNO: Kinds = Kinds(1 << 2);
    pub const WHOLE: Kinds = Kinds(1 << 3);
    pub const NUMBER: Kinds = Kinds(1 << 4);
    pub const TEXT: Kinds = Kinds(1 << 5);
    pub const DATE: Kinds = Kinds(1 << 6);
    pub const CLOCK: Kinds = Kinds(1 << 7);
    pub const DATETIME: Kinds = Kinds(1 << 8);
    pub const SPAN: Kinds = Kinds(1 << 9);
    pub const LIST: Kinds = Kinds(1 << 10);
    pub const MAP: Kinds = Kinds(1 << 11);
    /// Functions, single characters and others that no field can have.
    pub const OTHER: Kinds = Kinds(1 << 12);
    /// Unknown, such as a value from an API.
    pub const VAGUE: Kinds = Kinds(1 << 13);

    pub const NUMERIC: Kinds = Kinds(Self::WHOLE.0 | Self::NUMBER.0);
    pub const MISSING: Kinds = Kinds(Self::NOTHING.0 | Self::UNSET.0);
    pub const ALL: Kinds = Kinds(0b1_1111_1111_1100);
    pub const ANY: Kinds = Kinds(Self::ALL.0 | Self::NOTHING.0 | Self::VAGUE.0);

    const WORDS: [(Kinds, &'static str); 13] = [
        (Self::MISSING, "a value that is missing"),
        (Self::YESNO, "true or false"),
        (Self::NUMERIC, "a number"),
        (Self::WHOLE, "a number"),
        (Self::NUMBER, "a number"),
        (Self::TEXT, "a text"),
        (Self::DATE, "a date"),
        (Self::CLOCK, "a time"),
        (Self::DATETIME, "a date with time"),
        (Self::SPAN, "a length of time"),
        (Self::LIST, "a list"),
        (Self::MAP, "a map"),
        (Self::OTHER, "a function"),
    ];

    pub const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    pub fn without(self, other: Kinds) -> Kinds {
        Kinds(self.0 & !other.0)
    }

    pub fn meets(self, other: Kinds) -> bool {
        self.0 & other.0 != 0
    }

    pub fn within(self, other: Kinds) -> bool {
        self.0 & !other.0 == 0
    }

    pub fn is_vague(self) -> bool {
        self.meets(Self::VAGUE)
    }

    /// The kinds in words: "a text", "a date or a number".
    pub fn words(self) -> String {
        let mut left = self;
        let mut found = Vec::new();
        for (kinds, words) in Self::WORDS {
            if left.meets(kinds) && (kinds == Self::MISSING || kinds.within(left)) {
                found.push(words);
                left = left.without(kinds);
            }
        }
        found.join(" or ")
    }
}

impl ValueType {
    pub const fn of(kinds: Kinds) -> ValueType {
        ValueType { kinds, known: KnownValue::No }
    }

    pub const ANY: ValueType = ValueType::of(Kinds::ANY);
    pub const UNSET: ValueType = ValueType::of(Kinds::UNSET);
    pub const NOTHING: ValueType = ValueType::of(Kinds::NOTHING);

    pub fn shape(shape: Shape) -> ValueType {
        ValueType { kinds: Kinds::MAP, known: KnownValue::Shape(shape) }
    }

    pub fn text(text: impl Into<String>) -> ValueType {
        ValueType { kinds: Kinds::TEXT, known: KnownValue::Texts(Arc::from([text.into()])) }
    }

    pub fn truth(truth: bool) -> ValueType {
        ValueType { kinds: Kinds::YESNO, known: KnownValue::Truth(truth) }
    }

    /// The type of a literal map. Its keys stay known, their values may change.
    pub fn map<'n>(names: impl Iterator<Item = &'n str>) -> ValueType {
        ValueType {
            kinds: Kinds::MAP,
            known: KnownValue::Parts("this map", names.map(|name| (name.to_owned(), ValueType::ANY)).collect()),
        }
    }

    pub fn whole(number: i64) -> ValueType {
        ValueType { kinds: Kinds::WHOLE, known: KnownValue::Whole(number) }
    }

    /// The type of a field with this declaration, if it is filled.
    pub fn declared(kind: &Kind) -> ValueType {
        let kinds = match kind.of {
            AnswerType::Text | AnswerType::Phone | AnswerType::Email => Kinds::TEXT,
            AnswerType::Number => Kinds::NUMERIC,
            AnswerType::Whole => Kinds::WHOLE,
            AnswerType::Date => Kinds::DATE,
            AnswerType::Time => Kinds::CLOCK,
            AnswerType::DateTime => Kinds::DATETIME,
            AnswerType::YesNo => Kinds::YESNO,
            AnswerType::Choice if !kind.among.is_empty() => {
                return ValueType { kinds: Kinds::TEXT, known: KnownValue::Texts(kind.among.as_slice().into()) };
            }
            AnswerType::Choice | AnswerType::Any => return ValueType::ANY,
            AnswerType::List | AnswerType::Contact => Kinds::LIST,
            AnswerType::Map | AnswerType::Order | AnswerType::Form => Kinds::MAP,
            AnswerType::Image | AnswerType::Audio | AnswerType::Video | AnswerType::Document | AnswerType::Media => {
                return ValueType::shape(Shape::Media);
            }
            AnswerType::Location => return ValueType::shape(Shape::Location),
        };
        ValueType::of(kinds)
    }

    #[must_use]
    pub fn or(self, kinds: Kinds) -> ValueType {
        ValueType { kinds: self.kinds.and(kinds), known: self.known }
    }

    pub fn join(&self, other: &ValueType) -> ValueType {
        let kinds = self.kinds.and(other.kinds);
        let missing = |ty: &ValueType| ty.kinds.within(Kinds::MISSING);
        let known = match (&self.known, &other.known) {
            (a, _) if missing(other) => a.clone(),
            (_, b) if missing(self) => b.clone(),
            (a, b) if a == b => a.clone(),
            (KnownValue::Texts(a), KnownValue::Texts(b)) if a.len() + b.len() <= TEXTS_MAX => {
                let mut all = a.to_vec();
                all.extend(b.iter().filter(|text| !a.contains(text)).cloned());
                all.sort();
                KnownValue::Texts(all.into())
            }
            (KnownValue::Gives(a), KnownValue::Gives(b)) => {
                let of = |parts: &[(String, ValueType)], name: &str| {
                    parts.iter().find(|(part, _)| part == name).map_or(ValueType::NOTHING, |(_, ty)| ty.clone())
                };
                let mut names: Vec<&String> = a.iter().chain(b.iter()).map(|(name, _)| name).collect();
                names.sort();
                names.dedup();
                KnownValue::Gives(
                    names.into_iter().map(|name| (name.clone(), of(a, name).join(&of(b, name)))).collect(),
                )
            }
            (KnownValue::Items(a), KnownValue::Items(b)) => KnownValue::Items(Arc::new(a.join(b))),
            (KnownValue::Chosen(a), KnownValue::Chosen(b) | KnownValue::Texts(b))
            | (KnownValue::Texts(a), KnownValue::Chosen(b))
                if a.len() + b.len() <= TEXTS_MAX =>
            {
                let mut all = a.to_vec();
                all.extend(b.iter().filter(|text| !a.contains(text)).cloned());
                all.sort();
                KnownValue::Chosen(all.into())
            }
            _ => KnownValue::No,
        };
        ValueType { kinds, known }
    }

    /// The type of a chosen item or text if it is one of these texts (`wanted`), or none of them. `None`: impossible.
    pub fn chosen(&self, texts: &[&str], wanted: bool) -> Option<ValueType> {
        let KnownValue::Chosen(known) = &self.known else { return Some(self.clone()) };
        let left: Vec<String> = known.iter().filter(|text| texts.contains(&text.as_str()) == wanted).cloned().collect();
        let kinds = if wanted && !left.is_empty() { Kinds::TEXT } else { self.kinds };
        (!left.is_empty() || kinds != Kinds::TEXT).then(|| ValueType { kinds, known: KnownValue::Chosen(left.into()) })
    }

    /// True if the same keys of both exist or are missing, with any values. Types that differ in this stay separate
    /// states.
    pub fn looks_like(&self, other: &ValueType) -> bool {
        let sign = |ty: &ValueType| {
            let truth = if let KnownValue::Truth(truth) = ty.known { Some(truth) } else { None };
            let missing = (ty.kinds.meets(Kinds::UNSET), ty.kinds.meets(Kinds::NOTHING));
            (ty.kinds.meets(Kinds::ALL), missing, truth)
        };
        sign(self) == sign(other)
            && match (&self.known, &other.known) {
                (KnownValue::Gives(a), KnownValue::Gives(b)) => {
                    Arc::ptr_eq(a, b)
                        || a.len() == b.len()
                            && a.iter().zip(b.iter()).all(|((a, x), (b, y))| a == b && x.looks_like(y))
                }
                _ => true,
            }
    }

    /// The type without the possibility of a missing value.
    pub fn present(&self) -> ValueType {
        ValueType { kinds: self.kinds.without(Kinds::MISSING), known: self.known.clone() }
    }

    pub fn may_miss(&self) -> bool {
        self.kinds.meets(Kinds::MISSING) && !self.kinds.is_vague() || self.kinds.meets(Kinds::UNSET)
    }

    pub fn only_missing(&self) -> bool {
        self.kinds.within(Kinds::MISSING)
    }
}

/// With more known texts the type becomes any text.
const TEXTS_MAX: usize = 40;
