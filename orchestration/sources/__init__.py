"""The door: what a help desk's records, wherever they lie, become export days of our own format.

Plain functions over DuckDB and Arrow; nothing here knows of Dagster. What lies where:

    model       what a kind and a landing are: every type that both sides share
    errors      what may go wrong, worded for who has to act
    kinds/      a file a help desk: its tables, its kept records, its mapping (SQL)
    landings/   a file a layout: how a connector lays a help desk's records down
    api         what a kind declares an API with; fetching/ asks it
    mail/       mail archives: cutting, reading within limits, joining mails to threads
    language    the SQL macros that kinds write with: identifier, instant, text_length, ...
    request     what an import is told: the source, its options, its surroundings
    engine      DuckDB for one import: what it may reach, how long it may take
    reading     the one pass over a landing; `repairs` counts what had to be put right
    persons     identifiers of people before the first write; `people` is the door that is handed in
    keeping     <INBOX_HOME>/sources/<name>/: kept records and the state of a source
    folding     kept records to rows of our entities: the status history, openings, tombstones
    leaving     groups that are never imported, out of what is kept
    retaining   versions past their time, out of what is kept
    delivery    rows to <entity>.<source>-<n>.parquet in the folder of a day
    import_summary  the counts of an import, what it covers, its newest threads
    starting    the state of a source, once it fits what is asked for
    importing   one import from end to end; a look before one
    erasing     erased users out of what is kept and of what was written
    daily       INBOX_SOURCES, and what that file must not hold; `daily_import`, `overview`
    logins      user and password of a database, from the environment alone

The way of a record:

1. A **landing** gives each `Table` of a kind back as the vendor's original records: one relation a
   table, with the columns that the table declares and no others, in the types that it declares
   (text, or structs and lists of text; what is absent is null). A landing joins what a connector
   took apart and parses what it put into text; it knows no help desk.
2. The table's `select` turns original records into **kept** ones, in the one pass that reads them:
   allowed columns only, texts as lengths, people as pseudonyms. It reads `landed."<table>"`.
   They are kept as Parquet, append-only, a file an import:
   <INBOX_HOME>/sources/<name>/<kept stream>/<n>.<table>.parquet; `state.json` commits them.
3. Threads that an import touched are folded whole from all that is kept of them. The kind's
   `Canonical` gives canonical relations (`model.CANONICAL`) of the views `<kept stream>`, in which
   each record stands once, in its newest version; the shared fold does the rest: closings from the
   status history, opening messages, tombstones of what an earlier import gave and this one does
   not. So the end state is a function of the set of kept records, whatever their order.
4. **Delivery** puts the prefix before identifiers, writes beside the target and renames.
"""
