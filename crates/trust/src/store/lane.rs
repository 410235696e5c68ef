//! A lane of the ledger in the database: head, entries, sums. The last writes of every batch.
//!
//! One keeper writes one lane. Its head row carries an epoch; whoever takes the lane over counts it
//! up, and the head is only ever moved by compare-and-swap on lane, epoch and size. So two keepers
//! that both believe in their lease cannot fork the log: the slower one's batch changes no row.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{LazyLock, Mutex},
};

use crate::{
    ledger::{
        Hash,
        entry::{Entry, Key, Outcome, Pointer, SealedPart, Touch},
        leaf_hash,
        sums::{Sum, bucket_of},
        tree::Frontier,
    },
    store::{
        database::Conn,
        error::{StoreError, verdict},
        row::Save,
        value::{Kind, Moment, Value},
    },
    vault::{SubjectId, Vault},
};

/// What a committed change or read left in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The entry's place.
    pub pointer: i64,
    /// Its leaf hash in the tree.
    pub leaf: Hash,
}

/// An entry before it has its place and time.
pub(crate) struct Draft {
    pub who: Who,
    pub action: &'static str,
    pub event: &'static str,
    pub outcome: Outcome,
    pub touched: Vec<Touch>,
    pub open: Vec<u8>,
    pub private: Option<(SubjectId, String)>,
}

/// An entry with its place and time, not yet in the tree.
pub(crate) struct Placed {
    pub receipt: Receipt,
    pub bytes: Vec<u8>,
    at: i64,
}

/// On whose behalf something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub actor: i64,
    /// The session; 0 for a service.
    pub session: i64,
    /// One request, one number: it joins the entries that one click caused.
    pub request: [u8; 16],
}

/// One of the 256 sums of a table.
pub(crate) type Bucket = (&'static str, u8);

/// Head and sums of one lane as in the database, plus what the open batch has added.
pub(crate) struct Lane {
    pub number: u16,
    pub instance: [u8; 16],
    pub frontier: Frontier,
    pub last_at: i64,
    epoch: i64,
    /// The head's size as last committed: what the compare-and-swap expects.
    committed: u64,
    sums: HashMap<Bucket, Sum>,
    tables: Vec<&'static str>,
}

impl Lane {
    pub fn new(number: u16, instance: [u8; 16], tables: Vec<&'static str>) -> Self {
        Self {
            number,
            instance,
            frontier: Frontier::new(),
            last_at: 0,
            epoch: 0,
            committed: 0,
            sums: HashMap::new(),
            tables,
        }
    }

    /// The pointer the next entry will have.
    pub fn next_pointer(&self) -> i64 {
        let pointer = Pointer {
            lane: self.number,
            sequence: self.frontier.size(),
        };
        pointer
            .pack()
            .expect("2^48 entries are not reached in the life of a hospital")
    }

    /// Takes the lane: a new epoch, then head and sums as they are. One transaction.
    ///
    /// Counting the epoch waits for the lock of a transaction that still holds the head row, so
    /// what is read afterwards is final.
    pub async fn take_over(&mut self, conn: &mut Conn) -> Result<(), StoreError> {
        let postgres = conn.is_postgres();
        let told = move |error: sqlx::Error| verdict(&error, postgres).0;
        conn.script(if postgres { "BEGIN" } else { "BEGIN IMMEDIATE" })
            .await
            .map_err(told)?;
        if postgres {
            // The old transaction may need a while to notice that its client is gone.
            conn.script("SET LOCAL lock_timeout = '2s'")
                .await
                .map_err(told)?;
        }
        let lane = Value::Int(Some(i64::from(self.number)));
        conn.run(
            "INSERT INTO ledger_head (lane, epoch, size, frontier, last_at) \
             VALUES ($1, 0, 0, $2, 0) ON CONFLICT (lane) DO NOTHING",
            vec![lane.clone(), Value::Bytes(Some(Frontier::new().to_bytes()))],
        )
        .await
        .map_err(told)?;
        conn.run(
            "UPDATE ledger_head SET epoch = epoch + 1 WHERE lane = $1",
            vec![lane.clone()],
        )
        .await
        .map_err(told)?;
        let kinds = [Kind::Int, Kind::Int, Kind::Bytes, Kind::Int];
        let head = conn
            .all(
                "SELECT epoch, size, frontier, last_at FROM ledger_head WHERE lane = $1",
                vec![lane.clone()],
                &kinds,
            )
            .await
            .map_err(told)?;
        let sums = conn
            .all(
                "SELECT tbl, bucket, total FROM ledger_sum WHERE lane = $1",
                vec![lane],
                &[Kind::Text, Kind::Int, Kind::Bytes],
            )
            .await
            .map_err(told)?;
        conn.script("COMMIT").await.map_err(told)?;
        self.load(head, sums)
    }

    fn load(&mut self, head: Vec<Vec<Value>>, sums: Vec<Vec<Value>>) -> Result<(), StoreError> {
        let bad = || StoreError::Tampered {
            table: "ledger_head",
            key: self.number.to_string(),
        };
        let [
            Value::Int(Some(epoch)),
            Value::Int(Some(size)),
            Value::Bytes(Some(frontier)),
            Value::Int(Some(last_at)),
        ] = head.first().ok_or_else(bad)?.as_slice()
        else {
            return Err(bad());
        };
        let frontier = Frontier::from_bytes(frontier).map_err(|_| bad())?;
        if u64::try_from(*size) != Ok(frontier.size()) {
            return Err(bad());
        }
        let mut loaded = HashMap::with_capacity(sums.len());
        for sum in sums {
            let [
                Value::Text(Some(table)),
                Value::Int(Some(bucket)),
                Value::Bytes(Some(total)),
            ] = sum.as_slice()
            else {
                return Err(bad());
            };
            // A table that this program does not know any more keeps its sums in the database.
            let Some(table) = self.tables.iter().find(|known| *known == table) else {
                continue;
            };
            let bucket = u8::try_from(*bucket).map_err(|_| bad())?;
            let total: Hash = total.as_slice().try_into().map_err(|_| bad())?;
            loaded.insert((*table, bucket), Sum::from_bytes(&total));
        }
        (self.epoch, self.last_at, self.committed) = (*epoch, *last_at, frontier.size());
        (self.frontier, self.sums) = (frontier, loaded);
        Ok(())
    }

    /// Moves this lane's time past every other lane's.
    ///
    /// The rows in question are locked, so the entry that wrote them is committed, and its lane's
    /// head carries a time no earlier than that entry's.
    pub async fn catch_up(&mut self, conn: &mut Conn) -> sqlx::Result<()> {
        let sql = "SELECT MAX(last_at) FROM ledger_head";
        let found = conn.all(sql, vec![], &[Kind::Int]).await?;
        if let Some([Value::Int(Some(latest))]) = found.first().map(Vec::as_slice) {
            self.last_at = self.last_at.max(*latest);
        }
        Ok(())
    }

    /// Gives a draft its place and time; the bytes as they go into the log. Changes nothing yet, so
    /// that an entry which does not fit is refused before a row is written.
    pub fn place(&self, draft: Draft, wall: Moment, vault: &Vault) -> Result<Placed, StoreError> {
        let pointer = self.next_pointer();
        // Strictly increasing, so that a clock set back cannot reorder the log.
        let at = wall.0.max(self.last_at.saturating_add(1));
        let sealed = match draft.private {
            None => None,
            Some((subject, text)) => {
                let ciphertext = vault
                    .seal_payload(subject, pointer, text.as_bytes())
                    .map_err(|error| StoreError::Sealed(error.to_string()))?;
                Some(SealedPart {
                    subject: subject.0,
                    ciphertext,
                })
            }
        };
        let entry = Entry {
            instance: self.instance,
            lane: self.number,
            sequence: self.frontier.size(),
            at,
            request: draft.who.request,
            actor: draft.who.actor,
            session: draft.who.session,
            action: draft.action.to_owned(),
            event: draft.event.to_owned(),
            outcome: draft.outcome,
            touched: draft.touched,
            open: draft.open,
            sealed,
        };
        let bytes = entry.encode();
        entry
            .check(bytes.len())
            .map_err(|error| StoreError::EventTooLarge(error.to_string()))?;
        let leaf = leaf_hash(&bytes);
        Ok(Placed {
            receipt: Receipt { pointer, leaf },
            bytes,
            at,
        })
    }

    /// Puts an entry into the tree, at the place that [`Lane::place`] gave it.
    pub fn append(&mut self, placed: &Placed) {
        self.frontier.append(placed.receipt.leaf);
        self.last_at = placed.at;
    }

    /// Minus the old seal, plus the new; says which bucket that was.
    pub fn count(&mut self, save: &Save) -> Bucket {
        let bucket = (save.table.name, bucket_of(&save.key));
        let sum = self.sums.entry(bucket).or_default();
        if let Some(before) = &save.before {
            sum.subtract(before);
        }
        if let Some(after) = &save.after {
            sum.add(after);
        }
        bucket
    }

    /// Entries and sums of a batch: one statement each, however many changes there were.
    pub async fn write(
        &self,
        conn: &mut Conn,
        entries: Vec<Vec<u8>>,
        buckets: &BTreeSet<Bucket>,
    ) -> sqlx::Result<()> {
        let lane = i64::from(self.number);
        let first = i64::try_from(self.committed).unwrap_or(i64::MAX);
        let mut values = Vec::with_capacity(entries.len() * 3);
        for (sequence, bytes) in (first..).zip(entries) {
            values.extend([Value::Int(Some(lane)), Value::Int(Some(sequence))]);
            values.push(Value::Bytes(Some(bytes)));
        }
        let rows = values.len() / 3;
        conn.run(
            many("ledger_entry (lane, sequence, bytes)", 3, rows, ""),
            values,
        )
        .await?;
        let buckets: Vec<_> = buckets.iter().collect();
        for part in buckets.chunks(64) {
            let values = part
                .iter()
                .flat_map(|bucket| self.sum_values(bucket))
                .collect();
            let into = "ledger_sum (lane, tbl, bucket, total)";
            let upsert = " ON CONFLICT (lane, tbl, bucket) DO UPDATE SET total = excluded.total";
            conn.run(many(into, 4, part.len(), upsert), values).await?;
        }
        Ok(())
    }

    fn sum_values(&self, bucket: &Bucket) -> [Value; 4] {
        let total = self.sums.get(bucket).cloned().unwrap_or_default();
        [
            Value::Int(Some(i64::from(self.number))),
            Value::Text(Some(bucket.0.to_owned())),
            Value::Int(Some(i64::from(bucket.1))),
            Value::Bytes(Some(total.to_bytes().to_vec())),
        ]
    }

    /// Moves the head, if it is still where this keeper left it.
    pub async fn swap_head(&mut self, conn: &mut Conn) -> sqlx::Result<bool> {
        let size = i64::try_from(self.frontier.size()).unwrap_or(i64::MAX);
        let committed = i64::try_from(self.committed).unwrap_or(i64::MAX);
        let values = vec![
            Value::Int(Some(i64::from(self.number))),
            Value::Int(Some(self.epoch)),
            Value::Int(Some(committed)),
            Value::Int(Some(size)),
            Value::Bytes(Some(self.frontier.to_bytes())),
            Value::Int(Some(self.last_at)),
        ];
        let moved = conn
            .run(
                "UPDATE ledger_head SET size = $4, frontier = $5, last_at = $6 \
                 WHERE lane = $1 AND epoch = $2 AND size = $3",
                values,
            )
            .await?;
        Ok(moved == 1)
    }

    /// Keeps a signed checkpoint beside the log.
    pub async fn keep_checkpoint(
        &self,
        conn: &mut Conn,
        size: u64,
        note: String,
    ) -> sqlx::Result<()> {
        let values = vec![
            Value::Int(Some(i64::from(self.number))),
            Value::Int(Some(i64::try_from(size).unwrap_or(i64::MAX))),
            Value::Text(Some(note)),
        ];
        let sql = "INSERT INTO ledger_checkpoint (lane, size, note) VALUES ($1, $2, $3) \
                   ON CONFLICT (lane, size) DO NOTHING";
        conn.run(sql, values).await.map(drop)
    }

    /// The batch is durable: the next compare-and-swap starts from here.
    pub fn settled(&mut self) {
        self.committed = self.frontier.size();
    }

    /// Whether the batch that ended with `last` is in the database.
    ///
    /// Looks for the entry itself, not the head: another keeper may have moved the head since.
    pub async fn landed(&self, conn: &mut Conn, last: Receipt) -> Result<bool, StoreError> {
        let pointer = Pointer::unpack(last.pointer);
        let sequence = i64::try_from(pointer.sequence).unwrap_or(i64::MAX);
        let values = vec![
            Value::Int(Some(i64::from(pointer.lane))),
            Value::Int(Some(sequence)),
        ];
        let found = conn
            .all(
                "SELECT bytes FROM ledger_entry WHERE lane = $1 AND sequence = $2",
                values,
                &[Kind::Bytes],
            )
            .await
            .map_err(|_| StoreError::Unknown)?;
        Ok(match found.first().map(Vec::as_slice) {
            Some([Value::Bytes(Some(bytes))]) => leaf_hash(bytes) == last.leaf,
            _ => false,
        })
    }
}

/// What a change did to its rows, for its entry: one touch a row, the last state counts.
pub(crate) fn touches(saves: &[(&'static str, Key, Option<Hash>)]) -> Vec<Touch> {
    let mut touched: Vec<Touch> = Vec::with_capacity(saves.len());
    for (table, key, after) in saves {
        match touched
            .iter_mut()
            .find(|touch| touch.table == *table && touch.key == *key)
        {
            Some(touch) => touch.after = *after,
            None => {
                touched.push(Touch {
                    table: (*table).to_owned(),
                    key: key.clone(),
                    after: *after,
                });
            }
        }
    }
    touched
}

type Shape = (&'static str, usize);
static MANY: LazyLock<Mutex<HashMap<Shape, &'static str>>> = LazyLock::new(Mutex::default);

/// An INSERT of so many rows; each text is made once and kept.
fn many(into: &'static str, columns: usize, rows: usize, tail: &'static str) -> &'static str {
    let mut known = MANY
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    known.entry((into, rows)).or_insert_with(|| {
        let groups: Vec<String> = (0..rows)
            .map(|row| {
                let marks: Vec<_> = (1..=columns)
                    .map(|column| format!("${}", row * columns + column))
                    .collect();
                format!("({})", marks.join(", "))
            })
            .collect();
        let text = format!("INSERT INTO {into} VALUES {}{tail}", groups.join(", "));
        Box::leak(text.into_boxed_str())
    })
}
