#!/usr/bin/env python3
"""A second verifier for Almoner's ledger: plain Python, standard library only, SQLite only.

Written from docs/ledger-format.md, whose section numbers stand in the comments, so that nobody
has to trust the first implementation. It opens the database read-only and needs no secret.

    almoner_verify.py DATABASE [--anchors FOLDER]... [--key VKEY]... [--json]
    almoner_verify.py --tiles FOLDER [--key VKEY]... [--json]

The second form needs no database: it recomputes the roots of what `almoner tiles` exported.

Exit code: 0 intact, 1 something was found, 2 could not check.
"""
import argparse, base64, hashlib, json, os, re, sqlite3, struct, sys
from pathlib import Path
from urllib.parse import quote

LISTED_MAX, NOTE_MAX = 1000, 98304
EMPTY_ROOT = hashlib.sha256(b"").digest()


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Bad(Exception):
    """Something is not in the form that the format page describes."""


# --- section 2: entries

class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Bad("it ends in the middle of a value")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, form):
        return struct.unpack(">" + form, self.take(struct.calcsize(">" + form)))[0]

    def string(self):
        return self.take(self.number("I"))

    def flag(self):
        flag = self.number("B")
        if flag > 1:
            raise Bad(f"kind {flag} is not known")
        return flag == 1

    def name(self):
        name = self.string()
        if not re.fullmatch(rb"[\x21-\x7e]{1,64}", name):
            raise Bad("a name is not 1 to 64 printable ASCII characters")
        return name.decode("ascii")

    def key(self):
        kind = self.number("B")
        if kind == 1:
            return self.number("q")
        if kind not in (2, 3):
            raise Bad(f"kind {kind} is not known")
        value = self.string()
        if len(value) > 1024:
            raise Bad("a key is longer than 1024 bytes")
        try:
            return value.decode("utf-8") if kind == 2 else value
        except UnicodeDecodeError:
            raise Bad("a key of text is not UTF-8")


def read_entry(data):
    if len(data) > 65535:
        raise Bad("it is longer than 65535 bytes")
    source = Bytes(data)
    if (version := source.number("B")) != 1:
        raise Bad(f"it has version {version}")
    entry = {"instance": source.take(16)}
    entry["lane"], entry["sequence"] = source.number("H"), source.number("Q")
    if entry["sequence"] >= 1 << 48:
        raise Bad("the sequence does not fit into 48 bits")
    entry["at"] = source.number("q")
    source.take(16), source.number("q"), source.number("q"), source.name()
    entry["event"], entry["outcome"] = source.name(), source.number("B")
    if entry["outcome"] not in (1, 2, 3, 4, 5):
        raise Bad("the outcome is not known")
    if (count := source.number("I")) > 512:
        raise Bad("it touches more than 512 rows")
    entry["touched"] = [
        (source.name(), source.key(), source.take(32) if source.flag() else None)
        for _ in range(count)]
    entry["open"] = source.string()
    if source.flag():
        source.number("q"), source.string()
    if source.at != len(data):
        raise Bad("bytes follow its end")
    return entry


# --- section 3: the tree

class Tree:
    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, leaf):
        before, self.size = self.size, self.size + 1
        while before & 1:
            leaf, before = sha(b"\x01", self.peaks.pop(), leaf), before >> 1
        self.peaks.append(leaf)

    def root(self):
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for left in reversed(self.peaks[:-1]):
            root = sha(b"\x01", left, root)
        return root

    def frontier(self):
        return struct.pack(">Q", self.size) + b"".join(self.peaks)


# --- section 4: rows

def tagged(value):
    """An integer, text or byte value in the form shared by keys and cells."""
    if isinstance(value, int):
        return b"\x01" + struct.pack(">q", value)
    kind = b"\x02" if isinstance(value, str) else b"\x03"
    data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return kind + struct.pack(">I", len(data)) + data


def canonical(table, row):
    out = [tagged(table)[1:]]
    for column in sorted(row, key=str.encode):
        if row[column] is not None and column != "seal":
            if isinstance(row[column], float):
                raise Bad(f"column {column} holds a fraction")
            out += [tagged(column)[1:], tagged(row[column])]
    return b"".join(out)


def digest(form):
    return sha(b"almoner/row/1\n", form)


def bucket(key):
    return sha(tagged(key))[0]


def shown(key):
    if isinstance(key, bytes):
        return f"x'{key.hex()}'"
    return ascii(key) if isinstance(key, str) else str(key)


# --- section 6: checkpoints; Ed25519 as in RFC 8032, section 5.1

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def plus(a, b):
    (x, y, z, t), (u, v, w, s) = a, b
    m, n, o, q = (y - x) * (v - u) % P, (y + x) * (v + u) % P, 2 * t * s * D % P, 2 * z * w % P
    e, f, g, h = n - m, q - o, q + o, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = plus(total, point)
        point, number = plus(point, point), number >> 1
    return total


def point(data):
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise Bad("no point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point(bytes([0x58] + [0x66] * 31))


def signed_by(public, text, signature):
    try:
        if len(signature) != 64 or (s := int.from_bytes(signature[32:], "little")) >= ORDER:
            return False
        challenge = hashlib.sha512(signature[:32] + public + text).digest()
        challenge = int.from_bytes(challenge, "little") % ORDER
        a, b = times(s, BASE), plus(point(signature[:32]), times(challenge, point(public)))
    except Bad:
        return False
    return (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def unbase64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad("not base64")
    if base64.b64encode(data).decode() != text:
        raise Bad("not base64 in its one form")
    return data


def read_key(text):
    name, _, rest = text.partition("+")
    key_id, _, key = rest.partition("+")
    public = unbase64(key)
    if len(public) != 33 or public[0] != 1 or key_id != sha(name.encode(), b"\n", public)[:4].hex():
        raise Bad("not a verifier key of the form name+hash+key")
    return name, public[1:], bytes.fromhex(key_id)


def signed_lines(note, keys):
    """The lines of text that a known key signed; with no key at hand, those of any note."""
    try:
        whole = note.decode("utf-8") if isinstance(note, bytes) else note
    except UnicodeDecodeError:
        raise Bad("not UTF-8")
    text, blank, signatures = whole.rpartition("\n\n")
    control = any(letter < " " and letter != "\n" for letter in whole)
    too_long = len(whole.encode("utf-8", "replace")) > NOTE_MAX
    if control or too_long or not blank or not signatures.endswith("\n"):
        raise Bad("not a signed checkpoint")
    lines, signatures, known = text.split("\n"), signatures[:-1].split("\n"), False
    if not 3 <= len(lines) <= 16 or len(signatures) > 16 or "" in lines:
        raise Bad("not a signed checkpoint")
    for line in signatures:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "\u2014" or not parts[1] or "+" in parts[1]:
            raise Bad("a signature line has another form")
        signature = unbase64(parts[2])
        if len(signature) < 4:
            raise Bad("a signature line has another form")
        for name, public, key_id in keys:
            if name == parts[1] and key_id == signature[:4]:
                if not signed_by(public, (text + "\n").encode(), signature[4:]):
                    raise Bad("the signature does not fit the text")
                known = True
    if keys and not known:
        raise Bad("no known key signed it")
    return lines


def read_note(note, origin, keys):
    """The size and root that the note signs, if it is about the log `origin`."""
    lines = signed_lines(note, keys)
    root = unbase64(lines[2])
    plain = re.fullmatch(r"0|[1-9][0-9]{0,19}", lines[1]) and int(lines[1]) < 1 << 64
    if not plain or len(root) != 32:
        raise Bad("not a signed checkpoint")
    if lines[0] != origin:
        raise Bad("it is about another log")
    return int(lines[1]), root


# --- section 10: declared losses

def read_declaration(entry, origin, keys):
    """What an entry declares lost, or None for an entry of another kind."""
    if entry["event"] != "identity.recovery_declared" or entry["outcome"] != 1:
        return None
    try:
        carried = json.loads(entry["open"])["note"]
        lines = signed_lines(carried, keys)
        first, log, kept, lost, by, reason, anchors = lines
        (size, root), (lost_from, lost_until) = kept.split(" "), map(int, lost.split(" "))
        anchors = unbase64(anchors)
        if first != "almoner recovery 1" or len(anchors) % 40 or len(reason.encode()) > 1000:
            raise Bad("it is no declaration of a recovery")
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Bad("it is no declaration of a recovery")
    if log != f"{origin}/lane-{entry['lane']}":
        raise Bad("it is about another log")
    if int(size) != entry["sequence"]:
        raise Bad("it was signed for another place")
    named = {(int.from_bytes(anchors[at:at + 8], "big"), anchors[at + 8:at + 40])
             for at in range(0, len(anchors), 40)}
    told = {"lane": entry["lane"], "lost_from": lost_from, "lost_until": lost_until,
            "by": int(by), "reason": reason}
    told["sentence"] = (
        f"history lost between entry {lost_from} and {lost_until - 1} of lane {entry['lane']}, "
        f"declared by account {by}, because: {ascii(reason)[1:-1]}")
    return unbase64(root), named, told


# --- section 7: what must hold

class Verifier:
    def __init__(self, database, keys):
        self.db, self.findings, self.unlisted = database, [], 0
        self.recoveries = []
        self.entries = self.rows = 0
        self.claims, self.last = {}, {}
        ids = database.execute("SELECT id, origin, checkpoint_key FROM instance").fetchall()
        if len(ids) != 1:
            raise Bad("the table instance has not one row")
        self.instance, self.origin, own_key = ids[0]
        if own_key not in keys and keys:
            self.found("key_replaced", "the instance names another checkpoint key", "instance")
        self.keys = [read_key(key) for key in keys or [own_key]]

    def found(self, what, sentence, table=None, key=None, entry=(None, None)):
        if len(self.findings) >= LISTED_MAX:
            self.unlisted += 1
            return
        key = None if key is None else shown(key)
        self.findings.append({"what": what, "table": table, "key": key,
                              "lane": entry[0], "sequence": entry[1], "sentence": sentence})

    def claim(self, kind, lane, note, size, place, digits=""):
        try:
            claimed, root = read_note(note, f"{self.origin}/lane-{lane}", self.keys)
            if claimed != size:
                raise Bad(f"it is about {claimed} entries")
            if not root.hex().startswith(digits):
                raise Bad("it has another root than its name says")
            self.claims.setdefault(lane, []).append((size, kind, root, place))
        except Bad as bad:
            self.found(f"{kind}_refused", f"{place} is not believed: {bad}")

    def read_checkpoints(self):
        for lane, size, note in self.db.execute("SELECT lane, size, note FROM ledger_checkpoint"):
            self.claim("checkpoint", lane, note, size, f"the checkpoint of lane {lane} at {size}")

    def read_anchors(self, folder):
        for inner in sorted(Path(folder).iterdir()):
            lane = re.fullmatch(r"lane-(0|[1-9][0-9]{0,4})", inner.name)
            if inner.name.startswith("."):
                continue
            if not lane or int(lane[1]) > 65535 or not inner.is_dir():
                self.found("anchor_refused", f"{ascii(str(inner))} is not a lane's folder")
                continue
            for file in sorted(inner.iterdir()):
                size = re.fullmatch(r"([0-9]{20})(?:-([0-9a-f]{8}))?\.checkpoint", file.name)
                if file.name.startswith("."):
                    continue
                plain = size and file.is_file() and not file.is_symlink()
                if not plain or file.stat().st_size > NOTE_MAX:
                    self.found("anchor_refused", f"{ascii(str(file))} is not an anchor")
                else:
                    place = f"the anchor {ascii(str(file))}"
                    self.claim("anchor", int(lane[1]), file.read_bytes(), int(size[1]), place,
                               size[2] or "")

    def read_entries(self):
        query = "SELECT lane, size, frontier, last_at FROM ledger_head"
        self.heads = {lane: head for lane, *head in self.db.execute(query)}
        lanes = {lane for lane, in self.db.execute("SELECT DISTINCT lane FROM ledger_entry")}
        for lane in sorted(lanes | self.heads.keys() | self.claims.keys()):
            self.read_lane(lane)

    def read_lane(self, lane):
        tree, following, last_at, good, told = Tree(), 0, 0, {}, set()
        claims = sorted(self.claims.get(lane, []))

        def settle():
            while claims and claims[0][0] == tree.size:
                size, kind, root, place = claims.pop(0)
                if root == tree.root():
                    good[kind] = size
                elif kind not in told:
                    told.add(kind)
                    first = good.get(kind, 0)
                    self.found(f"{kind}_disagrees", f"lane {lane} is not what {place} saw: entries "
                               f"{first} to {size - 1} are not what they were", entry=(lane, first))

        settle()
        query = "SELECT sequence, bytes FROM ledger_entry WHERE lane = ? ORDER BY sequence"
        for sequence, data in self.db.execute(query, (lane,)):
            self.entries += 1
            if sequence != following:
                what = "entry_missing" if sequence > following else "entry_repeated"
                self.found(what, f"after {following} entries of lane {lane} comes {sequence}",
                           entry=(lane, min(sequence, following)))
            following = max(following, sequence + 1)
            data = data if isinstance(data, bytes) else str(data).encode("utf-8", "surrogateescape")
            claims = self.excused(lane, sequence, data, tree, claims)
            tree.append(sha(b"\x00", data))
            settle()
            last_at = int.from_bytes(data[27:35], "big", signed=True) if len(data) > 34 else 0
            self.read_touches(lane, sequence, data)
        self.check_head(lane, tree, last_at)
        for kind in ("checkpoint", "anchor"):
            if ahead := [claim for claim in claims if claim[1] == kind]:
                size, _, _, place = ahead[-1]
                sentence = f"lane {lane} has {tree.size} entries and {place} knows {size}"
                self.found(f"{kind}_ahead", sentence, entry=(lane, tree.size))

    def excused(self, lane, sequence, data, tree, claims):
        """The claims that still stand when this entry, not yet in the tree, declares a loss."""
        if b"identity.recovery_declared" not in data:
            return claims
        try:
            entry = read_entry(data)
        except Bad:
            return claims  # told elsewhere
        try:
            declared = read_declaration(entry, self.origin, self.keys)
            if declared and declared[0] != tree.root():
                raise Bad("it was signed over another history")
        except Bad as bad:
            sentence = f"entry {sequence} of lane {lane} declares a loss, not believed: {bad}"
            self.found("recovery_refused", sentence, entry=(lane, sequence))
            return claims
        if not declared:
            return claims
        _, named, told = declared
        if told not in self.recoveries[-1:]:
            self.recoveries.append(told)
        return [claim for claim in claims if claim[1] != "anchor" or claim[::2][:2] not in named]

    def read_touches(self, lane, sequence, data):
        here, name = (lane, sequence), f"entry {sequence} of lane {lane}"
        try:
            entry = read_entry(data)
        except Bad as bad:
            self.found("entry_unreadable", f"{name} cannot be read: {bad}", entry=here)
            return
        if entry["instance"] != self.instance:
            self.found("entry_foreign", f"{name} was written by another instance", entry=here)
        place = entry["lane"], entry["sequence"]
        if place != here:
            sentence = f"in the place of {name} stands entry {place[1]} of lane {place[0]}"
            self.found("entry_misplaced", sentence, entry=here)
        for table, key, after in entry["touched"]:
            rows, order = self.last.setdefault(table, {}), (entry["at"], *place)
            if key not in rows or rows[key][0] <= order:
                rows[key] = (order, after)

    def check_head(self, lane, tree, last_at):
        whole = lane, None
        if lane not in self.heads:
            if tree.size:
                self.found("head_missing", f"lane {lane} has entries and no head", entry=whole)
            return
        size, frontier, head_at = self.heads[lane]
        counted = int.from_bytes(frontier[:8], "big") if isinstance(frontier, bytes) else -1
        fits = counted == size <= 1 << 48 and len(frontier) == 8 + 32 * bin(size).count("1")
        if not fits or head_at != last_at:
            self.found("head_damaged", f"the head of lane {lane} is not in order", entry=whole)
        if not fits:
            return
        if tree.size != size:
            self.found("log_short" if tree.size < size else "log_long",
                       f"lane {lane} has {tree.size} entries and its head counts {size}",
                       entry=(lane, min(tree.size, size)))
        elif frontier != tree.frontier():
            sentence = f"the entries of lane {lane} do not give the tree of its head"
            self.found("log_rewritten", sentence, entry=whole)

    def read_rows(self):
        sums, seen = {}, {}
        query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        for table, in self.db.execute(query).fetchall():
            quoted = '"' + table.replace('"', '""') + '"'
            info = self.db.execute(f"PRAGMA table_info({quoted})").fetchall()
            columns = [column[1] for column in info]
            primary = [column[1] for column in info if column[5]]
            if not {"entry", "seal"} <= set(columns):
                continue
            if len(primary) != 1:
                raise Bad(f"table {ascii(table)} has no primary key of one column")
            keys = seen.setdefault(table, set())
            for values in self.db.execute(f"SELECT * FROM {quoted}"):
                self.rows += 1
                self.check_row(table, dict(zip(columns, values)), primary[0], keys, sums)
        for table, rows in self.last.items():
            for key, (order, after) in rows.items():
                if after is not None and key not in seen.get(table, ()):
                    sentence = f"{ascii(table)} {shown(key)} is gone"
                    self.found("row_missing", sentence, table, key, order[1:])
        for table, number, total in self.db.execute("SELECT tbl, bucket, total FROM ledger_sum"):
            rest = sums.get((table, number), 0) - int.from_bytes(total, "big")
            sums[table, number] = rest % 2**256
        for (table, number), rest in sorted(sums.items()):
            if rest:
                sentence = f"the seals in bucket {number} of {ascii(table)} do not add up"
                self.found("sum_disagrees", sentence, table)

    def check_row(self, table, row, primary, seen, sums):
        key, seal = row[primary], row["seal"]
        if not isinstance(key, (int, str, bytes)):
            self.found("row_unreadable", f"a row of {ascii(table)} has no key", table)
            return
        order, after = self.last.get(table, {}).get(key, (None, None))
        place, twice = order[1:] if order else (None, None), key in seen
        name, about = f"{ascii(table)} {shown(key)}", (table, key, place)
        seen.add(key)
        if isinstance(seal, bytes) and len(seal) == 32:
            spot = table, bucket(key)
            sums[spot] = (sums.get(spot, 0) + int.from_bytes(seal, "big")) % 2**256
        else:
            self.found("seal_broken", f"{name} carries no seal", *about)
        try:
            form, pointer = canonical(table, row), row["entry"]
        except Bad as bad:
            self.found("row_unreadable", f"{name} cannot be read: {bad}", *about)
            return
        if order is None:
            self.found("row_unrecorded", f"{name} was never written by any entry", *about)
        elif twice:
            self.found("row_repeated", f"{name} stands there more than once", *about)
        elif after is None:
            sentence = f"{name} is there, and its last entry deleted it"
            self.found("row_after_deletion", sentence, *about)
        elif isinstance(pointer, int) and pointer % 2**64 != place[0] << 48 | place[1]:
            self.found("row_replaced", f"{name} names another entry than its last", *about)
        elif not isinstance(pointer, int) or digest(form) != after:
            self.found("row_edited", f"{name} is not what its last entry recorded", *about)


# --- section 9: tiles

TILE = 256


def tile_place(index, width):
    place = f"{index % 1000:03}"
    while index := index // 1000:
        place = f"x{index % 1000:03}/{place}"
    return place if width == TILE else f"{place}.p/{width}"


class Tiles:
    """One exported lane: entries, tiles of every level, and the checkpoint over them."""

    def __init__(self, folder, keys):
        self.folder, self.findings, self.entries = Path(folder), [], 0
        note = (self.folder / "checkpoint").read_bytes()
        self.origin = note.split(b"\n", 1)[0].decode("utf-8")
        self.size, self.root = read_note(note, self.origin, keys)
        lane = re.fullmatch(r".+/lane-(0|[1-9][0-9]{0,4})", self.origin)
        if not lane:
            raise Bad(f"{ascii(self.origin)} is not the log of a lane")
        self.lane = int(lane[1])

    def found(self, what, sentence, sequence=None):
        self.findings.append({"what": what, "table": None, "key": None, "lane": self.lane,
                              "sequence": sequence, "sentence": sentence})

    def file(self, kind, place):
        path = self.folder / "tile" / kind / place
        if not path.is_file():
            self.found("tile_missing", f"{ascii(str(path))} is not there")
            return None, path
        return path.read_bytes(), path

    def check(self):
        tree, level, hashes = Tree(), 0, []
        for first in range(0, self.size, TILE):
            width = min(TILE, self.size - first)
            data, path = self.file("entries", tile_place(first // TILE, width))
            if data is None:
                return
            try:
                leaves = self.leaves(data, first, width)
            except Bad as bad:
                self.found("tile_unreadable", f"{ascii(str(path))} cannot be read: {bad}", first)
                return
            hashes += leaves
            for leaf in leaves:
                tree.append(leaf)
        while hashes:
            hashes, level = self.check_level(level, hashes), level + 1
        if tree.root() != self.root:
            sentence = f"the entries of {ascii(self.origin)} do not give the signed root"
            self.found("checkpoint_disagrees", sentence)

    def leaves(self, data, first, width):
        source, leaves = Bytes(data), []
        for sequence in range(first, first + width):
            entry = source.take(source.number("H"))
            told = read_entry(entry)
            if (told["lane"], told["sequence"]) != (self.lane, sequence):
                raise Bad(f"in the place of entry {sequence} stands {told['sequence']}")
            leaves.append(sha(b"\x00", entry))
            self.entries += 1
        if source.at != len(data):
            raise Bad("bytes follow its last entry")
        return leaves

    def check_level(self, level, hashes):
        """Compares the tiles of a level; gives the hashes of the level above."""
        above = []
        for first in range(0, len(hashes), TILE):
            part, subtree = hashes[first:first + TILE], Tree()
            data, path = self.file(str(level), tile_place(first // TILE, len(part)))
            if data is not None and data != b"".join(part):
                self.found("tile_disagrees", f"{ascii(str(path))} is not what the entries give")
            if len(part) == TILE:
                for one in part:
                    subtree.append(one)
                above.append(subtree.root())
        return above


def verify_tiles(folder, keys=()):
    keys = [read_key(key) for key in keys]
    lanes = sorted(Path(folder).glob("lane-*"))
    lanes = [folder] if Path(folder, "checkpoint").is_file() else lanes
    logs = [Tiles(lane, keys) for lane in lanes]
    if not logs:
        raise Bad("there is no checkpoint in it")
    for log in logs:
        log.check()
    findings = [finding for log in logs for finding in log.findings]
    return {"intact": not findings, "entries": sum(log.entries for log in logs), "rows": 0,
            "findings": findings, "unlisted": 0, "recoveries": []}


def open_read_only(path):
    # A database in use has its newest pages in the WAL, which "immutable" would not read.
    wal = path + "-wal"
    mode = "mode=ro" if os.path.exists(wal) and os.path.getsize(wal) else "mode=ro&immutable=1"
    address = f"file:{quote(os.path.abspath(path))}?{mode}"
    database = sqlite3.connect(address, uri=True, isolation_level=None)
    database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("BEGIN")  # one state of the database, also while it is in use
    return database


def verify(path, anchors=(), keys=()):
    verifier = Verifier(open_read_only(path), keys)
    verifier.read_checkpoints()
    for folder in anchors:
        verifier.read_anchors(folder)
    verifier.read_entries()
    verifier.read_rows()
    verifier.db.close()
    return {"intact": not verifier.findings, "entries": verifier.entries, "rows": verifier.rows,
            "findings": verifier.findings, "unlisted": verifier.unlisted,
            "recoveries": verifier.recoveries}


def main():
    parser = argparse.ArgumentParser(description="Checks an Almoner database (SQLite).")
    parser.add_argument("database", nargs="?")
    parser.add_argument("--tiles", metavar="FOLDER", help="an export of `almoner tiles`")
    parser.add_argument("--anchors", action="append", default=[], metavar="FOLDER")
    parser.add_argument("--key", action="append", default=[], metavar="VKEY")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if bool(options.database) == bool(options.tiles):
        parser.error("give a DATABASE, or --tiles FOLDER")
    try:
        if options.tiles:
            report = verify_tiles(options.tiles, options.key)
        else:
            report = verify(options.database, options.anchors, options.key)
    except (Bad, OSError, sqlite3.Error, ValueError, TypeError) as error:
        print(f"could not check {ascii(options.tiles or options.database)}: {error}",
              file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(report))
    else:
        for finding in report["findings"]:
            print(finding["sentence"])
        for recovery in report["recoveries"]:
            print(recovery["sentence"])
        count = len(report["findings"]) + report["unlisted"]
        state = "intact" if report["intact"] else f"{count} findings"
        print(f"{report['entries']} entries, {report['rows']} rows: {state}")
    return 0 if report["intact"] else 1


if __name__ == "__main__":
    sys.exit(main())
