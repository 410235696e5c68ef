//! Invented people for the demonstration. Nobody here exists.
//!
//! Refuses: names of patients in the porters' and cleaners' lists, and the other way round, so that
//! a picture of the demonstration can never be read as somebody's. Used by `hospital.rs` and
//! `day.rs`.

/// A first and a family name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    pub first: &'static str,
    pub family: &'static str,
}

impl Name {
    /// As colleagues see it: "Joel P."
    pub fn short(self) -> String {
        let initial: String = self.family.chars().take(1).collect();
        format!("{} {initial}.", self.first)
    }

    /// As payroll has it: "Joel Penhallow".
    pub fn full(self) -> String {
        format!("{} {}", self.first, self.family)
    }
}

const fn name(first: &'static str, family: &'static str) -> Name {
    Name { first, family }
}

/// Porters and cleaners, in the order in which `hospital.rs` gives them shifts.
pub const HANDLERS: [Name; 26] = [
    name("Joel", "Penhallow"),
    name("Dele", "Adeyinka"),
    name("Marta", "Kowalczuk"),
    name("Sunita", "Ramdhani"),
    name("Owen", "Brackley"),
    name("Lena", "Forsgren"),
    name("Tariq", "Nawabi"),
    name("Grace", "Sowande"),
    name("Callum", "Wetherden"),
    name("Irina", "Vasko"),
    name("Hana", "Tomasek"),
    name("Piotr", "Nowicz"),
    name("Efe", "Demirtan"),
    name("Rosa", "Quintela"),
    name("Idris", "Maddocks"),
    name("Yusuf", "Osmanli"),
    name("Bronagh", "Lafferton"),
    name("Femi", "Okunade"),
    name("Nikhil", "Deshwal"),
    name("Agnes", "Mutembo"),
    name("Luca", "Ferrando"),
    name("Shanice", "Elroy"),
    name("Viktor", "Hallam"),
    name("Amina", "Jallowah"),
    name("Reuben", "Castleby"),
    name("Thi", "Nguyet"),
];

/// Ward and department staff who ask for work.
pub const REQUESTERS: [Name; 12] = [
    name("Anjali", "Kesari"),
    name("Moira", "Duncrieff"),
    name("Kwame", "Asante-Bell"),
    name("Siobhan", "Rafterly"),
    name("Pavel", "Hrubec"),
    name("Leila", "Mansouri-Gray"),
    name("Gareth", "Pryderch"),
    name("Noor", "Siddiq-Hale"),
    name("Beatriz", "Lousada"),
    name("Emeka", "Nwoguh"),
    name("Harriet", "Colbourne"),
    name("Jun", "Takemura"),
];

/// Whoever watches the board, sets things up, and looks into the log.
pub const OFFICE: [(Name, &str); 4] = [
    (name("Ruth", "Ockendon"), "coordinator"),
    (name("Samir", "Bhattal"), "coordinator"),
    (name("Dilys", "Warmington"), "administrator"),
    (name("Conrad", "Eyre"), "auditor"),
];

const TITLES: [&str; 4] = ["Mrs", "Mr", "Ms", "Mx"];
const INITIALS: &str = "ABCDEFGHIJKLMNOPRSTVWYZ";
const FAMILIES: [&str; 40] = [
    "Callowby",
    "Tresham",
    "Oduwole",
    "Baxenden",
    "Miravalles",
    "Strickley",
    "Pellowe",
    "Hargest",
    "Zielonka",
    "Amberley",
    "Chaudry-Webb",
    "Dunmere",
    "Eastoe",
    "Farrimond",
    "Gillibrand",
    "Hathersage",
    "Iddon",
    "Jellicot",
    "Kettlewood",
    "Lovelock",
    "Marchbank",
    "Nettlefold",
    "Ormerod",
    "Pickersgill",
    "Quarmby",
    "Rainford",
    "Sandiford",
    "Thackrah",
    "Uttley",
    "Venables",
    "Wolstencroft",
    "Yardley-Obi",
    "Abiodun",
    "Bangura",
    "Cheong",
    "Desouza-Lee",
    "Emmanouil",
    "Fazackerley",
    "Goswamy",
    "Hidalgo-Ray",
];

/// An invented patient: "Mrs E. Callowby", born on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    pub name: String,
    /// Year, month and day of birth.
    pub born: (i16, i8, i8),
}

/// The patient with this number; the same number is always the same person.
pub fn patient(number: u64) -> Patient {
    let pick = |salt: u64, count: usize| {
        let mixed = (number ^ salt.rotate_left(17)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::try_from((mixed >> 33) % count as u64).unwrap_or_default()
    };
    let initial = INITIALS.chars().nth(pick(3, INITIALS.len())).unwrap_or('A');
    let name = format!(
        "{} {initial}. {}",
        TITLES[pick(1, 4)],
        FAMILIES[pick(5, FAMILIES.len())]
    );
    let year = 1930 + i16::try_from(pick(7, 77)).unwrap_or_default();
    let month = 1 + i8::try_from(pick(11, 12)).unwrap_or_default();
    let day = 1 + i8::try_from(pick(13, 28)).unwrap_or_default();
    Patient {
        name,
        born: (year, month, day),
    }
}
