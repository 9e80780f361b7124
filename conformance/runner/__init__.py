"""The runner: plan, budget, send, judge, confirm, record."""
