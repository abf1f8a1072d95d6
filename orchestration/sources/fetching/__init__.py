"""Fetching from the API of a help desk: what is asked, within which limits, and where it goes.

    addresses   which address may be asked at all
    limits      how much, how long, how often
    adapter     every request and answer: retries, waiting, redirects, sizes
    asking      dlt's client with an endpoint of a kind; pages, one after the other
    landing     what comes goes from memory through the kind's selects: no text is written

What a vendor has and in which order it is asked is said in `kinds/<kind>_api.py`. Only `asking`
and `adapter` know dlt and requests, the extra `fetch`, and are imported where something is fetched.
"""
