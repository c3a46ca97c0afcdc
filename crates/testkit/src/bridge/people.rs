//! Many people at once, for lists of real length.

use std::sync::Arc;

use anteroom_engine::Engine;
use anteroom_engine::cx::{Cx, Origin};
use anteroom_engine::id::Id;
use anteroom_engine::model::Project;
use anteroom_engine::model::membership::ProfileType;
use anteroom_engine::service::people::{self, NewPerson};
use anteroom_engine::stop::Outcome;
use serde_json::{Map, Value, json};

/// People made in one transaction.
const BATCH: u32 = 1_000;

const GIVEN: [&str; 20] = [
    "Amira",
    "Björn",
    "Chloé",
    "Dmitri",
    "Esra",
    "Fatou",
    "Giulia",
    "Hanna",
    "Iván",
    "Jürgen",
    "Keiko",
    "Léa",
    "Mateo",
    "Nadia",
    "Oluwaseun",
    "Priya",
    "Quentin",
    "Rosa",
    "Søren",
    "Thảo",
];
const FAMILY: [&str; 25] = [
    "Abebe",
    "Bauer",
    "Castillo",
    "Dąbrowski",
    "Eriksson",
    "Fontaine",
    "García",
    "Haddad",
    "Ibrahim",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Müller",
    "Nguyễn",
    "O’Brien",
    "Papadopoulos",
    "Quispe",
    "Rossi",
    "Sørensen",
    "Tanaka",
    "Ueda",
    "Vargas",
    "Weiß",
    "Yılmaz",
    "Zhang",
];

/// Adds `count` patients to the oldest project. Their names, days of birth and record numbers differ as a clinic's do:
/// many share a name, nobody shares a number. Blocks until they are on disk.
///
/// # Errors
/// A fault of the store; what was added before stays.
pub fn seed(engine: &Arc<Engine>, count: u32) -> Outcome<()> {
    let origin = Origin::inside(engine.issuer().clone());
    let mut done = 0;
    while done < count {
        let batch = done..count.min(done + BATCH);
        done = batch.end;
        engine
            .transact(origin.clone(), move |cx| {
                let Some(project) = cx.tx.list_projects()?.first().map(|project| project.id) else {
                    return anteroom_engine::stop::not_found(anteroom_sentence::Sentence::english(
                        "There is no project to add people to.",
                    ));
                };
                batch.into_iter().try_for_each(|number| add(cx, project, number))
            })
            .wait()?;
    }
    Ok(())
}

fn add(cx: &mut Cx<'_>, project: Id<Project>, number: u32) -> Outcome<()> {
    let new = NewPerson { resource: patient(number), ..NewPerson::new(project, ProfileType::Patient) };
    people::create(cx, new).map(drop)
}

fn patient(number: u32) -> Map<String, Value> {
    let pick = |names: &[&'static str], number: u32| names[number as usize % names.len()];
    let family = pick(&FAMILY, number / 20);
    let given = pick(&GIVEN, number);
    // 28 days in every month, 80 years: the day says nothing about the number at a glance.
    let scattered = number.wrapping_mul(2_654_435_761) >> 8;
    let born = (1_930 + scattered % 80, 1 + scattered / 80 % 12, 1 + scattered / 960 % 28);
    let mut resource = Map::new();
    resource.insert("name".into(), json!([{ "given": [given], "family": family }]));
    resource.insert("birthDate".into(), format!("{:04}-{:02}-{:02}", born.0, born.1, born.2).into());
    resource.insert("identifier".into(), json!([{ "value": format!("MRN-{number:06}") }]));
    resource
}
