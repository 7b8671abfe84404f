//! Checks the bot's own files: missing, of a kind that WhatsApp does not accept, too large, or without an address for a
//! platform that needs one.

use super::{CheckContext, channel_support::served};
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings, nearest},
        yaml,
    },
    definition::{Flow, Node},
    engine::message::compose::is_address,
    load::media::check_path,
    model::{channel_limits::META, content::is_bot_file, format::Format},
};

pub fn check(flow: &Flow, around: &CheckContext, findings: &Findings) {
    for scalar in flow.nodes.iter().flat_map(files) {
        not_taken(scalar, findings);
    }
    let written: Vec<&yaml::Scalar> = flow.nodes.iter().flat_map(named).collect();
    for scalar in &written {
        own(scalar, around, findings);
    }
    let Some(first) = written.first().filter(|_| !around.public_url) else { return };
    if let Some((name, _)) = served(flow, around).iter().find(|(_, carries)| !carries.uploads && !carries.attached) {
        let message = format!(
            "the platform of the sender `{name}` fetches files by an address, and nobody knows where this daemon can be \
             reached: the step fails there"
        );
        let finding = Diagnostic::warning("W709", &first.place, message);
        findings.push(
            finding.help("write `public_url: https://…` in the configuration, or let other senders serve the flow"),
        );
    }
}

/// The bot's files that a step names, in order.
fn named(node: &Node) -> impl Iterator<Item = &yaml::Scalar> {
    files(node).filter(|scalar| is_bot_file(scalar.text.trim()))
}

/// All file fields of a step, and a header that may be a text.
fn files(node: &Node) -> impl Iterator<Item = &yaml::Scalar> {
    let step = &node.outline.yaml;
    let media = step.get("media").filter(|_| matches!(node.outline.verb, "say" | "ask"));
    let header = step.get("header").filter(|_| matches!(node.outline.verb, "say" | "ask" | "template"));
    let of_template = step.get("if_closed").and_then(|closed| closed.get("header"));
    let media = media.map_or(&[] as &[yaml::Node], yaml::Node::one_or_many).iter();
    let all = media.chain(header).chain(of_template).filter_map(yaml::Node::scalar).map(|scalar| &**scalar);
    all.filter(|scalar| !scalar.is_broken())
}

/// Reports a file on the internet that WhatsApp refuses, by its extension.
fn not_taken(scalar: &yaml::Scalar, findings: &Findings) {
    let address = scalar.text.trim();
    if let Some(help) = Format::instead(address).filter(|_| is_address(address)) {
        let name = address.rsplit('/').next().unwrap_or(address);
        let finding = Diagnostic::warning("W711", &scalar.place, format!("WhatsApp takes no files like `{name}`"));
        findings.push(finding.help(help));
    }
}

fn own(scalar: &yaml::Scalar, around: &CheckContext, findings: &Findings) {
    let path = scalar.text.trim();
    // A computed path is known only when it is sent.
    if path.contains("${") {
        return;
    }
    let say =
        |message: String, help: String| findings.push(Diagnostic::error("E708", &scalar.place, message).help(help));
    if let Err(why) = check_path(path) {
        let help = "write the path below the bot's folder, such as `files/menu.pdf`";
        return say(format!("`{path}` is no file of the bot: {why}"), help.to_owned());
    }
    let Some(format) = Format::of_name(path) else {
        let help = Format::instead(path).map_or_else(|| format!("WhatsApp takes {}", Format::endings()), str::to_owned);
        return say(format!("WhatsApp takes no files like `{path}`"), help);
    };
    let Some(files) = &around.files else { return };
    let Some(bytes) = files.get(path) else {
        let help = match nearest(path, files.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "put it there, or write the address where it lies on the internet".to_owned(),
        };
        return say(format!("there is no file `{path}` in the bot's folder"), help);
    };
    if let Some(most) = META.bytes_max(format.kind).filter(|most| bytes > most) {
        let (kind, megabytes) = (format.kind.as_str(), |bytes: u64| bytes as f64 / 1024.0 / 1024.0);
        let message = format!(
            "`{path}` has {:.1} MiB, and WhatsApp takes {kind} files of at most {:.1} MiB",
            megabytes(*bytes),
            megabytes(most)
        );
        say(message, "make it smaller".to_owned());
    }
}
