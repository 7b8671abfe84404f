//! Tells by its path which file of a bot is a test, an eval, or a recording for one. No version of the bot has them.

/// `flows/NAME.test.yaml`
pub fn is_test(path: &str) -> bool {
    without_extension(path).ends_with(".test")
}

/// `flows/NAME.eval.yaml`
pub fn is_eval(path: &str) -> bool {
    without_extension(path).ends_with(".eval")
}

/// The recorded answers of models: `flows/NAME.model.yaml`, `flows/NAME.eval.model.yaml`.
pub fn is_recording(path: &str) -> bool {
    without_extension(path).ends_with(".model")
}

/// One of the three.
pub fn is_of_tests(path: &str) -> bool {
    is_test(path) || is_eval(path) || is_recording(path)
}

fn without_extension(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}
