//! Condition texts → the closed set. A text that names two conditions, or none, has none; it is kept as it is.

use super::Condition;

/// The condition that a text names.
pub(crate) fn read(text: &str) -> Option<Condition> {
    let lower = text
        .trim()
        .to_lowercase()
        .replace(['_', '-', '‐', '–'], " ");
    if lower.len() > 200 {
        return None;
    }
    // `New/Refurb/Open` and `Used or Refurbished` leave it open; `б/у` and `w/ box` are words with a slash in them.
    let text = lower
        .replace("б/у", "бу")
        .replace(" w/", " with ")
        .replace("never used", "unused")
        .replace("not used", "unused");
    let mut found: Option<Condition> = None;
    for part in text
        .split(['/', '|', ';'])
        .flat_map(|part| part.split(" or "))
    {
        let Some(condition) = of_part(part.trim()) else {
            continue;
        };
        match found {
            None => found = Some(condition),
            Some(other) if other == condition => {}
            Some(_) => return None,
        }
    }
    found
}

/// The first class, from the most worn on, that a word of the text belongs to: `new (opened)` is no new card.
fn of_part(text: &str) -> Option<Condition> {
    CLASSES
        .iter()
        .find(|(_, words)| words.split('|').any(|word| holds(text, word)))
        .and_then(|(condition, _)| *condition)
}

/// Whether `text` holds `word` as whole words. Words of scripts without spaces may stand anywhere, and a trailing `*`
/// lets the word go on (`refurb*`).
fn holds(text: &str, word: &str) -> bool {
    let (stem, open) = match word.strip_suffix('*') {
        Some(stem) => (stem, true),
        None => (word, false),
    };
    let spaceless = stem.chars().any(|character| character as u32 >= 0x2E80);
    text.match_indices(stem).any(|(start, _)| {
        let before = text.get(..start).and_then(|head| head.chars().next_back());
        let after = text
            .get(start + stem.len()..)
            .and_then(|tail| tail.chars().next());
        spaceless
            || (!before.is_some_and(char::is_alphanumeric)
                && (open || !after.is_some_and(char::is_alphanumeric)))
    })
}

/// Words that mean nothing about the card come first with `None`, then the classes from the most worn on.
#[rustfmt::skip]
const CLASSES: &[(Option<Condition>, &str)] = &[
    (None, "cloud|rental|rent|not specified|unknown|any condition|various|mixed"),
    (Some(Condition::ForParts), "for parts|parts only|spares|spare parts|spares repair|not working|non working|nonworking|does not work|broken|\
        faulty|defect*|dead|damaged*|damagedcondition|as is|for repair|repair|salvage|defekt*|ersatzteil*|bastler*|kaputt|pour pièces|pièces|\
        en panne|hors service|para peças|para piezas|com defeito|no funciona|averiad*|difettos*|non funzionante|na części|uszkodzon*|\
        niesprawn*|на запчасти|запчаст*|неисправ*|нерабоч*|не рабоч*|ジャンク|故障|破損|不動|坏|维修|零件"),
    (Some(Condition::Refurbished), "refurb*|refurbishedcondition|renewed|reconditioned|recertified|remanufactured|generalüberholt|generalueberholt|\
        wiederaufbereitet|aufbereitet|reconditionné*|remis à neuf|reacondicionad*|recondicionad*|ricondizionat*|odnowion*|regenerowan*|\
        poleasing*|восстановлен*|реф|整備済*|再生品|リファービッシュ|翻新|官翻|gereviseerd"),
    (Some(Condition::OpenBox), "open box|openbox|opened|open package|box opened|new other|new without box|new without packaging|unboxed|\
        customer return|b ware|b stock|bware|geöffnet|neu sonstige|neu: sonstige|déballé|boîte ouverte|emballage ouvert|caja abierta|\
        caixa aberta|otwarte opakowanie|po zwrocie|вскрыт*|открыт* коробк*|витринн*|開封|開封品|展示品|展示機|拆封|拆包|展示"),
    (Some(Condition::Used), "used|usedcondition|pre owned|preowned|pre used|second hand|secondhand|2nd hand|like new|as new|nearly new|almost new|pulled|\
        system pull|server pull|pull|pulls|good|very good|excellent|acceptable|fair|poor|tested working|tested|mining|mined|ex mining|ex lease|\
        off lease|gebraucht*|wie neu|neuwertig|sehr gut|akzeptabel|occasion|usagé|comme neuf|d'occasion|très bon état|bon état|usad*|\
        seminov*|como nuevo|como novo|usat*|come nuovo|używan*|uzywan*|jak nowy|бу|б у|б.у|бывш* в употреблении|использован*|подержан*|\
        как новый|中古|中古品|美品|良品|二手|闲置|自用|九成新|tweedehands|gebruikt|begagnad*|brugt|brukt|käytetty|ikinci el|중고|ex display|demo"),
    (Some(Condition::New), "new|newcondition|brand new|factory sealed|sealed|bnib|nib|unused|unopened|never used|factory new|neu|\
        neuware|ovp|originalverpackt|neuf|neuve|nuevo|nuevos|nueva|novo|nova|lacrado|nuovo|nuova|nowy|nowa|nowe|fabrycznie nowy|новый|новая|\
        новое|新品|未使用|未使用品|未開封|全新|全新未拆封|未拆封|新|nieuw|ny|nytt|uusi|yeni|sıfır|새상품|미개봉"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: Option<Condition>, texts: &[&str]) {
        for text in texts {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn reads_the_words_of_real_files() {
        check(
            Some(Condition::New),
            &[
                "New",
                "new",
                "NEW",
                "Brand New",
                "New/Sealed",
                "New Factory Sealed",
                "Factory New",
                "New Original",
                "New (via Dell system)",
                "New (Signed by Jensen Huang)",
                "https://schema.org/NewCondition",
                "Neu",
                "Neuf",
                "Nowy",
                "Новый",
                "новая",
                "新品",
                "全新",
                "Novo",
                "Nuevo",
            ],
        );
        check(
            Some(Condition::OpenBox),
            &[
                "New (Opened)",
                "Open Box",
                "open_box",
                "New other (see details)",
                "B-Ware",
                "開封品",
            ],
        );
        check(
            Some(Condition::Refurbished),
            &[
                "Refurbished",
                "Seller refurbished",
                "Certified - Refurbished",
                "Generalüberholt",
                "Reconditionné",
                "整備済製品",
                "Renewed",
                "Refurbished - Like New",
                "восстановленный",
            ],
        );
        check(
            Some(Condition::Used),
            &[
                "Used",
                "Used - Private Seller",
                "Used - Like New",
                "Pre-owned",
                "pre-owned - excellent",
                "Gebraucht",
                "Occasion",
                "Używany",
                "б/у",
                "Б/У",
                "中古",
                "二手",
                "Usado",
                "Like New",
                "Very Good",
            ],
        );
        check(
            Some(Condition::ForParts),
            &[
                "For parts or not working",
                "for_parts",
                "Defekt",
                "Defective",
                "На запчасти",
                "ジャンク品",
                "Uszkodzony",
                "Used, not working",
            ],
        );
    }

    #[test]
    fn says_nothing_where_the_text_does_not() {
        check(
            None,
            &[
                "",
                "Out of Stock",
                "Unavailable",
                "Cloud Rental",
                "Liquidation",
                "MSRP Launch",
                "Historical Low",
                "Delivery Unknown",
                "New/Refurb/Open",
                "New or Used",
                "renewal",
                "—",
                "newegg",
            ],
        );
    }
}
