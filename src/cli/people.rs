//! Runs `transom people add|list|role|link|sign-out|remove`: manages the people who sign in to the studio.

use super::{
    Failure, Outcome,
    client::{
        call::Api,
        workplace::{CommandAt, exclusive, read_only, running},
    },
    terminal::{out, show, table},
};
use crate::{
    base::{
        clock::{Clock, SystemClock},
        ids::AccountName,
        time::{Time, iso},
    },
    model::role::Role,
    runtime::config::Config,
    store::{
        Store,
        tables::{
            person::{self, Person},
            person_session,
        },
    },
    web::{
        api::people::base,
        audit::{self, Doer, Note},
        people::{self, Rights, names, sessions},
    },
};
use serde_json::{Value as Json, json};

pub type Args = CommandAt<Action>;

#[derive(Debug, clap::Subcommand)]
pub enum Action {
    /// Add a person, and print the link by which they set a password
    Add {
        /// By which they sign in
        name: String,
        /// viewer, agent, author or operator
        #[arg(long)]
        role: String,
        /// An account whose customers they see; once for each; without one, all
        #[arg(long)]
        account: Vec<String>,
        /// A team whose cases they get; once for each
        #[arg(long)]
        team: Vec<String>,
    },
    /// All people, with their roles
    List,
    /// Give a person another role; they are signed out
    Role {
        name: String,
        /// viewer, agent, author or operator
        role: String,
        /// An account whose customers they see; once for each; without one, all
        #[arg(long)]
        account: Vec<String>,
        /// A team whose cases they get; once for each
        #[arg(long)]
        team: Vec<String>,
    },
    /// Print a link by which a person sets a new password; the old one and their sessions end
    Link { name: String },
    /// Sign a person out everywhere
    SignOut { name: String },
    /// Remove a person; they are signed out
    Remove { name: String },
}

pub async fn run(args: Args) -> Outcome {
    let config = args.place.config()?;
    if let Action::List = args.what {
        return list(&config).await;
    }
    match running(&config).await {
        Some(api) => by_daemon(&config, &api, args.what).await,
        None => {
            let store = exclusive(&config).await?;
            let done = by_database(&config, &store, args.what).await;
            store.close().await;
            done
        }
    }
}

async fn list(config: &Config) -> Outcome {
    let (store, now) = (read_only(config).await?, SystemClock.now());
    let rows = rows(&store, now).await;
    store.close().await;
    table::print(
        &["id", "name", "role", "accounts", "teams", "last seen", "sessions"],
        &rows?,
        "Nobody signs in yet; `transom people add NAME --role operator` lets the first one in.",
    );
    Ok(())
}

async fn rows(store: &Store, now: Time) -> Result<Vec<Vec<String>>, Failure> {
    let mut rows = Vec::new();
    for one in person::all(store).await.map_err(Failure::failed)? {
        let of = person_session::of(store, one.id).await.map_err(Failure::failed)?;
        let open = of.iter().filter(|session| !sessions::is_over(session, now)).count();
        let names: Vec<&str> = one.accounts.iter().map(AccountName::as_str).collect();
        let accounts = if one.all_accounts { "all".to_owned() } else { names.join(", ") };
        let seen = one.seen_at.map_or_else(|| "never".to_owned(), show::cell);
        let (id, role, teams) = (one.id.to_string(), one.role.as_str().to_owned(), one.teams.join(", "));
        rows.push(vec![id, one.name, role, accounts, teams, seen, open.to_string()]);
    }
    Ok(rows)
}

async fn by_daemon(config: &Config, api: &Api, what: Action) -> Outcome {
    match what {
        Action::List => Ok(()),
        Action::Add { name, role, account, team } => {
            let rights = rights(config, &role, &account, team)?;
            let body = json!({"name": name, "role": rights.role, "accounts": rights.accounts, "teams": rights.teams});
            let made = api.post("/v1/people", &body).await?.ok()?;
            told_link(&made["person"]["name"], &made);
            Ok(())
        }
        Action::Role { name, role, account, team } => {
            let (id, name) = known(api, &name).await?;
            let rights = rights(config, &role, &account, team)?;
            let body = body(&rights).to_string().into_bytes();
            let path = format!("/v1/people/{id}");
            api.request(reqwest::Method::PATCH, &path, &[], Some(body)).await?.ok()?;
            told_role(&name, rights.role);
            Ok(())
        }
        Action::Link { name } => {
            let (id, name) = known(api, &name).await?;
            let made = api.post(&format!("/v1/people/{id}/link"), &json!({})).await?.ok()?;
            told_link(&json!(name), &made);
            Ok(())
        }
        Action::SignOut { name } => {
            let (id, name) = known(api, &name).await?;
            api.delete(&format!("/v1/people/{id}/sessions")).await?.ok()?;
            told(&name, "signed_out", "is signed out everywhere");
            Ok(())
        }
        Action::Remove { name } => {
            let (id, name) = known(api, &name).await?;
            api.delete(&format!("/v1/people/{id}")).await?.ok()?;
            told(&name, "removed", "is removed");
            Ok(())
        }
    }
}

async fn by_database(config: &Config, store: &Store, what: Action) -> Outcome {
    let now = SystemClock.now();
    let (action, subject, detail) = match what {
        Action::List => return Ok(()),
        Action::Add { name, role, account, team } => {
            let name = names::read(&name).map_err(Failure::Usage)?;
            let rights = rights(config, &role, &account, team)?;
            let detail = body(&rights);
            let (person, link) = people::add(store, &name, rights, now).await.map_err(Failure::failed)?;
            let made = json!({"link": link.address(&base(config)), "link_ends_at": iso(link.ends_at)});
            told_link(&json!(person.name), &made);
            ("add_person", person.name, detail)
        }
        Action::Role { name, role, account, team } => {
            let person = stored(store, &name).await?;
            let rights = rights(config, &role, &account, team)?;
            let (role, detail) = (rights.role, body(&rights));
            people::change(store, person.id, rights).await.map_err(Failure::failed)?;
            told_role(&person.name, role);
            ("change_person", person.name, detail)
        }
        Action::Link { name } => {
            let person = stored(store, &name).await?;
            let link = people::link(store, person.id, now).await.map_err(Failure::failed)?;
            let made = json!({"link": link.address(&base(config)), "link_ends_at": iso(link.ends_at)});
            told_link(&json!(person.name), &made);
            ("link_person", person.name, json!({}))
        }
        Action::SignOut { name } => {
            let person = stored(store, &name).await?;
            people::sign_out(store, person.id).await.map_err(Failure::failed)?;
            told(&person.name, "signed_out", "is signed out everywhere");
            ("sign_out_person", person.name, json!({}))
        }
        Action::Remove { name } => {
            let person = stored(store, &name).await?;
            people::remove(store, person.id).await.map_err(Failure::failed)?;
            told(&person.name, "removed", "is removed");
            ("remove_person", person.name, json!({}))
        }
    };
    audit::write(store, now, &Doer::command(), action, Note { subject: Some(subject), detail }).await;
    Ok(())
}

/// The body of a request that changes a person, and the detail in the audit log. Teams that were not named stay.
fn body(rights: &Rights) -> Json {
    let mut body = json!({"role": rights.role, "accounts": rights.accounts});
    if let Some(teams) = &rights.teams {
        body["teams"] = json!(teams);
    }
    body
}

fn rights(config: &Config, role: &str, accounts: &[String], teams: Vec<String>) -> Result<Rights, Failure> {
    let Some(role) = Role::parse(role) else {
        return Err(Failure::Usage(format!("there is no role `{role}`; it is one of {}", Role::NAMES.join(", "))));
    };
    let names: Vec<AccountName> = accounts.iter().map(|name| AccountName::from(name.as_str())).collect();
    if let Some(unknown) = names.iter().find(|name| config.account(name).is_none()) {
        return Err(Failure::Usage(format!("there is no account `{unknown}`")));
    }
    if role == Role::Operator && !names.is_empty() {
        return Err(Failure::Usage("an operator has all accounts; leave `--account` out".to_owned()));
    }
    let teams = (!teams.is_empty()).then_some(teams);
    Ok(Rights { role, accounts: (!names.is_empty()).then_some(names), teams })
}

async fn stored(store: &Store, name: &str) -> Result<Person, Failure> {
    let found = person::named(store, &names::folded(name)).await.map_err(Failure::failed)?;
    found.ok_or_else(|| nobody(name))
}

/// The id and the name as it is written.
async fn known(api: &Api, name: &str) -> Result<(String, String), Failure> {
    let all = api.get("/v1/people").await?.ok()?;
    let folded = names::folded(name);
    let mut all = all["data"].as_array().into_iter().flatten();
    let found = all.find(|one| one["name"].as_str().is_some_and(|name| names::folded(name) == folded));
    let found = found.ok_or_else(|| nobody(name))?;
    Ok((found["id"].to_string(), found["name"].as_str().unwrap_or_default().to_owned()))
}

fn nobody(name: &str) -> Failure {
    Failure::Failed(format!("there is no person `{name}`; `transom people list` shows all"))
}

/// Prints the link alone on the standard output.
fn told_link(name: &Json, made: &Json) {
    let link = made["link"].as_str().unwrap_or_default();
    let json = || json!({"name": name, "link": link, "link_ends_at": made["link_ends_at"]});
    out::either(json, || println!("{link}"));
    let name = name.as_str().unwrap_or_default();
    eprintln!("Give it to {name}: it sets their password, counts once, and for an hour.");
}

fn told_role(name: &str, role: Role) {
    let role = role.as_str();
    out::either(|| json!({"name": name, "role": role}), || println!("{name} has the role {role} now"));
}

fn told(name: &str, key: &str, words: &str) {
    out::either(|| json!({"name": name, key: true}), || println!("{name} {words}"));
}
