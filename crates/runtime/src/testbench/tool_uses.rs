//! Tells the uses of MCP tools in a test, and counts them; one without a mock fails the case, because no test reaches a server.

use super::{Stop, look::failure, report::FailedExpectation, world::World};
use crate::{
    base::{counted::counted, yaml::Node},
    flow::tools::testfile::expected_uses,
    http_step::mocked::MockedToolUse,
    mcp_tool::mocks::example,
};

impl World<'_> {
    pub fn look_at_tools(&mut self) -> Result<(), Stop> {
        let used = self.app.calls.used();
        for one in &used[self.tools_told.min(used.len())..] {
            if one.mocked {
                self.tell('*', format!("uses `{}`", one.name));
                continue;
            }
            self.tell('!', format!("no mock answers the tool `{}`", one.name));
            let what = format!("the agent uses `{}`, and no mock answers it", one.name);
            let expected = format!("{} under `mocks: mcp:` of the test", example(&one.name));
            let got = "nothing there; what `sandbox` in `_bot.yaml` says does not count here".to_owned();
            return Err(FailedExpectation { place: self.at.clone(), what, expected, got }.into());
        }
        self.tools_told = used.len();
        Ok(())
    }
}

/// Checks `{calendar.create: 1}`, `{calendar: {create: 1}}` or `nothing`.
pub(super) fn used(node: &Node, made: &[MockedToolUse]) -> Result<(), Stop> {
    let shown = || match made.is_empty() {
        true => "no use".to_owned(),
        false => made.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join("\n"),
    };
    if node.map().is_none() && !made.is_empty() {
        return Err(failure(&node.place, "no tool of a server should be used", "no use", shown()).into());
    }
    for one in expected_uses(node) {
        let times = made.iter().filter(|made| made.name == one.name).count();
        let wanted = one.times.text().unwrap_or_default();
        if wanted.parse() != Ok(times) {
            let expected = format!("`{}` {}", one.name, counted(wanted, "time"));
            let got = format!("{}, of these uses:\n{}", counted(times, "time"), shown());
            return Err(failure(&one.times.place, "tools of servers were not used as expected", expected, got).into());
        }
    }
    Ok(())
}
