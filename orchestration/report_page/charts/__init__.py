"""The charts of the page, as Vega-Lite specifications made with Altair.

Belongs here: what is drawn for which columns, and how a period that is not complete looks. Does
not: numbers, or the colours of the two themes (see serve).
"""
