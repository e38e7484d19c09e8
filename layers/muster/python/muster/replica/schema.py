"""The replica's tables. A change here or of what is put into them needs a new `VERSION`."""

from __future__ import annotations

import sqlite3

from muster.replica import functions

VERSION = 4
"""Part of the file's name: a file of an older version is removed and built anew from the log."""

_PRAGMAS = (
    # WAL without syncs: a killed process leaves whole transactions only, since what it wrote is in
    # the page cache. A machine that loses power may leave a damaged file, and that is built anew.
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = OFF",
    "PRAGMA temp_store = MEMORY",
    # KiB for a connection. The system's cache holds the file anyway: a cache eight times as large
    # made nothing faster, and let a worker's memory grow with its tenant.
    "PRAGMA cache_size = -4096",
    "PRAGMA cell_size_check = ON",
    "PRAGMA journal_size_limit = 16777216",
    "PRAGMA secure_delete = OFF",
)

_TABLES = """
CREATE TABLE state(one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL);
INSERT INTO state VALUES (1, 0);
CREATE TABLE fence(name TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE log(
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor_id TEXT NOT NULL, actor_name TEXT NOT NULL,
  cause TEXT NOT NULL, request_id TEXT NOT NULL, job TEXT, message TEXT, changes TEXT NOT NULL);

-- A deleted record stays as a row without a body: it keeps its version, and its place in the order.
CREATE TABLE record(
  row INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, marks TEXT, body TEXT);
CREATE UNIQUE INDEX record_by_id ON record(kind, id);
CREATE INDEX comment_by_asset ON record(json_extract(body, '$.asset'), id)
  WHERE kind = 'comment' AND body IS NOT NULL;

CREATE TABLE asset(
  row INTEGER PRIMARY KEY, trashed INTEGER NOT NULL, type TEXT, folder TEXT,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
  created_by TEXT NOT NULL, updated_by TEXT NOT NULL, source TEXT NOT NULL,
  name TEXT, tag TEXT, serial TEXT, key TEXT, key_order TEXT);
CREATE INDEX asset_by_created_at ON asset(trashed, created_at);
CREATE INDEX asset_by_updated_at ON asset(trashed, updated_at);
CREATE INDEX asset_by_created_by ON asset(trashed, created_by);
CREATE INDEX asset_by_updated_by ON asset(trashed, updated_by);
CREATE INDEX asset_by_source ON asset(trashed, source);
CREATE INDEX asset_by_name ON asset(trashed, name);
CREATE INDEX asset_by_tag ON asset(trashed, tag);
CREATE INDEX asset_by_serial ON asset(trashed, serial);
CREATE INDEX asset_by_key ON asset(trashed, key);
CREATE INDEX asset_by_key_order ON asset(trashed, key_order);
CREATE INDEX asset_by_type ON asset(trashed, type);
CREATE INDEX asset_by_type_updated_at ON asset(trashed, type, updated_at);
CREATE INDEX asset_by_type_name ON asset(trashed, type, name);
CREATE INDEX asset_by_folder ON asset(trashed, folder);
CREATE INDEX asset_by_folder_updated_at ON asset(trashed, folder, updated_at);
CREATE INDEX asset_by_folder_name ON asset(trashed, folder, name);

-- One row per value. `value` is a number or a folded text (SQLite orders numbers before texts), or
-- NULL for what has no order; `unit` is the currency of an amount.
CREATE TABLE field(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE value(
  asset INTEGER NOT NULL, field INTEGER NOT NULL, position INTEGER NOT NULL, value, unit TEXT,
  PRIMARY KEY (asset, field, position)) WITHOUT ROWID;
CREATE INDEX value_by_value ON value(field, value, asset, unit);

-- What a commit did to a value of an asset that was there before: `came` is 0 for a value that went
-- and 1 for one that came, NULL stands for empty. `n` counts the rows of an asset, field and commit
-- from 0; `at` is the commit's time.
CREATE TABLE history(
  asset INTEGER NOT NULL, field INTEGER NOT NULL, seq INTEGER NOT NULL, n INTEGER NOT NULL,
  came INTEGER NOT NULL, value, unit TEXT, at INTEGER NOT NULL,
  PRIMARY KEY (asset, field, seq, n)) WITHOUT ROWID;
CREATE INDEX history_by_value ON history(field, came, value, at, asset, unit);
CREATE INDEX history_by_time ON history(field, at, asset) WHERE n = 0;

-- Texts are cut into words before they come here, so that Python and SQLite agree on what a word
-- is: to `ascii` all that is not ASCII belongs to a word.
CREATE VIRTUAL TABLE words USING fts5(
  titles, rest, content = '', tokenize = 'ascii', prefix = '2 3');

-- All words that some asset has or had, and all of them written backwards: what is one or two
-- letters off is looked for from both ends. A word that nothing has any more finds nothing.
CREATE TABLE term(word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE mret(word TEXT PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE link(
  row INTEGER PRIMARY KEY, type TEXT, source TEXT, target TEXT);
CREATE INDEX link_by_source ON link(source);
CREATE INDEX link_by_target ON link(target);
CREATE INDEX link_by_type ON link(type);

CREATE TABLE folder(id TEXT PRIMARY KEY, parent TEXT) WITHOUT ROWID;
CREATE INDEX folder_by_parent ON folder(parent);
CREATE TABLE closure(
  ancestor TEXT NOT NULL, descendant TEXT NOT NULL, PRIMARY KEY (ancestor, descendant)
) WITHOUT ROWID;
CREATE INDEX closure_by_descendant ON closure(descendant);
"""


def prepare(db: sqlite3.Connection) -> None:
    """Set the connection up, and make the tables of a file that has none. Safe among processes."""
    for pragma in _PRAGMAS:
        db.execute(pragma)
    functions.register(db)
    if _has_tables(db):
        return
    db.execute("BEGIN IMMEDIATE")
    if not _has_tables(db):
        for statement in _TABLES.split(";\n"):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("COMMIT")


def _has_tables(db: sqlite3.Connection) -> bool:
    return bool(db.execute("PRAGMA user_version").fetchone()[0] == VERSION)
