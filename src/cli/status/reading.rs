//! Reads a page of metrics, and finds sums and quantiles in one page or in the difference of two.

use std::collections::BTreeMap;

/// The samples of a page at one moment: the name with its labels, and the value.
#[derive(Debug, Default, Clone)]
pub struct Reading(BTreeMap<String, f64>);

/// The upper bounds of the buckets of a histogram with the number of observations in each, in order.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Buckets(Vec<(f64, f64)>);

impl Reading {
    /// `page`: OpenMetrics or the text format of Prometheus. A line that is no sample is left out.
    pub fn of(page: &str) -> Reading {
        let sample = |line: &str| {
            // A label's value may hold a blank, so the name ends behind its labels.
            let end = line.rfind('}').map_or_else(|| line.find(' '), |end| Some(end + 1))?;
            let value = line[end..].split_whitespace().next()?.parse().ok()?;
            Some((line[..end].to_owned(), value))
        };
        Reading(page.lines().filter(|line| !line.starts_with('#')).filter_map(sample).collect())
    }

    /// The sum of all series with this name whose labels hold all these: `state="sent"`.
    pub fn sum(&self, name: &str, labels: &[&str]) -> f64 {
        self.series(name)
            .filter(|(held, _)| labels.iter().all(|label| held.contains(label)))
            .fold(0.0, |sum, (_, value)| sum + value)
    }

    pub fn buckets(&self, name: &str) -> Buckets {
        let name = format!("{name}_bucket");
        let bound = |labels: &str| {
            let written = labels.split("le=\"").nth(1)?.split('"').next()?;
            if written == "+Inf" { Some(f64::INFINITY) } else { written.parse().ok() }
        };
        let mut counts: Vec<(f64, f64)> =
            self.series(&name).filter_map(|(labels, count)| Some((bound(labels)?, count))).collect();
        counts.sort_by(|one, other| one.0.total_cmp(&other.0));
        // Each bucket counts those below it, too.
        let mut below = 0.0;
        for (_, count) in &mut counts {
            (*count, below) = (*count - below, *count);
        }
        Buckets(counts)
    }

    fn series<'s>(&'s self, name: &'s str) -> impl Iterator<Item = (&'s str, f64)> {
        let of_name = move |(sample, value): (&'s String, &f64)| {
            let labels = sample.strip_prefix(name)?;
            (labels.is_empty() || labels.starts_with('{')).then_some((labels, *value))
        };
        self.0.iter().filter_map(of_name)
    }
}

impl Buckets {
    pub fn count(&self) -> f64 {
        self.0.iter().fold(0.0, |sum, (_, count)| sum + count)
    }

    /// The observations that came after an earlier reading.
    pub fn since(&self, earlier: &Buckets) -> Buckets {
        let before = |bound: f64| earlier.0.iter().find(|(known, _)| *known == bound).map_or(0.0, |(_, count)| *count);
        Buckets(self.0.iter().map(|(bound, count)| (*bound, (count - before(*bound)).max(0.0))).collect())
    }

    /// The bound below which this part (0 to 1) of the observations lies; `None`: there are none.
    pub fn quantile(&self, part: f64) -> Option<f64> {
        let wanted = self.count() * part;
        let mut seen = 0.0;
        let found = self.0.iter().find(|(_, count)| {
            seen += count;
            seen >= wanted
        });
        found.map(|(bound, _)| *bound).filter(|_| self.count() > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# HELP transom_messages Messages
transom_messages_total{sender=\"1\",state=\"sent\"} 7
transom_messages_total{sender=\"2\",state=\"sent\"} 5
transom_messages_total{sender=\"2\",state=\"failed\"} 1
transom_messages_totals 100
transom_runs_total{flow=\"a } b\"} 3
transom_lane_queue 4
transom_turn_seconds_bucket{le=\"0.001\"} 90
transom_turn_seconds_bucket{le=\"0.002\"} 99
transom_turn_seconds_bucket{le=\"+Inf\"} 100
no sample here
";

    #[test]
    fn series_of_a_name_are_summed_by_their_labels() {
        let reading = Reading::of(PAGE);
        assert_eq!(reading.sum("transom_messages_total", &[]), 13.0);
        assert_eq!(reading.sum("transom_messages_total", &["state=\"sent\""]), 12.0);
        assert_eq!(reading.sum("transom_runs_total", &[]), 3.0);
        assert_eq!((reading.sum("transom_lane_queue", &[]), reading.sum("transom_other", &[])), (4.0, 0.0));
    }

    #[test]
    fn a_quantile_is_the_bound_of_its_bucket() {
        let buckets = Reading::of(PAGE).buckets("transom_turn_seconds");
        assert_eq!(buckets.count(), 100.0);
        let of = |part| buckets.quantile(part);
        assert_eq!((of(0.5), of(0.9), of(0.91), of(0.99)), (Some(0.001), Some(0.001), Some(0.002), Some(0.002)));
        assert_eq!(of(1.0), Some(f64::INFINITY));
        assert_eq!(Buckets::default().quantile(0.5), None);
        assert_eq!(buckets.since(&buckets).quantile(0.5), None, "nothing came since");
        let later = Reading::of(&PAGE.replace("+Inf\"} 100", "+Inf\"} 103")).buckets("transom_turn_seconds");
        assert_eq!(later.since(&buckets).quantile(0.5), Some(f64::INFINITY));
    }
}
