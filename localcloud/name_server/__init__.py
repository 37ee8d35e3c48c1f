"""The name server of the emulated Route 53: answers on loopback for the hosted zones, and checks what health checks name."""
