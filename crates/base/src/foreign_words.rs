//! Translates words of other languages to our steps, keys and types: `étapes` to `steps`.

/// Our steps in Spanish, Portuguese, French, German, Italian and Dutch.
#[rustfmt::skip]
const VERBS: [(&str, &str); 118] = [
    ("aguardar", "wait"), ("aller", "go"), ("appeler", "call"), ("aspetta", "wait"), ("aspettare", "wait"), ("attendi", "wait"),
    ("attendre", "wait"), ("attends", "wait"), ("aufrufen", "call"), ("beenden", "end"), ("chamar", "call"), ("chame", "call"),
    ("chiamare", "call"), ("chiedere", "ask"), ("chiedi", "ask"), ("conseiller", "handoff"), ("decir", "say"), ("definir", "set"),
    ("demande", "ask"), ("demander", "ask"), ("devolver", "return"), ("dici", "say"), ("diga", "say"), ("digo", "say"), ("dire", "say"),
    ("dis", "say"), ("diz", "say"), ("dizer", "say"), ("domanda", "ask"), ("définir", "set"), ("einde", "end"), ("encaminhar", "handoff"),
    ("ende", "end"), ("envia", "say"), ("enviar", "say"), ("envie", "say"), ("envoyer", "say"), ("espera", "wait"), ("esperar", "wait"),
    ("espere", "wait"), ("falls", "if"), ("fim", "end"), ("fin", "end"), ("fine", "end"), ("finir", "end"), ("frag", "ask"),
    ("frage", "ask"), ("fragen", "ask"), ("gehe", "go"), ("guardar", "set"), ("humain", "handoff"), ("humano", "handoff"), ("invia", "say"),
    ("inviare", "say"), ("invio", "say"), ("ir", "go"), ("llamar", "call"), ("manda", "say"), ("mandar", "say"), ("mande", "say"),
    ("mensagem", "say"), ("mensaje", "say"), ("mensch", "handoff"), ("messaggio", "say"), ("modello", "template"), ("modelo", "template"),
    ("modèle", "template"), ("mostra", "say"), ("mostrar", "say"), ("nachricht", "say"), ("pedir", "ask"), ("pergunta", "ask"),
    ("perguntar", "ask"), ("pergunte", "ask"), ("persona", "handoff"), ("pide", "ask"), ("plantilla", "template"), ("pregunta", "ask"),
    ("preguntale", "ask"), ("preguntar", "ask"), ("repetir", "repeat"), ("retornar", "return"), ("retour", "return"),
    ("retourner", "return"), ("ripetere", "repeat"), ("répéter", "repeat"), ("sag", "say"), ("sagen", "say"), ("saltar", "go"),
    ("schreibe", "say"), ("se", "if"), ("segundo", "switch"), ("según", "switch"), ("selon", "switch"), ("sende", "say"), ("senden", "say"),
    ("setzen", "set"), ("si", "if"), ("terminar", "end"), ("termine", "end"), ("terminer", "end"), ("transfere", "handoff"),
    ("transferir", "handoff"), ("transférer", "handoff"), ("vai", "go"), ("vaya", "go"), ("vorlage", "template"), ("vraag", "ask"),
    ("vá", "go"), ("wacht", "wait"), ("warte", "wait"), ("warten", "wait"), ("wenn", "if"), ("wiederholen", "repeat"), ("zeg", "say"),
    ("zurückgeben", "return"), ("écrire", "say"), ("übergeben", "handoff"),
];

/// Our keys in these languages. Their values are written as ours are.
#[rustfmt::skip]
const KEYS: [(&str, &str); 217] = [
    ("aberto", "open"), ("abierto", "open"), ("ablauf", "flow"), ("adesso", "now"), ("agora", "now"), ("ahora", "now"), ("allora", "then"),
    ("alors", "then"), ("als", "as"), ("altrimenti", "else"), ("antworten", "options"), ("aperto", "open"), ("apres", "after"),
    ("après", "after"), ("archivo", "media"), ("arquivo", "media"), ("assunto", "topic"), ("assuntos", "topics"), ("auslöser", "when"),
    ("bild", "media"), ("blocchi", "blocks"), ("blocos", "blocks"), ("blocs", "blocks"), ("bloques", "blocks"), ("blöcke", "blocks"),
    ("botoes", "options"), ("botones", "options"), ("botões", "options"), ("boutons", "options"), ("campi", "fields"), ("campos", "fields"),
    ("casi", "cases"), ("casos", "cases"), ("champs", "fields"), ("choix", "options"), ("come", "as"), ("comme", "as"), ("como", "as"),
    ("comprobar", "check"), ("contacto", "contact"), ("contato", "contact"), ("contatto", "contact"), ("cuando", "when"), ("dann", "then"),
    ("datei", "media"), ("decir", "say"), ("delai", "timeout"), ("depois", "after"), ("despues", "after"), ("después", "after"),
    ("dire", "say"), ("dis", "say"), ("disparador", "when"), ("dizer", "say"), ("dopo", "after"), ("déclencheur", "when"),
    ("délai", "timeout"), ("enlace", "link"), ("entao", "then"), ("entonces", "then"), ("então", "then"), ("equipes", "teams"),
    ("equipos", "teams"), ("essais", "tries"), ("etapas", "steps"), ("etapes", "steps"), ("faire", "do"), ("fare", "do"), ("fazer", "do"),
    ("feestdagen", "holidays"), ("feiertage", "holidays"), ("felder", "fields"), ("feriados", "holidays"), ("festivi", "holidays"),
    ("festivos", "holidays"), ("fichier", "media"), ("flujo", "flow"), ("flusso", "flow"), ("flux", "flow"), ("fluxo", "flow"),
    ("foto", "media"), ("frist", "timeout"), ("fuseau_horaire", "timezone"), ("fuso_horario", "timezone"), ("fuso_horário", "timezone"),
    ("fuso_orario", "timezone"), ("fälle", "cases"), ("geopend", "open"), ("gevallen", "cases"), ("geöffnet", "open"), ("hacer", "do"),
    ("horaires", "hours"), ("horario", "hours"), ("horarios", "hours"), ("horário", "hours"), ("horários", "hours"), ("idioma", "language"),
    ("imagem", "media"), ("imagen", "media"), ("immagine", "media"), ("intentos", "tries"), ("invalide", "invalid"),
    ("invalido", "invalid"), ("inválido", "invalid"), ("jetzt", "now"), ("jours_fériés", "holidays"), ("kontakt", "contact"),
    ("langue", "language"), ("lien", "link"), ("lingua", "language"), ("língua", "language"), ("maintenant", "now"),
    ("modelli", "templates"), ("modelos", "templates"), ("modèles", "templates"), ("mot_cle", "message"), ("mot_clé", "message"),
    ("mots_clés", "message"), ("naam", "name"), ("nach", "after"), ("nom", "name"), ("nombre", "name"), ("nome", "name"),
    ("opciones", "options"), ("opcoes", "options"), ("openingstijden", "hours"), ("optionen", "options"), ("opzioni", "options"),
    ("opções", "options"), ("orari", "hours"), ("orario", "hours"), ("ouvert", "open"), ("palabra", "message"), ("palabras", "message"),
    ("palavra", "message"), ("palavras", "message"), ("parola", "message"), ("pasos", "steps"), ("passi", "steps"), ("passos", "steps"),
    ("plantillas", "templates"), ("plazo", "timeout"), ("prazo", "timeout"), ("prioridad", "priority"), ("prioridade", "priority"),
    ("priorità", "priority"), ("priorität", "priority"), ("priorité", "priority"), ("prove", "tests"), ("pruebas", "tests"),
    ("prüfen", "check"), ("prüfung", "check"), ("pulsanti", "options"), ("quand", "when"), ("quando", "when"), ("reponses", "options"),
    ("respostas", "options"), ("respuestas", "options"), ("resumen", "summary"), ("resumo", "summary"), ("riassunto", "summary"),
    ("risposte", "options"), ("réponses", "options"), ("résumé", "summary"), ("sagen", "say"), ("schritte", "steps"), ("senao", "else"),
    ("senão", "else"), ("sino", "else"), ("sinon", "else"), ("sonst", "else"), ("sprache", "language"), ("squadre", "teams"),
    ("stappen", "steps"), ("stichwort", "message"), ("sujet", "topic"), ("sujets", "topics"), ("taal", "language"), ("tel", "phone"),
    ("telefon", "phone"), ("telefone", "phone"), ("telefono", "phone"), ("teléfono", "phone"), ("tema", "topic"), ("temas", "topics"),
    ("temi", "topics"), ("tentativas", "tries"), ("tentativi", "tries"), ("testes", "tests"), ("thema", "topic"), ("themen", "topics"),
    ("tijdzone", "timezone"), ("tipo", "type"), ("titel", "title"), ("titolo", "title"), ("titre", "title"), ("titulo", "title"),
    ("tun", "do"), ("typ", "type"), ("téléphone", "phone"), ("título", "title"), ("ungültig", "invalid"), ("validar", "check"),
    ("velden", "fields"), ("verificar", "check"), ("verifier", "check"), ("versuche", "tries"), ("vorlagen", "templates"),
    ("vérifier", "check"), ("wenn", "when"), ("zeitzone", "timezone"), ("zona_horaria", "timezone"), ("zona_horária", "timezone"),
    ("zusammenfassung", "summary"), ("équipes", "teams"), ("étapes", "steps"), ("öffnungszeiten", "hours"),
];

/// Our steps of a test in these languages.
#[rustfmt::skip]
const TEST_STEPS: [(&str, &str); 27] = [
    ("aguardar", "advance"), ("appuyer", "tap"), ("aspettare", "advance"), ("attendre", "advance"), ("attendu", "expect"),
    ("avancer", "advance"), ("avanzar", "advance"), ("avançar", "advance"), ("benutzer", "user"), ("client", "user"),
    ("cliente", "user"), ("erwartet", "expect"), ("esperado", "expect"), ("esperar", "advance"), ("evento", "event"),
    ("gebruiker", "user"), ("klant", "user"), ("kunde", "user"), ("nutzer", "user"), ("persona", "person"), ("pulsar", "tap"),
    ("tippen", "tap"), ("tocar", "tap"), ("usuario", "user"), ("usuário", "user"), ("utente", "user"), ("utilisateur", "user"),
];

/// Our step of a test for this word.
pub fn test_step(written: &str) -> Option<&'static str> {
    find(written, &TEST_STEPS)
}

/// The expression for a day or a moment that is named by its word, in English and in these languages: `hoy` is `today()`.
pub fn moment(written: &str) -> Option<&'static str> {
    Some(match written.to_lowercase().as_str() {
        "today" | "hoy" | "hoje" | "heute" | "oggi" | "vandaag" | "aujourdhui" => "today()",
        "mañana" | "manana" | "amanhã" | "amanha" | "demain" | "morgen" | "domani" | "tomorrow" => {
            "today() + days(1)"
        }
        "ayer" | "ontem" | "hier" | "gestern" | "ieri" | "gisteren" | "yesterday" => "today() - days(1)",
        "now" | "ahora" | "agora" | "maintenant" | "jetzt" | "adesso" | "nu" => "now()",
        _ => return None,
    })
}

/// Our step for this word.
pub fn verb(written: &str) -> Option<&'static str> {
    find(written, &VERBS)
}

/// Our key for this word.
pub fn key(written: &str) -> Option<&'static str> {
    find(written, &KEYS)
}

/// Our type for a type name of another language.
pub fn type_name(written: &str) -> Option<&'static str> {
    Some(match written.to_lowercase().as_str() {
        "int" | "integer" | "long" | "entero" | "inteiro" | "entier" => "whole",
        // A length is asked for as the number of its hours or days.
        "duration" | "duración" | "duracion" | "durée" | "duree" | "dauer" | "duração" | "duracao" | "durata" => {
            "number"
        }
        "float" | "double" | "decimal" | "amount" | "numeric" | "número" | "numero" | "nombre" | "zahl" => "number",
        "string" | "str" | "varchar" | "texto" | "texte" => "text",
        "bool" | "boolean" | "yes/no" | "yes_no" | "booleano" => "yesno",
        "day" | "fecha" | "data" | "datum" | "día" | "dia" => "date",
        "timestamp" | "moment" | "date_time" | "date-time" | "date time" => "datetime",
        "clock" | "hour" | "hora" | "heure" | "uhrzeit" => "time",
        "array" | "lista" | "liste" => "list",
        "object" | "dict" | "json" => "map",
        "mail" | "e-mail" | "correo" => "email",
        "tel" | "telephone" | "mobile" | "teléfono" | "telefono" | "telefone" | "téléphone" | "telefon" => "phone",
        "enum" | "select" | "option" => "choice",
        "photo" | "picture" | "foto" | "imagen" => "image",
        "file" | "pdf" => "document",
        _ => return None,
    })
}

fn find(written: &str, table: &[(&str, &'static str)]) -> Option<&'static str> {
    let word = written.to_lowercase();
    table.iter().find(|(other, _)| *other == word).map(|(_, ours)| *ours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_have_each_word_once() {
        assert!(VERBS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(KEYS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(TEST_STEPS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!((verb("Sagen"), key("Étapes")), (Some("say"), Some("steps")));
    }
}
