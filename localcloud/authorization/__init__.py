"""Who may do what in the emulated account: IAM's policies, judged as AWS judges them.

`policy`, `patterns`, `conditions` and `evaluation` are pure; `reference`, `naming`, `resources`, `passing` and `context`
say what a request asks for; `lookup` reads moto's state; `enforcement` puts them together for the middleware.
"""
