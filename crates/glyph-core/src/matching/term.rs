//! What a word of a title can mean to the grammar.

/// The meaning of a word or phrase of the lexicon. Words that only tell registry names apart have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Term {
    None,
    // Who makes the chip, and the lines of cards they sell.
    Nvidia,
    Amd,
    Intel,
    Matrox,
    Geforce,
    Quadro,
    Tesla,
    Grid,
    Radeon,
    Instinct,
    FirePro,
    Arc,
    // The class before or after a number: `RTX`, `GTX`, `RX`, `HD`, …
    NvidiaClass,
    AmdClass,
    /// `GT`, `FX`, `R7`: a class for the registry, too common a word to prove anything by itself.
    WeakClass,
    /// `Pro`: belongs to the name where it touches it.
    Pro,
    /// `Edition`, `Generation`, `Founders`: part of a name without telling cards apart.
    NameFiller,
    /// MSI, ASUS, PNY, Dell: who put the board together.
    Brand,
    /// Ventus, Suprim, TUF, Twin Edge: lines of graphics cards.
    BoardLine,
    /// `Jetstream` after `Super`, `Clocked`: the word before is no suffix.
    SuperFollower,
    MemoryType,
    Gigabyte,
    Megabyte,
    Form,
    PciExpress,
    /// `Hz`, `mm`, `W`: the number before is no model.
    Unit,
    /// Letters that may follow a number without changing the card: `OC`, `LHR`, `LP`.
    Harmless,
    // What is offered.
    /// `graphics card`, `GPU`, `видеокарта`.
    GpuNoun,
    Laptop,
    Computer,
    Server,
    Rig,
    /// HGX, DGX: boards and machines with several GPUs.
    Baseboard,
    Processor,
    Storage,
    SystemMemory,
    SystemHint,
    /// Water block, backplate, riser: an accessory wherever it stands.
    Accessory,
    /// Fan, cooler, bracket, cable: an accessory or a part of the card.
    Part,
    /// `Bridge`: an accessory beside `NVLink` or SLI.
    Bridge,
    Link,
    /// Licences and subscriptions.
    Licence,
    /// Things that are no graphics card.
    Goods,
    /// Goods that cards are often described with: monitor, adapter, HDMI.
    GoodsHint,
    /// `gesucht`, `куплю`: nobody who sells says so, wherever it stands.
    Sought,
    /// `compro`, `ремонт`: wanted, or a repair, where the title begins with it.
    Wanted,
    Rental,
    Picture,
    // Small words.
    For,
    With,
    Without,
    Or,
    Only,
    Versus,
    Replacement,
    /// `pulled`, `拆机`: what stands beside it is where the card comes from.
    Pulled,
    // Counting.
    Pieces,
    Lot,
    Pair,
    Times,
}

impl Term {
    /// A word that names a vendor or a line of cards.
    pub(super) fn is_family(self) -> bool {
        matches!(
            self,
            Term::Nvidia
                | Term::Amd
                | Term::Intel
                | Term::Matrox
                | Term::Geforce
                | Term::Quadro
                | Term::Tesla
                | Term::Grid
                | Term::Radeon
                | Term::Instinct
                | Term::FirePro
                | Term::Arc
        )
    }
}
