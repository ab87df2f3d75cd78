//! Region texts → a short code: an ISO 3166 country, or `EU`. What names no place, or two, stays text.

/// The code of a text; `None` where it names no place that is known, or several.
pub(crate) fn code_of(text: &str) -> Option<&'static str> {
    let text = text.trim();
    if text.is_empty() || text.len() > 200 {
        return None;
    }
    if let Some(code) = iso(text).or_else(|| named(&text.to_lowercase())) {
        return Some(code);
    }
    // `US-CT`, `US-CA`: a country and its part by ISO 3166-2.
    if let Some((country, part)) = text.split_once('-')
        && (1..=3).contains(&part.len())
        && part
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && let Some(code) = iso(country)
    {
        return Some(code);
    }
    within(text)
}

/// The one country among the words of a longer text: `Asia (Shenzhen, CN)`, `US domestic (NYC)`, `UK/EU`.
fn within(text: &str) -> Option<&'static str> {
    let words: Vec<&str> = text
        .split(|character: char| !(character.is_alphabetic() || matches!(character, '.' | '\'')))
        .filter(|word| !word.is_empty())
        .collect();
    let mut codes: Vec<&'static str> = Vec::new();
    let mut letters: Vec<&'static str> = Vec::new();
    let mut other_words = false;
    let mut position = 0;
    while let Some(&word) = words.get(position) {
        let named_here = (1..=3).rev().find_map(|length| {
            let phrase = words
                .get(position..position + length)?
                .join(" ")
                .to_lowercase();
            Some((named(&phrase)?, length))
        });
        if let Some((code, length)) = named_here {
            codes.push(code);
            position += length;
            continue;
        }
        match iso(word).filter(|_| word.bytes().all(|byte| byte.is_ascii_uppercase())) {
            Some(code) => letters.push(code),
            None => other_words = true,
        }
        position += 1;
    }
    // Letters that are also a US state's: `San Jose, CA, USA` is in one country, and `San Jose, CA` or `Berlin, DE` may
    // be in either.
    let in_us = codes.contains(&"US") || letters.contains(&"US");
    if in_us || (codes.is_empty() && other_words) {
        letters.retain(|code| !US_STATES.contains(code));
    }
    codes.append(&mut letters);
    codes.sort_unstable();
    codes.dedup();
    if codes.iter().any(|code| matches!(*code, "HK" | "MO" | "TW")) {
        // `Hong Kong, China`: the nearer name.
        codes.retain(|code| *code != "CN");
    }
    let union = codes.contains(&"EU");
    codes.retain(|code| *code != "EU");
    match codes.as_slice() {
        [only] => Some(only),
        [] => union.then_some("EU"),
        _ => None,
    }
}

/// A code written as such, in any case.
fn iso(text: &str) -> Option<&'static str> {
    if text.len() != 2 {
        return None;
    }
    ISO.split_ascii_whitespace()
        .find(|code| code.eq_ignore_ascii_case(text))
}

fn named(lower: &str) -> Option<&'static str> {
    NAMES
        .iter()
        .find(|(_, names)| names.split('|').any(|name| name == lower))
        .map(|(code, _)| *code)
}

/// ISO 3166-1 codes of places that sell hardware, and `EU`. The United Kingdom is `GB`.
const ISO: &str = "AE AM AR AT AU AZ BA BD BE BG BH BR BY CA CH CL CN CO CR CY CZ DE DK DO DZ EC EE EG ES EU FI FR GB GE GR GT HK HR HU \
    ID IE IL IN IQ IR IS IT JO JP KE KG KH KR KW KZ LB LK LT LU LV MA MD ME MK MO MT MX MY NG NL NO NP NZ OM PA PE PH PK PL PR PT PY QA \
    RO RS RU SA SE SG SI SK TH TN TR TW UA US UY UZ VE VN ZA";

/// States of the US whose letters are also a code of [`ISO`].
const US_STATES: &[&str] = &[
    "AR", "AZ", "CA", "CO", "DE", "GA", "ID", "IL", "IN", "LA", "MA", "MD", "ME", "MO", "MT", "NE",
    "PA", "VA",
];

/// Code, names in lower case in the languages that listings use.
#[rustfmt::skip]
const NAMES: &[(&str, &str)] = &[
    ("US", "usa|u.s.|u.s.a.|united states|united states of america|us domestic|america|vereinigte staaten|états-unis|etats unis|estados unidos|\
        eua|stati uniti|stany zjednoczone|сша|アメリカ|米国|美国|美國|미국|new york|nyc|new mexico|new jersey|california|texas|florida"),
    ("EU", "europe|european union|eu domestic|e.u.|europa|eu only|евросоюз|европа|ヨーロッパ|欧洲|eurozone"),
    ("GB", "uk|u.k.|united kingdom|great britain|england|scotland|wales|northern ireland|britain|vereinigtes königreich|großbritannien|\
        royaume-uni|royaume uni|reino unido|regno unito|wielka brytania|великобритания|イギリス|英国|英國|uk domestic"),
    ("CN", "china|prc|p.r. china|mainland china|ccp|people's republic of china|chine|cina|chiny|китай|中国|中國|中国大陆|중국|shenzhen|深圳|\
        guangdong|广东|shanghai|上海|beijing|北京"),
    ("HK", "hong kong|hongkong|hong kong sar|гонконг|香港"),
    ("TW", "taiwan|тайвань|台湾|台灣|臺灣"),
    ("JP", "japan|japon|japão|japón|giappone|japonia|япония|日本|일본|tokyo|東京"),
    ("KR", "south korea|korea|republic of korea|südkorea|corée du sud|corea del sur|coreia do sul|корея|韓国|韩国|대한민국|한국"),
    ("SG", "singapore|singapur|singapour|сингапур|シンガポール|新加坡"),
    ("CA", "canada|kanada|canadá|канада|カナダ|加拿大|ontario|quebec|british columbia"),
    ("DE", "germany|deutschland|allemagne|alemania|alemanha|germania|niemcy|германия|ドイツ|德国|德國"),
    ("FR", "france|frankreich|francia|frança|francja|франция|フランス|法国"),
    ("IT", "italy|italien|italia|italie|włochy|италия|イタリア|意大利"),
    ("ES", "spain|spanien|españa|espanha|espagne|spagna|hiszpania|испания|スペイン|西班牙"),
    ("PT", "portugal|португалия"),
    ("NL", "netherlands|the netherlands|holland|niederlande|nederland|pays-bas|países bajos|нидерланды|オランダ|荷兰"),
    ("BE", "belgium|belgien|belgique|belgië|bélgica|бельгия"),
    ("AT", "austria|österreich|autriche|австрия"),
    ("CH", "switzerland|schweiz|suisse|svizzera|suiza|szwajcaria|швейцария|スイス|瑞士"),
    ("PL", "poland|polen|polska|pologne|polonia|polônia|польша|ポーランド|波兰"),
    ("CZ", "czechia|czech republic|tschechien|česko|чехия"),
    ("SK", "slovakia|slowakei|slovensko|словакия"),
    ("HU", "hungary|ungarn|magyarország|венгрия"),
    ("RO", "romania|rumänien|românia|румыния"),
    ("BG", "bulgaria|bulgarien|българия|болгария"),
    ("GR", "greece|griechenland|ελλάδα|греция"),
    ("SE", "sweden|schweden|sverige|suède|швеция"),
    ("NO", "norway|norwegen|norge|норвегия"),
    ("DK", "denmark|dänemark|danmark|дания"),
    ("FI", "finland|finnland|suomi|финляндия"),
    ("IE", "ireland|irland|irlande|ирландия"),
    ("IS", "iceland|island|ísland"),
    ("LT", "lithuania|litauen|lietuva|литва"),
    ("LV", "latvia|lettland|latvija|латвия"),
    ("EE", "estonia|estland|eesti|эстония"),
    ("RU", "russia|russian federation|russland|rusia|rússia|россия|рф|ロシア|俄罗斯|moscow|москва"),
    ("UA", "ukraine|ukraina|україна|украина|ウクライナ"),
    ("BY", "belarus|беларусь"),
    ("KZ", "kazakhstan|казахстан|қазақстан"),
    ("TR", "turkey|türkiye|turkiye|türkei|turquie|турция"),
    ("IL", "israel|израиль|ישראל"),
    ("AE", "united arab emirates|uae|u.a.e.|dubai|оаэ"),
    ("SA", "saudi arabia|ksa"),
    ("IN", "india|indien|inde|índia|индия|インド|印度|भारत"),
    ("PK", "pakistan"),
    ("AU", "australia|australien|australie|austrália|австралия|オーストラリア|澳大利亚"),
    ("NZ", "new zealand|neuseeland|новая зеландия"),
    ("BR", "brazil|brasil|brasilien|brésil|бразилия|ブラジル|巴西"),
    ("MX", "mexico|méxico|mexiko|мексика"),
    ("AR", "argentina|argentinien"),
    ("CL", "chile"),
    ("CO", "colombia"),
    ("ZA", "south africa|südafrika"),
    ("TH", "thailand|ไทย|таиланд|タイ"),
    ("VN", "vietnam|viet nam|việt nam|вьетнам|ベトナム"),
    ("ID", "indonesia|indonesien"),
    ("MY", "malaysia|малайзия"),
    ("PH", "philippines|philippinen"),
    ("EG", "egypt|ägypten"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_one_place() {
        for (text, code) in [
            ("USA", "US"),
            ("US", "US"),
            ("us", "US"),
            ("US domestic", "US"),
            ("US Domestic", "US"),
            ("US domestic (NYC)", "US"),
            ("US-CT", "US"),
            ("US-CA", "US"),
            ("San Jose, CA, USA", "US"),
            ("EU", "EU"),
            ("CCP", "CN"),
            ("China", "CN"),
            ("Asia/China", "CN"),
            ("Asia/CN", "CN"),
            ("Asia (Shenzhen, CN)", "CN"),
            ("International (ship from CN)", "CN"),
            ("Asia/HK", "HK"),
            ("Asia/SG", "SG"),
            ("Hong Kong, China", "HK"),
            ("Guangdong, China", "CN"),
            ("New York, NY, United States", "US"),
            ("Singapore/Asia", "SG"),
            ("Japan/Asia", "JP"),
            ("CA", "CA"),
            ("Canada", "CA"),
            ("Toronto, Canada", "CA"),
            ("UK", "GB"),
            ("UK/EU", "GB"),
            ("UK (EU)", "GB"),
            ("EU (UK)", "GB"),
            ("GB", "GB"),
            ("Turkey/International", "TR"),
            ("Deutschland", "DE"),
            ("Россия", "RU"),
            ("日本", "JP"),
            ("United Kingdom", "GB"),
        ] {
            assert_eq!(code_of(text), Some(code), "{text}");
        }
    }

    #[test]
    fn names_no_place_where_there_is_none_or_two() {
        for text in [
            "",
            "International",
            "Asia",
            "US/UK",
            "US/Canada",
            "San Jose, CA",
            "Ships in 2 days",
            "worldwide",
            "Berlin, DE",
            "de nada",
        ] {
            assert_eq!(code_of(text), None, "{text}");
        }
    }
}
