# Copyright: creator.platform contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a database consists of: tables with their columns and keys, and the definition of every object in it."""

from __future__ import annotations

# ruff: noqa: S608  statements are built from constants of this file
from dataclasses import dataclass
from typing import Any

from ansible_collections.creator.platform.plugins.module_utils.postgres.connection import quote, translated


@dataclass(frozen=True)
class Column:
    """A column; `hashable` tells whether its type has a 64-bit hash of its own."""

    name: str
    type: str
    hashable: bool


@dataclass(frozen=True)
class Table:
    """A table or materialized view with rows of its own. `filenode` changes when it is rewritten; `pages` are blocks."""

    schema: str
    name: str
    filenode: int
    pages: int
    columns: tuple[Column, ...]
    key: tuple[Column, ...]

    @property
    def label(self) -> str:
        """schema.table, unquoted."""
        return f"{self.schema}.{self.name}"

    @property
    def sql(self) -> str:
        """The quoted name."""
        return quote(self.schema, self.name)


# A schema is a user's when it is neither the system's nor a session's. Objects of extensions belong to the extension.
USER_SCHEMAS = r"n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'"

# Types whose values hash_record_extended can take: those with a default hash operator class that has the 64-bit
# function (support number 2), reached directly, through a domain, an array, a range, or a binary coercion (varchar).
# https://www.postgresql.org/docs/current/xindex.html, "Hash Support Functions". Anything else is hashed as text.
_HASHABLE = """
WITH RECURSIVE hashed(oid) AS (
  SELECT c.opcintype FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod AND a.amname = 'hash'
  JOIN pg_amproc p ON p.amprocfamily = c.opcfamily AND p.amproclefttype = c.opcintype AND p.amprocnum = 2
  WHERE c.opcdefault AND c.opcintype NOT IN (SELECT oid FROM pg_type WHERE typtype = 'p')
), good(oid) AS (
  SELECT oid FROM hashed
  UNION SELECT k.castsource FROM pg_cast k JOIN hashed h ON h.oid = k.casttarget WHERE k.castmethod = 'b' AND k.castcontext = 'i'
  UNION SELECT oid FROM pg_type WHERE typtype = 'e'
), base(oid, at) AS (
  SELECT oid, oid FROM pg_type
  UNION ALL
  SELECT base.oid, CASE WHEN t.typtype = 'd' THEN t.typbasetype WHEN t.typtype = 'r' THEN r.rngsubtype ELSE t.typelem END
  FROM base JOIN pg_type t ON t.oid = base.at LEFT JOIN pg_range r ON r.rngtypid = t.oid
  WHERE t.typtype IN ('d', 'r') OR (t.typcategory = 'A' AND t.typelem <> 0 AND t.typlen = -1)
)
SELECT DISTINCT base.oid FROM base JOIN good ON good.oid = base.at
"""


def tables(connection: Any) -> list[Table]:
    """Every table and materialized view of the user's schemas that a physical copy must hold, ordered by name.

    Partitions are listed, their parents (which hold no rows) are not; for what else is left out see `left_out`.
    """
    with translated("Listing the tables"):
        hashable = {row[0] for row in connection.execute(_HASHABLE)}
        rows = connection.execute(
            f"""
            SELECT n.nspname, c.relname, pg_relation_filenode(c.oid)::bigint,
                   pg_relation_size(c.oid) / current_setting('block_size')::int,
                   (SELECT json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid::bigint)
                           ORDER BY a.attnum)
                    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
                   (SELECT json_agg(a.attname ORDER BY array_position((i.indkey::int2[])[0:i.indnkeyatts - 1], a.attnum))
                    FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid
                         AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                    WHERE i.indrelid = c.oid AND i.indisprimary)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE {USER_SCHEMAS} AND c.relkind IN ('r', 'm') AND c.relpersistence = 'p'
            ORDER BY 1, 2
            """
        ).fetchall()
    found = []
    for schema, name, filenode, pages, attributes, key in rows:
        columns = tuple(Column(column, kind, oid in hashable) for column, kind, oid in attributes or ())
        by_name = {column.name: column for column in columns}
        found.append(Table(schema, name, filenode, pages, columns, tuple(by_name[column] for column in key or ())))
    return found


def left_out(connection: Any) -> list[dict[str, str]]:
    """What holds data and cannot be proved by comparing a physical copy, each with the reason."""
    with translated("Listing what is not compared"):
        rows = connection.execute(
            f"""
            SELECT n.nspname, c.relname,
                   CASE WHEN c.relkind = 'f' THEN 'foreign table: its rows live on another server'
                        ELSE 'unlogged table: empty after every restore' END
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE {USER_SCHEMAS} AND (c.relkind = 'f' OR (c.relkind IN ('r', 'm') AND c.relpersistence = 'u'))
            UNION ALL
            SELECT 'pg_catalog', 'pg_largeobject', 'large objects: only a superuser may read them'
            WHERE EXISTS (SELECT FROM pg_largeobject_metadata)
            ORDER BY 1, 2
            """
        ).fetchall()
    return [{"schema": schema, "table": name, "reason": reason} for schema, name, reason in rows]


# Each part yields (kind, identity, definition). What a physical copy carries and what makes it usable is in: validity of
# indexes and constraints, grants, policies, owners. Statistics, sizes and storage parameters of autovacuum are not.
_DEFINITIONS = (
    f"""SELECT 'relation', format('%s.%s', n.nspname, c.relname),
               concat_ws('|', c.relkind, c.relpersistence, pg_get_userbyid(c.relowner), c.relrowsecurity,
                         c.relforcerowsecurity, c.relispartition, pg_get_partkeydef(c.oid),
                         pg_get_expr(c.relpartbound, c.oid),
                         CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {USER_SCHEMAS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')""",
    f"""SELECT 'grant', format('%s.%s', n.nspname, c.relname), (SELECT string_agg(x::text, ',' ORDER BY x::text)
               FROM unnest(c.relacl) x)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE {USER_SCHEMAS} AND c.relacl IS NOT NULL""",
    f"""SELECT 'column', format('%s.%s.%s', n.nspname, c.relname, a.attname),
               concat_ws('|', a.attnum, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
                         a.attgenerated, a.attcollation::regcollation, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE {USER_SCHEMAS} AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped""",
    f"""SELECT 'constraint', format('%s.%s.%s', n.nspname, coalesce(k.conrelid::regclass::text, ''), k.conname),
               concat_ws('|', pg_get_constraintdef(k.oid), k.convalidated)
        FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE {USER_SCHEMAS}""",
    f"""SELECT 'index', format('%s.%s', n.nspname, c.relname),
               concat_ws('|', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {USER_SCHEMAS}""",
    f"""SELECT 'trigger', format('%s.%s.%s', n.nspname, c.relname, t.tgname),
               concat_ws('|', pg_get_triggerdef(t.oid), t.tgenabled)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE {USER_SCHEMAS} AND NOT t.tgisinternal""",
    """SELECT 'policy', format('%s.%s.%s', schemaname, tablename, policyname),
              concat_ws('|', permissive, array_to_string(roles, ','), cmd, qual, with_check) FROM pg_policies""",
    f"""SELECT 'function', format('%s.%s(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
               CASE WHEN p.prokind = 'a' THEN 'aggregate' ELSE pg_get_functiondef(p.oid) END
        FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {USER_SCHEMAS}""",
    f"""SELECT 'enum', format('%s.%s', n.nspname, t.typname), string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder)
        FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE {USER_SCHEMAS} GROUP BY 2""",
    "SELECT 'extension', extname::text, extversion FROM pg_extension",
    f"""SELECT 'schema', n.nspname::text, concat_ws('|', pg_get_userbyid(n.nspowner), array_to_string(n.nspacl, ','))
        FROM pg_namespace n WHERE {USER_SCHEMAS}""",
    """SELECT 'role', rolname::text, concat_ws('|', rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
              rolreplication, rolbypassrls, rolconnlimit) FROM pg_roles WHERE rolname !~ '^pg_'""",
)


def definitions(connection: Any) -> dict[str, str]:
    """Every object of the database as {"kind identity": SHA-256 of its definition}; equal databases give equal mappings."""
    found: dict[str, str] = {}
    with translated("Reading the definitions of the schema"):
        for query in _DEFINITIONS:
            rows = connection.execute(
                f"SELECT k, i, encode(sha256(convert_to(coalesce(d, ''), 'UTF8')), 'hex') FROM ({query}) x(k, i, d)"
            )
            found.update({f"{kind} {identity}": digest for kind, identity, digest in rows})
    return found
