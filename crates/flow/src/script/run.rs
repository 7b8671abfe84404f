//! Runs compiled code with a limited number of operations, to a value of the language.

use super::{Code, Evaluated, Scope, ScriptError, TEXT_OF, TITLE_OF, convert, sandbox, secret, stopped, view};
use crate::{base::limits, model::value::Value};
use rhai::Dynamic;
use std::collections::BTreeMap;

impl Code {
    /// Runs the code. Uses at most `SCRIPT_OPERATIONS_MAX` operations and returns at most `SCRIPT_RESULT_BYTES_MAX`.
    pub fn eval(&self, scope: &Scope<'_>) -> Result<Value, ScriptError> {
        let value = convert::from_rhai(self.run(scope)?).map_err(|text| self.error(text))?;
        self.bounded(convert::size(&value))?;
        Ok(value)
    }

    /// As `eval`, in places where secrets are allowed.
    pub fn give(&self, scope: &Scope<'_>) -> Result<Evaluated, ScriptError> {
        let given = secret::given(self.run(scope)?).map_err(|text| self.error(text))?;
        self.bounded(given.size())?;
        Ok(given)
    }

    /// True if a condition gives true, and no other value.
    pub fn holds(&self, scope: &Scope<'_>) -> Result<bool, ScriptError> {
        match self.eval(scope)? {
            Value::YesNo(holds) => Ok(holds),
            Value::Nothing => Ok(false),
            other => Err(self.error(format!(
                "a condition is true or false, and this gives {}; compare it, for example with `== \"yes\"`",
                convert::describe(&other)
            ))),
        }
    }

    fn run(&self, scope: &Scope<'_>) -> Result<Dynamic, ScriptError> {
        let compiled = &*self.0;
        let mut variables = rhai::Scope::new();
        for name in &compiled.uses.names {
            let value = match name.as_str() {
                "secrets" => secret::all(&compiled.secrets),
                name => convert::to_rhai((scope.names)(name).unwrap_or_default()),
            };
            variables.push_dynamic(name.as_str(), value);
        }
        let titles = compiled.uses.titles.iter().filter_map(|(at, name)| {
            let title = (scope.names)(&format!("{TITLE_OF}{name}"))?.print()?;
            Some((*at, title))
        });
        // `size.text` is the original text of the answer, if its value has no keys of its own.
        let texts = compiled.uses.properties.iter().filter(|(root, part, _)| part == "text" && view(root).is_none());
        let texts = texts.filter_map(|(root, _, at)| Some((*at, (scope.names)(&format!("{TEXT_OF}{root}"))?.print()?)));
        let told: BTreeMap<(usize, usize), String> = titles.chain(texts).collect();
        let run = || compiled.engine.eval_ast_with_scope::<Dynamic>(&mut variables, &compiled.ast);
        sandbox::with_call(scope, told, run).map_err(|error| stopped::stopped(&error, self))
    }

    fn bounded(&self, bytes: usize) -> Result<(), ScriptError> {
        if bytes <= limits::SCRIPT_RESULT_BYTES_MAX {
            return Ok(());
        }
        let limit = limits::SCRIPT_RESULT_BYTES_MAX / 1024;
        Err(self.error(format!("the result is larger than {limit} KiB")))
    }
}
