use super::*;
use crate::{
    base::{
        limits::{API_KEY_CHARS_MIN, MESSAGES_KEPT_MIN},
        time::Span,
    },
    channel::mcp::McpPlace,
    model::{
        budget::Budget,
        template::{Category, TemplateButtonKind, TemplateHeader},
        template_parts::Offer,
    },
    process::{limiter::Rate, log},
};

const ACCOUNT: &str = "accounts: [{name: acme}]\n";

fn env(name: &str) -> Option<String> {
    match name {
        "META_ACCESS_TOKEN" | "META_APP_SECRET" | "META_VERIFY_TOKEN" | "TRANSOM_API_KEY" | "SHOP_TOKEN"
        | "LLM_API_KEY" => Some(format!("hunter2-{name}")),
        name if ["TWILIO_", "KAPSO_", "WAPLIFY_", "AUTOCALLS_", "CHATWOOT_"]
            .iter()
            .any(|prefix| name.starts_with(prefix)) =>
        {
            Some(format!("hunter2-{name}"))
        }
        "SHOP_URL" => Some("https://shop.example".into()),
        _ => None,
    }
}

fn parse(text: &str) -> Result<Config, Vec<Diagnostic>> {
    Config::parse(&SourceFile::new("config.yaml", text), Path::new("/etc/transom"), &env)
}

fn errors(text: &str) -> Vec<String> {
    parse(text).expect_err("it has mistakes").iter().map(ToString::to_string).collect()
}

#[test]
fn the_example_says_what_it_looks_like() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../config.example.yaml"));
    let config = Config::load(Some(path), &env).unwrap_or_else(|all| panic!("{all:#?}"));
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.accounts[0].balance, Some(1_000_000));
    assert!(config.accounts[0].api_keys[0].matches("hunter2-TRANSOM_API_KEY"));
    let support = config.sender(SenderId(12)).unwrap();
    assert_eq!((support.provider(), support.default, support.on_unknown), ("meta", true, OnUnknown::Replies));
    assert_eq!(support.rate, Rate::parse("80/s").unwrap().paced());
    assert_eq!(support.unknown_after, Span::seconds(60));
    let Access::Meta(meta) = &support.access else { panic!("sender 12 is at Meta") };
    assert!(meta.app_secrets[0].matches("hunter2-META_APP_SECRET"));
    assert_eq!(config.templates.len(), 4);
    assert_eq!(config.templates[0].template.category, Category::Marketing);
    assert_eq!(config.templates[0].template.buttons.len(), 3);
    assert_eq!(config.flows.env["SHOP_URL"], "https://shop.example");
    assert_eq!(config.retention.messages, Span::days(400));
    assert_eq!(config.log.format, Some(log::Format::Json));
    assert!(config.webhooks.to.is_empty());
    assert!(!config.only_sandboxes());
}

#[test]
fn nothing_written_is_a_sandbox_on_loopback() {
    let config = Config::load(None, &env).unwrap();
    assert!(config.listen.ip().is_loopback() && config.only_sandboxes() && config.file.is_none());
    assert_eq!((config.senders.len(), config.senders[0].id), (1, SenderId(1)));
    assert_eq!(config.accounts[0].name.as_str(), "sandbox");
    assert_eq!(config.database.expose(), "sqlite://data/transom.db");
    assert_eq!(config.bot, Path::new("."));
}

#[test]
fn paths_are_relative_to_the_file() {
    let postgres = parse("database: postgres://bot@db/bot\n").unwrap();
    assert_eq!(postgres.data, Path::new("/etc/transom/data"));
    let elsewhere = parse("database: postgres://bot@db/bot\ndata: /var/lib/transom\n").unwrap();
    assert_eq!(elsewhere.data, Path::new("/var/lib/transom"));
    let config = parse("database: sqlite://var/t.db\nbot: bots/shop\n").unwrap();
    assert_eq!(config.data, Path::new("/etc/transom/var"));
    assert_eq!(config.database.expose(), "sqlite:///etc/transom/var/t.db");
    assert_eq!(config.data, Path::new("/etc/transom/var"));
    assert_eq!(config.bot, Path::new("/etc/transom/bots/shop"));
}

#[test]
fn an_unknown_key_is_refused_with_its_place_and_the_near_one() {
    assert_eq!(
        errors("lissten: 127.0.0.1:80\nretention: {message: 3d}\n"),
        [
            "config.yaml:1:1: error[E203] the configuration has no key `lissten`; did you mean `listen`?",
            "config.yaml:2:13: error[E203] `retention` has no key `message`; did you mean `messages`?",
        ]
    );
}

#[test]
fn a_missing_name_is_an_error_at_its_place_and_all_come_at_once() {
    let found = errors(
        "public_url: https://${HOST}/x\nnotify: {url: https://a.example, secret: \"${file:no/such}\"}\nbot: ${}\n",
    );
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].starts_with("config.yaml:1:21: error[E901] `HOST` is not set in the environment"), "{found:#?}");
    assert!(found[1].starts_with("config.yaml:2:43: error[E901] cannot read the file `no/such`"), "{found:#?}");
    assert!(found[2].starts_with("config.yaml:3:6: error[E901] `${}` is no name"), "{found:#?}");
}

#[test]
fn a_file_gives_a_secret_without_its_line_end() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key"), "s3cret-key-of-the-file\n").unwrap();
    let file = SourceFile::new("c.yaml", "accounts: [{name: a, api_keys: [\"${file:key}\"]}]\n");
    let config = Config::parse(&file, folder.path(), &env).unwrap();
    assert!(config.accounts[0].api_keys[0].matches("s3cret-key-of-the-file"));
}

#[test]
fn a_secret_of_blanks_is_refused_with_its_place() {
    let senders = "
accounts: [{name: acme, api_keys: [' ']}]
notify: {url: https://desk.example, secret: '  '}
webhooks: {to: [{name: desk, url: https://desk.example, secret: [good, ' ']}]}
flows: {secrets: {KEY: ' '}}
senders:
  - {id: 1, account: acme, name: a, phone: '+15550000001', provider: meta, phone_number_id: '1', app_secret: [good, ' '],
     access_token: '  ', verify_token: ' '}
  - {id: 2, account: acme, name: b, phone: '+15550000002', provider: kapso, phone_number_id: '2', api_key: ' ',
     webhook_secret: ' '}
  - {id: 3, account: acme, name: c, phone: '+15550000003', provider: waplify, api_key: ' ', webhook_secret: ' '}
  - {id: 4, account: acme, name: d, phone: '+15550000004', provider: autocalls, sender_id: 1, api_key: ' ',
     webhook_secret: ' ', inbound_token: ' '}
";
    let found = errors(senders);
    let blank = found.iter().filter(|one| one.contains("error[E905]") && one.contains("is nothing but blanks"));
    assert_eq!(blank.count(), 12, "{found:#?}");
    assert!(found.iter().any(|one| one.starts_with("config.yaml:2:36:") && one.contains("an API key is empty")));
    assert!(found.iter().any(|one| one.contains("the secret `KEY` is empty")));
    assert_eq!(found.len(), 14, "each is said once: {found:#?}");
    assert!(found.iter().any(|one| one.starts_with("config.yaml:7:117:")), "the second of two: {found:#?}");
}

#[test]
fn a_file_beyond_the_limit_is_no_secret() {
    use crate::base::limits::SECRET_FILE_BYTES_MAX;
    let folder = tempfile::tempdir().unwrap();
    let file = SourceFile::new("c.yaml", "bot: ${file:key}\n");
    std::fs::write(folder.path().join("key"), "x".repeat(SECRET_FILE_BYTES_MAX)).unwrap();
    assert!(Config::parse(&file, folder.path(), &env).is_ok());
    std::fs::write(folder.path().join("key"), "x".repeat(SECRET_FILE_BYTES_MAX + 1)).unwrap();
    assert!(Config::parse(&file, folder.path(), &env).unwrap_err()[0].message.contains("longer than"));
}

#[test]
fn a_configuration_beyond_the_limit_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.yaml");
    let filled = |bytes: usize| format!("#{}\n", "x".repeat(bytes - 2));
    std::fs::write(&path, filled(CONFIG_BYTES_MAX + 1)).unwrap();
    let found = Config::load(Some(&path), &env).unwrap_err();
    assert!(found[0].message.contains("at most"), "{found:?}");
    std::fs::write(&path, filled(CONFIG_BYTES_MAX)).unwrap();
    assert!(!Config::load(Some(&path), &env).is_err_and(|found| found[0].message.contains("at most")));
}

#[test]
fn a_configuration_that_is_not_there_is_one_sentence() {
    let found = Config::load(Some(Path::new("/no/such/config.yaml")), &env).unwrap_err();
    assert_eq!(found.len(), 1);
    assert!(found[0].message.starts_with("cannot read the configuration `/no/such/config.yaml`"), "{found:?}");
}

#[test]
fn a_meta_sender_without_its_secrets_never_starts() {
    let sender = |more: &str| {
        format!(
            "{ACCOUNT}senders: [{{id: 2, account: acme, provider: meta, phone: \"+15550001111\", phone_number_id: \"1\", {more}}}]\n"
        )
    };
    let found = errors(&sender("access_token: abcdef"));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().all(|f| f.contains("error[E905] a Meta sender needs `")), "{found:#?}");
    let found = errors(&sender("access_token: a, app_secret: \"\", verify_token: []"));
    assert!(found.iter().any(|f| f.contains("needs `app_secret`")), "{found:#?}");
    let good = sender("access_token: a, app_secret: [one, two], verify_token: v");
    let config = parse(&good).unwrap();
    let Access::Meta(meta) = &config.senders[0].access else { panic!("it is at Meta") };
    assert_eq!(meta.app_secrets.len(), 2);
}

/// The example configuration with its commented senders enabled.
fn uncommented() -> String {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../config.example.yaml"));
    let text = std::fs::read_to_string(path).unwrap();
    let line = |line: &str| match line.strip_prefix("  #") {
        Some(rest) if rest.starts_with(['-', ' ']) && rest.contains(": ") => format!("  {rest}\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn the_example_has_a_sender_for_each_provider() {
    let config = parse(&uncommented()).unwrap_or_else(|all| panic!("{all:#?}"));
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let there: Vec<&str> = config.senders.iter().map(Sender::provider).collect();
    for word in access::WORDS {
        assert!(there.contains(word), "{word}: {there:?}");
    }
    let on_unknown = |id| config.sender(SenderId(id)).unwrap().on_unknown;
    assert_eq!(on_unknown(7), OnUnknown::Replies, "Twilio's statuses carry our id");
    assert_eq!(on_unknown(9), OnUnknown::Keep, "Waplify's do not");
}

#[test]
fn the_example_has_every_key_of_a_template() {
    let config = parse(&uncommented()).unwrap_or_else(|all| panic!("{all:#?}"));
    let named = |name: &str| &config.templates.iter().find(|entry| entry.template.name == name).unwrap().template;
    let sale = named("spring_sale");
    assert_eq!((&sale.header, sale.parts.offer), (&Some(TemplateHeader::Image), Some(Offer::Ends)));
    assert!(sale.ttl.is_some() && sale.reference.is_some());
    assert!(sale.buttons.iter().any(|button| matches!(button, TemplateButtonKind::CopyCode { .. })), "{sale:?}");
    assert_eq!(named("new_bikes").parts.cards.len(), 2);
}

#[test]
fn no_sender_starts_without_its_secrets_and_no_secret_is_printed() {
    let example = uncommented();
    for (key, who) in [
        ("auth_token", "a Twilio sender"),
        ("api_key", "a Kapso sender"),
        ("webhook_secret", "a Kapso sender"),
        ("api_key", "a Waplify sender"),
        ("api_key", "an Autocalls sender"),
        ("token", "a Chatwoot sender"),
        ("secret", "a Chatwoot sender"),
    ] {
        let word = who.split(' ').nth(1).unwrap();
        let from = example.find(&format!("name: At {word}")).unwrap();
        let line = from + example[from..].find(&format!("{key}: ")).unwrap();
        let end = line + example[line..].find('\n').unwrap();
        let without = format!("{}{}", &example[..line].trim_end(), &example[end..]);
        let found = errors(&without);
        assert!(
            found.iter().any(|f| f.contains(&format!("error[E905] {who} needs `{key}`"))),
            "{who} {key}: {found:#?}"
        );
        let wrong = format!("{}\n    rubbish: 1{}", &example[..end], &example[end..]);
        let shown: String = parse(&wrong).unwrap_err().iter().map(|finding| finding.render(false)).collect();
        assert!(shown.contains("has no key `rubbish`") && !shown.contains("hunter2"), "{shown}");
    }
}

#[test]
fn an_agent_bot_of_chatwoot_names_its_account_its_inbox_and_its_teams() {
    use crate::base::limits::CHATWOOT_NUMBER_MAX;
    let with = |more: &str| {
        format!(
            "{ACCOUNT}senders: [{{id: 2, account: acme, provider: chatwoot, phone: \"+15550001111\", token: t, secret: s, {more}}}]\n"
        )
    };
    let most = CHATWOOT_NUMBER_MAX;
    let config = parse(&with(&format!("account_id: {most}, inbox: 5, teams: {{shop: {most}}}"))).unwrap();
    let Access::Chatwoot(bot) = &config.senders[0].access else { panic!("it is at Chatwoot") };
    assert_eq!((bot.account_id, bot.inbox, bot.teams.get("shop")), (most, 5, Some(&most)));
    assert_eq!(bot.url, "https://app.chatwoot.com");
    let own = config.webhooks.to.iter().find(|to| to.name == "chatwoot_bot:2").expect("it is told of hand-offs");
    assert_eq!(
        (own.types.as_slice(), own.senders.as_slice()),
        (["assigned".to_owned()].as_slice(), [SenderId(2)].as_slice())
    );
    let beyond = i128::from(most) + 1;
    for (more, said) in [
        ("inbox: 5".to_owned(), "account_id"),
        ("account_id: 7".to_owned(), "inbox"),
        ("account_id: 0, inbox: 5".to_owned(), "account_id"),
        (format!("account_id: {beyond}, inbox: 5"), "account_id"),
        ("account_id: 7, inbox: five".to_owned(), "inbox"),
        (format!("account_id: 7, inbox: 5, teams: {{shop: {beyond}}}"), "the team `shop` needs the number"),
        ("account_id: 7, inbox: 5, url: chat".to_owned(), "`url` is no web address"),
    ] {
        let found = errors(&with(&more));
        assert!(found.len() == 1 && found[0].contains(said), "{more}: {found:#?}");
    }
    let taken =
        format!("{ACCOUNT}webhooks: {{to: [{{name: 'chatwoot_bot:2', url: 'https://desk.example', secret: s}}]}}\n");
    assert!(errors(&taken)[0].contains("belongs to an inbox of Chatwoot"), "{:#?}", errors(&taken));
}

#[test]
fn who_can_be_reached_from_outside_takes_nothing_unsigned() {
    let unsigned = |more: &str| {
        format!(
            "{more}{ACCOUNT}senders: [{{id: 2, account: acme, provider: waplify, phone: \"+15550001111\", api_key: k}}]\n"
        )
    };
    assert!(parse(&unsigned("")).is_ok(), "on this machine alone");
    for more in ["public_url: https://bot.example\n", "listen: 0.0.0.0:80\n"] {
        let found = errors(&unsigned(more));
        assert!(found.len() == 1 && found[0].contains("sender 2 needs `webhook_secret`"), "{found:#?}");
    }
}

#[test]
fn twilio_needs_the_address_that_it_signs() {
    let twilio = format!(
        "{ACCOUNT}senders: [{{id: 2, account: acme, provider: twilio, phone: \"+15550001111\", account_sid: AC1, auth_token: t}}]\n"
    );
    let found = errors(&twilio);
    assert!(found.len() == 1 && found[0].contains("needs `public_url`"), "{found:#?}");
    assert!(parse(&format!("public_url: https://bot.example\n{twilio}")).is_ok());
    let found = errors(&format!("public_url: https://bot.example\n{}", twilio.replace("AC1", "../x")));
    assert!(found.len() == 1 && found[0].contains("`account_sid` is no id of Twilio's"), "{found:#?}");
}

#[test]
fn a_missing_secret_is_reported_once() {
    let found = errors(&format!(
        "{ACCOUNT}senders: [{{id: 2, account: acme, provider: meta, phone: \"+15550001111\", phone_number_id: \"1\",\n access_token: \"${{NOPE}}\", app_secret: \"${{NOPE2}}\", verify_token: v}}]\n"
    ));
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().all(|f| f.contains("is not set in the environment")), "{found:#?}");
}

#[test]
fn a_key_at_the_limit_is_taken_and_one_character_less_is_told_without_being_shown() {
    let key = |chars: usize| format!("accounts: [{{name: a, api_keys: [{}]}}]\n", "k".repeat(chars));
    assert!(parse(&key(API_KEY_CHARS_MIN)).is_ok());
    let found = parse(&key(API_KEY_CHARS_MIN - 1)).unwrap_err();
    let all = found[0].render(false);
    assert!(all.contains("an API key has 15 characters") && all.contains("openssl rand -hex 32"), "{all}");
    assert!(!all.contains("kkk"), "{all}");
}

#[test]
fn a_key_of_two_accounts_is_refused_and_not_shown() {
    let found = parse(
        "accounts:\n  - {name: a, api_keys: [topsecret-key-of-two]}\n  - {name: b, api_keys: [key-of-b-alone-here, \
                       topsecret-key-of-two]}\n",
    );
    let found = found.unwrap_err();
    assert_eq!(found.len(), 1, "{found:#?}");
    let all = found[0].render(false);
    assert!(
        all.contains("this API key is there twice") && all.contains(":3:47") && !all.contains("topsecret"),
        "{all}"
    );
}

#[test]
fn names_twice_are_refused_with_the_first_place() {
    let found = errors(&format!(
        "{ACCOUNT}senders:\n  - {{id: 1, account: acme, provider: sandbox, phone: \"+15550000001\", default: true}}\n  - {{id: 1, account: acne, provider: sandbox, phone: \"+15550000001\"}}\n  - {{id: 3, account: acme, provider: sandbox, phone: \"+15550000003\", default: true}}\n"
    ));
    let expected = [
        "config.yaml:4:10: error[E903] the sender `1` is there twice",
        "config.yaml:4:22: error[E904] there is no account `acne`; did you mean `acme`?",
        "config.yaml:4:54: error[E903] the phone `+15550000001` is there twice",
        "config.yaml:5:70: error[E903] the account `acme` has two default senders",
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_braces_over_several_lines_hide_has_no_consequences() {
    let found = errors(
        "accounts:\n  - {name: acme, api_keys: [${NO_KEY}]}\nsenders:\n  - {id: 7, account: acme, name: Support, provider: \
         meta,\n     access_token: ${NO_TOKEN}, app_secret: s,\n     verify_token: v}\ntemplates:\n  - {id: 1, sender: 7, \
         name: t, language: en, category: utility, body: Hi}\n",
    );
    let expected = [
        "config.yaml:2:29: error[E113] `${…}` between `{ }` or `[ ]` needs quotes",
        "config.yaml:5:20: error[E113] `${…}` between `{ }` or `[ ]` needs quotes",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_template_needs_a_sender_and_stands_once() {
    let template = |id: u32, sender: u32| {
        format!("  - {{id: {id}, sender: {sender}, name: t, language: en, category: utility, body: Hi}}\n")
    };
    let found = errors(&format!("templates:\n{}{}{}", template(1, 1), template(2, 1), template(3, 9)));
    assert_eq!(
        found,
        [
            "config.yaml:3:5: error[E903] the template `t` in `en` is there twice for sender 1",
            "config.yaml:4:21: error[E904] there is no sender `9`",
        ]
    );
}

#[test]
fn a_provider_that_is_not_there_is_named_with_the_near_one() {
    let found = errors(&format!(
        "{ACCOUNT}senders: [{{id: 1, account: acme, provider: twillio, phone: \"+15550000001\", account_sid: x}}]\n"
    ));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("E907] there is no provider `twillio`; did you mean `twilio`?"), "{found:#?}");
}

#[test]
fn twilio_shows_that_it_was_read_with_the_sign_of_typing_alone() {
    let with = |shows: &str| {
        format!(
            "public_url: https://bot.example\n{ACCOUNT}senders: [{{id: 1, account: acme, provider: twilio, phone: \"+15550000001\", account_sid: AC1, auth_token: t, shows: {shows}}}]\n"
        )
    };
    assert!(parse(&with("typing")).is_ok());
    assert!(
        errors(&with("read"))[0].contains("write `shows: typing`, which shows both"),
        "{:?}",
        errors(&with("read"))
    );
}

#[test]
fn a_platform_that_cannot_show_a_mark_says_so() {
    let with = |more: &str| {
        format!(
            "{ACCOUNT}senders: [{{id: 1, account: acme, provider: waplify, phone: \"+15550000001\", api_key: x, webhook_secret: y{more}}}]\n"
        )
    };
    assert_eq!(errors(&with(", shows: typing")).len(), 1);
    assert!(errors(&with(", shows: typing"))[0].contains("`waplify` cannot show that a message was read"));
    assert!(parse(&with(", shows: nothing")).is_ok() && parse(&with("")).is_ok());
}

#[test]
fn a_daemon_without_senders_is_a_mistake_but_an_account_alone_gets_a_sandbox() {
    assert_eq!(errors("senders: []\n").len(), 1);
    let config = parse(ACCOUNT).unwrap();
    assert_eq!(config.senders[0].account.as_str(), "acme");
    assert!(config.only_sandboxes());
}

#[test]
fn no_finding_shows_a_secret() {
    let text = format!(
        "{ACCOUNT}log: {{level: \"${{SHOP_TOKEN}}\"}}\nnotify: {{url: https://a.example, secret: topsecret, extra: 1}}\nflows: {{secrets: {{A: topsecret, B: \"\"}}}}\nlisten: topsecret\n"
    );
    let found = parse(&text).unwrap_err();
    assert_eq!(found.len(), 4, "{found:#?}");
    for finding in found {
        let all = format!("{finding} {} {} {finding:?}", finding.render(false), serde_json::json!(finding));
        assert!(!all.contains("hunter2"), "{all}");
        // `listen: topsecret` is visible, because the author wrote it there; a value under a secret key is not.
        assert!(!all.contains("secret: topsecret") && !all.contains("A: topsecret"), "{all}");
    }
}

#[test]
fn a_key_that_is_nearly_one_of_a_secret_hides_its_value() {
    let text = format!("{ACCOUNT}token: topsecret\nmy_password: topsecret\n");
    let found = parse(&text).unwrap_err();
    assert!(!found.is_empty());
    for finding in found {
        let all = format!("{} {finding}", finding.render(false));
        assert!(!all.contains("topsecret"), "{all}");
    }
}

#[test]
fn no_syntax_error_shows_a_secret() {
    for text in [
        "notify: {secret: topsecret, url: a: b}\n",
        "flows:\n  secrets: {A: topsecret\nbot: .\n",
        "flows:\n  secrets:\n    A: my: topsecret\n    B: @topsecret\nbot: .\n",
        "accounts:\n  - name: a\n    api_keys:\n      - topsecret: `x`\n",
        "flows: {{env: {URL: \"http://x\"}, secrets: {TOKEN: topsecret}, allow_private: [127.0.0.0/8]}\n",
    ] {
        for finding in parse(text).unwrap_err() {
            let all = format!("{} {finding}", finding.render(false));
            assert!(!all.contains("topsecret"), "{all}");
        }
    }
}

#[test]
fn debug_prints_no_secret() {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../config.example.yaml"));
    let config = Config::load(Some(path), &env).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn a_token_in_clear_is_a_warning_except_on_loopback() {
    let with = |base: &str| {
        let text = format!(
            "{ACCOUNT}senders: [{{id: 2, account: acme, provider: meta, phone: \"+15550001111\", phone_number_id: \"1\", access_token: a, app_secret: b, verify_token: c, api_base: \"{base}\"}}]\n"
        );
        parse(&text).unwrap().warnings.len()
    };
    assert_eq!((with("http://127.0.0.1:9"), with("http://[::1]:9"), with("http://meta.example")), (0, 0, 1));
}

#[test]
fn values_that_cannot_be_are_explained() {
    let found = errors(
        "listen: everywhere\npublic_url: bot\ndatabase: mysql://x\naccounts: [{name: a, rate_limit: fast, balance: 1.234}]\nnotify: {url: https://a.example}\nflows: {allow_private: [10.0.0.0/99]}\nretention: {messages: soon}\nlog: {level: loud}\n",
    );
    for (line, what) in [
        (1, "`listen` takes an address and a port; write it like `127.0.0.1:8080`"),
        (2, "`public_url` is no web address"),
        (3, "`database` is no address of a database"),
        (4, "`rate_limit` is no rate"),
        (4, "`balance` is no amount"),
        (5, "`notify` needs a `secret`"),
        (6, "is no network"),
        (7, "no length of time"),
        (8, "`level` cannot be `loud`"),
    ] {
        let there = found.iter().any(|f| f.starts_with(&format!("config.yaml:{line}:")) && f.contains(what));
        assert!(there, "line {line}: {what}\n{found:#?}");
    }
    assert_eq!(found.len(), 9, "{found:#?}");
}

#[test]
fn an_empty_configuration_is_an_error_and_no_sandbox() {
    for text in ["", "\n\n", "# nothing yet\n", "---\n", "null\n"] {
        let found = errors(text);
        assert!(
            found.iter().any(|f| f.contains("E906") && f.contains("the configuration is empty")),
            "{text:?}: {found:?}"
        );
    }
}

#[test]
fn messages_are_kept_for_a_week_at_least() {
    let found = errors("retention: {messages: 6d}\n");
    assert!(found[0].starts_with("config.yaml:1:23: error[E906] `messages` is less than a week"), "{found:?}");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(parse("retention: {messages: 7d}\n").unwrap().retention.messages, MESSAGES_KEPT_MIN);
}

#[test]
fn probes_have_an_address_of_their_own() {
    let at = |text: &str| parse(text).unwrap().admin.map(|address| address.to_string());
    assert_eq!(at("listen: 127.0.0.1:8080\n"), None);
    assert_eq!(at("admin: null\n"), None);
    assert_eq!(at("admin: 0.0.0.0:9100\n").as_deref(), Some("0.0.0.0:9100"));
    assert_eq!(at("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\n").as_deref(), Some("127.0.0.1:0"));
    let found = errors("admin: metrics\n");
    assert!(
        found[0].starts_with("config.yaml:1:") && found[0].contains("`admin` takes an address and a port"),
        "{found:?}"
    );
    let found = errors("listen: 127.0.0.1:9100\nadmin: 127.0.0.1:9100\n");
    assert!(found[0].starts_with("config.yaml:2:") && found[0].contains("`admin` is where `listen` is"), "{found:?}");
}

#[test]
fn other_daemons_reach_this_one_at_a_plain_address() {
    let at = |url: &str| parse(&format!("member_url: {url}\n")).unwrap().member_url;
    assert_eq!(at("http://10.0.0.5:8080").as_deref(), Some("http://10.0.0.5:8080"));
    assert_eq!(at("http://[fd00::5]:8080/").as_deref(), Some("http://[fd00::5]:8080"));
    for wrong in ["https://10.0.0.5", "10.0.0.5:8080", "http://a/base", "http://a?x=1", "http://u:p@a", "http://"] {
        let found = errors(&format!("member_url: \"{wrong}\"\n"));
        assert!(found.len() == 1 && found[0].contains("`member_url` is no address of a daemon"), "{wrong}: {found:?}");
    }
    let with_tls = |url: &str| parse(&format!("tls: {{cert: c.pem, key: k.pem}}\nmember_url: {url}\n"));
    assert_eq!(with_tls("https://a:8443").unwrap().member_url.as_deref(), Some("https://a:8443"));
    let found = with_tls("http://a:8443").unwrap_err();
    assert!(found.len() == 1 && found[0].to_string().contains("`https://10.0.0.5:8080`: with `tls`"), "{found:?}");
}

#[test]
fn tls_names_two_files_beside_the_configuration() {
    let tls = |text: &str| parse(&format!("tls: {text}\n"));
    let files = tls("{cert: tls/full.pem, key: /run/key.pem}").unwrap().tls.unwrap();
    assert_eq!((files.cert, files.key), ("/etc/transom/tls/full.pem".into(), "/run/key.pem".into()));
    assert!(tls("null").unwrap().tls.is_none());
    for (wrong, says) in [
        ("{cert: c.pem}", "`key`"),
        ("{key: c.pem}", "`cert`"),
        ("{cert: c.pem, key: \"\"}", "`tls.key` names no file"),
        ("{cert: [c.pem], key: k.pem}", "`tls.cert` names no file"),
        ("{cert: c.pem, key: \"-----BEGIN PRIVATE KEY-----\"}", "`tls.key` is the content of a file"),
        ("{cert: c.pem, key: k.pem, ca: x}", "`ca`"),
        ("yes", "tls"),
    ] {
        let found = tls(wrong).unwrap_err();
        assert!(found.len() == 1 && found[0].to_string().contains(says), "{wrong}: {found:?}");
    }
}

#[test]
fn the_host_of_the_public_address_is_that_without_its_port() {
    let of = |url: &str| parse(&format!("public_url: \"{url}\"\n")).unwrap().public_host().map(str::to_owned);
    assert_eq!(of("https://bot.example.com:8443/x").as_deref(), Some("bot.example.com"));
    assert_eq!(of("https://[fd00::5]:8443").as_deref(), Some("[fd00::5]"));
    assert_eq!(of("https://bot.example.com").as_deref(), Some("bot.example.com"));
}

const MODEL: &str = "name: main, base_url: \"https://llm.example/v1\", model: m, trains: no";

/// The models of a configuration with these entries.
fn models(entries: &[String]) -> Result<Vec<Model>, Vec<String>> {
    let items: String = entries.iter().map(|entry| format!("  - {{{entry}}}\n")).collect();
    let text = format!("{ACCOUNT}prices: {{currency: EUR}}\nmodels:\n{items}");
    parse(&text).map(|config| config.models).map_err(|all| all.iter().map(ToString::to_string).collect())
}

#[test]
fn a_model_has_its_server_prices_and_budgets() {
    let more = "api: anthropic, key: \"${LLM_API_KEY}\", timeout: 5s, output: 200, context: 9000, params: {temperature: 0}, \
                prices: {input: 0.25, cached: 0.025, output: 2.00}, budget: {all: [5.00/1d, 80.00/30d], contact: 0.50/1d}, at_once: 2";
    let all = models(&[format!("{MODEL}, {more}")]).unwrap();
    let (model, endpoint) = (&all[0], &all[0].endpoint);
    assert_eq!((endpoint.api.as_str(), endpoint.output, endpoint.context), ("anthropic", 200, Some(9_000)));
    assert!(endpoint.key.as_ref().unwrap().matches("hunter2-LLM_API_KEY") && endpoint.allow_private.is_empty());
    assert_eq!((endpoint.timeout, endpoint.params["temperature"].clone()), (Span::seconds(5), 0.into()));
    let day = |amount, days| Budget { amount, period: Span::days(days) };
    assert_eq!(model.budgets.all, [day(5_000_000, 1), day(80_000_000, 30)]);
    assert_eq!((model.budgets.contact.as_slice(), model.at_once), ([day(500_000, 1)].as_slice(), 2));
    let tokens = crate::model::effect::Tokens { input: 1_000, cached: 400, output: 10 };
    // 600 for 0.25, 400 for 0.025, 10 for 2.00 a million; rounded up.
    assert_eq!(model.prices.unwrap().cost(&tokens), 150 + 10 + 20);
}

#[test]
fn a_model_on_this_machine_is_allowed_that_address_alone() {
    let local = |url: &str| models(&[format!("name: main, base_url: \"{url}\", model: m")]);
    let of = |url: &str| -> Vec<String> {
        local(url).unwrap()[0].endpoint.allow_private.iter().map(ToString::to_string).collect()
    };
    assert_eq!(of("http://127.0.0.1:11434/v1"), ["127.0.0.1/32"]);
    assert_eq!(of("http://10.1.2.3/v1"), ["10.1.2.3/32"]);
    assert_eq!(of("http://localhost:8080/v1"), ["127.0.0.0/8", "::1/128"]);
    let named =
        models(&["name: main, base_url: \"http://ollama:11434/v1\", model: m, allow_private: [172.16.0.0/12]".into()]);
    assert_eq!(named.unwrap()[0].endpoint.allow_private.len(), 1);
    let open = local("http://ollama:11434/v1").unwrap_err();
    assert!(open.iter().any(|text| text.contains("in clear text")), "{open:?}");
}

#[test]
fn a_wrong_model_is_refused_at_its_place() {
    for (entry, code, words) in [
        ("name: main, model: m, trains: no", "E202", "base_url"),
        ("name: main, base_url: \"ftp://x/v1\", model: m, trains: no", "E906", "`base_url` cannot be called"),
        ("name: main, base_url: \"https://a:b@x/v1\", model: m, trains: no", "E906", "a key stands in `key`"),
        ("name: main, base_url: \"https://x/v1?v=1\", model: m, trains: no", "E906", "no `?` and no `#`"),
        ("name: main, base_url: \"https://x/v1\", model: m", "E905", "needs `trains: no`"),
        ("name: main, base_url: \"https://x/v1\", model: m, trains: yes", "E906", "may train nobody's models"),
        (&format!("{MODEL}, timeout: 121s"), "E906", "at most 2m"),
        (&format!("{MODEL}, params: {{max_tokens: 9000}}"), "E906", "`params` cannot set `max_tokens`"),
        (&format!("{MODEL}, params: {{top_p: 1, n: 5}}"), "E906", "`params` cannot set `n`"),
        (&format!("{MODEL}, api: anthropic, structured: schema"), "E906", "leave `structured` out"),
        (&format!("{MODEL}, api: ollama, structured: tool"), "E906", "cannot make a model call a tool"),
        (&format!("{MODEL}, api: ollama"), "E906", "write the address without `/v1`"),
        (&format!("{MODEL}, params: {{num_ctx: 9000}}"), "E906", "`params` cannot set `num_ctx`"),
        (&format!("{MODEL}, rate: many"), "E906", "like `300/min`"),
        (&format!("{MODEL}, rate: 0/min"), "E906", "like `300/min`"),
        (&format!("{MODEL}, region: Europe West"), "E906", "like `eu`"),
        (&format!("{MODEL}, output: 32001"), "E205", "32000"),
        (&format!("{MODEL}, at_once: 65"), "E205", "64"),
        (&format!("{MODEL}, prices: {{input: a, output: 1}}"), "E906", "`input` is no amount"),
        (&format!("{MODEL}, budget: 5.00/1d"), "E905", "a budget needs `prices`"),
        (&format!("{MODEL}, prices: {{input: 1, output: 1}}, budget: 5.00"), "E906", "like `5.00/1d`"),
        (&format!("{MODEL}, prices: {{input: 1, output: 1}}, budget: 5.00/32d"), "E906", "at most 31d"),
        (&format!("{MODEL}, fallback: main"), "E904", "stand in for itself"),
        (&format!("{MODEL}, fallback: small"), "E904", "there is no model `small`"),
        (&format!("{MODEL}, kye: x"), "E203", "did you mean `key`?"),
    ] {
        let found = models(&[entry.to_owned()]).expect_err(entry);
        let is_it = |text: &String| text.contains(code) && text.contains(words) && text.starts_with("config.yaml:4:");
        assert!(found.iter().any(is_it), "{entry}: {found:#?}");
    }
    let found = models(&[MODEL.to_owned(), MODEL.to_owned()]).unwrap_err();
    assert!(found[0].contains("the model `main` is there twice"), "{found:?}");
}

const EARS: &str = "name: ears, use: transcribe, base_url: \"https://llm.example/v1\", model: w, trains: no";

#[test]
fn a_model_for_voice_notes_has_the_price_of_a_minute() {
    let more = "prices: {minute: 0.006, least: 10s}, budget: {contact: 0.10/1d}, params: {prompt: Riverside}";
    let all = models(&[format!("{EARS}, {more}"), MODEL.to_owned()]).unwrap();
    let (ears, main) = (&all[0], &all[1]);
    assert_eq!((ears.purpose, main.purpose), (Purpose::Transcribe, Purpose::Chat));
    assert_eq!(ears.minute_price, Some(MinutePrice { minute: 6_000, least: Span::seconds(10) }));
    assert!(ears.is_priced() && ears.prices.is_none() && !main.is_priced());
    assert_eq!((ears.budgets.contact.len(), ears.budgets.all.len()), (1, 0));
    for (entry, code, words) in [
        (format!("{EARS}, api: ollama"), "E906", "has no transcriptions"),
        (format!("{EARS}, output: 100"), "E906", "`output` is about questions"),
        (format!("{EARS}, context: 1000"), "E906", "`context` is about questions"),
        (format!("{EARS}, structured: json"), "E906", "`structured` is about questions"),
        (format!("{EARS}, prices: {{input: 1, output: 2}}"), "E203", "input"),
        (format!("{EARS}, prices: {{minute: cheap}}"), "E906", "like `0.006`"),
        (format!("{EARS}, prices: {{minute: 1, least: 16m}}"), "E906", "at most 15m"),
        (format!("{EARS}, budget: 5.00/1d"), "E905", "write `prices: {minute: 0.006}`"),
        (format!("{EARS}, params: {{language: es}}"), "E906", "`params` cannot set `language`"),
        (EARS.replace("transcribe", "embed"), "E207", "transcribe"),
    ] {
        let found = models(std::slice::from_ref(&entry)).expect_err(&entry);
        assert!(found.iter().any(|text| text.contains(code) && text.contains(words)), "{entry}: {found:#?}");
    }
    let mixed = models(&[format!("{EARS}, fallback: main"), MODEL.to_owned()]).unwrap_err();
    assert!(mixed[0].contains("E904") && mixed[0].contains("`use: transcribe`"), "{mixed:?}");
}

#[test]
fn so_many_models_and_budgets_are_read_and_no_more() {
    use crate::base::limits::{MODEL_BUDGETS_MAX, MODELS_MAX};
    let many = |count: usize| -> Vec<String> {
        (0..count).map(|at| MODEL.replace("name: main", &format!("name: m{at}"))).collect()
    };
    assert_eq!(models(&many(MODELS_MAX)).unwrap().len(), MODELS_MAX);
    assert!(models(&many(MODELS_MAX + 1)).unwrap_err()[0].contains("more than 20 models"));
    let budgets = |count: usize| {
        let all = vec!["1.00/1d"; count].join(", ");
        models(&[format!("{MODEL}, prices: {{input: 1, output: 1}}, budget: [{all}]")])
    };
    assert_eq!(budgets(MODEL_BUDGETS_MAX).unwrap()[0].budgets.all.len(), MODEL_BUDGETS_MAX);
    assert!(budgets(MODEL_BUDGETS_MAX + 1).unwrap_err()[0].contains("more than 8 budgets"));
}

#[test]
fn a_region_is_a_name_of_the_limit_and_a_rate_is_kept() {
    let region = |name: &str| models(&[format!("{MODEL}, rate: 300/min, region: {name}")]);
    let longest = "e".repeat(crate::base::limits::MODEL_REGION_BYTES_MAX);
    let model = region(&longest).unwrap().remove(0);
    assert_eq!((model.region, model.rate), (Some(longest.clone()), Rate::parse("300/min")));
    assert!(region(&format!("{longest}e")).is_err());
}

#[test]
fn the_key_of_a_model_is_in_no_finding() {
    let entry = format!("{MODEL}, key: sk-hidden-key, output: sk-hidden-key");
    let found = models(&[entry]).unwrap_err().join("\n");
    assert!(!found.contains("sk-hidden-key"), "{found}");
}

/// The MCP servers of a configuration with these entries.
fn mcp(entries: &[String]) -> Result<Vec<McpEndpoint>, Vec<String>> {
    let items: String = entries.iter().map(|entry| format!("  - {{{entry}}}\n")).collect();
    let text = format!("{ACCOUNT}mcp:\n{items}");
    parse(&text).map(|config| config.mcp).map_err(|all| all.iter().map(ToString::to_string).collect())
}

const CALENDAR: &str = "name: calendar, url: \"https://cal.example/mcp\"";

#[test]
fn an_mcp_server_has_its_address_headers_and_time() {
    let more = "headers: {Authorization: \"Bearer ${SHOP_TOKEN}\"}, timeout: 20s, allow_private: [10.1.0.0/16]";
    let one = mcp(&[format!("{CALENDAR}, {more}")]).unwrap().remove(0);
    let address = |one: &McpEndpoint| match &one.place {
        McpPlace::Http(address) => address.clone(),
        McpPlace::Program(program) => panic!("{program:?} is no address"),
    };
    let at = address(&one);
    assert_eq!((one.name.as_str(), one.timeout, at.allow_private.len()), ("calendar", Span::seconds(20), 1));
    assert!(at.headers[0].0 == "authorization" && at.headers[0].1.matches("Bearer hunter2-SHOP_TOKEN"));
    let local = mcp(&["name: a, url: \"http://127.0.0.1:9000/mcp\"".to_owned()]).unwrap().remove(0);
    assert_eq!(address(&local).allow_private.len(), 1, "the address is meant as it is written");
}

#[test]
fn an_mcp_server_may_be_a_program_with_its_variables() {
    let written = "name: files, command: [npx, -y, files-mcp], env: {FILES_TOKEN: \"${SHOP_TOKEN}\", MODE: strict}";
    let one = mcp(&[written.to_owned()]).unwrap().remove(0);
    let McpPlace::Program(program) = one.place else { panic!("{:?} is no program", one.place) };
    assert_eq!(program.command, ["npx", "-y", "files-mcp"]);
    assert!(program.env[0].0 == "FILES_TOKEN" && program.env[0].1.matches("hunter2-SHOP_TOKEN"));
    assert!(program.env[1].1.matches("strict") && !format!("{program:?}").contains("strict"));
}

#[test]
fn mistakes_in_mcp_are_told_with_what_to_write() {
    for (entry, wanted) in [
        ("name: calendar", "needs `url`, its address, or `command`"),
        ("url: \"https://cal.example/mcp\"", "needs `name`"),
        ("name: My calendar, url: \"https://cal.example/mcp\"", "cannot be the name of a server"),
        ("name: calendar, url: \"http://cal.example/mcp\"", "in clear text"),
        ("name: calendar, url: \"ftp://cal.example/mcp\"", "addresses are not called"),
        ("name: calendar, command: calendar-mcp --all", "a list of the program and its arguments"),
        ("name: calendar, command: []", "is empty"),
        ("name: calendar, command: [\"\"]", "the first word of `command` is empty"),
        ("name: calendar, command: [./calendar-mcp]", "write its whole path"),
        ("name: calendar, command: [calendar-mcp, {a: b}]", "a word of `command` is a text"),
        ("name: calendar, command: [calendar-mcp], url: \"https://cal.example/mcp\"", "for a server over HTTP"),
        ("name: calendar, command: [calendar-mcp], headers: {a: b}", "for a server over HTTP"),
        ("name: calendar, command: [calendar-mcp], env: {\"A-B\": x}", "no name of a variable"),
        ("name: calendar, command: [calendar-mcp], env: {A: [x]}", "is no text"),
        ("name: calendar, url: \"https://cal.example/mcp\", env: {A: x}", "has no `command`"),
        ("name: calendar, comand: [calendar-mcp]", "`comand`"),
        ("name: calendar, url: \"https://cal.example/mcp\", timeout: 61s", "at most 1m"),
        ("name: calendar, url: \"https://cal.example/mcp\", headers: {Accept: text/html}", "written by the daemon"),
        ("name: calendar, url: \"https://cal.example/mcp\", headers: {\"a b\": x}", "no name of a header"),
        ("name: calendar, url: \"https://cal.example/mcp\", headers: {authorization: \" \"}", "is empty"),
    ] {
        let found = mcp(&[entry.to_owned()]).expect_err(entry);
        assert!(found.len() == 1 && found[0].contains(wanted), "{entry}: {found:#?}");
    }
    let twice = mcp(&[CALENDAR.to_owned(), CALENDAR.to_owned()]).unwrap_err();
    assert!(twice.len() == 1 && twice[0].contains("calendar"), "{twice:#?}");
    let hidden = mcp(&[format!("{CALENDAR}, headers: {{authorization: Bearer sk-hidden}}, timeout: x")]).unwrap_err();
    assert!(!hidden.join("\n").contains("sk-hidden"), "{hidden:#?}");
    let hidden = mcp(&["name: calendar, command: [a], timeout: x, env: {PASS: sk-hidden}".to_owned()]).unwrap_err();
    assert!(!hidden.join("\n").contains("sk-hidden"), "{hidden:#?}");
}

#[test]
fn so_many_mcp_servers_are_read_and_so_long_they_may_take() {
    use crate::base::limits::{MCP_SERVERS_MAX, MCP_TIMEOUT_MAX};
    let many = |count: usize| -> Vec<String> {
        (0..count).map(|at| CALENDAR.replace("name: calendar", &format!("name: c{at}"))).collect()
    };
    assert_eq!(mcp(&many(MCP_SERVERS_MAX)).unwrap().len(), MCP_SERVERS_MAX);
    assert!(mcp(&many(MCP_SERVERS_MAX + 1)).unwrap_err()[0].contains("more than 20 servers"));
    let longest = mcp(&[format!("{CALENDAR}, timeout: {MCP_TIMEOUT_MAX}")]).unwrap();
    assert_eq!(longest[0].timeout, MCP_TIMEOUT_MAX);
}
