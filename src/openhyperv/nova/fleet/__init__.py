"""Many hosts' compute services from one parent that has imported Nova once.

A forked child shares the memory of what was imported with its parent until one of them writes to it.
"""
