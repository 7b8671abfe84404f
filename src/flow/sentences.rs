//! What the engine itself says, in ten languages.

/// The language's own two letters: `pt` for `pt_BR`.
fn short(language: &str) -> &str {
    language.split(['_', '-']).next().unwrap_or(language)
}

fn pick(language: &str, all: &[(&'static str, &'static str)]) -> &'static str {
    let wanted = short(language);
    let found = all.iter().find(|(name, _)| *name == wanted).or(all.first());
    found.map_or("", |(_, text)| text)
}

pub fn stopped(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "You will hear no more from us. Write START to come back."),
            ("es", "No recibirás más mensajes nuestros. Escribe ALTA para volver."),
            ("fr", "Vous ne recevrez plus de messages de notre part. Écrivez START pour revenir."),
            ("de", "Sie hören nichts mehr von uns. Schreiben Sie START, um zurückzukommen."),
            ("pt", "Você não receberá mais mensagens nossas. Escreva START para voltar."),
            ("it", "Non riceverai più messaggi da noi. Scrivi START per tornare."),
            ("nl", "U ontvangt geen berichten meer van ons. Schrijf START om terug te komen."),
            ("pl", "Nie otrzymasz od nas więcej wiadomości. Napisz START, aby wrócić."),
            ("tr", "Artık bizden mesaj almayacaksınız. Geri dönmek için START yazın."),
            ("id", "Anda tidak akan menerima pesan kami lagi. Tulis START untuk kembali."),
        ],
    )
}

pub fn started(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "Welcome back! You will hear from us again."),
            ("es", "¡Qué bien que has vuelto! Recibirás de nuevo nuestros mensajes."),
            ("fr", "Bon retour ! Vous recevrez à nouveau nos messages."),
            ("de", "Willkommen zurück! Sie hören wieder von uns."),
            ("pt", "Que bom ter você de volta! Você receberá nossas mensagens novamente."),
            ("it", "Bentornato! Riceverai di nuovo i nostri messaggi."),
            ("nl", "Welkom terug! U hoort weer van ons."),
            ("pl", "Witamy ponownie! Znów będziesz otrzymywać nasze wiadomości."),
            ("tr", "Tekrar hoş geldiniz! Mesajlarımızı yeniden alacaksınız."),
            ("id", "Selamat datang kembali! Anda akan menerima pesan kami lagi."),
        ],
    )
}

/// After an unsure word: stop everything?
pub fn ask_stop(language: &str) -> (&'static str, &'static str, &'static str) {
    let question = pick(
        language,
        &[
            ("en", "Do you want to receive no more messages from us?"),
            ("es", "¿Quieres dejar de recibir nuestros mensajes?"),
            ("fr", "Voulez-vous ne plus recevoir nos messages ?"),
            ("de", "Möchten Sie keine Nachrichten mehr von uns erhalten?"),
            ("pt", "Você quer deixar de receber nossas mensagens?"),
            ("it", "Vuoi non ricevere più i nostri messaggi?"),
            ("nl", "Wilt u geen berichten meer van ons ontvangen?"),
            ("pl", "Czy chcesz przestać otrzymywać nasze wiadomości?"),
            ("tr", "Artık bizden mesaj almak istemiyor musunuz?"),
            ("id", "Apakah Anda ingin berhenti menerima pesan kami?"),
        ],
    );
    (question, yes(language), no(language))
}

pub fn kept(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "All right, nothing changes."),
            ("es", "De acuerdo, todo sigue igual."),
            ("fr", "D'accord, rien ne change."),
            ("de", "In Ordnung, es bleibt alles, wie es ist."),
            ("pt", "Tudo bem, nada muda."),
            ("it", "Va bene, non cambia nulla."),
            ("nl", "Goed, er verandert niets."),
            ("pl", "Dobrze, nic się nie zmienia."),
            ("tr", "Tamam, hiçbir şey değişmiyor."),
            ("id", "Baik, tidak ada yang berubah."),
        ],
    )
}

/// A consent button whose run is long gone.
pub fn noted(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "Done, we have noted that."),
            ("es", "Hecho, lo hemos anotado."),
            ("fr", "C'est noté."),
            ("de", "Erledigt, das ist vermerkt."),
            ("pt", "Pronto, anotado."),
            ("it", "Fatto, ne abbiamo preso nota."),
            ("nl", "Gedaan, dat is genoteerd."),
            ("pl", "Gotowe, zapisaliśmy to."),
            ("tr", "Tamam, kaydettik."),
            ("id", "Selesai, sudah kami catat."),
        ],
    )
}

pub fn invalid(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "Sorry, I did not get that."),
            ("es", "Perdona, no te he entendido."),
            ("fr", "Désolé, je n'ai pas compris."),
            ("de", "Entschuldigung, das habe ich nicht verstanden."),
            ("pt", "Desculpe, não entendi."),
            ("it", "Scusa, non ho capito."),
            ("nl", "Sorry, dat heb ik niet begrepen."),
            ("pl", "Przepraszam, nie rozumiem."),
            ("tr", "Üzgünüm, anlayamadım."),
            ("id", "Maaf, saya tidak mengerti."),
        ],
    )
}

pub fn went_wrong(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "Something went wrong on our side. A person will look at it."),
            ("es", "Algo ha fallado por nuestra parte. Una persona lo revisará."),
            ("fr", "Un problème est survenu de notre côté. Une personne va s'en occuper."),
            ("de", "Bei uns ist etwas schiefgegangen. Ein Mensch kümmert sich darum."),
            ("pt", "Algo deu errado do nosso lado. Uma pessoa vai verificar."),
            ("it", "Qualcosa è andato storto da parte nostra. Una persona se ne occuperà."),
            ("nl", "Er ging aan onze kant iets mis. Iemand kijkt ernaar."),
            ("pl", "Coś poszło nie tak po naszej stronie. Ktoś się tym zajmie."),
            ("tr", "Bizim tarafımızda bir sorun oluştu. Bir kişi ilgilenecek."),
            ("id", "Ada yang salah di pihak kami. Seseorang akan memeriksanya."),
        ],
    )
}

pub fn yes(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "Yes"),
            ("es", "Sí"),
            ("fr", "Oui"),
            ("de", "Ja"),
            ("pt", "Sim"),
            ("it", "Sì"),
            ("nl", "Ja"),
            ("pl", "Tak"),
            ("tr", "Evet"),
            ("id", "Ya"),
        ],
    )
}

pub fn no(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "No"),
            ("es", "No"),
            ("fr", "Non"),
            ("de", "Nein"),
            ("pt", "Não"),
            ("it", "No"),
            ("nl", "Nee"),
            ("pl", "Nie"),
            ("tr", "Hayır"),
            ("id", "Tidak"),
        ],
    )
}

/// The button that opens a list.
pub fn choose(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "Choose"),
            ("es", "Elegir"),
            ("fr", "Choisir"),
            ("de", "Auswählen"),
            ("pt", "Escolher"),
            ("it", "Scegli"),
            ("nl", "Kiezen"),
            ("pl", "Wybierz"),
            ("tr", "Seçin"),
            ("id", "Pilih"),
        ],
    )
}

/// The last row of a list that goes on, and the one that leads back. Both fit a row's 24 characters.
pub fn more(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "More…"),
            ("es", "Más…"),
            ("fr", "Plus…"),
            ("de", "Mehr…"),
            ("pt", "Mais…"),
            ("it", "Altro…"),
            ("nl", "Meer…"),
            ("pl", "Więcej…"),
            ("tr", "Daha fazla…"),
            ("id", "Lainnya…"),
        ],
    )
}

pub fn back(language: &str) -> &'static str {
    pick(
        language,
        &[
            ("en", "Back"),
            ("es", "Volver"),
            ("fr", "Retour"),
            ("de", "Zurück"),
            ("pt", "Voltar"),
            ("it", "Indietro"),
            ("nl", "Terug"),
            ("pl", "Wstecz"),
            ("tr", "Geri"),
            ("id", "Kembali"),
        ],
    )
}

/// All of them, one a line: for whoever looks for words that can be said.
pub fn all() -> String {
    let of = |language: &str| {
        let (stop, yes, no) = ask_stop(language);
        let said = [stopped(language), started(language), stop, yes, no, kept(language), noted(language)];
        let more = [invalid(language), went_wrong(language), choose(language), more(language), back(language)];
        said.into_iter().chain(more).collect::<Vec<_>>().join("\n")
    };
    ["en", "es", "fr", "de", "pt", "it", "nl", "pl", "tr", "id"].map(of).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_languages_have_all_sentences() {
        let all = |language| {
            let (question, ..) = ask_stop(language);
            [
                stopped(language),
                started(language),
                question,
                kept(language),
                noted(language),
                invalid(language),
                more(language),
                back(language),
                went_wrong(language),
                choose(language),
            ]
        };
        for language in ["es", "fr", "de", "pt", "it", "nl", "pl", "tr", "id"] {
            for (own, english) in all(language).iter().zip(all("en")) {
                assert_ne!(*own, english, "{language}");
            }
        }
        assert_eq!(all("xx"), all("en"));
        assert_eq!(all("pt_BR"), all("pt"));
    }
}
