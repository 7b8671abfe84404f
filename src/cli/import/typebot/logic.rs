//! Reads Typebot's logic blocks: jumps, waits, links, trials, scripts.

use super::{
    super::{
        graph::{Field, Goal, Say, Step, Verb, Way},
        names::slug,
        report::{Place, quote},
        source::{list, some_text, text},
        texts::{gap, is_public_url, literal, says},
        yaml::Yaml,
    },
    Read, Reader,
};
use serde_json::Value;

impl Reader<'_> {
    pub(super) fn logic(&mut self, block: &Value, place: &Place) -> Read {
        match place.kind.as_str() {
            "Redirect" => self.redirect(block, place).into(),
            "Code" => self.script(block, place).into(),
            "Typebot link" => self.link(block, place),
            "Wait" => self.wait(block, place).into(),
            "AB test" => self.trial(block, place),
            "webhook" => self.listener(block, place).into(),
            "Jump" => {
                let goal = self.target(&text(block, "options.groupId"), &text(block, "options.blockId"));
                self.bot.report.kept(place, "`go`");
                Read { steps: Vec::new(), next: Some(goal), falls: true }
            }
            _ => {
                self.bot.report.kept(place, "the end of the flow, which leads back to its caller");
                Read { steps: Vec::new(), next: Some(Goal::End), falls: true }
            }
        }
    }

    /// Nobody is led away from a chat: the page is a button.
    fn redirect(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        let url = text(block, "options.url");
        if url.trim().is_empty() {
            return vec![self.without_counterpart(place, "a redirect without an address")];
        }
        self.bot.report.replaced(place, "a chat leads to no page by itself; the address is sent as a button");
        let written = self.text(&url, place);
        if is_public_url(&url) {
            let link = Some(("Open".to_owned(), written));
            return vec![Verb::Say(Say { text: "Here is the page:".into(), link, ..Say::default() }).into()];
        }
        says(&written)
    }

    fn script(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        let code = text(block, "options.content");
        self.bot
            .report
            .left(place, format!("JavaScript does not run here; a `script` step takes Rhai. It was: {}", quote(&code)));
        vec![gap(&format!("a script in JavaScript was here: {}", quote(&code)))]
    }

    fn link(&mut self, block: &Value, place: &Place) -> Read {
        let id = text(block, "options.typebotId");
        let group = text(block, "options.groupId");
        if id == "current" || id == text(self.json, "id") {
            self.bot.report.kept(place, "`go`");
            return Read { steps: Vec::new(), next: Some(self.target(&group, "")), falls: true };
        }
        let Some(name) = self.bot.flow_names.known(&id).map(str::to_owned) else {
            return vec![self.without_counterpart(
                place,
                &format!("it leads to the bot `{}`, whose export was not given; import both files at once", quote(&id)),
            )]
            .into();
        };
        let at_its_top = "`call`; the other flow has variables of its own (pass them with `inputs` and `with`)";
        let became =
            if group.is_empty() { at_its_top.to_owned() } else { format!("{at_its_top} and begins at its top") };
        self.bot.report.replaced(place, became);
        Step::keys([("call", Yaml::bare(name))]).into()
    }

    fn wait(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        let seconds = text(block, "options.secondsToWaitFor");
        if let Some(variable) = self.variables.single(&seconds) {
            self.bot.report.kept(place, "`wait`");
            let code =
                format!("${{now() + seconds(({}.to_number() ?? 1).to_int())}}", super::variables::as_text(&variable));
            return vec![Step::keys([("wait", Yaml::map([("until", Yaml::Text(code))]))])];
        }
        match seconds.trim().parse::<f64>() {
            Ok(seconds) if (1.0..=86_400.0 * 30.0).contains(&seconds) => {
                self.bot.report.kept(place, "`wait`");
                vec![Step::keys([("wait", Yaml::bare(super::super::texts::span(seconds.round() as u64)))])]
            }
            _ => {
                self.bot.report.replaced(place, "a pause of less than a second is none here");
                Vec::new()
            }
        }
    }

    fn trial(&mut self, block: &Value, place: &Place) -> Read {
        let share = text(block, "options.aPercent").parse::<f64>().unwrap_or(50.0).clamp(0.0, 100.0).round() as u32;
        let id = text(block, "id");
        let mut cases = Vec::new();
        for (item, (name, weight)) in list(block, "items").iter().zip([("a", share), ("b", 100 - share)]) {
            let goal = self.goal_of(item, &id);
            cases.push((name.to_owned(), weight, goal.map_or(Way::to(Goal::Below), Way::to)));
        }
        if cases.len() < 2 {
            return vec![self.without_counterpart(place, "a trial without two ways")].into();
        }
        self.bot.report.kept(place, format!("`split` ({share} of 100 go the first way)"));
        let falls = cases.iter().any(|(.., way)| way.to == Goal::Below);
        let name = slug(&format!("{} trial", place.name), "trial");
        let split = Verb::Keys(vec![
            ("split".to_owned(), Field::Plain(Yaml::bare(name))),
            ("cases".to_owned(), Field::Weighted(cases)),
        ]);
        Read { steps: vec![split.into()], next: None, falls }
    }

    /// Waits for what another system posts.
    fn listener(&mut self, block: &Value, place: &Place) -> Vec<Step> {
        let event = slug(&format!("{} called", place.name), "called");
        self.bot.report.replaced(place, format!("the flow waits for the event `{event}`, which the API takes"));
        let mut steps = vec![
            Step::keys([
                ("wait", Yaml::map([("event", Yaml::bare(&event))])),
                ("as", Yaml::bare("called")),
                ("timeout", Yaml::bare("12h")),
            ])
            .way("on_timeout", Way::to(Goal::End)),
        ];
        let mut pairs = Vec::new();
        for mapped in list(block, "options.responseVariableMapping") {
            let path = some_text(mapped, "bodyPath").unwrap_or_default();
            if let Some(name) = self.variable_of(mapped, "variableId") {
                pairs.push((name, format!("${{{} ?? \"\"}}", super::http::within("called", &literal(&path)))));
            }
        }
        steps.extend(Self::set(pairs));
        steps
    }
}
