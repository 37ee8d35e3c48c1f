"""The data plane of the emulated load balancers: one HAProxy that forwards as the AWS API says, and what steers and reads it."""


class LoadBalancerError(Exception):
    """The data plane does not start, or does not take a change; the message says what to do."""
