//! Asks the platform of one sender: token, number, right to send, clock, templates.

use super::{HealthCheck, HealthInputs, forms};
use crate::{
    base::{
        counted::counted,
        limits::{CLOCK_SKEW_MAX, COMMAND_TIMEOUT},
        time::{Span, Time, rounded},
    },
    channel::{
        Auth, HttpRequest, Method, Provider,
        checkup::{Grade, sentence},
    },
    config::Sender,
    model::template::{Template, TemplateStatus},
    store::tables::template::{self, Source},
};

/// The checks that its platform answers, those of a sandbox without any request.
pub async fn platform(inputs: &HealthInputs<'_>, sender: &Sender) -> Vec<HealthCheck> {
    let mut checks = Vec::new();
    let Some(provider) = inputs.providers.get(sender.provider()) else { return checks };
    let mut said: Vec<String> = Vec::new();
    for check in provider.examine(inputs.http, sender.id).await {
        // A wrong token or an unreachable address makes every check fail, so it is told once.
        if said.contains(&check.text) {
            continue;
        }
        said.push(check.text.clone());
        let title = title(check.name);
        checks.extend(match check.grade {
            Grade::Good => Some(HealthCheck::good(check.name, title, check.text)),
            // An unknown state needs no repair.
            Grade::Unknown => None,
            Grade::Poor => Some(HealthCheck::warning(check.name, title, check.text)),
            Grade::Bad => Some(HealthCheck::bad(check.name, title, check.text)),
        });
    }
    if sender.is_sandbox() {
        checks.push(HealthCheck::good("sandbox", "Sandbox", "Is a sandbox: nothing leaves this machine."));
    }
    if let Some(base) = sender.access.api_base() {
        checks.extend(clock(inputs, base).await);
        checks.extend(templates(inputs, provider.as_ref(), sender, &said).await);
    }
    checks.extend(forms::check(inputs, sender, &said).await);
    checks.into_iter().map(|check| check.of(sender.id)).collect()
}

fn title(name: &str) -> &str {
    match name {
        "token" => "Token",
        "number" => "Number",
        "quality" => "Quality",
        "sending" => "Right to send",
        "limit" => "Messaging limit",
        "throughput" => "Throughput",
        "subscription" => "Webhooks",
        other => other,
    }
}

/// Compares the clock with the platform's. Signatures do not depend on it, but windows, schedules and time-outs do.
async fn clock(inputs: &HealthInputs<'_>, api_base: &str) -> Option<HealthCheck> {
    let (id, title) = ("clock", "Clock");
    let request = HttpRequest {
        method: Method::Get,
        url: format!("{}/", api_base.trim_end_matches('/')),
        auth: Auth::None,
        body: None,
        timeout: COMMAND_TIMEOUT.to_std(),
        sender: None,
    };
    let answer = inputs.http.send(request).await.ok()?;
    let date = answer.headers.get("date").and_then(|date| date.to_str().ok());
    let Some(theirs) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) else {
        let told = "The clock could not be compared: the provider's answer names no time.";
        return Some(HealthCheck::warning(id, title, told));
    };
    let skew = inputs.clock.now() - Time(theirs.timestamp().as_millisecond());
    if skew.0.abs() <= CLOCK_SKEW_MAX.0 {
        return Some(HealthCheck::good(id, title, "The clock agrees with the provider's."));
    }
    let (by, way) = (rounded(Span(skew.0.abs())), if skew.0 > 0 { "ahead" } else { "behind" });
    let told = format!(
        "This machine's clock is {way} by {by}: windows and schedules would be wrong. Let it follow a time server."
    );
    Some(HealthCheck::bad(id, title, told))
}

/// Compares the known templates with the platform's catalogue: what it lacks would be refused.
async fn templates(
    inputs: &HealthInputs<'_>,
    provider: &dyn Provider,
    sender: &Sender,
    said: &[String],
) -> Vec<HealthCheck> {
    let (id, title) = ("templates", "Templates");
    let Ok(store) = &inputs.store else { return Vec::new() };
    if !provider.has_catalogue() {
        return Vec::new();
    }
    let listed = match provider.templates(inputs.http, sender.id).await {
        Ok(listed) => listed,
        Err(trouble) => {
            let why = sentence(&trouble.text);
            let told = format!("The provider's catalogue of templates cannot be read. {why}");
            let is_new = !said.contains(&why);
            return is_new.then(|| HealthCheck::warning(id, title, told)).into_iter().collect();
        }
    };
    let Ok(known) = template::of(store, sender.id).await else { return Vec::new() };
    let mut checks: Vec<HealthCheck> = known.iter().filter_map(|row| differs(row, &listed)).collect();
    let told = format!("The provider's catalogue has {}.", counted(listed.len(), "template"));
    checks.push(HealthCheck::good(id, title, told));
    checks
}

/// The difference of a known template; `None`: there is none.
fn differs(row: &template::CatalogueEntry, listed: &[Template]) -> Option<HealthCheck> {
    let (name, language) = (&row.name, &row.language);
    let id = format!("template.{name}.{language}");
    let found = listed.iter().find(|listed| listed.name == *name && listed.language == *language);
    let pull = "transom templates pull";
    match found {
        // The last pull found it deleted, and no flow sends it.
        None if row.status == TemplateStatus::Disabled => None,
        None => {
            let told = format!("Template `{name}` ({language}) is not in the provider's catalogue.");
            let check = HealthCheck::bad(id, "Template", told);
            // One of the configuration stays until somebody makes it at the platform, or takes it out there.
            Some(if row.source == Source::Config { check } else { check.mended_by(pull) })
        }
        Some(listed) if listed.status != row.status => {
            let told = format!(
                "Template `{name}` ({language}) is {:?} at the provider, here {:?}; `{pull}` takes it over.",
                listed.status, row.status
            );
            Some(HealthCheck::warning(id, "Template", told).mended_by(pull))
        }
        Some(_) => None,
    }
}
