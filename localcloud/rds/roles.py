"""The users and databases that an RDS instance comes with.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html
"""

from __future__ import annotations

import psycopg
from psycopg import sql

from localcloud.postgres.cluster import Cluster
from localcloud.postgres.config import ADMIN, REPLICATION

_GRANTED = ("pg_monitor", "pg_signal_backend", "pg_checkpoint", "pg_create_subscription", "pg_use_reserved_connections")
_PLAIN_ROLES = ("rds_superuser", "rds_replication", "rds_password", "rds_iam")


def provision(cluster: Cluster, port: int, master: str, password: str, database: str | None) -> None:
    """Make RDS's roles, the master user (no superuser, member of rds_superuser), `rdsadmin` and the first database."""
    owner = sql.Identifier(master)
    with cluster.connect(port, dbname="postgres") as connection:
        for role in _PLAIN_ROLES:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role in (*_GRANTED, "rds_replication", "rds_password"):
            if role in known:
                connection.execute(sql.SQL("GRANT {} TO rds_superuser WITH ADMIN OPTION").format(sql.Identifier(role)))
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN REPLICATION PASSWORD {}").format(
                sql.Identifier(REPLICATION), sql.Literal(_verifier(connection, REPLICATION, cluster.site.home.password))
            )
        )
        connection.execute(
            sql.SQL(
                "CREATE ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {} VALID UNTIL 'infinity' IN ROLE rds_superuser"
            ).format(owner, sql.Literal(_verifier(connection, master, password)))
        )
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(ADMIN)))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(ADMIN)))
        for name in ("postgres", "template1"):
            connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), owner))
        if database and database != "postgres":
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(database), owner))
    with cluster.connect(port) as connection:
        connection.execute("CREATE TABLE rds_heartbeat2 (id int PRIMARY KEY, value timestamptz)")


def set_password(cluster: Cluster, port: int, master: str, password: str) -> None:
    """Change the master user's password; only its verifier is sent, so no log can hold it."""
    with cluster.connect(port, dbname="postgres") as connection:
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD {}").format(
                sql.Identifier(master), sql.Literal(_verifier(connection, master, password))
            )
        )
        connection.execute(sql.SQL("GRANT rds_superuser TO {}").format(sql.Identifier(master)))


def _verifier(connection: psycopg.Connection, user: str, password: str) -> str:
    return connection.pgconn.encrypt_password(password.encode(), user.encode(), b"scram-sha-256").decode()
