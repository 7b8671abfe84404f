//! Tests several daemons on one Postgres: who is active, who takes over, and who must forget what it has in memory.

use super::{Bed, on_postgres, sample::inbound};
use sqlx::Connection as _;
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use transom::store::{
    CommitError, Joined, NewMember, OpenError, Options, Standby, Store, WriteSet,
    tables::{inbound, member},
};

async fn join(bed: &Bed, name: &str) -> Joined {
    let who = NewMember {
        name: name.to_owned(),
        address: format!("http://{name}"),
        network: String::new(),
        version: "1".to_owned(),
    };
    Store::join(&bed.url, Options { durable: false, ..Options::default() }, who).await.unwrap()
}

async fn active(bed: &Bed, name: &str) -> Store {
    match join(bed, name).await {
        Joined::Active(store) => store.aside(),
        Joined::Standby(standby) => panic!("{name} stands by: {standby:?}"),
    }
}

async fn standby(bed: &Bed, name: &str) -> Standby {
    match join(bed, name).await {
        Joined::Active(_) => panic!("{name} is active, too"),
        Joined::Standby(standby) => *standby,
    }
}

fn received(id: i64) -> WriteSet {
    let mut set = WriteSet::of(id);
    set.push(&inbound::INSERT, &inbound(id, 1, &format!("wamid.{id}")));
    set
}

async fn end_writers(bed: &Bed) {
    let mut admin = sqlx::PgConnection::connect(&bed.url).await.unwrap();
    let text = "select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'transom-writer' and datname = current_database()";
    sqlx::raw_sql(text).execute(&mut admin).await.unwrap();
    admin.close().await.unwrap();
}

/// The names of the members, with the state of each.
async fn members(store: &Store) -> Vec<String> {
    let state = |of: &member::Member| match (of.is_alive, of.active_since) {
        (false, _) => "dead",
        (true, Some(_)) => "active",
        (true, None) => "standby",
    };
    member::all(store).await.unwrap().iter().map(|of| format!("{} {}", of.name, state(of))).collect()
}

#[test]
fn a_second_daemon_stands_by_and_takes_over_when_the_first_one_closes() {
    on_postgres(|bed| async move {
        let first = active(&bed, "a").await;
        first.commit(received(1)).await.unwrap();
        let second = standby(&bed, "b").await;
        assert_eq!(members(&first).await, ["a active", "b standby"]);
        let mut view = second.view();
        let taking = tokio::spawn(second.take_over());
        view.wait_for(|view| view.active().is_some_and(|active| active.address == "http://a")).await.unwrap();
        assert!(matches!(Store::open(&bed.url, Options::default()).await, Err(OpenError::Held { .. })));
        first.close().await;
        let asked = Instant::now();
        let second = taking.await.unwrap().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        second.commit(received(2)).await.unwrap();
        assert_eq!(inbound::count_unhandled(&second).await.unwrap(), 2);
        let all = members(&second).await;
        assert!(all.contains(&"b active".to_owned()) && !all.contains(&"a active".to_owned()), "{all:?}");
        second.close().await;
    });
}

#[test]
fn a_daemon_that_was_replaced_is_deposed_and_commits_nothing_more() {
    on_postgres(|bed| async move {
        let first = active(&bed, "a").await;
        first.commit(received(1)).await.unwrap();
        let second = standby(&bed, "b").await;
        // The first one does not know yet that the server has ended its session.
        end_writers(&bed).await;
        let second = tokio::time::timeout(Duration::from_secs(5), second.take_over()).await.unwrap().unwrap();
        second.commit(received(2)).await.unwrap();
        assert_eq!(first.commit(received(3)).await, Err(CommitError::Away));
        tokio::time::timeout(Duration::from_secs(5), first.deposed()).await.expect("it is told");
        assert!(first.fence().is_closed() && !first.fence().is_open() && second.fence().is_open());
        assert_eq!(first.commit(received(4)).await, Err(CommitError::Away));
        assert!(first.trouble().unwrap().contains("taken this database over"), "{:?}", first.trouble());
        // Even when the other one is gone: what it did is not in the memory of the first.
        second.close().await;
        assert_eq!(first.commit(received(5)).await, Err(CommitError::Away));
        first.close().await;
        let third = active(&bed, "c").await;
        assert_eq!(inbound::count_unhandled(&third).await.unwrap(), 2);
        third.close().await;
    });
}

#[test]
fn a_daemon_that_loses_its_session_alone_goes_on_and_one_that_a_command_replaced_does_not() {
    on_postgres(|bed| async move {
        let store = active(&bed, "a").await;
        end_writers(&bed).await;
        assert_eq!(store.commit(received(1)).await, Err(CommitError::Away));
        store.commit(received(2)).await.unwrap();
        assert_eq!(members(&store).await, ["a active"]);
        assert!(store.fence().is_open());

        end_writers(&bed).await;
        let command = loop {
            // An idle daemon notices the end of its session within seconds, and then it is who comes first.
            match Store::open(&bed.url, Options::default()).await {
                Ok(command) => break command,
                Err(OpenError::Held { .. }) => end_writers(&bed).await,
                Err(error) => panic!("{error}"),
            }
        };
        command.commit(received(3)).await.unwrap();
        command.close().await;
        let _ = store.commit(received(4)).await;
        tokio::time::timeout(Duration::from_secs(5), store.deposed()).await.expect("it is told");
        store.close().await;
    });
}

#[test]
fn a_standby_survives_the_end_of_its_session_and_two_of_them_do_not_both_take_over() {
    on_postgres(|bed| async move {
        let first = active(&bed, "a").await;
        let [second, third] = [standby(&bed, "b").await, standby(&bed, "c").await];
        let views = [second.view(), third.view()].map(|view| {
            let own = view.borrow().own;
            (own, view)
        });
        let taking = [tokio::spawn(second.take_over()), tokio::spawn(third.take_over())];
        let mut admin = sqlx::PgConnection::connect(&bed.url).await.unwrap();
        let text = "select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'transom-standby' and datname = current_database()";
        sqlx::raw_sql(text).execute(&mut admin).await.unwrap();
        for (before, mut view) in views {
            let again = view.wait_for(|view| view.own > before && view.trouble.is_none());
            tokio::time::timeout(Duration::from_secs(5), again).await.unwrap().unwrap();
        }
        first.close().await;
        let [mut second, mut third] = taking;
        let (taken, waits) = tokio::select! {
            taken = &mut second => (taken, third),
            taken = &mut third => (taken, second),
        };
        let taken = taken.unwrap().unwrap();
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert!(!waits.is_finished(), "only one of them is active");
        assert_eq!(members(&taken).await.iter().filter(|of| of.ends_with(" active")).count(), 1);
        taken.close().await;
        waits.await.unwrap().unwrap().close().await;
    });
}

#[test]
fn a_standby_of_an_earlier_version_takes_nothing_over() {
    on_postgres(|bed| async move {
        let first = active(&bed, "a").await;
        let second = standby(&bed, "b").await;
        let mut admin = sqlx::PgConnection::connect(&bed.url).await.unwrap();
        sqlx::raw_sql("insert into migration (version, name) values (9999, 'later')")
            .execute(&mut admin)
            .await
            .unwrap();
        let mut view = second.view();
        let taking = tokio::spawn(second.take_over());
        let outdated = view.wait_for(|view| view.outdated.is_some()).await.unwrap().outdated.unwrap();
        assert_eq!(outdated.has, 9999);
        first.close().await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert!(!taking.is_finished());
        sqlx::raw_sql("delete from migration where version = 9999").execute(&mut admin).await.unwrap();
        tokio::time::timeout(Duration::from_secs(5), taking).await.unwrap().unwrap().unwrap().close().await;
    });
}

#[test]
fn a_pooler_that_drops_the_settings_of_a_session_is_refused_in_a_sentence() {
    on_postgres(|bed| async move {
        let server: u16 = bed.url.rsplit_once('/').unwrap().0.rsplit_once(':').unwrap().1.parse().unwrap();
        let pooler = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = pooler.local_addr().unwrap().port();
        tokio::spawn(async move {
            loop {
                tokio::spawn(pooled(pooler.accept().await.unwrap().0, server));
            }
        });
        let url = bed.url.replace(&format!(":{server}/"), &format!(":{port}/"));
        for refused in [
            Store::open(&url, Options::default()).await.map(|_| ()),
            Store::join(&url, Options::default(), NewMember::default()).await.map(|_| ()),
        ] {
            let Err(OpenError::Address(why)) = refused else { panic!("{refused:?}") };
            assert!(why.contains("connection pooler") && why.contains("Postgres itself"), "{why}");
        }
    });
}

/// Passes a connection on without the settings that the client asks for, as PgBouncer does with
/// `ignore_startup_parameters = options`.
async fn pooled(mut client: TcpStream, server: u16) {
    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let packet = loop {
        let length = client.read_u32().await.unwrap();
        let mut packet = vec![0; length as usize - 4];
        client.read_exact(&mut packet).await.unwrap();
        // A request for TLS has no parameters.
        if packet.len() > 4 {
            break packet;
        }
        client.write_all(b"N").await.unwrap();
    };
    let (version, words) = packet.split_at(4);
    let words: Vec<&[u8]> = words.split(|byte| *byte == 0).collect();
    let mut out = version.to_vec();
    for pair in words.chunks(2).filter(|pair| pair.len() == 2 && !pair[0].is_empty() && pair[0] != b"options") {
        out.extend([pair[0], b"\0", pair[1], b"\0"].concat());
    }
    out.push(0);
    server.write_u32(u32::try_from(out.len() + 4).unwrap()).await.unwrap();
    server.write_all(&out).await.unwrap();
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

#[test]
fn of_several_servers_the_one_that_takes_writes_is_used() {
    on_postgres(|bed| async move {
        // Nobody listens at the first port.
        let shut = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let (before, after) = bed.url.split_once("@127.0.0.1:").unwrap();
        let bed = Bed { url: format!("{before}@127.0.0.1:{shut},127.0.0.1:{after}"), ..bed };
        let store = active(&bed, "a").await;
        store.commit(received(1)).await.unwrap();
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 1);
        store.close().await;
        let store = Store::open_read_only(&bed.url).await.unwrap();
        assert_eq!(inbound::count_unhandled(&store).await.unwrap(), 1);
        store.close().await;
    });
}
