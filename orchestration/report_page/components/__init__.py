"""What the page shows that Streamlit has no widget for: cards and tables, drawn in the browser.

Belongs here: a component a file, with the JavaScript and CSS beside it. Texts are set as texts,
never as HTML: names and labels come from the exports. Does not: what the texts say.
"""
