//! Writes down who may call each route, from the same rules that admit callers: `docs/reference/access.md`.
//!
//! A test asks a running daemon for every cell, so the page is the daemon's behaviour and not an intention.

use super::{
    admission, masks,
    routes::{self, AllowedCallers, Route},
};
use crate::model::{role::Role, scope::Scope};

/// The kinds of callers that the page has a column for, beside the operator, who may call every route of the native API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerKind {
    /// Without a key, a session or a signature.
    Stranger,
    /// A key of an account that was made without scopes.
    Key,
    /// A key with this scope alone.
    Scoped(Scope),
    /// A person who is signed in.
    Person(Role),
}

/// The right of a caller at a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Refused,
    Open,
    /// Open, and what its answers say of customers is masked.
    Masked,
}

/// The access of a kind of caller to a route.
pub fn access(route: &Route, caller: CallerKind) -> Access {
    let masks_read = admission::is_checked(route) && route.personal && masks::can_hide(route);
    let open = |is_open: bool, sees_people: bool| match (is_open, masks_read && !sees_people) {
        (false, _) => Access::Refused,
        (true, false) => Access::Open,
        (true, true) => Access::Masked,
    };
    match (route.who, caller) {
        (AllowedCallers::Anyone, _) => Access::Open,
        (AllowedCallers::SignIn | AllowedCallers::Provider, _) | (_, CallerKind::Stranger) => Access::Refused,
        (AllowedCallers::Operator | AllowedCallers::Studio, CallerKind::Key) => Access::Refused,
        (_, CallerKind::Key) => Access::Open,
        (_, CallerKind::Scoped(scope)) => {
            let needed = admission::scopes_of(route);
            open(!needed.is_empty() && needed.iter().all(|one| *one == scope), scope == Scope::People)
        }
        (_, CallerKind::Person(role)) => {
            let signs_in_here = admission::is_checked(route) && route.path.starts_with("/v1/");
            open(signs_in_here && admission::may(route, role), role.sees_people())
        }
    }
}

/// The page `docs/reference/access.md`.
pub fn page() -> String {
    let mut text = "# Who may call which route\n\n\
        Written from the list of routes by `transom reference --write`; a test asks a running daemon for each cell. \
        [The security page](../security.md) says against whom this stands.\n\n\
        - **No key**: a caller that shows nothing. `page`: only the studio's own page, to sign in. `signature`: the \
        platform, which signs what it posts. `verify`: whoever passes the flow's `verify`.\n\
        - **Key**: a key of an account without scopes. It sees its own account, as all keys do.\n\
        - **Scopes**: the scopes that a key with scopes needs here; `—` is closed to it. After `masked without` stands \
        the scope that shows names, numbers and words of customers.\n\
        - **viewer**, **author**, **agent**: people who are signed in. A person of some accounts sees those alone.\n\
        - The operator's key, and people with the role `operator`, may call every route of the native API.\n"
        .to_owned();
    let mut part = "";
    for route in routes::all() {
        if route.part != part {
            part = route.part;
            text.push_str(&format!(
                "\n## {part}\n\n| Route | No key | Key | Scopes | viewer | author | agent |\n|---|---|---|---|---|---|---|\n"
            ));
        }
        text.push_str(&row(route));
    }
    text
}

fn row(route: &Route) -> String {
    let stranger = match route.who {
        AllowedCallers::SignIn => "page",
        AllowedCallers::Provider => "signature",
        AllowedCallers::Hook => "verify",
        _ => word(access(route, CallerKind::Stranger)),
    };
    let people = [Role::Viewer, Role::Author, Role::Agent].map(|role| word(access(route, CallerKind::Person(role))));
    let (verb, path, key) = (route.verb.as_str(), route.path, word(access(route, CallerKind::Key)));
    format!("| `{verb} {path}` | {stranger} | {key} | {} | {} |\n", scopes(route), people.join(" | "))
}

fn scopes(route: &Route) -> String {
    let needed: Vec<String> = admission::scopes_of(route).iter().map(|scope| format!("`{}`", scope.as_str())).collect();
    if needed.is_empty() {
        return if route.who == AllowedCallers::Anyone { "yes" } else { "—" }.to_owned();
    }
    let masked = needed.len() == 1
        && route.scope.is_some_and(|scope| access(route, CallerKind::Scoped(scope)) == Access::Masked);
    if masked { format!("{}, masked without `people`", needed[0]) } else { needed.join(" and ") }
}

fn word(access: Access) -> &'static str {
    match access {
        Access::Refused => "—",
        Access::Open => "yes",
        Access::Masked => "masked",
    }
}
