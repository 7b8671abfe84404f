//! `/v1/session`: people sign in to the studio and out of it.

use crate::{
    base::{
        limits::{PASSWORD_CHARS_MAX, PERSON_NAME_CHARS_MAX},
        secret::Secret,
        time::Time,
    },
    model::role::Role,
    store::tables::{
        audit::AuditEntry,
        person::{self, Person},
    },
    web::{
        admission,
        api::people::RoleName,
        audit::{self, Doer, Note},
        auth::{self, Caller, hash},
        idempotency::respond,
        people::{
            cookie::{self, Transport},
            names, password, sessions,
            tries::Tried,
        },
        problem::{ApiResult, Problem},
        request,
        server::listener::Peer,
        state::Web,
        studio::access::{client_address, is_open, transport},
    },
};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{net::IpAddr, sync::Arc};

/// The person who asks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Session<'a> {
    /// Their name; `null` where nobody needs to sign in, and for the operator's key.
    person: Option<&'a str>,
    role: RoleName,
    /// The accounts whose customers they see; `null`: all.
    accounts: Option<Vec<&'a str>>,
    /// The teams of the bot whose cases they get.
    teams: &'a [String],
    /// The studio is open on this machine without a sign-in.
    local: bool,
    /// The `operationId`s of the native routes that are open to them.
    may: Vec<&'static str>,
}

/// `name` and `password`, or `link` and a new `password`.
#[derive(Deserialize, JsonSchema)]
pub struct SignIn {
    #[schemars(length(min = 1, max = PERSON_NAME_CHARS_MAX))]
    name: Option<String>,
    /// The part behind `#` of the address that an operator gave; it counts once.
    #[schemars(length(min = 1, max = LINK_CHARS_MAX))]
    link: Option<String>,
    /// With a `link`: the new one, of at least 10 characters.
    #[schemars(length(min = 1, max = PASSWORD_CHARS_MAX))]
    password: String,
}

/// Characters of a link's secret, which is looked up by its hash; a longer text is none.
const LINK_CHARS_MAX: usize = 200;

/// `GET /v1/session`.
pub async fn show(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    headers: HeaderMap,
) -> ApiResult {
    let caller = match headers.contains_key(header::AUTHORIZATION) {
        true => auth::caller(&web, &headers).await?,
        false => admission::of_page(&web, peer, &headers).await?,
    };
    let Some(caller) = caller else {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "not_signed_in", "Nobody is signed in."));
    };
    let (person, role, accounts, teams) = match &caller {
        Caller::Person(person) => {
            (Some(&person.name), person.role, person.accounts.as_deref(), person.teams.as_slice())
        }
        Caller::Operator => (None, Role::Operator, None, &[][..]),
        Caller::Account(_) => return Err(admission::operator_only()),
    };
    let accounts = accounts.map(|accounts| accounts.iter().map(|account| account.as_str()).collect());
    let session = Session {
        person: person.map(String::as_str),
        role: RoleName(role),
        accounts,
        teams,
        local: is_open(&web, peer, &headers),
        may: admission::open_to(&web, &caller),
    };
    Ok(respond(StatusCode::OK, &session))
}

/// `POST /v1/session`: `{name, password}` or `{link, password}`.
pub async fn sign_in(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    request: Request,
) -> ApiResult {
    let (parts, body) = request.into_parts();
    let headers = parts.headers;
    let transport = transport(&web, peer, &headers).ok_or_else(needs_https)?;
    let (SignIn { name, link, password }, mut errors) = request::parse(&request::bytes(body).await?)?;
    if name.is_some() == link.is_some() && errors.is_clean() {
        errors.wrong("name", "Give `name` or `link`, one of both.");
    }
    errors.finish()?;
    let address = client_address(&web, peer, &headers);
    // In a task of its own: a client that disconnects in the middle must not get a try for nothing.
    let task = tokio::spawn(async move {
        let made = match (name, link) {
            (_, Some(link)) => by_link(&web, &link, password, address).await?,
            (name, None) => by_password(&web, &name.unwrap_or_default(), password, address).await?,
        };
        // The person who was signed in here before is signed out.
        end_presented(&web, &headers, transport, None).await?;
        // A link ends all other sessions of its person.
        web.end_streams();
        Ok(with_cookie(cookie::set(&headers, transport, &made)))
    });
    task.await.map_err(|panic| Problem::bug(&panic))?
}

/// `DELETE /v1/session`.
pub async fn sign_out(
    State(web): State<Arc<Web>>,
    ConnectInfo(Peer(peer)): ConnectInfo<Peer>,
    headers: HeaderMap,
) -> ApiResult {
    let Some(transport) = transport(&web, peer, &headers) else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let address = client_address(&web, peer, &headers);
    if end_presented(&web, &headers, transport, Some(address)).await?.is_some() {
        web.end_streams();
    }
    Ok(with_cookie(cookie::clear(&headers, transport)))
}

async fn by_password(web: &Web, name: &str, password: String, address: IpAddr) -> Result<Secret, Problem> {
    let (store, now) = (&web.app.store, web.app.clock.now());
    let folded = names::folded(name);
    let tried = [Tried::Name(hash(&folded)), Tried::address(address)];
    web.tries.begin(&tried, now).map_err(|until| too_many_tries(until, now))?;
    let found = person::named(store, &folded).await.map_err(|error| Problem::bug(&error))?;
    let stored = found.as_ref().and_then(|person| person.password.clone());
    // A name that nobody has takes as long.
    let Ok(fits) = web.hashing.fits(password, stored).await else {
        web.tries.not_looked_at(&tried);
        return Err(crowded(now));
    };
    let Some(person) = found.as_ref().filter(|_| fits) else {
        // A name that nobody has is not written down: somebody may have typed a password there.
        let note = Note { subject: found.map(|person| person.name), detail: json!({}) };
        refused(web, address, "wrong_password", note).await;
        return Err(wrong_password());
    };
    web.tries.right(&tried);
    let entry = signed_in(web, person, address, "password");
    let value = sessions::begin(store, person, now, &entry).await.map_err(|error| Problem::bug(&error))?;
    value.ok_or_else(|| Problem::bug(&"the system gives no randomness"))
}

async fn by_link(web: &Web, link: &str, password: String, address: IpAddr) -> Result<Secret, Problem> {
    let (store, now) = (&web.app.store, web.app.clock.now());
    let tried = [Tried::address(address)];
    web.tries.begin(&tried, now).map_err(|until| too_many_tries(until, now))?;
    let link_hash = hash(link);
    let found = person::linked(store, &link_hash).await.map_err(|error| Problem::bug(&error))?;
    let found = found.filter(|person| person.link_ends_at.is_some_and(|end| now < end));
    let Some(person) = found else {
        refused(web, address, "wrong_link", Note { subject: None, detail: json!({}) }).await;
        return Err(wrong_link());
    };
    web.tries.right(&tried);
    if let Some(why) = password::weakness(&password, &person.name) {
        return Err(Problem::invalid(vec![("/password".to_owned(), why)]));
    }
    let stored = web.hashing.stored(password).await.map_err(|_| crowded(now))?;
    let stored = stored.ok_or_else(|| Problem::bug(&"a password could not be hashed"))?;
    let entry = signed_in(web, &person, address, "link");
    let value = sessions::begin_by_link(store, &person, link_hash, stored, now, &entry).await;
    value.map_err(|error| Problem::bug(&error))?.ok_or_else(wrong_link)
}

/// The entry of a sign-in, for the commit of its session.
fn signed_in(web: &Web, person: &Person, address: IpAddr, way: &str) -> AuditEntry {
    let detail = json!({"by": way, "role": person.role});
    Doer::person(person.id, &person.name, address).entry(&web.app.store, web.app.clock.now(), "sign_in", detail)
}

/// Writes down a sign-in that was refused. `Tries` keeps them few.
async fn refused(web: &Web, address: IpAddr, action: &str, note: Note) {
    let store = &web.app.store;
    let entry = Doer::page(address).entry(store, web.app.clock.now(), action, note.detail);
    audit::put(store, AuditEntry { subject: note.subject, outcome: action.to_owned(), ..entry }).await;
}

/// Ends the session whose cookie came with the request; gives its person. `from`: they sign themselves out, from there.
async fn end_presented(
    web: &Web,
    headers: &HeaderMap,
    transport: Transport,
    from: Option<IpAddr>,
) -> Result<Option<Caller>, Problem> {
    let Some(value) = cookie::read(headers, transport) else { return Ok(None) };
    let found = sessions::find(&web.app.store, &value, web.app.clock.now()).await;
    let found = found.map_err(|error| Problem::bug(&error))?;
    let signed_out = found.as_ref().zip(from).map(|(person, from)| {
        let doer = Doer::person(person.id, &person.name, from);
        doer.entry(&web.app.store, web.app.clock.now(), "sign_out", json!({}))
    });
    let ended = sessions::end(&web.app.store, hash(value.expose()), signed_out.as_ref()).await;
    ended.map_err(|error| Problem::bug(&error))?;
    Ok(found.map(|person| Caller::Person(Arc::new(person))))
}

fn with_cookie(cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn wrong_password() -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "wrong_password", "Name and password do not fit.")
}

fn wrong_link() -> Problem {
    let why = "This link was used, replaced, or is over; ask an operator for a new one.";
    Problem::new(StatusCode::UNAUTHORIZED, "wrong_link", why)
}

fn needs_https() -> Problem {
    let why = "A password and a cookie need https, or a browser on the daemon's own machine: open the studio at its \
               `public_url`.";
    Problem::new(StatusCode::FORBIDDEN, "needs_https", why)
}

fn too_many_tries(until: Time, now: Time) -> Problem {
    let seconds = u64::try_from((until - now).0.saturating_add(999) / 1000).unwrap_or(1).max(1);
    let why = format!("Too many wrong passwords; try again in {seconds} seconds.");
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_tries", why);
    Problem { retry_after_s: Some(seconds), ..problem }
}

/// Too many sign in at the same time.
fn crowded(now: Time) -> Problem {
    too_many_tries(Time(now.0 + 1000), now)
}
