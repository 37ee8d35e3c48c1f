"""PostgreSQL clusters behind the emulated RDS: binaries, folders, configuration, base backups and recovery."""
