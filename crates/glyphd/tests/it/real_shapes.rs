//! Sources in the shapes that shops and scrapers give: each imports whole, with positions that hold.

use std::io::Write as _;

use crate::harness::Place;

/// Imports, checks, and compares the spans of all rejects with the bytes of the plain source.
fn takes(name: &str, bytes: &[u8], plain: &[u8], rows: u64, scored: u64) {
    let place = Place::new();
    let report = place.import(&place.write(name, bytes), &[]);
    assert_eq!(report["total_rows"], rows, "{name}: {report}");
    assert_eq!(report["scored_rows"], scored, "{name}: {report}");
    place.holds();
    let connection = rusqlite::Connection::open(place.database()).unwrap();
    let mut statement = connection
        .prepare("SELECT byte_start, byte_len, raw FROM rejected_rows")
        .unwrap();
    let spans: Vec<(i64, i64, Vec<u8>)> = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for (start, length, raw) in spans {
        let (start, length) = (start as usize, length as usize);
        assert_eq!(plain.get(start..start + length).unwrap(), raw, "{name}");
    }
}

const PLAIN: &str = "title,price,condition\nNVIDIA L4 24GB,$2399,New\nNVIDIA T4 16GB,Quote,Used\nDell 24\" screen,$80,New\nNVIDIA A2 16GB,$800\n";

#[test]
fn csv_with_every_delimiter_line_end_and_mark() {
    for delimiter in [",", ";", "\t", "|"] {
        for line_end in ["\n", "\r\n", "\r"] {
            for mark in ["", "\u{feff}"] {
                let text = format!(
                    "{mark}{}",
                    PLAIN.replace(',', delimiter).replace('\n', line_end)
                );
                takes("rows.csv", text.as_bytes(), text.as_bytes(), 4, 1);
            }
        }
    }
}

#[test]
fn utf_16_and_windows_1252() {
    for big in [true, false] {
        let mut bytes = Vec::new();
        for unit in "\u{feff}".encode_utf16().chain(PLAIN.encode_utf16()) {
            bytes.extend(if big {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            });
        }
        takes("rows.csv", &bytes, &bytes, 4, 1);
    }
    let latin = b"title,price,seller\nNVIDIA L4 24GB,2.399 \x80,M\xfcller\nNVIDIA T4,Anfrage \xfcblich,M\xfcller\n";
    let place = Place::new();
    let report = place.import(&place.write("latin.csv", latin), &[]);
    assert_eq!(report["findings"]["windows_1252_rows"], 2);
    assert_eq!(place.sql::<String>("SELECT seller FROM offers"), "Müller");
    assert_eq!(place.sql::<String>("SELECT currency FROM offers"), "EUR");
    takes("latin.csv", latin, latin, 2, 1);
}

#[test]
fn packed_sources_have_positions_in_the_plain_file() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(PLAIN.as_bytes()).unwrap();
    takes(
        "rows.csv.gz",
        &gzip.finish().unwrap(),
        PLAIN.as_bytes(),
        4,
        1,
    );
    let zstd = zstd::encode_all(PLAIN.as_bytes(), 3).unwrap();
    takes("rows.csv.zst", &zstd, PLAIN.as_bytes(), 4, 1);
}

#[test]
fn json_in_its_shapes() {
    let lines = "{\"title\":\"NVIDIA L4 24GB\",\"price\":2399.00}\n\n{\"title\":\"NVIDIA T4 16GB\",\"price\":null}\n[1]\n{\"title\":\"NVIDIA A2 16GB\",\"price_usd\":\"800\"}\n";
    takes("rows.jsonl", lines.as_bytes(), lines.as_bytes(), 4, 2);
    let array = "[\n {\"title\": \"NVIDIA L4 24GB\", \"price\": \"$2,399\"},\n {\"title\": \"NVIDIA L4\", \"price\": -1}\n]\n";
    takes("rows.json", array.as_bytes(), array.as_bytes(), 2, 1);
    let shop = "{\"products\": [{\"title\": \"NVIDIA L4 24GB PCIe\", \"handle\": \"l4\", \"vendor\": \"PNY\", \"variants\": [{\"id\": 1, \"title\": \"New\", \"price\": \"2399.00\"}, {\"id\": 2, \"title\": \"Used\", \"price\": \"0.00\"}]}]}";
    takes("products.json", shop.as_bytes(), shop.as_bytes(), 2, 1);
}
