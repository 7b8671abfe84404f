//! Formats the metrics as OpenMetrics, or as the Prometheus text format that every scraper reads.

use std::collections::HashSet;

/// The format of the metrics page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    OpenMetrics,
    Plain,
}

impl Format {
    /// Chooses by the request's `Accept`: OpenMetrics only if it is named, because browsers do not show it.
    pub fn accepted(accept: &str) -> Self {
        let named = accept.split(',').any(|part| {
            let mut words = part.split(';').map(str::trim);
            let kind = words.next().unwrap_or_default();
            let refused = words.any(|word| word.strip_prefix("q=").is_some_and(|q| q.parse::<f32>() == Ok(0.0)));
            kind.eq_ignore_ascii_case("application/openmetrics-text") && !refused
        });
        if named { Format::OpenMetrics } else { Format::Plain }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Format::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Format::Plain => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// Converts OpenMetrics to the Prometheus text format 0.0.4, which names counters with `_total`, and has no units and
/// no end marker.
pub fn plain(page: &str) -> String {
    let counters: HashSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.strip_suffix(" counter")).collect();
    let mut plain = String::with_capacity(page.len());
    for line in page.lines().filter(|line| *line != "# EOF" && !line.starts_with("# UNIT ")) {
        let described = ["# HELP ", "# TYPE "].into_iter().find_map(|head| Some((head, line.strip_prefix(head)?)));
        match described.and_then(|(head, rest)| Some((head, rest.split_once(' ')?))) {
            Some((head, (name, rest))) if counters.contains(name) => {
                plain.extend([head, name, "_total ", rest]);
            }
            _ => plain.push_str(line),
        }
        plain.push('\n');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_names_openmetrics_gets_it_and_all_others_plain_text() {
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";
        assert_eq!(Format::accepted(prometheus), Format::OpenMetrics);
        for other in ["", "*/*", "text/plain", "text/html, */*;q=0.8", "application/openmetrics-text;q=0, text/plain"] {
            assert_eq!(Format::accepted(other), Format::Plain, "{other}");
        }
    }

    #[test]
    fn a_counter_is_described_by_the_name_of_its_samples() {
        let open = "# HELP a_b Things.\n# TYPE a_b counter\na_b_total{x=\"1\"} 2\n# HELP c Now.\n# TYPE c gauge\n\
                    # UNIT c seconds\nc 1\n# EOF\n";
        assert_eq!(
            plain(open),
            "# HELP a_b_total Things.\n# TYPE a_b_total counter\na_b_total{x=\"1\"} 2\n# HELP c Now.\n# TYPE c gauge\nc 1\n"
        );
    }
}
