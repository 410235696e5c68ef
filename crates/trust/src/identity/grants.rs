//! The one place that answers "who may": default deny, read from the grants as they are now.
//!
//! A right needs an active account, a grant that has begun and not ended, a role that lists the
//! permission, and, for people, a session that still stands.

use crate::{
    identity::permit::{Scope, ScopeKind},
    store::{
        database::Conn,
        error::StoreError,
        lane::Who,
        read::Reader,
        statement::Sql,
        value::{Field, Kind, Moment, Value},
    },
};

fn statement() -> Sql {
    crate::sql!(
        "SELECT g.scope_kind, g.scope_id FROM account a \
         JOIN role_grant g ON g.account = a.id JOIN role r ON r.id = g.role \
         WHERE a.id = $1 AND a.state = 'active' \
         AND REPLACE(r.permissions, $2, '') <> r.permissions \
         AND g.starts_at <= $3 AND (g.ends_at IS NULL OR g.ends_at > $3) \
         AND (a.kind = 'service' OR EXISTS (SELECT 1 FROM session s \
              WHERE s.id = $4 AND s.account = a.id AND s.ended_at IS NULL))",
        Text,
        Int
    )
}

fn values(who: Who, action: &str, wall: Moment) -> Vec<Value> {
    vec![
        who.actor.to_value(),
        // Names are separated by spaces in the role's list, which begins and ends with one. Not
        // LIKE: there an underscore would stand for any letter, and on SQLite capitals for small.
        Value::Text(Some(format!(" {action} "))),
        wall.to_value(),
        who.session.to_value(),
    ]
}

/// Inside the keeper's transaction.
pub(crate) async fn scope_of(
    conn: &mut Conn,
    who: Who,
    action: &str,
    wall: Moment,
) -> sqlx::Result<Option<Scope>> {
    let kinds: &[Kind] = statement().kinds;
    let found = conn
        .all(statement().text, values(who, action, wall), kinds)
        .await?;
    Ok(scope(found))
}

/// Outside of a change, before a permit is made.
pub(crate) async fn scope_in(
    reader: &mut Reader,
    who: Who,
    action: &str,
    wall: Moment,
) -> Result<Option<Scope>, StoreError> {
    Ok(scope(
        reader.query(statement(), values(who, action, wall)).await?,
    ))
}

fn scope(found: Vec<Vec<Value>>) -> Option<Scope> {
    let mut places = vec![];
    for row in found {
        let [Value::Text(Some(kind)), Value::Int(id)] = row.as_slice() else {
            continue;
        };
        match (ScopeKind::from_code(kind), id) {
            (Some(ScopeKind::All), _) => return Some(Scope::Everything),
            (Some(kind), Some(id)) => places.push((kind, *id)),
            _ => {} // an unknown kind grants nothing
        }
    }
    if places.is_empty() {
        None
    } else {
        Some(Scope::Only(places))
    }
}
