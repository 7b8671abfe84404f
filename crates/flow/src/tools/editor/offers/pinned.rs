//! Lists the completions for tools of MCP servers, as `mcp.lock.yaml` pins them.

use super::{CompletionRequest, MARK, Offer, OfferKind, Seen};

impl CompletionRequest<'_, '_> {
    /// The tools of the server that `mcp` of this map names. `begun`: the part of the name before the word that is typed.
    pub(super) fn pinned(&self, seen: &Seen<'_>, begun: &str) -> Vec<Offer> {
        seen.server().map_or_else(Vec::new, |server| self.tools_of(&server, begun, ""))
    }

    /// The tools that are keys under `expect: mcp` and `mocks: mcp` of a test, `calendar.create` or `create` below `calendar`.
    /// `None`: the keys of this map are others. `typed` holds the mark of the word that is typed.
    pub(super) fn tool_keys(&self, seen: &Seen<'_>, typed: &str) -> Option<Vec<Offer>> {
        let end = self.colon();
        let begun = typed.split(MARK).next().unwrap_or_default();
        match seen.path {
            [.., "expect" | "mocks", "mcp"] => Some(match begun.split_once('.') {
                Some((server, begun)) => self.tools_of(server, begun, end),
                None => {
                    let servers = self.desk.set.bot.mcp.iter();
                    servers.flat_map(|server| self.named_with(server, end)).collect()
                }
            }),
            [.., "expect", "mcp", server] => Some(self.tools_of(server, begun, end)),
            _ => None,
        }
    }

    fn named_with(&self, server: &str, end: &str) -> Vec<Offer> {
        let mut all = self.tools_of(server, "", end);
        for offer in &mut all {
            offer.label.insert_str(0, &format!("{server}."));
            offer.insert.insert_str(0, &format!("{server}."));
        }
        all
    }

    fn tools_of(&self, server: &str, begun: &str, end: &str) -> Vec<Offer> {
        let tools = self.desk.set.mcp.server(server).unwrap_or_default();
        let offer = |locked: &crate::mcp::LockedTool| {
            let mut offer = self.offer(locked.tool.name.as_str(), OfferKind::Name, "tool");
            offer.about = locked.tool.description.clone();
            offer.insert.push_str(end);
            // Signs such as `-` end the word that is typed, and not the name.
            offer.replaces.start -= begun.len();
            offer
        };
        tools.iter().filter(|locked| locked.tool.name.starts_with(begun)).map(offer).collect()
    }
}
