//! `/v1/balance`: describes the routes for the prepaid balance of an account.

use super::{
    AllowedCallers, CURSOR, Errors, GET, LIMIT, POST, Route, Scope, ask, at, handler, ok,
    shape::{Field, Type::Text, answer, may, request},
    tell,
};
use crate::web::api::{
    balance::{self, Balance, ChargeShown, TopUp},
    page::Listed,
};

const PART: &str = "Balance";

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
        answers: &[ok(answer::<Balance>(), "")],
        example: ask("/v1/balance"),
        take: || handler(balance::show),
        ..GET
    },
    Route {
        path: "/v1/balance/charges",
        name: "list_charges",
        scope: Some(Scope::Read),
        part: PART,
        summary: "List what messages cost, newest first",
        query: &[ACCOUNT, LIMIT, CURSOR],
        answers: &[ok(answer::<Listed<ChargeShown>>(), "")],
        example: ask("/v1/balance/charges"),
        take: || handler(balance::charges),
        ..GET
    },
    Route {
        path: "/v1/balance/top-ups",
        name: "top_up",
        part: PART,
        summary: "Add to a balance",
        who: AllowedCallers::Operator,
        body: Some(request::<TopUp>()),
        answers: &[at(201, answer::<Balance>(), "As it is now.")],
        errors: Errors::Problems(&[("unlimited", 409)]),
        keyed: true,
        example: tell("/v1/balance/top-ups", r#"{"account": "poor", "amount": 500000, "note": "Invoice 7"}"#),
        take: || handler(balance::top_up),
        ..POST
    },
];
