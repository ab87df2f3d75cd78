//! The names that sellers give their columns, best first within a field, and how a header is reduced to compare it.
//!
//! A name must match whole: `price_sort` and `price per GB` are no prices. What stands here under a field in other
//! languages are the words that shops and classifieds of that language print over the column.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::currency_mark;
use super::field::Field;
use crate::money::Currency;

/// What a header says: the fields that the column may serve, best first, and the currency that the header names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Meaning {
    /// Field and rank: of two columns for one field the lower rank wins.
    pub(crate) roles: Vec<(Field, u8)>,
    pub(crate) currency: Option<Currency>,
}

/// Reads a header. A column that no name fits has no roles.
pub(crate) fn meaning_of(header: &str) -> Meaning {
    let reduced = reduce(header);
    if let Some(roles) = NAMES.get(reduced.as_str()) {
        return Meaning {
            roles: roles.clone(),
            currency: currency_mark::in_header(header).filter(|_| is_price(roles)),
        };
    }
    // `Price_USD`, `preis (EUR)`, `цена, руб.`, `price$`: a price and a currency.
    let Some((currency, rest)) = currency_mark::split_header(header) else {
        return Meaning::default();
    };
    match NAMES.get(reduce(&rest).as_str()) {
        Some(roles) if is_price(roles) => Meaning {
            // A plain `price` beside it says more; among several currencies the dollars need no rate.
            roles: roles
                .iter()
                .map(|&(field, rank)| (field, rank + if currency == Currency::USD { 2 } else { 4 }))
                .collect(),
            currency: Some(currency),
        },
        _ => Meaning::default(),
    }
}

fn is_price(roles: &[(Field, u8)]) -> bool {
    roles.iter().any(|&(field, _)| field == Field::Price)
}

/// A header without case, accents, spaces and marks: `Min. Order-Qty` → `minorderqty`.
pub(crate) fn reduce(header: &str) -> String {
    header
        .nfkd()
        .filter(|character| !is_combining_mark(*character))
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

static NAMES: LazyLock<FxHashMap<String, Vec<(Field, u8)>>> = LazyLock::new(|| {
    let mut names: FxHashMap<String, Vec<(Field, u8)>> = FxHashMap::default();
    for &(field, rank, words) in TABLE {
        for word in words.split('|') {
            let roles = names.entry(reduce(word)).or_default();
            if !roles.iter().any(|&(other, _)| other == field) {
                roles.push((field, rank));
            }
        }
    }
    names
});

/// The header of a column that holds canonical names, as `RTX_A5000`.
const CANONICAL_MODEL: &str = "canonical model";

/// Whether a header announces canonical names.
pub(super) fn is_canonical_model(header: &str) -> bool {
    reduce(header) == reduce(CANONICAL_MODEL)
}

/// Field, rank, names.
#[rustfmt::skip]
const TABLE: &[(Field, u8, &str)] = &[
    (Field::Title, 10, "title"),
    (Field::Title, 12, "listing title|item title|product title|ad title|offer title|auction title|titel|titre|título|titulo|titolo|tytuł|\
        заголовок|タイトル|标题|標題|제목|subject|headline|card title|gpu title"),
    (Field::Title, 20, "product name|item name|listing name|full name|display name|produktname|artikelname|bezeichnung|artikelbezeichnung|\
        produktbezeichnung|nom du produit|désignation|nombre del producto|nome do produto|nome prodotto|nazwa produktu|наименование|\
        наименование товара|название товара|название|商品名|商品名称|品名|製品名|产品名称|名称|상품명|productnaam|produktnavn|produktnamn"),
    (Field::Title, 22, "name|nom|nombre|nome|nazwa|naam|navn|namn|имя"),
    (Field::Title, 30, "product|item|listing|offer|article|artikel|produkt|produit|producto|produto|prodotto|товар|商品|产品|製品|goods|line item|\
        anuncio|anúncio|объявление"),
    // This program's own names, as the old program and exports write them.
    (Field::Title, 58, CANONICAL_MODEL),
    (Field::Model, 5, CANONICAL_MODEL),
    // With no better column a model is the title: `NVIDIA H100 PCIe 80GB`.
    (Field::Title, 60, "model|gpu model|gpu name|gpu|card|card name|card model|graphics card|graphics card model|video card|model name|\
        modell|modèle|modele|modelo|modello|модель|型号|型號|モデル|モデル名|모델|chipset|gpu chip|gpu type|accelerator"),
    (Field::Title, 70, "description|item description|product description|short description|long description|desc|beschreibung|\
        artikelbeschreibung|descripción|descrição|descrizione|opis|описание|説明|商品説明|描述|설명"),
    (Field::Title, 80, "mpn|part number|part no|part nr|part#|partnumber|manufacturer part number|mfr part number|mfg part number|mfr part no|\
        manufacturer part no|oem part number|pn|p/n|part|teilenummer|artikelnummer hersteller|парт номер|партномер|型番"),

    (Field::Model, 10, "chipset|gpu model|gpu|gpu name|card model|graphics card model|gpu chip|gpu type|accelerator"),
    (Field::Model, 20, "model|model name|card|card name|graphics card|video card|modell|modèle|modele|modelo|modello|модель|型号|型號|\
        モデル|モデル名|모델"),
    (Field::Model, 40, "mpn|part number|part no|part nr|part#|partnumber|manufacturer part number|mfr part number|mfg part number|mfr part no|\
        manufacturer part no|oem part number|pn|p/n|teilenummer|artikelnummer hersteller|парт номер|партномер|型番"),

    // What is paid now, where a feed names both it and the usual price.
    (Field::Price, 10, "sale price|discounted price|discount price|price after discount|reduced price|special price|aktionspreis|\
        prix promo|precio oferta|цена со скидкой"),
    (Field::Price, 20, "price|prices|item price|product price|unit price|current price|asking price|ask price|final price|selling price|\
        offer price|offered price|our price|your price|price each|each price|buy it now price|buy now price|bin price|listing price|\
        listed price|variant price|price value|price amount|price per unit|net price|gross price|price incl vat|\
        price inc vat|price excl vat|price ex vat|price with vat|price including tax|street price|price unit|gpu price|card price|sold price"),
    (Field::Price, 22, "preis|verkaufspreis|vk preis|vk|einzelpreis|stückpreis|preis inkl mwst|bruttopreis|nettopreis|angebotspreis|prix|\
        prix ttc|prix ht|prix unitaire|prix de vente|precio|precio unitario|precio venta|preço|preco|preço unitário|valor|cena|\
        cena brutto|cena netto|cena jednostkowa|цена|стоимость|цена за шт|цена продажи|価格|販売価格|税込価格|税抜価格|値段|金額|\
        本体価格|单价|單價|售价|售價|价格|價格|价钱|报价|가격|판매가|prezzo|prezzo unitario|prijs|pris|hinta|fiyat|fiyatı|preț|ár|τιμή|ціна|giá"),
    (Field::Price, 40, "regular price|normal price|standard price|base price"),

    (Field::Currency, 10, "currency|currency code|price currency|ccy|curr|currency iso|iso currency|currency id|währung|waehrung|devise|moneda|\
        moeda|valuta|waluta|валюта|通貨|币种|幣別|货币|통화"),

    (Field::Condition, 10, "condition|item condition|product condition|listing condition|cond|condition name|zustand|artikelzustand|état|etat|\
        estado|estado del producto|condição|condicao|condizione|stan|состояние|状態|商品の状態|コンディション|成色|品相|新旧|상태|conditie|skick"),

    (Field::Quantity, 10, "quantity|qty|quantity available|available quantity|qty available|available qty|quantity in stock|stock quantity|\
        stock qty|qty in stock|inventory quantity|inventory qty|variant inventory qty|units available|units|on hand|qty on hand|\
        quantity on hand|available units|stock level|stock count|menge|anzahl|bestand|lagerbestand|stückzahl|quantité|quantite|qté|\
        cantidad|quantidade|quantità|ilość|ilosc|количество|кол-во|остаток|数量|在庫数|库存数量|수량|aantal|antal|määrä|adet"),
    (Field::Quantity, 20, "stock|inventory|available|count|pieces|pcs|库存|stan magazynowy|наличие шт"),
    (Field::MinOrderQuantity, 10, "min order quantity|min order qty|minimum order quantity|minimum order qty|moq|minimum order|min order|\
        min qty|minimum quantity|min quantity|minimum qty|mindestbestellmenge|mindestmenge|mindestabnahme|commande minimum|\
        quantité minimum|pedido mínimo|minimalne zamówienie|минимальный заказ|мин заказ|最小起订量|最低起订量|起订量|最小注文数量"),
    (Field::Availability, 10, "availability|in stock|is in stock|instock|stock status|availability status|is available|stock availability|\
        stock state|inventory status|verfügbarkeit|verfuegbarkeit|lieferbarkeit|lieferstatus|disponibilité|disponibilite|\
        disponibilidad|disponibilidade|disponibilità|dostępność|dostepnosc|наличие|в наличии|在庫|在庫状況|有货|是否有货|재고|en stock|\
        auf lager|beschikbaarheid"),

    (Field::Seller, 10, "seller|seller name|sold by|merchant|merchant name|retailer|retailer name|shop|shop name|store|store name|supplier|\
        supplier name|dealer|dealer name|distributor|reseller|seller username|seller id|verkäufer|verkaeufer|händler|haendler|anbieter|\
        lieferant|vendeur|marchand|boutique|vendedor|tienda|loja|venditore|negozio|sprzedawca|sklep|продавец|магазин|поставщик|\
        出品者|販売店|ショップ|店舗|店舗名|卖家|賣家|店铺|店鋪|판매자|verkoper|säljare|satıcı"),

    (Field::Region, 10, "region|geographic region|geo region|geo|seller region|market region|region code|gebiet|région|región|região|regione|регион|地域|地区"),
    (Field::Region, 20, "country|country code|item country|seller country|ships from country|country of seller|land|pays|país|pais|paese|kraj|страна|\
        国|国家|원산지"),
    (Field::Region, 30, "location|item location|seller location|ships from|ship from|shipping from|shipped from|standort|artikelstandort|\
        emplacement|localisation|ubicación|localização|lokalizacja|местоположение|город|所在地|发货地"),
    (Field::Region, 40, "region name|country name|market"),

    (Field::SourceUrl, 10, "source url|listing url|product url|item url|offer url|page url|url|link|product link|item link|listing link|\
        source link|item web url|permalink|href|web url|weblink|web link|product page|url produit|lien|enlace|liên kết|adres url|\
        ссылка|リンク|商品url|链接|連結|링크"),
    (Field::SourceType, 10, "source type|source kind|seller type|listing type|type of source|channel type|sales channel"),

    (Field::SeenAt, 10, "seen at|last seen|last seen at|seen|seen on|date seen|observed at|observed on|observation date|as of|as of date"),
    (Field::SeenAt, 12, "fetched at|fetched|fetch date|fetch time|scraped at|scraped|scrape date|scraped date|scraped on|scraping date|\
        crawled at|crawl date|crawl time|crawled|collected at|collection date|captured at|capture date|retrieved at|retrieved|\
        retrieval date|snapshot date|snapshot at|snapshot time|snapshot|extracted at|extraction date|exported at|export date|\
        checked at|last checked|date checked|recorded at|polled at|as at|stand"),
    (Field::SeenAt, 30, "timestamp|date|datetime|date time|time|datum|date relevé|fecha|data pobrania|дата|日付|日時|日期|抓取时间|取得日時|날짜"),
    (Field::SeenAt, 40, "listing date|date listed|listed at|listed on|date posted|posted at|posted on|listing time|price date|last updated|\
        last update"),

    (Field::Age, 10, "listing age|age|listing freshness|freshness|age of listing|listed|posted"),

    (Field::Notes, 10, "notes|note|bulk notes|listing notes|seller notes|remarks|remark|comments|comment|additional info|\
        additional information|details|anmerkung|anmerkungen|bemerkung|bemerkungen|hinweis|hinweise|remarques|commentaire|commentaires|\
        notas|observaciones|observações|note aggiuntive|uwagi|примечание|примечания|комментарий|комментарии|備考|备注|備註|비고|condition notes|\
        condition description"),
    (Field::Notes, 20, "description|item description|product description|short description|subtitle|sub title|untertitel|beschreibung|\
        artikelbeschreibung|descripción|descrição|descrizione|opis|описание|説明|商品説明|描述|설명|specs|specifications|specification"),
    (Field::Notes, 30, "long description|desc|body html|body"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_has_two_ranks_within_one_field() {
        let mut ranks = std::collections::BTreeMap::new();
        for &(field, rank, words) in TABLE {
            for word in words.split('|') {
                assert!(!reduce(word).is_empty(), "{word}");
                let first = *ranks.entry((field, reduce(word))).or_insert(rank);
                assert_eq!(first, rank, "{word} under {field:?}");
            }
        }
    }

    #[test]
    fn reads_prices_with_their_currency_in_any_spelling() {
        for (header, code) in [
            ("Price_USD", "USD"),
            ("price (usd)", "USD"),
            ("priceUsd", "USD"),
            ("USD price", "USD"),
            ("price_eur", "EUR"),
            ("Preis (€)", "EUR"),
            ("Preis in EUR", "EUR"),
            ("PRICE [GBP]", "GBP"),
            ("Price ($)", "USD"),
            ("価格(円)", "JPY"),
            ("价格(元)", "CNY"),
            ("Цена, руб.", "RUB"),
            ("Cena (zł)", "PLN"),
            ("Preço (R$)", "BRL"),
            ("unit_price_cad", "CAD"),
        ] {
            let meaning = meaning_of(header);
            assert_eq!(
                meaning.roles.first().map(|role| role.0),
                Some(Field::Price),
                "{header}"
            );
            assert_eq!(meaning.currency, Currency::parse(code), "{header}");
        }
    }

    #[test]
    fn takes_no_other_number_for_a_price() {
        for header in [
            "Price_Sort",
            "price per gb",
            "price_change",
            "shipping price",
            "MSRP",
            "compare_at_price",
            "Pricing_Anomaly_Flag",
            "cost",
            "usd",
            "memory",
            "",
        ] {
            assert_eq!(meaning_of(header), Meaning::default(), "{header}");
        }
    }
}
