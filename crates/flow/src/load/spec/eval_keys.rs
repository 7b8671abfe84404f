//! Defines the keys of an eval, `flows/NAME.eval.yaml`: its head, its cases and their rules.

use super::{
    Declared, FieldKind, FieldSpec,
    test_keys::{CONTACT, ENV, EXPECT_KEYS, HTTP_MOCKS, MCP_MOCKS, NOW, SENDER, TEMPLATES, TEST_STEPS},
};

/// The top-level keys of an eval.
pub const EVAL_KEYS: &[FieldSpec] = &[
    FieldSpec::required("evals", FieldKind::Known(Declared::Flow), "The flow that `run`, `vars` and `api` are about."),
    NOW,
    CONTACT,
    SENDER,
    ENV,
    TEMPLATES,
    MOCKS,
    REPEAT,
    PASS,
    FieldSpec::optional(
        "criteria",
        FieldKind::MapOf(&FieldKind::Name),
        "Names for criteria of `judge` and `calibrate`, each with its sentence, as `polite: The bot stays friendly`.",
    ),
    FieldSpec::optional(
        "calibrate",
        FieldKind::Many(&FieldKind::Record(EVAL_CALIBRATION_KEYS)),
        "Short talks whose right verdict you know: the judge must get each of them right, else nothing that it judges is played.",
    ),
    FieldSpec::required("cases", FieldKind::Many(&FieldKind::Record(EVAL_CASE_KEYS)), "Each begins in a clean world."),
];

/// The keys of one case: a `talk` or `customer` with its `expect`, or `finds`.
pub const EVAL_CASE_KEYS: &[FieldSpec] = &[
    FieldSpec::required("name", FieldKind::Name, "What it shows, in words."),
    FieldSpec::optional(
        "talk",
        FieldKind::Many(&FieldKind::Either(&[FieldKind::Name, FieldKind::Record(TEST_STEPS)])),
        "The customer's messages, one after the other. Between them may stand the actions of a test, such as `tap: Yes`, \
         `media: image` or `advance: 2h`, and `expect: {…}`, which looks at all that came since the last message.",
    ),
    FieldSpec::optional(
        "customer",
        FieldKind::Record(EVAL_CUSTOMER_KEYS),
        "In place of `talk`: a model plays the customer, until the wish is fulfilled or given up.",
    ),
    FieldSpec::optional("expect", FieldKind::Record(EVAL_RULES), "The rules for the talk as a whole."),
    FieldSpec::optional(
        "finds",
        FieldKind::Record(EVAL_SEARCH_KEYS),
        "Asks no model, but looks for a question in the papers of `knowledge/`.",
    ),
    NOW,
    CONTACT,
    SENDER,
    ENV,
    TEMPLATES,
    MOCKS,
    REPEAT,
    PASS,
];

/// The keys of `finds`.
pub const EVAL_SEARCH_KEYS: &[FieldSpec] = &[
    FieldSpec::required("question", FieldKind::Name, "The question, as a customer writes it."),
    FieldSpec::required(
        "in",
        FieldKind::Name,
        "The part that must be found: `FILE` or `FILE#HEADING`, as `prices.csv` or `faq.md#Returns`; `nothing`: no part speaks of it.",
    ),
    FieldSpec::default("top", FieldKind::Whole, "3", "Among so many parts, the best first."),
    FieldSpec::default("language", FieldKind::Name, "the bot's", "The customer's language, by its code."),
];

/// The keys of `customer`.
pub const EVAL_CUSTOMER_KEYS: &[FieldSpec] = &[
    FieldSpec::required(
        "wants",
        FieldKind::Name,
        "The wish, and how the customer is: `new brakes before Friday; writes in Spanish, in a hurry`.",
    ),
    FieldSpec::optional(
        "knows",
        FieldKind::Name,
        "What the customer can tell: `the order is 4711, for Ana`. Only invented data.",
    ),
    FieldSpec::default("turns", FieldKind::Whole, "6", "How many messages the customer writes at most, 1 to 20."),
    FieldSpec::default(
        "model",
        FieldKind::Known(Declared::Model),
        "the first of `models` in `_bot.yaml`",
        "The model that plays the customer. It reads the talk, and nothing of the bot.",
    ),
];

/// The keys of one item of `calibrate`.
pub const EVAL_CALIBRATION_KEYS: &[FieldSpec] = &[
    FieldSpec::required(
        "talk",
        FieldKind::Many(&FieldKind::Record(&[
            FieldSpec::optional("customer", FieldKind::Name, "The customer writes this."),
            FieldSpec::optional("bot", FieldKind::Name, "The bot writes this."),
        ])),
        "The lines of the talk, each `customer: …` or `bot: …`.",
    ),
    FieldSpec::required(
        "criterion",
        FieldKind::Name,
        "A criterion that a `judge` of this file has, or its name in `criteria`.",
    ),
    FieldSpec::required("holds", FieldKind::YesNo, "The right verdict: whether the criterion holds in this talk."),
];

/// The rules that only an eval has. All keys of a test's `expect` may stand beside them.
pub const EVAL_RULE_KEYS: &[FieldSpec] = &[SAYS, NEVER_SAYS, TOOLS, COST_BELOW, LANGUAGE, JUDGE];

/// Both lists, so that editors complete them together.
const EVAL_RULES: &[FieldSpec] = &{
    let mut all = [SAYS; EVAL_RULE_KEYS.len() + EXPECT_KEYS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = if at < EVAL_RULE_KEYS.len() { EVAL_RULE_KEYS[at] } else { EXPECT_KEYS[at - EVAL_RULE_KEYS.len()] };
        at += 1;
    }
    all
};

const SAYS: FieldSpec = FieldSpec::optional(
    "says",
    FieldKind::Many(&FieldKind::Data),
    "Each of these texts stands in a reply; of a list in the list one is enough: `says: [\"45\", [tomorrow, Tuesday]]`. Case, \
     accents and punctuation do not matter, and the last word may go on. A number alone is found by its value.",
);
const NEVER_SAYS: FieldSpec =
    FieldSpec::optional("never_says", FieldKind::Many(&FieldKind::Name), "None of these texts stands in any reply.");
const TOOLS: FieldSpec = FieldSpec::optional(
    "tools",
    FieldKind::Many(&FieldKind::Name),
    "The tools that the agent used: these, and no others; flows by their names, tools of MCP servers as `SERVER.TOOL`. \
     `nothing`: none.",
);
const COST_BELOW: FieldSpec = FieldSpec::optional(
    "cost_below",
    FieldKind::Name,
    "The models' answers in one play of the talk cost less, in the currency of `prices`: `0.02`.",
);
const LANGUAGE: FieldSpec = FieldSpec::optional(
    "language",
    FieldKind::Name,
    "The replies are in this language, by its code: `es`. Replies below 40 letters may be in any, but one must be told.",
);
const JUDGE: FieldSpec = FieldSpec::optional(
    "judge",
    FieldKind::Many(&FieldKind::Name),
    "Criteria in plain words, or their names in `criteria`: the model `agents.judge` of `_bot.yaml` must say yes to each: \
     `judge: [polite, answers the question]`.",
);
const REPEAT: FieldSpec = FieldSpec::default(
    "repeat",
    FieldKind::Whole,
    "5",
    "How often a talk is played, 1 to 100: a model does not always answer alike.",
);
const PASS: FieldSpec = FieldSpec::default(
    "pass",
    FieldKind::Name,
    "100%",
    "The share of the plays of a case in which all rules must be kept: `80%`.",
);
const MOCKS: FieldSpec = FieldSpec::optional(
    "mocks",
    FieldKind::Record(&[HTTP_MOCKS, MCP_MOCKS]),
    "What other systems answer, as in tests. Models are not mocked: their answers are the matter of an eval.",
);
