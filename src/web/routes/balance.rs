//! `/v1/balance`: describes the routes for the prepaid balance of an account.

use super::{
    AllowedCallers, CURSOR, Errors, GET, LIMIT, POST, Route, Scope, ask, at, ok,
    shape::{
        Field, Shape,
        Type::{Flag, Maybe, Of, Page, Text, Time, Whole, Word},
        may, need, shape,
    },
    tell,
};
use crate::web::api::balance;
use axum::routing::{get, post};

const PART: &str = "Balance";

static BALANCE: Shape = shape(
    "Balance",
    "Opening balance and top-ups, less what is settled and reserved, is what is available. Amounts are whole numbers of \
     `unit`.",
    &[
        need("account", Text, ""),
        need("unlimited", Flag, "The account has no `balance` in the configuration, or there are no `prices`."),
        need("currency", Text, "ISO 4217."),
        need("unit", Text, "`0.0001` of the currency."),
        need("opening", Maybe(&Whole), "What the configuration began with."),
        need("topped_up", Maybe(&Whole), "What came in since."),
        need("settled", Maybe(&Whole), "For messages that arrived."),
        need("reserved", Maybe(&Whole), "For messages that are on their way."),
        need("available", Maybe(&Whole), ""),
        need("shown", Maybe(&Text), "`available` in the currency: `12.3456`."),
    ],
);

static CHARGE: Shape = shape(
    "Charge",
    "What one message costs.",
    &[
        need("message_id", Whole, ""),
        need("state", Word(&["reserved", "settled", "returned"]), "`returned`: it was not delivered."),
        need("amount", Whole, "Of a returned one what was reserved."),
        need(
            "category",
            Word(&["marketing", "utility", "authentication", "service"]),
            "By the platform's word, once it is known.",
        ),
        need("country", Text, "Of the recipient, ISO 3166; empty where unknown."),
        need("at", Time, "When it was reserved."),
        need("ended_at", Maybe(&Time), ""),
    ],
);

static TOP_UP: Shape = shape(
    "TopUp",
    "",
    &[
        need(
            "amount",
            Whole,
            "Ten-thousandths of the currency, at most 10^15 at a time; below 0: it is taken out. All that came in for an \
             account is at most 10^18.",
        ),
        may("account", Text, "May be left out where there is one only."),
        may("note", Text, "A word for people."),
    ],
);

const ACCOUNT: Field = may("account", Text, "For the operator: which one.");

pub static ROUTES: &[Route] = &[
    Route {
        path: "/v1/balance",
        name: "show_balance",
        scope: Some(Scope::Read),
        part: PART,
        summary: "Show what an account has left",
        about: "What a message costs stands under `prices` in the configuration, by category and country. It is \
                reserved when the message goes on the wire, settled when it arrived, at the category that the platform \
                tells (what it calls free is free), and returned when it was not sent. Without enough left nothing \
                goes: 402 in the dialects, `no_balance` here.",
        query: &[ACCOUNT],
        answers: &[ok(Of(&BALANCE), "")],
        example: ask("/v1/balance"),
        take: || get(balance::show),
        ..GET
    },
    Route {
        path: "/v1/balance/charges",
        name: "list_charges",
        scope: Some(Scope::Read),
        part: PART,
        summary: "List what messages cost, newest first",
        query: &[ACCOUNT, LIMIT, CURSOR],
        answers: &[ok(Page(&Of(&CHARGE)), "")],
        example: ask("/v1/balance/charges"),
        take: || get(balance::charges),
        ..GET
    },
    Route {
        path: "/v1/balance/top-ups",
        name: "top_up",
        part: PART,
        summary: "Add to a balance",
        who: AllowedCallers::Operator,
        body: Some(Of(&TOP_UP)),
        answers: &[at(201, Of(&BALANCE), "As it is now.")],
        errors: Errors::Problems(&[("unlimited", 409)]),
        keyed: true,
        example: tell("/v1/balance/top-ups", r#"{"account": "poor", "amount": 500000, "note": "Invoice 7"}"#),
        take: || post(balance::top_up),
        ..POST
    },
];
