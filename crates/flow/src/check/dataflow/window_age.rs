//! Computes the least and the most time since the contact's last message.

use crate::base::{
    limits::{WINDOW, WINDOW_MARGIN},
    time::Span,
};

/// The time since the contact's last message; `most` is [`ANY`] if it has no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Age {
    pub least: Span,
    pub most: Span,
}

pub const ANY: Span = Span(i64::MAX);
/// A plain message can be sent until this age.
pub const END: Span = Span(WINDOW.0 - WINDOW_MARGIN.0);

impl Age {
    pub const NOW: Age = Age { least: Span::ZERO, most: Span::ZERO };
    pub const ANY: Age = Age { least: Span::ZERO, most: ANY };

    pub fn join(self, other: Age) -> Age {
        Age { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    /// The age after between `least` and `most` more time has passed.
    pub fn later(self, least: Span, most: Span) -> Age {
        Age { least: add(self.least, least), most: add(self.most, most) }
    }

    /// The age after a wait that may also end at once.
    pub fn up_to(self, most: Span) -> Age {
        self.later(Span::ZERO, most)
    }

    /// The age if it is known to be below `limit`. A contact with a greater age must have written meanwhile, which
    /// people can do at any time, also while a flow waits. `None`: no age is below it.
    pub fn below(self, limit: Span) -> Option<Age> {
        let most = self.most.min(Span(limit.0.saturating_sub(1)));
        let least = if self.least < limit { self.least } else { Span::ZERO };
        (limit > Span::ZERO).then_some(Age { least, most })
    }

    /// The age if it is known to be `limit` or more.
    pub fn from(self, limit: Span) -> Option<Age> {
        (self.most >= limit).then_some(Age { least: self.least.max(limit), most: self.most })
    }

    /// True if a plain message may find the window closed.
    pub fn crosses(self) -> bool {
        self.most >= END
    }

    /// The age in words: "can go out 24.0 h – 44.0 h after the last reply".
    pub fn words(self) -> String {
        match (self.least, self.most) {
            (Span::ZERO, ANY) => "can go out at any time after the last reply".into(),
            (least, ANY) => format!("can go out {} or more after the last reply", hours(least)),
            (least, most) if least == most => format!("goes out {} after the last reply", hours(least)),
            (least, most) => format!("can go out {} – {} after the last reply", hours(least), hours(most)),
        }
    }
}

/// A span in hours: `24.0 h`.
pub fn hours(span: Span) -> String {
    format!("{:.1} h", span.0 as f64 / 3_600_000.0)
}

/// A span in its largest unit: `24.0 h`, `20 min`, `30 s`.
pub fn length(span: Span) -> String {
    match span.0 {
        ms if ms >= Span::hours(1).0 => hours(span),
        ms if ms >= Span::minutes(1).0 => format!("{} min", ms / Span::minutes(1).0),
        ms => format!("{} s", ms / Span::seconds(1).0),
    }
}

fn add(a: Span, b: Span) -> Span {
    if a == ANY || b == ANY { ANY } else { Span(a.0.saturating_add(b.0)) }
}
