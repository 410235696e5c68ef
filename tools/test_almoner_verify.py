#!/usr/bin/env python3
"""Tests of the second verifier: python3 -m unittest discover tools

A small writer, made from docs/ledger-format.md alone, keeps a database as the server would; then each
tampering of the detection matrix is done to it with plain SQL. The examples in ledger-vectors.json are
compared with this writer here, and with the first implementation in its own tests.
"""

import hashlib, hmac, json, sqlite3, struct, subprocess, sys, tempfile, unittest
from base64 import b64encode
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import almoner_verify as verifier

INSTANCE, ORIGIN, SEED = b"an instance's id", "ward.example/almoner", bytes(range(32))
SEAL_KEY = b"the instance's own seal key....."


def string(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack(">I", len(data)) + data


def value(data):
    if isinstance(data, int):
        return struct.pack(">Bq", 1, data)
    return (b"\x02" if isinstance(data, str) else b"\x03") + string(data)


def write_entry(lane, sequence, at, touched, sealed=None):
    out = struct.pack(">B16sHQq16sqq", 1, INSTANCE, lane, sequence, at, b"one request's id", 42, 7)
    out += (
        string("tasking.close_task")
        + string("tasking.task_closed")
        + b"\x01"
        + struct.pack(">I", len(touched))
    )
    for table, key, after in touched:
        out += string(table) + value(key) + (b"\x00" if after is None else b"\x01" + after)
    out += string('{"task":1}')
    return out + (
        b"\x00" if sealed is None else struct.pack(">Bq", 1, sealed[0]) + string(sealed[1])
    )


def write_row(table, row):
    cells = sorted(
        (name.encode(), cell) for name, cell in row.items() if name != "seal" and cell is not None
    )
    return string(table) + b"".join(string(name) + value(cell) for name, cell in cells)


def root_of(leaves):
    """The definition of RFC 6962, 2.1, word for word: slow, and not what the verifier does."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def frontier_of(leaves):
    out, start = struct.pack(">Q", len(leaves)), 0
    for bit in reversed(range(len(leaves).bit_length())):
        if len(leaves) >> bit & 1:
            out, start = out + root_of(leaves[start : start + (1 << bit)]), start + (1 << bit)
    return out


def compressed(point):
    inverse = pow(point[2], verifier.P - 2, verifier.P)
    x, y = point[0] * inverse % verifier.P, point[1] * inverse % verifier.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def secret():
    digest = hashlib.sha512(SEED).digest()
    scalar = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return scalar, digest[32:], compressed(verifier.times(scalar, verifier.BASE))


def ed25519(text):
    scalar, prefix, public = secret()
    nonce = int.from_bytes(hashlib.sha512(prefix + text).digest(), "little") % verifier.ORDER
    first = compressed(verifier.times(nonce, verifier.BASE))
    challenge = int.from_bytes(hashlib.sha512(first + public + text).digest(), "little")
    return first + ((nonce + challenge * scalar) % verifier.ORDER).to_bytes(32, "little")


def key_id():
    return hashlib.sha256(ORIGIN.encode() + b"\n\x01" + secret()[2]).digest()[:4]


def vkey():
    return f"{ORIGIN}+{key_id().hex()}+{b64encode(bytes([1]) + secret()[2]).decode()}"


def write_note(lane, size, root):
    text = f"{ORIGIN}/lane-{lane}\n{size}\n{b64encode(root).decode()}\n"
    return f"{text}\n\u2014 {ORIGIN} {b64encode(key_id() + ed25519(text.encode())).decode()}\n"


def leaf(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


class Hospital:
    """A database with its anchors, written as the format page says."""

    def __init__(self, folder):
        self.path, self.anchors = str(folder / "almoner.db"), folder / "anchors"
        self.anchors.mkdir()
        self.db, self.clock = sqlite3.connect(self.path), 0
        self.db.executescript("""
            CREATE TABLE instance (id BLOB, origin TEXT, checkpoint_key TEXT);
            CREATE TABLE ledger_entry (lane INTEGER, sequence INTEGER, bytes BLOB, PRIMARY KEY (lane, sequence));
            CREATE TABLE ledger_head (lane INTEGER PRIMARY KEY, epoch INTEGER, size INTEGER, frontier BLOB,
                last_at INTEGER);
            CREATE TABLE ledger_sum (lane INTEGER, tbl TEXT, bucket INTEGER, total BLOB, PRIMARY KEY (lane, tbl, bucket));
            CREATE TABLE ledger_checkpoint (lane INTEGER, size INTEGER, note TEXT, PRIMARY KEY (lane, size));
            CREATE TABLE task (id INTEGER PRIMARY KEY, state TEXT, note BLOB, entry INTEGER, seal BLOB);
            CREATE TABLE setting (name TEXT PRIMARY KEY, state TEXT, entry INTEGER, seal BLOB);""")
        self.db.execute("INSERT INTO instance VALUES (?, ?, ?)", (INSTANCE, ORIGIN, vkey()))
        for turn in range(40):
            self.save(turn % 2, "task", turn % 7, f"state {turn}")
        self.save(0, "setting", "ward-\u00e4", "open")
        self.save(0, "setting", "gone", "open")
        self.delete(1, "setting", "gone")
        self.db.commit()

    def leaves(self, lane):
        query = "SELECT bytes FROM ledger_entry WHERE lane = ? ORDER BY sequence"
        return [leaf(entry) for entry, in self.db.execute(query, (lane,))]

    def count(self, lane, table, key, seal, sign):
        bucket = hashlib.sha256(value(key)).digest()[0]
        spot = (lane, table, bucket)
        total = self.db.execute(
            "SELECT total FROM ledger_sum WHERE (lane, tbl, bucket) = (?, ?, ?)", spot
        ).fetchone()
        total = int.from_bytes(total[0], "big") if total else 0
        total = (total + sign * int.from_bytes(seal, "big")) % 2**256
        self.db.execute(
            "INSERT OR REPLACE INTO ledger_sum VALUES (?, ?, ?, ?)",
            (*spot, total.to_bytes(32, "big")),
        )

    def remove(self, lane, table, key):
        column = "id" if table == "task" else "name"
        old = self.db.execute(f"SELECT seal FROM {table} WHERE {column} = ?", (key,)).fetchone()
        if old:
            self.count(lane, table, key, old[0], -1)
            self.db.execute(f"DELETE FROM {table} WHERE {column} = ?", (key,))

    def save(self, lane, table, key, state):
        self.remove(lane, table, key)
        row = {
            "id" if table == "task" else "name": key,
            "state": state,
            "entry": lane << 48 | len(self.leaves(lane)),
        }
        form = write_row(table, row)
        seal = hmac.digest(SEAL_KEY, form, "sha256")
        names = ", ".join(row)
        self.db.execute(
            f"INSERT INTO {table} ({names}, seal) VALUES (?, ?, ?, ?)", (*row.values(), seal)
        )
        self.count(lane, table, key, seal, 1)
        self.append(lane, [(table, key, hashlib.sha256(b"almoner/row/1\n" + form).digest())])

    def delete(self, lane, table, key):
        self.remove(lane, table, key)
        self.append(lane, [(table, key, None)])

    def append(self, lane, touched):
        self.clock += 1
        entry = write_entry(lane, len(self.leaves(lane)), self.clock, touched)
        self.db.execute(
            "INSERT INTO ledger_entry VALUES (?, ?, ?)", (lane, len(self.leaves(lane)), entry)
        )
        self.mend_head(lane)
        leaves = self.leaves(lane)
        if len(leaves) % 10 == 0:
            note = write_note(lane, len(leaves), root_of(leaves))
            self.db.execute(
                "INSERT INTO ledger_checkpoint VALUES (?, ?, ?)", (lane, len(leaves), note)
            )
            place = self.anchors / f"lane-{lane}" / f"{len(leaves):020}.checkpoint"
            place.parent.mkdir(exist_ok=True)
            place.write_text(note, encoding="utf-8")

    def mend_head(self, lane):
        leaves = self.leaves(lane)
        query = "SELECT bytes FROM ledger_entry WHERE lane = ? ORDER BY sequence DESC"
        last_at = struct.unpack(">q", self.db.execute(query, (lane,)).fetchone()[0][27:35])[0]
        head = (lane, len(leaves), frontier_of(leaves), last_at)
        self.db.execute("INSERT OR REPLACE INTO ledger_head VALUES (?, 1, ?, ?, ?)", head)

    def mend_checkpoints(self):
        """As somebody does who holds the signing key too."""
        for lane, size in self.db.execute("SELECT lane, size FROM ledger_checkpoint").fetchall():
            note = write_note(lane, size, root_of(self.leaves(lane)[:size]))
            self.db.execute(
                "UPDATE ledger_checkpoint SET note = ? WHERE (lane, size) = (?, ?)",
                (note, lane, size),
            )


class Matrix(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.hospital = Hospital(Path(folder.name))
        self.addCleanup(self.hospital.db.close)

    def report(self, anchors=True):
        self.hospital.db.commit()
        folders = [self.hospital.anchors] if anchors else []
        return verifier.verify(self.hospital.path, folders, [vkey()])

    def codes(self, anchors=True):
        return {finding["what"] for finding in self.report(anchors)["findings"]}

    def sql(self, *statement):
        self.hospital.db.execute(*statement)

    def test_an_honest_history_is_not_accused(self):
        self.assertEqual(
            self.report(), {"intact": True, "entries": 43, "rows": 8, "findings": [], "unlisted": 0, "recoveries": []}
        )

    def test_an_edited_row_is_named(self):
        self.sql("UPDATE task SET state = 'done' WHERE id = 3")
        (finding,) = self.report()["findings"]
        self.assertEqual(
            (finding["what"], finding["table"], finding["key"]), ("row_edited", "task", "3")
        )
        self.assertEqual((finding["lane"], finding["sequence"]), (0, 19))

    def test_a_value_of_another_kind_is_an_edit(self):
        self.sql("UPDATE task SET state = CAST(state AS BLOB) WHERE id = 3")
        self.assertEqual(self.codes(), {"row_edited"})

    def test_a_fraction_cannot_be_read(self):
        self.sql("UPDATE task SET note = 1.5 WHERE id = 3")
        self.assertEqual(self.codes(), {"row_unreadable"})

    def test_a_deleted_row_is_named(self):
        self.sql("DELETE FROM setting WHERE name = 'ward-\u00e4'")
        self.assertEqual(self.codes(), {"row_missing", "sum_disagrees"})

    def test_a_copied_row_is_named(self):
        self.sql("INSERT INTO task SELECT 77, state, note, entry, seal FROM task WHERE id = 3")
        self.assertEqual(self.codes(), {"row_unrecorded", "sum_disagrees"})

    def test_swapped_rows_are_named(self):
        self.sql("UPDATE task SET id = 100 WHERE id = 3")
        self.sql("UPDATE task SET id = 3 WHERE id = 4")
        self.sql("UPDATE task SET id = 4 WHERE id = 100")
        self.assertEqual(self.codes(), {"row_replaced", "sum_disagrees"})

    def test_a_replayed_row_is_named(self):
        old = self.hospital.db.execute("SELECT * FROM task WHERE id = 3").fetchone()
        self.hospital.save(1, "task", 3, "cancelled")
        self.sql("REPLACE INTO task VALUES (?, ?, ?, ?, ?)", old)
        self.assertEqual(self.codes(), {"row_replaced", "sum_disagrees"})

    def test_a_resurrected_row_is_named(self):
        old = self.hospital.db.execute("SELECT * FROM task WHERE id = 3").fetchone()
        self.hospital.delete(1, "task", 3)
        self.sql("INSERT INTO task VALUES (?, ?, ?, ?, ?)", old)
        self.assertEqual(self.codes(), {"row_after_deletion", "sum_disagrees"})

    def test_a_lost_seal_is_named(self):
        self.sql("UPDATE task SET seal = NULL WHERE id = 3")
        self.assertEqual(self.codes(), {"seal_broken", "sum_disagrees"})

    def test_lost_sums_are_found(self):
        self.sql("DELETE FROM ledger_sum")
        self.assertEqual(self.codes(), {"sum_disagrees"})

    def edit_entry(self, lane, sequence, offset=60):
        query = "SELECT bytes FROM ledger_entry WHERE (lane, sequence) = (?, ?)"
        entry = bytearray(self.hospital.db.execute(query, (lane, sequence)).fetchone()[0])
        entry[offset] ^= 1  # the actor's last byte but some
        self.sql(
            "UPDATE ledger_entry SET bytes = ? WHERE (lane, sequence) = (?, ?)",
            (bytes(entry), lane, sequence),
        )

    def test_an_edited_entry_is_narrowed_down(self):
        self.edit_entry(0, 14, 55)
        found = {finding["what"]: finding["sequence"] for finding in self.report()["findings"]}
        self.assertEqual(
            found, {"checkpoint_disagrees": 10, "anchor_disagrees": 10, "log_rewritten": None}
        )

    def test_a_forked_log_is_found_from_anchors_alone(self):
        self.edit_entry(0, 14, 55)
        self.hospital.mend_head(0)
        self.hospital.mend_checkpoints()
        self.assertEqual(self.codes(anchors=False), set())
        self.assertEqual(self.codes(), {"anchor_disagrees"})

    def test_a_deleted_entry_is_named(self):
        self.sql("DELETE FROM ledger_entry WHERE (lane, sequence) = (0, 2)")
        self.assertLessEqual({"entry_missing", "log_short", "checkpoint_disagrees"}, self.codes())

    def test_a_renumbered_log_is_named(self):
        self.sql("DELETE FROM ledger_entry WHERE (lane, sequence) = (0, 2)")
        for sequence in range(3, 22):
            self.sql(
                "UPDATE ledger_entry SET sequence = ? WHERE (lane, sequence) = (0, ?)",
                (sequence - 1, sequence),
            )
        self.assertLessEqual({"entry_misplaced", "log_short"}, self.codes())

    def test_reordered_entries_are_named(self):
        for before, after in ((2, 99), (5, 2), (99, 5)):
            self.sql(
                "UPDATE ledger_entry SET sequence = ? WHERE (lane, sequence) = (1, ?)",
                (after, before),
            )
        places = [
            f["sequence"] for f in self.report()["findings"] if f["what"] == "entry_misplaced"
        ]
        self.assertEqual(places, [2, 5])

    def test_a_truncated_log_is_found(self):
        self.sql("DELETE FROM ledger_entry WHERE lane = 0 AND sequence > 15")
        self.assertLessEqual({"log_short", "checkpoint_ahead", "anchor_ahead"}, self.codes())

    def test_a_rollback_is_found_from_anchors_alone(self):
        self.hospital.db.commit()
        past = Path(self.hospital.path).read_bytes()
        for turn in range(20):
            self.hospital.save(0, "task", turn % 7, "later")
        self.hospital.db.commit()
        self.hospital.db.close()
        Path(self.hospital.path).write_bytes(past)
        self.hospital.db = sqlite3.connect(self.hospital.path)
        self.assertEqual(self.codes(anchors=False), set())
        self.assertEqual(self.codes(), {"anchor_ahead"})

    def test_a_foreign_or_garbled_entry_is_named(self):
        self.edit_entry(0, 3, 5)
        self.assertIn("entry_foreign", self.codes())
        self.sql("UPDATE ledger_entry SET bytes = x'02' WHERE (lane, sequence) = (0, 3)")
        self.assertIn("entry_unreadable", self.codes())

    def test_damaged_heads_and_added_entries_are_found(self):
        self.sql("UPDATE ledger_head SET frontier = x'00' WHERE lane = 0")
        self.sql("DELETE FROM ledger_head WHERE lane = 1")
        self.assertEqual(self.codes(), {"head_damaged", "head_missing"})
        self.hospital.mend_head(0)
        self.hospital.mend_head(1)
        self.sql("INSERT INTO ledger_entry VALUES (1, 21, ?)", (write_entry(1, 21, 0, []),))
        self.assertEqual(self.codes(), {"log_long", "head_damaged"})

    def test_an_exchanged_key_is_named(self):
        other = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
        self.sql("UPDATE instance SET checkpoint_key = ?", (other,))
        self.assertEqual(self.codes(), {"key_replaced"})

    def test_without_a_key_the_instance_s_own_is_used(self):
        self.sql("UPDATE ledger_checkpoint SET note = replace(note, 'A', 'B') WHERE lane = 0")
        self.hospital.db.commit()
        codes = {finding["what"] for finding in verifier.verify(self.hospital.path)["findings"]}
        self.assertEqual(codes, {"checkpoint_refused"})

    def test_forged_notes_are_not_believed(self):
        self.sql(
            "UPDATE ledger_checkpoint SET note = replace(note, char(10) || '10' || char(10), char(10) || '11' || char(10))"
        )
        lane = self.hospital.anchors / "lane-0"
        (lane / "00000000000000000099.checkpoint").write_text("garbage")
        (lane / "readme.txt").write_text("hello")
        (lane / ".00000000000000000100.checkpoint.0").write_text("half")
        codes = [finding["what"] for finding in self.report()["findings"]]
        self.assertEqual(codes, ["checkpoint_refused"] * 2 + ["anchor_refused"] * 2)

    def test_the_command_says_so_by_its_exit_code(self):
        def run(*arguments):
            command = [sys.executable, str(HERE / "almoner_verify.py"), *arguments]
            return subprocess.run(command, capture_output=True, text=True)

        self.hospital.db.commit()
        anchors = ["--anchors", str(self.hospital.anchors), "--key", vkey(), "--json"]
        done = run(self.hospital.path, *anchors)
        self.assertEqual(
            (done.returncode, json.loads(done.stdout)["entries"]), (0, 43), done.stderr
        )
        self.sql("UPDATE task SET state = 'done' WHERE id = 3")
        self.hospital.db.commit()
        self.assertEqual(run(self.hospital.path).returncode, 1)
        self.assertEqual(run("/nowhere/almoner.db").returncode, 2)
        self.assertEqual(run(self.hospital.path, "--key", "nonsense").returncode, 2)
        self.assertEqual(run(self.hospital.path, "--anchors", "/nowhere").returncode, 2)

    def test_a_database_in_use_is_read_up_to_date(self):
        self.sql("UPDATE ledger_head SET epoch = 2")
        self.hospital.db.commit()
        self.hospital.db.execute("PRAGMA journal_mode = WAL")
        self.hospital.save(0, "task", 3, "in the write-ahead log")
        self.assertEqual(self.report()["entries"], 44)
        self.assertTrue(self.report()["intact"])


def vectors():
    """The shared examples, as the writer above gives them."""
    touched = [
        ("task", -5, bytes([0xAB]) * 32),
        ("setting", "ward-\u00e4", None),
        ("session", b"\x00\xff", bytes([0xCD]) * 32),
    ]
    row = {
        "id": 1,
        "ward": "\u00c4lm",
        "photo": b"\x00\x01",
        "left": None,
        "Zone": -1,
        "entry": 3 << 48 | 5,
    }
    leaves = [leaf(bytes([number])) for number in range(11)]
    form = write_row("bed", row)
    cells = {
        name: ({"bytes": cell.hex()} if isinstance(cell, bytes) else cell)
        for name, cell in row.items()
    }
    keys = [1, -1, 2**63 - 1, "", "ward-\u00e4", b"", b"\x00\xff"]
    return {
        "entry": {
            "lane": 3,
            "sequence": 1234567,
            "at": 1795000000000001,
            "sealed": True,
            "bytes": write_entry(3, 1234567, 1795000000000001, touched, (9, b"\x01\x02\x03")).hex(),
        },
        "row": {
            "table": "bed",
            "cells": cells,
            "canonical": form.hex(),
            "digest": hashlib.sha256(b"almoner/row/1\n" + form).hexdigest(),
            "seal_key": SEAL_KEY.hex(),
            "seal": hmac.digest(SEAL_KEY, form, "sha256").hex(),
        },
        "keys": [
            {
                "key": {"bytes": key.hex()} if isinstance(key, bytes) else key,
                "canonical": value(key).hex(),
                "bucket": hashlib.sha256(value(key)).digest()[0],
            }
            for key in keys
        ],
        "tree": {
            "leaves": [data.hex() for data in leaves],
            "root": root_of(leaves).hex(),
            "frontier": frontier_of(leaves).hex(),
        },
        "checkpoint": {
            "origin": ORIGIN,
            "lane": 3,
            "size": 11,
            "seed": SEED.hex(),
            "key": vkey(),
            "note": write_note(3, 11, root_of(leaves)),
        },
    }


class Vectors(unittest.TestCase):
    def setUp(self):
        self.shared = json.loads((HERE / "ledger-vectors.json").read_text(encoding="utf-8"))

    def test_the_shared_examples_are_what_the_format_page_says(self):
        self.assertEqual(vectors(), self.shared)

    def test_the_verifier_reads_the_shared_examples(self):
        entry = verifier.read_entry(bytes.fromhex(self.shared["entry"]["bytes"]))
        self.assertEqual((entry["lane"], entry["sequence"], len(entry["touched"])), (3, 1234567, 3))
        tree = verifier.Tree()
        for data in self.shared["tree"]["leaves"]:
            tree.append(bytes.fromhex(data))
        self.assertEqual(tree.root().hex(), self.shared["tree"]["root"])
        self.assertEqual(tree.frontier().hex(), self.shared["tree"]["frontier"])
        checkpoint = self.shared["checkpoint"]
        size, root = verifier.read_note(
            checkpoint["note"], f"{ORIGIN}/lane-3", [verifier.read_key(checkpoint["key"])]
        )
        self.assertEqual((size, root), (11, tree.root()))

    def test_an_entry_cut_or_stretched_anywhere_is_refused(self):
        entry = bytes.fromhex(self.shared["entry"]["bytes"])
        for length in range(len(entry)):
            with self.assertRaises(verifier.Bad):
                verifier.read_entry(entry[:length])
        with self.assertRaises(verifier.Bad):
            verifier.read_entry(entry + b"\x00")

    def test_the_published_note_of_the_signature_format_verifies(self):
        name, public, key_id = verifier.read_key(
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
        )
        signature = verifier.unbase64(
            "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
        )
        self.assertEqual((name, key_id), ("example.com/foo", signature[:4]))
        self.assertTrue(verifier.signed_by(public, b"This is an example message.\n", signature[4:]))
        self.assertFalse(
            verifier.signed_by(public, b"That is an example message.\n", signature[4:])
        )


if __name__ == "__main__":
    if sys.argv[1:] == ["--write-vectors"]:
        (HERE / "ledger-vectors.json").write_text(
            json.dumps(vectors(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    else:
        unittest.main()
