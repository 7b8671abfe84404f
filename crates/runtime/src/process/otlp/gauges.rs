//! Writes the metrics of `/metrics` as a request of OTLP. They are read from their text, so that both tell the same
//! under the same names.

use super::{nanos, scope, text};
use crate::base::time::Time;
use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::KeyValue,
    metrics::v1::{
        AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint, ResourceMetrics,
        ScopeMetrics, Sum, metric::Data, number_data_point,
    },
    resource::v1::Resource,
};

/// One request with all metrics of `page`, which is OpenMetrics text. `times`: the start of the process, and now.
pub(super) fn request(page: &str, times: (Time, Time), resource: Resource) -> ExportMetricsServiceRequest {
    let scope_metrics =
        vec![ScopeMetrics { scope: Some(scope()), metrics: read(page, times), ..ScopeMetrics::default() }];
    let resource_metrics =
        vec![ResourceMetrics { resource: Some(resource), scope_metrics, ..ResourceMetrics::default() }];
    ExportMetricsServiceRequest { resource_metrics }
}

/// One line of the page: its name behind that of the metric, its labels, its value.
struct Sample<'a> {
    suffix: &'a str,
    labels: Vec<(&'a str, String)>,
    value: f64,
}

fn read(page: &str, times: (Time, Time)) -> Vec<Metric> {
    let mut metrics = Vec::new();
    let (mut name, mut kind, mut help, mut samples) = ("", "", "", Vec::new());
    for line in page.lines() {
        if let Some(of) = line.strip_prefix("# HELP ") {
            metrics.extend(metric(name, kind, help, std::mem::take(&mut samples), times));
            (name, help) = of.split_once(' ').unwrap_or((of, ""));
            kind = "";
        } else if let Some(of) = line.strip_prefix("# TYPE ") {
            let (of, told) = of.split_once(' ').unwrap_or((of, ""));
            if of != name {
                metrics.extend(metric(name, kind, help, std::mem::take(&mut samples), times));
                (name, help) = (of, "");
            }
            kind = told;
        } else if !line.starts_with('#') {
            samples.extend(sample(name, line));
        }
    }
    metrics.extend(metric(name, kind, help, samples, times));
    metrics
}

fn sample<'a>(metric: &str, line: &'a str) -> Option<Sample<'a>> {
    let end = line.find(['{', ' '])?;
    let suffix = line[..end].strip_prefix(metric)?;
    let (mut labels, mut rest) = (Vec::new(), &line[end..]);
    if let Some(mut inside) = rest.strip_prefix('{') {
        loop {
            inside = inside.trim_start_matches(',');
            if let Some(behind) = inside.strip_prefix('}') {
                rest = behind;
                break;
            }
            let (label, quoted) = inside.split_once("=\"")?;
            let (value, behind) = unquoted(quoted)?;
            labels.push((label, value));
            inside = behind;
        }
    }
    let value = rest.split_ascii_whitespace().next()?.parse().ok()?;
    Some(Sample { suffix, labels, value })
}

/// Reads a label's value to its closing quote; gives the text behind that, too.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut letters) = (String::new(), text.char_indices());
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match letters.next()?.1 {
                'n' => '\n',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

fn metric(name: &str, kind: &str, help: &str, samples: Vec<Sample<'_>>, times: (Time, Time)) -> Option<Metric> {
    if samples.is_empty() {
        return None;
    }
    let cumulative = AggregationTemporality::Cumulative.into();
    let points = |samples: Vec<Sample<'_>>| samples.into_iter().map(|sample| point(sample, times)).collect();
    let data = match kind {
        "counter" => {
            let data_points = points(samples.into_iter().filter(|sample| sample.suffix != "_created").collect());
            Data::Sum(Sum { data_points, aggregation_temporality: cumulative, is_monotonic: true })
        }
        "histogram" => {
            let data_points = histograms(samples, times);
            Data::Histogram(Histogram { data_points, aggregation_temporality: cumulative })
        }
        _ => Data::Gauge(Gauge { data_points: points(samples) }),
    };
    Some(Metric { name: name.to_owned(), description: help.to_owned(), data: Some(data), ..Metric::default() })
}

fn attributes(labels: Vec<(&str, String)>) -> Vec<KeyValue> {
    labels.into_iter().map(|(name, value)| text(name, value)).collect()
}

fn point(sample: Sample<'_>, (start, now): (Time, Time)) -> NumberDataPoint {
    NumberDataPoint {
        attributes: attributes(sample.labels),
        start_time_unix_nano: nanos(start),
        time_unix_nano: nanos(now),
        value: Some(number_data_point::Value::AsDouble(sample.value)),
        ..NumberDataPoint::default()
    }
}

/// The lines of a histogram, which stand together for each set of labels, as points. OpenMetrics counts what lies at or
/// below each bound; OTLP what lies between two.
fn histograms(samples: Vec<Sample<'_>>, (start, now): (Time, Time)) -> Vec<HistogramDataPoint> {
    let mut points: Vec<(Vec<(&str, String)>, HistogramDataPoint)> = Vec::new();
    for Sample { suffix, mut labels, value } in samples {
        let bound = labels.iter().position(|(name, _)| *name == "le").map(|at| labels.remove(at).1);
        let at = points.iter().position(|(of, _)| *of == labels).unwrap_or_else(|| {
            let times = (nanos(start), nanos(now));
            let point = HistogramDataPoint {
                attributes: attributes(labels.clone()),
                start_time_unix_nano: times.0,
                time_unix_nano: times.1,
                ..HistogramDataPoint::default()
            };
            points.push((labels, point));
            points.len() - 1
        });
        let point = &mut points[at].1;
        match (suffix, bound.and_then(|bound| bound.parse::<f64>().ok())) {
            ("_sum", _) => point.sum = Some(value),
            ("_count", _) => point.count = value as u64,
            ("_bucket", Some(bound)) => {
                let below: u64 = point.bucket_counts.iter().sum();
                point.bucket_counts.push((value as u64).saturating_sub(below));
                if bound.is_finite() {
                    point.explicit_bounds.push(bound);
                }
            }
            _ => {}
        }
    }
    points.into_iter().map(|(_, point)| point).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# HELP transom_runs Runs that began.\n# TYPE transom_runs counter\n\
        transom_runs_total{flow=\"a\\\"b\\\\c,}\",kind=\"x\"} 3\n\
        # HELP transom_wait_seconds How long.\n# TYPE transom_wait_seconds histogram\n# UNIT transom_wait_seconds seconds\n\
        transom_wait_seconds_sum{of=\"a\"} 2.5\ntransom_wait_seconds_count{of=\"a\"} 4\n\
        transom_wait_seconds_bucket{le=\"0.1\",of=\"a\"} 1\ntransom_wait_seconds_bucket{le=\"1.0\",of=\"a\"} 3\n\
        transom_wait_seconds_bucket{le=\"+Inf\",of=\"a\"} 4\n\
        # HELP transom_lanes Lanes.\n# TYPE transom_lanes gauge\ntransom_lanes 7\n# EOF\n";

    #[test]
    fn a_page_becomes_sums_histograms_and_gauges() {
        let all = read(PAGE, (Time(0), Time(5)));
        assert_eq!(
            all.iter().map(|of| of.name.as_str()).collect::<Vec<_>>(),
            ["transom_runs", "transom_wait_seconds", "transom_lanes"]
        );
        let Some(Data::Sum(sum)) = &all[0].data else { panic!("{:?}", all[0]) };
        assert_eq!(sum.data_points[0].value, Some(number_data_point::Value::AsDouble(3.0)));
        assert_eq!(sum.data_points[0].attributes, [text("flow", "a\"b\\c,}".into()), text("kind", "x".into())]);
        let Some(Data::Histogram(histogram)) = &all[1].data else { panic!("{:?}", all[1]) };
        let point = &histogram.data_points[0];
        assert_eq!((point.count, point.sum), (4, Some(2.5)));
        assert_eq!(
            (point.bucket_counts.as_slice(), point.explicit_bounds.as_slice()),
            (&[1, 2, 1][..], &[0.1, 1.0][..])
        );
        let Some(Data::Gauge(gauge)) = &all[2].data else { panic!("{:?}", all[2]) };
        assert_eq!(gauge.data_points[0].value, Some(number_data_point::Value::AsDouble(7.0)));
    }

    #[test]
    fn every_line_of_the_real_page_is_told() {
        let metrics = crate::process::metrics::Metrics::new();
        metrics.answered.inc();
        metrics.send_seconds.observe(0.2);
        let page = metrics.render();
        let told = read(&page, (Time(0), Time(5)));
        let types = page.lines().filter(|line| line.starts_with("# TYPE ")).count();
        assert!(types > 40 && told.len() <= types, "{types} types, {} told", told.len());
        let lines = page.lines().filter(|line| !line.starts_with('#'));
        let unread: Vec<&str> = lines
            .filter(|line| {
                let name = line.split(['{', ' ']).next().unwrap_or_default();
                !told.iter().any(|metric| name.starts_with(metric.name.as_str()))
            })
            .collect();
        assert!(unread.is_empty(), "{unread:?}");
    }
}
