"""Container nodes: kubelets with containerd beside a local control plane, in a network namespace of their own."""


class ContainerNodesError(Exception):
    """The container nodes cannot be started or asked; the message says what is missing and what to do."""
