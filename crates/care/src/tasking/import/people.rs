//! People who handle tasks: name, staff number, team and what they are trained for.
//!
//! Refuses: health restrictions, ratings and anything else that has no place in a staff export. A
//! column with such things is simply not read.

use super::mapping::Field;
use super::{ImportRow, RowCells};

/// One person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// What payroll calls them, once in the hospital.
    pub staff_number: String,
    pub name: String,
    /// The name of their team.
    pub team: String,
    /// Codes of what they are trained for.
    pub skills: Vec<String>,
    /// The code of the location where their shift begins.
    pub base: Option<String>,
}

impl ImportRow for PersonRow {
    const FIELDS: &'static [Field] = &[
        Field {
            name: "staff_number",
            is_required: true,
            guesses: &[
                "staff no",
                "employee number",
                "employee id",
                "assignment number",
                "payroll no",
            ],
            meaning: "the staff number",
        },
        Field {
            name: "name",
            is_required: true,
            guesses: &["full name", "display name", "staff name", "employee name"],
            meaning: "the name",
        },
        Field {
            name: "team",
            is_required: true,
            guesses: &["team name", "department", "workgroup"],
            meaning: "the team",
        },
        Field {
            name: "skills",
            is_required: false,
            guesses: &["skill", "competencies", "training"],
            meaning: "what the person is trained for, separated by semicolons",
        },
        Field {
            name: "base",
            is_required: false,
            guesses: &["default location", "home location", "start location"],
            meaning: "the code of the location where the shift begins",
        },
    ];

    fn read(cells: &mut RowCells<'_>) -> Option<Self> {
        let cells = &mut cells.0;
        let staff_number = cells.name("staff_number");
        let name = cells.name("name");
        let team = cells.name("team");
        let skills = cells.names("skills");
        let base = cells.optional_name("base");
        let mut skills: Vec<String> = skills?.iter().map(|skill| skill.to_uppercase()).collect();
        skills.sort();
        skills.dedup();
        Some(Self {
            staff_number: staff_number?,
            name: name?,
            team: team?,
            skills,
            base: base?,
        })
    }
}
