//! `/studio`: describes the routes for the studio's page and its files.

use super::{AllowedCallers, AnswerBody, DocumentedAnswer, Errors, GET, Route};
use crate::web::studio::{assets, page};
use axum::routing::get;

const PART: &str = "Studio";

pub static ROUTES: &[Route] = &[
    Route {
        path: "/studio",
        also: &["/studio/", "/studio/{*path}"],
        name: "studio",
        part: PART,
        summary: "Open the studio, a page to write flows and talk to them",
        about: "It opens in a browser on the daemon's own machine while every sender is a sandbox and the daemon listens \
                at a loopback address. `/` leads a browser there.",
        who: AllowedCallers::Anyone,
        answers: &[
            DocumentedAnswer { status: 200, about: "The page.", body: AnswerBody::Text("text/html") },
            DocumentedAnswer {
                status: 403,
                about: "A page that says why the studio is closed.",
                body: AnswerBody::Text("text/html"),
            },
        ],
        errors: Errors::Problems(&[("not_found", 404)]),
        take: || get(page::show),
        ..GET
    },
    Route {
        path: "/studio/a/{hash}/{folder}/{name}",
        name: "studio_file",
        part: PART,
        summary: "Load a file of the studio's page",
        about: "The hash is that of the files of this program: a browser may keep them for ever.",
        who: AllowedCallers::Anyone,
        answers: &[DocumentedAnswer { status: 200, about: "", body: AnswerBody::File }],
        take: || get(assets::show),
        ..GET
    },
];
