//! How long ago the contact's last message may be, at least and at most.

use crate::base::{
    limits::{WINDOW, WINDOW_MARGIN},
    time::Span,
};

/// Time since the contact's last message; a `most` of [`ANY`] stands for *any time*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Age {
    pub least: Span,
    pub most: Span,
}

pub const ANY: Span = Span(i64::MAX);
/// A plain message may leave up to here.
pub const END: Span = Span(WINDOW.0 - WINDOW_MARGIN.0);

impl Age {
    pub const NOW: Age = Age { least: Span::ZERO, most: Span::ZERO };
    pub const ANY: Age = Age { least: Span::ZERO, most: ANY };

    pub fn join(self, other: Age) -> Age {
        Age { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    /// When between `least` and `most` more has passed.
    pub fn later(self, least: Span, most: Span) -> Age {
        Age { least: add(self.least, least), most: add(self.most, most) }
    }

    /// A wait that may end at once.
    pub fn up_to(self, most: Span) -> Age {
        self.later(Span::ZERO, most)
    }

    /// What is left when it is known to be below `limit`. Who was last heard of before that has written meanwhile:
    /// people write when they like, also while a flow waits. `None`: nothing is below it.
    pub fn below(self, limit: Span) -> Option<Age> {
        let most = self.most.min(Span(limit.0.saturating_sub(1)));
        let least = if self.least < limit { self.least } else { Span::ZERO };
        (limit > Span::ZERO).then_some(Age { least, most })
    }

    /// And when it is known to be `limit` or more.
    pub fn from(self, limit: Span) -> Option<Age> {
        (self.most >= limit).then_some(Age { least: self.least.max(limit), most: self.most })
    }

    /// A plain message may find the window closed.
    pub fn crosses(self) -> bool {
        self.most >= END
    }

    /// "can go out 24.0 h – 44.0 h after the last reply"
    pub fn words(self) -> String {
        match (self.least, self.most) {
            (Span::ZERO, ANY) => "can go out at any time after the last reply".into(),
            (least, ANY) => format!("can go out {} or more after the last reply", hours(least)),
            (least, most) if least == most => format!("goes out {} after the last reply", hours(least)),
            (least, most) => format!("can go out {} – {} after the last reply", hours(least), hours(most)),
        }
    }
}

/// `24.0 h`
pub fn hours(span: Span) -> String {
    format!("{:.1} h", span.0 as f64 / 3_600_000.0)
}

/// `24.0 h`, `20 min`, `30 s`
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
