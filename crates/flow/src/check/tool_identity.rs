//! Reports a tool's input that says who the customer is: the model would fill it, perhaps with the number of somebody else.

use crate::{
    base::diagnostic::{Diagnostic, Findings},
    definition::Field,
    model::{answer::AnswerType, matching::fold},
    steps::agent::WrittenTool,
};

/// Words that mean the customer or their phone, folded: English, Spanish, French, German, Portuguese, Italian.
const WHO: [&[&str]; 6] = [
    &["phone", "telephone", "mobile", "cellphone", "phonenumber", "customer", "client", "contact"],
    &["telefono", "movil", "celular", "cliente", "clienta", "contacto"],
    &["telephone", "cliente", "clients", "contacts"],
    &[
        "telefon",
        "telefonnummer",
        "handynummer",
        "mobilnummer",
        "rufnummer",
        "kunde",
        "kundin",
        "kunden",
        "kundennummer",
        "kontakt",
    ],
    &["telefone", "telemovel", "celular", "cliente", "contato"],
    &["telefono", "cellulare", "telefonino", "cliente", "contatto"],
];

/// Words that may stand beside one of them and change nothing: `id_cliente`, `numero_de_telefono`, `our_customer_no`.
const BESIDE: [&str; 25] = [
    "id", "key", "no", "nr", "num", "number", "numero", "nummer", "code", "my", "our", "the", "of", "de", "del", "du",
    "da", "do", "di", "la", "le", "el", "il", "der", "des",
];

pub(super) fn check(tool: &WrittenTool, inputs: &[Field], findings: &Findings) {
    for input in inputs.iter().filter(|input| may_hold_a_name(input) && says_who(&input.name)) {
        let message = format!("the model says by `{}` who the customer is, and may say it wrongly", input.name);
        let finding = Diagnostic::warning("W531", &input.place, message).label(&tool.place, "a model uses this tool");
        let phone = "`${contact.phone}`, or a field of `contact`";
        findings.push(finding.help(match tool.http {
            Some(_) => format!("take the input out, and write {phone} in the request"),
            None => format!(
                "take the input out, and read {phone} in the flow: it runs in the conversation of this customer"
            ),
        }));
    }
}

/// False for a choice, a yes or no, a day: they are about the customer and do not name them.
fn may_hold_a_name(input: &Field) -> bool {
    let kinds = [AnswerType::Text, AnswerType::Phone, AnswerType::Number, AnswerType::Whole, AnswerType::Any];
    input.untyped || kinds.contains(&input.kind.of)
}

/// True for a name of which each word means the customer or their phone, or changes nothing.
fn says_who(name: &str) -> bool {
    let words: Vec<String> = name.split(['_', '-']).filter(|word| !word.is_empty()).map(fold).collect();
    let is_who = |word: &String| WHO.iter().any(|words| words.contains(&word.as_str()));
    words.iter().any(is_who) && words.iter().all(|word| is_who(word) || BESIDE.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_customer_is_told_from_names_of_other_things() {
        for name in [
            "phone",
            "customer",
            "contact",
            "customer_id",
            "customer_phone",
            "phone_number",
            "numero_de_telefono",
            "teléfono",
            "cliente",
            "id_cliente",
            "numéro_de_téléphone",
            "client",
            "telefonnummer",
            "kunde",
            "kundennummer",
            "kontakt",
            "telefone",
            "contato",
            "id_contato",
            "cellulare",
            "cliente_id",
            "contatto",
        ] {
            assert!(says_who(name), "{name}");
        }
        for name in [
            "number",
            "id",
            "order",
            "phone_model",
            "callback_number",
            "customer_name",
            "contact_reason",
            "kind_of_customer",
            "job",
            "telefono_roto",
            "handy",
            "code",
            "de",
            "email",
        ] {
            assert!(!says_who(name), "{name}");
        }
    }
}
