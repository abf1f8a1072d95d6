"""The clients through which BI tools read a publication, each in its usual way.

`answers` has what they all give, `sql` the clients in the tests' process, `apart` those that need a
process of their own. What is asked, and which answers are right, is for the tests beside them,
which `make test-clients` runs.
"""
