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
         naytonohjain|ekran karti|graficka karta|placi video|vga graphics|\
         відеокарти|відеокартою|видеокартой|видеокарте|відюха|видюха|видюху|видяха|видеоадаптер|відеоадаптер|графический ускоритель|placa de vídeo|placas de vídeo|placas graficas|placa aceleradora|aceleradora grafica|tarjetas de video|tarjeta de vídeo|schede video|schede grafiche|karta grafiki|grafik kartı|ekran kartı|ekran karti|grafische kaarten|carte video|cartes video|karty grafiki|vga karty|grafikai kartya|videokartya|card do hoa|card man hinh|vga card|graphics accelerators|discrete gpu|discrete graphics|видео карта|видео карты|видео карту|відео карта|відео карту",
    ),
    (
        Term::Laptop,
        "rog ally|xg mobile|steam deck|legion go|лаптоп|nesiojamas|nesiojamas kompiuteris|sulearvuti|kannettava|لابتوب|לפטופ|מחשב נייד|laptop|laptops|notebook|notebooks|ultrabook|chromebook|macbook|thinkpad|ideapad|loq|zephyrus|zenbook|vivobook|\
         expertbook|elitebook|probook|zbook|latitude|inspiron|vostro|victus|pavilion|helios|msi katana|\
         acer aspire|aspire|surface book|razer blade|matebook|galaxy book|strix scar|rog flow|legion|portatil|portatile|\
         pc portable|ordinateur portable|ноутбук|ноутбука|лэптоп|dizustu|laptopa|proart studiobook|studiobook|travelmate|aero 15|aero 17|\
         ноутбуки|ультрабук|нетбук|cyborg|katana|sword 15|bravo 15|stealth 16|thin 15|zephyrus g14|tuf a15|tuf f15|tuf dash|swift x|predator helios|nitro 5|nitro v|gaming laptop|computadora portatil|ordinateur portable gamer|dell g15|dell g5|dell g3|m6700|m6800|m4700|m4800|thinkbook|yoga|gram|travelmate",
    ),
    (
        Term::Computer,
        "kompiuteris|dators|arvuti|komputer gaming|كمبيوتر|تجميعة|מחשב|מחשב גיימינג|pc|pcs gaming|desktop|desktops|computer|computers|workstation|workstations|mini pc|nuc|all in one|prebuilt|\
         pre built|gaming pc|gaming rig|gaming computer|pc gamer|pc gaming|computador|computadora|ordenador|ordinateur|rechner|\
         komputer|optiplex|thinkstation|thinkcentre|prodesk|elitedesk|ideacentre|imac|mac mini|mac studio|\
         системный блок|системник|компьютер|компьютера|пк|комп|desktop pc|alienware aurora|zbox|deskmini|tower|setup gamer|cpu gamer|barebone|skytech|ibuypower|\
         cyberpowerpc|z8 g4|z6 g4|z4 g4|\
         serwer|башня|desktop pc|gaming desktop|computador|torre gaming|torre gamer|pc gaming|gaming tower|komputery|комп ютер|комп'ютер|компьютеры|системний блок|ігровий пк|игровой пк|unidad central|pc completo|pc complet|hp omen desktop|trident|aegis|corsair one|game pc|gamingpc|gaming computer|custom build|full build|pc build|gaming build|setup|optimum|zotac magnus|mac pro|egpu with|egpu|lambda vector|lambda scalar|lambda hyperplane|exxact|shuttle xpc|razer core",
    ),
    (
        Term::Server,
        "server|servers|сервер|сервера|servidor|serveur|superserver|rtx pro server|rtx pro servers|\
         servers|serwer|serwery|gpu server|rack server|сервери|blade server|storage server|nf5288m5|r740|r730|r720|dl380|dl360|ml350|sys 4029|superserver",
    ),
    (
        Term::Rig,
        "rig|rigs|gpu system|gpu systems|gpu node|gpu cluster|риг|майнинг ферма|mining farm|ферма|\
         ферми|майнінг ферма|майнинг риг|майнинговая ферма|mining rigs|mining farms|rig de mineracao|rig minería|rig mineria|koparka|kopalnia|miner rig|miningrig|фермы|ферм|фермой",
    ),
    (
        Term::Baseboard,
        "hgx|dgx|egx|superpod|basepod|baseboard|redstone|nvl72|nvl36",
    ),
    (
        Term::Processor,
        "cpu|cpus|processor|processors|ryzen|xeon|threadripper|epyc|athlon|apu|apus|celeron|pentium|core ultra|intel core|core i|\
         процессор|процессора|processador|procesador|prozessor|processeur|apple silicon|snapdragon|bionic|райзен|fx 8350|\
         процесор|процесора|процессоры|ryzen 3|ryzen 5|ryzen 7|ryzen 9|procesor|processore|core 2 duo|core 2 quad|core 2 extreme|phenom|sempron|opteron|itanium|интел кор",
    ),
    (
        Term::Storage,
        "ssd|hdd|nvme|hard drive|hard disk|tb|тб|to ssd|emmc|festplatte|жесткий диск",
    ),
    (
        Term::SystemMemory,
        "ddr4|ddr5|lpddr4|lpddr5|udimm|rdimm|sodimm|so dimm|dimm|lrdimm|\
         ddr3 1333|ddr3 1600|ddr3 1866|ddr3 1066|ddr4 2133|ddr4 2400|ddr4 2666|ddr4 3200|ddr4 3600|pc3|pc4|pc3l|pc2|оперативная память|оперативка|оперативна память|memoria ram|arbeitsspeicher|hyperx fury|kingston fury|fury beast|fury renegade|fury impact|hyperx blu",
    ),
    (
        Term::SystemHint,
        "windows|win|win10|win11|wifi|wi fi|bluetooth|fhd|qhd|uhd|wqxga|ips|touchscreen|ram|озу|alienware|omen|precision|xps|\
         poweredge|proliant|acer nitro|macos|pcie ssd|watercooled pc|tela|pouces|zoll|pulgadas|полегадas|memoria ram|bildschirm|azerty|\
         qwerty|qwertz|оперативной|dvd|rtx studio|zoll display",
    ),
    (
        Term::Accessory,
        "waterblock|water block|waterblocks|wasserblock|wasserkuhler|водоблок|bloco de agua|bloque de agua|gpu block|ekwb block|\
         backplate|back plate|backplates|riser|risers|riser cable|райзер|shroud|fan shroud|thermal pad|thermal pads|thermal paste|\
         power cable|power cord|power adapter|extension cable|cable extension|psu cable|pcie cable|8 pin cable|io shield|i o shield|\
         keychain|key chain|enclosure|sticker|stickers|decal|badge|logo|gpu holder|gpu mount|gpu mounting|card holder|gpu stand|support bracket|\
         sag bracket|anti sag|gpu brace|mounting kit|mount kit|mounting bracket|vertical mount|vertical gpu|low profile bracket|\
         lp bracket|full height bracket|half height bracket|fh bracket|profile bracket|bracket only|heatsink only|heat sink only|cooler only|fan only|\
         fans only|shroud only|backplate only|empty box|box only|only box|caixa vazia|leerkarton|ovp leer|leere verpackung|boite vide|solo caja|\
         scatola vuota|пустая коробка|коробка от|коробка|packaging only|retail box only|bare pcb|pcb only|pcb board only|\
         bga chip|bga chipset|gpu chip|graphics chip|ic chip|video memory chip|memory chip|vram chip|vram chips|reballing stencil|stencil|\
         replacement fan|replacement fans|cooling fan|cooling fans|cooler fan|gpu fan|gpu fans|fan replacement|fans replacement|fan kit|\
         gpu cooler|graphics card cooler|graphics card fan|video card fan|gpu heatsink|cooling kit|cooling duct|fan duct|air duct|fan adapter|fan mod|\
         dust cover|dust filter|carry case|egpu dock|gpu dock|mining frame|open frame|frame case|ventola|lufter|kuhler|\
         кулер для|вентилятор|вентиляторы|вентилятора|радиатор|кабель питания|кронштейн|переходник|крепление|\
         cabo de forca|suporte gpu|suporte para placa|suporte placa|suporte de placa|ventoinha|cooler para|ventilador|ventiladores|soporte|halterung|\
         support gpu|dissipador|dissipateur|uchwyt|chlodzenie|wentylator|kabel|usermanual|user manual|manual|driver cd|driver disk|\
         terminal block|sync ii|quadro sync|sync card|g sync module|dummy|poster|t shirt|tshirt|mug|mousepad|mouse pad|funko|miniature|\
         replica|toy|model kit|paperweight|wall art|water cooling kit|aio bracket|gpu bracket|heat pipe|vapor chamber|heat spreader|adapter board|carrier board|sxm adapter|\
         keycap|keycaps|lego model|12vhpwr cable|cablemod|strimer|cooler assembly|fan set|fan sets|block only|accelero|thermal putty|\
         displayport bracket|gpu die|memory chips|no core|without gpu core|warranty extension|repair service|preorder deposit|\
         pre order deposit|invoice copy|serial number label|email receipt|paper print|3d print|3d printed|stl|\
         grafikkartenhalter|ventilateur|ventilateurs|caja vacia|nur verpackung|\
         текстолит|текстоліт|platine|leiterplatte|nur karton|karton leer|leere box|ovp karton|nur ovp|boite vide|scatola|scatola vuota|solo scatola|solo la caja|solo caja|caja solo|so a caixa|apenas a caixa|коробки|deshroud|deshroud kit|de shroud|quantum vector|eisblock|heatkiller|bykski|barrow|glacier g30|kryographics|acetal|acrylic|вентилятори|вентилятором|кулери|кулера|кулеры|радіатор|чип gpu|gpu чип|видеочип|відеочип|реболл|реболлинг|bga|reballed|reballing|vapor chamber only|suport para|suporte para gpu|suporte para placa de video|soporte gpu|soporte para|soporte tarjeta|sostegno|supporto per|supporto gpu|grafikkartenhalterung|gpu halterung|gpu halter|grafikkarten halter|zubehor|accessory kit|accessories only|accessory bundle only|dissipatore|dissipatori|ventole|кріплення|підставка|подставка|тримач|держатель|espelho|bracket kit|gpu core|core only|chip only|pcb board|placa pcb|laptop cooler|cooling pad|ventilator grafikkarte|fan duct|duct|shrouds|external gpu enclosure|egpu enclosure|egpu case|egpu adapter|oculink adapter|m 2 to pcie|riser card|риг рама|каркас для|спліттер|gpu power adapter|кабель живлення|переходник питания|halterung|halter gpu|sehnenhalter|sag halter|gpu support stand|gpu support holder|gpu support bracket|gpu support frame|vga support|gpu sag|graphics card support|graphics card holder|video card holder|graphics card stand|graphics card bracket|thermal putty|термопрокладки|термопрокладка|термопаста|термопрокладок|терморезинка|бэкплейт|бекплейт|бэкплейты|powerlink|power link|cable management|fan replacement part|gpu enablement kit|enablement kit|upgrade kit|adapter cable|power adapter cable|eps cable|pin cable|infinity fabric link|infinity fabric bridge|\
         pudelko po|pudelko|chlodzenie wodne|ekwb|ek quantum|ek fc|corsair xg7|xg7|hybrid kit|light bar|rgb bar|led strip|power brick|\
         raffle ticket|raffle|sorteo|giveaway|reservation slot|reservation|mockup|mock up|cardboard|plush|puzzle|invoice only|empty|\
         kotak kosong|dus kosong|kuler za|hladnjak|vesiblokki|vesijaahdytys|tyhja laatikko|райзъри|райзер|охладител|перехідник живлення|كرتون فاضي|كرتونة فاضية|فاضي|\
         מאוורר|קירור מים|קירור|sogutucu|sogutucusu|sogutucudur|fan takimi|tan nhiet|quat tan nhiet|ventilatoare|hatlap|vodni blok|vizblokk|waterkoeler|\
         pasta termoprzewodzaca|pasta termica|pate thermique|warmeleitpaste|teplovodiva pasta|hovezeto paszta|termal macun|lampopasta|kolepasta|\
         repad service|repaste service|cable adapter|12vhpwr adapter|i o bracket|pld|case for phone|spare fan|fan blade|fan blades",
    ),
    (
        Term::Part,
        "fan|fans|cooler|coolers|heatsink|heatsinks|heat sink|radiator|bracket|brackets|cable|cables|adapter|adapters|adaptor|\
         connector|holder|stand|screws|screw|plate|caixa|box for|suporte|cabo|adaptador|halter|кабель|вентиляторами|fan assembly|\
         cooling|cover|pads|pcb|chip|chips|module kit|support|dongle|lights|frame|\
         backplate|back plate|backplates|karton|kartons|caja|verpackung|ovp|embalagem|scatola|короб|box|boxes|chip|кулер|кулеры|кулера|кулером|кулери|радиатор|радіатор|відвід|вода|blok|block|blocks|охлаждение|охолодження|система охолодження|система охлаждения|кутия|kutija|kotak|dezute|karp|kaste|كرتون|קופסה|קופסא|kuler|ausintuvas|dzesetajs|jahuti|مروحة|مبرد|krabice|krabica|krabicka|doboz|doboza|cutie|cutia|kutu|kutusu|doos|eske|æske|æsken|kartong|laatikko|κουτι|\
         chladic|huto|koeler|kylare|kjoler|koler|jaahdytin|ψυκτρα|lcd screen|lcd panel|screen replacement|hinge|palmrest",
    ),
    (Term::Bridge, "bridge|brg|bruecke|brucke|мост|ponte|puente"),
    (
        Term::Link,
        "nvlink|nv link|sli|crossfire|nvlinks|infinity fabric|xgmi",
    ),
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
         drone|speaker|speakers|soundbar|microphone|chair|bike|bicycle|toner|cartridge|ink|jetson|shield|raspberry|geforce now|\
         freesync|xavier|orin|nas|ups|antenna|cooler master|aio cooler|cpu cooler|liquid cooler|computer case|pc case|chassis|mid tower|gabinete|gehause|\
         корпус|монитор|monitor|monitors|клавиатура|мышь|наушники|телефон|смартфон|планшет|телевизор|tv|television|televisao|televisor|\
         celular|teclado|fone|caixa de som|impressora|cadeira|bildschirm|tastatur|kopfhorer|drucker|handy|fernseher|ecran|clavier|souris|casque|\
         smartwatch|watch|guitar|amplifier|receiver|subwoofer|turntable|synthesizer|lego|book|dvd player|vhs|game boy|gameboy|ddr3 ram|\
         memory kit|ram kit|sodimm kit|thunderbolt dock|barcode|thermostat|vacuum|blender|epson|lexus|mazda|toyota|bmw|mercedes|honda|\
         yamaha|canon|nikon|garmin|sennheiser|bose|gore tex|goretex|salomon|adidas|nike|asics|brooks|puma|bluray|blu ray|wifi card|signal generator|\
         dualhead2go|digital signage player|streaming appliance|video wall processor|video mixer|video bridge|av bridge|\
         блок живлення|блоки живлення|живлення|бж|бп|блок пит|psu power supply|zasilacz|zasilacze|alimentador|alimentatore|fuente de poder|fuente de alimentacion|fuente|fonte atx|bloc d alimentation|supernova|modular psu|fully modular|80 plus|80plus|80 gold|материнська|материнська плата|материнка|мат плата|матплата|motherboard bundle|płyta główna|plyta glowna|scheda madre|tarjeta madre|жорсткий|накопичувач|накопитель|радио|radio|radios|tube|tubes|retro tubes|voucher|game key|steam key|cd key|dvd|bluray|diecast|hot wheels|matchbox|1 18|1 64|1 43|auto world|greenlight|clock radio|boombox|cassette|vinyl|phonograph|coffee|kaffee|espresso|trimmer|shaver|rasierer|toothbrush|vape|scooter|motorcycle|motorrad|tire|tyre|tires|wheels|felgen|engine|exhaust|auspuff|brake|bumper|headlight|windshield|car mat|car mats|floor mat|floor mats|roadster|coupe|sedan|hatchback|suv|diesel|automatik|kombi|cabrio|mustang|camaro|ferrari|lamborghini|porsche|audi|volkswagen|vw|ford|opel|renault|peugeot|citroen|fiat|skoda|seat|hyundai|kia|nissan|mitsubishi|subaru|suzuki|volvo|jaguar|chevrolet|pontiac|plymouth|dodge|jeep|model s|model 3|model x|model y|shoe|trail running|hiking|hiking boots|sandals|trousers|pants|gloves|hat|softshell|waterproof|mens|womens|men s|women s|herren|damen|running shoes|wanderschuhe|turnschuhe|telescope|binocular|binoculars|flashlight|drill|saw|grinder|wrench|compressor|generator|multimeter|oscilloscope|soldering|3d printer|filament|hifi|hi fi|av receiver|cd player|tuner|amp|preamp|equalizer|mixer|drum|piano|violin|bass|pedal|fishing|tent|backpack|wallet|necklace|earring|perfume|cream|shampoo|sofa|table|desk|lamp|bulb|carpet|refrigerator|fridge|washer|dryer|oven|microwave|dishwasher|heater|purifier|humidifier|dehumidifier|air conditioner|kindle|ebook|e reader|airpods|galaxy buds|power bank|powerbank|phone case|screen protector|mobile phone|smart phone|galaxy s|galaxy a|redmi|xiaomi mi|oneplus|pixel|huawei p|nokia|motorola|moto g|oppo|vivo|realme|laserjet|officejet|deskjet|pixma|stylus|workforce|ecotank|inkjet|laser printer|multifunction|photo printer|capture stick|game dvr|hdmi switch|hdmi splitter|webcams|dashcam|gopro|camcorders|dslr|mirrorless|lenses|tripod|gimbal|server rack|patch panel|rackmount kit|access point|firewall|modem|wifi router|poe|sfp|transceiver|fiber channel|hba card|机箱|корпус пк|case fan|case fans|cpu fan|cpu water block|cpu cooling|tower cooler|nf a12|thermalright|noctua|arctic freezer|memory module|memory modules|ram stick|ram sticks|hard drive|soundcard|graphics pen|pen display|cintiq|wacom|huion|game|games|video game|pc game|jeu|spiel|onboard|am2|am3|am4|am5|lga|chipset|placa mãe|nintendo switch|network switch|ethernet switch|kvm switch|gigabit switch|port switch|poe switch|switch lite|switch oled|managed switch|desktop switch|switch console|igp|promo|promo code|game code|download code|edition code|digital code|electrodes|welding|welder|spinning rod|spinning reel|connectx|bluefield|infiniband|mellanox|nvlink switch|switch tray|nvswitch|osfp|qsfp|qsfp28|napajanje|maitinimo blokas|barosanas bloks|toiteplokk|захранване|باور سبلاي|ספק כוח|maticna ploca|maticna|emaplaat|дънна платка|дъно|مذربورد|לוח אם|kotelo|بلايستيشن|פלייסטיישן|guc kaynagi|sursa|zdroj|tapegyseg|nataggregat|stromforsyning|virtalahde|voeding|τροφοδοτικο|zakladna doska|zakladni deska|alaplap|placa de baza|\
         anakart|moderkort|bundkort|hovedkort|emolevy|moederbord|fishing reel|jet ski|kawasaki|fortnite code|power amp|power amplifier|stereo",
    ),
    (
        Term::GoodsHint,
        "case|mouse|signage|multi display|multi monitor|usb|hub|drive|drives|charger|battery|tower case|flash|\
         g sync|gsync|wall mount|psu cable|tester|kit|usb c|thunderbolt|hdmi switch|atx|matx|micro atx|e atx|socket",
    ),
    (
        Term::Sought,
        "gesucht|suche|wtb|want to buy|looking to buy|куплю|скупка|выкуп|викуп|скупаю|скуплю|we buy|ankauf|skup|\
         can mua|dicari|kupujem|търся|مطلوب|מחפש|ariyorum|araniyor|koupim|kupim|keresek|keresem|vennek|cserelnem|\
         kopes|onskes kjopt|kobes|ostetaan|gevraagd|ζητειται|thu mua|in search of",
    ),
    (
        Term::Wanted,
        "wanted|looking for|iso|ищу|procuro|compro|cherche|recherche|busco|cerco|kupie|searching for|skupka|\
         reparacion|reparation|riparazione|tamiri|tamir|sua chua|oprava|opravy|javitas|reparatii|reparatie|\
         naprawa|naprawy|επισκευη|επισκευες|kupuji|poptavam|shanim|zhanam|hledam|hladam|vykup|vasarolnek|\
         felvasarlas|csere|cumpar|caut|sokes|koper|kjopes|soges|halutaan ostaa|mencari|jasa servis|servis vga|lf|\
         trazim|potrazujem|otkup|perku|ieskau|mekleju|ostan|soovin osta|etsin|да купя|купувам|изкупувам|обмін|\
         обмен|vaihto|echange|troco|permuto|takas|شراء|صيانة|קונה|לקנות|תיקון|reparacao|reball service|ζητω|ζηταω|\
         αγοραζω|ανταλλαγη|buying|wtt|swap|kaufe|скуповую|куплю б у|купимо|купим|купуємо|куплю відеокарту|шукаю|\
         prohledavam|kupuje|kupię|kupie|poszukuje|szukam|mua|looking to trade|alim|satin alinir|alinir|buscando|\
         compramos|compro grafica|se busca|se compra|procura se|wanted to buy|buying up|cash for|acquisto|zoek|\
         gezocht|ankauf von|suche nach|in cerca|kaufgesuch|cherche a acheter|ремонт|remont|conserto|reparo|\
         repair service|repairs|reparatur",
    ),
    (
        Term::Rental,
        "sewa|disewakan|تأجير|להשכרה|rent|rental|rentals|renting|per hour|hourly|per month|monthly|аренда|аренду|aluguel|alugar|mieten|miete|\
         |alquiler|noleggio|gpu hour|gpu hours|vps|virtual machine|vm with|windows vm|\
         cloud gpu rental|gpu cloud|cloud server|cloud instance|cloud hosting|gpu hosting|server hosting|dedicated server|cloud computing service|gpu rental|rent gpu|a location|en location|louer|wynajem|dzierzawa|оренда|здам|сдам|vast ai|runpod|hour rental|por hora|pro stunde|par heure|/hr|per gpu hour|per hr|gpu access|cloud gpu access|cloud access|location serveur|a l heure|hr rental|for lease|leasing",
    ),
    (
        Term::Picture,
        "picture of|picture only|pictures of|photo of|photo only|photos of|photograph of|image of|image only|drawing of|print of|screenshot|jpeg of|foto von|foto de|nur bild|фото|\
         paper model|print only|poster of|sticker of|photo print",
    ),
    (
        Term::For,
        "for|fur|pour|para|per|dla|для|voor|compatible|compatible with|fits|fit|kompatibel|compativel|suitable|works with|за|pod|under|designed|fitting|ready|support for|supports|supporting|recommended|required|needs|up to|\
         für die|passend fur|passend für|compatibile con|compatible avec|kompatybilny|совместим|сумісний|designed for",
    ),
    (
        Term::With,
        "with|w|mit|avec|com|con|z|с|со|met|incl|includes|including|included|inkl|plus|inclui|inclus|and|und|et|y|e|и|i|bundle|combo|bonus|free|comes|has|featuring|feat|having|installed|\
         med|og|och|cu|με|ile|mitsamt|inclusief|wraz z|вместе с|разом з|в комплекте|dabei|inc|incl|c w",
    ),
    (
        Term::Without,
        "without|no|ohne|sans|sem|sin|bez|без|senza|missing|lacks|w o|not included|minus|broken|faulty|bad|failed|noisy|damaged|defective|dead|\
         не входит|нет|немає|brak|uten|utan|uden|fara|χωρις|khong|ilman|zonder|nincs|senza la|no incluye|nao inclui|not include|пустой|empty of",
    ),
    (Term::Or, "or|oder|ou|o|или|vs option|either|atau|أو|או|или"),
    (
        Term::Only,
        "only|nur|apenas|solo|seulement|только|pouze|jen|iba|csak|doar|само|sahaja|saja|فقط|בלבד|numai|bara|endast|kun|alleen|sadece|yalnizca|μονο|tylko|samo|chi ban",
    ),
    (
        Term::Versus,
        "vs|versus|replaces|replace|replacing|better than|faster than|similar|similar to|equivalent|equivalent to|equal to|like|comparable|upgrade from|successor|beats|than|not a|not an|instead of|alternative|close to|\
         заміна|чем|ніж|niz|nież|als eine|als die|que la|que uma|than the|аналог|аналоги|потужніша|мощнее|лучше|краще|faster|stronger than|прошита под|прошит под|flashed to|flashed as|прошиті під|прошита під|performance of|performance like|level of|mejor que|melhor que|meglio di|mieux que|besser als|schneller als|flashed|troco por|trade for|swap for|exchange for|обмен на|обмін на|tausche gegen|cambio por|echange contre|прошит|прошита|gegen|bukan|exchange with|swap with|trade with|echange contre",
    ),
    (
        Term::Replacement,
        "replacement|spare|repair|part|parts|ersatz|ersatzteil|запчасть|reposicao|repuesto",
    ),
    (
        Term::Pieces,
        "pcs|pc s|pieces|piece|pcs lot|units|unit|cards|stuck|stueck|stk|stck|шт|штук|штуки|штука|unidades|unidade|und s|pecas|pezzi|pz|sztuk|szt|pieces lot|ea|each|boards|st k|\
         adet|tane|db|kom|ks|kpl|stukken|stuks|pièces|pieza|piezas|unidad|peças|buc|bucati|штуки по|cai|chiec|карты|карти|карт|карточки|placas|tarjetas|schede|karten|cartes|плати|плат",
    ),
    (
        Term::Lot,
        "عدد|lot|lots|lot of|set of|pack of|bundle of|qty|quantity|quantidade|cantidad|menge|batch|batch of|job lot|joblot|bulk lot|lote|lote de|лот|конволют|anzahl|kit of|pack|set|\
         set van|satz von|juego de|conjunto de|комплект из|набор из|pacco da|lotto|lotto di|lotto da|lote com|lote con|partia|партия|партія|stapel|toplu|bundle of|posten|konvolut|lot de|box of|case of|pallet of|doppelpack|dreierpack|kit com",
    ),
    (Term::Pair, "pair|pair of|paar|par|par de|пара|matched pair"),
    (
        Term::Pulled,
        "pull|pulls|pulled|removed from|taken from|taken out|ausgebaut|aus dem|демонтаж|снята|снят|снятая|снятые|снято|с рига|з рига|sacada|retirada|retirado|smontata|smontato|demontee|wymontowana|z demontazu",
    ),
    (Term::Times, "x|х"),
];

/// Words of scripts written without spaces.
pub(super) const SCRIPT_WORDS: &[(Term, &str)] = &[
    (Term::Nvidia, "英伟达|英偉達|エヌビディア|엔비디아"),
    (Term::Tesla, "特斯拉"),
    (Term::Geforce, "精视|지포스|ジーフォース"),
    (Term::Radeon, "镭龙|라데온|ラデオン"),
    (Term::Quadro, "쿼드로|クアドロ"),
    (
        Term::Brand,
        "丽台|麗臺|丽臺|华硕|華碩|技嘉|微星|七彩虹|影驰|影馳|耕升|索泰|映众|映眾|蓝宝石|藍寶石|蓝宝|讯景|訊景|撼讯|撼訊|铭瑄|銘瑄|盈通|瀚铠|华擎|迪兰|戴尔|戴爾|联想|聯想|惠普|玄人志向|铭影|磐镭|祺祥|卡诺基|七彩虹igame|艾尔莎|旌宇|昂达|梅捷|万丽|索泰|祥升|파워컬러|기가바이트|이엠텍|갤럭시|조텍|基恩希仕|技嘉科技",
    ),
    (
        Term::BoardLine,
        "猛禽|火神|魔龙|超龙|雪鹰|战斧|白金|公版|涡轮|三风扇|双风扇|雙風扇|三風扇|单风扇|刀卡|半高|水神|名人堂",
    ),
    (
        Term::GpuNoun,
        "显卡|顯卡|独显|獨顯|独立显卡|独立|算卡|加速器|推理卡|深度学习卡|显示卡|顯示卡|绘图卡|繪圖卡|运算卡|计算卡|加速卡|图形卡|算力卡|グラフィックボード|グラフィックスボード|グラフィックカード|グラフィックスカード|ビデオカード|グラボ|그래픽카드|그래픽 카드|การ์ดจอ|การ์ดแสดงผล",
    ),
    (
        Term::Laptop,
        "拯救者|天选|暗影精灵|光影精灵|机械革命|神舟|外星人|灵刃|游匣|掠夺者|枪神|魔霸|飞行堡垒|戰神|雷神911|笔记本|筆電|筆記型電腦|ノートパソコン|ノートpc|ノート|노트북|โน๊ตบุ๊ค|โน้ตบุ๊ก|โน๊ตบุค|游戏本|遊戲本|全能本|轻薄本",
    ),
    (
        Term::Computer,
        "图形工作站|塔式工作站|整机|整機|主机|主機|一体机|一體機|组装机|組裝機|准系统|デスクトップ|パソコン|ゲーミングpc|ワークステーション|데스크탑|컴퓨터|본체|คอมประกอบ|คอมพิวเตอร์|คอมเล่นเกม|คอม",
    ),
    (Term::Server, "服务器|伺服器|サーバー|サーバ|서버"),
    (Term::Rig, "ริกขุด|เครื่องขุด|矿机|礦機|机架|挖矿机"),
    (
        Term::Harmless,
        "小机箱|小機箱|迷你机箱|itx机箱|魔改|改装|改裝|改版|台式机|台式|电脑|電腦|工作站",
    ),
    (
        Term::Pulled,
        "拆机|拆機|拆下|拆解|机拆|取外し|取り外し|抜き取り",
    ),
    (
        Term::Accessory,
        "包装盒|空盒|空箱|彩盒|纸箱|箱のみ|ファンのみ|バックプレート|ライザー|쿨러|브라켓|라이저|쿨링팬|转接卡|转接板|轉接卡|转接线|延长线|延長線|支撑架|支撐架|千斤顶|托架|防下垂|散热片|導風罩|导风罩|裸板|空板|改装板|pcb板|gpu芯片|芯片|顯示盒|显卡坞|擴充塢|扩展坞|水ブロック|冷却ファン|矽脂|硅脂|导热垫|導熱墊|保护套|กล่องเปล่า|ซิงค์การ์ดจอ|พัดลมการ์ดจอ|สายไรเซอร์|ไรเซอร์|ขาตั้งการ์ดจอ",
    ),
    (
        Term::Part,
        "配件支架|박스|风扇|風扇|散热器|散熱器|散热|核心|水冷头|水冷板|冷头|水冷散热|水枕|背板|背板|支架|挡板|供电线|电源线|盒子|พัดลม|กล่อง|ซิงค์",
    ),
    (
        Term::Goods,
        "机箱|機殼|机壳|玻璃|键盘|鼠标|耳机|固态硬盘|硬盘|硬碟|内存条|游戏机|遊戲機|掌机|路由器|打印机|投影仪|平板|手表|充电器|采集卡|擷取卡|網卡|网卡|声卡|聲卡|显示屏|螢幕|荧幕|主機板|主板|マザーボード|메인보드|内存条|显示器|モニター|모니터|电源|電源|파워서플라이|파워|キーボード|手机|相机|カメラ",
    ),
    (
        Term::Processor,
        "处理器|處理器|プロセッサ|锐龙|銳龍|酷睿|至强|至強|霄龙|線程撕裂者|线程撕裂者|라이젠",
    ),
    (
        Term::None,
        "交收|面交|풀박스|풀박|고장|收藏|收貨|收货|收到|签收|验收|收纳|收納|回收一|收尾",
    ),
    (
        Term::Wanted,
        "收|求购|求購|收购|收購|高价收|高價收|买取|買取|買います|삽니다|구매합니다|구합니다|매입|徵求|徵|รับซื้อ|ตามหา|อยากได้|ซ่อม|수리",
    ),
    (
        Term::Rental,
        "租赁|租賃|出租|レンタル|租用|算力租|月租|时租|임대|대여|ให้เช่า|เช่า",
    ),
    (
        Term::For,
        "适用于|适用|適用|用于|用於|对应|対応|兼容|专用|專用|配套",
    ),
    (Term::With, "内含|送|带|帶|含|附|赠|贈|配|同捆|付き"),
    (Term::Without, "不带|不帶|不含|无|無|なし|ไม่มี"),
    (
        Term::Versus,
        "非|不是|刷|已刷|改|追|秒|超越|超过|胜|勝|媲美|对标|對標|性能对标|堪比|替代|同级|比|可替",
    ),
    (Term::Pieces, "张|張|枚|片|块|塊|個|个|台|开|개|장|ใบ"),
    (Term::Gigabyte, "ギガ|기가"),
    (Term::Only, "仅|僅|只有|のみ|만"),
];
