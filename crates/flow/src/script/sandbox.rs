//! Builds the Rhai engine with its four gaps closed: operations, `sleep`, unknown names, and loops over captured
//! values.

use super::Scope;
use crate::base::{clock::Stopwatch, limits, time::Time};
use rhai::{
    Dynamic, Engine, EvalAltResult, OptimizationLevel, Position, def_package,
    packages::{
        ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
        BasicStringPackage, LogicPackage, MoreStringPackage, Package,
    },
};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashSet},
    time::Duration,
};

def_package! {
    // The standard package without its language core: `sleep` there blocks the thread and cannot be disabled.
    pub FlowPackage(_module): ArithmeticPackage, LogicPackage, BasicMathPackage, BasicIteratorPackage, BasicFnPackage,
        BasicArrayPackage, BasicMapPackage, BasicStringPackage, MoreStringPackage {}
}

/// The data for functions of the running script: the current time and the zones.
#[derive(Clone)]
pub struct ScriptContext {
    pub now: Time,
    pub zone: jiff::tz::TimeZone,
    pub contact_zone: jiff::tz::TimeZone,
    pub language: String,
    pub phone: Option<String>,
    /// The titles and original texts of answers, by the place in the code that reads them (line, column).
    pub told: BTreeMap<(usize, usize), String>,
    fuel: u64,
    began: Stopwatch,
    /// The regular expressions that this script has used.
    patterns: HashSet<String>,
}

thread_local! {
    static CALL: RefCell<Option<ScriptContext>> = const { RefCell::new(None) };
    /// The operations that the next script may use, and those that all scripts of this thread have used.
    static FUEL: Cell<u64> = const { Cell::new(limits::SCRIPT_OPERATIONS_MAX) };
    static SPENT: Cell<u64> = const { Cell::new(0) };
    /// The operations that all scripts of a trial may still use together.
    static LEFT: Cell<u64> = const { Cell::new(u64::MAX) };
    static TIME_MAX: Cell<Duration> = const { Cell::new(SCRIPT_TIME_MAX) };
}

/// Debug builds, in which tests run, are many times slower.
const SCRIPT_TIME_MAX: Duration =
    Duration::from_millis(limits::SCRIPT_TIME_MAX.0.unsigned_abs() * if cfg!(debug_assertions) { 30 } else { 1 });
/// The number of operations between two checks of the time.
const OPERATIONS_TO_CLOCK: u64 = 16;

#[cfg(test)]
pub fn with_time<T>(most: Duration, run: impl FnOnce() -> T) -> T {
    let before = TIME_MAX.replace(most);
    let done = run();
    TIME_MAX.set(before);
    done
}

/// Gives each script inside at most this number of operations. Returns also the number that all of them used.
pub fn with_fuel<T>(operations: u64, run: impl FnOnce() -> T) -> (T, u64) {
    struct PutBack(u64);
    impl Drop for PutBack {
        fn drop(&mut self) {
            FUEL.set(self.0);
        }
    }
    let before = SPENT.get();
    let _put_back = PutBack(FUEL.replace(operations.min(FUEL.get())));
    let done = run();
    (done, SPENT.get().saturating_sub(before))
}

/// Runs `run`, whose scripts may use so many operations together. `None`: they used all of them, and were perhaps stopped
/// early.
pub fn within<T>(operations: u64, run: impl FnOnce() -> T) -> Option<T> {
    struct PutBack(u64);
    impl Drop for PutBack {
        fn drop(&mut self) {
            LEFT.set(self.0);
        }
    }
    let _put_back = PutBack(LEFT.replace(operations));
    let done = run();
    (LEFT.get() > 0).then_some(done)
}

/// The word with which `on_progress` stops a script.
pub const OUT_OF_FUEL: &str = "out of fuel";

pub fn engine() -> Engine {
    let mut engine = bare();
    super::metered::register(&mut engine);
    engine.on_progress(|_| burn());
    #[expect(deprecated, reason = "it is not deprecated, its author says so to keep the right to change it")]
    engine.on_var(|name, _, context| {
        // Rhai may copy a value that is read, without counting it.
        let read = context.scope().get(name).filter(|value| value.is_array() || value.is_map() || value.is_shared());
        if let Some(value) = read.filter(|value| !value.is_locked()) {
            work(weight(std::slice::from_ref(value)) / VALUES_PER_OPERATION)?;
        }
        Ok(None)
    });
    super::operators::register(&mut engine);
    super::functions::register(&mut engine);
    super::times::register(&mut engine);
    super::hours::register(&mut engine);
    super::secret::register(&mut engine);
    engine
}

/// Rhai within its limits, with the functions of its packages.
pub fn bare() -> Engine {
    let mut engine = Engine::new_raw();
    FlowPackage::new().register_into_engine(&mut engine);
    for symbol in ["eval", "print", "debug", "import", "export"] {
        engine.disable_symbol(symbol);
    }
    engine
        .set_strict_variables(true)
        // Our `/` on whole numbers and our comparisons replace the built-in ones, which would win in the fast mode.
        .set_fast_operators(false)
        // Rhai's own counter starts again inside every closure of `map`, `filter` and `sort`, so that nested loops
        // escape it; ours counts each operation.
        .set_max_operations(0)
        .set_max_call_levels(limits::SCRIPT_CALL_LEVELS_MAX)
        .set_max_expr_depths(limits::SCRIPT_EXPRESSION_DEPTH_MAX, limits::SCRIPT_EXPRESSION_DEPTH_MAX / 2)
        .set_max_string_size(limits::SCRIPT_STRING_BYTES_MAX)
        .set_max_array_size(limits::SCRIPT_ARRAY_ITEMS_MAX)
        .set_max_map_size(limits::SCRIPT_MAP_ENTRIES_MAX)
        .set_max_variables(limits::SCRIPT_VARIABLES_MAX)
        .set_max_functions(limits::SCRIPT_FUNCTIONS_MAX)
        .set_optimization_level(OptimizationLevel::None);
    engine
}

/// Runs a script with the full number of operations and the given time; the state of an outer script is restored
/// afterwards.
pub fn with_call<T>(scope: &Scope<'_>, told: BTreeMap<(usize, usize), String>, run: impl FnOnce() -> T) -> T {
    struct PutBack(Option<ScriptContext>, u64);
    impl Drop for PutBack {
        fn drop(&mut self) {
            let left = CALL.replace(self.0.take()).map_or(0, |call| call.fuel);
            let spent = self.1.saturating_sub(left);
            SPENT.set(SPENT.get().saturating_add(spent));
            LEFT.set(LEFT.get().saturating_sub(spent));
        }
    }
    let call = ScriptContext {
        now: scope.now,
        zone: scope.zone.clone(),
        contact_zone: scope.contact_zone.clone(),
        language: scope.language.to_owned(),
        phone: scope.phone.map(str::to_owned),
        told,
        fuel: FUEL.get().min(LEFT.get()),
        began: Stopwatch::start(),
        patterns: HashSet::new(),
    };
    let fuel = call.fuel;
    let _put_back = PutBack(CALL.replace(Some(call)), fuel);
    run()
}

/// Reads the data of the running script. Outside of one (a constant folded when flows are loaded) it is the year 1970
/// in UTC.
pub fn call<T>(read: impl FnOnce(&ScriptContext) -> T) -> T {
    CALL.with_borrow(|call| match call {
        Some(call) => read(call),
        None => read(&ScriptContext {
            now: Time(0),
            zone: jiff::tz::TimeZone::UTC,
            contact_zone: jiff::tz::TimeZone::UTC,
            language: "en".into(),
            phone: None,
            told: BTreeMap::new(),
            fuel: 0,
            began: Stopwatch::start(),
            patterns: HashSet::new(),
        }),
    })
}

/// Pays for the work of one of our functions; a unit takes about as long as an operation.
pub fn work(units: usize) -> Result<(), Box<EvalAltResult>> {
    let units = u64::try_from(units).unwrap_or(u64::MAX);
    CALL.with_borrow_mut(|call| match call {
        Some(call) if call.fuel >= units => {
            call.fuel -= units;
            Ok(())
        }
        Some(call) => {
            call.fuel = 0;
            Err(EvalAltResult::ErrorTerminated(OUT_OF_FUEL.into(), Position::NONE).into())
        }
        None => Ok(()),
    })
}

/// The number of operations that take about as long as reading all these values.
pub fn weight(list: &[Dynamic]) -> usize {
    list.iter().map(|value| weight_of(value, limits::VALUE_DEPTH_MAX)).sum()
}

fn weight_of(value: &Dynamic, left: usize) -> usize {
    // A deeper value is refused, so the count ends here.
    let Some(left) = left.checked_sub(1) else { return 1 };
    if let Ok(list) = value.as_array_ref() {
        return 1 + list.iter().map(|item| weight_of(item, left)).sum::<usize>();
    }
    if let Ok(map) = value.as_map_ref() {
        return 1 + map.values().map(|item| weight_of(item, left)).sum::<usize>();
    }
    1 + value.as_immutable_string_ref().map_or(0, |text| text.len() / BYTES_PER_OPERATION)
}

/// The number of bytes that are read in about the time of one operation.
pub const BYTES_PER_OPERATION: usize = 64;
/// The number of values of a list or map that are read in about the time of one operation.
pub const VALUES_PER_OPERATION: usize = 64;

/// True if the running script uses this pattern for the first time.
pub fn is_first(pattern: &str) -> bool {
    CALL.with_borrow_mut(|call| {
        call.as_mut().is_some_and(|call| !call.patterns.contains(pattern) && call.patterns.insert(pattern.to_owned()))
    })
}

/// Pays for one operation. The time limit only guards against work that Rhai does not count: if a closure reads the
/// list of its own loop, Rhai sleeps for 50 ms before it refuses, and a `try` continues. A script whose work is counted
/// uses up its operations long before.
fn burn() -> Option<Dynamic> {
    CALL.with_borrow_mut(|call| match call {
        Some(call) if call.fuel % OPERATIONS_TO_CLOCK == 0 && call.began.elapsed() > TIME_MAX.get() => {
            call.fuel = 0;
            Some(OUT_OF_FUEL.into())
        }
        Some(call) if call.fuel > 0 => {
            call.fuel -= 1;
            None
        }
        Some(_) | None => Some(OUT_OF_FUEL.into()),
    })
}
