//! Checks for addresses that cannot be reached: private ones, and invalid ones.

use super::CheckContext;
use crate::{
    base::{
        diagnostic::{Diagnostic, Findings},
        yaml,
    },
    definition::{Flow, Node},
    model::content::is_bot_file,
};
// `core::net` has the address types without the network functions of `std::net`.
use core::net::IpAddr;

pub fn check(flow: &Flow, around: &CheckContext, findings: &Findings) {
    for node in &flow.nodes {
        whole(node, findings);
        pages(node, findings);
    }
    // The networks that the configuration allows are known only where the bot runs.
    if around.private_networks {
        return;
    }
    for node in flow.nodes.iter().filter(|node| node.outline.verb == "http") {
        let Some(scalar) = node.outline.yaml.get("http").and_then(|node| node.scalar()) else { continue };
        if let Some(host) = host(&scalar.text).filter(|host| is_private(host)) {
            let message = format!("`{host}` is an address inside of a network, and `http` reaches only the internet");
            let finding = Diagnostic::error("E414", &scalar.place, message);
            findings.push(finding.help(
                "use a public address, or name its network under `flows: {allow_private: […]}` in the configuration",
            ));
        }
    }
}

/// Reports an address without `https://` and a host, on whatever server it was meant to be.
fn whole(node: &Node, findings: &Findings) {
    let written = &node.outline.yaml;
    let asked = written.get("http").filter(|_| node.outline.verb == "http");
    let link = written.get("link").and_then(|link| link.get("url"));
    let media = written.get("media").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many);
    let all = asked.into_iter().chain(link).chain(media.iter().filter(|_| matches!(node.outline.verb, "say" | "ask")));
    for scalar in all.filter_map(yaml::Node::scalar).filter(|scalar| !scalar.is_broken()) {
        let text = scalar.text.trim();
        let address = match text.split_once(' ') {
            Some((method, address)) if method.chars().all(|c| c.is_ascii_uppercase()) => address.trim(),
            _ => text,
        };
        let is_whole = ["https://", "http://", "${"].iter().any(|begin| address.starts_with(begin));
        let is_media = media.iter().filter_map(yaml::Node::scalar).any(|other| std::ptr::eq(other, scalar));
        if is_whole || is_media && is_bot_file(address) || address.is_empty() || address.contains(char::is_whitespace) {
            continue;
        }
        let finding = Diagnostic::error("E707", &scalar.place, format!("`{address}` is no whole address"));
        let domain = address.split(['/', '?']).next().unwrap_or_default();
        let names_a_host = domain.contains('.') && (domain != address || node.outline.verb == "http" || link.is_some());
        let variable = address.strip_prefix('$').map(|rest| rest.split_at(rest.find(is_no_name).unwrap_or(rest.len())));
        findings.push(finding.help(match names_a_host {
            _ if ["mailto:", "tel:", "sms:"].iter().any(|begin| address.starts_with(begin)) => {
                "a button opens a page: write `https://…`; an address of mail and a number stand in the text".to_owned()
            }
            _ if variable.is_some_and(|(name, _)| !name.is_empty()) => {
                let (name, rest) = variable.unwrap_or_default();
                format!("write `${{env.{name}}}{rest}`, with `{name}` under `env` in `_bot.yaml`")
            }
            true => format!("write `https://{address}`"),
            false if is_media => {
                let name = address.rsplit(['/', '\\']).next().unwrap_or(address);
                format!("put it into the bot's folder and write `files/{name}`, or write its address, `https://…`")
            }
            false => "write where it lies on the internet, beginning with `https://`".to_owned(),
        }));
    }
}

fn is_no_name(c: char) -> bool {
    !c.is_alphanumeric() && c != '_'
}

/// Reports a page of a drive or a film site as `media`: WhatsApp loads the page, which is no file.
fn pages(node: &Node, findings: &Findings) {
    let media = node.outline.yaml.get("media").map_or(&[] as &[yaml::Node], yaml::Node::one_or_many);
    let said = media.iter().filter(|_| matches!(node.outline.verb, "say" | "ask"));
    for scalar in said.filter_map(yaml::Node::scalar).filter(|scalar| !scalar.is_broken()) {
        let Some(host) = host(&scalar.text).map(str::to_ascii_lowercase) else { continue };
        let path = scalar.text.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        let direct =
            scalar.text.contains("export=download") || scalar.text.contains("dl=1") || scalar.text.contains("raw=1");
        let shows_pages = PAGES.iter().any(|page| host == *page || host.ends_with(&format!(".{page}"))) && !direct;
        if shows_pages || [".html", ".htm", ".php"].iter().any(|end| path.ends_with(end)) {
            let message = format!("`{host}` shows a page here, and `media` sends a file");
            let finding = Diagnostic::warning("W712", &scalar.place, message);
            findings.push(finding.help(
                "put the file into the bot's folder, `media: files/menu.pdf`; to open the page write `link: {title: Open, url: …}`",
            ));
        }
    }
}

/// Hosts whose shared addresses are pages around a file.
const PAGES: [&str; 14] = [
    "drive.google.com",
    "docs.google.com",
    "photos.google.com",
    "photos.app.goo.gl",
    "dropbox.com",
    "onedrive.live.com",
    "1drv.ms",
    "icloud.com",
    "youtube.com",
    "youtu.be",
    "instagram.com",
    "facebook.com",
    "tiktok.com",
    "wetransfer.com",
];

/// The host as written; `None` if it is computed.
fn host(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(six) => six.split(']').next()?,
        None => host.split(':').next()?,
    };
    (!host.is_empty() && !host.contains("${")).then_some(host)
}

fn is_private(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(four)) => {
            four.is_private()
                || four.is_loopback()
                || four.is_link_local()
                || four.is_unspecified()
                || four.is_broadcast()
        }
        Ok(IpAddr::V6(six)) => {
            six.is_loopback() || six.is_unique_local() || six.is_unicast_link_local() || six.is_unspecified()
        }
        Err(_) => {
            let name = host.to_ascii_lowercase();
            name == "localhost" || [".localhost", ".local", ".internal", ".lan"].iter().any(|end| name.ends_with(end))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_lies_inside_is_private() {
        let private = |url: &str| host(url).is_some_and(is_private);
        for inside in [
            "GET http://localhost:3000/x",
            "GET https://10.0.0.7/",
            "POST http://[::1]:8/",
            "GET http://u:p@nas.local",
            "GET http://169.254.169.254/latest",
        ] {
            assert!(private(inside), "{inside}");
        }
        for outside in
            ["GET https://example.com/10.0.0.1", "GET ${env.URL}/x", "GET https://${env.HOST}/", "GET https://8.8.8.8"]
        {
            assert!(!private(outside), "{outside}");
        }
    }
}
