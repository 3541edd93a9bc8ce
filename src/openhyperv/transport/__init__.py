"""HTTP connections to a host: pool, authentication, sealing, deadlines.

One exchange goes ``Pool`` -> ``Connection`` -> ``Session`` (seal) -> ``http.post`` -> ``Stream``, and back.
"""
