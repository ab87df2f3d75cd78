//! Words that stand in the names of cards and around them.

use crate::matching::term::Term;

/// Words and phrases by meaning, `|` between them. Of a word that stands twice, the first meaning counts.
pub(super) const WORDS: &[(Term, &str)] = &[
    (
        Term::Nvidia,
        "nvidia|nv|nvidea|nvida|nividia|nvdia|нвидиа|нвидия|энвидиа",
    ),
    (Term::Amd, "amd|ati|амд"),
    (Term::Intel, "intel|интел"),
    (Term::Matrox, "matrox"),
    (
        Term::Geforce,
        "geforce|ge force|gforce|geforec|gefroce|gefore|gefoce|geoforce|джифорс|жифорс|гефорс",
    ),
    (Term::Quadro, "quadro|quaddro|квадро"),
    (Term::Tesla, "tesla|тесла"),
    (Term::Grid, "grid"),
    (
        Term::Radeon,
        "radeon|raedon|radion|radeom|радеон|radeonpro|rdnp|rdn",
    ),
    (Term::Instinct, "instinct"),
    (
        Term::FirePro,
        "firepro|fire pro|firegl|fire gl|firestream|firemv",
    ),
    (Term::Arc, "arc"),
    (Term::NvidiaClass, "rtx|gtx|gts|nvs|cmp|ртх|гтх|ртикс|гтикс"),
    (Term::AmdClass, "rx|рх"),
    (Term::WeakClass, "gt|hd|fx|r5|r7|r9|vega|titan|гт"),
    (Term::Pro, "pro"),
    (
        Term::NameFiller,
        "edition|ed|generation|gen|founders|founder|series|architecture|tensor|core|lovelace|graphics|graphic|data center|datacenter|professional|oem",
    ),
    (
        Term::Brand,
        "msi|asus|gigabyte|evga|zotac|palit|gainward|inno|colorful|galax|galaxy|kfa|pny|sapphire|powercolor|xfx|his|\
         visiontek|asrock|biostar|sparkle|gunnir|maxsun|yeston|manli|leadtek|afox|arktek|elsa|bfg|ecs|foxconn|jaton|\
         peladn|mllse|soyo|veineda|onda|ninja|sinotex|axle|point of view|club 3d|vtx|dell|hp|hpe|lenovo|cisco|\
         supermicro|fujitsu|ibm|hewlett packard|hewlett packard enterprise|inspur|huawei|superx|51risc|cvn|kuroutoshikou|\
         玄人志向|asl|wintec|pcwinmax|kllisre|jieshuo|dataland|forsa|sniper|pcyes|galaxhof|acer|predator|gigabit|gigabait|палит|палите|асус|гигабайте|гигабит|мси|мсі|зотак|сапфир|сапфір|евга|паверколор|gainward|kfa2|onix|lanix|revenger|duex|tgt|mancer|superframe|brazilpc|pcwinmax|goline|bluecase|afox|vxpro|biostar",
    ),
    (
        Term::BoardLine,
        "noctua oc|noctua edition|asus noctua|ventus|suprim|tuf|strix|rog|dual|proart|windforce|aorus|eagle|gamerock|gamingpro|jetstream|stormx|twinx|ichill|\
         trio|twin edge|twinedge|trinity|amp|verto|uprising|nitro|pulse|toxic|hellhound|red devil|red dragon|reddevil|\
         fighter|speedster|merc|qick|swft|mech|armor|challenger|phantom gaming|taichi|steel legend|ftw|xc|kingpin|\
         hydro copper|hof|igame|battle ax|battleax|tomahawk|neptune|sea hawk|seahawk|lightning|gaming x|gaming z|\
         twin frozr|frozr|directcu|dcu|iceq|turbo|blower|phoenix|prime|inspire|vanguard|shadow|aero|vision|gaming oc|\
         acx|icx|epic x|megamini|lp brk|ghost|panther|python|tri x|trixx|nitro plus|thicc|black wolf|expert|windstorm|\
         bifrost|slim|xlr8|twin fan|dual fan|triple fan|tri fan|solo|ultra gaming|black gaming|astral|founders edition|founder edition|ekwb|gaming trio|hybrid|ultra w|colorfire|igame vulcan|vulcan|battle axe|battleax|rev a|quicksilver|kingbank|noctua edition|proart|megalodon|power edition",
    ),
    (
        Term::SuperFollower,
        "clocked|overclock|overclocked|alloy|charged",
    ),
    (Term::None, "max q|low profile"),
    (
        Term::MemoryType,
        "gddr|gddr2|gddr3|gddr4|gddr5|gddr5x|gddr6|gddr6x|gddr7|hbm|hbm2|hbm2e|hbm3|hbm3e",
    ),
    (
        Term::Gigabyte,
        "gb|gib|gig|gigs|giga|gigabytes|гб|гиг|гига|гигов|гигабайт|гигабайта|go|gbyte|gddrgb|гігабайт|гігабайти",
    ),
    (Term::Megabyte, "mb|mib|мб|mo|meg"),
    (Term::Form, "sxm|sxm2|sxm3|sxm4|sxm5|sxm6|oam|mxm|nvl"),
    (Term::PciExpress, "pcie|pci e|pci express|pci-e|pcix|pci"),
    (
        Term::Unit,
        "hz|mhz|ghz|khz|w|watt|watts|v|volt|mm|cm|bit|bits|gbps|mbps|mah|rpm|kg|lb|lbs|oz|nits|db|fps|k|p|px|inch|inches|\
         in|usd|eur|gbp|вт|мм|бит|гц|mp|ml|km|months|month|years|year|hours|days|amp hours|ghs|mhs|mh",
    ),
    (
        Term::Harmless,
        "oc|lhr|lp|oem|box|bulk|fe|edge|evo|white|black|gaming|game|blower|passive|active|mini|itx|hdmi|dp|mdp|dvi|vga|\
         fhr|nh|fh|hh|lc|aib|new|used|usado|seminova|nova|б у|бу|rev|ver|version|refurbished|renewed|genuine|original",
    ),
];

/// Spellings that mean the same word. The value is what registry names say.
pub(super) fn canonical(word: &str) -> &str {
    match word {
        "ртх" | "ртикс" => "rtx",
        "гтх" | "гтикс" => "gtx",
        "рх" => "rx",
        "гт" => "gt",
        "ти" | "ті" => "ti",
        "супер" | "supper" | "supr" | "suped" | "supers" | "سوبر" | "סופר" => "super",
        "geforec" | "gefroce" | "gefore" | "gefoce" | "geoforce" | "gforce" | "джифорс"
        | "жифорс" | "гефорс" => "geforce",
        "quaddro" | "квадро" => "quadro",
        "тесла" => "tesla",
        "raedon" | "radion" | "radeom" | "радеон" | "rdn" => "radeon",
        "нвидиа" | "нвидия" | "энвидиа" | "nvidea" | "nvida" | "nividia" | "nvdia" | "nv" => {
            "nvidia"
        }
        "blacks" => "black",
        "titans" => "titan",
        "pciexpress" | "pci" | "pci-e" => "pcie",
        _ => word,
    }
}

/// The suffixes of names in scripts without spaces, and what registry names say.
pub(super) const SCRIPT_SUFFIXES: &[(&str, &str)] = &[
    ("슈퍼", "super"),
    ("スーパー", "super"),
    ("ซุปเปอร์", "super"),
    ("티아이", "ti"),
    ("ティーアイ", "ti"),
];

/// Letters that begin a run and are a word by themselves whatever follows: `rtxpro`, `geforcegtx`, `nvidiartx`.
pub(super) const PREFIXES: &[&str] = &[
    "nvidia", "geforce", "radeon", "quadro", "firepro", "rtx", "gtx",
];

/// Letters that end a run and are a word by themselves whatever precedes: `gfrtx`, `primegeforce`, `ocgddr`.
pub(super) const SUFFIXES: &[&str] = &[
    "geforce", "radeon", "quadro", "rtx", "gtx", "gddr", "ddr", "hbm",
];

/// Letters that begin a run if what follows is a known word: `tisuper`, `tioc`, `xtoc`, `rxvega`.
pub(super) const PREFIXES_BEFORE_WORDS: &[&str] = &[
    "ti", "super", "xtx", "xt", "gre", "rx", "axrx", "oc", "gb", "tesla", "arc", "dual", "pro",
    "hbm", "pcie", "ada",
];
