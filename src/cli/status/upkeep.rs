//! Tells of the last copy of the database, and of the end of the certificate.

use super::{Reading, rough};
use crate::{
    base::{
        limits::{BACKUP_LATE, CERTIFICATE_ENDS_SOON},
        time::{Span, Time, iso},
    },
    cli::terminal::paint::Paint,
};
use serde_json::{Value as Json, json};

/// `null` where the configuration wants no copies.
pub fn backup(page: &Reading, is_planned: bool) -> Json {
    if !is_planned {
        return Json::Null;
    }
    let value = |metric: &str| page.sum(metric, &[]).round() as i64;
    let at = value("transom_backup_timestamp_seconds");
    json!({
        "at": (at > 0).then(|| iso(Time(at * 1_000))),
        "bytes": value("transom_backup_bytes"),
        "late_s": value("transom_backup_late_seconds"),
        "failed": value("transom_backup_failed") > 0,
    })
}

/// `null` where the daemon speaks no TLS itself.
pub fn certificate(page: &Reading) -> Json {
    let ends = page.sum("transom_tls_certificate_expires_timestamp_seconds", &[]).round() as i64;
    if ends > 0 { json!({"ends": iso(Time(ends * 1_000))}) } else { Json::Null }
}

/// The lines for people.
pub fn lines(told: &Json, now: Time, paint: Paint) -> Vec<String> {
    [backup_line(&told["backup"], now, paint), certificate_line(&told["certificate"], now, paint)]
        .into_iter()
        .flatten()
        .collect()
}

fn backup_line(backup: &Json, now: Time, paint: Paint) -> Option<String> {
    let late = Span::seconds(backup["late_s"].as_i64()?);
    let last = match time(&backup["at"]) {
        Some(at) => {
            let size = backup["bytes"].as_f64().unwrap_or_default() / 1_048_576.0;
            format!("Last backup: {} ago, {size:.1} MiB", rough(now - at))
        }
        None => "Last backup: none yet".to_owned(),
    };
    let due = if late > Span::ZERO { format!(", the next one due for {}", rough(late)) } else { String::new() };
    Some(match backup["failed"] == true {
        true => paint.bad(format!("! {last}{due}; the last try failed, and the log says why")),
        false if late > BACKUP_LATE => paint.bad(format!("! {last}{due}; the log says why")),
        false => format!("{last}{due}"),
    })
}

fn certificate_line(certificate: &Json, now: Time, paint: Paint) -> Option<String> {
    let left = time(&certificate["ends"])? - now;
    Some(if left < Span::ZERO {
        paint.bad(format!("! The certificate ended {} ago, and platforms refuse it", rough(Span(-left.0))))
    } else if left < CERTIFICATE_ENDS_SOON {
        paint.warn(format!("! The certificate ends in {}, and nothing has renewed it yet", rough(left)))
    } else {
        format!("Certificate: ends in {}", rough(left))
    })
}

fn time(value: &Json) -> Option<Time> {
    value.as_str()?.parse::<jiff::Timestamp>().ok().map(|at| Time(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time(1_795_514_400_000);

    /// The lines for a page with these values, in seconds before or after now.
    fn told(samples: &[(&str, i64)]) -> Vec<String> {
        let page: String = samples.iter().map(|(name, value)| format!("transom_{name} {value}\n")).collect();
        let page = Reading::of(&page);
        let told = json!({"backup": backup(&page, true), "certificate": certificate(&page)});
        lines(&told, NOW, Paint::plain())
    }

    #[test]
    fn the_last_copy_is_told_with_its_age_and_size() {
        let now = NOW.0 / 1_000;
        let of = |late, failed| {
            told(&[
                ("backup_timestamp_seconds", now - 7_300),
                ("backup_bytes", 3 << 20),
                ("backup_late_seconds", late),
                ("backup_failed", failed),
            ])
        };
        assert_eq!(of(0, 0), ["Last backup: 2h 1m ago, 3.0 MiB"]);
        assert_eq!(of(60, 0), ["Last backup: 2h 1m ago, 3.0 MiB, the next one due for 1m 0s"]);
        assert_eq!(of(3_601, 0), ["! Last backup: 2h 1m ago, 3.0 MiB, the next one due for 1h 0m; the log says why"]);
        assert!(of(60, 1)[0].ends_with("the last try failed, and the log says why"));
        assert_eq!(told(&[]), ["Last backup: none yet"]);
        assert_eq!(backup(&Reading::of(""), false), Json::Null);
    }

    #[test]
    fn the_end_of_the_certificate_is_told() {
        let of =
            |left: i64| told(&[("tls_certificate_expires_timestamp_seconds", NOW.0 / 1_000 + left)]).pop().unwrap();
        assert_eq!(of(90 * 86_400), "Certificate: ends in 90d 0h");
        assert_eq!(of(14 * 86_400), "Certificate: ends in 14d 0h");
        assert_eq!(of(14 * 86_400 - 1), "! The certificate ends in 13d 23h, and nothing has renewed it yet");
        assert_eq!(of(-7_300), "! The certificate ended 2h 1m ago, and platforms refuse it");
    }
}
