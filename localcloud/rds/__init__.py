"""The emulated RDS: state machine, backups and parameters on top of moto's backend, real clusters behind it."""
