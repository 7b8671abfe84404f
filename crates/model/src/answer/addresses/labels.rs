//! Lists the words that name a number: words for phones, and words for other things.

/// The thing that a word calls a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    Phone,
    Other,
}

/// The thing that this folded word calls a number; `None`: the word says nothing about it.
pub fn of(word: &str) -> Option<Label> {
    // German makes one word of both: `Rechnungsnummer`.
    let is_compound = || ["nummer", "nr"].iter().any(|end| word.len() > end.len() && word.ends_with(end));
    let is_phone = || is_compound() && PHONE_STARTS.iter().any(|start| word.starts_with(start));
    if PHONE.contains(&word) || is_phone() {
        Some(Label::Phone)
    } else if OTHER.contains(&word) || is_compound() {
        Some(Label::Other)
    } else {
        None
    }
}

/// First parts of German words for a phone number: `Handynr`.
const PHONE_STARTS: [&str; 6] = ["tel", "handy", "mobil", "ruf", "whatsapp", "kontakt"];

/// First words of a question about an address.
pub const QUESTIONS: [&str; 22] = [
    "is", "isnt", "are", "was", "do", "does", "did", "what", "whats", "which", "whose", "es", "cual", "est ce", "quel",
    "cest", "ist", "sind", "welche", "qual", "quale", "e",
];

/// Possessives of the second person: `is yours 07400 123456?`
#[rustfmt::skip]
pub const YOURS: [&str; 22] = [
    "your", "yours", "vuestro", "vuestra", "suyo", "suya", "tuyo", "tuya", "votre", "vos", "tien", "tienne", "eure", "euer", "ihre", "ihr", "vosso",
    "vossa", "vostro", "vostra", "seu", "sua",
];

/// Words of the first person: `can you write to me at ana@example.com?` gives an address.
pub const OWN: [&str; 20] = [
    "me",
    "my",
    "mine",
    "mi",
    "mio",
    "mia",
    "mich",
    "mir",
    "mein",
    "meine",
    "meiner",
    "moi",
    "mon",
    "ma",
    "m",
    "mim",
    "meu",
    "minha",
    "scrivermi",
    "scrivimi",
];

/// Words for an address that is no longer used, or that is somebody else's.
#[rustfmt::skip]
pub const OLD: [&str; 82] = [
    "stopped",
    "tenia", "avais", "javais", "avevo", "tinha", "hatte", "dantan",
    "used", "usaba", "usabamos", "usavo", "usava", "usavamo", "utilisais", "lancien", "jutilisais", "jusais", "lancienne", "benutzte", "nutzte", "nichts", "nada", "rien", "niente", "nothing", "boss", "jefe", "jefa", "patron", "patronne", "chef", "chefin", "capo", "chefe", "dantes",
    "old",
    "formerly",
    "ex",
    "antigua",
    "vieja",
    "ancien",
    "ancienne",
    "vieux",
    "alte",
    "alten",
    "altes",
    "antiga",
    "antigo",
    "velha",
    "vecchio",
    "vecchia",
    "previously",
    "stop",
    "was",
    "fruher",
    "war",
    "equivocado",
    "equivocada",
    "era",
    "cetait",
    "etait",
    "bounced",
    "reboto",
    "voltou",
    "kam",
    "tornata",
    "tornato",
    "bounces",
    "fails",
    "failed",
    "invalid",
    "error",
    "erreur",
    "fehler",
    "rebota",
    "rebotado",
    "invalido",
    "invalida",
    "ungultig",
    "erro",
    "errore",
];

/// Phrases with a word of `OTHER` that name nothing.
pub const IN_CASE: [&str; 12] = [
    "jeden fall",
    "im fall",
    "in case",
    "en caso",
    "por si acaso",
    "em caso",
    "no caso",
    "caso precise",
    "nel caso",
    "in caso",
    "au cas",
    "en cas",
];

/// Words between a number and its name.
pub const IS: [&str; 8] = ["is", "es", "est", "ist", "e", "was", "this", "thats"];

#[rustfmt::skip]
const PHONE: [&str; 81] = [
    "gsm", "natel", "cel",
    "phone", "telephone", "tel", "mobile", "cell", "cellphone", "whatsapp", "wa", "call", "reach", "contact",
    "text", "ring", "landline", "handset", "telefono", "tlf", "tfno", "movil", "celular", "llamar", "llamame",
    "llamadme", "llamen", "llameme", "llama", "fijo", "contacto", "contactar", "telefone", "telemovel", "zap",
    "ligar", "ligue", "liga", "liguem", "fixo", "contato", "portable", "appeler", "appelez", "appelle",
    "joindre", "joignable", "contacter", "fixe", "telephonique", "telefon", "handy", "handynummer", "mobil",
    "mobilnummer", "mobiltelefon", "telefonnummer", "rufnummer", "anrufen", "erreichen", "erreichbar", "rufen",
    "ruf", "ruft", "festnetz", "festnetznummer", "whatsappnummer", "kontaktnummer", "telefonisch", "durchwahl",
    "cellulare", "chiamare", "chiamami", "chiamatemi", "chiamate", "chiamarmi", "recapito", "fisso",
    "telefonico", "contattare", "contattarmi",
];

#[rustfmt::skip]
const OTHER: [&str; 316] = [
    "chassis", "chassi", "fahrgestell", "bastidor", "telaio", "targa", "placa", "plaque", "immatriculation", "reg", "rego", "vin", "kfz", "zulassung", "chapa", "dorsal",
    "fax", "telefax", "telecopie", "telecopieur", "faxnr",
    "invoice", "bill", "order", "case", "ticket", "reference", "ref", "booking", "reservation", "confirmation",
    "tracking", "parcel", "package", "shipment", "account", "acct", "iban", "bic", "swift", "card",
    "visa", "mastercard", "amex", "credit", "debit", "passport", "id", "licence", "license", "tax", "vat",
    "ein", "ssn", "nino", "nhs", "insurance", "policy", "contract", "customer", "client", "member",
    "membership", "serial", "imei", "sku", "isbn", "barcode", "code", "pin", "password", "otp", "zip",
    "postcode", "postal", "registration", "plate", "receipt", "voucher", "coupon", "loyalty", "student",
    "employee", "patient", "model", "product", "item", "batch", "claim", "file", "dossier", "transaction",
    "payment", "transfer", "balance", "price", "amount", "total", "salary", "budget", "po", "quote", "folio",
    "factura", "recibo", "pedido", "caso", "tique", "incidencia", "referencia", "reserva", "localizador",
    "seguimiento", "envio", "paquete", "cuenta", "tarjeta", "pasaporte", "dni", "nie", "nif", "cif", "cuit",
    "cuil", "rut", "rfc", "curp", "cedula", "nss", "seguridad", "licencia", "carnet", "contrato", "poliza",
    "cliente", "socio", "socia", "matricula", "serie", "codigo", "clave", "cp", "expediente", "guia", "rastreo",
    "transaccion", "pago", "importe", "precio", "presupuesto", "identidad", "fiscal", "ruc", "fatura", "nota",
    "chamado", "protocolo", "bilhete", "rastreio", "rastreamento", "encomenda", "conta", "cartao", "passaporte",
    "cpf", "cnpj", "rg", "cc", "niss", "identidade", "carteira", "apolice", "processo", "transacao",
    "pagamento", "valor", "senha", "cep", "preco", "orcamento", "contribuinte", "facture", "recu", "commande",
    "billet", "suivi", "colis", "compte", "rib", "carte", "passeport", "cni", "siret", "siren", "tva", "secu",
    "securite", "permis", "contrat", "police", "adherent", "membre", "matricule", "cas", "paiement", "montant",
    "prix", "devis", "rechnung", "bestellung", "auftrag", "fall", "vorgang", "aktenzeichen", "referenz",
    "buchung", "reservierung", "sendung", "paket", "konto", "karte", "kreditkarte", "pass", "reisepass",
    "ausweis", "personalausweis", "steuer", "steuerid", "ust", "ustid", "umsatzsteuer", "vertrag",
    "versicherung", "kunde", "kunden", "kundin", "mitglied", "plz", "postleitzahl", "kennzeichen", "betrag",
    "summe", "preis", "angebot", "akte", "fattura", "ordine", "pratica", "biglietto", "riferimento", "rif",
    "prenotazione", "tracciamento", "spedizione", "pacco", "conto", "carta", "passaporto", "codice", "fiscale",
    "cf", "partita", "iva", "piva", "documento", "identita", "patente", "contratto", "polizza", "tessera",
    "matricola", "seriale", "cap", "protocollo", "transazione", "importo", "totale", "prezzo", "ricevuta",
    "scontrino", "preventivo", "acc", "utr", "ni", "meter", "reading", "flight", "room", "table", "ordered", "user", "username", "login", "cta", "apartado", "usuario", "albaran", "lectura", "nomina", "kto", "postfach", "benutzer", "lieferschein", "zahlerstand", "kd", "kdnr", "livraison", "releve", "bolla", "lettura", "utente", "utilisateur", "nutzer", "leitura", "usuaria", "matriculation",
];
