//! Wraps Rhai's own functions, so that each pays for the bytes and values that it reads.
//!
//! Rhai counts a call as one operation, whatever it does: `index_of` over 64 KiB costs as much as `1 + 1`. So every
//! function of its packages with a text, a list or a map as argument is hidden by one of the same name and types, which
//! pays and then calls the original. The originals are in a separate engine without these wrappers.

use super::sandbox::{self, BYTES_PER_OPERATION, VALUES_PER_OPERATION, work};
use rhai::{
    Array, Dynamic, Engine, EvalAltResult, FnPtr, FuncRegistration, ImmutableString, Map, Module, NativeCallContext,
    RhaiFunc,
};
use std::{
    any::TypeId,
    sync::{Arc, LazyLock},
};

/// The engine with the original functions.
static ORIGINALS: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = sandbox::bare();
    // `contains` and the like compare items by our own operators.
    super::operators::register(&mut engine);
    super::times::register(&mut engine);
    super::secret::register(&mut engine);
    engine
});

/// Registers the paying functions over those of the packages.
pub fn register(engine: &mut Engine) {
    static METERED: LazyLock<Arc<Module>> = LazyLock::new(|| Arc::new(metered()));
    engine.register_global_module(Arc::clone(&METERED));
}

fn metered() -> Module {
    let mut module = Module::new();
    let of_packages = sandbox::bare().collect_fn_metadata(
        None,
        |info| Some((info.metadata.name.to_string(), info.metadata.param_types.to_vec())),
        true,
    );
    for (name, params) in of_packages.into_iter().filter(|(name, params)| walks(name, params)) {
        let own = name.clone();
        let copies = !LOOKS.contains(&name.as_str());
        let pays = move |context: Option<NativeCallContext<'_>>, args: &mut [&mut Dynamic]| {
            let Some(context) = context else { return Err(Box::from("a function without its context")) };
            pay(args, copies)?;
            let (runtime, at) = (context.global_runtime_state(), context.call_position());
            let original = NativeCallContext::new_with_all_fields(&ORIGINALS, &own, None, runtime, at);
            original.call_native_fn_raw(&own, true, args)
        };
        let func = RhaiFunc::Method { func: Arc::new(pays), has_context: true, is_pure: true, is_volatile: false };
        FuncRegistration::new(name.as_str()).set_into_module_raw(&mut module, params, func);
    }
    module
}

/// These read a list or map without copying it, but Rhai measures it after each call.
const LOOKS: [&str; 12] =
    ["len", "get$len", "is_empty", "get$is_empty", "get", "set", "push", "+=", "append", "pop", "shift", "contains"];

/// True if an argument may be large. Functions that call a script back run it in the engine that called them, and the
/// functions in it pay there.
fn walks(name: &str, params: &[TypeId]) -> bool {
    let large = [TypeId::of::<ImmutableString>(), TypeId::of::<Array>(), TypeId::of::<Map>(), TypeId::of::<Dynamic>()];
    !name.starts_with("index$")
        && params.iter().any(|param| large.contains(param))
        && !params.contains(&TypeId::of::<FnPtr>())
}

fn pay(args: &[&mut Dynamic], copies: bool) -> Result<(), Box<EvalAltResult>> {
    let mut units = 0;
    for arg in args {
        if arg.is_string() {
            units += arg.as_immutable_string_ref().map_or(0, |text| text.len() / BYTES_PER_OPERATION);
        } else if arg.is_array() || arg.is_map() {
            let values = sandbox::weight(std::slice::from_ref(*arg));
            units += if copies { 4 * values / VALUES_PER_OPERATION } else { values / VALUES_PER_OPERATION };
        }
    }
    work(units)
}
