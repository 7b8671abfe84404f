//! `/studio`: describes the routes for the studio's page and its files.

use super::{AUTHORS, AllowedCallers, AnswerBody, DocumentedAnswer, Errors, GET, Route, Scope, handler};
use crate::web::studio::{assets, codes, editor, page};

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
        take: || handler(page::show),
        ..GET
    },
    Route {
        path: "/studio/codes/{code}",
        name: "studio_code",
        part: PART,
        summary: "Read what a finding's code means, with a wrong and a right example",
        who: AllowedCallers::Anyone,
        answers: &[DocumentedAnswer { status: 200, about: "A page.", body: AnswerBody::Text("text/html") }],
        take: || handler(codes::show),
        ..GET
    },
    Route {
        path: "/v1/studio/lsp",
        name: "studio_editor",
        scope: Some(Scope::Flows),
        part: PART,
        roles: AUTHORS,
        personal: false,
        summary: "Connect an editor to the language server, by a WebSocket",
        about: "One message of the Language Server Protocol is one text frame. The bot is `file:///bot/`, its files are as \
                `file:///bot/flows/menu.yaml`. Findings are sent for all files, also those that are not open, with their \
                `code`, the address of its explanation as `codeDescription.href`, and the help as `data.help`.",
        who: AllowedCallers::Studio,
        answers: &[DocumentedAnswer { status: 101, about: "A WebSocket.", body: AnswerBody::Nothing }],
        errors: Errors::Problems(&[("upgrade_required", 426), ("too_many_editors", 503)]),
        take: || handler(editor::open),
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
        take: || handler(assets::show),
        ..GET
    },
];
