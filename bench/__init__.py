"""Measurements that ship with the project: how true the findings are (truth) and how fast."""
