//! Lists the currencies of ISO 4217 by code, with the number of decimals of a price.

/// For each list, the number of decimals of its currencies, and their codes.
const LISTS: [(u32, &str); 3] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (
        2,
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY \
         COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS \
         INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR \
         MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
         SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG",
    ),
];

/// The number of decimals; `None`: there is no such currency.
pub fn decimals(code: &str) -> Option<u32> {
    let listed = LISTS.iter().find(|(_, codes)| codes.split(' ').any(|known| known == code));
    listed.map(|(decimals, _)| *decimals)
}

pub fn codes() -> impl Iterator<Item = &'static str> {
    LISTS.iter().flat_map(|(_, codes)| codes.split(' '))
}

/// The code for a currency as people write it: by its sign, or its name.
pub fn meant(written: &str) -> Option<&'static str> {
    let word = written.trim().to_lowercase();
    let code = match word.as_str() {
        "€" | "euro" | "euros" => "EUR",
        "$" | "us$" | "dollar" | "dollars" => "USD",
        "£" | "pound" | "pounds" => "GBP",
        "r$" | "real" | "reais" => "BRL",
        "¥" | "yen" => "JPY",
        "₹" | "rupee" | "rupees" | "rs" => "INR",
        "zł" | "zloty" => "PLN",
        "₺" | "lira" => "TRY",
        "fr" | "franken" | "sfr" => "CHF",
        // `eur` for `EUR`.
        _ => return codes().find(|code| code.to_lowercase() == word),
    };
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_code_stands_once_and_has_three_letters() {
        let all: Vec<&str> = codes().collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(all.iter().all(|code| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())), "{all:?}");
        assert_eq!(["EUR", "JPY", "TND", "EURO", ""].map(decimals), [Some(2), Some(0), Some(3), None, None]);
        assert_eq!(["€", "eur", "Dollars", "kr"].map(meant), [Some("EUR"), Some("EUR"), Some("USD"), None]);
    }
}
