//! Parses phone numbers to our form (`+` and digits), and gives a number's country, time zones and alternative
//! spellings.
//!
//! Numbers that people type are parsed by `rlibphonenumber`, which contains the tables of Google's libphonenumber. The
//! time zones are in a table of our own, because they are looked up several times for each message.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, Region as Country};

/// Digits of the longest number in E.164, and of the shortest that we accept.
const DIGITS_MAX: usize = 15;
const DIGITS_MIN: usize = 7;

/// A number in strict E.164, as an API must send it: `+` and 7 to 15 digits of an existing country. Gives it
/// unchanged.
pub fn strict(text: &str) -> Option<String> {
    let digits = text.strip_prefix('+')?;
    let plausible = digits.bytes().all(|b| b.is_ascii_digit())
        && (DIGITS_MIN..=DIGITS_MAX).contains(&digits.len())
        && region(digits).is_some();
    plausible.then(|| text.to_owned())
}

/// True for the digits of a `wa_id` or number from a platform, without `+`. The country is not checked, because the
/// platform knows it better, and test numbers are short.
pub fn is_wire(digits: &str) -> bool {
    const WIRE_DIGITS_MIN: usize = 5;
    digits.bytes().all(|b| b.is_ascii_digit())
        && (WIRE_DIGITS_MIN..=DIGITS_MAX).contains(&digits.len())
        && !digits.starts_with('0')
}

/// Parses a number as people type it, in the national form of `country` (ISO 3166) or with another country's code.
/// Accepts only numbers that libphonenumber knows as assigned. Without a country it must begin with a calling code.
pub fn read(text: &str, country: Option<&str>) -> Option<String> {
    let number = parsed(text, country.and_then(|country| Country::from_code(country).ok()))?;
    PHONE_NUMBER_UTIL.is_valid_number(&number).then(|| spelled(&number))
}

/// Parses a number as files and programs write it: with blanks, dots, dashes, brackets, or a prefix `00` or `tel:`. A
/// national number gets the calling code `home`, which has no `+` (`"34"`); without `home` the digits must begin with
/// one. The length must be valid in the country.
pub fn lenient(text: &str, home: Option<&str>) -> Option<String> {
    let text = text.trim();
    let text = ["tel:", "whatsapp:"].iter().find_map(|p| text.strip_prefix(p)).unwrap_or(text).trim();
    let marks = |c: char| " \u{a0}\u{202f}.-()/".contains(c) || ('\u{2010}'..='\u{2015}').contains(&c);
    let known = |(place, c): (usize, char)| c.is_ascii_digit() || marks(c) || c == '+' && place == 0;
    if !text.chars().enumerate().all(known) {
        return None;
    }
    let code = home.and_then(|home| home.parse().ok());
    let number = parsed(text, code.and_then(|code: i32| PHONE_NUMBER_UTIL.get_region_for_country_code(code)))?;
    PHONE_NUMBER_UTIL.is_possible_number(&number).then(|| strict(&spelled(&number)))?
}

/// Longer texts are not parsed.
const TEXT_BYTES_MAX: usize = 60;
/// Fewer digits without a country are not an international number.
const INTERNATIONAL_DIGITS_MIN: usize = 10;

fn parsed(text: &str, country: Option<Country>) -> Option<PhoneNumber> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let international = match (country, text.starts_with('+'), digits.strip_prefix("00")) {
        (Some(_), ..) | (None, true, _) => None,
        (None, false, Some(behind)) => Some(format!("+{behind}")),
        (None, false, None) => Some(format!("+{digits}")).filter(|_| digits.len() >= INTERNATIONAL_DIGITS_MIN),
    };
    PHONE_NUMBER_UTIL.parse(international.as_deref().unwrap_or(text), country).ok()
}

fn spelled(number: &PhoneNumber) -> String {
    PHONE_NUMBER_UTIL.format(number, PhoneNumberFormat::E164).into_owned()
}

/// The country (ISO 3166, two letters) of a number with or without `+`.
pub fn country(phone: &str) -> Option<&'static str> {
    region(digits_of(phone)).map(|r| r.1)
}

/// The calling code of a number, for numbers that are given without one.
pub fn calling_code(phone: &str) -> Option<&'static str> {
    let digits = digits_of(phone);
    // The table also has area codes that identify a country; the calling code itself is shorter.
    if digits.starts_with('1') {
        return Some("1");
    }
    if digits.starts_with('7') {
        return Some("7");
    }
    region(digits).map(|r| r.0)
}

/// The time zones of the number's country: one for most; several if the number cannot tell which one (quiet hours then
/// apply in each). Small remote parts (the Canaries, Easter Island) are left out on purpose: otherwise a Spanish
/// number would have no definite zone at all.
pub fn zones(phone: &str) -> &'static [&'static str] {
    region(digits_of(phone)).map_or(&[], |r| r.2)
}

/// The time zone of the number's country, if it has only one.
pub fn zone(phone: &str) -> Option<&'static str> {
    match zones(phone) {
        [one] => Some(one),
        _ => None,
    }
}

/// The country of a time zone; small countries may share a neighbour's zone.
pub fn country_of_zone(zone: &str) -> Option<&'static str> {
    REGIONS.iter().find(|region| region.2.contains(&zone)).map(|region| region.1)
}

/// A fictitious number for tests in the country of a time zone; in the United States if the zone belongs to no
/// country.
pub fn example(zone: &str) -> String {
    let of_zone = |only: bool| REGIONS.iter().find(|r| r.2.contains(&zone) && (r.2.len() == 1) == only);
    let prefix = of_zone(true).or_else(|| of_zone(false)).map_or("1", |region| region.0);
    // A longer prefix may belong to another country.
    let number = |rest: &str| region(&format!("{prefix}{rest}")).is_some_and(|region| region.0 == prefix);
    // For North America the table also has area codes.
    let plausible: &[&str] = match prefix {
        "1" => &["5550100001"],
        code if code.starts_with('1') => &["5550101"],
        _ => &["600100001", "200100001", "500100001"],
    };
    let rest = plausible.iter().find(|rest| number(rest)).unwrap_or(&plausible[0]);
    format!("+{prefix}{rest}")
}

/// All spellings under which a provider may know the same phone, the given one first; digits without `+`. WhatsApp
/// drops or adds Brazil's ninth digit, Mexico's `1` and Argentina's `9`.
pub fn spellings(phone: &str) -> Vec<String> {
    let digits = digits_of(phone).to_owned();
    let mut all = vec![digits.clone()];
    if let Some(rest) = digits.strip_prefix("55") {
        let (area, number) = rest.split_at_checked(2).unwrap_or((rest, ""));
        match number.as_bytes() {
            [b'9', tail @ ..] if tail.len() == 8 => all.push(format!("55{area}{}", &number[1..])),
            [b'6'..=b'9', ..] if number.len() == 8 => all.push(format!("55{area}9{number}")),
            _ => {}
        }
    } else if let Some(rest) = digits.strip_prefix("52") {
        match rest.strip_prefix('1') {
            Some(number) if number.len() == 10 => all.push(format!("52{number}")),
            _ if rest.len() == 10 => all.push(format!("521{rest}")),
            _ => {}
        }
    } else if let Some(rest) = digits.strip_prefix("54") {
        match rest.strip_prefix('9') {
            Some(number) if number.len() == 10 => all.push(format!("54{number}")),
            _ if rest.len() == 10 => all.push(format!("549{rest}")),
            _ => {}
        }
    }
    all
}

fn digits_of(phone: &str) -> &str {
    phone.strip_prefix('+').unwrap_or(phone)
}

type Region = (&'static str, &'static str, &'static [&'static str]);

/// The entry with the longest matching prefix. Called several times for each message.
fn region(digits: &str) -> Option<&'static Region> {
    let known = |length| REGIONS.binary_search_by_key(&digits.get(..length)?, |region| region.0).ok();
    (1..=PREFIX_DIGITS_MAX).rev().find_map(known).map(|at| &REGIONS[at])
}

const US: &[&str] = &[
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
];
const CA: &[&str] = &[
    "America/St_Johns",
    "America/Halifax",
    "America/Toronto",
    "America/Winnipeg",
    "America/Regina",
    "America/Edmonton",
    "America/Vancouver",
];

/// Digits of the longest prefix.
const PREFIX_DIGITS_MAX: usize = 4;

/// Prefix, country, time zones; sorted by prefix.
#[rustfmt::skip]
const REGIONS: &[Region] = &[
    ("1", "US", US), ("1204", "CA", CA), ("1226", "CA", CA), ("1236", "CA", CA), ("1242", "BS", &["America/Nassau"]),
    ("1246", "BB", &["America/Barbados"]), ("1249", "CA", CA), ("1250", "CA", CA), ("1257", "CA", CA),
    ("1263", "CA", CA), ("1264", "AI", &["America/Anguilla"]), ("1268", "AG", &["America/Antigua"]),
    ("1284", "VG", &["America/Tortola"]), ("1289", "CA", CA), ("1306", "CA", CA),
    ("1340", "VI", &["America/St_Thomas"]), ("1343", "CA", CA), ("1345", "KY", &["America/Cayman"]),
    ("1354", "CA", CA), ("1365", "CA", CA), ("1367", "CA", CA), ("1368", "CA", CA), ("1382", "CA", CA),
    ("1403", "CA", CA), ("1416", "CA", CA), ("1418", "CA", CA), ("1428", "CA", CA), ("1431", "CA", CA),
    ("1437", "CA", CA), ("1438", "CA", CA), ("1441", "BM", &["Atlantic/Bermuda"]), ("1450", "CA", CA),
    ("1460", "CA", CA), ("1468", "CA", CA), ("1473", "GD", &["America/Grenada"]), ("1474", "CA", CA),
    ("1506", "CA", CA), ("1514", "CA", CA), ("1519", "CA", CA), ("1548", "CA", CA), ("1579", "CA", CA),
    ("1581", "CA", CA), ("1584", "CA", CA), ("1587", "CA", CA), ("1604", "CA", CA), ("1613", "CA", CA),
    ("1639", "CA", CA), ("1647", "CA", CA), ("1649", "TC", &["America/Grand_Turk"]),
    ("1658", "JM", &["America/Jamaica"]), ("1664", "MS", &["America/Montserrat"]),
    ("1670", "MP", &["Pacific/Saipan"]), ("1671", "GU", &["Pacific/Guam"]), ("1672", "CA", CA), ("1683", "CA", CA),
    ("1684", "AS", &["Pacific/Pago_Pago"]), ("1705", "CA", CA), ("1709", "CA", CA),
    ("1721", "SX", &["America/Lower_Princes"]), ("1742", "CA", CA), ("1753", "CA", CA),
    ("1758", "LC", &["America/St_Lucia"]), ("1767", "DM", &["America/Dominica"]), ("1778", "CA", CA),
    ("1780", "CA", CA), ("1782", "CA", CA), ("1784", "VC", &["America/St_Vincent"]),
    ("1787", "PR", &["America/Puerto_Rico"]), ("1807", "CA", CA), ("1809", "DO", &["America/Santo_Domingo"]),
    ("1819", "CA", CA), ("1825", "CA", CA), ("1829", "DO", &["America/Santo_Domingo"]),
    ("1849", "DO", &["America/Santo_Domingo"]), ("1867", "CA", CA), ("1868", "TT", &["America/Port_of_Spain"]),
    ("1869", "KN", &["America/St_Kitts"]), ("1873", "CA", CA), ("1876", "JM", &["America/Jamaica"]),
    ("1879", "CA", CA), ("1902", "CA", CA), ("1905", "CA", CA), ("1939", "PR", &["America/Puerto_Rico"]),
    ("1942", "CA", CA), ("20", "EG", &["Africa/Cairo"]), ("211", "SS", &["Africa/Juba"]),
    ("212", "MA", &["Africa/Casablanca"]), ("213", "DZ", &["Africa/Algiers"]), ("216", "TN", &["Africa/Tunis"]),
    ("218", "LY", &["Africa/Tripoli"]), ("220", "GM", &["Africa/Banjul"]), ("221", "SN", &["Africa/Dakar"]),
    ("222", "MR", &["Africa/Nouakchott"]), ("223", "ML", &["Africa/Bamako"]), ("224", "GN", &["Africa/Conakry"]),
    ("225", "CI", &["Africa/Abidjan"]), ("226", "BF", &["Africa/Ouagadougou"]), ("227", "NE", &["Africa/Niamey"]),
    ("228", "TG", &["Africa/Lome"]), ("229", "BJ", &["Africa/Porto-Novo"]), ("230", "MU", &["Indian/Mauritius"]),
    ("231", "LR", &["Africa/Monrovia"]), ("232", "SL", &["Africa/Freetown"]), ("233", "GH", &["Africa/Accra"]),
    ("234", "NG", &["Africa/Lagos"]), ("235", "TD", &["Africa/Ndjamena"]), ("236", "CF", &["Africa/Bangui"]),
    ("237", "CM", &["Africa/Douala"]), ("238", "CV", &["Atlantic/Cape_Verde"]), ("239", "ST", &["Africa/Sao_Tome"]),
    ("240", "GQ", &["Africa/Malabo"]), ("241", "GA", &["Africa/Libreville"]), ("242", "CG", &["Africa/Brazzaville"]),
    ("243", "CD", &["Africa/Kinshasa", "Africa/Lubumbashi"]), ("244", "AO", &["Africa/Luanda"]),
    ("245", "GW", &["Africa/Bissau"]), ("246", "IO", &["Indian/Chagos"]), ("247", "AC", &["Atlantic/St_Helena"]),
    ("248", "SC", &["Indian/Mahe"]), ("249", "SD", &["Africa/Khartoum"]), ("250", "RW", &["Africa/Kigali"]),
    ("251", "ET", &["Africa/Addis_Ababa"]), ("252", "SO", &["Africa/Mogadishu"]), ("253", "DJ", &["Africa/Djibouti"]),
    ("254", "KE", &["Africa/Nairobi"]), ("255", "TZ", &["Africa/Dar_es_Salaam"]), ("256", "UG", &["Africa/Kampala"]),
    ("257", "BI", &["Africa/Bujumbura"]), ("258", "MZ", &["Africa/Maputo"]), ("260", "ZM", &["Africa/Lusaka"]),
    ("261", "MG", &["Indian/Antananarivo"]), ("262", "RE", &["Indian/Reunion"]), ("263", "ZW", &["Africa/Harare"]),
    ("264", "NA", &["Africa/Windhoek"]), ("265", "MW", &["Africa/Blantyre"]), ("266", "LS", &["Africa/Maseru"]),
    ("267", "BW", &["Africa/Gaborone"]), ("268", "SZ", &["Africa/Mbabane"]), ("269", "KM", &["Indian/Comoro"]),
    ("27", "ZA", &["Africa/Johannesburg"]), ("290", "SH", &["Atlantic/St_Helena"]), ("291", "ER", &["Africa/Asmara"]),
    ("297", "AW", &["America/Aruba"]), ("298", "FO", &["Atlantic/Faroe"]),
    ("299", "GL", &["America/Nuuk", "America/Thule"]), ("30", "GR", &["Europe/Athens"]),
    ("31", "NL", &["Europe/Amsterdam"]), ("32", "BE", &["Europe/Brussels"]), ("33", "FR", &["Europe/Paris"]),
    ("34", "ES", &["Europe/Madrid"]), ("350", "GI", &["Europe/Gibraltar"]), ("351", "PT", &["Europe/Lisbon"]),
    ("352", "LU", &["Europe/Luxembourg"]), ("353", "IE", &["Europe/Dublin"]), ("354", "IS", &["Atlantic/Reykjavik"]),
    ("355", "AL", &["Europe/Tirane"]), ("356", "MT", &["Europe/Malta"]), ("357", "CY", &["Asia/Nicosia"]),
    ("358", "FI", &["Europe/Helsinki"]), ("359", "BG", &["Europe/Sofia"]), ("36", "HU", &["Europe/Budapest"]),
    ("370", "LT", &["Europe/Vilnius"]), ("371", "LV", &["Europe/Riga"]), ("372", "EE", &["Europe/Tallinn"]),
    ("373", "MD", &["Europe/Chisinau"]), ("374", "AM", &["Asia/Yerevan"]), ("375", "BY", &["Europe/Minsk"]),
    ("376", "AD", &["Europe/Andorra"]), ("377", "MC", &["Europe/Monaco"]), ("378", "SM", &["Europe/San_Marino"]),
    ("379", "VA", &["Europe/Vatican"]), ("380", "UA", &["Europe/Kyiv"]), ("381", "RS", &["Europe/Belgrade"]),
    ("382", "ME", &["Europe/Podgorica"]), ("383", "XK", &["Europe/Belgrade"]), ("385", "HR", &["Europe/Zagreb"]),
    ("386", "SI", &["Europe/Ljubljana"]), ("387", "BA", &["Europe/Sarajevo"]), ("389", "MK", &["Europe/Skopje"]),
    ("39", "IT", &["Europe/Rome"]), ("40", "RO", &["Europe/Bucharest"]), ("41", "CH", &["Europe/Zurich"]),
    ("420", "CZ", &["Europe/Prague"]), ("421", "SK", &["Europe/Bratislava"]), ("423", "LI", &["Europe/Vaduz"]),
    ("43", "AT", &["Europe/Vienna"]), ("44", "GB", &["Europe/London"]), ("45", "DK", &["Europe/Copenhagen"]),
    ("46", "SE", &["Europe/Stockholm"]), ("47", "NO", &["Europe/Oslo"]), ("48", "PL", &["Europe/Warsaw"]),
    ("49", "DE", &["Europe/Berlin"]), ("500", "FK", &["Atlantic/Stanley"]), ("501", "BZ", &["America/Belize"]),
    ("502", "GT", &["America/Guatemala"]), ("503", "SV", &["America/El_Salvador"]),
    ("504", "HN", &["America/Tegucigalpa"]), ("505", "NI", &["America/Managua"]),
    ("506", "CR", &["America/Costa_Rica"]), ("507", "PA", &["America/Panama"]), ("508", "PM", &["America/Miquelon"]),
    ("509", "HT", &["America/Port-au-Prince"]), ("51", "PE", &["America/Lima"]),
    ("52", "MX", &["America/Mexico_City", "America/Cancun", "America/Chihuahua", "America/Hermosillo", "America/Tijuana"]),
    ("53", "CU", &["America/Havana"]), ("54", "AR", &["America/Argentina/Buenos_Aires"]),
    ("55", "BR", &["America/Sao_Paulo", "America/Noronha", "America/Manaus", "America/Rio_Branco"]),
    ("56", "CL", &["America/Santiago"]), ("57", "CO", &["America/Bogota"]), ("58", "VE", &["America/Caracas"]),
    ("590", "GP", &["America/Guadeloupe"]), ("591", "BO", &["America/La_Paz"]), ("592", "GY", &["America/Guyana"]),
    ("593", "EC", &["America/Guayaquil"]), ("594", "GF", &["America/Cayenne"]), ("595", "PY", &["America/Asuncion"]),
    ("596", "MQ", &["America/Martinique"]), ("597", "SR", &["America/Paramaribo"]),
    ("598", "UY", &["America/Montevideo"]), ("599", "CW", &["America/Curacao"]), ("60", "MY", &["Asia/Kuala_Lumpur"]),
    ("61", "AU", &["Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin", "Australia/Perth"]),
    ("62", "ID", &["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]), ("63", "PH", &["Asia/Manila"]),
    ("64", "NZ", &["Pacific/Auckland"]), ("65", "SG", &["Asia/Singapore"]), ("66", "TH", &["Asia/Bangkok"]),
    ("670", "TL", &["Asia/Dili"]), ("672", "NF", &["Pacific/Norfolk"]), ("673", "BN", &["Asia/Brunei"]),
    ("674", "NR", &["Pacific/Nauru"]), ("675", "PG", &["Pacific/Port_Moresby", "Pacific/Bougainville"]),
    ("676", "TO", &["Pacific/Tongatapu"]), ("677", "SB", &["Pacific/Guadalcanal"]), ("678", "VU", &["Pacific/Efate"]),
    ("679", "FJ", &["Pacific/Fiji"]), ("680", "PW", &["Pacific/Palau"]), ("681", "WF", &["Pacific/Wallis"]),
    ("682", "CK", &["Pacific/Rarotonga"]), ("683", "NU", &["Pacific/Niue"]), ("685", "WS", &["Pacific/Apia"]),
    ("686", "KI", &["Pacific/Tarawa", "Pacific/Kanton", "Pacific/Kiritimati"]), ("687", "NC", &["Pacific/Noumea"]),
    ("688", "TV", &["Pacific/Funafuti"]), ("689", "PF", &["Pacific/Tahiti", "Pacific/Marquesas", "Pacific/Gambier"]),
    ("690", "TK", &["Pacific/Fakaofo"]), ("691", "FM", &["Pacific/Chuuk", "Pacific/Pohnpei"]),
    ("692", "MH", &["Pacific/Majuro"]),
    ("7", "RU", &["Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Kamchatka"]),
    ("76", "KZ", &["Asia/Almaty"]), ("77", "KZ", &["Asia/Almaty"]), ("81", "JP", &["Asia/Tokyo"]),
    ("82", "KR", &["Asia/Seoul"]), ("84", "VN", &["Asia/Ho_Chi_Minh"]), ("850", "KP", &["Asia/Pyongyang"]),
    ("852", "HK", &["Asia/Hong_Kong"]), ("853", "MO", &["Asia/Macau"]), ("855", "KH", &["Asia/Phnom_Penh"]),
    ("856", "LA", &["Asia/Vientiane"]), ("86", "CN", &["Asia/Shanghai"]), ("880", "BD", &["Asia/Dhaka"]),
    ("886", "TW", &["Asia/Taipei"]), ("90", "TR", &["Europe/Istanbul"]), ("91", "IN", &["Asia/Kolkata"]),
    ("92", "PK", &["Asia/Karachi"]), ("93", "AF", &["Asia/Kabul"]), ("94", "LK", &["Asia/Colombo"]),
    ("95", "MM", &["Asia/Yangon"]), ("960", "MV", &["Indian/Maldives"]), ("961", "LB", &["Asia/Beirut"]),
    ("962", "JO", &["Asia/Amman"]), ("963", "SY", &["Asia/Damascus"]), ("964", "IQ", &["Asia/Baghdad"]),
    ("965", "KW", &["Asia/Kuwait"]), ("966", "SA", &["Asia/Riyadh"]), ("967", "YE", &["Asia/Aden"]),
    ("968", "OM", &["Asia/Muscat"]), ("970", "PS", &["Asia/Gaza"]), ("971", "AE", &["Asia/Dubai"]),
    ("972", "IL", &["Asia/Jerusalem"]), ("973", "BH", &["Asia/Bahrain"]), ("974", "QA", &["Asia/Qatar"]),
    ("975", "BT", &["Asia/Thimphu"]), ("976", "MN", &["Asia/Ulaanbaatar", "Asia/Hovd"]),
    ("977", "NP", &["Asia/Kathmandu"]), ("98", "IR", &["Asia/Tehran"]), ("992", "TJ", &["Asia/Dushanbe"]),
    ("993", "TM", &["Asia/Ashgabat"]), ("994", "AZ", &["Asia/Baku"]), ("995", "GE", &["Asia/Tbilisi"]),
    ("996", "KG", &["Asia/Bishkek"]), ("998", "UZ", &["Asia/Tashkent"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict_takes_e164_only() {
        assert_eq!(strict("+14155551234").as_deref(), Some("+14155551234"));
        for bad in
            ["14155551234", "+1 415 555 1234", "+", "+123", "+9991234567", "+1415555123456789", "", "+1٤155551234"]
        {
            assert_eq!(strict(bad), None, "{bad}");
        }
    }

    #[test]
    fn prefixes_stand_in_their_order_and_are_no_longer_than_is_looked_for() {
        assert!(REGIONS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(REGIONS.iter().map(|region| region.0.len()).max(), Some(PREFIX_DIGITS_MAX));
    }

    #[test]
    fn lenient_takes_what_people_write() {
        for (written, home) in [
            ("+34 600 11 12 22", None),
            ("0034-600-111-222", None),
            ("34600111222", None),
            ("600 111 222", Some("34")),
            ("(600) 111.222", Some("34")),
            ("34600111222", Some("34")),
            ("tel:+34600111222", None),
        ] {
            assert_eq!(lenient(written, home).as_deref(), Some("+34600111222"), "{written}");
        }
        assert_eq!(lenient("0171 1234567", Some("49")).as_deref(), Some("+491711234567"));
        assert_eq!(lenient("+49 (0)171 1234567", None).as_deref(), Some("+491711234567"));
        assert_eq!(lenient("06 1234 5678", Some("39")).as_deref(), Some("+390612345678"));
        for bad in ["", "hello", "12", "600 111 222", "call 34600111222", "１２３４５６７８９０１"] {
            assert_eq!(lenient(bad, None), None, "{bad}");
        }
    }

    #[test]
    fn people_write_numbers_as_their_country_does() {
        for (country, written, number) in [
            ("ES", "600 11 22 33", "+34600112233"),
            ("ES", "0034 600 11 22 33", "+34600112233"),
            ("GB", "07400 123456", "+447400123456"),
            ("GB", "+44 (0)7400 123456", "+447400123456"),
            ("IT", "06 1234 5678", "+390612345678"),
            ("IT", "333 123 4567", "+393331234567"),
            ("FR", "06 12 34 56 78", "+33612345678"),
            ("DE", "0151 23456789", "+4915123456789"),
            ("DE", "030/901820", "+4930901820"),
            ("BR", "(11) 98765-4321", "+5511987654321"),
            ("BR", "0 15 11 98765-4321", "+5511987654321"),
            ("MX", "55 1234 5678", "+525512345678"),
            ("AR", "011 15-2345-6789", "+5491123456789"),
            ("US", "(415) 555-2671", "+14155552671"),
            ("HU", "06 20 123 4567", "+36201234567"),
            ("RU", "8 912 345-67-89", "+79123456789"),
            ("SG", "8123 4567", "+6581234567"),
            ("CI", "01 23 45 67 89", "+2250123456789"),
        ] {
            assert_eq!(read(written, Some(country)).as_deref(), Some(number), "{country} {written}");
        }
        for (country, bad) in [
            ("ES", "60011223"),
            ("ES", "6001122334"),
            ("ES", "012345678"),
            ("GB", "0740012345"),
            ("US", "555 0100"),
            ("US", "(115) 555-2671"),
            ("FR", "06 12 34 56 7"),
            ("BR", "119876543210"),
            ("DE", ""),
            ("DE", "+999 1234567"),
        ] {
            assert_eq!(read(bad, Some(country)), None, "{country} {bad}");
        }
        assert_eq!(read("34600112233", None).as_deref(), Some("+34600112233"));
    }

    /// Country, text and number of each line, as libphonenumber reads them; `docs/answers.md` has the figure.
    const READ_BY_LIBPHONENUMBER: &str = include_str!("../../../tests/answers/phones.tsv");

    #[test]
    fn every_number_is_read_as_libphonenumber_reads_it() {
        let lines = READ_BY_LIBPHONENUMBER.lines().filter(|line| !line.starts_with('#'));
        let mut countries = std::collections::BTreeSet::new();
        for line in lines {
            let [country, text, number] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            assert_eq!(read(text, Some(country)).as_deref().unwrap_or("-"), number, "{country} {text}");
            countries.insert(country);
        }
        assert_eq!(countries.len(), COUNTRIES_OF_LIBPHONENUMBER);
    }

    const COUNTRIES_OF_LIBPHONENUMBER: usize = 245;

    #[test]
    fn country_and_clock_come_from_the_number() {
        assert_eq!((country("+34600111222"), zone("+34600111222")), (Some("ES"), Some("Europe/Madrid")));
        assert_eq!((country("14155551234"), zone("14155551234")), (Some("US"), None));
        assert_eq!(country("+14165551234"), Some("CA"));
        assert_eq!(country("+18095551234"), Some("DO"));
        assert_eq!((country("+77011234567"), country("+79161234567")), (Some("KZ"), Some("RU")));
        for several in ["+1415", "+1416", "+55", "+52", "+7916", "+61", "+62"] {
            assert!(zones(several).len() > 2, "{several}");
        }
        assert_eq!(zones("+999"), &[] as &[&str]);
        assert_eq!(calling_code("+18095551234"), Some("1"));
        assert_eq!(calling_code("+77011234567"), Some("7"));
    }

    #[test]
    fn every_clock_of_the_table_exists() {
        for (prefix, _, zones) in REGIONS {
            assert!(!zones.is_empty());
            for zone in *zones {
                assert!(jiff::tz::TimeZone::get(zone).is_ok(), "{prefix}: {zone}");
            }
        }
    }

    #[test]
    fn one_person_has_several_spellings() {
        assert_eq!(spellings("+5511987654321"), ["5511987654321", "551187654321"]);
        assert_eq!(spellings("551187654321"), ["551187654321", "5511987654321"]);
        assert_eq!(spellings("551134567890"), ["551134567890"], "a landline has no ninth digit");
        assert_eq!(spellings("5215512345678"), ["5215512345678", "525512345678"]);
        assert_eq!(spellings("525512345678"), ["525512345678", "5215512345678"]);
        assert_eq!(spellings("5491112345678"), ["5491112345678", "541112345678"]);
        assert_eq!(spellings("+34600111222"), ["34600111222"]);
        assert_eq!(spellings("55"), ["55"]);
    }

    #[test]
    fn an_example_is_at_home_in_its_zone() {
        for (prefix, country_of, zones_of) in REGIONS {
            for zone_of in *zones_of {
                let number = example(zone_of);
                assert_eq!(strict(&number), Some(number.clone()), "{zone_of}");
                assert!(zones(&number).contains(zone_of), "{number} of {prefix} {country_of} is not in {zone_of}");
            }
        }
        assert_eq!(example("Europe/Madrid"), "+34600100001");
        assert_eq!(country(&example("America/New_York")), Some("US"));
        assert_eq!(country(&example("UTC")), Some("US"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,30}") {
            for home in [None, Some("34"), Some("39")] {
                if let Some(phone) = lenient(&text, home) {
                    proptest::prop_assert_eq!(strict(&phone), Some(phone));
                }
            }
            for country in [None, Some("ES"), Some("BR"), Some("xx"), Some("")] {
                let _ = read(&text, country);
            }
            let _ = (country(&text), zones(&text), spellings(&text), calling_code(&text));
        }
    }
}
