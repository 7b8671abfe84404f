//! Decides, before the handler of a native route, who calls and whether the route is open to that caller. Handlers take
//! the `Caller` as an argument and ask nothing more.

use super::{
    audit::{self, Doer, Kept, Note},
    auth::{self, Caller, KeyHolder},
    masks,
    people::{cookie, sessions},
    problem::Problem,
    routes::{self, AllowedCallers, Route, Verb},
    server::{
        listener::Peer,
        local_origin::{RequestOrigin, origin_of},
    },
    state::Web,
    studio::access::{client_address, is_open, transport},
    webhooks::sandbox_user,
};
use crate::{
    model::{role::Role, scope::Scope},
    runtime::config::Publishers,
    store::tables::audit::AuditEntry,
};
use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{Extensions, HeaderMap, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::Value as Json;
use std::{net::SocketAddr, sync::Arc};

/// The effect of a request. A page of another site can make a browser send any request, so those that change
/// something must show that our own page sent them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Reads,
    /// It writes, runs something, or opens a connection that does.
    Acts,
}

/// The native API and the metrics are checked here. Dialects have errors of their own, providers sign, and hooks have
/// their own proofs.
pub fn is_checked(route: &Route) -> bool {
    match route.who {
        AllowedCallers::Account
        | AllowedCallers::Operator
        | AllowedCallers::Sandbox
        | AllowedCallers::Studio
        | AllowedCallers::SignIn => !route.is_dialect(),
        AllowedCallers::Anyone | AllowedCallers::Provider | AllowedCallers::Hook => false,
    }
}

/// The middleware around the handlers of a route.
pub async fn check(
    route: &'static Route,
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    if route.who == AllowedCallers::SignIn {
        return match is_of_own_page(&web, request.headers(), effect(route)) {
            Ok(()) => next.run(request).await,
            Err(problem) => problem.into_response(),
        };
    }
    match admitted(route, &web, peer, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller.clone());
            let hides = masks::hide(route, &caller);
            let response = match audit::kept(route, &caller) {
                Kept::No => next.run(request).await,
                kept => audited(route, Arc::clone(&web), (caller, peer), kept, request, next).await,
            };
            if hides { masks::masked(&web, route, response).await } else { response }
        }
        Err(problem) => problem.into_response(),
    }
}

/// Answers in a task of its own: a client that disconnects in the middle cannot act without an entry.
async fn audited(
    route: &'static Route,
    web: Arc<Web>,
    (caller, peer): (Caller, SocketAddr),
    kept: Kept,
    request: Request,
    next: Next,
) -> Response {
    let doer = Doer::of(&caller, request.headers(), client_address(&web, peer, request.headers()));
    let subject = audit::subject(route, request.uri().path());
    let task = tokio::spawn(async move {
        match kept {
            Kept::Look => looked(route, &web, &caller, (&doer, subject), request, next).await,
            Kept::Always | Kept::No => acted(route, &web, &doer, subject, request, next).await,
        }
    });
    match task.await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(response) => response,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        Err(Err(error)) => Problem::bug(&error).into_response(),
    }
}

/// An act has its entry before it begins.
async fn acted(
    route: &'static Route,
    web: &Web,
    doer: &Doer,
    subject: Option<String>,
    request: Request,
    next: Next,
) -> Response {
    let store = &web.app.store;
    let entry = doer.entry(store, web.app.clock.now(), route.name, Json::Null);
    let account = audit::account_of(web, route, subject.as_deref()).await.or(entry.account);
    let id = match audit::begin(store, AuditEntry { subject: subject.clone(), account, ..entry }).await {
        Ok(id) => id,
        Err(error) => return Problem::bug(&error).into_response(),
    };
    let mut response = next.run(request).await;
    let told = response.extensions_mut().remove::<Note>().unwrap_or(Note { subject: None, detail: Json::Null });
    let note = Note { subject: told.subject.or(subject), detail: told.detail };
    audit::end(store, id, note, &audit::outcome(&response)).await;
    response
}

/// A look is written down once in a while, and only if there was something to see.
async fn looked(
    route: &'static Route,
    web: &Web,
    caller: &Caller,
    (doer, subject): (&Doer, Option<String>),
    request: Request,
    next: Next,
) -> Response {
    let (store, now) = (&web.app.store, web.app.clock.now());
    let response = next.run(request).await;
    let is_new = match caller {
        Caller::Person(person) => web.looks.is_new(person.id, route.name, subject.as_deref().unwrap_or_default(), now),
        Caller::Account(_) | Caller::Operator => true,
    };
    if response.status().is_success() && is_new {
        let entry = doer.entry(store, now, route.name, Json::Null);
        let account = audit::account_of(web, route, subject.as_deref()).await.or(entry.account);
        audit::put(store, AuditEntry { subject, account, ..entry }).await;
    }
    response
}

async fn admitted(route: &Route, web: &Web, peer: SocketAddr, headers: &HeaderMap) -> Result<Caller, Problem> {
    if route.who == AllowedCallers::Sandbox
        && let Some(caller) = sandbox_user(web, None, peer, headers).await
    {
        allowed(route, web, &caller)?;
        return Ok(caller);
    }
    // Programs read the metrics, and bring a key.
    if !route.path.starts_with("/v1/") && !headers.contains_key(header::AUTHORIZATION) {
        return Err(Problem::unauthorized());
    }
    let caller = caller(web, peer, headers, effect(route)).await?;
    allowed(route, web, &caller)?;
    Ok(caller)
}

fn allowed(route: &Route, web: &Web, caller: &Caller) -> Result<(), Problem> {
    match (route.who, caller) {
        (AllowedCallers::Operator, Caller::Account(_)) => Err(operator_only()),
        // The bot serves all accounts: a key opens these routes only where somebody has said so.
        (AllowedCallers::Studio, Caller::Account(KeyHolder { scopes: None, .. })) => Err(operator_only()),
        (_, Caller::Account(_)) => opens(route, caller).and_then(|()| allowed_here(route, web, caller)),
        (_, Caller::Person(person)) if !may(route, person.role) => Err(not_your_role(person.role)),
        _ => allowed_here(route, web, caller),
    }
}

/// Checks the scopes of a key.
fn opens(route: &Route, caller: &Caller) -> Result<(), Problem> {
    scopes_of(route).into_iter().find_map(|scope| caller.lacks(scope)).map_or(Ok(()), |why| Err(missing_scope(why)))
}

/// The scopes that a key with scopes needs here; none: it is closed to them. Answers of the native API that cannot be
/// masked need the scope that sees customers, too.
pub fn scopes_of(route: &Route) -> Vec<Scope> {
    let unmaskable = is_checked(route) && route.personal && !masks::can_hide(route);
    let sees = (unmaskable && route.scope != Some(Scope::People)).then_some(Scope::People);
    route.scope.into_iter().flat_map(|scope| [Some(scope), sees]).flatten().collect()
}

/// The scope that a dialect's route needs; the dialect refuses in the words of its product.
#[derive(Debug, Clone, Copy)]
pub struct NeededScope(Scope);

impl NeededScope {
    /// The sentence for a key that lacks the scope of this request's route.
    pub fn lacked(request: &Extensions, caller: &Caller) -> Option<String> {
        request.get::<NeededScope>().and_then(|needed| caller.lacks(needed.0))
    }
}

/// The middleware around the handlers of a dialect.
pub async fn name_scope(route: &'static Route, mut request: Request, next: Next) -> Response {
    if let Some(scope) = route.scope {
        request.extensions_mut().insert(NeededScope(scope));
    }
    next.run(request).await
}

/// True if the route is open to this caller now.
pub fn is_open_to(route: &Route, web: &Web, caller: &Caller) -> bool {
    allowed(route, web, caller).is_ok()
}

/// The names of the native routes that are open to this caller now.
pub fn open_to(web: &Web, caller: &Caller) -> Vec<&'static str> {
    let native = routes::all()
        .filter(|route| is_checked(route) && route.path.starts_with("/v1/") && route.who != AllowedCallers::SignIn);
    native.filter(|route| allowed(route, web, caller).is_ok()).map(|route| route.name).collect()
}

/// True if the route is open to people of this role.
pub fn may(route: &Route, role: Role) -> bool {
    route.roles.contains(&role) && (role.sees_people() || !route.personal || masks::can_hide(route))
}

/// Checks what the configuration says of the studio.
fn allowed_here(route: &Route, web: &Web, caller: &Caller) -> Result<(), Problem> {
    let studio = &web.app.config.studio;
    if route.name == PUBLISH && !may_publish(web, caller) {
        let why =
            "The configuration's `studio.publish` keeps flows from being published here; take the changes as a patch.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "publish_off", why));
    }
    // Everything of this part but the editor and the drawing plays flows.
    let plays = route.path.starts_with("/v1/studio/") && !PLAYS_NOTHING.contains(&route.name);
    if studio.plays_off && plays {
        let why = "The configuration's `studio.play` is off: no talks are played on this machine.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "plays_off", why));
    }
    Ok(())
}

/// The route that writes the bot's files.
const PUBLISH: &str = "publish_bot";
const PLAYS_NOTHING: &[&str] = &["studio_editor", "draw_flow"];

/// True if this caller may write the bot's files.
pub fn may_publish(web: &Web, caller: &Caller) -> bool {
    let is_author = match caller {
        Caller::Account(key) => key.scopes.is_some_and(|scopes| scopes.has(Scope::Flows)),
        Caller::Operator => true,
        Caller::Person(person) => matches!(person.role, Role::Author | Role::Operator),
    };
    match web.app.config.studio.publish {
        Publishers::Authors => is_author,
        Publishers::Operators => caller.is_operator(),
        Publishers::Nobody => false,
    }
}

/// The caller of a native route: of the key, if the request has one, else of the studio's page.
pub async fn caller(web: &Web, peer: SocketAddr, headers: &HeaderMap, effect: Effect) -> Result<Caller, Problem> {
    if headers.contains_key(header::AUTHORIZATION) {
        return auth::caller(web, headers).await?.ok_or_else(Problem::unauthorized);
    }
    let Some(caller) = of_page(web, peer, headers).await? else { return Err(Problem::unauthorized()) };
    is_of_own_page(web, headers, effect)?;
    Ok(caller)
}

/// The person who is signed in, or the operator where nobody needs to be.
pub async fn of_page(web: &Web, peer: SocketAddr, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    let cookie = transport(web, peer, headers).and_then(|transport| cookie::read(headers, transport));
    if let Some(cookie) = cookie {
        let person = sessions::find(&web.app.store, &cookie, web.app.clock.now()).await;
        if let Some(person) = person.map_err(|error| Problem::bug(&error))? {
            return Ok(Some(Caller::Person(Arc::new(person))));
        }
    }
    Ok(is_open(web, peer, headers).then_some(Caller::Operator))
}

fn is_of_own_page(web: &Web, headers: &HeaderMap, effect: Effect) -> Result<(), Problem> {
    match (origin_of(headers, web.app.config.public_url.as_deref(), web.tls.is_some()), effect) {
        (RequestOrigin::Same, _) | (RequestOrigin::Unknown, Effect::Reads) => Ok(()),
        (RequestOrigin::Foreign, _) | (RequestOrigin::Unknown, Effect::Acts) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "foreign_origin",
            "Only the studio's own page may ask this without a key: the request must carry its `Origin`, or \
             `Sec-Fetch-Site: same-origin`.",
        )),
    }
}

fn effect(route: &Route) -> Effect {
    let opens_socket = route.answers.iter().any(|answer| answer.status == StatusCode::SWITCHING_PROTOCOLS.as_u16());
    if route.verb == Verb::Get && !opens_socket { Effect::Reads } else { Effect::Acts }
}

pub fn operator_only() -> Problem {
    let why = "Only the `transom` command on the daemon's own machine may do this.";
    Problem::new(StatusCode::FORBIDDEN, "operator_only", why)
}

pub fn missing_scope(why: String) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "missing_scope", why)
}

pub fn not_your_role(role: Role) -> Problem {
    let why = format!("The role `{}` may not do this; an operator can give you another one.", role.as_str());
    Problem::new(StatusCode::FORBIDDEN, "not_your_role", why)
}

/// The caller that `check` has admitted.
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.ok_or_else(|| Problem::bug(&"a handler asks for the caller of a route that admits anybody"))
    }
}
