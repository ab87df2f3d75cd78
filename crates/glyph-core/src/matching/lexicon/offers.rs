//! Words that tell what is offered: a card, a system, an accessory, something else, or nothing at all. English,
//! German, French, Spanish, Portuguese, Italian, Polish, Russian and a little of others, as marketplaces write them.

use crate::matching::term::Term;

/// Words and phrases by meaning, `|` between them. Of a word that stands twice, the first meaning counts.
pub(super) const WORDS: &[(Term, &str)] = &[
    (
        Term::GpuNoun,
        "gpu|gpus|gfx|vgpu|graphics card|graphics cards|graphic card|graphic cards|graphics board|graphic board|graphic bo|\
         video card|video cards|videocard|videocards|graphicscard|display card|vga card|graphics adapter|graphics unit|\
         graphics processing unit|graphics processor|graphics accelerator|gpu accelerator|computing processor|\
         computing accelerator|tensor core gpu|accelerator card|compute card|computing card|ai accelerator|mining card|\
         mining gpu|видеокарта|видеокарты|видеокарту|видеокарт|відеокарта|відеокарту|графическая карта|ускоритель|\
         placa de video|placas de video|placa video|placa grafica|placa vga|grafikkarte|grafikkarten|grafikarte|\
         carte graphique|cartes graphiques|tarjeta grafica|tarjeta de video|tarjetas graficas|tarjeta video|\
         scheda video|scheda grafica|karta graficzna|karty graficzne|videokaart|grafische kaart|grafikkort|\
         naytonohjain|ekran karti|graficka karta|placi video|vga graphics",
    ),
    (
        Term::Laptop,
        "laptop|laptops|notebook|notebooks|ultrabook|chromebook|macbook|thinkpad|ideapad|loq|zephyrus|zenbook|vivobook|\
         expertbook|elitebook|probook|zbook|latitude|inspiron|vostro|victus|pavilion|helios|msi katana|\
         acer aspire|aspire|surface book|razer blade|matebook|galaxy book|strix scar|rog flow|legion|portatil|portatile|\
         pc portable|ordinateur portable|ноутбук|ноутбука|лэптоп|dizustu|laptopa|proart studiobook|studiobook|travelmate|aero 15|aero 17",
    ),
    (
        Term::Computer,
        "pc|pcs gaming|desktop|desktops|computer|computers|workstation|workstations|mini pc|nuc|all in one|prebuilt|\
         pre built|gaming pc|gaming rig|gaming computer|pc gamer|pc gaming|computador|computadora|ordenador|ordinateur|rechner|\
         komputer|optiplex|thinkstation|thinkcentre|prodesk|elitedesk|ideacentre|imac|mac mini|mac studio|\
         системный блок|системник|компьютер|компьютера|пк|комп|desktop pc|alienware aurora|zbox|deskmini|tower|setup gamer|cpu gamer|barebone|skytech|ibuypower|\
         cyberpowerpc|z8 g4|z6 g4|z4 g4",
    ),
    (
        Term::Server,
        "server|servers|сервер|сервера|servidor|serveur|superserver",
    ),
    (
        Term::Rig,
        "rig|rigs|gpu system|gpu systems|gpu node|gpu cluster|риг|майнинг ферма|mining farm|ферма",
    ),
    (Term::Baseboard, "hgx|dgx|egx|superpod|basepod|baseboard"),
    (
        Term::Processor,
        "cpu|cpus|processor|processors|ryzen|xeon|threadripper|epyc|athlon|apu|apus|celeron|pentium|core ultra|intel core|core i|\
         процессор|процессора|processador|procesador|prozessor|processeur|apple silicon|snapdragon|bionic|райзен|fx 8350",
    ),
    (
        Term::Storage,
        "ssd|hdd|nvme|hard drive|hard disk|tb|тб|to ssd|emmc|festplatte|жесткий диск",
    ),
    (
        Term::SystemMemory,
        "ddr4|ddr5|lpddr4|lpddr5|udimm|rdimm|sodimm|so dimm|dimm|lrdimm",
    ),
    (
        Term::SystemHint,
        "windows|win|win10|win11|wifi|wi fi|bluetooth|fhd|qhd|uhd|wqxga|ips|touchscreen|ram|озу|mac pro|alienware|omen|precision|xps|\
         poweredge|proliant|acer nitro|macos|pcie ssd|watercooled pc|tela|pouces|zoll|pulgadas|полегадas|memoria ram|bildschirm|azerty|\
         qwerty|qwertz|оперативной|dvd|rtx studio|zoll display",
    ),
    (
        Term::Accessory,
        "waterblock|water block|waterblocks|wasserblock|wasserkuhler|водоблок|bloco de agua|bloque de agua|gpu block|ekwb block|\
         backplate|back plate|backplates|riser|risers|riser cable|райзер|shroud|fan shroud|thermal pad|thermal pads|thermal paste|\
         power cable|power cord|power adapter|extension cable|cable extension|psu cable|pcie cable|8 pin cable|io shield|i o shield|\
         keychain|key chain|enclosure|sticker|stickers|decal|badge|logo|gpu holder|gpu mount|gpu mounting|card holder|gpu stand|gpu support|support bracket|\
         sag bracket|anti sag|gpu brace|mounting kit|mount kit|mounting bracket|vertical mount|vertical gpu|low profile bracket|\
         lp bracket|full height bracket|half height bracket|fh bracket|profile bracket|bracket only|heatsink only|heat sink only|cooler only|fan only|\
         fans only|shroud only|backplate only|empty box|box only|only box|caixa vazia|leerkarton|ovp leer|leere verpackung|boite vide|solo caja|\
         scatola vuota|пустая коробка|коробка от|коробка|packaging only|retail box only|no gpu|no card|bare pcb|pcb only|pcb board only|\
         bga chip|bga chipset|gpu chip|graphics chip|ic chip|video memory chip|memory chip|vram chip|vram chips|reballing stencil|stencil|\
         replacement fan|replacement fans|cooling fan|cooling fans|cooler fan|gpu fan|gpu fans|fan replacement|fans replacement|fan kit|\
         gpu cooler|graphics card cooler|graphics card fan|video card fan|gpu heatsink|cooling kit|cooling duct|fan duct|air duct|fan adapter|fan mod|\
         dust cover|dust filter|carry case|egpu dock|gpu dock|mining frame|open frame|frame case|ventola|lufter|kuhler|\
         кулер для|вентилятор|вентиляторы|вентилятора|система охлаждения|радиатор|кабель питания|кронштейн|переходник|крепление|\
         cabo de forca|suporte gpu|suporte para placa|suporte placa|suporte de placa|ventoinha|cooler para|ventilador|ventiladores|soporte|halterung|\
         support gpu|dissipador|dissipateur|uchwyt|chlodzenie|wentylator|kabel|usermanual|user manual|manual|driver cd|driver disk|\
         terminal block|sync ii|quadro sync|sync card|g sync module|dummy|poster|t shirt|tshirt|mug|mousepad|mouse pad|funko|miniature|\
         replica|toy|model kit|paperweight|wall art|water cooling kit|aio bracket|gpu bracket|heat pipe|vapor chamber|heat spreader|adapter board|carrier board|sxm adapter|\
         keycap|keycaps|lego model|12vhpwr cable|cablemod|strimer|cooler assembly|fan set|fan sets|block only|accelero|thermal putty|\
         displayport bracket|gpu die|memory chips|no core|without gpu core|warranty extension|repair service|preorder deposit|\
         pre order deposit|invoice copy|serial number label|email receipt|paper print|3d print|3d printed|stl|leer|\
         grafikkartenhalter|ventilateur|ventilateurs|caja vacia|nur verpackung",
    ),
    (
        Term::Part,
        "fan|fans|cooler|coolers|heatsink|heatsinks|heat sink|radiator|bracket|brackets|cable|cables|adapter|adapters|adaptor|\
         connector|holder|stand|screws|screw|plate|caixa|box for|suporte|cabo|adaptador|halter|кабель|вентиляторами|fan assembly|\
         cooling|cover|pads|pcb|chip|chips|module kit|support|dongle|lights|frame",
    ),
    (Term::Bridge, "bridge|brg|bruecke|brucke|мост|ponte|puente"),
    (Term::Link, "nvlink|nv link|sli|crossfire|nvlinks"),
    (
        Term::Licence,
        "license|licence|licenses|licences|subscription|lizenz|licenca|licencia|лицензия|vpc|vapps|ai enterprise",
    ),
    (
        Term::Goods,
        "motherboard|motherboards|mainboard|mobo|placa mae|placa madre|carte mere|материнская|материнская плата|keyboard|\
         headset|headphone|headphones|earbuds|earphones|smartphone|phone|iphone|ipad|tablet|playstation|xbox|nintendo|console|\
         consoles|gamepad|controller for|dualsense|dualshock|printer|printers|scanner|projector|projectors|router|webcam|camera|\
         cameras|camcorder|lens|psu|power supply|power supplies|fonte|netzteil|alimentation|блок питания|capture card|capture|\
         capture box|capture device|video capture|game capture|recorder|encoder|encoders|decoder|decoders|transcoder|converter|converters|scaler|scalers|\
         extractor|embedder|splitter|splitters|switcher|extender|kvm|dock|docking station|hard drives|sound card|network card|network adapter|\
         nic|ethernet|hba|raid|raid card|sd card|memory card|gift card|sim card|graphics tablet|drawing tablet|shoes|boots|jacket|sneakers|\
         drone|speaker|speakers|soundbar|microphone|chair|bike|bicycle|toner|cartridge|ink|jetson|shield|raspberry|geforce now|g sync|gsync|\
         freesync|xavier|orin|switch|nas|ups|antenna|cooler master|aio cooler|cpu cooler|liquid cooler|computer case|pc case|chassis|mid tower|gabinete|gehause|\
         корпус|монитор|monitor|monitors|клавиатура|мышь|наушники|телефон|смартфон|планшет|телевизор|tv|television|televisao|televisor|\
         celular|teclado|fone|caixa de som|impressora|cadeira|bildschirm|tastatur|kopfhorer|drucker|handy|fernseher|ecran|clavier|souris|casque|\
         smartwatch|watch|guitar|amplifier|receiver|subwoofer|turntable|synthesizer|lego|book|dvd player|vhs|game boy|gameboy|ddr3 ram|\
         memory kit|ram kit|sodimm kit|thunderbolt dock|barcode|thermostat|vacuum|blender|epson|lexus|mazda|toyota|bmw|mercedes|honda|\
         yamaha|canon|nikon|garmin|sennheiser|bose|gore tex|goretex|salomon|adidas|nike|asics|brooks|puma|bluray|blu ray|wifi card|signal generator|\
         dualhead2go|digital signage player|streaming appliance|video wall processor|video mixer|video bridge|av bridge",
    ),
    (
        Term::GoodsHint,
        "case|mouse|signage|multi display|multi monitor|usb|hub|drive|drives|charger|battery|tower case|flash|adapter cable",
    ),
    (
        Term::Wanted,
        "wtb|wanted|want to buy|looking for|looking to buy|iso|ищу|куплю|procuro|compro|suche|gesucht|cherche|recherche|busco|cerco|kupie|\
         searching for|in search of|skupka|скупка|выкуп|we buy|buying|trade for|wtt|swap|kaufe|ankauf",
    ),
    (
        Term::Rental,
        "rent|rental|rentals|renting|per hour|hourly|per month|monthly|hosting|cloud|lease|leasing|аренда|аренду|aluguel|alugar|mieten|miete|\
         location|alquiler|noleggio|gpu hour|gpu hours|vps|virtual machine|vm with|windows vm",
    ),
    (
        Term::Picture,
        "picture of|picture only|pictures of|photo of|photo only|photos of|photograph of|image of|image only|drawing of|print of|screenshot|jpeg of|foto von|foto de|nur bild|фото",
    ),
    (
        Term::For,
        "for|fur|pour|para|per|dla|для|voor|compatible|compatible with|fits|fit|kompatibel|compativel|suitable|works with|за|pod|under|designed|fitting|ready|support for|supports|supporting|recommended|required|needs|up to",
    ),
    (
        Term::With,
        "with|w|mit|avec|com|con|z|с|со|met|incl|includes|including|included|inkl|plus|inclui|inclus|and|und|et|y|e|и|i|bundle|combo|bonus|free|comes|has|featuring|feat|having|installed",
    ),
    (
        Term::Without,
        "without|no|ohne|sans|sem|sin|bez|без|senza|missing|lacks|w o|not included|minus|broken|faulty|bad|failed|noisy|damaged|defective|dead",
    ),
    (Term::Or, "or|oder|ou|o|или|vs option|either"),
    (Term::Only, "only|nur|apenas|solo|seulement|только"),
    (
        Term::Versus,
        "vs|versus|replaces|replace|replacing|better than|faster than|similar|similar to|equivalent|equivalent to|equal to|like|comparable|upgrade from|successor|beats|than|not a|not an|instead of|alternative|close to",
    ),
    (
        Term::Replacement,
        "replacement|spare|repair|part|parts|ersatz|ersatzteil|запчасть|reposicao|repuesto",
    ),
    (
        Term::Pieces,
        "pcs|pc s|pieces|piece|pcs lot|units|unit|cards|stuck|stueck|stk|stck|шт|штук|штуки|штука|unidades|unidade|und s|pecas|pezzi|pz|sztuk|szt|pieces lot|ea|each|boards|st k",
    ),
    (
        Term::Lot,
        "lot|lots|lot of|set of|pack of|bundle of|qty|quantity|quantidade|cantidad|menge|batch|batch of|job lot|joblot|bulk lot|lote|lote de|лот|конволют|anzahl|kit of|pack|set",
    ),
    (Term::Pair, "pair|pair of|paar|par|par de|пара|matched pair"),
    (Term::Times, "x|х"),
];

/// Words of scripts written without spaces.
pub(super) const SCRIPT_WORDS: &[(Term, &str)] = &[
    (Term::Nvidia, "英伟达|英偉達|エヌビディア|엔비디아"),
    (Term::Tesla, "特斯拉"),
    (Term::Geforce, "精视|지포스|ジーフォース"),
    (Term::Radeon, "镭龙|라데온|ラデオン"),
    (Term::Quadro, "丽台|麗臺|쿼드로"),
    (
        Term::Brand,
        "华硕|華碩|技嘉|微星|七彩虹|影驰|影馳|耕升|索泰|映众|映眾|蓝宝石|藍寶石|蓝宝|讯景|訊景|撼讯|撼訊|铭瑄|銘瑄|盈通|瀚铠|华擎|迪兰|戴尔|联想|惠普|玄人志向",
    ),
    (
        Term::BoardLine,
        "猛禽|火神|魔龙|超龙|雪鹰|战斧|白金|公版|涡轮|三风扇|双风扇|雙風扇|三風扇|单风扇|刀卡|半高|水神|名人堂",
    ),
    (
        Term::GpuNoun,
        "显卡|顯卡|显示卡|顯示卡|绘图卡|繪圖卡|运算卡|计算卡|加速卡|图形卡|算力卡|グラフィックボード|グラフィックスボード|グラフィックカード|グラフィックスカード|ビデオカード|グラボ|그래픽카드|그래픽 카드",
    ),
    (
        Term::Laptop,
        "笔记本|筆電|筆記型電腦|ノートパソコン|ノート|노트북|游戏本",
    ),
    (
        Term::Computer,
        "整机|主机|台式机|电脑|電腦|工作站|一体机|デスクトップ|パソコン|ゲーミングpc|ワークステーション|데스크탑|컴퓨터|본체",
    ),
    (Term::Server, "服务器|伺服器|サーバー|サーバ|서버"),
    (Term::Rig, "矿机|礦機"),
    (
        Term::Accessory,
        "风扇|風扇|散热器|散熱器|水冷头|水冷板|冷头|背板|转接线|转接卡|延长线|支架|包装盒|空盒|供电线|水枕|水冷散热|水ブロック|ファンのみ|箱のみ|冷却ファン|バックプレート|ライザー|쿨러|브라켓|라이저",
    ),
    (
        Term::Goods,
        "主板|マザーボード|메인보드|内存条|显示器|モニター|모니터|电源|電源|キーボード|手机|相机|カメラ",
    ),
    (Term::Processor, "处理器|プロセッサ"),
    (Term::Wanted, "求购|收购|回收|買取|買います"),
    (Term::Rental, "租赁|出租|レンタル|租用"),
    (Term::For, "适用|適用|用于|对应|対応|兼容"),
    (Term::Pieces, "张|張|枚|片|块|個|个|개|장"),
    (Term::Gigabyte, "ギガ|기가"),
];
