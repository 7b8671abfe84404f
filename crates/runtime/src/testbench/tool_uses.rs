//! Tells the uses of MCP tools in a test; one without a mock fails the case, because no test reaches a server.

use super::{Stop, report::FailedExpectation, world::World};
use crate::mcp_tool::mocks::example;

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
