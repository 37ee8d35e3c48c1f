"""Plays the AWS Load Balancer Controller for TargetGroupBindings: pods of a Service become targets of a target group.

https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/targetgroupbinding/
"""
